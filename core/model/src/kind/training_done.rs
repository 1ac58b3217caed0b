//! Training done 培训记录: that somebody's training was checked off, by whoever leads them.
//!
//! Owns the field table, the workflow and the id, which follows from training and person. Refuses a word about oneself.
//! Invariant: colleagues hold none of it; those who lead and dispatch do, and the person.

use super::addressed::WHO;
use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, Shape, SortBy, UNIT, task};
use crate::id::{AccountId, RecordId};
use crate::role::Roles;
use crate::state::State;
use crate::step_table::StepTable;
use crate::value::Value;
use crate::view::Policy;
use std::sync::LazyLock;

/// The step by which it is checked off.
pub const CHECK_OFF: &str = "check_off";
/// The status of one that is.
pub const CHECKED_OFF: &str = "checked_off";
/// The field that names the training.
pub const TRAINING: &str = "training";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, task::GIVERS).policy(Policy::Latest)
}

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/training_done.csv")));
    &STEPS
}

/// What Gridwalk says about trainings that were done.
pub static TABLE: KindTable = KindTable {
    kind: Kind::TrainingDone,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(TRAINING, Shape::Ref(&[Kind::Training])).required(),
        field(WHO, Shape::Account).required(),
        field("title", text(80)).required(),
    ],
    sets: &[],
    steps,
    home: Home::Unit,
    delete: task::GIVERS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["title"],
    subtitle: &[],
    sort: SortBy::Newest(""),
};

/// The id of a person's record of a training.
pub fn done_of(training: RecordId, who: AccountId) -> RecordId {
    RecordId::made_of("gridwalk 2026 training done", training, &who.0)
}

/// The day on which it was last checked off, as long as it was not struck since.
pub fn checked_off_on(state: &State) -> Option<i64> {
    let last = state.last_applied()?;
    last.answers.get("on").filter(|_| last.to == CHECKED_OFF && !state.is_deleted()).and_then(Value::as_int)
}
