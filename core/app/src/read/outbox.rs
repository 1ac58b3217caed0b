//! The outbox: own changes that no pulled state contains yet, each with its status.

use super::Reader;
use gridwalk_model::change::Change;
use gridwalk_model::op::Op;
use gridwalk_model::{RecordId, Timestamp};
use gridwalk_store::StoreError;

/// One line of the outbox.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OutboxLine {
    /// How-manieth save of this phone.
    pub save: u64,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Status code: `saved`, `sent`, `applied`, `waits`, `needs_attention`.
    pub status: &'static str,
    /// What it does: names of fields and sets, codes of steps.
    pub what: Vec<String>,
    /// When it was typed.
    pub typed_at: Timestamp,
    /// Whether its record left the scope and waits for this change.
    pub leaving: bool,
}

/// What a change does, as names and codes.
pub fn what(change: &Change) -> Vec<String> {
    let name = |op: &Op| match op {
        Op::Put { field, .. } => field.clone(),
        Op::Add { set, .. } | Op::Remove { set, .. } => set.clone(),
        Op::AddInstance { within } | Op::RemoveInstance { within, .. } => within.clone(),
        Op::Step { step, .. } => step.clone(),
        Op::Link { .. } => "link_same".to_owned(),
        Op::Unlink { .. } => "unlink_same".to_owned(),
        Op::Attach { .. } => "attach".to_owned(),
        Op::Delete { .. } => "delete".to_owned(),
        Op::Unknown { code, .. } => format!("unknown_{code}"),
    };
    change.ops.iter().map(name).collect()
}

impl Reader<'_> {
    /// The outbox, in order of saving.
    pub fn outbox(&self) -> Result<Vec<OutboxLine>, StoreError> {
        let line = |item: gridwalk_store::OutboxItem| {
            let change = &item.change.change;
            Ok(OutboxLine {
                save: item.save,
                record: item.record,
                kind: change.kind.clone(),
                title: self.title_of(item.record)?.map(|named| named.title).unwrap_or_default(),
                status: item.status.code(),
                what: what(change),
                typed_at: item.typed_at,
                leaving: item.leaving,
            })
        };
        self.store.outbox()?.into_iter().map(line).collect()
    }
}
