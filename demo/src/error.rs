//! Why the demo stopped.
//!
//! Owns the joining of what the parts report. Refuses words in other languages: whoever sees one of these mends the
//! program or the machine. Invariant: a server's own sentence is passed on as it is.

use gridwalk_app::AppError;
use gridwalk_server::ServerError;

/// What ends a run before its time.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The server's program could not be built.
    #[error("the server could not be built: {0}")]
    Build(String),
    /// A verb of the server's program failed, with its own sentence.
    #[error("gridwalk-server {verb}: {said}")]
    Verb {
        /// The verb.
        verb: String,
        /// What it said.
        said: String,
    },
    /// The server did not come up, or went away.
    #[error("the server did not start: {0}")]
    NotServing(String),
    /// A phone failed.
    #[error("the phone of {login} failed ({})", .source.code())]
    Phone {
        /// Whose.
        login: String,
        /// How.
        #[source]
        source: AppError,
    },
    /// The server's folder could not be read for the comparison.
    #[error("the server's folder cannot be compared")]
    Folder(#[from] ServerError),
    /// The table of the county lacks what the demo needs.
    #[error("the table of the county has too few villages")]
    Table,
    /// Files or the terminal.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What most functions of the demo give.
pub type Result<T> = std::result::Result<T, DemoError>;

impl DemoError {
    /// The whole chain in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(next) = cause {
            let said = next.to_string();
            if !text.ends_with(&said) {
                text = format!("{text}: {said}");
            }
            cause = next.source();
        }
        text
    }
}
