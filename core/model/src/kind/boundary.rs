//! Boundary 边界: one edition of where a unit lies, with the days on which it holds.
//!
//! Owns the edition's field table. Refuses to be edited: another course of the line is another record. Invariant: what
//! an earlier edition said stays readable, so that an old case keeps its old grid.

use super::field::int;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Shape, SortBy};
use crate::role::{Role, Roles};
use crate::step_table::StepTable;

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::POSTED, Roles::of(&[Role::SystemAdmin]))
}

/// What Gridwalk says about editions of boundaries.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Boundary,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Unit])).required().once(),
        field("boundary", Shape::Polygon).required().once(),
        field("valid_from", Shape::Date).required().once(),
        field("valid_to", Shape::Date),
        field("area_m2", int(0, i64::MAX)).once(),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Unit]),
    delete: Roles::of(&[Role::SystemAdmin]),
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["valid_from"],
    subtitle: &["valid_to"],
    sort: SortBy::Natural(&["valid_from"]),
};
