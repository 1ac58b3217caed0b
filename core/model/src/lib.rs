//! The pure model of Gridwalk: ids, units, time, changes, the merge rules, record kinds, workflows and commands.
//!
//! Owns every rule that phone and server must share. Refuses to know clocks, randomness, files, SQL, network and
//! threads: time and ids come in as arguments. Invariant: every function here is a function, so that phone and server
//! that hold the same entries hold the same bytes.

pub mod admission;
pub mod basis;
pub mod boundary;
pub mod call_back;
pub mod candidate;
pub mod change;
pub mod change_codec;
pub mod check;
pub mod civil_date;
pub mod code_set;
pub mod codec;
pub mod command;
pub mod coverage;
pub mod crs;
pub mod digest;
pub mod door;
pub mod duplicate;
pub mod edition;
pub mod exchange;
pub mod fold;
pub mod geo;
pub mod hash;
pub mod hint;
pub mod id;
pub mod id_kind;
pub mod id_number;
pub mod journal;
pub mod kind;
pub mod limits;
pub mod mask;
pub mod moved;
pub mod name;
pub mod op;
pub mod people;
pub mod phone;
pub mod picture;
pub mod rejection;
pub mod review;
pub mod role;
pub mod row;
pub mod sampling;
pub mod search_key;
pub mod sibling;
pub mod state;
pub mod state_codec;
pub mod step_table;
pub mod time;
pub mod track;
pub mod undo;
pub mod unit_code;
pub mod uscc;
pub mod value;
pub mod view;
pub mod walk_order;
pub mod wish;
pub mod work_catalog;
pub mod workflow;

pub use basis::Basis;
pub use change::{Change, SealedChange};
pub use id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
pub use journal::{Entry, Stamps};
pub use kind::Kind;
pub use moved::Destination;
pub use name::{Mark, Name, OpName};
pub use op::Op;
pub use rejection::Rejection;
pub use role::{Role, Roles};
pub use state::State;
pub use time::Timestamp;
pub use unit_code::{Level, UnitCode};
pub use value::Value;
