//! Warnings: what looks odd about a decision; it is shown with what was saved and holds nobody up.
//!
//! Owns which checks a field's shape calls for. Refuses to block: what is surely wrong was refused before. Invariant: a
//! warning names a field that was typed in this very decision.

use super::{Actor, Decision};
use crate::check::{self, Warning};
use crate::civil_date::CivilDate;
use crate::id::RecordId;
use crate::kind::{Kind, Shape};
use crate::rejection::Rejection;
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
                let line =
                    |w: Warning| FieldWarning { record: write.record, field: (*name).to_owned(), code: w.code() };
                list.extend(warnings.into_iter().map(line));
            }
        }
        list
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
