//! Facts of what is appraised, by month, and up to where they are made.
//!
//! Owns what is asked of `fact`, `fact_raised` and `fact_upto`. Refuses to make facts and to count them. Invariant: all of it
//! can be made again from the states of the space.

use super::cell::Row;
use super::{StateRow, Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::appraisal::Month;
use gridwalk_model::id::{AccountId, RecordId, SpaceId};

/// Up to where the facts of a space are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactsUpto {
    /// The pos of the last state that was looked at.
    pub pos: u64,
    /// Its record.
    pub record: RecordId,
    /// Version of what facts hold.
    pub version: u64,
}

fn state_row(row: &dyn Row) -> Result<StateRow> {
    Ok(StateRow {
        space: SpaceId(row.fixed(0)?),
        record: RecordId(row.fixed(1)?),
        kind: row.text(2)?,
        pos: row.count(3)?,
        author: AccountId(row.fixed(4)?),
        bytes: row.bytes(5)?.into(),
    })
}

fn index(month: Month) -> i64 {
    i64::from(month.index())
}

impl dyn Tx + '_ {
    /// Writes the fact of a record under these months, and under no others.
    pub fn fact_replace(
        &self,
        space: SpaceId,
        record: RecordId,
        months: impl IntoIterator<Item = Month>,
        bytes: &[u8],
    ) -> Result<()> {
        self.put(S::FactsDrop, cells![&space, &record])?;
        months.into_iter().try_for_each(|month| self.put(S::FactPut, cells![&space, index(month), &record, bytes]))
    }

    /// Forgets all facts of a space.
    pub fn facts_clear(&self, space: SpaceId) -> Result<()> {
        self.put(S::FactsClear, cells![&space])?;
        self.put(S::FactsRaisedClear, cells![&space])
    }

    /// Shows each fact of a month, by record.
    pub fn facts_of_month(
        &self,
        space: SpaceId,
        month: Month,
        mut each: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        self.rows(S::FactsOfMonth, cells![&space, index(month)], &mut |row| {
            each(row.bytes(0)?)?;
            Ok(true)
        })
    }

    /// The months under which a record's fact stands, each with the fact.
    pub fn facts_of_record(&self, space: SpaceId, record: RecordId) -> Result<Vec<(i64, Vec<u8>)>> {
        self.all(S::FactsOfRecord, cells![&space, &record], |row| Ok((row.int(0)?, row.bytes(1)?.to_vec())))
    }

    /// Says which case an attempt raised, and no other.
    pub fn raised_set(&self, space: SpaceId, attempt: RecordId, raised: Option<RecordId>) -> Result<()> {
        self.put(S::FactsRaisedDrop, cells![&space, &attempt])?;
        raised.map_or(Ok(()), |raised| self.put(S::FactsRaisedPut, cells![&space, &raised, &attempt]))
    }

    /// The cases that an attempt raised, as was said last.
    pub fn raised_by(&self, space: SpaceId, attempt: RecordId) -> Result<Vec<RecordId>> {
        self.all(S::FactsRaisedBy, cells![&space, &attempt], |row| row.fixed(0).map(RecordId))
    }

    /// Whether an attempt raised a case.
    pub fn is_raised(&self, space: SpaceId, case: RecordId) -> Result<bool> {
        Ok(self.one(S::FactsIsRaised, cells![&space, &case], |_| Ok(()))?.is_some())
    }

    /// Up to where facts are made.
    pub fn facts_upto(&self, space: SpaceId) -> Result<Option<FactsUpto>> {
        let read = |row: &dyn Row| {
            Ok(FactsUpto { pos: row.count(0)?, record: RecordId(row.fixed(1)?), version: row.count(2)? })
        };
        self.one(S::FactsUpto, cells![&space], read)
    }

    /// Says up to where facts are made.
    pub fn facts_upto_set(&self, space: SpaceId, upto: &FactsUpto) -> Result<()> {
        self.put(S::FactsUptoSet, cells![&space, upto.pos, &upto.record, upto.version])
    }

    /// States of the kinds that are counted, after one, in the order in which they changed.
    pub fn counted_after(&self, space: SpaceId, after: &FactsUpto, limit: usize) -> Result<Vec<StateRow>> {
        self.all(S::CountedAfter, cells![&space, after.pos, &after.record, limit], state_row)
    }
}
