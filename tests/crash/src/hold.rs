//! What the connections of one file share on one machine: its locks, and the memory of a write-ahead log.
//!
//! Owns both. Refuses to outlive the power. Invariant: a writer is alone, as SQLite's locks say it (sqlite3.h,
//! SQLITE_LOCK_* and SQLITE_SHM_*).

use std::collections::{BTreeMap, BTreeSet};

/// Locks of a write-ahead log.
const SLOTS: usize = 8;

/// Memory that connections share: where it stands, and how long it is; nowhere if it was not made.
pub type Shared = Option<*mut u8>;

/// How far a handle has locked a file, as SQLite counts: 0 none, 1 shared, 2 reserved, 3 pending, 4 exclusive.
type Level = i32;
/// Whoever reads.
pub const SHARED: Level = 1;
/// Whoever will write.
pub const RESERVED: Level = 2;
/// Whoever waits for readers to go.
pub const PENDING: Level = 3;
/// Whoever writes.
pub const EXCLUSIVE: Level = 4;

/// One region, whose place must not change while anybody knows it.
struct Region(Box<[u64]>);

/// What connections share of one file.
#[derive(Default)]
pub struct Hold {
    levels: BTreeMap<u64, Level>,
    regions: Vec<Region>,
    /// Whoever knows where they stand.
    sharers: BTreeSet<u64>,
    sharing: [BTreeSet<u64>; SLOTS],
    alone: [Option<u64>; SLOTS],
}

impl Hold {
    /// Locks the file up to a level; false if somebody is in the way.
    pub fn lock(&mut self, who: u64, wanted: Level) -> bool {
        let mine = self.levels.get(&who).copied().unwrap_or(0);
        if mine >= wanted {
            return true;
        }
        let others = self.levels.iter().filter(|(other, _)| **other != who).map(|(_, level)| *level).max().unwrap_or(0);
        let free = match wanted {
            SHARED => others < PENDING,
            RESERVED | PENDING => others < RESERVED,
            _ => others == 0,
        };
        if free {
            self.levels.insert(who, wanted);
        } else if wanted == EXCLUSIVE && mine >= RESERVED {
            // It waits for readers to go, and lets no new ones in.
            self.levels.insert(who, PENDING);
        }
        free
    }

    /// Unlocks it down to a level.
    pub fn unlock(&mut self, who: u64, left: Level) {
        if left == 0 {
            self.levels.remove(&who);
        } else {
            self.levels.insert(who, left);
        }
    }

    /// Whether anybody is about to write.
    pub fn is_reserved(&self) -> bool {
        self.levels.values().any(|level| *level >= RESERVED)
    }

    /// A region.
    pub fn region(&mut self, who: u64, nth: usize, bytes: usize, make: bool) -> Shared {
        self.sharers.insert(who);
        while make && self.regions.len() <= nth {
            self.regions.push(Region(vec![0; bytes.div_ceil(8)].into_boxed_slice()));
        }
        self.regions.get_mut(nth).map(|region| region.0.as_mut_ptr().cast())
    }

    /// Locks or unlocks slots of the log; false if somebody is in the way.
    pub fn slots(&mut self, who: u64, from: usize, count: usize, (lock, shared): (bool, bool)) -> bool {
        let slots = from.min(SLOTS)..(from + count).min(SLOTS);
        if !lock {
            for slot in slots {
                self.sharing[slot].remove(&who);
                if self.alone[slot] == Some(who) {
                    self.alone[slot] = None;
                }
            }
            return true;
        }
        let mut free = slots.clone().map(|slot| {
            let alone = self.alone[slot].is_none_or(|other| other == who);
            alone && (shared || self.sharing[slot].iter().all(|other| *other == who))
        });
        if !free.all(|free| free) {
            return false;
        }
        for slot in slots {
            if shared {
                self.sharing[slot].insert(who);
            } else {
                self.alone[slot] = Some(who);
            }
        }
        true
    }

    /// Whoever closes the file lets go of everything.
    pub fn let_go(&mut self, who: u64) {
        self.unlock(who, 0);
        self.unmap(who);
    }

    /// Whoever does not look at the log's memory any more; the last one takes it along.
    pub fn unmap(&mut self, who: u64) {
        self.slots(who, 0, SLOTS, (false, false));
        self.sharers.remove(&who);
        if self.sharers.is_empty() {
            self.regions.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_many_and_a_writer_is_alone() {
        let mut hold = Hold::default();
        assert!(hold.lock(1, SHARED) && hold.lock(2, SHARED) && hold.lock(1, RESERVED));
        assert!(!hold.lock(2, RESERVED) && hold.is_reserved());
        assert!(!hold.lock(1, EXCLUSIVE), "somebody reads");
        assert!(!hold.lock(3, SHARED), "nobody new is let in meanwhile");
        hold.unlock(2, 0);
        assert!(hold.lock(1, EXCLUSIVE) && !hold.lock(2, SHARED));
        hold.let_go(1);
        assert!(hold.lock(2, EXCLUSIVE));
    }

    #[test]
    fn slots_of_a_log_are_shared_or_alone() {
        let mut hold = Hold::default();
        assert!(hold.slots(1, 3, 1, (true, true)) && hold.slots(2, 3, 1, (true, true)));
        assert!(!hold.slots(1, 3, 1, (true, false)), "another one reads there");
        assert!(hold.slots(1, 0, 1, (true, false)) && !hold.slots(2, 0, 1, (true, true)));
        hold.let_go(1);
        assert!(hold.slots(2, 0, 1, (true, false)));
    }

    #[test]
    fn shared_memory_lives_as_long_as_anybody_knows_it() {
        let mut hold = Hold::default();
        assert!(hold.region(1, 0, 32_768, false).is_none());
        let first = hold.region(1, 0, 32_768, true);
        assert!(first.is_some() && hold.region(2, 0, 32_768, false) == first);
        hold.unmap(1);
        assert_eq!(hold.region(2, 0, 32_768, false), first);
        hold.unmap(2);
        assert!(hold.region(2, 0, 32_768, false).is_none());
    }
}
