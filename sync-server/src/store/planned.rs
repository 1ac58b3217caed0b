//! Roles that begin or end on a day.
//!
//! Owns what is asked of `planned`. Refuses to do what is planned. Invariant: a plan is done once, and stays.

use super::cell::Row;
use super::{PlannedRow, Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::time::Timestamp;

fn from_row(row: &dyn Row) -> Result<PlannedRow> {
    Ok(PlannedRow {
        id: row.int(0)?,
        at: row.time(1)?,
        begins: row.text(2)? == "begin",
        account: AccountId(row.fixed(3)?),
        unit: UnitId(row.fixed(4)?),
        role: row.text(5)?,
        kinds: row.text(6)?.split(',').filter(|k| !k.is_empty()).map(str::to_owned).collect(),
    })
}

impl dyn Tx + '_ {
    /// Adds one.
    pub fn planned_add(&self, row: &PlannedRow) -> Result<()> {
        let (act, kinds) = (if row.begins { "begin" } else { "end" }, row.kinds.join(","));
        self.put(S::PlannedAdd, cells![row.at, act, &row.account, &row.unit, row.role.as_str(), kinds.as_str()])
    }

    /// Those whose day has come and that are not done, in order of their days.
    pub fn planned_due(&self, now: Timestamp) -> Result<Vec<PlannedRow>> {
        self.all(S::PlannedDue, cells![now], from_row)
    }

    /// It is done.
    pub fn planned_done(&self, id: i64, at: Timestamp) -> Result<()> {
        self.put(S::PlannedDone, cells![id, at])
    }
}
