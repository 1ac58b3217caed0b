//! A change: what one save did to one record. Immutable bytes, hashed and stored as received.
//!
//! Owns the change's fields, its names and its checks. Refuses to know who may write what, and what it folds to.
//! Invariant: a `SealedChange` holds exactly the bytes that were hashed; they are never encoded again.

use crate::change_codec;
use crate::codec::Malformed;
use crate::hash::Hash;
use crate::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, UnitId};
use crate::limits;
use crate::name::{Mark, Name, tidy};
use crate::op::Op;
use crate::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What one save did to one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The partition in which it is ordered.
    pub space: SpaceId,
    /// The database that wrote it.
    pub replica: ReplicaId,
    /// Its number there, dense from 1 in each replica and space.
    pub seq: u64,
    /// Hash of the replica's former change in the space; zero before the first.
    pub prev: Hash,
    /// The record.
    pub record: RecordId,
    /// The record's kind, by name; unknown kinds are kept.
    pub kind: String,
    /// The unit whose business it is, as the writer knew it; counts only while no unit head exists.
    pub unit: UnitId,
    /// Who typed it.
    pub author: AccountId,
    /// Whether a machine wrote it (import, hand-over): such a change is no edit by a person.
    pub machine: bool,
    /// The enrolment it was typed on.
    pub device: DeviceId,
    /// The writer's clock.
    pub typed_at: Timestamp,
    /// The last server time that the writer knew.
    pub heard: Timestamp,
    /// What stood on the writer's screen, with what own changes among it had seen.
    pub seen: Vec<Name>,
    /// Former names of this body.
    pub was: Vec<Name>,
    /// The change that this one corrects.
    pub instead_of: Option<Name>,
    /// Sixteen random bytes, so that an erased body cannot be guessed from its hash.
    pub salt: [u8; 16],
    /// What it does.
    pub ops: Vec<Op>,
    /// Header fields of a later version: key and bytes.
    pub extra: Vec<(u64, Vec<u8>)>,
}

impl Change {
    /// Every name that the change says it has seen.
    pub fn mentioned(&self) -> BTreeSet<Name> {
        self.seen.iter().copied().chain(self.ops.iter().flat_map(Op::mentioned)).collect()
    }

    /// What it had seen in a field, by all its writes there; `None` if it writes nothing there.
    pub fn seen_in(&self, within: Option<&str>, field: &str) -> Option<Vec<Name>> {
        let mut there = self.ops.iter().filter_map(|op| match op {
            Op::Put { field: f, within: w, seen, .. } if f == field && w.as_deref() == within => {
                Some(seen.as_ref().unwrap_or(&self.seen))
            }
            _ => None,
        });
        let first = there.next()?.clone();
        Some(there.fold(first, |all, more| [all, more.clone()].concat()))
    }

    /// Whether it keeps a deleted record alive: typed by a person, and no deletion itself.
    pub fn is_edit(&self) -> bool {
        !self.machine && self.ops.iter().any(Op::is_edit) && !self.ops.iter().any(|o| matches!(o, Op::Delete { .. }))
    }

    /// The step it takes, if any.
    pub fn step(&self) -> Option<&str> {
        self.ops.iter().find_map(|o| if let Op::Step { step, .. } = o { Some(step.as_str()) } else { None })
    }

    /// What an erasure leaves of it.
    #[must_use]
    pub fn shape(&self) -> Self {
        Self {
            author: AccountId::default(),
            typed_at: Timestamp(0),
            heard: Timestamp(0),
            salt: [0; 16],
            instead_of: None,
            extra: Vec::new(),
            ops: self.ops.iter().map(Op::shape).collect(),
            ..self.clone()
        }
    }

    /// Whether it is what an erasure left: nobody's, typed never.
    pub fn is_shape(&self) -> bool {
        let blank = (AccountId::default(), Timestamp(0), Timestamp(0), [0; 16]);
        (self.author, self.typed_at, self.heard, self.salt) == blank
    }

    /// Encodes and hashes: from here on the bytes stand. Lists of names are brought into their order first; what could
    /// not be read again is refused.
    pub fn seal(mut self) -> Result<SealedChange, Malformed> {
        self.seen = tidy(self.seen);
        self.was = tidy(self.was);
        self.ops = self.ops.into_iter().map(Op::tidied).collect();
        SealedChange::open(&change_codec::change_bytes(&self))
    }
}

/// A change with the bytes that were hashed.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedChange {
    /// The bytes as received.
    pub bytes: Arc<[u8]>,
    /// Their hash.
    pub hash: Hash,
    /// What they say.
    pub change: Arc<Change>,
}

impl SealedChange {
    /// Reads bytes as received; they must be deterministic CBOR within all limits.
    pub fn open(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > limits::CHANGE_BYTES_MAX {
            return Err(Malformed::TooLarge);
        }
        let change = change_codec::read_change(bytes)?;
        check(&change, bytes.len())?;
        Ok(Self { bytes: bytes.into(), hash: Hash::of_body(bytes), change: change.into() })
    }

    /// Its name: dot and mark.
    pub fn name(&self) -> Name {
        Name { replica: self.change.replica, seq: self.change.seq, mark: self.hash.mark() }
    }

    /// Its name and all its former names, sorted.
    pub fn names(&self) -> Vec<Name> {
        let mut names = self.change.was.clone();
        names.push(self.name());
        tidy(names)
    }

    /// The mark of the body.
    pub fn mark(&self) -> Mark {
        self.hash.mark()
    }
}

/// The invariants of a single change.
fn check(change: &Change, bytes: usize) -> Result<(), Malformed> {
    let ascends = |names: &[Name]| names.is_sorted_by(|a, b| a < b);
    if !ascends(&change.seen) || !ascends(&change.was) || !change.ops.iter().all(Op::is_tidy) {
        return Err(Malformed::NotDeterministic);
    }
    let names = change.seen.len() + change.was.len();
    if bytes > limits::CHANGE_BYTES_MAX || change.ops.len() > limits::CHANGE_OPS_MAX || names > limits::NAMES_MAX {
        return Err(Malformed::TooLarge);
    }
    if !change.is_blank_where_it_says() {
        return Err(Malformed::NotDeterministic);
    }
    if change.seq == 0 || change.ops.is_empty() || change.kind.is_empty() {
        return Err(Malformed::Incomplete);
    }
    let mut written = BTreeSet::new();
    let (mut steps, mut deletes) = (0, 0);
    for op in &change.ops {
        match op {
            Op::Put { field, within, .. } if !written.insert((within.as_deref(), field.as_str())) => {
                return Err(Malformed::FieldTwice);
            }
            Op::Step { .. } => steps += 1,
            Op::Delete { .. } => deletes += 1,
            _ => {}
        }
    }
    if steps > 1 || deletes > 1 { Err(Malformed::StepTwice) } else { Ok(()) }
}
