//! Posters of grids, and who joined by them.
//!
//! Owns what is asked of `poster` and `joined`. Refuses to know codes: it keeps hashes. Invariant: a poster is withdrawn,
//! never deleted; an account joins once.

use super::cell::Row;
use super::{JoinedRow, PosterRow, Statement as S, Tx, cells};
use crate::error::{Result, ServerError};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, UnitId};
use gridwalk_model::time::Timestamp;

fn poster(row: &dyn Row) -> Result<PosterRow> {
    Ok(PosterRow {
        id: row.int(0)?,
        hash: Hash(row.fixed(1)?),
        unit: UnitId(row.fixed(2)?),
        made_at: row.time(3)?,
        until: row.time_or_null(4)?,
        withdrawn_at: row.time_or_null(5)?,
    })
}

fn joined(row: &dyn Row) -> Result<JoinedRow> {
    Ok(JoinedRow {
        account: AccountId(row.fixed(0)?),
        poster: row.int(1)?,
        device: DeviceId(row.fixed(2)?),
        phone: row.text(3)?,
        agreed_at: row.time(4)?,
        sentence: row.int(5)?,
        joined_at: row.time(6)?,
        refused_at: row.time_or_null(7)?,
        reason: row.text(8)?,
    })
}

impl dyn Tx + '_ {
    /// Adds a poster; its number.
    pub fn poster_add(&self, hash: Hash, unit: UnitId, made_at: Timestamp, until: Option<Timestamp>) -> Result<i64> {
        let added = self.one(S::PosterAdd, cells![&hash, &unit, made_at, until], |row| row.int(0))?;
        added.ok_or(ServerError::NotFound("poster"))
    }

    /// A poster by its number.
    pub fn poster(&self, id: i64) -> Result<Option<PosterRow>> {
        self.one(S::Poster, cells![id], poster)
    }

    /// The poster with this code.
    pub fn poster_by_hash(&self, hash: Hash) -> Result<Option<PosterRow>> {
        self.one(S::PosterByHash, cells![&hash], poster)
    }

    /// All posters, by number.
    pub fn posters(&self) -> Result<Vec<PosterRow>> {
        self.all(S::Posters, &[], poster)
    }

    /// A poster was taken down, or hangs again.
    pub fn poster_withdrawn_set(&self, id: i64, at: Option<Timestamp>) -> Result<()> {
        self.put(S::PosterWithdrawnSet, cells![id, at])
    }

    /// Notes who joined.
    pub fn joined_put(&self, row: &JoinedRow) -> Result<()> {
        let JoinedRow { account, poster, device, phone, agreed_at, sentence, joined_at, .. } = row;
        let with = cells![account, *poster, device, phone.as_str(), *agreed_at, *sentence, *joined_at];
        self.put(S::JoinedPut, with)
    }

    /// How an account joined, if by a poster.
    pub fn joined(&self, account: AccountId) -> Result<Option<JoinedRow>> {
        self.one(S::Joined, cells![&account], joined)
    }

    /// The first so many who joined and still hold this role.
    pub fn joined_undecided(&self, role: &str, first: usize) -> Result<Vec<JoinedRow>> {
        let first = i64::try_from(first).unwrap_or(i64::MAX);
        self.all(S::JoinedUndecided, cells![role, first], joined)
    }

    /// All who joined, in the order in which they came.
    pub fn joined_all(&self) -> Result<Vec<JoinedRow>> {
        self.all(S::JoinedAll, &[], joined)
    }

    /// Takes away what they said of themselves.
    pub fn joined_erase(&self, account: AccountId) -> Result<()> {
        self.put(S::JoinedErase, cells![&account])
    }

    /// Somebody said no to them, or takes that back.
    pub fn joined_refused_set(&self, account: AccountId, at: Option<Timestamp>, reason: &str) -> Result<()> {
        self.put(S::JoinedRefusedSet, cells![&account, at, reason])
    }
}
