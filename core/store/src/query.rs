//! Reading the view: lists, children, disagreements, counts.
//!
//! Owns the queries on `view_row`. Refuses to fold and to write. Invariant: every list is read along an index, in
//! pages, and never reads a state.

use crate::column::{id, maybe_id};
use crate::error::StoreError;
use crate::store::Store;
use gridwalk_model::geo::Point;
use gridwalk_model::limits::LIST_ROWS_MAX;
use gridwalk_model::{AccountId, RecordId, SpaceId, Timestamp, UnitId};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A record, or a group of records that are the same thing, as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewRow {
    /// The record.
    pub record: RecordId,
    /// The record that its group is shown as; itself, mostly.
    pub shown_as: RecordId,
    /// The space.
    pub space: SpaceId,
    /// Its kind.
    pub kind: String,
    /// First line.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Status of its workflow.
    pub status: String,
    /// See [`crate::flag`].
    pub flags: u32,
    /// What lists are sorted by.
    pub sort: String,
    /// The unit that it is at home in.
    pub unit: Option<UnitId>,
    /// The record that it is below.
    pub parent: Option<RecordId>,
    /// When it was last changed, and by whom.
    pub changed_at: Timestamp,
    /// Who changed it last.
    pub changed_by: AccountId,
    /// Latitude, 10⁻⁷ degrees.
    pub lat_e7: Option<i32>,
    /// Longitude, 10⁻⁷ degrees.
    pub lon_e7: Option<i32>,
}

impl ViewRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let record = id(row, "record", RecordId)?;
        Ok(Self {
            record,
            shown_as: maybe_id(row, "shown_as", RecordId)?.unwrap_or(record),
            space: id(row, "space", SpaceId)?,
            kind: row.get("kind")?,
            title: row.get("title")?,
            subtitle: row.get("subtitle")?,
            status: row.get("status")?,
            flags: row.get("flags")?,
            sort: row.get("sort")?,
            unit: maybe_id(row, "unit", UnitId)?,
            parent: maybe_id(row, "parent", RecordId)?,
            changed_at: Timestamp(row.get("changed_at")?),
            changed_by: id(row, "changed_by", AccountId)?,
            lat_e7: row.get("lat_e7")?,
            lon_e7: row.get("lon_e7")?,
        })
    }

    /// Where it is, if it says so.
    pub fn point(&self) -> Option<Point> {
        Point::new(self.lat_e7?, self.lon_e7?)
    }

    /// Whether a flag is set.
    pub const fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

/// Rows of a statement on `view_row`.
pub(crate) fn rows(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<ViewRow>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params, ViewRow::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The group of records that a record belongs to, itself first of all, held ones only.
pub(crate) fn members(db: &Connection, record: RecordId) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("query/members.sql"))?;
    let rows = statement.query_map(params![record.0], |r| r.get(0).map(RecordId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a row below a record is called there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The record.
    pub record: RecordId,
    /// What it is below.
    pub parent: RecordId,
    /// First line.
    pub title: String,
    /// Second line.
    pub subtitle: String,
}

/// Which rows a list shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowFilter {
    /// Of this kind.
    pub kind: Option<String>,
    /// At home in this unit …
    pub unit: Option<UnitId>,
    /// … or in one below it.
    pub with_below: bool,
    /// Directly below this record, or below one that is the same thing.
    pub parent: Option<RecordId>,
    /// In this status.
    pub status: Option<String>,
    /// After this row: its `sort` and record.
    pub after: Option<(String, RecordId)>,
    /// At most so many; 0 means as many as a page holds.
    pub limit: u32,
}

impl RowFilter {
    /// Rows of a kind.
    pub fn kind(kind: &str) -> Self {
        Self { kind: Some(kind.to_owned()), ..Self::default() }
    }

    /// What is directly below a record.
    pub fn children(parent: RecordId) -> Self {
        Self { parent: Some(parent), ..Self::default() }
    }

    /// The statement and what it binds.
    #[doc(hidden)]
    pub fn statement(&self) -> (String, Vec<(&'static str, Sql)>) {
        let mut sql = String::from("SELECT * FROM view_row WHERE front = 1");
        let mut bound: Vec<(&'static str, Sql)> = Vec::new();
        let blob = |bytes: &[u8; 16]| Sql::Blob(bytes.to_vec());
        if let Some(kind) = &self.kind {
            sql.push_str(" AND kind = :kind");
            bound.push((":kind", Sql::Text(kind.clone())));
        }
        if let Some(unit) = self.unit {
            sql.push_str(if self.with_below { include_str!("query/with_below.sql") } else { " AND unit = :unit" });
            bound.push((":unit", blob(&unit.0)));
        }
        if let Some(parent) = self.parent {
            sql.push_str(include_str!("query/below.sql"));
            bound.push((":parent", blob(&parent.0)));
        }
        if let Some(status) = &self.status {
            sql.push_str(" AND status = :status");
            bound.push((":status", Sql::Text(status.clone())));
        }
        if let Some((sort, record)) = &self.after {
            sql.push_str(" AND (sort, record) > (:sort, :after)");
            bound.push((":sort", Sql::Text(sort.clone())));
            bound.push((":after", blob(&record.0)));
        }
        let limit = if self.limit == 0 { LIST_ROWS_MAX } else { self.limit.min(LIST_ROWS_MAX) };
        let _ = write!(sql, " ORDER BY sort, record LIMIT {limit}");
        (sql, bound)
    }
}

/// How much waits, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// Own changes on this phone, not known to have left it.
    pub saved: u64,
    /// Own changes that left for the server, whose verdict is not known.
    pub sent: u64,
    /// Applied, their records not pulled yet.
    pub applied: u64,
    /// Waiting for a supervisor.
    pub waits: u64,
    /// To be looked at by their author.
    pub needs_attention: u64,
    /// Forms open.
    pub drafts: u64,
    /// Rows with values at odds.
    pub disagreements: u64,
    /// Confirmed records held.
    pub records: u64,
    /// Records that left the scope and wait for what is typed on them.
    pub leaving: u64,
}

impl Counts {
    /// Own changes without a verdict: they are offered until there is one.
    pub const fn undecided(&self) -> u64 {
        self.saved + self.sent
    }
}

impl Store {
    /// The kinds of these records, as far as they are shown.
    pub fn kinds_of(&self, records: &BTreeSet<RecordId>) -> Result<BTreeSet<String>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT kind FROM view_row WHERE record = ?1")?;
            let mut kinds = BTreeSet::new();
            for record in records {
                let mut rows = statement.query(params![record.0])?;
                if let Some(row) = rows.next()? {
                    let kind = row.get_ref("kind")?.as_str().unwrap_or_default();
                    if !kinds.contains(kind) {
                        kinds.insert(kind.to_owned());
                    }
                }
            }
            Ok(kinds)
        })
    }

    /// A page of a list.
    pub fn rows(&self, filter: &RowFilter) -> Result<Vec<ViewRow>, StoreError> {
        let (sql, bound) = filter.statement();
        let params: Vec<(&str, &dyn rusqlite::ToSql)> =
            bound.iter().map(|(name, value)| (*name, value as &dyn rusqlite::ToSql)).collect();
        self.read(|db| rows(db, &sql, params.as_slice()))
    }

    /// A record's own row, front or not.
    pub fn row(&self, record: RecordId) -> Result<Option<ViewRow>, StoreError> {
        self.read(|db| Ok(rows(db, "SELECT * FROM view_row WHERE record = ?1", params![record.0])?.pop()))
    }

    /// What is directly below a record, by kind and sort.
    pub fn children(&self, parent: RecordId) -> Result<Vec<ViewRow>, StoreError> {
        self.rows(&RowFilter::children(parent))
    }

    /// Rows of a reviewed kind in which people typed and that were changed since a moment, within a unit and what is below
    /// it, or everywhere; the last changed first, or last. Read along an index of what people typed.
    pub fn typed_since(
        &self,
        kind: &str,
        since: Timestamp,
        unit: Option<UnitId>,
        oldest_first: bool,
    ) -> Result<Vec<ViewRow>, StoreError> {
        let (newest, oldest) = (include_str!("query/typed_since.sql"), include_str!("query/typed_since_oldest.sql"));
        let unit = unit.map(|u| u.0);
        let named = named_params! { ":kind": kind, ":since": since.0, ":unit": unit, ":limit": LIST_ROWS_MAX };
        self.read(|db| rows(db, if oldest_first { oldest } else { newest }, named))
    }

    /// Rows whose fields hold values at odds, to be decided.
    pub fn disagreements(&self, limit: u32) -> Result<Vec<ViewRow>, StoreError> {
        let sql = include_str!("query/disagreements.sql");
        self.read(|db| rows(db, sql, named_params! { ":limit": limit }))
    }

    /// The group of records that a record belongs to, itself first of all, held ones only.
    pub fn members(&self, record: RecordId) -> Result<Vec<RecordId>, StoreError> {
        self.read(|db| members(db, record))
    }

    /// All rows of a kind that are below a record, in no order.
    pub fn placed(&self, kind: &str) -> Result<Vec<Placed>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("query/placed.sql"))?;
            let rows = statement.query_map(named_params! { ":kind": kind }, |row| {
                let (record, parent) = (id(row, "record", RecordId)?, id(row, "parent", RecordId)?);
                Ok(Placed { record, parent, title: row.get("title")?, subtitle: row.get("subtitle")? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Places and households that stand for others, too: the same thing was added several times.
    pub fn grouped(&self) -> Result<Vec<RecordId>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("query/grouped.sql"))?;
            let rows = statement.query_map([], |r| r.get(0).map(RecordId))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How many rows a kind has in each status, within a unit and what is below it, or everywhere.
    pub fn status_counts(&self, kind: &str, unit: Option<UnitId>) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("query/status_counts.sql"))?;
            let params = named_params! { ":kind": kind, ":unit": unit.map(|u| u.0) };
            let rows = statement.query_map(params, |r| Ok((r.get(0)?, r.get::<_, i64>(1)?.cast_unsigned())))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How much waits, and for what.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|db| {
            let n = |r: &Row<'_>, i: usize| r.get::<_, i64>(i).map(i64::cast_unsigned);
            let found = db.prepare_cached(include_str!("query/counts.sql"))?.query_row([], |r| {
                Ok(Counts {
                    saved: n(r, 0)?,
                    sent: n(r, 1)?,
                    applied: n(r, 2)?,
                    waits: n(r, 3)?,
                    needs_attention: n(r, 4)?,
                    drafts: n(r, 5)?,
                    disagreements: n(r, 6)?,
                    records: n(r, 7)?,
                    leaving: n(r, 8)?,
                })
            });
            Ok(found.optional()?.unwrap_or_default())
        })
    }
}
