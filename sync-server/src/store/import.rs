//! Imports: how tables are read, what became of their rows, and which changes each import wrote.
//!
//! Owns what is asked of `import_mapping`, `import_row`, `import_run`, `import_span` and `import_staff`. Refuses to know
//! what a table says: keys are hashes, and what a row stands for are names of changes. Invariant: nothing that a person
//! typed stands here.

use super::cell::Row;
use super::{Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::id::{AccountId, RecordId, ReplicaId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;

/// A mapping as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingRow {
    /// The source that tables of this mapping come from.
    pub source: [u8; 16],
    /// Its name; empty where nobody gave one.
    pub name: String,
    /// What its tables are of.
    pub what: String,
    /// Fingerprint of the headings that it was used with last.
    pub headings: [u8; 16],
    /// The mapping as TOML.
    pub body: String,
    /// When it was used last.
    pub used_at: Timestamp,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its number; 0 before it is stored.
    pub id: i64,
    /// The source.
    pub source: [u8; 16],
    /// The space that it wrote into.
    pub space: SpaceId,
    /// The unit that it was for.
    pub unit: UnitId,
    /// What its table was of.
    pub what: String,
    /// The file's name.
    pub file: String,
    /// Who imported.
    pub account: Option<AccountId>,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it came to its end; none if it was cut off.
    pub ended_at: Option<Timestamp>,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// What it came to, as JSON.
    pub counts: String,
}

/// A stretch of changes of one replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The replica.
    pub replica: ReplicaId,
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// What an import did to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffRow {
    /// The account.
    pub account: AccountId,
    /// The grant that it was given; 0 for none.
    pub granted: i64,
    /// Whether it was made.
    pub made: bool,
}

fn mapping(row: &dyn Row) -> Result<MappingRow> {
    Ok(MappingRow {
        source: row.fixed(0)?,
        name: row.text(1)?,
        what: row.text(2)?,
        headings: row.fixed(3)?,
        body: row.text(4)?,
        used_at: row.time(5)?,
    })
}

fn run(row: &dyn Row) -> Result<RunRow> {
    Ok(RunRow {
        id: row.int(0)?,
        source: row.fixed(1)?,
        space: SpaceId(row.fixed(2)?),
        unit: UnitId(row.fixed(3)?),
        what: row.text(4)?,
        file: row.text(5)?,
        account: row.id_or_null(6)?.map(AccountId),
        begun_at: row.time(7)?,
        ended_at: row.time_or_null(8)?,
        undone_at: row.time_or_null(9)?,
        counts: row.text(10)?,
    })
}

impl dyn Tx + '_ {
    /// All mappings, the last used first.
    pub fn import_mappings(&self) -> Result<Vec<MappingRow>> {
        self.all(S::ImportMappings, &[], mapping)
    }

    /// Remembers a mapping.
    pub fn import_mapping_put(&self, row: &MappingRow) -> Result<()> {
        let MappingRow { source, name, what, headings, body, used_at } = row;
        let with = cells![source, name.as_str(), what.as_str(), headings, body.as_str(), *used_at];
        self.put(S::ImportMappingPut, with)
    }

    /// The record that a row of a source became, and what it stands for.
    pub fn import_row(&self, source: &[u8; 16], key: &[u8; 16]) -> Result<Option<(RecordId, Vec<u8>)>> {
        let read = |row: &dyn Row| Ok((RecordId(row.fixed(0)?), row.bytes(1)?.to_vec()));
        self.one(S::ImportRow, cells![source, key], read)
    }

    /// Notes it.
    pub fn import_row_put(&self, source: &[u8; 16], key: &[u8; 16], record: RecordId, stands: &[u8]) -> Result<()> {
        self.put(S::ImportRowPut, cells![source, key, &record, stands])
    }

    /// The rows of a source that became a record: their keys, and what they stand for.
    pub fn import_rows_of(&self, source: &[u8; 16], record: RecordId) -> Result<Vec<([u8; 16], Vec<u8>)>> {
        self.all(S::ImportRowsOf, cells![source, &record], |row| Ok((row.fixed(0)?, row.bytes(1)?.to_vec())))
    }

    /// Notes that an import begins; its number.
    pub fn import_run_add(&self, run: &RunRow) -> Result<i64> {
        let RunRow { source, space, unit, what, file, account, begun_at, .. } = run;
        let with = cells![source, space, unit, what.as_str(), file.as_str(), account.as_ref(), *begun_at];
        Ok(self.one(S::ImportRunAdd, with, |row| row.int(0))?.unwrap_or_default())
    }

    /// Notes how far an import is.
    pub fn import_run_set(&self, run: &RunRow) -> Result<()> {
        self.put(S::ImportRunSet, cells![run.id, run.ended_at, run.undone_at, run.counts.as_str()])
    }

    /// All imports, in their order.
    pub fn import_runs(&self) -> Result<Vec<RunRow>> {
        self.all(S::ImportRuns, &[], run)
    }

    /// Notes what an import wrote.
    pub fn import_span_put(&self, run: i64, span: Span) -> Result<()> {
        self.put(S::ImportSpanPut, cells![run, &span.replica, span.from, span.to])
    }

    /// What an import wrote, in the order in which it did.
    pub fn import_spans(&self, run: i64) -> Result<Vec<Span>> {
        let span =
            |row: &dyn Row| Ok(Span { replica: ReplicaId(row.fixed(0)?), from: row.count(1)?, to: row.count(2)? });
        self.all(S::ImportSpans, cells![run], span)
    }

    /// Notes what an import did to an account.
    pub fn import_staff_put(&self, run: i64, row: StaffRow) -> Result<()> {
        self.put(S::ImportStaffPut, cells![run, &row.account, row.granted, row.made])
    }

    /// What an import did to accounts.
    pub fn import_staff(&self, run: i64) -> Result<Vec<StaffRow>> {
        let read =
            |row: &dyn Row| Ok(StaffRow { account: AccountId(row.fixed(0)?), granted: row.int(1)?, made: row.yes(2)? });
        self.all(S::ImportStaff, cells![run], read)
    }

    /// A record that was erased is no longer what a row of a table stands for.
    pub fn import_rows_drop(&self, record: RecordId) -> Result<()> {
        self.put(S::ImportRowsDrop, cells![&record])
    }
}
