//! The invariants of the design, each a function with its number in its name.
//!
//! Owns the judging. Refuses to use the audience tables, cursors and views that it judges: scope, heads and visibility
//! are worked out again from journal, tree and grants. Invariant: a checker that finds nothing to look at says nothing.

pub mod county;
pub mod erasure;
pub mod journal;
pub mod mask;
pub mod phone;
pub mod quiet;
pub mod scope;

use gridwalk_model::name::Name;

/// A broken invariant.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{} broken: {what}", name(*.number))]
pub struct Broken {
    /// Number in the design; zero for the table of rights.
    pub number: u8,
    /// What was seen.
    pub what: String,
}

fn name(number: u8) -> String {
    if number == RIGHTS { "the table of rights".to_owned() } else { format!("invariant {number}") }
}

/// The number of the table of rights, which the design's list of invariants takes for granted.
pub(crate) const RIGHTS: u8 = 0;

/// Breaks an invariant unless it holds.
pub(crate) fn hold(number: u8, holds: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { number, what: what() }) }
}

/// The body known as `of` is also called `alias`.
pub(crate) fn add_alias<'a>(bodies: impl Iterator<Item = &'a mut Vec<Name>>, of: Name, alias: Name) {
    for names in bodies.filter(|names| names.contains(&of)) {
        names.push(alias);
    }
}
