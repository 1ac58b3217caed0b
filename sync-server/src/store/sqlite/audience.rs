//! The audience and the digests on SQLite.
//!
//! Owns the tables `audience` and `digest`. Refuses to know how keys are found. Invariant: a record has one row a key.

use super::SqlTx;
use super::cell::{b16, count, fixed, int, json_list, limit};
use crate::error::Result;
use crate::store::{Audience, AudienceRow};
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{RecordId, SpaceId};
use rusqlite::{OptionalExtension, Row, params};

fn from_row(row: &Row<'_>) -> rusqlite::Result<AudienceRow> {
    Ok(AudienceRow {
        key: Key(b16(row, 0)?),
        record: RecordId(b16(row, 1)?),
        kind: row.get(2)?,
        pos: count(row, 3)?,
        here: row.get(4)?,
    })
}

impl Audience for SqlTx<'_> {
    fn audience(&self, space: SpaceId, record: RecordId) -> Result<Vec<AudienceRow>> {
        let mut get = self.0.prepare_cached(include_str!("audience.sql"))?;
        Ok(get.query_map([&space.0[..], &record.0[..]], from_row)?.collect::<Result<_, _>>()?)
    }

    fn audience_put(&self, space: SpaceId, row: &AudienceRow) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("audience_put.sql"))?;
        put.execute(params![&space.0[..], &row.key.0[..], &row.record.0[..], row.kind, int(row.pos), row.here])?;
        Ok(())
    }

    fn audience_drop(&self, space: SpaceId, key: Key, record: RecordId) -> Result<()> {
        let mut drop = self.0.prepare_cached("DELETE FROM audience WHERE space = ? AND key = ? AND record = ?")?;
        drop.execute([&space.0[..], &key.0[..], &record.0[..]])?;
        Ok(())
    }

    fn audience_tail(
        &self,
        space: SpaceId,
        key: Key,
        kinds: &[String],
        after: u64,
        max: usize,
    ) -> Result<Vec<AudienceRow>> {
        let mut get = self.0.prepare_cached(include_str!("audience_tail.sql"))?;
        let asked = params![&space.0[..], &key.0[..], int(after), json_list(kinds), limit(max)];
        Ok(get.query_map(asked, from_row)?.collect::<Result<_, _>>()?)
    }

    fn audience_backfill(
        &self,
        space: SpaceId,
        key: Key,
        kinds: &[String],
        after: Option<RecordId>,
        max: usize,
    ) -> Result<Vec<AudienceRow>> {
        let mut get = self.0.prepare_cached(include_str!("audience_backfill.sql"))?;
        let after = after.map_or(Vec::new(), |r| r.0.to_vec());
        let asked = params![&space.0[..], &key.0[..], after, json_list(kinds), limit(max)];
        Ok(get.query_map(asked, from_row)?.collect::<Result<_, _>>()?)
    }

    fn audience_records(&self, space: SpaceId, key: Key) -> Result<Vec<RecordId>> {
        let mut get = self
            .0
            .prepare_cached("SELECT record FROM audience WHERE space = ? AND key = ? AND here = 1 ORDER BY record")?;
        let records = get.query_map([&space.0[..], &key.0[..]], |row| b16(row, 0).map(RecordId))?;
        Ok(records.collect::<Result<_, _>>()?)
    }

    fn digest(&self, space: SpaceId, key: Key, kind: &str) -> Result<u128> {
        let mut get = self.0.prepare_cached("SELECT sum FROM digest WHERE space = ? AND key = ? AND kind = ?")?;
        let sum = |row: &Row<'_>| fixed(row, 0).map(u128::from_be_bytes);
        Ok(get.query_row(params![&space.0[..], &key.0[..], kind], sum).optional()?.unwrap_or(0))
    }

    fn digest_set(&self, space: SpaceId, key: Key, kind: &str, sum: u128) -> Result<()> {
        let mut put =
            self.0.prepare_cached("INSERT OR REPLACE INTO digest (space, key, kind, sum) VALUES (?, ?, ?, ?)")?;
        put.execute(params![&space.0[..], &key.0[..], kind, &sum.to_be_bytes()[..]])?;
        Ok(())
    }

    fn digest_kinds(&self, space: SpaceId, key: Key) -> Result<Vec<String>> {
        let mut get = self.0.prepare_cached("SELECT kind FROM digest WHERE space = ? AND key = ? ORDER BY kind")?;
        Ok(get.query_map([&space.0[..], &key.0[..]], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}
