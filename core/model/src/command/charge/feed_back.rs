//! Say what became of a task in a unit that owes it. The record's id follows from task and unit, so that two phones of one
//! grid write to one record; where it is here already, fields are edited, and the step is taken only where more was asked.

use super::give_task::owes;
use super::once::titled;
use crate::basis::Basis;
use crate::command::{Actor, Blank, Decision, Edits, Opened, parent_unit};
use crate::id::{RecordId, UnitId};
use crate::kind::task_feedback::{self, feedback_of};
use crate::kind::{Kind, UNIT};
use crate::rejection::Rejection;
use crate::view::Held;
use crate::wish::Wish;
use std::collections::BTreeMap;

/// What a unit says of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedBack {
    /// The task.
    pub task: RecordId,
    /// The unit that owes it.
    pub unit: UnitId,
    /// What stood on the screen of what was said before; none where nothing was.
    pub basis: Option<Basis>,
    /// Whether it is done, the numbers and texts that were asked for, a note, pictures.
    pub edits: Edits,
}

impl FeedBack {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        parent_unit(held, self.task, &[Kind::Task])?;
        let record = feedback_of(self.task, self.unit);
        let here = held.state(record).is_some_and(|state| !state.kinds.is_empty());
        let steps = Kind::TaskFeedback.steps();
        let step = |status: &str| -> Result<Wish, Rejection> {
            let answers = BTreeMap::new();
            let row =
                steps.check(Kind::TaskFeedback.name(), status, task_feedback::FEED_BACK, actor.roles, &answers)?;
            Ok(Wish::Step { step: task_feedback::FEED_BACK.to_owned(), to: row.to.to_owned(), answers })
        };
        if here {
            let blank = Basis::blank(record);
            let opened = Opened::of(held, record, self.basis.as_ref().unwrap_or(&blank))?;
            let mut wishes =
                self.edits.wishes(opened.table, actor.roles, |field, value| opened.is_news(field, value))?;
            if opened.state.status() != task_feedback::FED_BACK {
                wishes.push(step(opened.state.status())?);
            }
            let written = (!wishes.is_empty()).then(|| opened.write(wishes));
            return Decision::of(written.into_iter().collect());
        }
        // Whoever was asked before it was withdrawn may still have done it; a unit that was never asked has nothing to say.
        if !owes(held, self.task, self.unit) {
            return Err(Rejection::NotYours);
        }
        let edits = titled(held, self.task, self.edits.clone().put(task_feedback::TASK, self.task));
        let blank = Blank::of(held, record, Kind::TaskFeedback)?;
        // Another phone of the unit may make the same record without a signal: what both write of it is equal.
        let mut write = blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?;
        write.wishes.push(step(crate::workflow::START)?);
        Ok(write.into())
    }
}
