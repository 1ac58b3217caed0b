//! Attendance 活动参加记录: that somebody comes to an activity, came, and for how long.
//!
//! Owns the field table, the workflow and the id, which follows from activity and person. Refuses to be anybody else's: the
//! person and the organiser hold it, no unit and no neighbour. Invariant: hours are the organiser's word, and never one's
//! own.

use super::addressed::{ORGANISER, WHO};
use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, Shape, SortBy, UNIT};
use crate::id::{AccountId, RecordId};
use crate::role::Roles;
use crate::state::State;
use crate::step_table::StepTable;
use crate::value::Value;
use crate::view::Policy;
use std::sync::LazyLock;

/// The step by which somebody says that they come.
pub const SIGN_UP: &str = "sign_up";
/// The step by which they say that they do not.
pub const LEAVE: &str = "leave";
/// The step by which the organiser says for how long they were there.
pub const ATTEND: &str = "attend";
/// The step by which the organiser says that they did not come.
pub const MISS: &str = "miss";
/// The status of somebody who means to come.
pub const SIGNED_UP: &str = "signed_up";
/// The status of somebody who was there.
pub const CAME: &str = "came";
/// The field that names the activity.
pub const ACTIVITY: &str = "activity";
/// The answer that says for how long, minutes.
pub const MINUTES: &str = "minutes";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, Roles::FIELD).policy(Policy::Latest)
}

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/attendance.csv")));
    &STEPS
}

/// What Gridwalk says about attendance.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Attendance,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(ACTIVITY, Shape::Ref(&[Kind::Activity])).required(),
        field(WHO, Shape::Account).required(),
        field(ORGANISER, Shape::Account).required(),
        field("title", text(80)).required(),
    ],
    sets: &[],
    steps,
    home: Home::Unit,
    delete: Roles::NONE,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["title"],
    subtitle: &[],
    sort: SortBy::Newest(""),
};

/// The id of a person's attendance of an activity.
pub fn attendance_of(activity: RecordId, who: AccountId) -> RecordId {
    RecordId::made_of("gridwalk 2026 attendance", activity, &who.0)
}

/// For how many minutes they were there, by the organiser's last word.
pub fn minutes(state: &State) -> Option<i64> {
    let last = state.last_applied()?;
    last.answers.get(MINUTES).filter(|_| last.to == CAME && !state.is_deleted()).and_then(Value::as_int)
}
