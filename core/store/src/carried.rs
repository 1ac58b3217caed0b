//! Seals that pass through this phone: bundles of others on their way to the server, replies on their way back.
//!
//! Owns their rows. Refuses to open them: they are sealed to somebody else. Invariant: a bundle goes only in the
//! transaction that brings its reply, or when a person puts it down: no clock drops it.

use crate::error::StoreError;
use crate::store::{Durability, Store, Work};
use gridwalk_model::Timestamp;
use gridwalk_model::hash::Hash;
use gridwalk_model::limits::{CARRIED_KEPT_MS, CARRIED_MAX};
use rusqlite::{OptionalExtension as _, Row, params};

/// What a seal that is carried is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CarriedKind {
    /// For the server.
    Bundle,
    /// For the author of a bundle.
    BundleReply,
}

impl CarriedKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::BundleReply => "bundle_reply",
        }
    }
}

/// A seal that is carried, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Hash of its bytes.
    pub seal: Hash,
    /// What it is.
    pub kind: CarriedKind,
    /// Of a reply: the bundle that it answers.
    pub about: Option<Hash>,
    /// How large it is, bytes.
    pub bytes: u64,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Why the server will never take it.
    pub code: Option<String>,
}

/// What became of a seal that was handed to this phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrying {
    /// It is carried from now on.
    Taken,
    /// It was carried already.
    Known,
    /// It was brought to the server already; the reply is here.
    Answered,
    /// Too many are carried.
    Full,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Carried> {
    let purpose: String = row.get("purpose")?;
    let kind = if purpose == CarriedKind::Bundle.name() { CarriedKind::Bundle } else { CarriedKind::BundleReply };
    Ok(Carried {
        seal: Hash(row.get("seal")?),
        kind,
        about: row.get::<_, Option<[u8; 32]>>("about")?.map(Hash),
        bytes: row.get::<_, i64>("bytes")?.cast_unsigned(),
        taken_at: Timestamp(row.get("taken_at")?),
        code: row.get("code")?,
    })
}

fn put(work: &Work<'_>, item: &Carried, sealed: &[u8]) -> Result<bool, StoreError> {
    let about = item.about.map(|a| a.0);
    let values = params![item.seal.0, item.kind.name(), about, sealed, item.taken_at.0];
    Ok(work.tx.prepare_cached(include_str!("carried/put.sql"))?.execute(values)? == 1)
}

impl Store {
    /// Takes a seal to carry; replies that nobody fetched and bundles that no server takes go after a month.
    pub fn carry(
        &self,
        kind: CarriedKind,
        seal: Hash,
        about: Option<Hash>,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<Carrying, StoreError> {
        let (taken, _) = self.write(Durability::Full, |work| {
            let old = include_str!("carried/drop_old.sql");
            work.tx.prepare_cached(old)?.execute(params![now.0.saturating_sub(CARRIED_KEPT_MS)])?;
            let answered = "SELECT EXISTS (SELECT 1 FROM carried WHERE about = ?1)";
            if work.tx.prepare_cached(answered)?.query_row(params![seal.0], |r| r.get(0))? {
                return Ok(Carrying::Answered);
            }
            let count: u32 = work.tx.query_row("SELECT count(*) FROM carried", [], |r| r.get(0))?;
            if count >= CARRIED_MAX {
                return Ok(Carrying::Full);
            }
            let item = Carried { seal, kind, about, bytes: 0, taken_at: now, code: None };
            Ok(if put(work, &item, sealed)? { Carrying::Taken } else { Carrying::Known })
        })?;
        Ok(taken)
    }

    /// What is carried, oldest first.
    pub fn carried(&self) -> Result<Vec<Carried>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("carried/all.sql"))?;
            Ok(statement.query_map([], from_row)?.collect::<Result<_, _>>()?)
        })
    }

    /// The bundles that wait for the server, oldest first.
    pub fn bundles_to_carry(&self) -> Result<Vec<Hash>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("carried/waiting.sql"))?;
            Ok(statement.query_map([], |r| r.get(0).map(Hash))?.collect::<Result<_, _>>()?)
        })
    }

    /// The bytes of a seal that is carried.
    pub fn carried_seal(&self, seal: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT sealed FROM carried WHERE seal = ?1")?;
            Ok(statement.query_row(params![seal.0], |r| r.get(0)).optional()?)
        })
    }

    /// The server took a bundle: its reply stands in its place.
    pub fn carried_answered(&self, bundle: Hash, reply: Hash, sealed: &[u8], now: Timestamp) -> Result<(), StoreError> {
        self.write(Durability::Full, |work| {
            work.tx.prepare_cached("DELETE FROM carried WHERE seal = ?1 OR about = ?1")?.execute(params![bundle.0])?;
            let (kind, about) = (CarriedKind::BundleReply, Some(bundle));
            put(work, &Carried { seal: reply, kind, about, bytes: 0, taken_at: now, code: None }, sealed)?;
            Ok(())
        })?;
        Ok(())
    }

    /// The server will never take a bundle, and this is why.
    pub fn carried_refused(&self, bundle: Hash, code: &str) -> Result<(), StoreError> {
        self.write(Durability::Normal, |work| {
            let update = "UPDATE carried SET code = ?2 WHERE seal = ?1";
            work.tx.prepare_cached(update)?.execute(params![bundle.0, code])?;
            Ok(())
        })?;
        Ok(())
    }

    /// Puts a seal down: whether it was carried.
    pub fn put_down(&self, seal: Hash) -> Result<bool, StoreError> {
        let (found, _) = self.write(Durability::Normal, |work| {
            Ok(work.tx.prepare_cached("DELETE FROM carried WHERE seal = ?1")?.execute(params![seal.0])? > 0)
        })?;
        Ok(found)
    }
}
