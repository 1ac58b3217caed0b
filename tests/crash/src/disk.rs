//! A disk in memory, with what was synced and what was only written kept apart.
//!
//! Owns the files of one machine, the count of its calls, the faults that it was told to have, and what a loss of power
//! leaves. Refuses to know SQLite. Invariant: what was synced is there after any loss of power; of what was written since,
//! some of the writes, or of their sectors, may be.

use crate::hold::{Hold, Shared};
pub use crate::image::{Image, Leaves};
use crate::image::{Op, survivors};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a call asks of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Opens a file, maybe a new one.
    Open,
    /// Reads.
    Read,
    /// Writes.
    Write,
    /// Cuts a file off.
    Truncate,
    /// Waits until a file is on the disk.
    Sync,
    /// Asks how large a file is.
    Size,
    /// Takes a file away.
    Delete,
    /// Asks whether a file is there.
    Access,
    /// Locks a file.
    Lock,
    /// Makes room for what connections share.
    Share,
}

impl Call {
    /// Whether the disk is another one after it: power that goes in between two others is the same loss.
    const fn changes(self) -> bool {
        matches!(self, Self::Open | Self::Write | Self::Truncate | Self::Sync | Self::Delete)
    }

    /// Whether it needs room.
    const fn takes_room(self) -> bool {
        matches!(self, Self::Open | Self::Write | Self::Share)
    }
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The device does not answer as it should.
    Io,
    /// There is no room left.
    Full,
}

/// A fault that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// At this call, counted from when the fault was planned.
    pub at: u64,
    /// How it fails.
    pub failure: Failure,
    /// Whether every call after it fails as well, until somebody mends the disk.
    pub forever: bool,
}

/// What a disk does wrong on purpose, to see whether anybody notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lie {
    /// Nothing.
    #[default]
    None,
    /// It says that a file is synced and has not done so.
    Fsync,
    /// SQLite is told to use this level of `synchronous`, whatever the store asks for: 0 is OFF, 1 is NORMAL.
    Level(u8),
}

/// Everything about one disk.
struct State {
    now: Image,
    synced: Image,
    /// In the order in which it was done.
    pending: Vec<Op>,
    next_inode: u64,
    next_handle: u64,
    open: BTreeSet<u64>,
    holds: BTreeMap<u64, Hold>,
    rng: ChaCha8Rng,
    calls: u64,
    changes: u64,
    power_at: Option<u64>,
    dead: bool,
    /// Whether the last call is the one that the loss of power met.
    met: bool,
    faults: Option<Fault>,
    broken: Option<Failure>,
    failed: u64,
    lie: Lie,
}

/// One machine's disk.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<State>>);

/// A file that somebody has open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handle {
    /// Which file.
    pub inode: u64,
    /// Which opening of it.
    pub id: u64,
    /// Whether its first sync takes the folder along, as SQLite's own file system does for every log and journal.
    pub syncs_folder: bool,
}

impl Disk {
    /// An empty disk.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: Image::default(),
            synced: Image::default(),
            pending: Vec::new(),
            next_inode: 1,
            next_handle: 1,
            open: BTreeSet::new(),
            holds: BTreeMap::new(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            calls: 0,
            changes: 0,
            power_at: None,
            dead: false,
            met: false,
            faults: None,
            broken: None,
            failed: 0,
            lie: Lie::None,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Power goes at the n-th call from now on that changes anything.
    pub fn power_lasts(&self, changes: u64) {
        let mut state = self.state();
        state.power_at = Some(state.changes + changes);
    }

    /// Whether the power is gone.
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// The power goes now.
    pub fn pull_plug(&self) {
        self.state().dead = true;
    }

    /// A fault to come, counted from now on.
    pub fn plan(&self, fault: Fault) {
        let mut state = self.state();
        state.faults = Some(Fault { at: state.calls + fault.at, ..fault });
    }

    /// Nothing fails any more; how many calls did.
    pub fn mend(&self) -> u64 {
        let mut state = self.state();
        (state.faults, state.broken, state.power_at) = (None, None, None);
        std::mem::take(&mut state.failed)
    }

    /// What it lies about from now on.
    pub fn lie(&self, lie: Lie) {
        self.state().lie = lie;
    }

    /// What it lies about.
    pub fn lies(&self) -> Lie {
        self.state().lie
    }

    /// How many calls it was asked, and how many of them changed anything.
    pub fn calls(&self) -> (u64, u64) {
        let state = self.state();
        (state.calls, state.changes)
    }

    /// How many files are open.
    pub fn open_files(&self) -> usize {
        self.state().open.len()
    }

    /// Power comes back: what the disk holds by then. Nobody may have a file open any more.
    pub fn come_back(&self, leaves: Leaves) -> usize {
        let mut state = self.state();
        assert!(state.open.is_empty(), "a process outlived its power: {} files open", state.open.len());
        let pending = std::mem::take(&mut state.pending);
        let State { synced, rng, .. } = &mut *state;
        let left = survivors(synced, &pending, leaves, rng);
        state.now = left.clone();
        state.synced = left;
        state.holds.clear();
        (state.dead, state.power_at, state.faults, state.broken) = (false, None, None, None);
        pending.len()
    }

    /// What the disk would hold if the power went now.
    pub fn would_leave(&self, leaves: Leaves) -> Image {
        let mut state = self.state();
        let State { synced, pending, rng, .. } = &mut *state;
        survivors(synced, pending, leaves, rng)
    }

    /// Everything as it stands now, for [`Self::put_back`].
    pub fn image(&self) -> Image {
        self.state().now.clone()
    }

    /// Another machine's files, all synced. Nobody may have a file open.
    pub fn put_back(&self, image: &Image) {
        let mut state = self.state();
        assert!(state.open.is_empty(), "a process holds {} files", state.open.len());
        (state.now, state.synced) = (image.clone(), image.clone());
        state.pending.clear();
        state.holds.clear();
        state.next_inode = image.contents.keys().max().map_or(1, |last| last + 1).max(state.next_inode);
        (state.dead, state.power_at, state.faults, state.broken) = (false, None, None, None);
    }

    /// Puts a file on the disk, synced.
    pub fn place(&self, name: &str, bytes: &[u8]) {
        let mut state = self.state();
        let inode = state.fresh_inode();
        let State { now, synced, .. } = &mut *state;
        for image in [now, synced] {
            image.name(name, Some(inode));
            image.write(inode, 0, bytes);
        }
    }

    /// Whether a file is there.
    pub fn has(&self, name: &str) -> bool {
        self.state().now.names.contains_key(name)
    }

    /// Counts a call; how it fails, if it does.
    pub(crate) fn count(&self, call: Call) -> Result<(), Failure> {
        self.state().count(call)
    }

    pub(crate) fn open(&self, name: &str, create: bool, syncs_folder: bool) -> Result<Option<Handle>, Failure> {
        let mut state = self.state();
        state.count(Call::Open)?;
        let found = state.now.names.get(name).copied();
        let inode = match found {
            Some(inode) => inode,
            None if !create => return Ok(None),
            None => {
                let inode = state.fresh_inode();
                state.now.name(name, Some(inode));
                state.pending.push(Op::Name { name: name.to_owned(), inode: Some(inode) });
                inode
            }
        };
        let id = state.next_handle;
        state.next_handle += 1;
        state.open.insert(id);
        Ok(Some(Handle { inode, id, syncs_folder }))
    }

    pub(crate) fn close(&self, handle: Handle) {
        let mut state = self.state();
        state.open.remove(&handle.id);
        if let Some(hold) = state.holds.get_mut(&handle.inode) {
            hold.let_go(handle.id);
        }
    }

    pub(crate) fn read(&self, handle: Handle, at: usize, into: &mut [u8]) -> Result<usize, Failure> {
        let mut state = self.state();
        state.count(Call::Read)?;
        let file = state.now.contents.get(&handle.inode).map_or(&[][..], Vec::as_slice);
        let there = file.get(at..).unwrap_or_default();
        let len = there.len().min(into.len());
        into[..len].copy_from_slice(&there[..len]);
        Ok(len)
    }

    pub(crate) fn write(&self, handle: Handle, at: usize, bytes: &[u8]) -> Result<(), Failure> {
        let mut state = self.state();
        let counted = state.count(Call::Write);
        // A write that the loss of power meets may have come as far as the disk's own memory.
        if counted.is_ok() || state.met_now() {
            state.now.write(handle.inode, at, bytes);
            state.pending.push(Op::Write { inode: handle.inode, at, bytes: bytes.to_vec() });
        }
        counted
    }

    pub(crate) fn truncate(&self, handle: Handle, len: usize) -> Result<(), Failure> {
        let mut state = self.state();
        state.count(Call::Truncate)?;
        state.now.truncate(handle.inode, len);
        state.pending.push(Op::Truncate { inode: handle.inode, len });
        Ok(())
    }

    /// The file is on the disk; a new log's or journal's folder with it.
    pub(crate) fn sync(&self, handle: Handle) -> Result<(), Failure> {
        let mut state = self.state();
        state.count(Call::Sync)?;
        if state.lie == Lie::Fsync {
            return Ok(());
        }
        state.sync(|op| op.inode() == Some(handle.inode) || (handle.syncs_folder && op.inode().is_none()));
        Ok(())
    }

    pub(crate) fn size(&self, handle: Handle) -> Result<usize, Failure> {
        let mut state = self.state();
        state.count(Call::Size)?;
        Ok(state.now.contents.get(&handle.inode).map_or(0, Vec::len))
    }

    /// Takes a file away; false if it is not there.
    pub(crate) fn delete(&self, name: &str, sync_folder: bool) -> Result<bool, Failure> {
        let mut state = self.state();
        state.count(Call::Delete)?;
        if state.now.names.remove(name).is_none() {
            return Ok(false);
        }
        state.pending.push(Op::Name { name: name.to_owned(), inode: None });
        if sync_folder && state.lie != Lie::Fsync {
            state.sync(|op| op.inode().is_none());
        }
        Ok(true)
    }

    /// What connections of one file share: locks and memory.
    pub(crate) fn hold<T>(&self, handle: Handle, work: impl FnOnce(&mut Hold, u64) -> T) -> T {
        work(self.state().holds.entry(handle.inode).or_default(), handle.id)
    }

    /// A region of what connections share; none where there is none yet and none is wanted.
    pub(crate) fn region(&self, handle: Handle, nth: usize, bytes: usize, make: bool) -> Result<Shared, Failure> {
        let mut state = self.state();
        state.count(Call::Share)?;
        Ok(state.holds.entry(handle.inode).or_default().region(handle.id, nth, bytes, make))
    }
}

impl State {
    const fn fresh_inode(&mut self) -> u64 {
        self.next_inode += 1;
        self.next_inode
    }

    fn count(&mut self, call: Call) -> Result<(), Failure> {
        self.met = false;
        if self.dead {
            return Err(Failure::Io);
        }
        self.calls += 1;
        if call.changes() {
            self.changes += 1;
            if self.power_at.is_some_and(|at| self.changes >= at) {
                (self.dead, self.met) = (true, true);
                return Err(Failure::Io);
            }
        }
        let due = self.faults.filter(|fault| self.calls >= fault.at).map(|fault| fault.failure);
        let fails = |failure: &Failure| *failure == Failure::Io || call.takes_room();
        let Some(failure) = due.or(self.broken).filter(fails) else { return Ok(()) };
        if let Some(fault) = self.faults.take_if(|_| due.is_some()) {
            self.broken = fault.forever.then_some(failure);
        }
        self.failed += 1;
        Err(failure)
    }

    /// Whether the call that the loss of power met still reached the disk's own memory.
    fn met_now(&mut self) -> bool {
        self.met && self.rng.random_range(0..2) == 0
    }

    /// These are on the disk by now, in their order.
    fn sync(&mut self, which: impl Fn(&Op) -> bool) {
        let pending = std::mem::take(&mut self.pending);
        for op in pending {
            if which(&op) {
                self.synced.apply(&op);
            } else {
                self.pending.push(op);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::SECTOR;

    /// A disk with a file of eight sectors of ones, synced with its folder.
    fn disk(seed: u64) -> (Disk, Handle) {
        let disk = Disk::new(seed);
        let handle = disk.open("a", true, true).unwrap().unwrap();
        disk.write(handle, 0, &[1; 8 * SECTOR]).unwrap();
        disk.sync(handle).unwrap();
        (disk, handle)
    }

    fn left(disk: &Disk, leaves: Leaves) -> Vec<u8> {
        disk.would_leave(leaves).file("a").unwrap().to_vec()
    }

    #[test]
    fn what_was_not_synced_may_go_and_what_was_stays() {
        let (disk, handle) = disk(1);
        disk.write(handle, 0, &[2; 8 * SECTOR]).unwrap();
        assert_eq!(left(&disk, Leaves::Nothing), [1; 8 * SECTOR]);
        assert_eq!(left(&disk, Leaves::All), [2; 8 * SECTOR]);
        disk.sync(handle).unwrap();
        for leaves in Leaves::ALL {
            assert_eq!(left(&disk, leaves), [2; 8 * SECTOR], "{leaves:?}");
        }
    }

    #[test]
    fn a_write_is_torn_at_sectors_and_nowhere_else() {
        let mut seen = BTreeSet::new();
        for seed in 0..40 {
            let (disk, handle) = disk(seed);
            disk.write(handle, 0, &[2; 8 * SECTOR]).unwrap();
            let bytes = left(&disk, Leaves::Sectors);
            let sectors: Vec<u8> = bytes.chunks(SECTOR).map(|s| s[0]).collect();
            assert!(bytes.chunks(SECTOR).all(|s| s.iter().all(|b| *b == s[0])));
            seen.insert(sectors);
        }
        assert!(seen.len() > 20, "every seed leaves others: {}", seen.len());
    }

    #[test]
    fn a_file_without_its_folder_has_no_name_after_a_loss_of_power() {
        let (disk, _) = disk(1);
        let main = disk.open("b", true, false).unwrap().unwrap();
        disk.write(main, 0, &[3; SECTOR]).unwrap();
        disk.sync(main).unwrap();
        assert_eq!(disk.would_leave(Leaves::Nothing).file("b"), None);
        let log = disk.open("b-wal", true, true).unwrap().unwrap();
        disk.sync(log).unwrap();
        assert_eq!(disk.would_leave(Leaves::Nothing).file("b"), Some(&[3; SECTOR][..]));
        disk.delete("b", false).unwrap();
        assert!(disk.would_leave(Leaves::Nothing).file("b").is_some(), "its end was not synced");
        disk.delete("b-wal", true).unwrap();
        assert_eq!(disk.would_leave(Leaves::Nothing).file("b"), None);
    }

    #[test]
    fn power_goes_at_the_change_that_was_said_and_everything_fails_from_then_on() {
        let (disk, handle) = disk(1);
        disk.power_lasts(2);
        assert_eq!(disk.write(handle, 0, &[2; SECTOR]), Ok(()));
        assert_eq!(disk.sync(handle), Err(Failure::Io));
        assert!(disk.is_dead() && disk.write(handle, 0, &[4; SECTOR]).is_err());
        assert!(disk.read(handle, 0, &mut [0; 4]).is_err());
        disk.close(handle);
        disk.come_back(Leaves::All);
        assert_eq!(disk.image().file("a").unwrap()[0], 2, "what came after the power is nowhere");
    }

    #[test]
    fn faults_are_once_or_for_ever_and_a_full_disk_can_still_be_read() {
        let (disk, handle) = disk(1);
        disk.plan(Fault { at: 1, failure: Failure::Full, forever: true });
        assert_eq!(disk.read(handle, 0, &mut [0; 4]), Ok(4));
        assert_eq!(disk.write(handle, 0, &[2; SECTOR]), Err(Failure::Full));
        assert_eq!(disk.write(handle, 0, &[2; SECTOR]), Err(Failure::Full));
        assert_eq!((disk.mend(), disk.write(handle, 0, &[2; SECTOR])), (2, Ok(())));
        disk.plan(Fault { at: 2, failure: Failure::Io, forever: false });
        assert_eq!(disk.sync(handle), Ok(()));
        assert_eq!(disk.read(handle, 0, &mut [0; 4]), Err(Failure::Io));
        assert_eq!(disk.read(handle, 0, &mut [0; 4]), Ok(4));
    }
}
