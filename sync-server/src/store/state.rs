//! States, folded from the journal, and where records are at home.
//!
//! Owns what is asked of `state`, `child` and `home`. Refuses to fold. Invariant: all three can be made again from the
//! journal, but for the moments in `home`, which say when a record was seen where.

use super::cell::{Row, units_bytes};
use super::{StateRow, Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;

fn from_row(row: &dyn Row) -> Result<StateRow> {
    Ok(StateRow {
        space: SpaceId(row.fixed(0)?),
        record: RecordId(row.fixed(1)?),
        kind: row.text(2)?,
        pos: row.count(3)?,
        author: AccountId(row.fixed(4)?),
        bytes: row.bytes(5)?.into(),
    })
}

impl dyn Tx + '_ {
    /// A record's state.
    pub fn state(&self, space: SpaceId, record: RecordId) -> Result<Option<StateRow>> {
        self.one(S::State, cells![&space, &record], from_row)
    }

    /// Writes it.
    pub fn state_put(&self, row: &StateRow) -> Result<()> {
        let StateRow { space, record, kind, pos, author, bytes } = row;
        self.put(S::StatePut, cells![space, record, kind.as_str(), *pos, author, &bytes[..]])
    }

    /// At most so many records after one, by id.
    pub fn states_after(&self, space: SpaceId, after: Option<RecordId>, limit: usize) -> Result<Vec<StateRow>> {
        let after = after.map_or(Vec::new(), |r| r.0.to_vec());
        self.all(S::StatesAfter, cells![&space, after.as_slice(), limit], from_row)
    }

    /// How many records of each kind a space holds.
    pub fn state_counts(&self, space: SpaceId) -> Result<Vec<(String, u64)>> {
        self.all(S::StateCounts, cells![&space], |row| Ok((row.text(0)?, row.count(1)?)))
    }

    /// Records below a record.
    pub fn children(&self, space: SpaceId, parent: RecordId) -> Result<Vec<RecordId>> {
        self.all(S::Children, cells![&space, &parent], |row| row.fixed(0).map(RecordId))
    }

    /// Sets the records that one stands below, in their order, each once. `new`: it stood below none.
    pub fn parents_set(&self, space: SpaceId, record: RecordId, parents: &[RecordId], new: bool) -> Result<()> {
        if !new {
            if self.all(S::Parents, cells![&space, &record], |row| row.fixed(0).map(RecordId))? == parents {
                return Ok(());
            }
            self.put(S::ParentsClear, cells![&space, &record])?;
        }
        parents.iter().try_for_each(|parent| self.put(S::ParentAdd, cells![&space, parent, &record]))
    }

    /// The units that a record is at home in now; `None` if it never was anywhere.
    pub fn home(&self, space: SpaceId, record: RecordId) -> Result<Option<Vec<UnitId>>> {
        self.one(S::Home, cells![&space, &record], |row| row.units(0))
    }

    /// The units that a record is at home in now, and in which space: this one, else any other that holds records of
    /// people. `None` if it never was anywhere.
    pub fn home_nearest(&self, space: SpaceId, record: RecordId) -> Result<Option<(SpaceId, Vec<UnitId>)>> {
        self.one(S::HomeNearest, cells![&space, &record], |row| Ok((SpaceId(row.fixed(0)?), row.units(1)?)))
    }

    /// Notes where a record is at home from now on.
    pub fn home_add(
        &self,
        space: SpaceId,
        record: RecordId,
        pos: u64,
        since: Timestamp,
        units: &[UnitId],
    ) -> Result<()> {
        self.put(S::HomeAdd, cells![&space, &record, pos, since, units_bytes(units).as_slice()])
    }

    /// Every unit that a record was at home in at a time or later; `None` if it is unknown.
    pub fn homes_since(&self, space: SpaceId, record: RecordId, at: Timestamp) -> Result<Option<Vec<UnitId>>> {
        let mut all: Option<Vec<UnitId>> = None;
        self.rows(S::Homes, cells![&space, &record], &mut |row| {
            all.get_or_insert_default().extend(row.units(1)?);
            Ok(row.time(0)? >= at)
        })?;
        if let Some(list) = &mut all {
            list.sort_unstable();
            list.dedup();
        }
        Ok(all)
    }
}
