//! A transaction with its circumstances: the time it counts as, and whom to tell when it is committed.
//!
//! Owns the rule that time never falls. Refuses to know what is written. Invariant: one transaction has one time, not
//! below that of any transaction before it.

use crate::error::{Result, ServerError};
use crate::server::{Hint, Running};
use crate::store::{AuditRow, SpaceRow, Tx};
use gridwalk_model::id::{AccountId, SpaceId};
use gridwalk_model::time::Timestamp;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// A snapshot.
pub struct Reading<'t> {
    /// What can be asked.
    pub tx: &'t dyn Tx,
    /// The server.
    pub running: &'t Running,
    /// The time.
    pub now: Timestamp,
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
}

impl<'t> Reading<'t> {
    pub(crate) fn new(tx: &'t dyn Tx, running: &'t Running) -> Result<Self> {
        Ok(Self { tx, running, now: running.now().max(tx.received_last()?) })
    }
}

impl<'t> Writing<'t> {
    pub(crate) fn new(tx: &'t dyn Tx, running: &'t Running) -> Result<Self> {
        let now = running.now().max(tx.received_last()?);
        Ok(Self { tx, running, now, hints: RefCell::default(), move_due: Cell::new(false) })
    }

    /// Runs a part of the transaction that is kept whole or undone whole, while the rest goes on.
    pub fn part<T>(&self, job: impl FnOnce(&Writing<'_>) -> Result<T>) -> Result<T> {
        let (mut job, mut done) = (Some(job), None);
        self.tx.part(&mut |tx| {
            let Some(job) = job.take() else { return Err(ServerError::Cut) };
            let inner = Writing { tx, running: self.running, now: self.now, hints: RefCell::default() };
            done = Some(job(&inner)?);
            self.hints.borrow_mut().append(&mut inner.hints.into_inner());
            Ok(())
        })?;
        done.ok_or(ServerError::Cut)
    }

    /// The same transaction for functions that only read.
    pub fn reading(&self) -> Reading<'t> {
        Reading { tx: self.tx, running: self.running, now: self.now }
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
