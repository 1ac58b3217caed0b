//! Organisation 单位/组织: a firm, a body, an association, known by its social credit code.
//!
//! Owns the organisation's field table. Refuses lists of its members. Invariant: an organisation has a home unit; the
//! rooms that it uses are premises.

use super::field::{AFTER_CLOSING, int, of_place as field, text};
use super::{CONFIRMED, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// What Gridwalk says about organisations.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Organisation,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(PARENT, Shape::Ref(&[Kind::Building, Kind::Dwelling, Kind::Premises])),
        field("name", text(120)).required().search(SearchUse::Name),
        field("uscc", Shape::Uscc).search(SearchUse::Number),
        field("kind", Shape::Code(CodeSet::OrganisationKind)),
        field("address", text(200)).search(SearchUse::Name),
        field("contact_name", text(80)).read(Roles::REGISTER).search(SearchUse::Name).keep(AFTER_CLOSING),
        field("contact_phone", Shape::Phone).read(Roles::REGISTER).search(SearchUse::Number).keep(AFTER_CLOSING),
        field("people", int(0, 999_999)),
        field("closed", Shape::Date),
        field("point", Shape::Point),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[
        field("alias", text(120)).search(SearchUse::Name),
        field(CONFIRMED, Shape::Confirmation),
        field(NOT_SAME, Shape::Ref(&[Kind::Organisation])),
    ],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: true,
    title: &["name"],
    subtitle: &["address"],
    sort: SortBy::Pinyin("name"),
};
