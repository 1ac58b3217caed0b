//! The order in which things are reckoned, and the circles in which they cannot be.
//!
//! Owns ranks. Refuses to reckon. Invariant: unless it is part of a circle, what a slot depends on has a lower rank.

use super::depend::Read;
use super::plan::{Slot, What};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Places whose values depend on each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Their paths, each depending on the next, the last on the first.
    pub paths: Vec<String>,
}

/// Who reads a slot: the place that both share, the reader and what it reckons from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    pub anchor: u32,
    pub slot: u32,
    pub what: What,
}

/// The readers of all slots.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub readers: Vec<Vec<Reader>>,
}

impl Graph {
    /// A graph without edges.
    pub fn new(slots: usize) -> Graph {
        Graph { readers: vec![Vec::new(); slots] }
    }

    /// Notes what a slot reads for something.
    pub fn add(&mut self, slot: u32, what: What, reads: &BTreeSet<Read>) {
        for read in reads {
            if let Some(readers) = self.readers.get_mut(read.slot as usize) {
                readers.push(Reader { anchor: read.anchor, slot, what });
            }
        }
    }

    /// For each slot those that come after it.
    fn after(&self, slots: &[Slot], strict: bool) -> Vec<BTreeSet<u32>> {
        let mut after: Vec<BTreeSet<u32>> = slots.iter().map(|slot| slot.children.iter().copied().collect()).collect();
        for (slot, readers) in self.readers.iter().enumerate() {
            for reader in readers.iter().filter(|reader| reader.what.moves_values()) {
                // Other copies of the same repeat are other values.
                let other = slots[slot].repeat != slots.get(reader.anchor as usize).and_then(|anchor| anchor.repeat);
                // How many copies there are is no value of theirs.
                let count = slots[slot].is_repeat;
                if reader.slot as usize != slot && !(strict && (other || count)) {
                    after[slot].insert(reader.slot);
                }
            }
        }
        after
    }

    /// Gives every slot its rank.
    pub fn rank(&self, slots: &mut [Slot]) {
        let after = self.after(slots, false);
        let mut before = vec![0u32; slots.len()];
        for next in after.iter().flatten() {
            before[*next as usize] += 1;
        }
        let all = 0..u32::try_from(slots.len()).unwrap_or(0);
        let mut free: BinaryHeap<Reverse<u32>> =
            all.clone().filter(|slot| before[*slot as usize] == 0).map(Reverse).collect();
        let mut waiting: BTreeSet<u32> = all.filter(|slot| before[*slot as usize] > 0).collect();
        let mut rank = 0;
        // In a circle the first of the form goes first.
        while let Some(slot) = free.pop().map(|slot| slot.0).or_else(|| waiting.pop_first()) {
            slots[slot as usize].rank = rank;
            rank += 1;
            for next in &after[slot as usize] {
                before[*next as usize] = before[*next as usize].saturating_sub(1);
                if before[*next as usize] == 0 && waiting.remove(next) {
                    free.push(Reverse(*next));
                }
            }
        }
    }

    /// One circle, if there is any: slots that each depend on the next.
    pub fn circle(&self, slots: &[Slot]) -> Option<Vec<u32>> {
        let after = self.after(slots, true);
        // 0: not seen, 1: on the way, 2: done.
        let mut seen = vec![0u8; slots.len()];
        for start in 0..u32::try_from(slots.len()).unwrap_or(0) {
            if seen[start as usize] != 0 {
                continue;
            }
            let mut way: Vec<(u32, Vec<u32>)> = vec![(start, after[start as usize].iter().copied().collect())];
            seen[start as usize] = 1;
            while let Some((slot, left)) = way.last_mut() {
                let Some(next) = left.pop() else {
                    seen[*slot as usize] = 2;
                    way.pop();
                    continue;
                };
                match seen[next as usize] {
                    0 => {
                        seen[next as usize] = 1;
                        way.push((next, after[next as usize].iter().copied().collect()));
                    }
                    1 => {
                        let from = way.iter().position(|(slot, _)| *slot == next).unwrap_or(0);
                        let mut circle: Vec<u32> = way[from..].iter().map(|(slot, _)| *slot).collect();
                        circle.reverse();
                        return Some(circle);
                    }
                    _ => {}
                }
            }
        }
        None
    }
}
