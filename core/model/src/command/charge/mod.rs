//! Charges: what an office asks of its units and people, and what comes back.
//!
//! Owns one file a use case. Refuses to count: read models do. Invariant: what two phones say of one thing without a signal
//! is one record, by an id that follows from what it is about.

mod feed_back;
mod give_task;
#[cfg(test)]
mod tests;

pub use feed_back::FeedBack;
pub use give_task::GiveTask;

use super::{Actor, Decision, Edits, Remedy};
use crate::id::{RecordId, UnitId};
use crate::kind::Kind;
use crate::kind::task_feedback::{self, feedback_of};
use crate::rejection::Rejection;
use crate::view::Held;

/// Everything that a person can want of tasks.
#[derive(Debug, Clone, PartialEq)]
pub enum Charge {
    /// A task for units.
    GiveTask(GiveTask),
    /// What a unit says of a task.
    FeedBack(FeedBack),
}

impl Charge {
    /// Its name, for logs and shells.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::GiveTask(_) => "give_task",
            Self::FeedBack(_) => "feed_back",
        }
    }

    /// How it is put right.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::GiveTask(_) => Remedy::TakesAway,
            Self::FeedBack(_) => Remedy::TakesAwayAndPutsBack,
        }
    }

    /// The records that a decision looks at.
    pub fn looks_at(&self) -> Vec<RecordId> {
        match self {
            Self::GiveTask(c) => vec![c.record],
            Self::FeedBack(c) => vec![c.task, c.unit.record(), feedback_of(c.task, c.unit)],
        }
    }

    /// Decides.
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        match self {
            Self::GiveTask(c) => c.decide(held, actor),
            Self::FeedBack(c) => c.decide(held, actor),
        }
    }
}

/// The command that a record came from that the server did not take.
pub(super) fn again(kind: Kind, record: RecordId, unit: UnitId, mut edits: Edits) -> Option<Charge> {
    let mut taken = |field: &str| edits.fields.remove(field).flatten();
    Some(match kind {
        Kind::Task => Charge::GiveTask(GiveTask { record, unit, edits }),
        Kind::TaskFeedback => {
            let task = taken(task_feedback::TASK)?.as_id()?;
            taken("title");
            Charge::FeedBack(FeedBack { task, unit, basis: None, edits })
        }
        _ => return None,
    })
}
