//! The store on embedded SQLite: one connection that writes, some that read.
//!
//! Owns connections, the lock on the folder, migrations, transactions, and SQLite's words for every statement, in the
//! folder beside it. Refuses to know what is written. Invariant: `synchronous=FULL` unless a test asks for less, so that
//! a receipt once given survives a power loss.

use super::cell::{Cell, Row};
use super::statement::{Misnamed, Statement, read_statements};
use super::{Facts, Hint, Job, Store, Tx};
use crate::error::{Result, ServerError};
use crate::limits;
use crate::rate::Pace;
use gridwalk_model::codec::Malformed;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DeviceId;
use gridwalk_model::time::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, OptionalExtension as _, ToSql, params, params_from_iter};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

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
const NEWEST_SCHEMA: u32 = 15;

/// SQLite's words, one file a noun.
const STATEMENTS: &[&str] = &[
    include_str!("sqlite/account.sql"),
    include_str!("sqlite/audience.sql"),
    include_str!("sqlite/audit.sql"),
    include_str!("sqlite/divergence.sql"),
    include_str!("sqlite/erasure.sql"),
    include_str!("sqlite/fact.sql"),
    include_str!("sqlite/import.sql"),
    include_str!("sqlite/inbox.sql"),
    include_str!("sqlite/journal.sql"),
    include_str!("sqlite/login.sql"),
    include_str!("sqlite/month_lock.sql"),
    include_str!("sqlite/oidc.sql"),
    include_str!("sqlite/print.sql"),
    include_str!("sqlite/planned.sql"),
    include_str!("sqlite/poster.sql"),
    include_str!("sqlite/right.sql"),
    include_str!("sqlite/space.sql"),
    include_str!("sqlite/state.sql"),
    include_str!("sqlite/unit.sql"),
];

/// SQLite in a folder.
pub struct Sqlite {
    path: PathBuf,
    statements: Vec<&'static str>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    nonces: Mutex<Nonces>,
    hints: broadcast::Sender<Hint>,
    _lock: File,
}

/// What requests used up, in a file that nobody else has open.
struct Nonces {
    db: Connection,
    /// When each device was last heard, and what of that stands in the file.
    heard: HashMap<DeviceId, (i64, i64)>,
    /// Up to when they were forgotten.
    forgotten_s: i64,
}

/// A transaction, or a snapshot; rolled back unless it was committed.
struct SqlTx<'c> {
    connection: &'c Connection,
    statements: &'c [&'static str],
    /// What it has run already, by the statement's place: looked up by its words once a transaction, not once a call.
    held: RefCell<Vec<Option<CachedStatement<'c>>>>,
}

struct SqlRow<'r, 's>(&'r rusqlite::Row<'s>);

/// A cell on its way into a statement.
struct Bound<'a>(Cell<'a>);

impl From<rusqlite::Error> for ServerError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase};
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::DiskFull,
            Some(DatabaseCorrupt | NotADatabase) => Self::Corrupt(error.to_string()),
            _ => Self::Database(Box::new(error)),
        }
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Null => ValueRef::Null,
            Cell::Int(n) => ValueRef::Integer(n),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Row for SqlRow<'_, '_> {
    fn cell(&self, at: usize) -> Result<Cell<'_>> {
        let wrong = ServerError::Stored(Malformed::Shape);
        Ok(match self.0.get_ref(at)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(n) => Cell::Int(n),
            ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).map_err(|_| wrong)?),
            ValueRef::Blob(bytes) => Cell::Bytes(bytes),
            ValueRef::Real(_) => return Err(wrong),
        })
    }
}

impl<'c> SqlTx<'c> {
    fn begin(connection: &'c Connection, statements: &'c [&'static str], words: &str) -> Result<Self> {
        connection.prepare_cached(words)?.execute([])?;
        Ok(Self { connection, statements, held: RefCell::default() })
    }

    fn commit(self) -> Result<()> {
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    /// Runs a job with a statement; one that is asked for again meanwhile is another one.
    fn with<T>(&self, statement: Statement, job: impl FnOnce(&mut CachedStatement<'c>) -> Result<T>) -> Result<T> {
        let at = statement as usize;
        let held = self.held.borrow_mut().get_mut(at).and_then(Option::take);
        let mut prepared = match held {
            Some(prepared) => prepared,
            None => self.connection.prepare_cached(self.statements.get(at).copied().unwrap_or_default())?,
        };
        let done = job(&mut prepared);
        let mut held = self.held.borrow_mut();
        if held.is_empty() {
            held.resize_with(self.statements.len(), || None);
        }
        if let Some(place) = held.get_mut(at) {
            *place = Some(prepared);
        }
        done
    }
}

impl Drop for SqlTx<'_> {
    fn drop(&mut self) {
        if !self.connection.is_autocommit() {
            // What fails here, the next transaction on this connection tells.
            let _failed = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl Tx for SqlTx<'_> {
    fn rows(
        &self,
        statement: Statement,
        with: &[Cell<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<bool>,
    ) -> Result<()> {
        self.with(statement, |prepared| {
            let mut rows = prepared.query(params_from_iter(with.iter().copied().map(Bound)))?;
            while let Some(row) = rows.next()? {
                if !each(&SqlRow(row))? {
                    break;
                }
            }
            Ok(())
        })
    }

    fn run(&self, statement: Statement, with: &[Cell<'_>]) -> Result<u64> {
        self.with(statement, |prepared| Ok(prepared.execute(params_from_iter(with.iter().copied().map(Bound)))? as u64))
    }

    fn part(&self, job: Job<'_>) -> Result<()> {
        self.connection.prepare_cached("SAVEPOINT part")?.execute([])?;
        let done = job(self);
        if done.is_err() {
            self.connection.prepare_cached("ROLLBACK TO part")?.execute([])?;
        }
        self.connection.prepare_cached("RELEASE part")?.execute([])?;
        done
    }
}

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
        let statements = read_statements(STATEMENTS).map_err(|Misnamed(name)| ServerError::Database(name.into()))?;
        let mut writer = connect(&path, OpenFlags::default())?;
        if !fresh && let Some(found) = integrity(&writer, false)? {
            return Err(ServerError::Corrupt(found));
        }
        migrate(&mut writer)?;
        if !durable {
            writer.execute_batch("PRAGMA synchronous = OFF")?;
        }
        let nonces = open_nonces(&folder.join(NONCES))?;
        let (hints, _) = broadcast::channel(limits::EVENTS_WAITING_MAX);
        Ok(Self {
            path,
            statements,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            nonces: Mutex::new(Nonces { db: nonces, heard: HashMap::new(), forgotten_s: 0 }),
            hints,
            _lock: lock,
        })
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

/// Opens the file of nonces; one that is spoilt is made anew, for what stood in it matters for minutes, and without it no
/// request is answered.
fn open_nonces(path: &Path) -> Result<Connection> {
    let open = || {
        let nonces = Connection::open(path)?;
        nonces.execute_batch(include_str!("sqlite/nonces.sql"))?;
        integrity(&nonces, false)?.map_or(Ok(nonces), |found| Err(ServerError::Corrupt(found)))
    };
    let found = match open() {
        Err(ServerError::Corrupt(found)) => found,
        other => return other,
    };
    tracing::error!(found, "the file of nonces is spoilt and made anew");
    let spoilt = Connection::open(path)?;
    spoilt.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, true)?;
    spoilt.execute_batch("VACUUM")?;
    spoilt.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, false)?;
    drop(spoilt);
    open()
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

fn keep_heard(nonces: &Connection, device: DeviceId, at_s: i64) -> Result<()> {
    let words = include_str!("sqlite/heard_put.sql");
    nonces.prepare_cached(words)?.execute(params![&device.0[..], at_s])?;
    Ok(())
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(256);
    // Without it, statements that sort are prepared anew each time their parameters are cleared.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        connection.execute_batch(include_str!("sqlite/open.sql"))?;
    }
    connection.execute_batch("PRAGMA cache_size = -65536; PRAGMA foreign_keys = ON;")?;
    Ok(connection)
}

fn integrity(connection: &Connection, whole: bool) -> Result<Option<String>> {
    let check = if whole { "PRAGMA integrity_check(1)" } else { "PRAGMA quick_check(1)" };
    let found: String = connection.query_row(check, [], |row| row.get(0))?;
    Ok((found != "ok").then_some(found))
}

fn schema(connection: &Connection) -> Result<u32> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// All steps and the notes that they were taken are one transaction. One by one, refinery commits a step before its note,
/// and a file whose power went in between would never open again.
fn migrate(connection: &mut Connection) -> Result<()> {
    match schema(connection)? {
        found if found > NEWEST_SCHEMA => return Err(ServerError::TooNew),
        // refinery panics over a note that it cannot read: none is read where nothing is due.
        NEWEST_SCHEMA => return Ok(()),
        _ => {}
    }
    migrations::migrations::runner()
        .set_grouped(true)
        .run(connection)
        .map_err(|e| ServerError::Migration(Box::new(e)))?;
    connection.pragma_update(None, "user_version", NEWEST_SCHEMA)?;
    Ok(())
}

impl Store for Sqlite {
    fn write(&self, job: Job<'_>) -> Result<()> {
        let writer = lock(&self.writer);
        let tx = SqlTx::begin(&writer, &self.statements, "BEGIN IMMEDIATE")?;
        job(&tx)?;
        tx.commit()
    }

    fn read(&self, job: Job<'_>) -> Result<()> {
        let reader = self.reader()?;
        let tx = SqlTx::begin(&reader, &self.statements, "BEGIN")?;
        let done = job(&tx);
        tx.commit()?;
        self.give_back(reader);
        done
    }

    fn use_nonce(&self, device: DeviceId, nonce: &str, created_s: i64, forget_before_s: i64) -> Result<bool> {
        let mut nonces = lock(&self.nonces);
        let Nonces { db, heard, forgotten_s } = &mut *nonces;
        if *forgotten_s + limits::NONCES_FORGOTTEN_EACH_S <= forget_before_s {
            db.prepare_cached("DELETE FROM nonce WHERE created_s < ?")?.execute([forget_before_s])?;
            let all_back_ms = forget_before_s.saturating_mul(1000);
            db.prepare_cached("DELETE FROM turn WHERE back_at_ms < ?")?.execute([all_back_ms])?;
            *forgotten_s = forget_before_s;
        }
        let mut put = db.prepare_cached("INSERT OR IGNORE INTO nonce (device, nonce, created_s) VALUES (?, ?, ?)")?;
        let fresh = put.execute(params![&device.0[..], nonce, created_s])? == 1;
        let (latest_s, kept_s) = heard.entry(device).or_insert((i64::MIN, i64::MIN));
        *latest_s = created_s.max(*latest_s);
        if kept_s.saturating_add(limits::HEARD_S) <= *latest_s {
            keep_heard(db, device, *latest_s)?;
            *kept_s = *latest_s;
        }
        Ok(fresh)
    }

    fn take_turn(&self, of: Hash, now: Timestamp, pace: Pace) -> Result<Option<i64>> {
        let nonces = lock(&self.nonces);
        let whole_ms = pace.burst.saturating_mul(pace.every_ms);
        let mut get = nonces.db.prepare_cached("SELECT back_at_ms FROM turn WHERE whose = ?")?;
        let kept: Option<i64> = get.query_row([&of.0[..]], |row| row.get(0)).optional()?;
        // A clock that was set back must not lock anybody out for longer than all turns take to come back.
        let back_ms = kept.unwrap_or(now.0).clamp(now.0, now.0.saturating_add(whole_ms));
        let next_ms = back_ms.saturating_add(pace.every_ms);
        let over_ms = next_ms.saturating_sub(now.0).saturating_sub(whole_ms);
        if over_ms > 0 {
            return Ok(Some(over_ms));
        }
        nonces.db.prepare_cached(include_str!("sqlite/turn_put.sql"))?.execute(params![&of.0[..], next_ms])?;
        Ok(None)
    }

    fn heard(&self) -> Result<Vec<(DeviceId, Timestamp)>> {
        let nonces = lock(&self.nonces);
        let mut get = nonces.db.prepare_cached("SELECT device, at_s FROM heard ORDER BY device")?;
        let row = |row: &rusqlite::Row<'_>| {
            let (device, kept_s): (Vec<u8>, i64) = (row.get(0)?, row.get(1)?);
            let device = DeviceId::from_slice(&device).unwrap_or_default();
            let at_s = nonces.heard.get(&device).map_or(kept_s, |(latest_s, _)| kept_s.max(*latest_s));
            Ok((device, Timestamp(at_s.saturating_mul(1000))))
        };
        Ok(get.query_map([], row)?.collect::<Result<_, _>>()?)
    }

    fn tell(&self, hint: Hint) {
        // Nobody listens: nothing to say.
        let _unheard = self.hints.send(hint);
    }

    fn listen(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    fn checkpoint(&self) -> Result<()> {
        lock(&self.readers).clear();
        let mut nonces = lock(&self.nonces);
        let Nonces { db, heard, .. } = &mut *nonces;
        for (device, (latest_s, kept_s)) in heard.iter_mut().filter(|(_, (latest_s, kept_s))| latest_s != kept_s) {
            keep_heard(db, *device, *latest_s)?;
            *kept_s = *latest_s;
        }
        drop(nonces);
        lock(&self.writer).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn write_anew(&self) -> Result<()> {
        lock(&self.readers).clear();
        let writer = lock(&self.writer);
        writer.execute_batch("VACUUM")?;
        let busy: bool = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy {
            return Err(ServerError::InUse);
        }
        // SQLite does not wait until the log is cut off on the disk: after a loss of power it would stand there as it was.
        // One more commit, of the file's first page alone, is waited for, and the cut with it.
        Ok(writer.pragma_update(None, "user_version", NEWEST_SCHEMA)?)
    }

    fn check(&self, whole: bool) -> Result<Option<String>> {
        let reader = self.reader()?;
        let found = integrity(&reader, whole);
        self.give_back(reader);
        found
    }

    fn back_up(&self, to: &Path) -> Result<()> {
        let reader = self.reader()?;
        let mut target = Connection::open(to)?;
        let backup = rusqlite::backup::Backup::new(&reader, &mut target)?;
        backup.run_to_completion(i32::MAX, Duration::ZERO, None)?;
        drop(backup);
        self.give_back(reader);
        drop(target);
        integrity(&Connection::open(to)?, true)?.map_or(Ok(()), |found| Err(ServerError::Corrupt(found)))
    }

    fn facts(&self) -> Result<Facts> {
        let reader = self.reader()?;
        let schema = schema(&reader);
        self.give_back(reader);
        let files = [DATABASE, "gridwalk.db-wal", NONCES, "nonces.db-wal"];
        let bytes = |name: &&str| std::fs::metadata(self.path.with_file_name(name)).map_or(0, |m| m.len());
        let bytes = files.iter().map(bytes).sum();
        Ok(Facts { engine: format!("SQLite {}", rusqlite::version()), schema: schema?, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the planner must use of each statement that runs for every change or row; a walk along a whole space grows
    /// with the county.
    const PLANS: [(Statement, &str); 15] = [
        (Statement::ErasureOf, "PRIMARY KEY (space=? AND replica=? AND seq=? AND mark=?)"),
        (Statement::ErasuresOfDevice, "erasure_device (space=? AND device=? AND pos>?)"),
        (Statement::InboxUnadmitted, "inbox_unadmitted (space=? AND record=?)"),
        (Statement::ImportRow, "PRIMARY KEY (source=? AND key=?)"),
        (Statement::ImportRowsOf, "import_row_record (record=?"),
        (Statement::Audience, "audience_record (space=? AND record=?)"),
        (Statement::AudienceTail, "audience_pos (space=? AND key=? AND pos>?)"),
        (Statement::AudienceBackfill, "PRIMARY KEY (space=? AND key=? AND record>?)"),
        (Statement::JournalOf, "journal_record (space=? AND record=?)"),
        (Statement::JournalAfter, "PRIMARY KEY (space=? AND pos>?)"),
        (Statement::Inbox, "PRIMARY KEY (space=? AND replica=? AND seq=?)"),
        (Statement::FirstOf, "PRIMARY KEY (space=? AND replica=? AND seq=? AND mark=?)"),
        (Statement::NamesOf, "name_first (space=? AND first_replica=? AND first_seq=?)"),
        (Statement::QuarantinedSteps, "inbox_quarantined (space=? AND replica=? AND record=?)"),
        (Statement::StatesAfter, "PRIMARY KEY (space=? AND record>?)"),
    ];

    fn sqlite() -> (tempfile::TempDir, Sqlite) {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(folder.path(), true, false).unwrap();
        (folder, sqlite)
    }

    #[test]
    fn every_statement_has_its_words_with_the_parameters_and_columns_of_its_line() {
        let (_folder, sqlite) = sqlite();
        let db = lock(&sqlite.writer);
        for statement in Statement::ALL {
            let prepared = db.prepare(sqlite.statements[*statement as usize]).unwrap();
            assert_eq!(prepared.parameter_count(), statement.takes().len(), "{statement:?}");
            assert_eq!(prepared.column_count(), statement.gives().len(), "{statement:?}");
        }
    }

    #[test]
    fn statements_that_run_often_walk_along_an_index() {
        let (_folder, sqlite) = sqlite();
        let db = lock(&sqlite.writer);
        for (statement, wanted) in PLANS {
            let text = sqlite.statements[statement as usize];
            let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
            let nulls = vec![rusqlite::types::Null; explain.parameter_count()];
            let rows = explain.query_map(params_from_iter(nulls), |row| row.get::<_, String>(3)).unwrap();
            let plan: Vec<String> = rows.map(Result::unwrap).collect();
            assert!(plan[0].contains(wanted), "{plan:?} is not {wanted}");
        }
    }

    #[test]
    fn turns_are_taken_at_a_pace_and_outlive_a_restart() {
        let (folder, sqlite) = sqlite();
        let (ann, bob) = (Hash([1; 32]), Hash([2; 32]));
        let pace = Pace { burst: 3, every_ms: 1000 };
        let at = |ms: i64| Timestamp(1_700_000_000_000 + ms);
        for now in 0..3 {
            assert_eq!(sqlite.take_turn(ann, at(now), pace).unwrap(), None);
        }
        assert_eq!(sqlite.take_turn(ann, at(10), pace).unwrap(), Some(990));
        assert_eq!(sqlite.take_turn(bob, at(10), pace).unwrap(), None, "others have turns of their own");
        sqlite.checkpoint().unwrap();
        drop(sqlite);
        let sqlite = Sqlite::open(folder.path(), false, false).unwrap();
        assert_eq!(sqlite.take_turn(ann, at(20), pace).unwrap(), Some(980));
        assert_eq!(sqlite.take_turn(ann, at(1000), pace).unwrap(), None, "one came back");
        assert!(sqlite.take_turn(ann, at(1001), pace).unwrap().is_some());
        for _ in 0..3 {
            assert_eq!(sqlite.take_turn(ann, at(60_000), pace).unwrap(), None, "all came back, and no more than all");
        }
        assert_eq!(sqlite.take_turn(ann, at(60_000), pace).unwrap(), Some(1000));
        assert!(sqlite.take_turn(ann, at(0), pace).unwrap().is_some_and(|ms| ms <= 1000), "a clock set back");
    }

    #[test]
    fn a_server_that_starts_again_knows_nonces_and_whom_it_heard() {
        let (folder, sqlite) = sqlite();
        let device = DeviceId([5; 16]);
        assert!(sqlite.use_nonce(device, "a", 100, 0).unwrap() && sqlite.use_nonce(device, "b", 130, 0).unwrap());
        sqlite.checkpoint().unwrap();
        drop(sqlite);
        let sqlite = Sqlite::open(folder.path(), false, false).unwrap();
        assert!(!sqlite.use_nonce(device, "a", 100, 0).unwrap());
        assert_eq!(sqlite.heard().unwrap(), [(device, Timestamp(130_000))]);
    }
}
