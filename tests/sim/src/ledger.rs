//! The ledger: what people typed in a simulated world, kept outside of everything that is tested.
//!
//! Owns the list of typed values. Refuses to look into phones and server. Invariant: an entry is written when a save was
//! acknowledged, and taken out only when its author put right what it said.

use gridwalk_model::change::SealedChange;
use gridwalk_model::id::{DraftId, RecordId, SpaceId};
use gridwalk_model::name::Name;
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
    /// Its place among all values typed.
    pub n: u64,
}

impl Typed {
    /// Whether this change wrote the value into the field.
    pub fn is_in(&self, change: &SealedChange) -> bool {
        change.change.ops.iter().any(|op| {
            matches!(op, Op::Put { field, value: Some(v), within: None, .. } if *field == self.field && *v == self.value)
        })
    }
}

/// A value that was erased.
#[derive(Debug, Clone, PartialEq)]
pub struct Gone {
    /// The field.
    pub field: String,
    /// What was typed, once and never again; a decision may say it again.
    pub value: Value,
}

/// Everything typed.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Values in order of typing.
    pub typed: Vec<Typed>,
    /// Who wrote a record; the console is `usize::MAX`.
    pub writers: BTreeMap<RecordId, BTreeSet<usize>>,
    /// Drafts that somebody opened and has neither saved nor thrown away: phone, draft, record.
    pub drafts: BTreeSet<(usize, DraftId, RecordId)>,
    /// Changes typed on a record that the phone held when typing began.
    pub held: BTreeSet<Name>,
    /// Drafts that were opened on a record that the phone held.
    pub held_drafts: BTreeSet<DraftId>,
    /// What was erased: it must be nowhere, and come from nowhere.
    pub erased: Vec<Gone>,
    count: u64,
}

impl Ledger {
    /// Notes a value; its place is given here.
    pub fn note(&mut self, typed: Typed) {
        self.count += 1;
        self.typed.push(Typed { n: self.count, ..typed });
    }

    /// These were erased: they need not be found any more, they must not be.
    pub fn erase(&mut self, gone: Vec<Gone>) {
        self.typed.retain(|t| !gone.iter().any(|gone| gone.field == t.field && gone.value == t.value));
        self.erased.extend(gone);
    }

    /// Somebody chose this value again who had not heard that it was erased: it waits for a person, and comes back if that
    /// person lets it in.
    pub fn say_again(&mut self, value: &Value) {
        self.erased.retain(|gone| gone.value != *value);
    }

    /// How many values were typed so far.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// A phone's database is what it was when so many values had been typed in the world: it cannot know of later ones.
    pub fn put_back(&mut self, phone: usize, typed: u64, drafts: &BTreeSet<(DraftId, RecordId)>) {
        self.typed.retain(|t| t.phone != phone || t.n <= typed);
        self.drafts.retain(|(p, ..)| *p != phone);
        self.drafts.extend(drafts.iter().map(|(draft, record)| (phone, *draft, *record)));
    }

    /// Notes who wrote a record.
    pub fn note_writer(&mut self, writer: usize, record: RecordId) {
        self.writers.entry(record).or_default().insert(writer);
    }

    /// What a change had typed need not be found any more: its author put it right, or it was lost on its phone's disk.
    pub fn release(&mut self, phone: usize, change: &SealedChange) {
        let typed_there = |t: &Typed| t.phone == phone && t.record == change.change.record && t.is_in(change);
        self.typed.retain(|t| !typed_there(t));
    }

    /// The only writer that ever wrote the record, under any of its ids, if there is only one.
    pub fn lone_writer(&self, ids: &[RecordId]) -> Option<usize> {
        let writers: BTreeSet<usize> = ids.iter().filter_map(|id| self.writers.get(id)).flatten().copied().collect();
        if writers.len() == 1 { writers.first().copied() } else { None }
    }
}
