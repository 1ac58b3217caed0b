//! The device under a database, as a test has it in hand.
//!
//! Owns the door only. Refuses to exist in a build without the feature `faults`. Invariant: without power nothing is
//! committed, and nobody is told that it was.

use crate::error::StoreError;
use rusqlite::ffi;

/// The device under a database.
pub trait Device: Send {
    /// Whether there is power for one more commit.
    fn has_power(&mut self) -> bool;
    /// All that was committed so far has reached the disk.
    fn synced(&mut self);
}

/// What a database says when the power goes.
pub(crate) fn no_power() -> StoreError {
    StoreError::Sqlite(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), None))
}
