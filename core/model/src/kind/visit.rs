//! Visit 走访: somebody knocked, and this came of it.
//!
//! Owns the visit's field table. Refuses to ask where the visitor was: a visit by phone counts the same, and a position
//! that a platform gives is kept for the reviewer and not for long.
//! Invariant: a visit is where the dwelling, household or link is that it was paid to.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// The field that holds where the form was filled in, where that is known.
pub const STOOD_AT: &str = "stood_at";
/// The field that holds when the form was opened.
pub const OPENED_AT: &str = "opened_at";
/// The field that holds when it was saved.
pub const FINISHED_AT: &str = "finished_at";

/// How long it is kept how a form was filled in, days: as long as somebody may ask about it.
const WHILE_REVIEWED: Retention = Retention::DaysAfterEnd(90);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about visits.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Visit,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Dwelling, Kind::Household, Kind::HouseholdLink])).required(),
        field("outcome", Shape::Code(CodeSet::VisitOutcome)).required(),
        field("at", Shape::Moment).required(),
        field("by_phone", Shape::Bool),
        field("note", text(2000)).search(SearchUse::Text).keep(Retention::DaysAfterEnd(730)),
        field("stood_at", Shape::Point).keep(WHILE_REVIEWED),
        field("opened_at", Shape::Moment).keep(WHILE_REVIEWED),
        field("finished_at", Shape::Moment).keep(WHILE_REVIEWED),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Dwelling, Kind::Household, Kind::HouseholdLink]),
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["outcome"],
    subtitle: &["note"],
    sort: SortBy::Newest("at"),
};
