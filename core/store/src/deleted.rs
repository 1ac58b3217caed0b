//! Records that somebody deleted: what they were called, and who deleted them, so that they can be found and restored.
//!
//! Owns the statements on `view_deleted`. Refuses to delete and to restore. Invariant: what is held and deleted stands
//! here and in no other list; what lives again, or left, does not.

use crate::column::{id, int, maybe_id};
use crate::error::StoreError;
use crate::store::{Store, Work};
use gridwalk_model::row::row;
use gridwalk_model::view::GroupView;
use gridwalk_model::{AccountId, RecordId, State};
use rusqlite::{Row, named_params, params};

/// A record that is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRow {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// What it was called.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// What it was below.
    pub parent: Option<RecordId>,
    /// Who deleted it.
    pub deleted_by: AccountId,
}

impl DeletedRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            record: id(row, "record", RecordId)?,
            kind: row.get("kind")?,
            title: row.get("title")?,
            subtitle: row.get("subtitle")?,
            parent: maybe_id(row, "parent", RecordId)?,
            deleted_by: id(row, "deleted_by", AccountId)?,
        })
    }
}

/// Notes a deleted record, or, with no state, that it is none any more.
pub(crate) fn note(work: &Work<'_>, record: RecordId, state: Option<&State>) -> Result<(), StoreError> {
    let Some((state, last)) = state.and_then(|state| Some((state, state.deletes.last()?))) else {
        work.tx.prepare_cached("DELETE FROM view_deleted WHERE record = ?1")?.execute(params![record.0])?;
        return Ok(());
    };
    let row = row(&GroupView::alone(state));
    work.tx.prepare_cached(include_str!("deleted/put.sql"))?.execute(named_params! {
        ":record": record.0, ":kind": row.kind, ":title": row.title, ":subtitle": row.subtitle,
        ":parent": row.parents.first().map(|p| p.0), ":by": last.author.0, ":pos": int(state.pos),
    })?;
    Ok(())
}

impl Store {
    /// Records that are deleted, of a kind or of all, the last deleted first.
    pub fn deleted(&self, kind: Option<&str>, limit: u32) -> Result<Vec<DeletedRow>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("deleted/list.sql"))?;
            let rows = statement.query_map(params![limit, kind], DeletedRow::from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
