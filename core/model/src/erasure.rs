//! Erasure: what of a change goes for good, and what a record says of it afterwards.
//!
//! Owns which operations hold something that somebody typed about a person, what is left of them, and the mark that an
//! erasure leaves in a state. Refuses to say who may erase and when. Invariant: an operation that was blanked keeps what it
//! covers and says nothing; a body says itself which of its operations were blanked, so that phone and server fold it alike.

use crate::change::{Change, SealedChange};
use crate::change_codec;
use crate::codec::{Malformed, Reader, Writer};
use crate::hash::Hash;
use crate::id::{AccountId, ReplicaId};
use crate::kind::{PARENT, UNIT};
use crate::limits;
use crate::moved::is_reserved;
use crate::name::{Mark, Name};
use crate::op::{ATTACHED, ERASED, Op};
use crate::state::{Add, State, Tag};
use crate::time::Timestamp;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Header field of a body that says which of its operations were blanked.
const BLANKED: u64 = 19;

/// Why something is erased: the cases of article 47 of the Personal Information Protection Law.
pub const REASONS: [&str; 5] = ["purpose_ended", "period_over", "consent_withdrawn", "unlawful", "by_law"];

/// What is erased of a record, when, why and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erasure {
    /// Fields and sets; none: all of the record.
    pub fields: BTreeSet<String>,
    /// One of the reasons.
    pub reason: String,
    /// When it was decided.
    pub at: Timestamp,
    /// By whom; nobody's id: by whoever has the machine, or because its time was over.
    pub by: AccountId,
}

/// What a state says of something that was erased.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Erased {
    /// When.
    pub at: Timestamp,
    /// Why: one of the reasons.
    pub reason: String,
}

impl Erasure {
    /// Whether all of the record goes.
    pub fn is_whole(&self) -> bool {
        self.fields.is_empty()
    }

    /// This one, taking what an earlier one took of the same record, too.
    #[must_use]
    pub fn and(&self, earlier: &Self) -> Self {
        let whole = self.is_whole() || earlier.is_whole();
        let fields = if whole { BTreeSet::new() } else { self.fields.union(&earlier.fields).cloned().collect() };
        Self { fields, ..self.clone() }
    }

    fn names(&self, field: &str) -> bool {
        self.fields.contains(field)
    }

    /// Whether an operation holds something that goes. The place of a record stays, and so do the marks of the server: an
    /// erased record is still somewhere, and somebody's to look at.
    fn takes(&self, op: &Op) -> bool {
        let whole = self.is_whole();
        match op {
            Op::Put { value: None, .. } => false,
            Op::Put { field, within: None, .. } if whole => field != UNIT && field != PARENT && !is_reserved(field),
            Op::Put { within: Some(_), .. } | Op::Attach { .. } | Op::Unknown { .. } if whole => true,
            Op::Put { field, within, .. } => {
                let repeat = within.as_deref().and_then(|key| key.split('/').next());
                self.names(field) || repeat.is_some_and(|repeat| self.names(repeat))
            }
            Op::Add { set, .. } => {
                if whole {
                    set == ATTACHED || !is_reserved(set)
                } else {
                    self.names(set)
                }
            }
            Op::Attach { .. } => self.names(ATTACHED),
            Op::Step { answers, .. } => {
                let goes = |(name, value): (&String, &Value)| value.as_id().is_none() && (whole || self.names(name));
                answers.iter().any(goes)
            }
            _ => false,
        }
    }

    /// The bytes of what an erasure says, as journal and list keep it.
    pub fn write(&self, w: &mut Writer) {
        w.array(4).array(self.fields.len());
        for field in &self.fields {
            w.text(field);
        }
        w.text(&self.reason).int(self.at.0).bytes(&self.by.0);
    }

    /// Reads them.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.array_of(4)?;
        let count = r.list(limits::CHANGE_OPS_MAX)?;
        let fields = (0..count).map(|_| r.text(limits::FIELD_NAME_BYTES_MAX)).collect::<Result<_, _>>()?;
        let reason = r.text(limits::FIELD_NAME_BYTES_MAX)?;
        Ok(Self { fields, reason, at: Timestamp(r.int()?), by: AccountId(r.b16()?) })
    }

    /// What the state of a record says from now on: for each field that was named, or for all of it.
    pub(crate) fn mark(&self, state: &mut State, pos: u64) {
        let id = Name { replica: ReplicaId::default(), seq: pos, mark: Mark::default() };
        let tag = Arc::new(Tag { effective: self.at, id, names: vec![id], author: self.by });
        let all = BTreeSet::from([String::new()]);
        let set = state.sets.entry(ERASED.to_owned()).or_default();
        for (index, field) in (0..).zip(if self.is_whole() { &all } else { &self.fields }) {
            set.adds.retain(|add| said(&add.element).is_none_or(|(_, before)| before != field));
            let element = Value::Text(format!("{} {field}", self.reason));
            set.adds.push(Add { tag: tag.clone(), index, element });
        }
        set.adds.sort_by_key(|add| (add.tag.order(), add.index));
    }
}

/// Reason and field of a mark; no field: the record.
fn said(element: &Value) -> Option<(&str, &str)> {
    element.as_text()?.split_once(' ')
}

impl State {
    /// Whether a field or set was erased, when and why; also where it was written anew since.
    pub fn erased(&self, field: &str) -> Option<Erased> {
        let marks = self.sets.get(ERASED).into_iter().flat_map(|set| &set.adds);
        let of = marks.filter_map(|add| said(&add.element).map(|(reason, of)| (add.tag.effective, reason, of)));
        let found = of.filter(|(_, _, of)| *of == field || of.is_empty() && !is_reserved(field)).max_by_key(|m| m.0);
        found.map(|(at, reason, _)| Erased { at, reason: reason.to_owned() })
    }

    /// Whether all of the record was erased, when and why.
    pub fn erased_whole(&self) -> Option<Erased> {
        self.erased("")
    }

    /// Every field and set that was erased by name.
    pub fn erased_fields(&self) -> BTreeSet<&str> {
        let marks = self.sets.get(ERASED).into_iter().flat_map(|set| &set.adds);
        marks.filter_map(|add| said(&add.element)).map(|(_, field)| field).filter(|field| !field.is_empty()).collect()
    }

    /// The place in the space's order of the newest erasure of this record; 0 if there was none.
    pub fn erased_pos(&self) -> u64 {
        let marks = self.sets.get(ERASED).into_iter().flat_map(|set| &set.adds);
        marks.map(|add| add.tag.id.seq).max().unwrap_or(0)
    }

    /// Whether a change that was typed before its writer knew of an erasure says something about what was erased: such a
    /// one waits for a person.
    pub fn is_unaware_of_erasure(&self, change: &Change) -> bool {
        let marks = self.sets.get(ERASED).into_iter().flat_map(|set| &set.adds);
        marks.filter(|add| change.heard < add.tag.effective).any(|add| {
            let field = said(&add.element).map_or("", |(_, field)| field);
            let fields = if field.is_empty() { BTreeSet::new() } else { BTreeSet::from([field.to_owned()]) };
            let of_it = Erasure { fields, ..Erasure::default() };
            change.ops.iter().any(|op| of_it.takes(op))
        })
    }
}

impl Op {
    /// The operation without anything that somebody typed; what it covers and where it leads stays.
    #[must_use]
    pub fn blank(&self) -> Self {
        match self {
            Self::Link { .. } => self.clone(),
            Self::Step { step, to, answers } => {
                let ids = answers.iter().filter(|(_, value)| value.as_id().is_some());
                let answers: BTreeMap<String, Value> = ids.map(|(name, value)| (name.clone(), value.clone())).collect();
                Self::Step { step: step.clone(), to: to.clone(), answers }
            }
            other => other.shape(),
        }
    }
}

impl Change {
    /// The operations that were blanked, by their place.
    pub fn blanked(&self) -> BTreeSet<u32> {
        let raw = self.extra.iter().find(|(key, _)| *key == BLANKED);
        raw.and_then(|(_, raw)| read_places(raw).ok()).unwrap_or_default()
    }

    /// Whether every operation that it says was blanked says nothing.
    pub(crate) fn is_blank_where_it_says(&self) -> bool {
        let blanked = self.blanked();
        let known = blanked.last().is_none_or(|last| usize::try_from(*last).is_ok_and(|last| last < self.ops.len()));
        known && (0..).zip(&self.ops).all(|(at, op): (u32, _)| !blanked.contains(&at) || *op == op.blank())
    }

    /// The operations of which an erasure takes what was typed, by their place.
    pub fn taken_by(&self, erasure: &Erasure) -> BTreeSet<u32> {
        let before = self.blanked();
        let places = (0..).zip(&self.ops).filter(|(_, op)| erasure.takes(op)).map(|(at, _)| at);
        places.filter(|at| !before.contains(at)).collect()
    }

    /// The change with these operations blanked beside those that were. Salt and header fields of a later version go with
    /// them: nobody can guess from the hash what stood there.
    #[must_use]
    pub fn without(&self, places: &BTreeSet<u32>) -> Self {
        let blanked: BTreeSet<u32> = self.blanked().union(places).copied().collect();
        let blank = |(at, op): (u32, &Op)| if blanked.contains(&at) { op.blank() } else { op.clone() };
        let ops = (0..).zip(&self.ops).map(blank).collect();
        Self { ops, salt: [0; 16], extra: vec![(BLANKED, places_bytes(&blanked))], ..self.clone() }
    }

    /// The change with some of its operations only, in their order; those that were blanked are still called so.
    #[must_use]
    pub(crate) fn with_only(&self, kept: &[usize], extra: Vec<(u64, Vec<u8>)>) -> Self {
        let blanked = self.blanked();
        let ops = kept.iter().filter_map(|at| self.ops.get(*at).cloned()).collect();
        let was = |at: &usize| u32::try_from(*at).is_ok_and(|at| blanked.contains(&at));
        let places: BTreeSet<u32> = (0..).zip(kept).filter(|(_, at)| was(at)).map(|(new, _)| new).collect();
        let mut extra: Vec<(u64, Vec<u8>)> = extra.into_iter().filter(|(key, _)| *key != BLANKED).collect();
        if !places.is_empty() {
            extra.insert(0, (BLANKED, places_bytes(&places)));
        }
        Self { ops, extra, ..self.clone() }
    }
}

fn places_bytes(places: &BTreeSet<u32>) -> Vec<u8> {
    let mut w = Writer::default();
    w.places(places);
    w.finish()
}

fn read_places(raw: &[u8]) -> Result<BTreeSet<u32>, Malformed> {
    let mut r = Reader::new(raw);
    let places = r.places()?;
    r.end()?;
    Ok(places)
}

impl SealedChange {
    /// Reads a body as it is kept under the hash with which it came: it is that body, or what an erasure left of it.
    pub fn kept(bytes: &[u8], hash: Hash) -> Result<Self, Malformed> {
        let kept = Self::open(bytes)?;
        if kept.hash == hash {
            return Ok(kept);
        }
        let left = kept.change.is_shape() || !kept.change.blanked().is_empty();
        if left { Ok(Self { hash, ..kept }) } else { Err(Malformed::Shape) }
    }

    /// What an erasure leaves of it, under the names that it has.
    #[must_use]
    pub fn without(&self, places: &BTreeSet<u32>) -> Self {
        let change = self.change.without(places);
        Self { bytes: change_codec::change_bytes(&change).into(), hash: self.hash, change: change.into() }
    }

    /// Whether an erasure took something of it.
    pub fn is_blanked(&self) -> bool {
        self.change.is_shape() || !self.change.blanked().is_empty()
    }
}

#[cfg(test)]
mod tests;
