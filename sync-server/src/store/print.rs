//! Prints of records, and which of them meet.
//!
//! Owns what is asked of `print`. Refuses to make prints and to know who may be told. Invariant: a record has one row at
//! most; prints that more records share than the limit meet nobody.

use super::cell::{Row, json_list};
use super::{Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::candidate::Kept;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::limits::SHARED_PRINT_MAX;

/// The prints of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintRow {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// The pos of the state that they are of.
    pub pos: u64,
    /// The prints.
    pub kept: Kept,
}

/// Two records of a kind that share a print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The one that was looked at.
    pub one: PrintRow,
    /// The one that was found.
    pub other: PrintRow,
}

fn from_row(row: &dyn Row) -> Result<Meeting> {
    let kind = row.text(0)?;
    let of = |at: usize| -> Result<PrintRow> {
        let kept = Kept { strong: row.id_or_null(at + 2)?, named: row.id_or_null(at + 3)? };
        Ok(PrintRow { record: RecordId(row.fixed(at)?), kind: kind.clone(), pos: row.count(at + 1)?, kept })
    };
    Ok(Meeting { one: of(1)?, other: of(5)? })
}

impl dyn Tx + '_ {
    /// Writes the prints of a record.
    pub fn print_put(&self, space: SpaceId, row: &PrintRow) -> Result<()> {
        let PrintRow { record, kind, pos, kept } = row;
        let with = cells![&space, record, kind.as_str(), *pos, kept.strong.as_ref(), kept.named.as_ref()];
        self.put(S::PrintPut, with)
    }

    /// Takes them away.
    pub fn print_drop(&self, space: SpaceId, record: RecordId) -> Result<()> {
        self.put(S::PrintDrop, cells![&space, &record])
    }

    /// Whom a record meets.
    pub fn prints_of(&self, space: SpaceId, record: RecordId) -> Result<Vec<Meeting>> {
        self.all(S::PrintsOf, cells![&space, &record, SHARED_PRINT_MAX], from_row)
    }

    /// Whom the prints written after a pos meet, by pos, which stands beside each.
    pub fn prints_since(&self, space: SpaceId, since: u64, limit: usize) -> Result<Vec<(u64, Meeting)>> {
        let found = self.all(S::PrintsSince, cells![&space, since, SHARED_PRINT_MAX, limit], from_row)?;
        Ok(found.into_iter().map(|meeting| (meeting.one.pos, meeting)).collect())
    }

    /// Whom the records that a key sees meet, after a record, by record.
    pub fn prints_of_key(
        &self,
        space: SpaceId,
        key: Key,
        kinds: &[String],
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<Meeting>> {
        let after = after.map_or(Vec::new(), |r| r.0.to_vec());
        let kinds = json_list(kinds);
        let with = cells![&space, &key, kinds.as_str(), after.as_slice(), SHARED_PRINT_MAX, limit];
        self.all(S::PrintsOfKey, with, from_row)
    }
}
