//! What the newest commands did and replaced, so that they can be undone.
//!
//! Owns what stands beside own changes for that, and the table of those that are safe and went. Refuses to undo anything:
//! the model says how. Invariant: it is written in the transaction of the saves, into their own rows; nothing is ever read
//! from it but by an undo, and nothing else depends on it.

use crate::column::{id, int};
use crate::error::StoreError;
use crate::own::{self, OutboxStatus};
use crate::space;
use crate::store::{Store, Work};
use gridwalk_model::change::SealedChange;
use gridwalk_model::undo::Former;
use gridwalk_model::value::Value;
use gridwalk_model::{RecordId, limits};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

/// How many columns a statement that drops own changes gives back.
const KEPT: usize = 9;

/// What is kept of a command beside its changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Remembered {
    /// Its name.
    pub name: &'static str,
    /// How it is put right: a code.
    pub remedy: &'static str,
    /// The command that it puts right, if it is an undo.
    pub undoes: Option<u64>,
    /// What each write replaced, in the order of the writes.
    pub former: Vec<Former>,
}

/// One save that can be undone.
#[derive(Debug, Clone, PartialEq)]
pub struct UndoItem {
    /// How-manieth save of this phone.
    pub save: u64,
    /// The first save of its command.
    pub command: u64,
    /// The command's name.
    pub name: String,
    /// How it is put right: a code.
    pub remedy: String,
    /// The record.
    pub record: RecordId,
    /// The change.
    pub change: SealedChange,
    /// What it replaced.
    pub former: Former,
    /// The command that it puts right.
    pub undoes: Option<u64>,
    /// The command that put it right last.
    pub undone_by: Option<u64>,
}

/// Something that this phone did, and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnDone {
    /// The save.
    pub item: UndoItem,
    /// How it stands, if it is still in the outbox.
    pub status: Option<OutboxStatus>,
    /// Whether its change still stands here by itself.
    pub held: bool,
    /// Whether the server said no to it.
    pub refused: bool,
}

impl UndoItem {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let uint = |name: &str| row.get::<_, i64>(name).map(i64::cast_unsigned);
        let maybe = |name: &str| row.get::<_, Option<i64>>(name).map(|n| n.map(i64::cast_unsigned));
        Ok(Self {
            save: uint("save")?,
            command: uint("command")?,
            name: row.get("name")?,
            remedy: row.get("remedy")?,
            record: id(row, "record", RecordId)?,
            change: SealedChange::open(row.get_ref("body")?.as_blob().map_err(rusqlite::Error::from)?)?,
            former: Former::from_bytes(row.get_ref("former")?.as_blob().map_err(rusqlite::Error::from)?)?,
            undoes: maybe("undoes")?,
            undone_by: maybe("undone_by")?,
        })
    }
}

/// What stands beside one save of a command.
pub(crate) struct Beside<'a> {
    /// The first save of the command; `None` if this is it.
    pub command: Option<u64>,
    /// About the command.
    pub about: &'a Remembered,
    /// What the save replaced.
    pub former: &'a Former,
}

/// The oldest save that can still be undone: so many are kept, and the newest command is kept whole.
fn oldest(db: &Connection) -> Result<u64, StoreError> {
    let saves = space::saves(db)?;
    let newest = "SELECT command FROM remembered WHERE save = ?1";
    let newest: Option<i64> = db.prepare_cached(newest)?.query_row(params![int(saves)], |r| r.get(0)).optional()?;
    let kept = (saves + 1).saturating_sub(limits::UNDO_SAVES_KEPT);
    Ok(newest.map_or(kept, |command| kept.min(command.cast_unsigned())))
}

/// A command was put right by another.
pub(crate) fn mark(work: &Work<'_>, undone: u64, by: u64) -> Result<(), StoreError> {
    let own = "UPDATE own_change SET undone_by = ?1 WHERE save >= ?2 AND command = ?2";
    work.tx.prepare_cached(own)?.execute(params![int(by), int(undone)])?;
    let safe = "UPDATE undo SET undone_by = ?1 WHERE save >= ?2 AND command = ?2";
    work.tx.prepare_cached(safe)?.execute(params![int(by), int(undone)])?;
    Ok(())
}

/// Drops own changes by a statement that gives back what undoing them takes, and keeps that of those that can still be
/// undone; the oldest of these make room. How many were dropped.
pub(crate) fn drop_own(work: &Work<'_>, sql: &str, params: impl rusqlite::Params) -> Result<usize, StoreError> {
    let oldest = int(oldest(&work.tx)?);
    let mut dropped = 0;
    {
        let mut statement = work.tx.prepare_cached(sql)?;
        let mut keep = work.tx.prepare_cached(include_str!("undo/keep.sql"))?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            dropped += 1;
            if row.get::<_, Option<i64>>("command")?.is_some() && row.get::<_, i64>("save")? >= oldest {
                let values: Vec<ValueRef<'_>> = (0..KEPT).map(|n| row.get_ref(n)).collect::<Result<_, _>>()?;
                keep.execute(rusqlite::params_from_iter(values.into_iter().map(ToSqlOutput::Borrowed)))?;
            }
        }
    }
    if dropped > 0 {
        work.tx.prepare_cached("DELETE FROM undo WHERE save < ?1")?.execute(params![oldest])?;
    }
    Ok(dropped)
}

/// A record is forgotten, and what was done to it with it.
pub(crate) fn forget(work: &Work<'_>, record: RecordId) -> Result<(), StoreError> {
    work.tx.prepare_cached("DELETE FROM undo WHERE record = ?1")?.execute(params![record.0])?;
    work.tx.prepare_cached(include_str!("undo/forget.sql"))?.execute(params![record.0])?;
    Ok(())
}

/// A mask hides something of the record: if that is among what this phone replaced, what was done to it is forgotten.
pub(crate) fn forget_masked(work: &Work<'_>, record: RecordId) -> Result<(), StoreError> {
    let Some(confirmed) = crate::record::confirmed(&work.tx, record)? else { return Ok(()) };
    let done = list(&work.tx, "SELECT * FROM remembered WHERE record = ?1", params![record.0])?;
    let mut replaced = done.iter().flat_map(|item| &item.former.fields);
    let hidden =
        |field: &str, values: &[Option<Value>]| confirmed.state.is_masked(field) && values.iter().any(Option::is_some);
    if replaced.any(|((within, field), values)| within.is_none() && hidden(field, values)) {
        forget(work, record)?;
    }
    Ok(())
}

fn list(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<UndoItem>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(UndoItem::from_row(row)?);
    }
    Ok(items)
}

impl Store {
    /// The saves of the newest commands, the last command first.
    pub fn undoable(&self, commands: u32) -> Result<Vec<UndoItem>, StoreError> {
        self.read(|db| {
            let params = named_params! { ":limit": commands, ":oldest": int(oldest(db)?) };
            list(db, include_str!("undo/newest.sql"), params)
        })
    }

    /// The saves of the command that a save is of.
    pub fn saves_with(&self, save: u64) -> Result<Vec<UndoItem>, StoreError> {
        self.read(|db| {
            let params = named_params! { ":save": int(save), ":oldest": int(oldest(db)?) };
            list(db, include_str!("undo/with.sql"), params)
        })
    }

    /// What this phone did to a record, in order of saving, as far as it remembers.
    pub fn done_on(&self, record: RecordId) -> Result<Vec<OwnDone>, StoreError> {
        self.read(|db| {
            let here = own::of_record(db, record)?;
            let items = list(db, "SELECT * FROM remembered WHERE record = ?1 ORDER BY save", params![record.0])?;
            let done = |item: UndoItem| {
                let held = here.iter().find(|own| own.save == item.save);
                let status = held.filter(|own| own.lane == own::OUTBOX).map(own::Own::status);
                OwnDone { status, held: held.is_some(), refused: held.is_some_and(own::Own::is_refused), item }
            };
            Ok(items.into_iter().map(done).collect())
        })
    }

    /// The undos that this phone saved on a record after a save.
    pub fn undos_on(&self, record: RecordId, after: u64) -> Result<Vec<UndoItem>, StoreError> {
        let sql = "SELECT * FROM remembered WHERE record = ?1 AND save > ?2 AND undoes IS NOT NULL ORDER BY save";
        self.read(|db| list(db, sql, params![record.0, int(after)]))
    }
}
