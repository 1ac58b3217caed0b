//! Records that left the scope while own changes on them remain: the names of the writer's own values in them.
//!
//! Owns the table `departed`. Refuses to keep values, or names of what others wrote. Invariant: a row stands only beside
//! an own change of its record; while no confirmed state is held, whoever types there has seen what it names.

use crate::error::StoreError;
use crate::store::Work;
use crate::{origin, record};
use gridwalk_model::{AccountId, Basis, RecordId};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;

/// The record is about to be forgotten: notes its own values, under every id under which own changes still stand.
pub(crate) fn note(work: &Work<'_>, record: RecordId) -> Result<(), StoreError> {
    let own = origin::own_changes(&work.tx, record)?;
    if own.is_empty() {
        return Ok(());
    }
    let Some(confirmed) = record::confirmed(&work.tx, record)? else { return Ok(()) };
    let authors: BTreeSet<AccountId> = own.iter().map(|o| o.change.change.author).collect();
    let basis = Basis::of_own(&confirmed.state, &authors).to_bytes();
    let ids: BTreeSet<RecordId> = own.iter().map(|o| o.record).collect();
    let mut put = work.tx.prepare_cached("INSERT OR REPLACE INTO departed (record, basis) VALUES (?1, ?2)")?;
    for id in ids {
        put.execute(params![id.0, basis])?;
    }
    Ok(())
}

/// What is known of a record's own values since it left.
pub(crate) fn of(db: &Connection, record: RecordId) -> Result<Option<Basis>, StoreError> {
    let mut statement = db.prepare_cached("SELECT basis FROM departed WHERE record = ?1")?;
    let bytes: Option<Vec<u8>> = statement.query_row(params![record.0], |r| r.get(0)).optional()?;
    bytes.map(|b| Basis::from_bytes(&b).map_err(|_| StoreError::Damaged)).transpose()
}

/// Drops what stands beside no own change any more.
pub(crate) fn sweep(work: &Work<'_>) -> Result<(), StoreError> {
    work.tx.prepare_cached(include_str!("departed/sweep.sql"))?.execute([])?;
    Ok(())
}
