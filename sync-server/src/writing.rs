//! A transaction with its circumstances: the time it counts as, and whom to tell when it is committed.
//!
//! Owns the rule that time never falls. Refuses to know what is written. Invariant: one transaction has one time, not
//! below that of any transaction before it.

use crate::audit;
use crate::error::{Result, ServerError};
use crate::server::{Hint, Running};
use crate::store::{AuditRow, GrantRow, SpaceRow, Tx};
use crate::tree;
use gridwalk_model::admission::Branch;
use gridwalk_model::exchange::Key;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What this transaction or snapshot asked already of what seldom changes.
#[derive(Default)]
struct Known {
    above: Remembered<AboveAsked, BTreeSet<UnitId>>,
    grants: Remembered<AccountId, Vec<GrantRow>>,
    branches: Remembered<SpaceId, Vec<Branch>>,
    others: Remembered<SpaceId, Vec<SpaceId>>,
}

/// Answers by what was asked.
struct Remembered<K, V>(RefCell<BTreeMap<K, Rc<V>>>);

/// Units, and the time since when.
type AboveAsked = (Vec<UnitId>, Option<Timestamp>);

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Ord, V> Remembered<K, V> {
    fn get(&self, asked: K, ask: impl FnOnce(&K) -> Result<V>) -> Result<Rc<V>> {
        if let Some(known) = self.0.borrow().get(&asked) {
            return Ok(known.clone());
        }
        let found = Rc::new(ask(&asked)?);
        self.0.borrow_mut().insert(asked, found.clone());
        Ok(found)
    }
}

impl Known {
    fn above(&self, tx: &dyn Tx, units: &[UnitId], since: Option<Timestamp>) -> Result<Rc<BTreeSet<UnitId>>> {
        self.above.get((units.to_vec(), since), |_| tree::with_above(tx, units, since))
    }

    fn forget(&self) {
        self.above.0.borrow_mut().clear();
        self.grants.0.borrow_mut().clear();
        self.branches.0.borrow_mut().clear();
        self.others.0.borrow_mut().clear();
    }
}

/// A space as a transaction that writes has it: read once, written once, at the transaction's end.
#[derive(Clone)]
struct Held {
    row: SpaceRow,
    moved: bool,
}

/// A snapshot.
pub struct Reading<'t> {
    /// What can be asked.
    pub tx: &'t dyn Tx,
    /// The server.
    pub running: &'t Running,
    /// The time.
    pub now: Timestamp,
    /// The count of what rights and timelines rest on; `None` where what is read may be undone.
    pub standing: Option<u64>,
    known: Rc<Known>,
}

/// A transaction that writes.
pub struct Writing<'t> {
    /// What can be asked and written.
    pub tx: &'t dyn Tx,
    /// The server.
    pub running: &'t Running,
    /// The time that all of it counts as.
    pub now: Timestamp,
    hints: RefCell<BTreeSet<Hint>>,
    move_due: Cell<bool>,
    known: Rc<Known>,
    spaces: RefCell<BTreeMap<SpaceId, Held>>,
    sums: RefCell<BTreeMap<(SpaceId, Key, String), u128>>,
}

impl<'t> Reading<'t> {
    pub(crate) fn snapshot(tx: &'t dyn Tx, running: &'t Running) -> Result<Self> {
        let (standing, last) = tx.standing()?;
        let standing = running.is_sound().then_some(standing);
        Ok(Self { tx, running, now: running.now().max(last), standing, known: Rc::default() })
    }

    /// These units and all above them: now, or at any time since.
    pub fn with_above(&self, units: &[UnitId], since: Option<Timestamp>) -> Result<Rc<BTreeSet<UnitId>>> {
        self.known.above(self.tx, units, since)
    }

    /// All grants of an account, ended ones included.
    pub fn grants(&self, account: AccountId) -> Result<Rc<Vec<GrantRow>>> {
        self.known.grants.get(account, |account| self.tx.grants(*account))
    }

    /// A space's history, oldest first.
    pub fn branches(&self, space: SpaceId) -> Result<Rc<Vec<Branch>>> {
        self.known.branches.get(space, |space| self.tx.branches(*space))
    }
}

impl<'t> Writing<'t> {
    pub(crate) fn new(tx: &'t dyn Tx, running: &'t Running) -> Result<Self> {
        let now = running.now().max(tx.standing()?.1);
        let (hints, move_due, known, spaces, sums) = Default::default();
        Ok(Self { tx, running, now, hints, move_due, known, spaces, sums })
    }

    /// These units and all above them: now, or at any time since.
    pub fn with_above(&self, units: &[UnitId], since: Option<Timestamp>) -> Result<Rc<BTreeSet<UnitId>>> {
        self.known.above(self.tx, units, since)
    }

    /// Tree, grants or timelines changed: what is known of them is asked again.
    pub fn forget_known(&self) {
        self.known.forget();
    }

    /// Adds to the sum of a key and kind; sums are written once, at the end of the transaction.
    pub fn sum_add(&self, space: SpaceId, key: Key, kind: &str, share: u128) {
        let mut sums = self.sums.borrow_mut();
        let sum = sums.entry((space, key, kind.to_owned())).or_default();
        *sum = sum.wrapping_add(share);
    }

    /// Runs a part of the transaction that is kept whole or undone whole, while the rest goes on.
    pub fn part<T>(&self, job: impl FnOnce(&Writing<'_>) -> Result<T>) -> Result<T> {
        let (mut job, mut done) = (Some(job), None);
        self.tx.part(&mut |tx| {
            let Some(job) = job.take() else { return Err(ServerError::Cut) };
            let (hints, move_due, sums) = Default::default();
            let (known, spaces) = (self.known.clone(), self.spaces.clone());
            let inner = Writing { tx, running: self.running, now: self.now, hints, move_due, known, spaces, sums };
            let result = job(&inner);
            if result.is_err() {
                self.forget_known();
            }
            done = Some(result?);
            self.spaces.swap(&inner.spaces);
            self.hints.borrow_mut().append(&mut inner.hints.into_inner());
            self.move_due.set(self.move_due.get() || inner.move_due.get());
            for ((space, key, kind), share) in inner.sums.into_inner() {
                self.sum_add(space, key, &kind, share);
            }
            Ok(())
        })?;
        done.ok_or(ServerError::Cut)
    }

    /// The same transaction for functions that only read.
    pub fn reading(&self) -> Reading<'t> {
        let known = self.known.clone();
        Reading { tx: self.tx, running: self.running, now: self.now, standing: None, known }
    }

    /// A space as it stands in this transaction; nobody else may write to it until the transaction ends.
    fn held<T>(&self, id: SpaceId, job: impl FnOnce(&mut Held) -> T) -> Result<T> {
        if let Some(held) = self.spaces.borrow_mut().get_mut(&id) {
            return Ok(job(held));
        }
        let row = self.tx.space_locked(id)?.ok_or(ServerError::NotFound("space"))?;
        Ok(job(self.spaces.borrow_mut().entry(id).or_insert(Held { row, moved: false })))
    }

    /// All spaces but this one and that of the units, in their order.
    pub fn others(&self, space: SpaceId) -> Result<Rc<Vec<SpaceId>>> {
        self.known.others.get(space, |space| {
            let others = self.tx.spaces()?.into_iter().filter(|s| s.id != *space && !s.reference);
            Ok(others.map(|s| s.id).collect())
        })
    }

    /// Takes the next pos of a space.
    pub fn pos_next(&self, space: SpaceId) -> Result<u64> {
        self.touch(space);
        self.held(space, |held| {
            held.moved = true;
            held.row.pos += 1;
            held.row.pos
        })
    }

    /// Puts one more hash at the end of a space's chain.
    pub fn chain_on(&self, space: SpaceId, link: impl FnOnce(Hash) -> Hash) -> Result<Hash> {
        self.held(space, |held| {
            held.moved = true;
            held.row.chain = link(held.row.chain);
            held.row.chain
        })
    }

    /// Listeners of this space are told after the commit.
    pub fn touch(&self, space: SpaceId) {
        self.hints.borrow_mut().insert(Hint::Space(space));
    }

    /// The account is told after the commit that what it sees has changed.
    pub fn touch_rights(&self, account: AccountId) {
        self.hints.borrow_mut().insert(Hint::Rights(account));
    }

    /// After the commit a move between spaces is to be made.
    pub fn move_is_due(&self) {
        self.move_due.set(true);
    }

    /// A space that must exist.
    pub fn space(&self, id: SpaceId) -> Result<SpaceRow> {
        self.held(id, |held| held.row.clone())
    }

    /// Whether a space that must exist is the one that holds the units.
    pub fn is_reference(&self, space: SpaceId) -> Result<bool> {
        self.held(space, |held| held.row.reference)
    }

    /// Writes to the audit.
    pub fn audit(&self, account: Option<AccountId>, code: &str, detail: &str) -> Result<()> {
        let (code, detail) = (code.to_owned(), detail.to_owned());
        audit::append(self.tx, &self.running.key, &AuditRow { at: self.now, account, code, detail })
    }

    /// Notes the time in the spaces touched; what listeners are to be told, and whether a move is due.
    pub(crate) fn finish(self) -> Result<(Vec<Hint>, bool)> {
        let move_due = self.move_due.get();
        for ((space, key, kind), share) in self.sums.into_inner() {
            let sum = self.tx.digest(space, key, &kind)?;
            self.tx.digest_set(space, key, &kind, sum.wrapping_add(share))?;
        }
        for held in self.spaces.into_inner().into_values().filter(|held| held.moved) {
            self.tx.space_moved(held.row.id, held.row.pos, held.row.chain)?;
        }
        let hints = self.hints.into_inner();
        for hint in &hints {
            match hint {
                Hint::Space(space) => self.tx.received_last_set(*space, self.now)?,
                // What an account may see is judged by this time in every space.
                Hint::Rights(_) => {
                    for space in self.tx.spaces()? {
                        self.tx.received_last_set(space.id, self.now)?;
                    }
                }
            }
        }
        Ok((hints.into_iter().collect(), move_due))
    }
}
