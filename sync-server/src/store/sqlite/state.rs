//! States, and where records are at home, on SQLite.
//!
//! Owns the tables `state`, `child` and `home`. Refuses to fold. Invariant: all three can be made again from the
//! journal, but for the moments in `home`, which say when a record was seen where.

use super::SqlTx;
use super::cell::{b16, count, int, limit, units, units_blob};
use crate::error::Result;
use crate::store::{StateRow, States};
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

fn from_row(row: &Row<'_>) -> rusqlite::Result<StateRow> {
    Ok(StateRow {
        space: SpaceId(b16(row, 0)?),
        record: RecordId(b16(row, 1)?),
        kind: row.get(2)?,
        pos: count(row, 3)?,
        author: AccountId(b16(row, 4)?),
        bytes: row.get::<_, Vec<u8>>(5)?.into(),
    })
}

fn record(row: &Row<'_>) -> rusqlite::Result<RecordId> {
    b16(row, 0).map(RecordId)
}

impl States for SqlTx<'_> {
    fn state(&self, space: SpaceId, record: RecordId) -> Result<Option<StateRow>> {
        let mut get = self.0.prepare_cached(
            "SELECT space, record, kind, pos, author, bytes FROM state WHERE space = ? AND record = ?",
        )?;
        Ok(get.query_row([&space.0[..], &record.0[..]], from_row).optional()?)
    }

    fn state_put(&self, row: &StateRow) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("state_put.sql"))?;
        put.execute(params![
            &row.space.0[..],
            &row.record.0[..],
            row.kind,
            int(row.pos),
            &row.author.0[..],
            &row.bytes[..]
        ])?;
        Ok(())
    }

    fn states_after(&self, space: SpaceId, after: Option<RecordId>, max: usize) -> Result<Vec<StateRow>> {
        let mut get = self.0.prepare_cached(include_str!("states_after.sql"))?;
        let after = after.map_or(Vec::new(), |r| r.0.to_vec());
        Ok(get.query_map(params![&space.0[..], after, limit(max)], from_row)?.collect::<Result<_, _>>()?)
    }

    fn state_counts(&self, space: SpaceId) -> Result<Vec<(String, u64)>> {
        let mut get =
            self.0.prepare_cached("SELECT kind, COUNT(*) FROM state WHERE space = ? GROUP BY kind ORDER BY kind")?;
        let counts = get.query_map([&space.0[..]], |row| Ok((row.get(0)?, count(row, 1)?)))?;
        Ok(counts.collect::<Result<_, _>>()?)
    }

    fn children(&self, space: SpaceId, parent: RecordId) -> Result<Vec<RecordId>> {
        let mut get =
            self.0.prepare_cached("SELECT record FROM child WHERE space = ? AND parent = ? ORDER BY record")?;
        Ok(get.query_map([&space.0[..], &parent.0[..]], record)?.collect::<Result<_, _>>()?)
    }

    fn parents_set(&self, space: SpaceId, record: RecordId, parents: &[RecordId]) -> Result<()> {
        let mut clear = self.0.prepare_cached("DELETE FROM child WHERE space = ? AND record = ?")?;
        clear.execute([&space.0[..], &record.0[..]])?;
        let mut put = self.0.prepare_cached("INSERT INTO child (space, parent, record) VALUES (?, ?, ?)")?;
        for parent in parents {
            put.execute([&space.0[..], &parent.0[..], &record.0[..]])?;
        }
        Ok(())
    }

    fn home(&self, space: SpaceId, record: RecordId) -> Result<Option<Vec<UnitId>>> {
        let mut get =
            self.0.prepare_cached("SELECT units FROM home WHERE space = ? AND record = ? ORDER BY pos DESC LIMIT 1")?;
        Ok(get.query_row([&space.0[..], &record.0[..]], |row| units(row, 0)).optional()?)
    }

    fn home_add(&self, space: SpaceId, record: RecordId, pos: u64, since: Timestamp, at: &[UnitId]) -> Result<()> {
        let mut put = self
            .0
            .prepare_cached("INSERT OR REPLACE INTO home (space, record, pos, since, units) VALUES (?, ?, ?, ?, ?)")?;
        put.execute(params![&space.0[..], &record.0[..], int(pos), since.0, units_blob(at)])?;
        Ok(())
    }

    fn homes_since(&self, space: SpaceId, record: RecordId, at: Timestamp) -> Result<Option<Vec<UnitId>>> {
        let mut get =
            self.0.prepare_cached("SELECT since, units FROM home WHERE space = ? AND record = ? ORDER BY pos DESC")?;
        let mut rows = get.query([&space.0[..], &record.0[..]])?;
        let mut all: Option<Vec<UnitId>> = None;
        while let Some(row) = rows.next()? {
            all.get_or_insert_default().extend(units(row, 1)?);
            if row.get::<_, i64>(0)? < at.0 {
                break;
            }
        }
        if let Some(list) = &mut all {
            list.sort_unstable();
            list.dedup();
        }
        Ok(all)
    }
}
