//! Facility 部件/设施: a thing in the street or the yard: a hydrant, a manhole, a charging shed, a sign.
//!
//! Owns the facility's field table. Refuses to repair: a case hangs on it for that. Invariant: the last check is the
//! latest that anybody made; the state is reviewed where two people disagree.

use super::field::{of_place as field, text};
use super::{CONFIRMED, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::view::Policy;

/// The field that says how it is.
pub const STATE: &str = "state";
/// The field that says when somebody looked last.
pub const LAST_CHECKED: &str = "last_checked";

/// What Gridwalk says about facilities.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Facility,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(PARENT, Shape::Ref(&[Kind::Estate, Kind::Building])),
        field("name", text(80)).search(SearchUse::Name),
        field("kind", Shape::Code(CodeSet::FacilityKind)).required(),
        field("code", text(40)).search(SearchUse::Number),
        field(STATE, Shape::Code(CodeSet::FacilityState)),
        field(LAST_CHECKED, Shape::Moment).policy(Policy::Latest),
        field("place", text(200)).search(SearchUse::Name),
        field("owner", text(120)).search(SearchUse::Name),
        field("point", Shape::Point),
        field("proposal", Shape::Ref(&[Kind::Case])),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[field(CONFIRMED, Shape::Confirmation), field(NOT_SAME, Shape::Ref(&[Kind::Facility]))],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: true,
    title: &["name", "kind"],
    subtitle: &["place", "code"],
    sort: SortBy::Natural(&["place", "name"]),
};
