//! What a shell opens: one notebook, which saves what is typed, answers screens and syncs.
//!
//! Owns the write path, the sync engine and worker, and the doors to clock, randomness, keystore and network. Refuses to
//! decide (the model does) and to write SQL (the store does). Invariant: whatever is typed goes through one function.

pub mod arrival;
pub mod baseline;
pub mod bundle;
pub mod clock;
pub mod enrol;
pub mod error;
pub mod events;
pub mod execute;
pub mod form;
pub mod gate;
pub mod ids;
pub mod inspect;
pub mod join;
pub mod keys;
pub mod notebook;
pub mod patrol;
pub mod picture;
mod pinned;
pub mod read;
pub mod rescue;
pub mod reveal;
pub mod server_history;
pub mod sync_engine;
pub mod training;
pub mod transport;
pub mod transport_http;
pub mod wipe;
pub mod worker;

pub use baseline::{BaselineAsked, BaselineMade};
pub use bundle::{MadeBundle, Received, ReplyTaken};
pub use clock::{Boot, Clock, SystemClock};
pub use enrol::Enrolment;
pub use error::AppError;
pub use events::{Changes, Listener};
pub use execute::Changed;
pub use form::{OpenSubmission, SubmissionBegun};
pub use gate::GateStatus;
pub use gridwalk_sync::arrival::{Arrivals, ArrivedPhone, Newcomer, NewcomerSeen, PhoneSeen};
pub use gridwalk_sync::invitation::Invitation;
pub use gridwalk_sync::poster::Poster;
pub use ids::{Ids, OsIds};
pub use inspect::{InspectionBegun, InspectionFinished, ItemAnswered};
pub use join::{Joiner, Joining};
pub use keys::{FileVault, KeyVault, MemoryVault};
pub use notebook::{Notebook, NotebookOptions};
pub use pinned::Pins;
pub use sync_engine::{Step, SyncEngine, SyncReport};
pub use transport::{Transport, TransportError};
pub use transport_http::{HttpOptions, HttpTransport};
pub use worker::{SyncWorker, WorkerStatus};
