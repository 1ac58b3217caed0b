//! Sensitive fields: which of them a decision fills, so that whoever holds the statements of their use can refuse it.
//!
//! Owns what counts as filling one, and of whom. Refuses to know where fields are in use. Invariant: taking a value away is
//! never refused for want of a purpose; a field that is sensitive of children counts by the age on the day of writing.

use super::Decision;
use crate::change::Change;
use crate::id::UnitId;
use crate::kind::{Field, Kind, KindTable, resident};
use crate::op::Op;
use crate::state::State;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

impl Decision {
    /// The sensitive fields that it fills on a day, each with its kind and the unit of its record.
    pub fn sensitive(&self, held: &impl Held, day: i64) -> Vec<(UnitId, Kind, &'static Field)> {
        let mut found = Vec::new();
        for write in self.writes() {
            let Some(table) = Kind::from_name(&write.kind).map(Kind::table) else { continue };
            let filled: Vec<(&str, &Value)> = write.wishes.iter().filter_map(filled_by_wish).collect();
            let state = held.state(write.record);
            let fields = filled.iter().filter_map(|(name, _)| of(table, name));
            found.extend(
                fields.filter(|f| is_meant(f, || is_child(&filled, state, day))).map(|f| (write.unit, table.kind, f)),
            );
        }
        found
    }
}

/// The sensitive fields that a change may fill, whoever it is about.
pub fn may_be_sensitive(change: &Change) -> Vec<&'static Field> {
    let Some(table) = Kind::from_name(&change.kind).map(Kind::table) else { return Vec::new() };
    change.ops.iter().filter_map(filled_by_op).filter_map(|(name, _)| of(table, name)).collect()
}

/// The sensitive fields that a change fills on a day; `state` is the record's before it.
pub fn sensitive_of(change: &Change, state: Option<&State>, day: i64) -> Vec<&'static Field> {
    let filled: Vec<(&str, &Value)> = change.ops.iter().filter_map(filled_by_op).collect();
    let fields = may_be_sensitive(change).into_iter();
    fields.filter(|field| is_meant(field, || is_child(&filled, state, day))).collect()
}

/// The sensitive fields and sets of a record on a day: those of children only where it is about one.
pub fn sensitive_in<'a>(
    table: &'static KindTable,
    states: impl IntoIterator<Item = &'a State>,
    day: i64,
) -> Vec<&'static Field> {
    let states: Vec<&State> = states.into_iter().collect();
    let child = || states.iter().any(|state| is_child(&[], Some(state), day));
    table.sensitive().filter(|field| is_meant(field, child)).collect()
}

fn filled_by_wish(wish: &Wish) -> Option<(&str, &Value)> {
    match wish {
        Wish::Put { field, value: Some(value), within: None } => Some((field, value)),
        Wish::Add { set, element } => Some((set, element)),
        _ => None,
    }
}

fn filled_by_op(op: &Op) -> Option<(&str, &Value)> {
    match op {
        Op::Put { field, value: Some(value), within: None, .. } => Some((field, value)),
        Op::Add { set, element } => Some((set, element)),
        _ => None,
    }
}

fn of(table: &'static KindTable, name: &str) -> Option<&'static Field> {
    table.field(name).or_else(|| table.set(name)).filter(|f| f.sensitive.is_some())
}

fn is_meant(field: &Field, child: impl Fn() -> bool) -> bool {
    !field.of_children || child()
}

/// Whether the record is about a child: by what is written now, and by what stands where nothing is.
fn is_child(filled: &[(&str, &Value)], state: Option<&State>, day: i64) -> bool {
    let values = |name: &str| -> Vec<&Value> {
        let typed: Vec<&Value> = filled.iter().filter(|(field, _)| *field == name).map(|(_, value)| *value).collect();
        if !typed.is_empty() {
            return typed;
        }
        let heads = state.and_then(|state| state.fields.get(name)).into_iter().flat_map(|register| &register.heads);
        heads.filter_map(|head| head.value.as_ref()).collect()
    };
    resident::is_child(values(resident::BIRTH), values(resident::ID_NUMBER), day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::basis::Basis;
    use crate::civil_date::CivilDate;
    use crate::command::Write;
    use crate::id::RecordId;
    use std::collections::BTreeMap;

    #[test]
    fn a_number_is_sensitive_of_a_child_and_of_nobody_else() {
        let day = |text: &str| CivilDate::parse(text).unwrap().days();
        let born = |text: &str| Wish::put("birth", day(text));
        let number = || Wish::put("id_number", "990706199001011234");
        let with = |wishes: Vec<Wish>| {
            let record = RecordId([1; 16]);
            let (kind, unit, basis) = ("resident".to_owned(), UnitId([2; 16]), Basis::blank(record));
            Decision::from(Write { record, kind, unit, basis, wishes, instead_of: None })
        };
        let held: BTreeMap<RecordId, State> = BTreeMap::new();
        let names = |wishes: Vec<Wish>| -> Vec<&str> {
            let sensitive = with(wishes).sensitive(&held, day("20261123"));
            sensitive.into_iter().map(|(_, _, field)| field.name).collect()
        };
        assert!(names(vec![number()]).is_empty(), "an adult by the number itself");
        assert_eq!(names(vec![born("20200101"), number()]), ["id_number"]);
        assert!(names(vec![born("20200101"), Wish::clear("id_number")]).is_empty(), "taking it away is open");
        assert_eq!(names(vec![Wish::put("id_number", "990706202001011234")]), ["id_number"]);
        assert!(names(vec![born("20200101")]).is_empty(), "a birthday is no number");
        assert_eq!(names(vec![Wish::put("health", "1")]), ["health"]);
    }
}
