//! Visit 走访: somebody knocked, and this came of it.
//!
//! Owns the visit's field table. Refuses to know where the visitor was: a visit by phone counts the same.
//! Invariant: a visit is where the dwelling, household or link is that it was paid to.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

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
