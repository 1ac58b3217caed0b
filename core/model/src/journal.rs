//! Journal entries: admitted changes with the stamps made at admission.
//!
//! Owns the stamps' shape. Refuses to know how they are decided (`admission`) or what they fold to (`fold`).
//! Invariant: folding reads stamps, never clocks or tables; a stamp once made never changes.

use crate::change::{Change, SealedChange};
use crate::erasure::Erasure;
use crate::id::{AccountId, RecordId};
use crate::moved::Carriage;
use crate::name::Name;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// What became of a step, decided once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It took effect.
    Applied,
    /// The situation had changed: by this applied step, or before any.
    Overtaken(Option<Name>),
}

/// Names by the operation, counted from 0, that has seen them.
pub type SeenByOp = BTreeMap<u32, Vec<Name>>;

/// What admission stamps on a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamps {
    /// Place in the space's order.
    pub pos: u64,
    /// The database's clock; never falls inside a space.
    pub received_at: Timestamp,
    /// The time at which it counts.
    pub effective: Timestamp,
    /// What it had seen that the journal lacked: covered, although not here yet.
    pub early: Vec<Name>,
    /// What bodies not admitted, named in its `seen`, had seen: covered as if seen.
    pub also_seen: Vec<Name>,
    /// The same for single writes, by their place among the operations, where those bodies had seen something else in the
    /// field that is written: behind a mask a field has a `seen` of its own.
    pub also_seen_in: SeenByOp,
    /// What became of its step.
    pub outcome: Option<Outcome>,
    /// Up to which pos its delete covers.
    pub covers: Option<u64>,
    /// Who approved it, if it had been quarantined.
    pub approved_by: Option<AccountId>,
    /// Version of the workflow table that decided its step.
    pub workflow_version: u32,
    /// Only the shape of the change is left.
    pub erased: bool,
}

impl Stamps {
    /// What an operation covers besides what it has seen: what bodies not admitted had seen there.
    pub fn also_seen_by(&self, index: u32) -> &[Name] {
        self.also_seen_in.get(&index).unwrap_or(&self.also_seen)
    }
}

/// One entry of a space's journal, as far as one record goes.
#[derive(Debug, Clone)]
pub enum Entry {
    /// An admitted change.
    Change {
        /// Its stamps.
        stamps: Stamps,
        /// Its body, or its shape.
        change: SealedChange,
        /// All its names; for an erased body the original ones, whose hash the shape no longer has.
        names: Vec<Name>,
        /// The name it was admitted under.
        id: Name,
    },
    /// A body delivered again under a new name.
    Alias {
        /// Place in the space's order.
        pos: u64,
        /// The new name.
        alias: Name,
        /// The name it was admitted under.
        of: Name,
    },
    /// An entry of another space's journal, carried after a record that was handed over.
    Carried {
        /// Its stamps: place and arrival in this space.
        stamps: Stamps,
        /// Its body as received where it came from, or its shape.
        change: SealedChange,
        /// All its names.
        names: Vec<Name>,
        /// The name it was admitted under.
        id: Name,
        /// Where it came from, and what it means here.
        carriage: Carriage,
    },
    /// Values erased: what is left of the bodies named says nothing of them by now.
    Erase {
        /// Place in the space's order.
        pos: u64,
        /// What of the record, when and why; nothing where only bodies are named.
        erasure: Option<Box<Erasure>>,
    },
}

impl Entry {
    /// An admitted change under its own names.
    pub fn admitted(stamps: Stamps, change: SealedChange) -> Self {
        let (names, id) = (change.names(), change.name());
        Self::Change { stamps, change, names, id }
    }

    /// Place in the space's order.
    pub const fn pos(&self) -> u64 {
        match self {
            Self::Change { stamps, .. } | Self::Carried { stamps, .. } => stamps.pos,
            Self::Alias { pos, .. } | Self::Erase { pos, .. } => *pos,
        }
    }

    /// The record, where the entry itself says it.
    pub fn record(&self) -> Option<RecordId> {
        if let Self::Change { change, .. } = self { Some(change.change.record) } else { None }
    }

    /// The change that it admits or carries, as its writer sealed it.
    pub fn change(&self) -> Option<&Change> {
        match self {
            Self::Change { change, .. } | Self::Carried { change, .. } => Some(&change.change),
            Self::Alias { .. } | Self::Erase { .. } => None,
        }
    }

    /// The names that it brings: those of its change, or the alias.
    pub fn names(&self) -> &[Name] {
        match self {
            Self::Change { names, .. } | Self::Carried { names, .. } => names,
            Self::Alias { alias, .. } => std::slice::from_ref(alias),
            Self::Erase { .. } => &[],
        }
    }
}
