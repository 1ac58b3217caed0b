//! Warnings: what looks odd about a decision; it is shown with what was saved and holds nobody up.
//!
//! Owns which checks a field's shape calls for. Refuses to block: what is surely wrong was refused before. Invariant: a
//! warning names a field that was typed in this very decision.

use super::{Actor, Decision};
use crate::check;
use crate::civil_date::CivilDate;
use crate::door::layout::{DoorWarning, EnteredDoor, Layout};
use crate::id::RecordId;
use crate::id_number::{self, IdWarning};
use crate::kind::household_link::{self, LinkWarning};
use crate::kind::resident::BIRTH;
use crate::kind::{Kind, KindTable, PARENT, Shape};
use crate::rejection::Rejection;
use crate::state::State;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use std::collections::BTreeMap;

/// Something odd about a field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldWarning {
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: String,
    /// What is odd: a stable code.
    pub code: &'static str,
    /// The other record that it is odd beside, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<RecordId>,
}

impl Decision {
    /// What looks odd in it.
    pub fn warnings(&self, held: &impl Held, actor: &Actor) -> Vec<FieldWarning> {
        let mut list = Vec::new();
        for write in self.writes() {
            let Some(table) = Kind::from_name(&write.kind).map(Kind::table) else { continue };
            let typed: BTreeMap<&str, &Value> = write.wishes.iter().filter_map(typed).collect();
            let known = |name: &str| typed.get(name).copied().or_else(|| shown(held, write.record, name));
            let line = |(field, code): (&str, &'static str)| FieldWarning {
                beside: None,
                record: write.record,
                field: field.to_owned(),
                code,
            };
            list.extend(odd_values(table, &typed, known, actor).into_iter().map(line));
            if table.kind == Kind::Dwelling {
                list.extend(odd_door(held, &typed, known).into_iter().map(line));
            }
        }
        list
    }

    /// The households that it puts into household links, each with the field in which it stands.
    fn linked(&self) -> impl Iterator<Item = (RecordId, &str, RecordId)> {
        let links = self.writes().filter(|write| write.kind == Kind::HouseholdLink.name());
        links.flat_map(|write| {
            write.wishes.iter().filter_map(|wish| match wish {
                Wish::Add { set, element } if set == "households" => {
                    Some((write.record, set.as_str(), element.as_id()?))
                }
                Wish::Put { field, value: Some(value), within: None } if field == "head_household" => {
                    Some((write.record, field.as_str(), value.as_id()?))
                }
                _ => None,
            })
        })
    }

    /// Whether it puts households into a household link, so that the other links are to be looked at.
    pub fn links_households(&self) -> bool {
        self.linked().next().is_some()
    }

    /// Households that it links although another of these links has them.
    pub fn linked_twice(&self, links: &[State]) -> Vec<FieldWarning> {
        let other = |record: RecordId, household: RecordId| {
            let mut others = links.iter().filter(|link| link.record != record && !link.is_deleted());
            others.find(|link| household_link::households(link).contains(&household)).map(|link| link.record)
        };
        let warning = |(record, field, household): (RecordId, &str, RecordId)| {
            let code = LinkWarning::InTwoLinks.warning_code();
            let beside = Some(other(record, household)?);
            Some(FieldWarning { record, field: field.to_owned(), code, beside })
        };
        self.linked().filter_map(warning).collect()
    }
}

/// What a field of a record shows.
fn shown<'a>(held: &'a impl Held, record: RecordId, name: &str) -> Option<&'a Value> {
    held.state(record)?.value(name)
}

/// What is odd about typed numbers, phones and days of birth: fields with codes.
fn odd_values<'t>(
    table: &KindTable,
    typed: &BTreeMap<&'t str, &Value>,
    known: impl Fn(&str) -> Option<&'t Value> + Copy,
    actor: &Actor,
) -> Vec<(&'t str, &'static str)> {
    let today = CivilDate::from_days(actor.today());
    let birth = known(BIRTH).and_then(Value::as_int).and_then(CivilDate::from_days);
    let sex = known("sex").and_then(Value::as_text);
    let mut list = Vec::new();
    for (name, value) in typed {
        let Some(shape) = table.field(name).map(|f| f.shape) else { continue };
        let checked = match (shape, value.as_text()) {
            (Shape::IdNumber, Some(text)) => check::id_number(text, today, birth, sex),
            (Shape::Uscc, Some(text)) => check::uscc(text),
            (Shape::Phone, Some(text)) => check::phone_in(table.kind, name, text),
            (Shape::Date, None) if *name == BIRTH => {
                let odd = birth.zip(today).and_then(|(born, today)| check::birth(born, today));
                list.extend(odd.map(|odd| (*name, odd.warning_code())));
                continue;
            }
            _ => continue,
        };
        let warnings = checked.map(|passed| passed.warnings).unwrap_or_default();
        list.extend(warnings.into_iter().map(|warning| (*name, warning.code())));
    }
    list.extend(beside_number(typed, known, today));
    list
}

/// Birth and sex typed beside a number that stands there already: told of where they differ from it.
fn beside_number<'t>(
    typed: &BTreeMap<&'t str, &Value>,
    known: impl Fn(&str) -> Option<&'t Value>,
    today: Option<CivilDate>,
) -> Vec<(&'t str, &'static str)> {
    let number = known("id_number").and_then(Value::as_text).filter(|_| !typed.contains_key("id_number"));
    let Some(number) = number else { return Vec::new() };
    let birth = known(BIRTH).and_then(Value::as_int).and_then(CivilDate::from_days);
    let warnings = id_number::warnings(number, today, birth, known("sex").and_then(Value::as_text));
    let of_field = |warning: IdWarning| match warning {
        IdWarning::BirthDiffers => Some(BIRTH),
        IdWarning::SexDiffers => Some("sex"),
        _ => None,
    };
    let odd = |warning: IdWarning| Some((*typed.get_key_value(of_field(warning)?)?.0, warning.code()));
    warnings.into_iter().filter_map(odd).collect()
}

/// What is odd about a typed door beside what its building says.
fn odd_door<'t>(
    held: &impl Held,
    typed: &BTreeMap<&'t str, &Value>,
    known: impl Fn(&str) -> Option<&'t Value>,
) -> Vec<(&'t str, &'static str)> {
    let Some(building) = known(PARENT).and_then(Value::as_id) else { return Vec::new() };
    let layout = Layout::of(|field| shown(held, building, field)?.as_int());
    let text = |name: &str| known(name).and_then(Value::as_text).unwrap_or_default().to_owned();
    let floor = known("floor").and_then(Value::as_int);
    let entered = EnteredDoor::of(text("entrance"), text("number"), floor);
    let named = |odd: DoorWarning| {
        let fields = match odd {
            DoorWarning::Floor => ["floor", "number", PARENT],
            DoorWarning::Entrance | DoorWarning::EntranceUnsaid => ["entrance", "number", PARENT],
            DoorWarning::Beyond => ["number", "floor", PARENT],
        };
        let field = fields.into_iter().find_map(|field| typed.get_key_value(field).map(|(name, _)| *name))?;
        Some((field, odd.warning_code()))
    };
    layout.odd(&entered).into_iter().filter_map(named).collect()
}

fn typed(wish: &Wish) -> Option<(&str, &Value)> {
    match wish {
        Wish::Put { field, value: Some(value), within: None } => Some((field, value)),
        _ => None,
    }
}

/// No for what is surely wrong in a field of this shape, whoever insists.
pub(super) fn refuse_surely_wrong(field: &'static str, shape: Shape, value: &Value) -> Result<(), Rejection> {
    let Some(text) = value.as_text() else { return Ok(()) };
    let checked = match shape {
        Shape::IdNumber => check::id_number(text, None, None, None),
        Shape::Uscc => check::uscc(text),
        Shape::Phone => check::phone(text),
        _ => return Ok(()),
    };
    checked.map(drop).map_err(|why| Rejection::SurelyWrong { field, why: why.block_code() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::{BUILDING, DWELLING, GRID, HOUSEHOLD, NEW, Notebook, RESIDENT, actor, street};
    use crate::command::{AddHouseholdLink, Command, EditRecord, Edits};
    use crate::role::Role;

    /// Codes of what is odd about these edits, each with its field.
    fn odd(notebook: &Notebook, record: RecordId, edits: Edits) -> Vec<(String, &'static str)> {
        let (basis, also) = (notebook.basis(record), Vec::new());
        let command = Command::EditRecord(EditRecord { record, basis, also, edits });
        let gridworker = actor(Role::Gridworker);
        let decided = command.decide(&notebook.held, &gridworker).unwrap();
        decided.warnings(&notebook.held, &gridworker).into_iter().map(|w| (w.field, w.code)).collect()
    }

    #[test]
    fn days_of_birth_and_short_numbers_are_warned_of() {
        let notebook = street();
        let day = |text: &str| CivilDate::parse(text).unwrap().days();
        // The actor's today is 2023-11-15.
        let rows: [(RecordId, &str, Value, &[&str]); 9] = [
            (RESIDENT, "birth", day("2090-01-01").into(), &["birth_unborn"]),
            (RESIDENT, "birth", day("1850-01-01").into(), &["birth_age"]),
            (RESIDENT, "birth", day("1990-05-01").into(), &[]),
            (RESIDENT, "birth", day("2023-11-15").into(), &[]),
            (RESIDENT, "phone", "12345".into(), &["phone_short"]),
            (RESIDENT, "phone", "13812345678".into(), &[]),
            (RESIDENT, "phone", "138123456".into(), &["phone_mobile_length"]),
            (HOUSEHOLD, "phone", "110".into(), &["phone_short"]),
            (DWELLING, "landlord_phone", "12345".into(), &["phone_short"]),
        ];
        for (record, field, value, codes) in rows {
            let told = odd(&notebook, record, Edits::none().put(field, value.clone()));
            let wanted: Vec<_> = codes.iter().map(|code| (field.to_owned(), *code)).collect();
            assert_eq!(told, wanted, "{field} {value:?}");
        }
    }

    #[test]
    fn a_door_that_its_building_does_not_speak_of_is_warned_of() {
        let mut notebook = street();
        let says = |notebook: &Notebook, field: &str, count: i64| {
            let basis = notebook.basis(BUILDING);
            let edits = Edits::none().put(field, count);
            Command::EditRecord(EditRecord { record: BUILDING, basis, also: Vec::new(), edits })
        };
        let door = |notebook: &Notebook, text: &str| odd(notebook, DWELLING, Edits::none().put("number", text));
        assert_eq!(door(&notebook, "902"), []);
        for (field, count) in [("floors", 6), ("doors_a_floor", 2)] {
            let command = says(&notebook, field, count);
            notebook.do_as(Role::Gridworker, &command).unwrap();
        }
        let number = |code| vec![("number".to_owned(), code)];
        assert_eq!(door(&notebook, "902"), number("door_floor"));
        assert_eq!(door(&notebook, "603"), number("door_beyond"));
        assert_eq!((door(&notebook, "602"), door(&notebook, "阁楼")), (vec![], vec![]));
        let command = says(&notebook, "entrances", 2);
        notebook.do_as(Role::Gridworker, &command).unwrap();
        // Numbers may go on behind the second entrance.
        assert_eq!(door(&notebook, "2-603"), []);
        assert_eq!(door(&notebook, "603"), number("door_entrance_unsaid"));
        let third = odd(&notebook, DWELLING, Edits::none().put("entrance", "3"));
        assert_eq!(third, [("entrance".to_owned(), "door_entrance")]);
    }

    #[test]
    fn a_household_in_two_links_is_warned_of() {
        let mut notebook = street();
        let gridworker = actor(Role::Gridworker);
        let other = RecordId([77; 16]);
        let links = |notebook: &Notebook| notebook.held.values().cloned().collect::<Vec<State>>();
        let link = |record: RecordId, edits: Edits| {
            Command::AddHouseholdLink(AddHouseholdLink { record, unit: GRID, edits: edits.put("label", "联户") })
        };
        let first = link(other, Edits::none().add("households", HOUSEHOLD));
        let decided = first.decide(&notebook.held, &gridworker).unwrap();
        assert!(decided.links_households() && decided.linked_twice(&links(&notebook)).is_empty());
        notebook.do_as(Role::Gridworker, &first).unwrap();
        let table = [
            (Edits::none().add("households", HOUSEHOLD), Some("households")),
            (Edits::none().put("head_household", HOUSEHOLD), Some("head_household")),
            (Edits::none().add("households", RecordId([78; 16])), None),
            (Edits::none(), None),
        ];
        for (edits, field) in table {
            let decided = link(NEW, edits).decide(&notebook.held, &gridworker).unwrap();
            let warned = decided.linked_twice(&links(&notebook));
            let told: Vec<_> = warned.iter().map(|w| (w.record, w.field.as_str(), w.code, w.beside)).collect();
            let wanted = field.map(|field| (NEW, field, "household_in_two_links", Some(other)));
            assert_eq!(told, wanted.into_iter().collect::<Vec<_>>());
        }
    }
}
