//! Give a task to units: by a moment, with a few numbers or texts that each of them answers.

use crate::command::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, UNIT, task};
use crate::limits;
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use crate::workflow::START;
use std::collections::BTreeMap;

/// A task for units.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveTask {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit that gives it: a township, the county, a village to its own grids.
    pub unit: UnitId,
    /// What it is, who owes it, by when, and what it asks for.
    pub edits: Edits,
}

impl GiveTask {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Task)?;
        let (steps, answers) = (Kind::Task.steps(), BTreeMap::new());
        let row = steps.check(Kind::Task.name(), START, task::GIVE, actor.roles, &answers)?;
        let owed = self.edits.add.iter().filter(|(set, _)| set == task::TARGETS).count();
        if owed == 0 {
            return Err(Rejection::MissingField { field: task::TARGETS });
        }
        if owed > limits::TASK_TARGETS_MAX {
            let max = i64::try_from(limits::TASK_TARGETS_MAX).unwrap_or(i64::MAX);
            return Err(Rejection::OutOfRange { field: task::TARGETS, min: 1, max });
        }
        let due = self.edits.fields.get(task::DUE).and_then(|due| due.as_ref()?.as_int());
        if due.is_some_and(|due| due <= actor.now.0) {
            return Err(Rejection::OutOfRange {
                field: task::DUE,
                min: actor.now.0,
                max: crate::kind::field::MOMENT_MS.1,
            });
        }
        let mut write = blank.write(self.unit, Some((UNIT, self.unit.record())), &self.edits, actor)?;
        write.wishes.push(Wish::Step { step: task::GIVE.to_owned(), to: row.to.to_owned(), answers });
        Ok(write.into())
    }
}

/// Whether a task names a unit among those that owe it.
pub(super) fn owes(held: &impl Held, task: RecordId, unit: UnitId) -> bool {
    let targets = held.state(task).and_then(|state| state.sets.get(task::TARGETS));
    targets.is_some_and(|set| set.elements().into_iter().any(|element| *element == Value::Id(unit.record())))
}
