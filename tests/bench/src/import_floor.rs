//! The floor of an import: the same lines written by hand with rusqlite, into plain tables that refer to each other.
//!
//! Owns four tables with their unique keys and indices. Refuses to keep history, to check or to remember where a row came
//! from. Invariant: settings are those of the phone's store; as many lines go to a durable transaction as are asked for.

use crate::fault::Fault;
use rusqlite::{Connection, ToSql, TransactionBehavior};
use std::path::Path;

const IMPORTED: &str = "
CREATE TABLE building (id INTEGER PRIMARY KEY, grid TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (grid, name));
CREATE TABLE dwelling (id INTEGER PRIMARY KEY, building INTEGER NOT NULL, entrance TEXT, number TEXT, floor INTEGER,
    UNIQUE (building, entrance, number));
CREATE TABLE household (id INTEGER PRIMARY KEY, dwelling INTEGER NOT NULL, head TEXT, UNIQUE (dwelling, head));
CREATE TABLE resident (id INTEGER PRIMARY KEY, household INTEGER NOT NULL, name TEXT, sex TEXT, birth TEXT,
    id_number TEXT UNIQUE, phone TEXT, relation TEXT, education TEXT, marital TEXT, note TEXT);
CREATE INDEX resident_household ON resident (household);
CREATE INDEX resident_name ON resident (name);
CREATE INDEX resident_phone ON resident (phone);";
const BUILDING: &str =
    "INSERT INTO building (grid, name) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id";
const DWELLING: &str = "INSERT INTO dwelling (building, entrance, number, floor) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET floor = excluded.floor RETURNING id";
const HOUSEHOLD: &str = "INSERT INTO household (dwelling, head) VALUES (?1, ?2)
    ON CONFLICT DO UPDATE SET head = excluded.head RETURNING id";
const PERSON: &str = "INSERT OR IGNORE INTO resident VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// Writes lines of an imported table into plain rows that refer to each other, so many lines to a durable transaction:
/// grid, building, entrance, floor, door, head, then nine cells of a resident.
pub fn import(path: &Path, rows: &[Vec<String>], lines: usize) -> Result<(), Fault> {
    let mut connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(gridwalk_store::SETTINGS)?;
    connection.execute_batch(IMPORTED)?;
    for chunk in rows.chunks(lines) {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for row in chunk {
            let key = |words: &str, with: &[&dyn ToSql]| -> Result<i64, Fault> {
                Ok(tx.prepare_cached(words)?.query_row(with, |row| row.get(0))?)
            };
            let [grid, building, entrance, floor, door, head, person @ ..] = row.as_slice() else { continue };
            let building = key(BUILDING, &[grid, building])?;
            let dwelling = key(DWELLING, &[&building, entrance, door, floor])?;
            let household = key(HOUSEHOLD, &[&dwelling, head])?;
            let mut with: Vec<&dyn ToSql> = vec![&household];
            with.extend(person.iter().map(|cell| cell as &dyn ToSql));
            tx.prepare_cached(PERSON)?.execute(with.as_slice())?;
        }
        tx.commit()?;
    }
    Ok(())
}
