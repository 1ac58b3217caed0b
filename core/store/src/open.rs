//! Opening the database: settings, schema, and the mark that tells a restored copy from the original.
//!
//! Owns what happens before the first statement. Refuses to open what a later release wrote. Invariant: a file whose
//! mark is not the keystore's gets a new replica id before anything is saved.

#[cfg(feature = "encrypted")]
mod encrypt;

use crate::column::int;
use crate::error::StoreError;
use crate::key::DatabaseKey;
use crate::picture::Folder;
use crate::store::{Durability, Store};
use crate::{replica, row};
use gridwalk_model::ReplicaId;
use gridwalk_model::limits::DATABASE_BUSY_MS_MAX;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

refinery::embed_migrations!("migrations");

/// What every connection is set to: whatever is compared with the store is set to the same.
#[doc(hidden)]
pub const SETTINGS: &str = include_str!("open/settings.sql");

/// The newest schema that this release knows.
pub(crate) const SCHEMA_NEWEST: i64 = 15;

/// What every database in the clear begins with.
const CLEAR: &[u8; 16] = b"SQLite format 3\0";

/// The ending of a copy that is being encrypted.
const SEALING: &str = ".sealing";

/// A file beside the database, of its name with this ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Removes a file; it may not be there.
fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(StoreError::File(e)),
        _ => Ok(()),
    }
}

/// Removes a database with its log.
fn remove_with_log(path: &Path) -> Result<(), StoreError> {
    ["", "-wal", "-shm", "-journal"].into_iter().try_for_each(|ending| remove(&beside(path, ending)))
}

/// Where new ids come from.
pub trait Fresh: Send {
    /// Sixteen bytes that were never given out before.
    fn id(&mut self) -> [u8; 16];
}

impl<F: FnMut() -> [u8; 16] + Send> Fresh for F {
    fn id(&mut self) -> [u8; 16] {
        self()
    }
}

/// The mark that the platform's keystore holds for this database; renewed at each start. After [`Store::open`] the
/// caller writes `next` into the keystore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaMark {
    /// What the keystore holds now; `None` on a new phone.
    pub held: Option<[u8; 16]>,
    /// What it will hold from now on.
    pub next: [u8; 16],
}

/// How to open.
pub struct OpenOptions {
    /// The key of an encrypted database.
    pub key: Option<DatabaseKey>,
    /// The keystore's mark.
    pub mark: ReplicaMark,
    /// Where new replica ids come from.
    pub fresh: Box<dyn Fresh>,
    /// Told (done, total) while views are built again.
    pub progress: Option<Box<dyn FnMut(u64, u64)>>,
}

impl OpenOptions {
    /// Without encryption and progress.
    pub fn new(mark: ReplicaMark, fresh: impl Fresh + 'static) -> Self {
        Self { key: None, mark, fresh: Box::new(fresh), progress: None }
    }
}

/// Has SQLCipher set itself up once, before any thread goes on. SQLite says that it is ready, and lets other threads in, before it
/// calls what SQLCipher sets itself up with: whoever told a key in between was told that the key was empty.
#[cfg(feature = "encrypted")]
fn set_up() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| drop(Connection::open_in_memory()));
}

/// A connection with the settings that all share, told of the key before anything else.
pub(crate) fn connect(path: &Path, key: Option<&DatabaseKey>) -> Result<Connection, StoreError> {
    #[cfg(feature = "encrypted")]
    set_up();
    let connection = Connection::open(path)?;
    if let Some(key) = key {
        key.tell(&connection)?;
    }
    connection.busy_timeout(Duration::from_millis(DATABASE_BUSY_MS_MAX))?;
    connection.set_prepared_statement_cache_capacity(128);
    // Without it, statements that sort are prepared anew each time their parameters are cleared.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(SETTINGS)?;
    Ok(connection)
}

/// The first connection: whether the key fits shows here.
#[cfg(feature = "encrypted")]
fn connect_first(path: &Path, key: Option<&DatabaseKey>) -> Result<Connection, StoreError> {
    let Some(key) = key else { return connect(path, None) };
    let first = encrypt::encrypt_clear(path, key).and_then(|()| connect(path, Some(key)));
    first.map_err(|e| if matches!(e, StoreError::NotADatabase) { StoreError::KeyDoesNotFit } else { e })
}

/// The first connection: no file is made where a key could not be kept to.
#[cfg(not(feature = "encrypted"))]
fn connect_first(path: &Path, key: Option<&DatabaseKey>) -> Result<Connection, StoreError> {
    if key.is_some() { Err(StoreError::EncryptionUnavailable) } else { connect(path, None) }
}

/// Brings the schema up to date: all steps and the notes that they were taken in one transaction. One by one, refinery
/// commits a step before its note, and a file whose power went in between would never open again.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let history = "SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    if connection.query_row(history, [], |_| Ok(())).optional()?.is_some() {
        let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
        let found: i64 = connection.query_row(newest, [], |r| r.get(0))?;
        if found > SCHEMA_NEWEST {
            return Err(StoreError::NewerSchema { found, known: SCHEMA_NEWEST });
        }
        if found == SCHEMA_NEWEST {
            return Ok(());
        }
        // refinery panics over a note that it cannot read.
        let spoilt: i64 = connection.query_row(include_str!("open/spoilt.sql"), [], |r| r.get(0))?;
        if spoilt > 0 {
            return Err(StoreError::Damaged);
        }
    }
    migrations::runner().set_grouped(true).run(connection).map_err(|e| StoreError::Migration(Box::new(e)))?;
    Ok(())
}

impl Store {
    /// Whether a file is there that does not begin as a database in the clear does.
    pub fn is_encrypted(path: &Path) -> Result<bool, StoreError> {
        let mut head = [0; CLEAR.len()];
        match File::open(path).and_then(|mut file| file.read_exact(&mut head)) {
            Ok(()) => Ok(head != *CLEAR),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof) => Ok(false),
            Err(e) => Err(StoreError::File(e)),
        }
    }

    /// Removes a database that is closed, and what stands beside it: pictures, log, and a copy that was begun under a key.
    pub fn remove(path: &Path) -> Result<(), StoreError> {
        Folder::remove(path)?;
        remove_with_log(path)?;
        remove_with_log(&beside(path, SEALING))
    }

    /// Opens the database, makes it if it is not there, and brings schema and views up to date.
    pub fn open(path: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        let mut connection = connect_first(path, options.key.as_ref())?;
        migrate(&mut connection)?;
        let store = Self::with(path, options.key, connection, options.fresh);
        store.write(Durability::Full, |work| {
            let held = "SELECT mark, mark_before FROM meta";
            let marks = work.tx.query_row(held, [], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
            let marks: Option<([u8; 16], Option<[u8; 16]>)> = marks;
            match marks {
                None => {
                    let replica = ReplicaId(work.fresh.id());
                    let insert = "INSERT INTO meta (one, replica, mark, saves, row_version) VALUES (1, ?1, ?2, 0, ?3)";
                    work.tx.execute(insert, params![replica.0, options.mark.next, int(0)])?;
                }
                Some((mark, before)) => {
                    let known = options.mark.held.is_some_and(|held| held == mark || Some(held) == before);
                    if !known {
                        replica::renew(work)?;
                    }
                    let update = "UPDATE meta SET mark_before = ?1, mark = ?2";
                    work.tx.execute(update, params![options.mark.held, options.mark.next])?;
                }
            }
            Ok(())
        })?;
        store.seal_pictures()?;
        let mut progress = options.progress;
        if row::is_stale(&store)? {
            store.rebuild_views(|done, total| {
                if let Some(tell) = progress.as_mut() {
                    tell(done, total);
                }
            })?;
        }
        store.meet_those_held()?;
        Ok(store)
    }
}
