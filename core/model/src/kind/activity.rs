//! Activity 志愿活动: what volunteers come together for: who organises it, when, where, how many are wanted.
//!
//! Owns the activity's field table. Refuses to know who comes: each has an `attendance`. Invariant: it is told to all below
//! its unit, volunteers too, and names nobody but its organiser.

use super::addressed::ORGANISER;
use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT, task};
use crate::role::{Role, Roles};
use crate::step_table::StepTable;

/// When it begins.
pub const FROM: &str = "from";
/// When it ends.
pub const UNTIL: &str = "until";
/// How many are wanted.
pub const PLACES: &str = "places";
/// Why it was called off.
pub const CALLED_OFF: &str = "called_off";

/// Who organises activities.
pub const ORGANISERS: Roles = task::GIVERS.and(Roles::of(&[Role::Gridworker]));

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, ORGANISERS)
}

/// What Gridwalk says about activities.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Activity,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field("title", text(80)).required().search(SearchUse::Name),
        field("text", text(2000)).search(SearchUse::Text),
        field(ORGANISER, Shape::Account).required(),
        field(FROM, Shape::Moment).required(),
        field(UNTIL, Shape::Moment),
        field("where", text(200)).search(SearchUse::Text),
        field(PLACES, int(1, 10_000)),
        field(CALLED_OFF, text(500)),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Unit,
    delete: task::GIVERS,
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &["title"],
    subtitle: &["where"],
    sort: SortBy::Newest(FROM),
};
