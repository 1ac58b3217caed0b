//! Everything that a phone keeps: the only client SQL.
//!
//! Owns the database file: own changes, confirmed states, drafts, the views made of them, and every statement on it.
//! Refuses to know HTTP, signatures, clocks and screens: time and ids come in as arguments. Invariant: each public
//! method that writes is one transaction, and what a person saved is on the disk when it returns.

mod attention;
mod carried;
mod column;
mod count;
mod counted;
mod deleted;
mod departed;
mod digest;
mod divergence;
mod draft;
mod due;
mod erased;
mod error;
#[cfg(feature = "faults")]
mod fault;
mod inspect;
mod key;
mod open;
mod origin;
mod overtaken;
mod own;
mod packed;
mod page;
mod person;
mod picture;
mod place;
mod planted;
mod predict;
mod push;
mod query;
mod record;
mod remains;
mod replica;
mod revoke;
mod row;
mod save;
mod search;
#[cfg(any(feature = "planted", feature = "faults"))]
mod silent;
mod space;
mod store;
mod told;
mod track;
mod undo;
mod verdict;

pub use attention::AttentionItem;
pub use carried::{Carried, CarriedKind, Carrying};
pub use counted::CampaignParts;
pub use deleted::DeletedRow;
pub use divergence::{DigestMismatch, Repair};
pub use draft::{Draft, DraftRequest};
pub use due::{DoneLast, DueQuery};
pub use error::StoreError;
#[cfg(feature = "faults")]
pub use fault::Device;
pub use inspect::{HeldRecord, OwnRecord};
pub use key::DatabaseKey;
pub use open::{Fresh, OpenOptions, ReplicaMark, SETTINGS};
pub use overtaken::OvertakenStep;
pub use own::{OutboxItem, OutboxStatus};
pub use page::{Applied, PageOutcome, ReadyPage};
pub use picture::{PictureStanding, WaitingPicture};
pub use planted::Planted;
pub use predict::Predicted;
pub use push::{Bundling, Outgoing, WaitingLane};
pub use query::{Counts, Placed, RowFilter, ViewRow};
pub use revoke::{HandOver, Left, PurgeOutcome, SealedCopy};
pub use row::flag;
pub use save::{SaveRequest, Saved};
pub use search::{full_text, search_statements};
pub use space::SpaceStanding;
pub use store::Store;
pub use track::TrackWord;
pub use undo::{OwnDone, Remembered, UndoItem};
