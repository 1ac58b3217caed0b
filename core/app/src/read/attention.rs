//! Needs attention: own changes that came back, whole and editable.

use super::outbox::what;
use super::{Reader, field_line};
use gridwalk_model::RecordId;
use gridwalk_model::kind::Kind;
use gridwalk_model::op::Op;
use gridwalk_store::StoreError;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// One change that came back.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AttentionView {
    /// How-manieth save of this phone.
    pub save: u64,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title, as far as the record is here.
    pub title: String,
    /// Why: a stable code.
    pub code: String,
    /// What would help, or the supervisor's words.
    pub hint: String,
    /// What it did: names of fields and sets, codes of steps.
    pub what: Vec<String>,
    /// The fields as typed; null where one was cleared.
    pub typed: BTreeMap<String, Json>,
    /// The basis for a correction; that of a blank record if it is not here.
    pub basis: String,
}

impl Reader<'_> {
    /// What this person must look at, oldest first.
    pub fn attention(&self) -> Result<Vec<AttentionView>, StoreError> {
        let line = |item: gridwalk_store::AttentionItem| {
            let change = &item.change.change;
            let shape = |field: &str| Kind::from_name(&change.kind)?.table().field(field).map(|f| f.shape);
            let typed = change.ops.iter().filter_map(|op| match op {
                Op::Put { field, value, within: None, .. } => {
                    Some((field.clone(), field_line::json_or_null(shape(field), value.as_ref())))
                }
                _ => None,
            });
            Ok(AttentionView {
                save: item.save,
                record: item.record,
                kind: change.kind.clone(),
                title: self.store.row(item.record)?.map(|r| r.title).unwrap_or_default(),
                what: what(change),
                typed: typed.collect(),
                basis: self.store.begin(item.record, self.actor.now)?.to_string(),
                code: item.code,
                hint: item.hint,
            })
        };
        self.store.attention()?.into_iter().map(line).collect()
    }
}
