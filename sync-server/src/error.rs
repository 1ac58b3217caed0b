//! Why the server could not do something.
//!
//! Owns the one error enum of the crate and its codes. Refuses to hold prose for people: the binary owns the words.
//! Invariant: a `Problem` inside is a decided answer; everything else is a fault.

use gridwalk_model::codec::Malformed;
use gridwalk_sync::{Problem, ProblemCode};

/// The crate's result.
pub type Result<T, E = ServerError> = std::result::Result<T, E>;

/// Why the server could not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// A decided answer to a request.
    #[error("answer a request")]
    Problem(Box<Problem>),
    /// Another process has the folder.
    #[error("lock the folder")]
    InUse,
    /// The folder holds no server's database yet.
    #[error("find a database in the folder")]
    NotInitialised,
    /// The folder holds a database already.
    #[error("make a database where one is")]
    AlreadyInitialised,
    /// The database's pages are damaged; the text is SQLite's own finding.
    #[error("read a damaged database: {0}")]
    Corrupt(String),
    /// The database was written by a later version.
    #[error("read a database of a later version")]
    TooNew,
    /// The disk is full or nearly so.
    #[error("write to a full disk")]
    DiskFull,
    /// No such thing; the text names its kind.
    #[error("find {0}")]
    NotFound(&'static str),
    /// The domain says no; the text is its stable code.
    #[error("do what is refused: {0}")]
    Refused(&'static str),
    /// What is stored does not decode.
    #[error("decode what is stored")]
    Stored(#[from] Malformed),
    /// The database.
    #[error("use the database")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A migration.
    #[error("migrate the database")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The numbers for Prometheus.
    #[error("count")]
    Metrics(#[source] prometheus::Error),
    /// A key or a certificate.
    #[error("make or use a certificate")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file.
    #[error("use a file")]
    File(#[from] std::io::Error),
    /// A task was cut off.
    #[error("finish a task")]
    Cut,
}

impl ServerError {
    /// Whether the database or the machine is at fault, and not what was asked.
    pub const fn is_fault(&self) -> bool {
        !matches!(self, Self::Problem(_) | Self::NotFound(_) | Self::Refused(_) | Self::Stored(_))
    }

    /// Stable code, for words and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Problem(_) => "problem",
            Self::InUse => "in_use",
            Self::NotInitialised => "not_initialised",
            Self::AlreadyInitialised => "already_initialised",
            Self::Corrupt(_) => "corrupt",
            Self::TooNew => "too_new",
            Self::DiskFull => "disk_full",
            Self::NotFound(_) => "not_found",
            Self::Refused(code) => code,
            Self::Stored(_) => "stored",
            Self::Database(_) => "sql",
            Self::Migration(_) => "migration",
            Self::Metrics(_) => "metrics",
            Self::Tls(_) => "tls",
            Self::File(_) => "file",
            Self::Cut => "cut",
        }
    }
}

impl From<Problem> for ServerError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// A problem as an error.
pub fn problem(code: ProblemCode, detail: &str) -> ServerError {
    Problem::new(code, detail).into()
}
