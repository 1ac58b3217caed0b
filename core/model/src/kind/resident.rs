//! Resident 居民: one person of the census.
//!
//! Owns the resident's field table: what a census needs and no more. Religion, political status, income, health and what
//! belongs to a child have a place, and are off until an administrator states what for (`field_use`); so is the ID number
//! of a child. Refuses scores, diagnoses and lists of persons: there is no place for them. Invariant: a resident is where
//! the household is; nobody is found or listed by a sensitive field.

use super::field::{int, text};
use super::{
    CONFIRMED, Field, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, Retention, SearchUse, Sensitivity, Shape,
    SortBy,
};
use crate::civil_date::CivilDate;
use crate::code_set::CodeSet;
use crate::id_number;
use crate::limits::CHILD_YEARS;
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::value::Value;

/// How long a contact or a number is kept after a resident moved out, days.
const AFTER_MOVING_OUT: Retention = Retention::DaysAfterEnd(365);

/// The field that holds the number of the booklet (户号) in which the resident is registered: those who share it are one
/// 户籍户, whichever households they live in.
pub const BOOKLET: &str = "booklet";
/// The field that holds the day of moving in.
pub const MOVED_IN: &str = "moved_in";
/// The field that holds the day of moving out.
pub const MOVED_OUT: &str = "moved_out";

/// The field that holds the day of birth.
pub const BIRTH: &str = "birth";
/// The field that holds the ID number.
pub const ID_NUMBER: &str = "id_number";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// Whether somebody is under 14 on a day (days since 1970-01-01), whose information is sensitive by article 28 of the law
/// on personal information: by any of the days of birth that are said, and by those that ID numbers bear.
pub fn is_child<'a>(
    births: impl IntoIterator<Item = &'a Value>,
    numbers: impl IntoIterator<Item = &'a Value>,
    day: i64,
) -> bool {
    let said = births.into_iter().filter_map(Value::as_int).filter_map(CivilDate::from_days);
    let borne = numbers.into_iter().filter_map(Value::as_text).filter_map(|number| id_number::read(number).birth);
    let Some(today) = CivilDate::from_days(day) else { return false };
    said.chain(borne).any(|born| born.years_to(today) < CHILD_YEARS)
}

/// What Gridwalk says about residents.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Resident,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Household])).required(),
        field("name", text(80)).required().search(SearchUse::Name),
        field("former_name", text(80)).search(SearchUse::Name),
        field("sex", Shape::Code(CodeSet::Sex)),
        field(BIRTH, Shape::Date),
        field("nation", Shape::Code(CodeSet::Nation)),
        field("native_place", text(80)),
        field(ID_NUMBER, Shape::IdNumber).search(SearchUse::Number).keep(AFTER_MOVING_OUT).sensitive_of_children(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_under_fourteen_on_the_day() {
        let day = |text: &str| CivilDate::parse(text).unwrap().days();
        let birth = |text: &str| Some(Value::Int(day(text)));
        let number = |text: &str| Some(Value::from(text));
        // birth, number, day, child
        let rows = [
            (birth("20121124"), None, "20261123", true),
            (birth("20121124"), None, "20261124", false),
            (None, number("990706201211240019"), "20261123", true),
            (None, number("990706199001011234"), "20261123", false),
            (None, None, "20261123", false),
            (birth("19900101"), number("990706201211240019"), "20261123", true),
            (birth("20300101"), None, "20261123", true),
        ];
        for (birth, number, on, child) in rows {
            assert_eq!(is_child(&birth, &number, day(on)), child, "{birth:?} {number:?} {on}");
        }
    }
}
