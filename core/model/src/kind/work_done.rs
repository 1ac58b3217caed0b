//! Work done 工作记录: that an item of the work list was done at a place, or for a whole grid.
//!
//! Owns the field table. Refuses to count: read models do. Invariant: it bears the item's title and fact, so that it can be
//! read where the item is not on the phone any more; it is below its place or, where no single place is named, at home in
//! the grid that it was done for.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::role::Roles;
use crate::step_table::StepTable;

/// What an item is done at.
pub const ABOVE: &[Kind] =
    &[Kind::Household, Kind::Dwelling, Kind::Building, Kind::Estate, Kind::Premises, Kind::Facility];
/// The field that names the item.
pub const ITEM: &str = "item";
/// The field that holds when it was done.
pub const AT: &str = "at";
/// The field that holds the fact that was asked for.
pub const FACT: &str = "fact";
/// The field that holds the answer, as text.
pub const VALUE: &str = "value";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about work done.
pub static TABLE: KindTable = KindTable {
    kind: Kind::WorkDone,
    fields: &[
        field(PARENT, Shape::Ref(ABOVE)),
        field(UNIT, Shape::UnitRef),
        field(ITEM, Shape::Ref(&[Kind::WorkItem])).required(),
        field(AT, Shape::Moment).required(),
        field("title", text(80)).required(),
        field(FACT, text(64)),
        field(VALUE, text(500)),
        field("note", text(1000)).search(SearchUse::Text),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(ABOVE),
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["title"],
    subtitle: &[VALUE, "note"],
    sort: SortBy::NewestIn(ITEM, AT),
};
