//! Back-check 复核结果: somebody looked at a record again, and found this.
//!
//! Owns the back-check's field table. Refuses to change the record that was looked at. Invariant: what was found stands
//! beside what was written, so that both can be compared at any time.

use super::field::text;
use super::review::REVIEWED;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// The field that names the round.
pub const ROUND: &str = "round";
/// The field that says what came of it.
pub const RESULT: &str = "result";
/// The field that holds when.
pub const AT: &str = "at";
/// The set of what was found, by field.
pub const FOUND: &str = "found";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::SUPERVISORS, Roles::SUPERVISORS)
}

/// What Gridwalk says about back-checks.
pub static TABLE: KindTable = KindTable {
    kind: Kind::BackCheck,
    fields: &[
        field(PARENT, Shape::Ref(REVIEWED)).required(),
        field(ROUND, Shape::Ref(&[Kind::CheckRound])),
        field(RESULT, Shape::Code(CodeSet::BackCheckResult)).required(),
        field(AT, Shape::Moment).required(),
        field("note", text(500)),
    ],
    sets: &[field(FOUND, Shape::Comment)],
    steps: StepTable::none,
    home: Home::Parent(REVIEWED),
    delete: Roles::SUPERVISORS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[RESULT],
    subtitle: &["note"],
    sort: SortBy::Newest(AT),
};
