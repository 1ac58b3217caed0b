//! Spaces on SQLite.
//!
//! Owns the tables `space`, `branch` and `meta`. Refuses to know what a pos is for. Invariant: a pos is taken by one
//! statement that locks the row.

use super::SqlTx;
use super::cell::{b16, count, hash, int, time};
use crate::error::Result;
use crate::store::{SpaceRow, Spaces};
use gridwalk_model::admission::Branch;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{SpaceId, TimelineId};
use gridwalk_model::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

fn from_row(row: &Row<'_>) -> rusqlite::Result<SpaceRow> {
    Ok(SpaceRow {
        id: SpaceId(b16(row, 0)?),
        name: row.get(1)?,
        reference: row.get(2)?,
        pos: count(row, 3)?,
        chain: hash(row, 4)?,
        safe_pos: count(row, 5)?,
    })
}

impl Spaces for SqlTx<'_> {
    fn space_put(&self, space: &SpaceRow) -> Result<()> {
        let mut put = self.0.prepare_cached(
            "INSERT INTO space (id, name, reference, pos, chain, safe_pos) VALUES (?, ?, ?, ?, ?, ?)",
        )?;
        let SpaceRow { id, name, reference, pos, chain, safe_pos } = space;
        put.execute(params![&id.0[..], name, reference, int(*pos), &chain.0[..], int(*safe_pos)])?;
        Ok(())
    }

    fn space(&self, id: SpaceId) -> Result<Option<SpaceRow>> {
        let mut get =
            self.0.prepare_cached("SELECT id, name, reference, pos, chain, safe_pos FROM space WHERE id = ?")?;
        Ok(get.query_row([&id.0[..]], from_row).optional()?)
    }

    fn space_rename(&self, id: SpaceId, name: &str) -> Result<()> {
        self.0.prepare_cached("UPDATE space SET name = ? WHERE id = ?")?.execute(params![name, &id.0[..]])?;
        Ok(())
    }

    fn spaces(&self) -> Result<Vec<SpaceRow>> {
        let mut get = self.0.prepare_cached(
            "SELECT id, name, reference, pos, chain, safe_pos FROM space ORDER BY reference DESC, name, id",
        )?;
        Ok(get.query_map([], from_row)?.collect::<Result<_, _>>()?)
    }

    fn pos_next(&self, space: SpaceId) -> Result<u64> {
        let mut take = self.0.prepare_cached("UPDATE space SET pos = pos + 1 WHERE id = ? RETURNING pos")?;
        Ok(take.query_row([&space.0[..]], |row| count(row, 0))?)
    }

    fn received_last_set(&self, space: SpaceId, at: Timestamp) -> Result<()> {
        let mut set = self.0.prepare_cached("UPDATE space SET received_at_last = ? WHERE id = ?")?;
        set.execute(params![at.0, &space.0[..]])?;
        Ok(())
    }

    fn received_last(&self) -> Result<Timestamp> {
        let mut get = self.0.prepare_cached("SELECT COALESCE(MAX(received_at_last), 0) FROM space")?;
        Ok(get.query_row([], |row| time(row, 0))?)
    }

    fn chain_set(&self, space: SpaceId, chain: Hash) -> Result<()> {
        let mut set = self.0.prepare_cached("UPDATE space SET chain = ? WHERE id = ?")?;
        set.execute([&chain.0[..], &space.0[..]])?;
        Ok(())
    }

    fn safe_set(&self, space: SpaceId, pos: u64) -> Result<()> {
        let mut set = self.0.prepare_cached("UPDATE space SET safe_pos = ? WHERE id = ?")?;
        set.execute(params![int(pos), &space.0[..]])?;
        Ok(())
    }

    fn branches(&self, space: SpaceId) -> Result<Vec<Branch>> {
        let mut get = self.0.prepare_cached("SELECT timeline, from_pos FROM branch WHERE space = ? ORDER BY idx")?;
        let branch = |row: &Row<'_>| Ok(Branch { id: TimelineId(b16(row, 0)?), from: count(row, 1)? });
        Ok(get.query_map([&space.0[..]], branch)?.collect::<Result<_, _>>()?)
    }

    fn branch_add(&self, space: SpaceId, branch: &Branch) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("branch_add.sql"))?;
        put.execute(params![&space.0[..], &branch.id.0[..], int(branch.from)])?;
        Ok(())
    }

    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let mut get = self.0.prepare_cached("SELECT value FROM meta WHERE name = ?")?;
        Ok(get.query_row([name], |row| row.get(0)).optional()?)
    }

    fn meta_set(&self, name: &str, value: &[u8]) -> Result<()> {
        let mut put = self.0.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)")?;
        put.execute(params![name, value])?;
        Ok(())
    }
}
