//! The store: one writer, readers beside it, and the one way to write.
//!
//! Owns connections and transactions. Refuses to know what is written. Invariant: whatever touched a record has its
//! view rebuilt in the same transaction, or nothing of it happened.

use crate::count::Counted;
use crate::error::StoreError;
use crate::key::DatabaseKey;
use crate::open::{self, Fresh};
use crate::own::JustSaved;
use crate::packed::Vocabularies;
use crate::picture::Folder;
use crate::planted::Planted;
use crate::row::{self, Ready};
use gridwalk_model::limits::PAGE_BYTES_AIM;
use gridwalk_model::{AccountId, RecordId, SpaceId, State};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pages of the log from which on a commit copies it into the main file, as in the settings.
const LOG_PAGES: i64 = 4096;
/// The same while another thread does so all the time: what is left to a commit is little then, and the log begins anew.
const LOG_PAGES_LONG: i64 = 16_384;

/// A phone's database.
pub struct Store {
    path: PathBuf,
    key: Option<DatabaseKey>,
    folder: Folder,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
    page_bytes_aim: AtomicU64,
    /// Records that a read found damaged, until they are to be told anew.
    damage_seen: Mutex<BTreeSet<RecordId>>,
    /// What states are packed against, as committed: known to whoever packs before there is a transaction.
    vocabularies: Mutex<Vocabularies>,
}

struct Writer {
    connection: Connection,
    fresh: Box<dyn Fresh>,
    planted: Option<Planted>,
    /// What the connection is set to.
    set: Option<Durability>,
    /// Whether its log may grow because another thread empties it.
    log_long: bool,
    counted: Counted,
    #[cfg(feature = "faults")]
    device: Option<Box<dyn crate::fault::Device>>,
}

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// What a person saved: survives a power cut.
    Full,
    /// What can be pulled again.
    Normal,
}

/// One write transaction at work.
pub(crate) struct Work<'a> {
    /// The transaction.
    pub tx: Transaction<'a>,
    /// Where new ids come from.
    pub fresh: &'a mut dyn Fresh,
    /// Records whose view must be built again before the commit.
    pub touched: BTreeSet<RecordId>,
    /// Confirmed states that this transaction stored, so that their views need not read them again.
    pub arrived: BTreeMap<RecordId, Arrived>,
    /// What states of each kind are packed against.
    pub vocabularies: Vocabularies,
    /// What was counted before, and is counted now.
    pub counted: Counted,
    /// Records that were found damaged.
    pub damage_seen: RefCell<BTreeSet<RecordId>>,
    /// Own changes that this transaction saved.
    pub saved: JustSaved,
    /// People whom this transaction's states named so far.
    pub met: BTreeSet<AccountId>,
    planted: Option<Planted>,
}

/// A confirmed state that a transaction stored.
pub(crate) struct Arrived {
    /// Its space.
    pub space: SpaceId,
    /// What its row is made of.
    pub of: Made,
}

/// What a state is good for once it is stored.
pub(crate) enum Made {
    /// Its row, made before the transaction; the state is gone by then.
    Row(Box<Ready>),
    /// The state itself.
    State(Box<State>),
}

impl Work<'_> {
    /// Whether this bug is planted; never without the feature.
    pub fn planted(&self, bug: Planted) -> bool {
        cfg!(feature = "planted") && self.planted == Some(bug)
    }
}

/// Sets whether commits of the writer wait for the disk.
fn wait_as(connection: &Connection, set: &mut Option<Durability>, durability: Durability) -> Result<(), StoreError> {
    if *set != Some(durability) {
        connection.execute_batch(match durability {
            Durability::Full => "PRAGMA synchronous = FULL",
            Durability::Normal => "PRAGMA synchronous = NORMAL",
        })?;
        *set = Some(durability);
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    pub(crate) fn with(path: &Path, key: Option<DatabaseKey>, connection: Connection, fresh: Box<dyn Fresh>) -> Self {
        let writer = Writer {
            connection,
            fresh,
            planted: None,
            set: None,
            log_long: false,
            counted: Counted::default(),
            #[cfg(feature = "faults")]
            device: None,
        };
        let page_bytes_aim = AtomicU64::new(PAGE_BYTES_AIM as u64);
        Self {
            path: path.to_owned(),
            folder: Folder::beside(path, key.as_ref()),
            key,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            page_bytes_aim,
            damage_seen: Mutex::default(),
            vocabularies: Mutex::default(),
        }
    }

    /// The folder of pictures.
    pub(crate) const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Does the work in one transaction, views included, and returns what changed.
    pub(crate) fn write<T>(
        &self,
        durability: Durability,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, BTreeSet<RecordId>), StoreError> {
        let mut writer = lock(&self.writer);
        let Writer {
            connection,
            fresh,
            planted,
            set,
            log_long: _,
            counted,
            #[cfg(feature = "faults")]
            device,
        } = &mut *writer;
        let skipped = cfg!(feature = "planted") && *planted == Some(Planted::FsyncSkipped);
        let durability = if skipped { Durability::Normal } else { durability };
        wait_as(connection, set, durability)?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut at_work = Work {
            tx,
            fresh: fresh.as_mut(),
            touched: BTreeSet::new(),
            arrived: BTreeMap::new(),
            vocabularies: self.vocabularies(),
            damage_seen: RefCell::default(),
            saved: JustSaved::new(),
            met: BTreeSet::new(),
            planted: *planted,
            counted: std::mem::take(counted),
        };
        let result = work(&mut at_work)?;
        let changed = row::refresh(&mut at_work)?;
        let Work { tx, counted: mut after, vocabularies: known, damage_seen, .. } = at_work;
        after.close(&tx)?;
        #[cfg(feature = "faults")]
        if device.as_mut().is_some_and(|device| !device.has_power()) {
            return Err(crate::fault::no_power());
        }
        tx.commit()?;
        #[cfg(feature = "faults")]
        if let Some(device) = device.as_mut().filter(|_| durability == Durability::Full) {
            device.synced();
        }
        *counted = after;
        *lock(&self.vocabularies) = known;
        lock(&self.damage_seen).append(&mut damage_seen.into_inner());
        Ok((result, changed))
    }

    /// What states are packed against.
    pub(crate) fn vocabularies(&self) -> Vocabularies {
        Arc::clone(&lock(&self.vocabularies))
    }

    /// Notes a record that a read found damaged: it is to be told anew.
    pub(crate) fn saw_damage(&self, record: RecordId) {
        lock(&self.damage_seen).insert(record);
    }

    /// Records that were found damaged since they were forgotten here.
    pub(crate) fn damage_seen(&self) -> BTreeSet<RecordId> {
        lock(&self.damage_seen).clone()
    }

    /// These are to be told anew by now.
    pub(crate) fn forget_damage(&self, records: &BTreeSet<RecordId>) {
        lock(&self.damage_seen).retain(|r| !records.contains(r));
    }

    /// How many rows pages have read since the store was opened, to sum them or to verify their checksums: what an idle
    /// phone must not pay for.
    #[doc(hidden)]
    pub fn rows_checked(&self) -> u64 {
        lock(&self.writer).counted.rows
    }

    /// Reads from one snapshot.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let pooled = lock(&self.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open::connect(&self.path, self.key.as_ref())?,
        };
        connection.prepare_cached("BEGIN")?.execute([])?;
        let result = work(&connection);
        // A reader that cannot end its snapshot is closed.
        connection.prepare_cached("COMMIT")?.execute([])?;
        lock(&self.readers).push(connection);
        result
    }

    /// Whether commits leave it to another thread to copy the log into the main file, or do so themselves each time that
    /// it has grown a little.
    pub(crate) fn let_log_grow(&self, long: bool) -> Result<(), StoreError> {
        let mut writer = lock(&self.writer);
        if writer.log_long != long {
            let pages = if long { LOG_PAGES_LONG } else { LOG_PAGES };
            writer.connection.pragma_update(None, "wal_autocheckpoint", pages)?;
            writer.log_long = long;
        }
        Ok(())
    }

    /// Copies what is committed from the log into the main file, as far as nobody is in the way; the writer need not wait
    /// meanwhile.
    pub fn empty_log(&self) -> Result<(), StoreError> {
        let pooled = lock(&self.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open::connect(&self.path, self.key.as_ref())?,
        };
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        lock(&self.readers).push(connection);
        Ok(())
    }

    /// Copies the log into the main file and cuts it off, and waits until the disk has done so; false if somebody was in
    /// the way. SQLite does not wait for the cut: after a loss of power the log would stand there as it was, with all
    /// that was taken out of the file. So one more commit is waited for, of the file's first page, which says nothing.
    pub(crate) fn cut_log(&self) -> Result<bool, StoreError> {
        self.drop_readers();
        let mut writer = lock(&self.writer);
        let Writer { connection, set, .. } = &mut *writer;
        wait_as(connection, set, Durability::Full)?;
        let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        connection.execute_batch("PRAGMA user_version = 0")?;
        Ok(!busy)
    }

    /// Closes idle readers, so that a checkpoint reaches the end of the log.
    pub(crate) fn drop_readers(&self) {
        lock(&self.readers).clear();
    }

    /// The writer's connection outside any transaction: for settings only.
    pub(crate) fn with_writer<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        work(&lock(&self.writer).connection)
    }

    /// Lends the writer's connection, for counting what it executes.
    #[doc(hidden)]
    pub fn lend_writer<T>(&self, borrower: impl FnOnce(&mut Connection) -> T) -> T {
        borrower(&mut lock(&self.writer).connection)
    }

    /// Asks for pages of about so many bytes from now on: smaller ones on a poor line.
    pub fn set_page_bytes_aim(&self, bytes: u64) {
        self.page_bytes_aim.store(bytes, Ordering::Relaxed);
    }

    /// About how many bytes a page should have at most.
    pub fn page_bytes_aim(&self) -> u64 {
        self.page_bytes_aim.load(Ordering::Relaxed)
    }

    /// Allows the file no more than so many pages; how a budget for storage, and a test of a full disk, are kept.
    pub fn limit_pages(&self, pages_max: i64) -> Result<(), StoreError> {
        self.with_writer(|db| Ok(db.query_row(&format!("PRAGMA max_page_count = {pages_max}"), [], |_| Ok(()))?))
    }

    /// Puts a test's device under the database.
    #[cfg(feature = "faults")]
    pub fn stand_on(&self, device: Box<dyn crate::fault::Device>) {
        lock(&self.writer).device = Some(device);
    }

    /// Plants a bug, for the simulator's proof that it finds it.
    #[cfg(feature = "planted")]
    pub fn plant(&self, bug: Planted) -> Result<(), StoreError> {
        let mut writer = lock(&self.writer);
        writer.planted = Some(bug);
        match bug {
            Planted::SeqReused => writer.connection.execute_batch("DROP INDEX IF EXISTS own_change_dot")?,
            Planted::FoldedTwice => writer.connection.execute_batch(crate::predict::FOLDS_TWICE)?,
            _ => {}
        }
        Ok(())
    }
}
