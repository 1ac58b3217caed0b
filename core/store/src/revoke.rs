//! The end of a phone's access: handing everything left over, and the purge.
//!
//! Owns what is handed over and when it may go. Refuses to seal and to send. Invariant: the purge takes only what the
//! receipt names; whatever was typed since is handed over first.

use crate::error::StoreError;
use crate::store::{Durability, Store};
use crate::{attention, draft, own};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DraftId;
use gridwalk_model::{ReplicaId, SealedChange};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// One thing that is left on the phone.
#[derive(Debug, Clone)]
pub enum Left {
    /// An own change that the server has not said to be safe.
    Change {
        /// How-manieth save of this phone.
        save: u64,
        /// Its body.
        change: SealedChange,
        /// Why its author was to look at it, if so.
        attention: Option<String>,
    },
    /// An open form.
    Draft(Box<draft::Draft>),
}

/// The names of what a hand-over held, as its receipt gives them back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HandOver {
    /// Changes: save and hash of the body.
    pub changes: BTreeSet<(u64, Hash)>,
    /// Drafts: id and hash of what was typed.
    pub drafts: BTreeSet<(DraftId, Hash)>,
}

/// What became of a purge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeOutcome {
    /// Nothing is left.
    Purged,
    /// Something was typed since: hand over again.
    TypedSince,
}

fn typed(draft: &draft::Draft) -> Hash {
    Hash::with_context("gridwalk 2026 handed-over draft", &[draft.content.as_bytes(), &draft.basis.to_bytes()])
}

fn left(db: &Connection) -> Result<(Vec<Left>, HandOver), StoreError> {
    let listed = attention::all(db)?;
    let mut names = HandOver::default();
    let mut items = Vec::new();
    for own in own::all(db)? {
        names.changes.insert((own.save, own.hash));
        let attention = listed.iter().find(|a| a.save == own.save).map(|a| a.code.clone());
        items.push(Left::Change { save: own.save, change: own.change, attention });
    }
    for draft in draft::all(db)? {
        names.drafts.insert((draft.draft, typed(&draft)));
        items.push(Left::Draft(Box::new(draft)));
    }
    Ok((items, names))
}

impl Store {
    /// Everything that is left, and its names for the receipt.
    pub fn hand_over(&self) -> Result<(Vec<Left>, HandOver), StoreError> {
        self.read(left)
    }

    /// Purges the phone, if the receipt names everything that is left. The replica ends with it.
    pub fn purge(&self, receipt: &HandOver) -> Result<PurgeOutcome, StoreError> {
        self.with_writer(|db| Ok(db.execute_batch("PRAGMA secure_delete = ON")?))?;
        let (outcome, _) = self.write(Durability::Full, |work| {
            let (_, names) = left(&work.tx)?;
            if !names.changes.is_subset(&receipt.changes) || !names.drafts.is_subset(&receipt.drafts) {
                return Ok(PurgeOutcome::TypedSince);
            }
            work.tx.execute_batch(include_str!("revoke/purge.sql"))?;
            work.tx.execute_batch(include_str!("row/tables.sql"))?;
            let replica = ReplicaId(work.fresh.id());
            work.tx.execute("UPDATE meta SET replica = ?1", params![replica.0])?;
            work.touched.clear();
            Ok(PurgeOutcome::Purged)
        })?;
        if outcome == PurgeOutcome::Purged {
            self.drop_readers();
            self.with_writer(|db| {
                db.execute_batch("VACUUM")?;
                Ok(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
            })?;
        }
        self.with_writer(|db| Ok(db.execute_batch("PRAGMA secure_delete = OFF")?))?;
        Ok(outcome)
    }
}
