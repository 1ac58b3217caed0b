//! Grants and epochs on SQLite.
//!
//! Owns the tables `grant_` and `epoch`. Refuses to judge. Invariant: a grant is ended, never deleted: what it allowed
//! once is needed to judge what was typed then.

use super::SqlTx;
use super::cell::{b16, count, time, time_or_null};
use crate::error::Result;
use crate::store::{GrantRow, Rights};
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

fn from_row(row: &Row<'_>) -> rusqlite::Result<GrantRow> {
    let kinds: String = row.get(4)?;
    Ok(GrantRow {
        id: row.get(0)?,
        account: AccountId(b16(row, 1)?),
        unit: UnitId(b16(row, 2)?),
        role: row.get(3)?,
        kinds: kinds.split(',').filter(|k| !k.is_empty()).map(str::to_owned).collect(),
        since: time(row, 5)?,
        until: time_or_null(row, 6)?,
    })
}

impl Rights for SqlTx<'_> {
    fn grants(&self, account: AccountId) -> Result<Vec<GrantRow>> {
        let mut get = self.0.prepare_cached(
            "SELECT id, account, unit, role, kinds, since, until FROM grant_ WHERE account = ? ORDER BY id",
        )?;
        Ok(get.query_map([&account.0[..]], from_row)?.collect::<Result<_, _>>()?)
    }

    fn grant(&self, id: i64) -> Result<Option<GrantRow>> {
        let mut get =
            self.0.prepare_cached("SELECT id, account, unit, role, kinds, since, until FROM grant_ WHERE id = ?")?;
        Ok(get.query_row([id], from_row).optional()?)
    }

    fn grant_add(&self, row: &GrantRow) -> Result<i64> {
        let mut put = self.0.prepare_cached(
            "INSERT INTO grant_ (account, unit, role, kinds, since, until) VALUES (?, ?, ?, ?, ?, ?)",
        )?;
        let kinds = row.kinds.join(",");
        let until = row.until.map(|t| t.0);
        put.execute(params![&row.account.0[..], &row.unit.0[..], row.role, kinds, row.since.0, until])?;
        Ok(self.0.last_insert_rowid())
    }

    fn grant_end(&self, id: i64, at: Timestamp) -> Result<()> {
        let mut end = self.0.prepare_cached("UPDATE grant_ SET until = ? WHERE id = ? AND until IS NULL")?;
        end.execute(params![at.0, id])?;
        Ok(())
    }

    fn granted_accounts(&self) -> Result<Vec<AccountId>> {
        let mut get =
            self.0.prepare_cached("SELECT DISTINCT account FROM grant_ WHERE until IS NULL ORDER BY account")?;
        Ok(get.query_map([], |row| b16(row, 0).map(AccountId))?.collect::<Result<_, _>>()?)
    }

    fn epoch(&self, space: SpaceId, account: AccountId) -> Result<u64> {
        let mut get = self.0.prepare_cached("SELECT n FROM epoch WHERE space = ? AND account = ?")?;
        Ok(get.query_row([&space.0[..], &account.0[..]], |row| count(row, 0)).optional()?.unwrap_or(0))
    }

    fn epoch_raise(&self, space: SpaceId, account: AccountId) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("epoch_raise.sql"))?;
        put.execute([&space.0[..], &account.0[..]])?;
        Ok(())
    }
}
