//! What the newest commands did and replaced, so that they can be undone.
//!
//! Owns the table of them. Refuses to undo anything: the model says how. Invariant: it is written in the transaction of
//! the saves; nothing is ever read from it but by an undo, and nothing else depends on it.

use crate::column::{id, int};
use crate::error::StoreError;
use crate::store::{Store, Work};
use gridwalk_model::change::SealedChange;
use gridwalk_model::undo::Former;
use gridwalk_model::{RecordId, limits};
use rusqlite::{Connection, Row, named_params, params};

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

/// Remembers one save of a command.
pub(crate) fn put(
    work: &Work<'_>,
    (command, save): (u64, u64),
    change: &SealedChange,
    about: &Remembered,
    former: &Former,
) -> Result<(), StoreError> {
    work.tx.prepare_cached(include_str!("undo/put.sql"))?.execute(named_params! {
        ":save": int(save),
        ":command": int(command),
        ":name": about.name,
        ":remedy": about.remedy,
        ":record": change.change.record.0,
        ":body": &*change.bytes,
        ":former": former.to_bytes(),
        ":undoes": about.undoes.map(int),
    })?;
    Ok(())
}

/// A command is remembered: the oldest make room, and what it puts right is marked.
pub(crate) fn close(work: &Work<'_>, command: u64, last: u64, undoes: Option<u64>) -> Result<(), StoreError> {
    let gone = last.saturating_sub(limits::UNDO_SAVES_KEPT).min(command.saturating_sub(1));
    work.tx.prepare_cached("DELETE FROM undo WHERE save <= ?1")?.execute(params![int(gone)])?;
    if let Some(undone) = undoes {
        let sql = "UPDATE undo SET undone_by = ?1 WHERE command = ?2";
        work.tx.prepare_cached(sql)?.execute(params![int(command), int(undone)])?;
    }
    Ok(())
}

/// A record is forgotten, and what was done to it with it.
pub(crate) fn forget(work: &Work<'_>, record: RecordId) -> Result<(), StoreError> {
    work.tx.prepare_cached("DELETE FROM undo WHERE record = ?1")?.execute(params![record.0])?;
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
        self.read(|db| list(db, include_str!("undo/newest.sql"), named_params! { ":limit": commands }))
    }

    /// The saves of the command that a save is of.
    pub fn saves_with(&self, save: u64) -> Result<Vec<UndoItem>, StoreError> {
        let sql = "SELECT * FROM undo WHERE command = (SELECT command FROM undo WHERE save = ?1) ORDER BY save";
        self.read(|db| list(db, sql, params![int(save)]))
    }

    /// The undos that this phone saved on a record after a save.
    pub fn undos_on(&self, record: RecordId, after: u64) -> Result<Vec<UndoItem>, StoreError> {
        let sql = "SELECT * FROM undo WHERE record = ?1 AND save > ?2 AND undoes IS NOT NULL ORDER BY save";
        self.read(|db| list(db, sql, params![record.0, int(after)]))
    }
}
