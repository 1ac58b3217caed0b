//! Unit 辖区, 部门: a node of the organisation tree, whose id outlives its codes.
//!
//! Owns the unit's field table. Refuses to know accounts and scopes. Invariant: codes that a unit had are kept.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::role::{Role, Roles};
use crate::step_table::StepTable;

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::POSTED, Roles::of(&[Role::SystemAdmin]))
}

/// What somebody must be told of a unit to know which it is, whoever they are.
const fn frame(field: Field) -> Field {
    field.read(Roles::EVERYONE)
}

/// What Gridwalk says about units.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Unit,
    fields: &[
        frame(field(PARENT, Shape::Ref(&[Kind::Unit]))),
        frame(field("name", text(80))).required().search(SearchUse::Name),
        frame(field("level", Shape::Code(CodeSet::UnitLevel))).required(),
        frame(field("code", Shape::UnitCode)).search(SearchUse::Number),
        frame(field("kind", Shape::Code(CodeSet::UnitKind))),
        field("valid_from", Shape::Date),
        field("valid_to", Shape::Date),
        field("boundary", Shape::Polygon),
        field("duty_phone", Shape::Phone).search(SearchUse::Number),
        field("duty_hours", text(80)),
        field("ranks", Shape::Bool),
    ],
    sets: &[
        field("former_codes", Shape::UnitCode).search(SearchUse::Number),
        field("powers", Shape::Code(CodeSet::UnitPower)),
    ],
    steps: StepTable::none,
    home: Home::Itself,
    delete: Roles::of(&[Role::SystemAdmin]),
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["name", "code"],
    subtitle: &["code"],
    sort: SortBy::Natural(&["code", "name"]),
};

/// Kinds of grids that lie over basic grids on purpose: campus, park, business building.
const DEDICATED: [&str; 4] = ["dedicated", "campus", "park", "business_building"];

/// Whether a grid of that kind is a dedicated one.
pub fn is_dedicated(kind: &str) -> bool {
    DEDICATED.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dedicated_kinds_are_codes() {
        assert!(DEDICATED.iter().all(|kind| CodeSet::UnitKind.has(kind)));
        assert!(!is_dedicated("basic") && !is_dedicated(""));
    }
}
