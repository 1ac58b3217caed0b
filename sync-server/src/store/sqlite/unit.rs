//! Units on SQLite.
//!
//! Owns the tables `unit` and `unit_up`. Refuses to know records. Invariant: a row of `unit_up` once ended is never
//! changed: it says who stood above whom, and when.

use super::SqlTx;
use super::cell::b16;
use crate::error::Result;
use crate::store::{UnitRow, Units};
use gridwalk_model::id::{SpaceId, UnitId};
use gridwalk_model::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

fn from_row(row: &Row<'_>) -> rusqlite::Result<UnitRow> {
    Ok(UnitRow {
        id: UnitId(b16(row, 0)?),
        space: SpaceId(b16(row, 1)?),
        code: row.get(2)?,
        name: row.get(3)?,
        level: row.get(4)?,
        kind: row.get(5)?,
    })
}

fn id(row: &Row<'_>) -> rusqlite::Result<UnitId> {
    b16(row, 0).map(UnitId)
}

impl Units for SqlTx<'_> {
    fn unit(&self, id: UnitId) -> Result<Option<UnitRow>> {
        let mut get = self.0.prepare_cached("SELECT id, space, code, name, level, kind FROM unit WHERE id = ?")?;
        Ok(get.query_row([&id.0[..]], from_row).optional()?)
    }

    fn unit_by_code(&self, code: &str) -> Result<Option<UnitRow>> {
        let mut get =
            self.0.prepare_cached("SELECT id, space, code, name, level, kind FROM unit WHERE code = ? ORDER BY id")?;
        Ok(get.query_row([code], from_row).optional()?)
    }

    fn units(&self) -> Result<Vec<UnitRow>> {
        let mut get = self.0.prepare_cached("SELECT id, space, code, name, level, kind FROM unit ORDER BY code, id")?;
        Ok(get.query_map([], from_row)?.collect::<Result<_, _>>()?)
    }

    fn unit_put(&self, row: &UnitRow) -> Result<()> {
        let mut put = self.0.prepare_cached(
            "INSERT OR REPLACE INTO unit (id, space, code, name, level, kind) VALUES (?, ?, ?, ?, ?, ?)",
        )?;
        put.execute(params![&row.id.0[..], &row.space.0[..], row.code, row.name, row.level, row.kind])?;
        Ok(())
    }

    fn units_above(&self, unit: UnitId, since: Option<Timestamp>) -> Result<Vec<UnitId>> {
        let mut get = self.0.prepare_cached(
            "SELECT DISTINCT parent FROM unit_up WHERE unit = ? AND (until IS NULL OR until >= ?) ORDER BY parent",
        )?;
        let since = since.map_or(i64::MAX, |s| s.0);
        Ok(get.query_map(params![&unit.0[..], since], id)?.collect::<Result<_, _>>()?)
    }

    fn units_below(&self, unit: UnitId) -> Result<Vec<UnitId>> {
        let mut get =
            self.0.prepare_cached("SELECT unit FROM unit_up WHERE parent = ? AND until IS NULL ORDER BY unit")?;
        Ok(get.query_map([&unit.0[..]], id)?.collect::<Result<_, _>>()?)
    }

    fn units_above_set(&self, unit: UnitId, parents: &[UnitId], at: Timestamp) -> Result<bool> {
        let now = self.units_above(unit, None)?;
        let mut end =
            self.0.prepare_cached("UPDATE unit_up SET until = ? WHERE unit = ? AND parent = ? AND until IS NULL")?;
        for gone in now.iter().filter(|u| !parents.contains(u)) {
            end.execute(params![at.0, &unit.0[..], &gone.0[..]])?;
        }
        let mut put = self
            .0
            .prepare_cached("INSERT OR REPLACE INTO unit_up (unit, parent, since, until) VALUES (?, ?, ?, NULL)")?;
        for new in parents.iter().filter(|u| !now.contains(u)) {
            put.execute(params![&unit.0[..], &new.0[..], at.0])?;
        }
        Ok(now.iter().any(|u| !parents.contains(u)) || parents.iter().any(|u| !now.contains(u)))
    }
}
