//! Gridwalk's server: what phones push is judged, journalled and folded here, and what they may see is served.
//!
//! Owns the one write path of the server and its tables. Refuses to know phones' databases and shells.
//! Invariant: a change is admitted once, whole, or not at all; the journal is the truth, all else is folded from it.

mod addressed;
pub mod admin;
pub mod api;
pub mod appraisal;
pub mod audience;
pub mod audit;
pub mod auth;
pub mod bundle;
pub mod clock;
pub mod console;
pub mod digest;
pub mod divergence;
pub mod doctor;
pub mod erase;
pub mod error;
pub mod field_use;
mod former;
pub mod grant;
pub mod ids;
pub mod import;
pub mod ingest;
pub mod journal_codec;
pub mod limits;
pub mod login;
pub mod mask;
pub mod mend;
pub mod metrics;
pub mod mover;
mod newcomer;
pub mod observe;
pub mod openapi;
mod own_key;
pub mod page;
pub mod picture;
pub mod planted;
pub mod print;
pub mod problem;
pub mod pull;
pub mod rate;
pub mod rights;
pub mod role_kinds;
pub mod router;
pub mod rule_book;
pub mod sealing;
mod security;
pub mod server;
pub mod serving;
pub mod standing;
mod step;
pub mod store;
pub mod tls;
pub mod tree;
pub mod verify;
pub mod words;
pub mod writing;

mod health;

pub use clock::{Clock, SystemClock};
pub use error::{Result, ServerError};
pub use ids::{Ids, SystemIds};
pub use planted::Planted;
pub use server::{Running, Server, ServerOptions};
pub use writing::{Reading, Writing};
