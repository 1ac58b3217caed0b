//! Correct a change that was refused or declined: the same command again, right this time.

use super::{Actor, Command, Decision};
use crate::rejection::Rejection;
use crate::view::Held;

/// The same again, right this time.
#[derive(Debug, Clone, PartialEq)]
pub struct Correct {
    /// The save that needs attention.
    pub save: u64,
    /// The record that it was about.
    pub record: crate::id::RecordId,
    /// What is wanted instead.
    pub with: Box<Command>,
}

impl Correct {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let mut decision = self.with.decide(held, actor)?;
        if matches!(*self.with, Command::Correct(_)) {
            return Err(Rejection::CorrectsAnotherRecord);
        }
        let about = std::iter::once(&mut decision.first).chain(&mut decision.more).find(|w| w.record == self.record);
        about.ok_or(Rejection::CorrectsAnotherRecord)?.instead_of = Some(self.save);
        Ok(decision)
    }
}
