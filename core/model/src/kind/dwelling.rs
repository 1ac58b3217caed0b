//! Dwelling 房屋: one door of a building.
//!
//! Owns the dwelling's field table; a rented home is a dwelling that says so. Refuses to keep a list of lodgers: they
//! are ordinary residents.
//! Invariant: a dwelling is where its building is.

use super::field::{int, text};
use super::{
    CONFIRMED, Field, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy,
};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::view::Policy;

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about dwellings.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Dwelling,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Building])).required(),
        field("number", text(40)).required().search(SearchUse::Text),
        field("floor", int(-9, 200)),
        field("entrance", text(20)),
        field("use", Shape::Code(CodeSet::DwellingUse)),
        field("rented", Shape::Bool),
        field("rental_kind", Shape::Code(CodeSet::RentalKind)),
        field("rooms", int(0, 999)),
        field("lodgers", int(0, 999)),
        field("landlord_name", text(80)).search(SearchUse::Name).keep(Retention::DaysAfterEnd(365)),
        field("landlord_phone", Shape::Phone).search(SearchUse::Number).keep(Retention::DaysAfterEnd(365)),
        field("last_seen_at", Shape::Moment).policy(Policy::Latest),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[field(CONFIRMED, Shape::Confirmation), field(NOT_SAME, Shape::Ref(&[Kind::Dwelling]))],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Building]),
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["number"],
    subtitle: &["entrance", "floor"],
    sort: SortBy::Natural(&["entrance", "floor", "number"]),
};
