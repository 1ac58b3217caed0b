//! A transaction with its circumstances: the time it counts as, and whom to tell when it is committed.
//!
//! Owns the rule that time never falls. Refuses to know what is written. Invariant: one transaction has one time, not
//! below that of any transaction before it.

use crate::error::{Result, ServerError};
use crate::server::{Hint, Running};
use crate::store::{AuditRow, SpaceRow, Tx};
use crate::tree;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What stood above units, as far as this transaction or snapshot asked already.
#[derive(Default)]
struct Above(RefCell<BTreeMap<AboveAsked, BTreeSet<UnitId>>>);

/// Units, and the time since when.
type AboveAsked = (Vec<UnitId>, Option<Timestamp>);

impl Above {
    fn of(&self, tx: &dyn Tx, units: &[UnitId], since: Option<Timestamp>) -> Result<BTreeSet<UnitId>> {
        let asked = (units.to_vec(), since);
        if let Some(known) = self.0.borrow().get(&asked) {
            return Ok(known.clone());
        }
        let found = tree::with_above(tx, units, since)?;
        self.0.borrow_mut().insert(asked, found.clone());
        Ok(found)
    }
}

/// A snapshot.
pub struct Reading<'t> {
    /// What can be asked.
    pub tx: &'t dyn Tx,
    /// The server.
    pub running: &'t Running,
    /// The time.
    pub now: Timestamp,
    above: Rc<Above>,
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
    above: Rc<Above>,
    sums: RefCell<BTreeMap<(SpaceId, Key, String), u128>>,
}

impl<'t> Reading<'t> {
    pub(crate) fn new(tx: &'t dyn Tx, running: &'t Running) -> Result<Self> {
        Ok(Self { tx, running, now: running.now().max(tx.received_last()?), above: Rc::default() })
    }

    /// These units and all above them: now, or at any time since.
    pub fn with_above(&self, units: &[UnitId], since: Option<Timestamp>) -> Result<BTreeSet<UnitId>> {
        self.above.of(self.tx, units, since)
    }
}

impl<'t> Writing<'t> {
    pub(crate) fn new(tx: &'t dyn Tx, running: &'t Running) -> Result<Self> {
        let now = running.now().max(tx.received_last()?);
        Ok(Self::within(tx, running, now, Rc::default()))
    }

    fn within(tx: &'t dyn Tx, running: &'t Running, now: Timestamp, above: Rc<Above>) -> Self {
        let (hints, move_due, sums) = Default::default();
        Self { tx, running, now, hints, move_due, above, sums }
    }

    /// These units and all above them: now, or at any time since.
    pub fn with_above(&self, units: &[UnitId], since: Option<Timestamp>) -> Result<BTreeSet<UnitId>> {
        self.above.of(self.tx, units, since)
    }

    /// The tree changed: what stood above whom is asked again.
    pub fn forget_above(&self) {
        self.above.0.borrow_mut().clear();
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
            let inner = Writing::within(tx, self.running, self.now, self.above.clone());
            let result = job(&inner);
            if result.is_err() {
                self.forget_above();
            }
            done = Some(result?);
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
        Reading { tx: self.tx, running: self.running, now: self.now, above: self.above.clone() }
    }

    /// Takes the next pos of a space.
    pub fn pos_next(&self, space: SpaceId) -> Result<u64> {
        self.touch(space);
        self.tx.pos_next(space)
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
        self.tx.space(id)?.ok_or(ServerError::NotFound("space"))
    }

    /// Writes to the audit.
    pub fn audit(&self, account: Option<AccountId>, code: &str, detail: &str) -> Result<()> {
        let (code, detail) = (code.to_owned(), detail.to_owned());
        self.tx.audit_add(&AuditRow { at: self.now, account, code, detail })
    }

    /// Notes the time in the spaces touched; what listeners are to be told, and whether a move is due.
    pub(crate) fn finish(self) -> Result<(Vec<Hint>, bool)> {
        let move_due = self.move_due.get();
        for ((space, key, kind), share) in self.sums.into_inner() {
            let sum = self.tx.digest(space, key, &kind)?;
            self.tx.digest_set(space, key, &kind, sum.wrapping_add(share))?;
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
