//! The server's tables: nouns as functions of a transaction, over a contract so small that another database can be put
//! under the same handlers.
//!
//! Owns what a database must do, and the nouns built on it. Refuses to know rights, folding and HTTP; and every SQL word:
//! those stand in the folder of each database. Invariant: everything that happens in one `write` is committed whole or
//! not at all, one `read` is one snapshot, and a handler cannot tell which database is below it.
//!
//! A second database is one file that implements [`Store`], [`Tx`] and [`cell::Row`], a folder with its words for every
//! [`Statement`], and one line in the contract's tests. Orders are those of bytes, texts included.

mod account;
mod audience;
mod audit;
pub mod cell;
mod divergence;
mod erasure;
pub mod fact;
pub mod import;
mod inbox;
mod journal;
mod login;
pub mod month_lock;
mod moves;
mod oidc;
mod planned;
mod poster;
pub mod print;
mod right;
pub mod row;
mod space;
pub mod sqlite;
mod state;
pub mod statement;
pub mod tracks;
mod unit;

use crate::error::Result;
use crate::rate::Pace;
pub use audience::SeenRow;
use cell::{Cell, Row};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, SpaceId};
use gridwalk_model::time::Timestamp;
pub use row::{
    AccountRow, AudienceRow, AuditHeadRow, AuditRow, ChainedRow, DeviceRow, DivergenceRow, EntryKind, ErasureRow,
    FrameRow, GrantRow, InboxRow, JoinedRow, JournalRow, PlannedRow, PosterRow, SessionId, SessionRow, SpaceRow,
    StateRow, UnitRow,
};
pub use statement::Statement;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::broadcast;

/// What runs inside a transaction.
pub type Job<'j> = &'j mut dyn FnMut(&dyn Tx) -> Result<()>;

/// What listeners are told after a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// Something was committed in this space.
    Space(SpaceId),
    /// What this account sees has changed.
    Rights(AccountId),
}

/// What a database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its name and version.
    pub engine: String,
    /// The newest step of the schema that it has taken.
    pub schema: u32,
    /// What it takes on its disk, bytes.
    pub bytes: u64,
}

/// A database.
pub trait Store: Send + Sync {
    /// Runs a job in a transaction that writes, as if no other ran beside it; an error rolls back. A database that lets
    /// several write at once may run the job again when two were in each other's way: only its last run counts.
    fn write(&self, job: Job<'_>) -> Result<()>;
    /// Runs a job on one snapshot, once.
    fn read(&self, job: Job<'_>) -> Result<()>;
    /// Remembers a nonce until it is too old to matter; false if it was used before. Of many at once one succeeds.
    fn use_nonce(&self, device: DeviceId, nonce: &str, created_s: i64, forget_before_s: i64) -> Result<bool>;
    /// Takes a turn at a pace; how many milliseconds to wait if there is none now. Of many at once no more than the pace's
    /// burst succeed.
    fn take_turn(&self, of: Hash, now: Timestamp, pace: Pace) -> Result<Option<i64>>;
    /// When each device was last heard, as far as is known.
    fn heard(&self) -> Result<Vec<(DeviceId, Timestamp)>>;
    /// Tells whoever listens, in every process on this database. Only a hint: it may get lost.
    fn tell(&self, hint: Hint);
    /// Listens.
    fn listen(&self) -> broadcast::Receiver<Hint>;
    /// Writes everything to where it stays, as before a stop.
    fn checkpoint(&self) -> Result<()>;
    /// Writes everything anew, so that nothing that was taken out or overwritten is left in any file of the database.
    fn write_anew(&self) -> Result<()>;
    /// What the database finds wrong with itself, `None` if nothing; `whole` looks at every page and index.
    fn check(&self, whole: bool) -> Result<Option<String>>;
    /// Copies everything into a file, while others go on, and checks the copy.
    fn back_up(&self, to: &Path) -> Result<()>;
    /// What it says of itself.
    fn facts(&self) -> Result<Facts>;
}

/// A transaction, or a snapshot. What can be asked of it are the nouns: its own functions in the modules below.
pub trait Tx {
    /// Runs a statement and shows each row that it gives, in order, until `false` says that it is enough.
    fn rows(
        &self,
        statement: Statement,
        with: &[Cell<'_>],
        row: &mut dyn FnMut(&dyn Row) -> Result<bool>,
    ) -> Result<()>;
    /// Runs a statement that gives no rows; how many it wrote.
    fn run(&self, statement: Statement, with: &[Cell<'_>]) -> Result<u64>;
    /// Runs a part that is kept whole or undone whole, while the transaction goes on; gives back the part's error.
    fn part(&self, job: Job<'_>) -> Result<()>;
}

/// The cells of a statement.
macro_rules! cells {
    ($($cell:expr),* $(,)?) => { &[$($crate::store::cell::Cell::from($cell)),*] };
}
use cells;

impl dyn Tx + '_ {
    /// The first row of a statement.
    fn one<T>(
        &self,
        statement: Statement,
        with: &[Cell<'_>],
        read: impl Fn(&dyn Row) -> Result<T>,
    ) -> Result<Option<T>> {
        debug_assert!(statement.is_called_right(with), "{statement:?}");
        let mut found = None;
        self.rows(statement, with, &mut |row| {
            found = Some(read(row)?);
            Ok(false)
        })?;
        Ok(found)
    }

    /// All rows of a statement.
    fn all<T>(&self, statement: Statement, with: &[Cell<'_>], read: impl Fn(&dyn Row) -> Result<T>) -> Result<Vec<T>> {
        debug_assert!(statement.is_called_right(with), "{statement:?}");
        let mut found = Vec::new();
        self.rows(statement, with, &mut |row| {
            found.push(read(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// Runs a statement that writes.
    fn put(&self, statement: Statement, with: &[Cell<'_>]) -> Result<()> {
        debug_assert!(statement.is_called_right(with), "{statement:?}");
        self.run(statement, with)?;
        Ok(())
    }
}

/// Opens the database of a folder, made and migrated if need be. `fresh`: there must be none yet; else there must.
/// `durable`: a commit waits for the disk. The one place that says which database it is.
pub fn open(folder: &Path, fresh: bool, durable: bool) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(sqlite::Sqlite::open(folder, fresh, durable)?))
}
