//! Task feedback 任务反馈: what a unit that owes a task says of it, one record a task and unit.
//!
//! Owns the field table, the workflow and the id, which follows from task and unit: two phones of one grid that feed back
//! without a signal write to one record, and their fields merge. Refuses to count: read models do. Invariant: it is at home
//! in the unit that owes it, so that other grids hold none of it.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT, task};
use crate::id::{RecordId, UnitId};
use crate::journal::Outcome;
use crate::role::Roles;
use crate::state::{State, Step};
use crate::step_table::StepTable;
use std::sync::LazyLock;

/// The step by which it comes back.
pub const FEED_BACK: &str = "feed_back";
/// The step by which more is asked for.
pub const ASK_MORE: &str = "ask_more";
/// The status of what came back.
pub const FED_BACK: &str = "fed_back";
/// The status of what is not enough.
pub const ASKED_MORE: &str = "asked_more";
/// The field that names the task.
pub const TASK: &str = "task";
/// The field that says whether it is done.
pub const DONE: &str = "done";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::STAFF, Roles::STAFF)
}

/// A number that a task asks for.
const NUMBER: Shape = int(-1_000_000_000_000, 1_000_000_000_000);

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/task_feedback.csv")));
    &STEPS
}

/// What Gridwalk says about feedback.
pub static TABLE: KindTable = KindTable {
    kind: Kind::TaskFeedback,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(TASK, Shape::Ref(&[Kind::Task])).required(),
        field("title", text(80)).required(),
        field(DONE, Shape::Bool),
        field("number_1", NUMBER),
        field("number_2", NUMBER),
        field("number_3", NUMBER),
        field("number_4", NUMBER),
        field("text_1", text(1000)).search(SearchUse::Text),
        field("text_2", text(1000)).search(SearchUse::Text),
        field("text_3", text(1000)).search(SearchUse::Text),
        field("text_4", text(1000)).search(SearchUse::Text),
        field("note", text(1000)).search(SearchUse::Text),
    ],
    sets: &[],
    steps,
    home: Home::Unit,
    delete: task::GIVERS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["title"],
    subtitle: &["note"],
    sort: SortBy::Newest(""),
};

/// The id of what a unit says of a task: the task's time, then a hash of both.
pub fn feedback_of(task: RecordId, unit: UnitId) -> RecordId {
    RecordId::made_of("gridwalk 2026 task feedback", task, &unit.0)
}

/// The steps by which it came back, in their order.
pub fn fed_back(state: &State) -> impl Iterator<Item = &Step> {
    state.steps.iter().filter(|step| step.step == FEED_BACK && step.outcome == Outcome::Applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    #[test]
    fn there_is_one_a_task_and_unit() {
        let (task, other) = (RecordId([1; 16]), RecordId([2; 16]));
        let (grid, next) = (UnitId([7; 16]), UnitId([8; 16]));
        let id = feedback_of(task, grid);
        assert_eq!(id, feedback_of(task, grid));
        assert!(id != feedback_of(other, grid) && id != feedback_of(task, next));
        assert_eq!((id.0[6] >> 4, id.0[8] >> 6), (8, 2), "a UUID of version 8");
    }

    #[test]
    fn whoever_owes_it_feeds_back_as_often_as_they_like_and_those_above_ask_for_more() {
        for status in ["new", FED_BACK, ASKED_MORE] {
            assert!(steps().row(status, FEED_BACK).is_some_and(|row| row.roles.has(Role::Gridworker)), "{status}");
        }
        assert_eq!(steps().takers(ASK_MORE), Some(task::GIVERS));
        assert!(!TABLE.readers().has(Role::Volunteer));
    }
}
