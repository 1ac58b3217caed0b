//! The organisation tree, derived from the records of units.
//!
//! Owns what is asked of `unit` and `unit_up`. Refuses to know records. Invariant: a row of `unit_up` once ended is never
//! changed: it says who stood above whom, and when.

use super::cell::Row;
use super::{Statement as S, Tx, UnitRow, cells};
use crate::error::Result;
use gridwalk_model::id::{SpaceId, UnitId};
use gridwalk_model::time::Timestamp;

fn from_row(row: &dyn Row) -> Result<UnitRow> {
    Ok(UnitRow {
        id: UnitId(row.fixed(0)?),
        space: SpaceId(row.fixed(1)?),
        code: row.text(2)?,
        name: row.text(3)?,
        level: row.text(4)?,
        kind: row.text(5)?,
    })
}

fn id(row: &dyn Row) -> Result<UnitId> {
    row.fixed(0).map(UnitId)
}

impl dyn Tx + '_ {
    /// A unit.
    pub fn unit(&self, id: UnitId) -> Result<Option<UnitRow>> {
        self.one(S::Unit, cells![&id], from_row)
    }

    /// The unit with this code.
    pub fn unit_by_code(&self, code: &str) -> Result<Option<UnitRow>> {
        self.one(S::UnitByCode, cells![code], from_row)
    }

    /// All units, by code.
    pub fn units(&self) -> Result<Vec<UnitRow>> {
        self.all(S::Units, &[], from_row)
    }

    /// Writes one.
    pub fn unit_put(&self, row: &UnitRow) -> Result<()> {
        let UnitRow { id, space, code, name, level, kind } = row;
        self.put(S::UnitPut, cells![id, space, code.as_str(), name.as_str(), level.as_str(), kind.as_str()])?;
        self.standing_raise()
    }

    /// The units right above: now, or at any time since.
    pub fn units_above(&self, unit: UnitId, since: Option<Timestamp>) -> Result<Vec<UnitId>> {
        self.all(S::UnitsAbove, cells![&unit, since.map_or(i64::MAX, |s| s.0)], id)
    }

    /// The units right below, now.
    pub fn units_below(&self, unit: UnitId) -> Result<Vec<UnitId>> {
        self.all(S::UnitsBelow, cells![&unit], id)
    }

    /// Sets the units right above, and ends those that no longer are; true if anything changed.
    pub fn units_above_set(&self, unit: UnitId, parents: &[UnitId], at: Timestamp) -> Result<bool> {
        let now = self.units_above(unit, None)?;
        self.standing_raise()?;
        for gone in now.iter().filter(|u| !parents.contains(u)) {
            self.put(S::UnitUpEnd, cells![&unit, gone, at])?;
        }
        for new in parents.iter().filter(|u| !now.contains(u)) {
            self.put(S::UnitUpAdd, cells![&unit, new, at])?;
        }
        Ok(now.iter().any(|u| !parents.contains(u)) || parents.iter().any(|u| !now.contains(u)))
    }
}
