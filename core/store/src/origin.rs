//! Records that moved here from another space: the ids that they had there.
//!
//! Owns the table `view_origin`. Refuses to know how a record moves. Invariant: a function of the states that are shown:
//! whoever holds both ends of a move sees one record, and an old id leads to it.

use crate::column::id;
use crate::error::StoreError;
use crate::own::{self, Own};
use crate::store::{Store, Work};
use gridwalk_model::RecordId;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;

/// Whether any record shown has ever moved: mostly none, and then nothing else is asked.
pub(crate) fn any(db: &Connection) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM view_origin)")?;
    Ok(statement.query_row([], |r| r.get(0))?)
}

fn of(db: &Connection, record: RecordId) -> Result<BTreeSet<RecordId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT old FROM view_origin WHERE record = ?1")?;
    let rows = statement.query_map(params![record.0], |r| id(r, "old", RecordId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes the ids that a record had; those whose rows must be made anew because of it.
pub(crate) fn set(work: &Work<'_>, record: RecordId, origins: &[RecordId]) -> Result<BTreeSet<RecordId>, StoreError> {
    let before = of(&work.tx, record)?;
    let now: BTreeSet<RecordId> = origins.iter().copied().collect();
    if before == now {
        return Ok(BTreeSet::new());
    }
    work.tx.prepare_cached("DELETE FROM view_origin WHERE record = ?1")?.execute(params![record.0])?;
    for old in &now {
        let insert = "INSERT INTO view_origin (old, record) VALUES (?1, ?2)";
        work.tx.prepare_cached(insert)?.execute(params![old.0, record.0])?;
    }
    Ok(before.into_iter().chain(now).collect())
}

/// The id under which a record is shown now, if it moved here from another space.
pub(crate) fn living(db: &Connection, record: RecordId) -> Result<Option<RecordId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT record FROM view_origin WHERE old = ?1 LIMIT 1")?;
    Ok(statement.query_row(params![record.0], |r| id(r, "record", RecordId)).optional()?)
}

/// Own changes on a thing, under whatever id it had when they were typed, in order of saving.
pub(crate) fn own_changes(db: &Connection, record: RecordId) -> Result<Vec<Own>, StoreError> {
    let mut all = own::of_record(db, record)?;
    if any(db)? {
        let now = living(db, record)?.unwrap_or(record);
        let mut ids = of(db, now)?;
        ids.insert(now);
        ids.remove(&record);
        for other in ids {
            all.extend(own::of_record(db, other)?);
        }
        all.sort_by_key(|o| o.save);
    }
    Ok(all)
}

impl Store {
    /// The id under which a record is shown now: another one if it moved here from another space.
    pub fn living(&self, record: RecordId) -> Result<RecordId, StoreError> {
        self.read(|db| Ok(living(db, record)?.unwrap_or(record)))
    }
}
