//! What can go wrong with the store.
//!
//! Owns the mapping of SQLite's codes. Refuses to hold anything that a person typed. Invariant: every failure that a
//! shell must tell apart is a variant of its own.

use gridwalk_model::codec::Malformed;
use rusqlite::ErrorCode;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is no database, or is damaged beyond opening.
    #[error("open the file: it is not a database")]
    NotADatabase,
    /// A later release of the app wrote the file.
    #[error("open the database: its schema {found} is newer than {known}")]
    NewerSchema {
        /// Version in the file.
        found: i64,
        /// Newest version that this release knows.
        known: i64,
    },
    /// No room is left on the device.
    #[error("write: no space is left on the device")]
    Full,
    /// Another process holds the file.
    #[error("write: another process holds the database")]
    Busy,
    /// A key was given, and this build has no encryption.
    #[error("open the database: this build cannot encrypt")]
    EncryptionUnavailable,
    /// The key does not open the file: it is another one's, or the file is damaged.
    #[error("open the database: the key does not fit")]
    KeyDoesNotFit,
    /// A file beside the database could not be read, written or renamed.
    #[error("use the database's folder")]
    File(#[source] std::io::Error),
    /// A stored state does not agree with its checksum, or cannot be read.
    #[error("read a stored record: its bytes are damaged")]
    Damaged,
    /// The change breaks a rule of its format or a limit.
    #[error("make the change")]
    Malformed(#[from] Malformed),
    /// No such draft, save or record stands here.
    #[error("find what was asked for")]
    NotFound,
    /// The file's schema could not be brought up to date.
    #[error("bring the schema up to date")]
    Migration(#[source] Box<refinery::Error>),
    /// Anything else that SQLite says.
    #[error("ask the database")]
    Sqlite(#[source] rusqlite::Error),
}

impl StoreError {
    /// Whether trying again later may help.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Full)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::NotADatabase,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Sqlite(error),
        }
    }
}
