//! The store on embedded SQLite: one connection that writes, some that read.
//!
//! Owns connections, the lock on the folder, migrations and transactions; the nouns stand in the modules below.
//! Refuses to know what is written. Invariant: `synchronous=FULL` unless a test asks for less, so that a receipt
//! once given survives a power loss.

mod account;
mod audience;
mod cell;
mod inbox;
mod journal;
mod right;
mod space;
mod state;
mod unit;

use super::{Job, Store};
use crate::error::{Result, ServerError};
use crate::limits;
use gridwalk_model::id::DeviceId;
use gridwalk_model::time::Timestamp;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

mod migrations {
    //! The schema's steps, in the order of their numbers. Owns nothing but their list, refuses to run them; a step once
    //! released is never edited.

    refinery::embed_migrations!("migrations/sqlite");
}

/// Name of the database in the server's folder.
pub const DATABASE: &str = "gridwalk.db";
/// Name of the file whose lock says that a process has the folder.
pub const LOCK: &str = "gridwalk.lock";
const NONCES: &str = "nonces.db";
const NEWEST_SCHEMA: i64 = 1;

/// SQLite in a folder.
pub struct Sqlite {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    nonces: Mutex<Connection>,
    _lock: File,
}

/// A transaction, or a snapshot.
pub(super) struct SqlTx<'c>(pub(super) &'c Connection);

impl Sqlite {
    /// Opens the database in a folder, made and migrated if need be. `fresh`: there must be none yet; else there must.
    /// `durable`: a commit waits for the disk.
    pub fn open(folder: &Path, fresh: bool, durable: bool) -> Result<Self> {
        let path = folder.join(DATABASE);
        if !fresh && !path.exists() {
            return Err(ServerError::NotInitialised);
        }
        make_folder(folder)?;
        let lock = File::create(folder.join(LOCK))?;
        lock.try_lock().map_err(|e| match e {
            std::fs::TryLockError::WouldBlock => ServerError::InUse,
            std::fs::TryLockError::Error(e) => ServerError::File(e),
        })?;
        if fresh && path.exists() {
            return Err(ServerError::AlreadyInitialised);
        }
        let mut writer = connect(&path, OpenFlags::default())?;
        if !fresh && let Some(found) = quick_check(&writer)? {
            return Err(ServerError::Corrupt(found));
        }
        migrate(&mut writer)?;
        if !durable {
            writer.execute_batch("PRAGMA synchronous = OFF")?;
        }
        let nonces = Connection::open(folder.join(NONCES))?;
        nonces.execute_batch(include_str!("sqlite/nonces.sql"))?;
        Ok(Self {
            path,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            nonces: Mutex::new(nonces),
            _lock: lock,
        })
    }

    /// Copies the whole database into a file, while others go on.
    pub fn back_up(&self, to: &Path) -> Result<()> {
        let reader = self.reader()?;
        let mut target = Connection::open(to)?;
        let backup = rusqlite::backup::Backup::new(&reader, &mut target)?;
        backup.run_to_completion(i32::MAX, Duration::ZERO, None)?;
        drop(backup);
        self.give_back(reader);
        Ok(())
    }

    fn reader(&self) -> Result<Connection> {
        let waiting = lock(&self.readers).pop();
        waiting.map_or_else(|| connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY), Ok)
    }

    fn give_back(&self, reader: Connection) {
        let mut readers = lock(&self.readers);
        if readers.len() < limits::READERS_MAX {
            readers.push(reader);
        }
    }
}

/// The folder holds keys and people's data: nobody but its owner may look into it.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(128);
    if !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        connection.execute_batch(include_str!("sqlite/open.sql"))?;
    }
    connection.execute_batch("PRAGMA cache_size = -65536; PRAGMA foreign_keys = ON;")?;
    Ok(connection)
}

fn quick_check(connection: &Connection) -> Result<Option<String>> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((found != "ok").then_some(found))
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > NEWEST_SCHEMA {
        return Err(ServerError::TooNew);
    }
    migrations::migrations::runner().run(connection).map_err(|e| ServerError::Migration(Box::new(e)))?;
    connection.pragma_update(None, "user_version", NEWEST_SCHEMA)?;
    Ok(())
}

impl Store for Sqlite {
    fn write(&self, job: Job<'_>) -> Result<()> {
        let mut writer = lock(&self.writer);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        job(&SqlTx(&transaction))?;
        transaction.commit()?;
        Ok(())
    }

    fn read(&self, job: Job<'_>) -> Result<()> {
        let mut reader = self.reader()?;
        let transaction = reader.transaction_with_behavior(TransactionBehavior::Deferred)?;
        let done = job(&SqlTx(&transaction));
        transaction.finish()?;
        self.give_back(reader);
        done
    }

    fn use_nonce(&self, device: DeviceId, nonce: &str, created_s: i64, forget_before_s: i64) -> Result<bool> {
        let nonces = lock(&self.nonces);
        nonces.prepare_cached("DELETE FROM nonce WHERE created_s < ?")?.execute([forget_before_s])?;
        nonces.prepare_cached(include_str!("sqlite/heard_put.sql"))?.execute(params![&device.0[..], created_s])?;
        let mut put =
            nonces.prepare_cached("INSERT OR IGNORE INTO nonce (device, nonce, created_s) VALUES (?, ?, ?)")?;
        Ok(put.execute(params![&device.0[..], nonce, created_s])? == 1)
    }

    fn heard(&self) -> Result<Vec<(DeviceId, Timestamp)>> {
        let nonces = lock(&self.nonces);
        let mut get = nonces.prepare_cached("SELECT device, at_s FROM heard ORDER BY device")?;
        let row = |row: &rusqlite::Row<'_>| {
            let at_s: i64 = row.get(1)?;
            Ok((DeviceId(cell::b16(row, 0)?), Timestamp(at_s.saturating_mul(1000))))
        };
        Ok(get.query_map([], row)?.collect::<Result<_, _>>()?)
    }

    fn checkpoint(&self) -> Result<()> {
        lock(&self.readers).clear();
        lock(&self.writer).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn check(&self) -> Result<Option<String>> {
        let reader = self.reader()?;
        let found = quick_check(&reader);
        self.give_back(reader);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the planner must use of each statement that runs for every change or row; a walk along a whole space grows
    /// with the county.
    const PLANS: [(&str, &str); 10] = [
        (include_str!("sqlite/audience.sql"), "audience_record (space=? AND record=?)"),
        (include_str!("sqlite/audience_tail.sql"), "audience_pos (space=? AND key=? AND pos>?)"),
        (include_str!("sqlite/audience_backfill.sql"), "PRIMARY KEY (space=? AND key=? AND record>?)"),
        (include_str!("sqlite/journal_of.sql"), "journal_record (space=? AND record=?)"),
        (include_str!("sqlite/journal_after.sql"), "PRIMARY KEY (space=? AND pos>?)"),
        (include_str!("sqlite/inbox.sql"), "PRIMARY KEY (space=? AND replica=? AND seq=?)"),
        (include_str!("sqlite/first_of.sql"), "PRIMARY KEY (space=? AND replica=? AND seq=? AND mark=?)"),
        (include_str!("sqlite/names_of.sql"), "name_first (space=? AND first_replica=? AND first_seq=?)"),
        (include_str!("sqlite/quarantined_steps.sql"), "inbox_quarantined (space=? AND replica=? AND record=?)"),
        (include_str!("sqlite/states_after.sql"), "PRIMARY KEY (space=? AND record>?)"),
    ];

    #[test]
    fn statements_that_run_often_walk_along_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(folder.path(), true, false).unwrap();
        let db = lock(&sqlite.writer);
        for (statement, wanted) in PLANS {
            let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let nulls = vec![rusqlite::types::Null; explain.parameter_count()];
            let rows = explain.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3)).unwrap();
            let plan: Vec<String> = rows.map(Result::unwrap).collect();
            assert!(plan[0].contains(wanted), "{plan:?} is not {wanted}");
        }
    }
}
