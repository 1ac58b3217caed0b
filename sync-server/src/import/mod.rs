//! Import of tables from elsewhere: buildings, dwellings, households, residents, premises and staff.
//!
//! Owns the way from a file to changes: cells, headings, the mapping, keys, what a source stands for, undoing. Refuses to
//! write states: every row becomes changes through the console's one write path. Invariant: the same table imported twice
//! changes nothing, and what a person typed in between is never overwritten in silence.

pub mod cell;
pub mod date;
pub mod file;
pub mod heading;
pub mod item;
pub mod key;
mod line;
pub mod mapping;
pub mod natural_key;
pub mod problem;
pub mod read;
pub mod register;
pub mod request;
pub mod row;
pub mod settle;
pub mod staff;
pub mod stands;
pub mod target;
pub mod undo;
pub mod unit;
pub mod uses;
pub mod words;
pub mod workbook;
pub mod write;

pub use cell::{Cell, Row, Sheet};
pub use file::{FileFault, Opened};
pub use mapping::Mapping;
pub use problem::{Problem, ProblemCode};
pub use request::{MapGiven, NotImported, Report, Request};
pub use target::What;
