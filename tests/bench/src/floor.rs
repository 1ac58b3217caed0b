//! The floor: the same residents written by hand with rusqlite, as a plain app without merging would.
//!
//! Owns one table, its indices and its full text. Refuses to merge, sign, keep history or tell who typed what.
//! Invariant: settings, full text and indices are those of the phone's store, but that it leaves it to SQLite how many
//! segments of full text are merged at once; a row is one prepared INSERT.

use crate::fault::Fault;
use crate::generator::{Register, Resident, row_of, state, typed_ms};
use gridwalk_model::Value;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, Transaction, TransactionBehavior, params};
use std::path::Path;

const TABLES: &str = "
CREATE TABLE resident (
    id INTEGER PRIMARY KEY, record BLOB NOT NULL UNIQUE, unit BLOB NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
    sort TEXT NOT NULL, changed_at INTEGER NOT NULL, parent BLOB, name TEXT, sex TEXT, birth INTEGER, id_number TEXT, phone TEXT, relation TEXT,
    education TEXT, marital TEXT, moved_in INTEGER, note TEXT, ethnic TEXT, native_place TEXT, registered_address TEXT,
    living_address TEXT, employer TEXT, occupation TEXT, contact_name TEXT, contact_phone TEXT, vehicle_plate TEXT);
CREATE INDEX resident_kind ON resident (kind, sort, record);
CREATE INDEX resident_unit ON resident (unit, kind, sort, record);
CREATE INDEX resident_status ON resident (kind, status, sort, record);
CREATE INDEX resident_parent ON resident (parent, kind, sort, record);
CREATE INDEX resident_typed ON resident (kind, changed_at, record);
CREATE VIRTUAL TABLE view_search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
CREATE VIRTUAL TABLE view_gram USING fts5 (
    grams, content = '', contentless_delete = 1, detail = none,
    tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\");";
const INSERT: &str = "INSERT INTO resident VALUES (NULL, ?1, ?2, 'resident', '', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
    ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)";
const UPDATE: &str = "UPDATE resident SET phone = ?2, education = ?3, note = ?4, changed_at = ?5 WHERE record = ?1
    RETURNING id";

/// The file with its connection.
pub struct Floor {
    connection: Connection,
}

/// A row as it is written: what full text and sorting need is made ready before, so that only writing is timed.
pub struct Ready {
    resident: Resident,
    sort: String,
    changed_at: i64,
    text: String,
    grams: String,
}

impl Ready {
    /// Makes a resident ready, with these fields in place of its own.
    pub fn with(register: Register, number: usize, instead: &[(&'static str, Value)]) -> Result<Self, Fault> {
        let mut resident = register.resident(number);
        for (name, value) in &mut resident.fields {
            if let Some((_, new)) = instead.iter().find(|(n, _)| n == name) {
                value.clone_from(new);
            }
        }
        let row = row_of(&state(register.change(&resident)?, 1));
        let (text, grams) = gridwalk_store::full_text(&row);
        // What is edited is edited today: after everything that was typed before.
        let changed_at = typed_ms(number) + if instead.is_empty() { 0 } else { 10_000_000_000 };
        Ok(Self { resident, sort: row.sort, changed_at, text, grams })
    }

    /// Makes a resident ready.
    pub fn of(register: Register, number: usize) -> Result<Self, Fault> {
        Self::with(register, number, &[])
    }

    fn field(&self, name: &str) -> Option<Plain<'_>> {
        self.resident.fields.iter().find(|(n, _)| *n == name).map(|(_, value)| Plain(value))
    }
}

/// A value as SQLite takes it.
struct Plain<'a>(&'a Value);

impl ToSql for Plain<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Id(record) => ValueRef::Blob(&record.0),
            _ => ValueRef::Null,
        }))
    }
}

impl Floor {
    /// Makes an empty one with the store's own settings.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let connection = Connection::open(path)?;
        connection.set_prepared_statement_cache_capacity(128);
        connection.execute_batch(gridwalk_store::SETTINGS)?;
        connection.execute_batch(TABLES)?;
        Ok(Self { connection })
    }

    fn transact(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        work(&tx)?;
        Ok(tx.commit()?)
    }

    /// Writes rows in one durable transaction.
    pub fn save(&mut self, rows: &[Ready]) -> Result<(), Fault> {
        self.transact(|tx| {
            let mut insert = tx.prepare_cached(INSERT)?;
            for row in rows {
                let Resident { record, unit, fields, .. } = &row.resident;
                let plain: Vec<Plain<'_>> = fields.iter().map(|(_, value)| Plain(value)).collect();
                let head: [&dyn ToSql; 4] = [&record.0, &unit.0, &row.sort, &row.changed_at];
                let values: Vec<&dyn ToSql> = head.into_iter().chain(plain.iter().map(|p| p as &dyn ToSql)).collect();
                insert.execute(values.as_slice())?;
                index(tx, tx.last_insert_rowid(), row)?;
            }
            Ok(())
        })
    }

    /// Writes three fields of a row that stands here, in one durable transaction.
    pub fn edit(&mut self, row: &Ready) -> Result<(), Fault> {
        self.transact(|tx| {
            let fields = ["phone", "education", "note"].map(|name| row.field(name));
            let changed = params![row.resident.record.0, fields[0], fields[1], fields[2], row.changed_at];
            let key: i64 = tx.prepare_cached(UPDATE)?.query_row(changed, |r| r.get(0))?;
            tx.prepare_cached("DELETE FROM view_search WHERE rowid = ?1")?.execute([key])?;
            tx.prepare_cached("DELETE FROM view_gram WHERE rowid = ?1")?.execute([key])?;
            index(tx, key, row)
        })
    }

    /// How many rows one of its full-text tables finds.
    pub fn count(&self, table: &str, needle: &str) -> Result<u32, Fault> {
        let count = format!("SELECT count(*) FROM {table} WHERE {table} MATCH ?1");
        Ok(self.connection.query_row(&count, [needle], |r| r.get(0))?)
    }

    /// The statements that made its full text.
    pub fn full_text_tables(&self) -> Result<Vec<String>, Fault> {
        let made = "SELECT sql FROM sqlite_schema WHERE name IN ('view_search', 'view_gram') ORDER BY name";
        let mut statement = self.connection.prepare(made)?;
        Ok(statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }
}

fn index(tx: &Transaction<'_>, key: i64, row: &Ready) -> Result<(), Fault> {
    tx.prepare_cached("INSERT INTO view_search (rowid, text) VALUES (?1, ?2)")?.execute(params![key, row.text])?;
    tx.prepare_cached("INSERT INTO view_gram (rowid, grams) VALUES (?1, ?2)")?.execute(params![key, row.grams])?;
    Ok(())
}
