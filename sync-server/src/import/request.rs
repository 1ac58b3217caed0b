//! What is asked of an import, and what it answers.
//!
//! Owns their shapes. Refuses words. Invariant: a report says of every row what became of it, in numbers.

use super::file::FileFault;
use super::mapping::Corrections;
use super::problem::{Problem, Problems};
use super::settle::{Fate, Settled};
use super::target::What;
use crate::error::ServerError;
use gridwalk_model::kind::Kind;
use std::collections::BTreeMap;

/// What is to be imported, and how.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// What the table is of.
    pub what: What,
    /// The file's name.
    pub file: &'a str,
    /// The file.
    pub bytes: &'a [u8],
    /// Code of the unit that it is for.
    pub unit: &'a str,
    /// The sheet, by name or number; none if there is one only.
    pub sheet: Option<&'a str>,
    /// The mapping that is asked for.
    pub map: Option<MapGiven<'a>>,
    /// Corrections of the mapping.
    pub corrections: Corrections,
    /// Whether nothing is to be written.
    pub dry_run: bool,
    /// Whether rows that are blocked are left out and the rest is imported.
    pub skip_blocked: bool,
    /// Whether fields that say something else already are left as they are.
    pub only_empty: bool,
}

/// A mapping that is asked for.
#[derive(Debug, Clone, Copy)]
pub enum MapGiven<'a> {
    /// One that is remembered by this name, or will be.
    Named(&'a str),
    /// The text of a file; it is remembered by the file's name.
    File {
        /// The file's name without its ending.
        name: &'a str,
        /// Its text.
        text: &'a str,
    },
}

/// A column as it was read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ColumnView {
    /// Its letters.
    pub column: String,
    /// Its heading.
    pub heading: String,
    /// The field; empty for one that is left out.
    pub field: String,
}

/// What an import came to, or would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Its number; none of a dry run.
    pub import: Option<i64>,
    /// What the table is of.
    pub what: &'static str,
    /// The file.
    pub file: String,
    /// `xlsx`, `utf-8`, `utf-16` or `gb18030`.
    pub format: &'static str,
    /// The sheet.
    pub sheet: String,
    /// The mapping's name; empty if nobody gave one.
    pub mapping: String,
    /// Whether the mapping was remembered from before.
    pub remembered: bool,
    /// The columns.
    pub columns: Vec<ColumnView>,
    /// Rows with anything in them.
    pub rows: u64,
    /// Rows that stay out.
    pub blocked_rows: u64,
    /// Records that are new, by kind.
    pub created: BTreeMap<&'static str, u64>,
    /// Records in which something is new, by kind.
    pub changed: BTreeMap<&'static str, u64>,
    /// Records that stay as they are.
    pub same: u64,
    /// Records that somebody deleted or moved away.
    pub gone: u64,
    /// Fields that others changed and the table did not: they stay as others wrote them.
    pub kept: u64,
    /// Fields in which table and others differ now, for somebody to decide.
    pub disagreements: u64,
    /// What is wrong or odd, the first of it.
    pub problems: Vec<Problem>,
    /// How many of each code.
    pub problem_counts: BTreeMap<&'static str, u64>,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

impl Report {
    /// Counts an item.
    pub fn count(&mut self, kind: Kind, settled: &Settled) {
        match settled.fate {
            Fate::Created => *self.created.entry(kind.name()).or_default() += 1,
            Fate::Changed => *self.changed.entry(kind.name()).or_default() += 1,
            Fate::Same => self.same += 1,
            Fate::Gone => self.gone += 1,
        }
        self.kept += settled.kept;
        self.disagreements += settled.disagreements;
    }

    /// Takes over the problems of its table.
    pub fn take(&mut self, problems: Problems) {
        self.blocked_rows = problems.blocked_rows;
        self.problems = problems.list;
        self.problem_counts = problems.counts;
    }
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum NotImported {
    /// The file is not read.
    File(FileFault),
    /// Rows are blocked, and nobody said that they may stay out.
    Blocked(Box<Report>),
    /// The server could not.
    Server(ServerError),
}

impl From<ServerError> for NotImported {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

impl From<FileFault> for NotImported {
    fn from(fault: FileFault) -> Self {
        Self::File(fault)
    }
}
