//! Household 住户: people who live behind one door together; not the 户籍户 of a booklet, whose number residents bear.
//!
//! Owns the household's field table. Refuses causes of a need: what a household asks for is kept, never why.
//! Invariant: a household is where its dwelling is, or its house where a village has no doors to count.

use super::field::{int, text};
use super::{
    CONFIRMED, Field, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy,
};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::view::Policy;

/// Where a household may live: behind a door, or in a house without doors.
pub const ABOVE: &[Kind] = &[Kind::Dwelling, Kind::Building];
/// The field that holds its place in the walking order of its group.
pub const WALK: &str = "walk";
/// The field that names the household which it was part of.
pub const SPLIT_FROM: &str = "split_from";
/// The field that names the household which it became part of.
pub const MERGED_INTO: &str = "merged_into";
/// The field that says since when nobody of it lives there.
pub const ENDED: &str = "ended";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about households.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Household,
    fields: &[
        field(PARENT, Shape::Ref(ABOVE)).required(),
        field("label", text(80)).search(SearchUse::Name),
        field("head", text(80)).search(SearchUse::Name),
        field("phone", Shape::Phone).search(SearchUse::Number).keep(Retention::DaysAfterEnd(365)),
        field("size", int(0, 999)),
        field("kind", Shape::Code(CodeSet::HouseholdKind)),
        field(WALK, Shape::WalkKey),
        field(SPLIT_FROM, Shape::Ref(&[Kind::Household])),
        field(MERGED_INTO, Shape::Ref(&[Kind::Household])),
        field(ENDED, Shape::Date),
        field("last_visited", Shape::Moment).policy(Policy::Latest),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[
        field("needs", Shape::Code(CodeSet::HouseholdNeed)),
        field(CONFIRMED, Shape::Confirmation),
        field(NOT_SAME, Shape::Ref(&[Kind::Household])),
    ],
    steps: StepTable::none,
    home: Home::Parent(ABOVE),
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["label", "head"],
    subtitle: &["head"],
    sort: SortBy::Natural(&["label", "head"]),
};
