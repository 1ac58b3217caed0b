//! Estate 小区: buildings behind one gate.
//!
//! Owns the estate's field table. Refuses to list its buildings: they name it. Invariant: an estate has a home unit, that
//! of its main gate; a building in it stays at home in its own.

use super::field::{int, of_place as field, text};
use super::{CONFIRMED, Home, Kind, KindTable, NOT_SAME, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// What Gridwalk says about estates.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Estate,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field("name", text(80)).required().search(SearchUse::Name),
        field("address", text(200)).search(SearchUse::Name),
        field("management", Shape::Code(CodeSet::EstateManagement)),
        field("property_company", Shape::Ref(&[Kind::Organisation])),
        field("manager_phone", Shape::Phone),
        field("owners_committee", Shape::Bool),
        field("built", int(1850, 2199)),
        field("doors", int(0, 99_999)),
        field("plan", text(4000)).search(SearchUse::Text),
        field("point", Shape::Point),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[
        field("alias", text(80)).search(SearchUse::Name),
        field("facilities", Shape::Code(CodeSet::EstateFacility)),
        field(CONFIRMED, Shape::Confirmation),
        field(NOT_SAME, Shape::Ref(&[Kind::Estate])),
    ],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: true,
    title: &["name", "address"],
    subtitle: &["address"],
    sort: SortBy::Natural(&["name", "address"]),
};
