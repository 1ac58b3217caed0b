//! The history of a record as far as its state tells: who wrote each field last, when, and what stood there before.
//!
//! Owns the order, newest first. Refuses to reach further back than the state does: the whole timeline is the server's.
//! Invariant: a field that the reader's roles do not read has no line.

use super::{Reader, field_line};
use gridwalk_model::kind::{CONFIRMED, Field, Kind, Shape};
use gridwalk_model::state::Tag;
use gridwalk_model::{AccountId, RecordId, Timestamp};
use gridwalk_store::StoreError;
use serde_json::Value as Json;

/// Who did what to a record.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HistoryView {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// What was done, the newest first.
    pub lines: Vec<HistoryLine>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HistoryLine {
    /// The member of the same-as group that it was done to.
    pub record: RecordId,
    /// What: `field`, `set`, `confirmed` or `step`.
    pub what: &'static str,
    /// Name of the field or set, code of the step.
    pub name: String,
    /// The field's code set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_set: Option<&'static str>,
    /// What was written; null where the field was cleared.
    pub value: Json,
    /// What stood there before; null where nothing did.
    pub before: Json,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

impl Reader<'_> {
    /// The history of a record and of those that are the same thing; `None` if it is not on this phone.
    pub fn history(&self, record: RecordId) -> Result<Option<HistoryView>, StoreError> {
        let record = self.store.living(record)?;
        let loaded = self.load([record])?;
        let Some(view) = super::shown(&loaded, record) else { return Ok(None) };
        let kind = view.front().map(|f| f.kind().to_owned()).unwrap_or_default();
        let table = Kind::from_name(&kind).map(Kind::table);
        let not_in_use = self.not_in_use(&loaded, &view)?;
        let may = |field: Option<&Field>| {
            field.is_none_or(|f| f.read.meets(self.actor.roles) && !not_in_use.contains(f.name))
        };
        let mut lines = Vec::new();
        for member in &view.members {
            let line = |what, name: &str, field: Option<&Field>, tag: &Tag, value: Json, before: Json| HistoryLine {
                record: member.record,
                what,
                name: name.to_owned(),
                code_set: field.and_then(field_line::code_set),
                value,
                before,
                by: tag.author,
                at: tag.effective,
            };
            for (name, register) in member.fields.iter().filter(|(name, _)| !name.starts_with('@')) {
                let field = table.and_then(|t| t.field(name));
                let shape: Option<Shape> = field.map(|f| f.shape);
                for head in register.heads.iter().filter(|_| may(field)) {
                    let value = field_line::json_or_null(shape, head.value.as_ref());
                    let before = field_line::json_or_null(shape, head.replaced.as_ref());
                    lines.push(line("field", name, field, &head.tag, value, before));
                }
            }
            for (name, set) in member.sets.iter().filter(|(name, _)| !name.starts_with('@')) {
                let field = table.and_then(|t| t.set(name));
                let what = if name == CONFIRMED { CONFIRMED } else { "set" };
                for add in set.adds.iter().filter(|_| may(field)) {
                    let value = field_line::json(field.map(|f| f.shape), &add.element);
                    lines.push(line(what, name, field, &add.tag, value, Json::Null));
                }
            }
            for step in &member.steps {
                lines.push(line("step", &step.step, None, &step.tag, Json::from(step.to.as_str()), Json::Null));
            }
        }
        lines.sort_by(|a, b| (b.at, &a.name).cmp(&(a.at, &b.name)));
        let title = self.store.row(view.shown)?.map(|r| r.title).unwrap_or_default();
        Ok(Some(HistoryView { record: view.shown, kind, title, lines }))
    }
}
