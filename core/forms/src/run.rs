//! A form that is being filled.
//!
//! Owns what changes when an answer does: what is asked, needed, right, reckoned and on offer. Refuses to store answers
//! and to draw screens. Invariant: after a change the state is the one that a fresh run with the same answers has, and
//! only what depends on the change was reckoned again.

mod action;
mod depend;
mod fill;
mod form;
mod graph;
mod host;
mod items;
mod list;
mod plan;
mod repeat;
mod resume;
mod settle;
mod submission;
mod text;
mod value;
mod view;

pub use fill::{Run, RunFault, Situation};
pub use form::{Finding, Form};
pub use graph::Cycle;
pub use list::Attachment;
pub use plan::DataType;
pub use view::{Choice, Standing, Violation};

#[cfg(test)]
mod tests;
