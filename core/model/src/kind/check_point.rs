//! Check-point 巡查点位: a spot of a grid that a patrol is to pass: a hydrant, a riverbank, a gate.
//!
//! Owns the check-point's field table. Refuses to say who passed it: patrols do. Invariant: a check-point has a home
//! unit; its point is its own, or that of the place that it is at.

use super::field::{int, of_place as field, text};
use super::{Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::role::Roles;
use crate::step_table::StepTable;

/// How near counts as there where nothing is said, metres.
pub const RADIUS_M: u32 = 50;

/// What Gridwalk says about check-points.
pub static TABLE: KindTable = KindTable {
    kind: Kind::CheckPoint,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(PARENT, Shape::Ref(Kind::PLACES)),
        field("name", text(80)).required().search(SearchUse::Name),
        field("point", Shape::Point),
        field("radius_m", int(5, 500)),
        field("note", text(500)).search(SearchUse::Text),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: true,
    title: &["name"],
    subtitle: &["note"],
    sort: SortBy::Natural(&["name"]),
};
