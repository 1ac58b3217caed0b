//! Records that moved to another space: where they went, where they came from, and what is carried after them.
//!
//! Owns the two reserved fields, the id that a record gets in another space, and which entries a hand-over carries in
//! which form. Refuses to decide when a record is handed over and to store anything. Invariant: a carried entry folds to
//! what its body folded to where it came from: the same heads, adds, steps and deletions under the same names, with
//! the ids of records that moved along replaced.

use crate::change::Change;
use crate::hash::Hash;
use crate::id::{RecordId, SpaceId};
use crate::journal::{Entry, Outcome, Stamps};
use crate::limits;
use crate::name::{Name, tidy};
use crate::op::Op;
use crate::state::State;
use crate::time::Timestamp;
use crate::value::Value;
use crate::workflow::Workflow;
use std::collections::{BTreeMap, BTreeSet};

/// The field of a record that lives on elsewhere: where. Written once, by the server.
pub const MOVED_TO: &str = "@moved_to";
/// The field of a record that came from elsewhere: all ids that it had, the last one first. Written by the server.
pub const CAME_FROM: &str = "@came_from";

/// Whether a field is the server's own: nobody types into it, and no screen lists it.
pub fn is_reserved(field: &str) -> bool {
    field.starts_with('@')
}

/// Where a record lives on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destination {
    /// The space.
    pub space: SpaceId,
    /// Its id there.
    pub record: RecordId,
}

impl Destination {
    /// Where a record goes when it is handed over to a space: a function of both, so that a hand-over that is made
    /// again, also after a restore, leads to the same record. The time in the id stays.
    pub fn of(record: RecordId, space: SpaceId) -> Self {
        let hash = Hash::with_context("gridwalk 2026 id in another space", &[&record.0, &space.0]);
        let mut id = record.0;
        id[6..].copy_from_slice(&hash.0[..10]);
        id[6] = id[6] & 0x0f | 0x70;
        id[8] = id[8] & 0x3f | 0x80;
        Self { space, record: RecordId(id) }
    }

    /// As the field holds it.
    pub fn to_value(self) -> Value {
        let parts = [("record", Value::Id(self.record)), ("space", Value::Bytes(self.space.0.to_vec()))];
        Value::Map(parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    fn from_value(value: &Value) -> Option<Self> {
        let map = value.as_map()?;
        let Value::Bytes(space) = map.get("space")? else { return None };
        Some(Self { space: SpaceId::from_slice(space)?, record: map.get("record")?.as_id()? })
    }
}

/// The ids that a record had, as the field holds them; the oldest are dropped beyond the limit.
pub fn origins_value(origins: &[RecordId]) -> Value {
    Value::List(origins.iter().take(limits::ORIGINS_MAX).map(|id| Value::Id(*id)).collect())
}

impl State {
    /// Where the record lives on, if it was handed over.
    pub fn moved_to(&self) -> Option<Destination> {
        self.fields.get(MOVED_TO)?.heads.iter().find_map(|h| Destination::from_value(h.value.as_ref()?))
    }

    /// The change that handed it over.
    pub fn moved_by(&self) -> Option<Name> {
        self.moved_to()?;
        self.fields.get(MOVED_TO)?.heads.first().map(|h| h.tag.id)
    }

    /// The ids that it had in other spaces, the last one first.
    pub fn origins(&self) -> Vec<RecordId> {
        let value = self.fields.get(CAME_FROM).and_then(|r| r.heads.last()?.value.as_ref());
        if let Some(Value::List(list)) = value { list.iter().filter_map(Value::as_id).collect() } else { Vec::new() }
    }
}

/// What a carried entry says beside its stamps and its body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carriage {
    /// The space that it was carried from.
    pub from: SpaceId,
    /// Its place there.
    pub pos: u64,
    /// Records that its body names and that live in this space under another id: old and new.
    pub ids: Vec<(RecordId, RecordId)>,
    /// Edits that its deletion covers, by name: a pos of the other space says nothing here.
    pub covered: Vec<Name>,
}

impl Carriage {
    /// The change as it folds here.
    pub fn translate(&self, change: &Change) -> Change {
        let ids: BTreeMap<RecordId, RecordId> = self.ids.iter().copied().collect();
        let ops = change.ops.iter().map(|op| self.op(op, &ids)).collect();
        Change { ops, ..change.clone() }
    }

    fn op(&self, op: &Op, ids: &BTreeMap<RecordId, RecordId>) -> Op {
        let here = |value: &Value| translated(value, ids);
        match op.clone() {
            Op::Put { field, value, within, seen } => Op::Put { field, value: value.as_ref().map(here), within, seen },
            Op::Add { set, element } => Op::Add { set, element: here(&element) },
            Op::Attach { element } => Op::Attach { element: here(&element) },
            Op::Link { other } => Op::Link { other: ids.get(&other).copied().unwrap_or(other) },
            Op::Step { step, to, answers } => {
                Op::Step { step, to, answers: answers.iter().map(|(k, v)| (k.clone(), here(v))).collect() }
            }
            Op::Delete { timeline, pos, own } => {
                Op::Delete { timeline, pos, own: tidy(own.into_iter().chain(self.covered.iter().copied()).collect()) }
            }
            other => other,
        }
    }
}

fn translated(value: &Value, ids: &BTreeMap<RecordId, RecordId>) -> Value {
    match value {
        Value::Id(id) => Value::Id(ids.get(id).copied().unwrap_or(*id)),
        Value::List(list) => Value::List(list.iter().map(|v| translated(v, ids)).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(k, v)| (k.clone(), translated(v, ids))).collect()),
        other => other.clone(),
    }
}

/// Every record that a change names in a value or a link.
pub fn named_in(change: &Change) -> BTreeSet<RecordId> {
    let mut ids = BTreeSet::new();
    for op in &change.ops {
        match op {
            Op::Put { value: Some(value), .. } | Op::Add { element: value, .. } | Op::Attach { element: value } => {
                collect(value, &mut ids);
            }
            Op::Link { other } => {
                ids.insert(*other);
            }
            Op::Step { answers, .. } => answers.values().for_each(|v| collect(v, &mut ids)),
            _ => {}
        }
    }
    ids
}

fn collect(value: &Value, ids: &mut BTreeSet<RecordId>) {
    match value {
        Value::Id(id) => {
            ids.insert(*id);
        }
        Value::List(list) => list.iter().for_each(|v| collect(v, ids)),
        Value::Map(map) => map.values().for_each(|v| collect(v, ids)),
        _ => {}
    }
}

/// Whether a change is the server's own note of a hand-over: true of one space only, and not carried.
pub fn is_note(change: &Change) -> bool {
    let note = |op: &Op| matches!(op, Op::Put { field, .. } if field == MOVED_TO || field == CAME_FROM);
    change.machine && change.ops.iter().all(note)
}

/// Whether a change writes where only the server may.
pub fn writes_reserved(change: &Change) -> bool {
    let reserved = |op: &Op| match op {
        Op::Put { field, .. } => is_reserved(field),
        Op::Add { set, .. } | Op::Remove { set, .. } => set == crate::op::ERASED,
        _ => false,
    };
    change.ops.iter().any(reserved) || !change.blanked().is_empty()
}

/// An entry that the other space lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// Which of the entries given.
    pub index: usize,
    /// Whether its step was settled before the record was handed over; else the other space decides.
    pub settled: bool,
    /// Edits that its deletion covers.
    pub covered: Vec<Name>,
}

/// What of a record's entries its successor's journal lacks, in their order: by the names that each brings, so that
/// carrying again, or after either space was restored, carries nothing twice and leaves nothing out.
pub fn lacking(record: RecordId, here: &[Entry], there: &[Entry]) -> Vec<Lacking> {
    let known: BTreeSet<Name> = there.iter().flat_map(Entry::names).copied().collect();
    let left = here.iter().position(is_departure).unwrap_or(usize::MAX);
    let mut state = State::new(record);
    let mut list = Vec::new();
    for (index, entry) in here.iter().enumerate() {
        let names = entry.names();
        let is_new = !names.is_empty() && !names.iter().any(|name| known.contains(name));
        if is_new && !entry.change().is_some_and(is_note) {
            list.push(Lacking { index, settled: index < left, covered: covered_by(&state, entry) });
        }
        crate::fold::apply(&mut state, entry);
    }
    list
}

fn is_departure(entry: &Entry) -> bool {
    let writes = |op: &Op| matches!(op, Op::Put { field, .. } if field == MOVED_TO);
    entry.change().is_some_and(|c| is_note(c) && c.ops.iter().any(writes))
}

/// The edits that a deletion covers by its pos, or covered where it was carried from.
fn covered_by(state: &State, entry: &Entry) -> Vec<Name> {
    let (stamps, before) = match entry {
        Entry::Change { stamps, .. } => (stamps, &[][..]),
        Entry::Carried { stamps, carriage, .. } => (stamps, &carriage.covered[..]),
        Entry::Alias { .. } | Entry::Erase { .. } => return Vec::new(),
    };
    let Some(covers) = stamps.covers else { return before.to_vec() };
    let edits = state.edits.iter().filter(|e| e.pos <= covers).map(|e| e.tag.id);
    tidy(edits.chain(before.iter().copied()).collect())
}

/// The stamps of a carried entry: what was decided where it came from stands, its place and arrival are those of this
/// space. The step of a change that came after the record had been handed over is decided here, once.
pub fn stamps(before: &Stamps, settled: bool, change: &Change, at: &Arrival<'_>) -> Stamps {
    let mut stamps = before.clone();
    (stamps.pos, stamps.received_at) = (at.pos, at.received_at);
    stamps.covers = before.covers.map(|_| 0);
    if !settled && before.outcome.is_some() {
        stamps.outcome = outcome(at.state, change, at.workflow);
        stamps.workflow_version = at.workflow.version;
    }
    stamps
}

fn outcome(state: &State, change: &Change, workflow: &Workflow) -> Option<Outcome> {
    change.ops.iter().find_map(|op| crate::admission::outcome_of(state, op, change.author, workflow))
}

/// The circumstances of a carried entry's arrival.
pub struct Arrival<'a> {
    /// Its place in the space's order.
    pub pos: u64,
    /// The database's clock now.
    pub received_at: Timestamp,
    /// The record as it is here.
    pub state: &'a State,
    /// The workflow of its kind.
    pub workflow: &'a Workflow,
}

#[cfg(test)]
mod tests;
