//! The ledger: what people typed in a simulated world, kept outside of everything that is tested.
//!
//! Owns the list of typed values. Refuses to look into phones and server. Invariant: an entry is written when a save was
//! acknowledged, and taken out only when its author put right what it said.

use gridwalk_model::change::SealedChange;
use gridwalk_model::id::{DraftId, RecordId, SpaceId};
use gridwalk_model::op::Op;
use gridwalk_model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One value that somebody typed and a phone said it had saved.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Which phone.
    pub phone: usize,
    /// The space.
    pub space: SpaceId,
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: String,
    /// The value; made once and never again.
    pub value: Value,
}

impl Typed {
    /// Whether this change wrote the value into the field.
    pub fn is_in(&self, change: &SealedChange) -> bool {
        change.change.ops.iter().any(|op| {
            matches!(op, Op::Put { field, value: Some(v), within: None, .. } if *field == self.field && *v == self.value)
        })
    }
}

/// Everything typed.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Values in order of typing.
    pub typed: Vec<Typed>,
    /// Which phones wrote a record; the console is `usize::MAX`.
    pub writers: BTreeMap<RecordId, BTreeSet<usize>>,
    /// Drafts that somebody opened and has neither saved nor thrown away: phone, draft, record.
    pub drafts: BTreeSet<(usize, DraftId, RecordId)>,
}

impl Ledger {
    /// Notes a value.
    pub fn note(&mut self, typed: Typed) {
        self.writers.entry(typed.record).or_default().insert(typed.phone);
        self.typed.push(typed);
    }

    /// Notes a writer who typed nothing that must be found again.
    pub fn note_writer(&mut self, phone: usize, record: RecordId) {
        self.writers.entry(record).or_default().insert(phone);
    }

    /// Its author put right what a change had typed: it need not be found any more.
    pub fn corrected(&mut self, phone: usize, change: &SealedChange) {
        let typed_there = |t: &Typed| t.phone == phone && t.record == change.change.record && t.is_in(change);
        self.typed.retain(|t| !typed_there(t));
    }

    /// The only phone that ever wrote the record, under any of its ids, if there is only one.
    pub fn lone_writer(&self, ids: &[RecordId]) -> Option<usize> {
        let writers: BTreeSet<usize> = ids.iter().filter_map(|id| self.writers.get(id)).flatten().copied().collect();
        if writers.len() == 1 { writers.first().copied() } else { None }
    }
}
