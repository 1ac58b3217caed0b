//! Target: one place of a campaign's baseline list (底数清单): a door, premises, a facility or an estate.
//!
//! Owns the target's field table. It bears its own copy of what stands on the street (building, entrance, door, name), so
//! that whoever walks needs no dwelling, household or resident on the phone. Refuses to say how it stands: its attempts
//! do. Invariant: a target that leaves the list stays, with the reason and who said so; no field of it is about a person.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::{Role, Roles};
use crate::step_table::StepTable;

/// The record of the register that it was made from.
pub const PLACE: &str = "place";
/// The building or estate that it is counted under.
pub const BUILDING: &str = "building";
/// What stands on the street, in one line.
pub const LABEL: &str = "label";
/// Whether it was found on the spot: the register did not know it.
pub const FOUND: &str = "found";
/// Why it left the list.
pub const LEFT: &str = "left";
/// When it was found that it is no place of the list.
pub const LEFT_AT: &str = "left_at";
/// More about why.
pub const LEFT_NOTE: &str = "left_note";

/// The kinds of the register that targets are made from.
pub const PLACES: &[Kind] = &[Kind::Estate, Kind::Building, Kind::Dwelling, Kind::Premises, Kind::Facility];

/// Who walks: volunteers and inspectors too, but no desk and no department.
pub const WALKERS: Roles =
    Roles::of(&[Role::Gridworker, Role::Volunteer, Role::DutyOfficer, Role::Inspector]).and(Roles::SUPERVISORS);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD.and(Roles::GUESTS), WALKERS)
}

/// What Gridwalk says about targets.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Target,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(PARENT, Shape::Ref(&[Kind::Campaign])).required(),
        field("sort", Shape::Code(CodeSet::TargetSort)).required(),
        field(PLACE, Shape::Ref(PLACES)),
        field(BUILDING, Shape::Ref(&[Kind::Building, Kind::Estate])),
        field("building_name", text(80)).search(SearchUse::Name),
        field("entrance", text(20)),
        field("floor", int(-9, 200)),
        field("door", text(40)).search(SearchUse::Text),
        field(LABEL, text(120)).required().search(SearchUse::Name),
        field("address", text(200)).search(SearchUse::Name),
        field("point", Shape::Point),
        field(FOUND, Shape::Bool),
        field(LEFT, Shape::Code(CodeSet::TargetLeft)),
        field(LEFT_AT, Shape::Moment),
        field(LEFT_NOTE, text(500)),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Unit,
    delete: super::campaign::LEADERS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: true,
    title: &[LABEL],
    subtitle: &["building_name", "address"],
    sort: SortBy::Natural(&["building_name", "entrance", "floor", "door", LABEL]),
};
