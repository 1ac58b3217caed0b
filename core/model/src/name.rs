//! Names of changes: a dot (replica, seq) with the mark of the body that bore it.
//!
//! Owns how changes and operations are referred to, and their order. Refuses to know what they say. The space is that
//! of the change that does the naming: a record's changes all live in one space.
//! Invariant: order is by replica, then seq, then mark.

use crate::id::ReplicaId;
use std::fmt;

/// The first eight bytes of a body's hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mark(pub [u8; 8]);

/// A change's name: which replica wrote it, as its how-manieth in the space, and which body it was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name {
    /// The database that wrote it.
    pub replica: ReplicaId,
    /// Dense from 1 in each replica and space.
    pub seq: u64,
    /// Which body: two bodies may claim one dot when a database was cloned.
    pub mark: Mark,
}

/// An operation's name: its change and its place in it, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpName {
    /// The change.
    pub change: Name,
    /// Index of the operation in the change.
    pub index: u32,
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = data_encoding::HEXLOWER;
        write!(f, "{}:{}~{}", hex.encode(&self.replica.0[..4]), self.seq, hex.encode(&self.mark.0[..3]))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = data_encoding::HEXLOWER;
        write!(f, "{}:{}~{}", hex.encode(&self.replica.0), self.seq, hex.encode(&self.mark.0))
    }
}

impl fmt::Debug for OpName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}", self.change, self.index)
    }
}

/// Whether two sorted or unsorted short lists of names share one.
pub fn hits<T: PartialEq>(names: &[T], others: &[T]) -> bool {
    names.iter().any(|n| others.contains(n))
}

/// Sorts and removes repeats: the only form in which lists of names are stored.
pub fn tidy<T: Ord>(mut names: Vec<T>) -> Vec<T> {
    names.sort_unstable();
    names.dedup();
    names
}
