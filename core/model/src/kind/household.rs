//! Household 住户: people who live behind one door together.
//!
//! Owns the household's field table. Refuses causes of a need: what a household asks for is kept, never why.
//! Invariant: a household is where its dwelling is.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, PARENT, Retention, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::view::Policy;

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about households.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Household,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Dwelling])).required(),
        field("label", text(80)).search(SearchUse::Name),
        field("head", text(80)).search(SearchUse::Name),
        field("phone", Shape::Phone).search(SearchUse::Number).keep(Retention::DaysAfterEnd(365)),
        field("size", int(0, 999)),
        field("kind", Shape::Code(CodeSet::HouseholdKind)),
        field("last_visited", Shape::Moment).policy(Policy::Latest),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[field("needs", Shape::Code(CodeSet::HouseholdNeed))],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Dwelling]),
    delete: Roles::REGISTER,
    author_sees: false,
    place: false,
    title: &["label", "head"],
    subtitle: &["head"],
    sort: SortBy::Natural(&["label", "head"]),
};
