//! Warnings: what looks odd about a decision; it is shown with what was saved and holds nobody up.
//!
//! Owns which checks a field's shape calls for. Refuses to block: what is surely wrong was refused before. Invariant: a
//! warning names a field that was typed in this very decision.

use super::{Actor, Decision};
use crate::check::{self, Warning};
use crate::civil_date::CivilDate;
use crate::id::RecordId;
use crate::kind::household_link::{self, LinkWarning};
use crate::kind::{Kind, Shape};
use crate::rejection::Rejection;
use crate::state::State;
use crate::value::Value;
use crate::view::{Held, Policy, show};
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
            let known = |name: &str| {
                let shown = || show(&held.state(write.record)?.fields.get(name)?.heads, Policy::Review)?.value;
                typed.get(name).copied().or_else(shown)
            };
            let birth = known("birth").and_then(Value::as_int).and_then(CivilDate::from_days);
            let sex = known("sex").and_then(Value::as_text);
            for (name, value) in &typed {
                let Some((shape, text)) = table.field(name).map(|f| f.shape).zip(value.as_text()) else { continue };
                let checked = match shape {
                    Shape::IdNumber => check::id_number(text, CivilDate::from_days(actor.today()), birth, sex),
                    Shape::Uscc => check::uscc(text),
                    Shape::Phone => check::phone(text),
                    _ => continue,
                };
                let warnings = checked.map(|passed| passed.warnings).unwrap_or_default();
                let line = |w: Warning| FieldWarning {
                    beside: None,
                    record: write.record,
                    field: (*name).to_owned(),
                    code: w.code(),
                };
                list.extend(warnings.into_iter().map(line));
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
    use crate::command::tests::{GRID, HOUSEHOLD, NEW, Notebook, actor, street};
    use crate::command::{AddHouseholdLink, Command, Edits};
    use crate::role::Role;

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
