//! A record's state: what its changes made of it.
//!
//! Owns heads, sets, instances, steps, deletes and what is not understood. Refuses to know field tables and kinds.
//! Invariant: every list has one order (see each field), so that equal states encode to equal bytes.

use crate::id::{AccountId, RecordId, UnitId};
use crate::journal::Outcome;
use crate::name::{Name, OpName};
use crate::op::Op;
use crate::time::Timestamp;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whose it is and when: shared by everything that one change left in a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// The time at which it counts.
    pub effective: Timestamp,
    /// The name it was admitted under.
    pub id: Name,
    /// All names of the body, sorted.
    pub names: Vec<Name>,
    /// Who typed it.
    pub author: AccountId,
}

impl Tag {
    /// The order in which things are shown: effective time, then name.
    pub const fn order(&self) -> (Timestamp, Name) {
        (self.effective, self.id)
    }
}

/// One value that nobody who wrote the field since had seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Whose, when, under which names.
    pub tag: Arc<Tag>,
    /// The value; `None` where the field was cleared.
    pub value: Option<Value>,
    /// The value shown first among those it took away when it was admitted.
    pub replaced: Option<Value>,
    /// In an instance: whether a remove has seen it, so that it no longer keeps the instance alive.
    pub gone: bool,
}

/// A field: its heads, by order of showing, and the names that are covered although not here yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Register {
    /// One head: agreed. More with different values: a disagreement.
    pub heads: Vec<Head>,
    /// Sorted.
    pub early: Vec<Name>,
}

/// One living add of a set's element.
#[derive(Debug, Clone, PartialEq)]
pub struct Add {
    /// Whose and when.
    pub tag: Arc<Tag>,
    /// Index of the operation in its change.
    pub index: u32,
    /// The element.
    pub element: Value,
}

impl Add {
    /// All names of this add.
    pub fn names(&self) -> impl Iterator<Item = OpName> + '_ {
        self.tag.names.iter().map(|change| OpName { change: *change, index: self.index })
    }
}

/// An observed-remove set: living adds by order of showing, and removes that came before their adds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObservedSet {
    /// Living adds.
    pub adds: Vec<Add>,
    /// Sorted.
    pub early: Vec<OpName>,
}

impl ObservedSet {
    /// Elements by effective time of their first living add, then name; each once.
    pub fn elements(&self) -> Vec<&Value> {
        let mut list: Vec<&Value> = Vec::new();
        for add in &self.adds {
            if !list.contains(&&add.element) {
                list.push(&add.element);
            }
        }
        list
    }
}

/// One instance of a repeat.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Instance {
    /// Living adds, by order of showing.
    pub adds: Vec<Arc<Tag>>,
    /// Its fields; those of a removed instance stay, hidden.
    pub fields: BTreeMap<String, Register>,
    /// Sorted.
    pub early: Vec<Name>,
}

impl Instance {
    /// Whether it is shown: added, or edited by a change that no remove has seen.
    pub fn alive(&self) -> bool {
        !self.adds.is_empty() || self.fields.values().any(|r| r.heads.iter().any(|h| !h.gone))
    }
}

/// A step of the workflow, with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Whose and when.
    pub tag: Arc<Tag>,
    /// The step's code.
    pub step: String,
    /// The status it leads to.
    pub to: String,
    /// What it asked for.
    pub answers: BTreeMap<String, Value>,
    /// Stamped at admission.
    pub outcome: Outcome,
}

/// A deletion.
#[derive(Debug, Clone, PartialEq)]
pub struct Deletion {
    /// The change.
    pub id: Name,
    /// Who deleted and when it counts.
    pub author: AccountId,
    /// Covers all changes up to this pos …
    pub covers: u64,
    /// … and these. Sorted.
    pub own: Vec<Name>,
}

/// An edit by a person that no deletion covers.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Names of the change.
    pub tag: Arc<Tag>,
    /// Its pos.
    pub pos: u64,
}

/// A record as its changes made it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The record.
    pub record: RecordId,
    /// Place of its last entry in the space's order.
    pub pos: u64,
    /// Kinds that its changes named, sorted; in practice one.
    pub kinds: Vec<String>,
    /// Units that its changes named, sorted; they count only while no unit head exists.
    pub named: Vec<UnitId>,
    /// Fields by name.
    pub fields: BTreeMap<String, Register>,
    /// Sets by name; `@same` holds links, `@attached` attachments.
    pub sets: BTreeMap<String, ObservedSet>,
    /// Instances of repeats by `repeat/uuid`.
    pub instances: BTreeMap<String, Instance>,
    /// Steps in order of pos.
    pub steps: Vec<Step>,
    /// Deletions in order of pos.
    pub deletes: Vec<Deletion>,
    /// Edits that no deletion covers, in order of pos.
    pub edits: Vec<Edit>,
    /// Operations of a later version, in order of pos.
    pub opaque: Vec<(Name, Op)>,
    /// Fields and sets that a mask took out, each with the trace of its value that the reader may see, or with nothing;
    /// none where states are folded.
    pub masked: BTreeMap<String, String>,
}

impl State {
    /// A record that no change has touched.
    pub fn new(record: RecordId) -> Self {
        Self { record, ..Self::default() }
    }

    /// The record's kind: the first that its changes named.
    pub fn kind(&self) -> &str {
        self.kinds.first().map_or("", String::as_str)
    }

    /// Whether a deletion stands and nobody edited beyond it.
    pub fn is_deleted(&self) -> bool {
        !self.deletes.is_empty() && self.edits.is_empty()
    }

    /// Whether somebody edited what another deleted, and nobody took the deletion back.
    pub fn is_edited_after_deletion(&self) -> bool {
        !self.deletes.is_empty() && !self.edits.is_empty() && !self.is_restored()
    }

    /// Whether the last deletion was taken back, by a word that it does not cover.
    pub fn is_restored(&self) -> bool {
        let words = self.sets.get(crate::op::RESTORED).into_iter().flat_map(|s| &s.adds);
        words.into_iter().any(|word| self.edits.iter().any(|e| e.tag.id == word.tag.id))
    }

    /// The field's register, in an instance or not.
    pub fn register(&self, within: Option<&str>, field: &str) -> Option<&Register> {
        match within {
            Some(key) => self.instances.get(key)?.fields.get(field),
            None => self.fields.get(field),
        }
    }

    /// Every register with its place.
    pub fn registers(&self) -> impl Iterator<Item = (Option<&str>, &str, &Register)> {
        let plain = self.fields.iter().map(|(f, r)| (None, f.as_str(), r));
        let inner = self
            .instances
            .iter()
            .flat_map(|(k, i)| i.fields.iter().map(move |(f, r)| (Some(k.as_str()), f.as_str(), r)));
        plain.chain(inner)
    }

    /// The records that this one says are the same thing.
    pub fn links(&self) -> Vec<RecordId> {
        let mut list: Vec<_> = self
            .sets
            .get(crate::op::LINKS)
            .into_iter()
            .flat_map(|s| s.adds.iter().filter_map(|a| a.element.as_id()))
            .collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// The status that the last applied step led to.
    pub fn status(&self) -> &str {
        self.last_applied().map_or(crate::workflow::START, |s| s.to.as_str())
    }

    /// The steps that took effect, the first one first.
    pub fn applied(&self) -> impl DoubleEndedIterator<Item = &Step> + Clone {
        self.steps.iter().filter(|step| step.outcome == Outcome::Applied)
    }

    /// The last step that took effect.
    pub fn last_applied(&self) -> Option<&Step> {
        self.applied().next_back()
    }

    /// References held by the heads of a field: all of them, so that concurrent moves hide nothing.
    pub fn head_ids(&self, field: &str) -> Vec<RecordId> {
        let mut ids: Vec<_> = self
            .fields
            .get(field)
            .into_iter()
            .flat_map(|r| r.heads.iter().filter_map(|h| h.value.as_ref()?.as_id()))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
