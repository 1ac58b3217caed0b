//! The journal on SQLite.
//!
//! Owns the table `journal`. Refuses to change or delete. Invariant: rows are appended, in order of pos.

use super::SqlTx;
use super::cell::{b16, b16_or_null, count, hash, int, limit, time};
use crate::error::Result;
use crate::store::row::EntryKind;
use crate::store::{Journal, JournalRow};
use gridwalk_model::id::{RecordId, ReplicaId, SpaceId};
use gridwalk_model::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

const KINDS: [EntryKind; 4] = [EntryKind::Change, EntryKind::Alias, EntryKind::Erase, EntryKind::Lost];

fn from_row(row: &Row<'_>) -> rusqlite::Result<JournalRow> {
    let kind = usize::try_from(count(row, 3)?).unwrap_or(usize::MAX);
    Ok(JournalRow {
        space: SpaceId(b16(row, 0)?),
        pos: count(row, 1)?,
        record: b16_or_null(row, 2)?.map(RecordId),
        kind: KINDS.get(kind).copied().ok_or(rusqlite::Error::IntegralValueOutOfRange(3, 0))?,
        replica: ReplicaId(b16(row, 4)?),
        seq: count(row, 5)?,
        received_at: time(row, 6)?,
        entry: row.get(7)?,
        chain: hash(row, 8)?,
    })
}

impl Journal for SqlTx<'_> {
    fn journal_add(&self, row: &JournalRow) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("journal_add.sql"))?;
        put.execute(params![
            &row.space.0[..],
            int(row.pos),
            row.record.as_ref().map(|r| &r.0[..]),
            limit(KINDS.iter().position(|k| *k == row.kind).unwrap_or(0)),
            &row.replica.0[..],
            int(row.seq),
            row.received_at.0,
            row.entry,
            &row.chain.0[..],
        ])?;
        Ok(())
    }

    fn journal_of(&self, space: SpaceId, record: RecordId) -> Result<Vec<JournalRow>> {
        let mut get = self.0.prepare_cached(include_str!("journal_of.sql"))?;
        Ok(get.query_map([&space.0[..], &record.0[..]], from_row)?.collect::<Result<_, _>>()?)
    }

    fn journal_after(&self, space: SpaceId, pos: u64, max: usize) -> Result<Vec<JournalRow>> {
        let mut get = self.0.prepare_cached(include_str!("journal_after.sql"))?;
        Ok(get.query_map(params![&space.0[..], int(pos), limit(max)], from_row)?.collect::<Result<_, _>>()?)
    }

    fn journal_newest(&self, space: SpaceId, max: usize) -> Result<Vec<JournalRow>> {
        let mut get = self.0.prepare_cached(include_str!("journal_newest.sql"))?;
        Ok(get.query_map(params![&space.0[..], limit(max)], from_row)?.collect::<Result<_, _>>()?)
    }

    fn journal_time_after(&self, space: SpaceId, pos: u64) -> Result<Option<Timestamp>> {
        let mut get = self
            .0
            .prepare_cached("SELECT received_at FROM journal WHERE space = ? AND pos > ? ORDER BY pos LIMIT 1")?;
        Ok(get.query_row(params![&space.0[..], int(pos)], |row| time(row, 0)).optional()?)
    }
}
