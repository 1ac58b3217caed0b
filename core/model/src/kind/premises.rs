//! Premises 场所: a shop, a workshop, a school.
//!
//! Owns the premises' field table. Refuses to be the firm: an organisation may use several. Invariant: premises have a
//! home unit, also where nobody knows the building.

use super::field::{AFTER_CLOSING, int, of_place, text};
use super::{CONFIRMED, Field, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// Guests read where they are to look.
const fn field(name: &'static str, shape: Shape) -> Field {
    of_place(name, shape).read(Roles::FIELD.and(Roles::GUESTS))
}

/// What Gridwalk says about premises.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Premises,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(PARENT, Shape::Ref(&[Kind::Estate, Kind::Building, Kind::Dwelling])),
        field("name", text(120)).required().search(SearchUse::Name),
        field("kind", Shape::Code(CodeSet::PremisesKind)).required(),
        field("address", text(200)).search(SearchUse::Name),
        field("organisation", Shape::Ref(&[Kind::Organisation])),
        field("state", Shape::Code(CodeSet::PremisesState)),
        field("contact_name", text(80)).read(Roles::REGISTER).search(SearchUse::Name).keep(AFTER_CLOSING),
        field("contact_phone", Shape::Phone).read(Roles::REGISTER).search(SearchUse::Number).keep(AFTER_CLOSING),
        field("area_m2", int(0, 9_999_999)),
        field("people", int(0, 99_999)),
        field("lived_in", Shape::Bool),
        field("point", Shape::Point),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[
        field("alias", text(120)).search(SearchUse::Name),
        field(CONFIRMED, Shape::Confirmation),
        field(NOT_SAME, Shape::Ref(&[Kind::Premises])),
    ],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: true,
    title: &["name"],
    subtitle: &["address"],
    sort: SortBy::Natural(&["address", "name"]),
};
