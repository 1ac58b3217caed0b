//! Resident 居民: one person of the census.
//!
//! Owns the resident's field table: what a census needs and no more. Refuses religion, political status, income,
//! health, scores and lists of persons: there is no place for them. Invariant: a resident is where the household is.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, Retention, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// How long a contact or a number is kept after a resident moved out, days.
const AFTER_MOVING_OUT: Retention = Retention::DaysAfterEnd(365);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about residents.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Resident,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Household])).required(),
        field("name", text(80)).required().search(SearchUse::Name),
        field("sex", Shape::Code(CodeSet::Sex)),
        field("birth", Shape::Date),
        field("id_number", Shape::IdNumber).search(SearchUse::Number).keep(AFTER_MOVING_OUT),
        field("phone", Shape::Phone).search(SearchUse::Number).keep(AFTER_MOVING_OUT),
        field("relation", Shape::Code(CodeSet::Relation)),
        field("education", Shape::Code(CodeSet::Education)).keep(AFTER_MOVING_OUT),
        field("marital", Shape::Code(CodeSet::Marital)).keep(AFTER_MOVING_OUT),
        field("moved_in", Shape::Date),
        field("moved_out", Shape::Date),
        field("note", text(2000)).search(SearchUse::Text).keep(AFTER_MOVING_OUT),
    ],
    sets: &[field("tags", Shape::Code(CodeSet::ResidentTag)).keep(AFTER_MOVING_OUT)],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Household]),
    delete: Roles::REGISTER,
    author_sees: false,
    place: false,
    title: &["name"],
    subtitle: &["birth"],
    sort: SortBy::Pinyin("name"),
};
