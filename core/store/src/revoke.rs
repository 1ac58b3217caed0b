//! The end of a phone's access: handing everything left over, and the purge.
//!
//! Owns what is handed over and when it may go. Refuses to seal and to send. Invariant: the purge takes only what the
//! receipt names; whatever was typed since is handed over first; the sealed copy stays until the server says that it is
//! safe.

use crate::error::StoreError;
use crate::packed::Vocabularies;
use crate::picture::WaitingPicture;
use crate::store::{Durability, Store, Work};
use crate::{attention, draft, own, picture};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DraftId;
use gridwalk_model::limits::HANDED_OVER_PICTURES_BYTES_AIM;
use gridwalk_model::{RecordId, ReplicaId, SealedChange};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
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
    /// A picture that the server was not given.
    Picture {
        /// What it is of, and in which space that was written.
        of: WaitingPicture,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// The names of what a hand-over held, as its receipt gives them back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HandOver {
    /// Changes: save and hash of the body.
    pub changes: BTreeSet<(u64, Hash)>,
    /// Drafts: id and hash of what was typed.
    pub drafts: BTreeSet<(DraftId, Hash)>,
    /// Pictures: record and hash of the content.
    pub pictures: BTreeSet<(RecordId, Hash)>,
}

impl HandOver {
    /// One hash of all names.
    fn hash(&self) -> Hash {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        parts.extend(self.changes.iter().map(|(save, hash)| [&save.to_le_bytes()[..], &hash.0].concat()));
        parts.extend(self.drafts.iter().map(|(draft, hash)| [&draft.0[..], &hash.0].concat()));
        parts.extend(self.pictures.iter().map(|(record, hash)| [&record.0[..], &hash.0].concat()));
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        Hash::with_context("gridwalk 2026 names of a hand-over", &parts)
    }
}

/// What was handed over, as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCopy {
    /// Hash of its bytes.
    pub seal: Hash,
    /// Its bytes.
    pub sealed: Vec<u8>,
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

/// Whether pictures wait that a receipt does not name; those that it names wait no longer.
fn pictures_left(work: &Work<'_>, receipt: &HandOver) -> Result<bool, StoreError> {
    let waiting = picture::waiting(&work.tx)?;
    let named = |one: &WaitingPicture| receipt.pictures.contains(&(one.record, one.hash));
    waiting.iter().filter(|one| named(one)).try_for_each(|one| picture::settle(work, one))?;
    Ok(waiting.iter().any(|one| !named(one)))
}

impl Store {
    /// Everything that is left, and its names for the receipt.
    pub fn hand_over(&self) -> Result<(Vec<Left>, HandOver), StoreError> {
        let (mut items, mut names) = self.read(left)?;
        let mut bytes_left = HANDED_OVER_PICTURES_BYTES_AIM;
        for of in self.pictures_waiting()? {
            if bytes_left == 0 {
                break;
            }
            names.pictures.insert((of.record, of.hash));
            match self.picture(of.hash) {
                Ok(Some(bytes)) => {
                    bytes_left = bytes_left.saturating_sub(bytes.len());
                    items.push(Left::Picture { of, bytes });
                }
                // What rotted, or is gone, cannot be handed over, and holds up nothing.
                Ok(None) | Err(StoreError::Damaged) => {}
                Err(e) => return Err(e),
            }
        }
        Ok((items, names))
    }

    /// The copy that was sealed of exactly these names, if it was: a second try gives the same bytes.
    pub fn sealed_hand_over(&self, names: &HandOver) -> Result<Option<SealedCopy>, StoreError> {
        self.read(|db| {
            let sql = "SELECT seal, sealed FROM handed_over WHERE names = ?1 AND ended = 0";
            let copy = |r: &Row<'_>| Ok(SealedCopy { seal: Hash(r.get(0)?), sealed: r.get(1)? });
            Ok(db.prepare_cached(sql)?.query_row(params![names.hash().0], copy).optional()?)
        })
    }

    /// Keeps a sealed copy before it leaves; it takes the place of one that something was typed after.
    pub fn keep_sealed_hand_over(&self, names: &HandOver, copy: &SealedCopy) -> Result<(), StoreError> {
        self.write(Durability::Full, |work| {
            work.tx.execute("DELETE FROM handed_over WHERE ended = 0", [])?;
            let insert = "INSERT OR IGNORE INTO handed_over (seal, names, sealed, ended) VALUES (?1, ?2, ?3, 0)";
            work.tx.execute(insert, params![copy.seal.0, names.hash().0, copy.sealed])?;
            Ok(())
        })?;
        Ok(())
    }

    /// The sealed copies that are all that is left of what a purge took.
    pub fn sealed_copies(&self) -> Result<Vec<Hash>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT seal FROM handed_over WHERE ended = 1 ORDER BY rowid")?;
            Ok(statement.query_map([], |r| r.get(0).map(Hash))?.collect::<Result<_, _>>()?)
        })
    }

    /// The bytes of one of them.
    pub fn sealed_copy(&self, seal: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT sealed FROM handed_over WHERE seal = ?1 AND ended = 1")?;
            Ok(statement.query_row(params![seal.0], |r| r.get(0)).optional()?)
        })
    }

    /// The server says that it is safe there: the copy goes.
    pub fn drop_sealed_copy(&self, seal: Hash) -> Result<(), StoreError> {
        self.write(Durability::Full, |work| {
            work.tx.execute("DELETE FROM handed_over WHERE seal = ?1 AND ended = 1", params![seal.0])?;
            Ok(())
        })?;
        Ok(())
    }

    /// Purges the phone, if the receipt names everything that is left. The replica ends with it.
    pub fn purge(&self, receipt: &HandOver) -> Result<PurgeOutcome, StoreError> {
        self.with_writer(|db| Ok(db.execute_batch("PRAGMA secure_delete = ON")?))?;
        let (outcome, _) = self.write(Durability::Full, |work| {
            let (_, names) = left(&work.tx)?;
            if !names.changes.is_subset(&receipt.changes) || !names.drafts.is_subset(&receipt.drafts) {
                return Ok(PurgeOutcome::TypedSince);
            }
            if pictures_left(work, receipt)? {
                return Ok(PurgeOutcome::TypedSince);
            }
            work.tx.execute_batch(include_str!("revoke/purge.sql"))?;
            work.tx.execute("UPDATE handed_over SET ended = 1", [])?;
            work.tx.execute_batch(include_str!("row/tables.sql"))?;
            let replica = ReplicaId(work.fresh.id());
            work.tx.execute("UPDATE meta SET replica = ?1", params![replica.0])?;
            work.touched.clear();
            work.vocabularies = Vocabularies::default();
            Ok(PurgeOutcome::Purged)
        })?;
        if outcome == PurgeOutcome::Purged {
            self.purge_pictures()?;
            self.drop_readers();
            self.with_writer(|db| Ok(db.execute_batch("VACUUM")?))?;
            self.cut_log()?;
        }
        self.with_writer(|db| Ok(db.execute_batch("PRAGMA secure_delete = OFF")?))?;
        Ok(outcome)
    }
}
