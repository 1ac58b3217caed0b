//! Resident 居民: one person of the census.
//!
//! Owns the resident's field table: what a census needs and no more. Religion, political status, income, health and what
//! belongs to a child have a place, and are off until an administrator states what for (`field_use`). Refuses scores,
//! diagnoses and lists of persons: there is no place for them. Invariant: a resident is where the household is; nobody
//! is found or listed by a sensitive field.

use super::field::{int, text};
use super::{
    CONFIRMED, Field, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, Retention, SearchUse, Sensitivity, Shape,
    SortBy,
};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// How long a contact or a number is kept after a resident moved out, days.
const AFTER_MOVING_OUT: Retention = Retention::DaysAfterEnd(365);

/// The field that holds the number of the booklet (户号) in which the resident is registered: those who share it are one
/// 户籍户, whichever households they live in.
pub const BOOKLET: &str = "booklet";
/// The field that holds the day of moving in.
pub const MOVED_IN: &str = "moved_in";
/// The field that holds the day of moving out.
pub const MOVED_OUT: &str = "moved_out";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about residents.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Resident,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Household])).required(),
        field("name", text(80)).required().search(SearchUse::Name),
        field("former_name", text(80)).search(SearchUse::Name),
        field("sex", Shape::Code(CodeSet::Sex)),
        field("birth", Shape::Date),
        field("nation", Shape::Code(CodeSet::Nation)),
        field("native_place", text(80)),
        field("id_number", Shape::IdNumber).search(SearchUse::Number).keep(AFTER_MOVING_OUT),
        field("phone", Shape::Phone).search(SearchUse::Number).keep(AFTER_MOVING_OUT),
        field("relation", Shape::Code(CodeSet::Relation)),
        field("education", Shape::Code(CodeSet::Education)).keep(AFTER_MOVING_OUT),
        field("marital", Shape::Code(CodeSet::Marital)).keep(AFTER_MOVING_OUT),
        field("occupation", text(80)).keep(AFTER_MOVING_OUT),
        field("workplace", text(120)).search(SearchUse::Text).keep(AFTER_MOVING_OUT),
        field("registered_here", Shape::Code(CodeSet::RegisteredHere)),
        field(BOOKLET, text(40)).search(SearchUse::Number).keep(AFTER_MOVING_OUT),
        field("booklet_relation", Shape::Code(CodeSet::Relation)),
        field("registered_at", text(200)).search(SearchUse::Text).keep(AFTER_MOVING_OUT),
        field("arrival_reason", Shape::Code(CodeSet::ArrivalReason)),
        field(MOVED_IN, Shape::Date),
        field(MOVED_OUT, Shape::Date),
        field("moved_to", text(200)).keep(AFTER_MOVING_OUT),
        field("note", text(2000)).search(SearchUse::Text).keep(AFTER_MOVING_OUT),
        field("health", Shape::Code(CodeSet::Health)).keep(AFTER_MOVING_OUT).sensitive(Sensitivity::Health),
        field("religion", Shape::Code(CodeSet::Religion)).keep(AFTER_MOVING_OUT).sensitive(Sensitivity::Belief),
        field("political_status", Shape::Code(CodeSet::PoliticalStatus))
            .keep(AFTER_MOVING_OUT)
            .sensitive(Sensitivity::Belief),
        field("income", int(0, 99_999_999)).keep(AFTER_MOVING_OUT).sensitive(Sensitivity::Means),
        field("school", text(120)).keep(AFTER_MOVING_OUT).sensitive(Sensitivity::Child),
        field("guardian_name", text(80)).keep(AFTER_MOVING_OUT).sensitive(Sensitivity::Child),
        field("guardian_phone", Shape::Phone).keep(AFTER_MOVING_OUT).sensitive(Sensitivity::Child),
    ],
    sets: &[
        field("tags", Shape::Code(CodeSet::ResidentTag)).keep(AFTER_MOVING_OUT),
        field(CONFIRMED, Shape::Confirmation),
        field(NOT_SAME, Shape::Ref(&[Kind::Resident])),
    ],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Household]),
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["name"],
    subtitle: &["birth"],
    sort: SortBy::Pinyin("name"),
};
