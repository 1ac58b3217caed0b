//! The journal: the truth.
//!
//! Owns what is asked of `journal`. Refuses to change or delete. Invariant: rows are appended, in order of pos.

use super::cell::Row;
use super::{EntryKind, JournalRow, Statement as S, Tx, cells};
use crate::error::{Result, ServerError};
use gridwalk_model::codec::Malformed;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, ReplicaId, SpaceId};
use gridwalk_model::time::Timestamp;

const KINDS: [EntryKind; 5] =
    [EntryKind::Change, EntryKind::Alias, EntryKind::Erase, EntryKind::Lost, EntryKind::Carried];

fn from_row(row: &dyn Row) -> Result<JournalRow> {
    let kind = usize::try_from(row.count(3)?).unwrap_or(usize::MAX);
    Ok(JournalRow {
        space: SpaceId(row.fixed(0)?),
        pos: row.count(1)?,
        record: row.id_or_null(2)?.map(RecordId),
        kind: KINDS.get(kind).copied().ok_or(ServerError::Stored(Malformed::Shape))?,
        replica: ReplicaId(row.fixed(4)?),
        seq: row.count(5)?,
        received_at: row.time(6)?,
        entry: row.bytes(7)?.to_vec(),
        chain: Hash(row.fixed(8)?),
    })
}

impl dyn Tx + '_ {
    /// Appends.
    pub fn journal_add(&self, row: &JournalRow) -> Result<()> {
        let kind = KINDS.iter().position(|k| *k == row.kind).unwrap_or(0);
        let JournalRow { space, pos, record, replica, seq, received_at, entry, chain, .. } = row;
        let record = record.as_ref();
        let with = cells![space, *pos, record, kind, replica, *seq, *received_at, entry.as_slice(), chain];
        self.put(S::JournalAdd, with)
    }

    /// Entries of a record, oldest first.
    pub fn journal_of(&self, space: SpaceId, record: RecordId) -> Result<Vec<JournalRow>> {
        self.all(S::JournalOf, cells![&space, &record], from_row)
    }

    /// At most so many entries after a pos.
    pub fn journal_after(&self, space: SpaceId, pos: u64, limit: usize) -> Result<Vec<JournalRow>> {
        self.all(S::JournalAfter, cells![&space, pos, limit], from_row)
    }

    /// The newest entries, newest first.
    pub fn journal_newest(&self, space: SpaceId, limit: usize) -> Result<Vec<JournalRow>> {
        self.all(S::JournalNewest, cells![&space, limit], from_row)
    }

    /// When the first entry after a pos was received.
    pub fn journal_time_after(&self, space: SpaceId, pos: u64) -> Result<Option<Timestamp>> {
        self.one(S::JournalTimeAfter, cells![&space, pos], |row| row.time(0))
    }
}
