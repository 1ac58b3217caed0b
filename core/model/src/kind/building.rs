//! Building 楼栋: a place with dwellings in it.
//!
//! Owns the building's field table. Refuses to know who lives there. Invariant: a building has a home unit, also in an
//! estate; all that is below it takes that unit.

use super::field::{int, of_place as field, text};
use super::{CONFIRMED, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// What Gridwalk says about buildings.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Building,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(PARENT, Shape::Ref(&[Kind::Estate])),
        field("name", text(80)).required().search(SearchUse::Name),
        field("address", text(200)).search(SearchUse::Name),
        field("kind", Shape::Code(CodeSet::BuildingKind)),
        field("floors", int(1, 200)),
        field("entrances", int(1, 99)),
        field("doors_a_floor", int(1, 99)),
        field("point", Shape::Point),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[
        field("alias", text(80)).search(SearchUse::Name),
        field(CONFIRMED, Shape::Confirmation),
        field(NOT_SAME, Shape::Ref(&[Kind::Building])),
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
