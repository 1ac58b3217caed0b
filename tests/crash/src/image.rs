//! What stands on a disk, and what a loss of power makes of it.
//!
//! Owns names and bytes, and the four ways in which writes that were not synced survive. Refuses to know who wrote them.
//! Invariant: what was synced is in every survivor.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that reach a disk whole or not at all.
pub const SECTOR: usize = 512;

/// What of the writes that were not synced a loss of power leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaves {
    /// Nothing.
    Nothing,
    /// What was written first, up to some moment; the last of it torn.
    Prefix,
    /// Everything.
    All,
    /// Any of their sectors.
    Sectors,
}

impl Leaves {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Prefix, Self::All, Self::Sectors];
}

/// Something done to a disk and not synced.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Write { inode: u64, at: usize, bytes: Vec<u8> },
    Truncate { inode: u64, len: usize },
    Name { name: String, inode: Option<u64> },
}

impl Op {
    pub(crate) const fn inode(&self) -> Option<u64> {
        match self {
            Self::Write { inode, .. } | Self::Truncate { inode, .. } => Some(*inode),
            Self::Name { .. } => None,
        }
    }
}

type Names = BTreeMap<String, u64>;
type Contents = BTreeMap<u64, Vec<u8>>;

/// What stands on a disk: names and bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    pub(crate) names: Names,
    pub(crate) contents: Contents,
}

impl Image {
    /// Files by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.names.iter().map(|(name, inode)| (name.as_str(), self.contents.get(inode).map_or(&[][..], Vec::as_slice)))
    }

    /// The bytes of a file.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.contents.get(self.names.get(name)?).map(Vec::as_slice)
    }

    /// The bytes of a file, to be changed.
    pub fn file_mut(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        self.contents.get_mut(self.names.get(name)?)
    }

    /// Whether these bytes stand in any file.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        self.files().any(|(_, file)| file.windows(bytes.len()).any(|w| w == bytes))
    }

    pub(crate) fn write(&mut self, inode: u64, at: usize, bytes: &[u8]) {
        let file = self.contents.entry(inode).or_default();
        if file.len() < at + bytes.len() {
            file.resize(at + bytes.len(), 0);
        }
        file[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn truncate(&mut self, inode: u64, len: usize) {
        self.contents.entry(inode).or_default().truncate(len);
    }

    pub(crate) fn name(&mut self, name: &str, inode: Option<u64>) {
        match inode {
            Some(inode) => {
                self.names.insert(name.to_owned(), inode);
                self.contents.entry(inode).or_default();
            }
            None => drop(self.names.remove(name)),
        }
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Write { inode, at, bytes } => self.write(*inode, *at, bytes),
            Op::Truncate { inode, len } => self.truncate(*inode, *len),
            Op::Name { name, inode } => self.name(name, *inode),
        }
    }

    /// The sectors of a write that reach the disk, each by a throw.
    fn apply_torn(&mut self, op: &Op, mut reaches: impl FnMut() -> bool) {
        let Op::Write { inode, at, bytes } = op else {
            if reaches() {
                self.apply(op);
            }
            return;
        };
        let (mut from, end) = (*at, at + bytes.len());
        while from < end {
            let to = ((from / SECTOR + 1) * SECTOR).min(end);
            if reaches() {
                self.write(*inode, from, &bytes[from - at..to - at]);
            }
            from = to;
        }
    }

    pub(crate) fn forget_unnamed(&mut self) {
        let named: BTreeSet<u64> = self.names.values().copied().collect();
        self.contents.retain(|inode, _| named.contains(inode));
    }
}

/// What a loss of power leaves of a disk.
pub(crate) fn survivors(synced: &Image, pending: &[Op], leaves: Leaves, rng: &mut ChaCha8Rng) -> Image {
    let mut left = synced.clone();
    // A file system keeps the order in which names were made and taken away.
    let names: Vec<&Op> = pending.iter().filter(|op| op.inode().is_none()).collect();
    match leaves {
        Leaves::Nothing => {}
        Leaves::All => pending.iter().for_each(|op| left.apply(op)),
        Leaves::Prefix => {
            let upto = if pending.is_empty() { 0 } else { rng.random_range(0..=pending.len()) };
            pending[..upto].iter().for_each(|op| left.apply(op));
            if let Some(torn) = pending.get(upto).filter(|op| op.inode().is_some()) {
                let mut still = true;
                left.apply_torn(torn, || {
                    still = still && rng.random_range(0..4) > 0;
                    still
                });
            }
        }
        Leaves::Sectors => {
            let upto = rng.random_range(0..=names.len());
            names[..upto].iter().for_each(|op| left.apply(op));
            let percent = rng.random_range(5..95);
            for op in pending.iter().filter(|op| op.inode().is_some()) {
                left.apply_torn(op, || rng.random_range(0..100) < percent);
            }
        }
    }
    left.forget_unnamed();
    left
}
