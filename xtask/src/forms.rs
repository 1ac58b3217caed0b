//! `forms check`: a folder of real forms against what reference programs say of them.
//!
//! Owns the counting. Refuses to know which forms are right: the folder says it. Invariant: what is not the same is
//! named, and the exit code is 0 only if all is the same.

mod canonical;
mod expression;
mod message;
mod recorded;
mod scenario;
pub mod workbooks;

use clap::Subcommand;
use serde_json::json;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What of forms is done.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Imports every workbook of a folder and compares with the XForm or the refusal beside it; reckons recorded
    /// expressions and replays recorded fills.
    Check {
        /// The folder: `corpus`, `pyxform-cases` and their like in it.
        folder: PathBuf,
        /// Ends with the counts as JSON.
        #[arg(long)]
        json: bool,
        /// Only cases whose name has this in it, with all that differs.
        #[arg(long)]
        only: Option<String>,
    },
    /// Writes for every accepted workbook the reference converter's XForm and ours, as `Walk.java` compares them.
    Pairs {
        /// The folder, as of `check`.
        folder: PathBuf,
        /// Where they are written.
        out: PathBuf,
    },
}

/// How many of how many agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The same.
    pub agreed: usize,
    /// All.
    pub total: usize,
}

impl Count {
    /// Counts one more.
    pub fn add(&mut self, agreed: bool) {
        self.total += 1;
        self.agreed += usize::from(agreed);
    }

    fn json(self) -> serde_json::Value {
        json!({ "agreed": self.agreed, "total": self.total })
    }
}

/// What came of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Workbooks: the same verdict and, of accepted ones, the same XForm.
    pub workbooks: Count,
    /// Of these, the verdict alone.
    pub verdicts: Count,
    /// Of accepted ones, the XForm alone.
    pub xforms: Count,
    /// Refusals that name the sheet, the row and the column.
    pub refusals: Count,
    /// XForms that were read and written again as they were.
    pub round_trips: Count,
    /// Expressions that give what was recorded.
    pub expressions: Count,
    /// Steps of fills, the opening among them, after which all undisputed observations are as recorded.
    pub steps: Count,
    /// Each difference.
    pub differences: Vec<String>,
}

/// Runs the verb.
pub fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    match &arguments.verb {
        Verb::Check { folder, json, only } => check(folder, *json, only.as_deref()),
        Verb::Pairs { folder, out } => {
            std::fs::create_dir_all(out)?;
            let written = workbooks::write_pairs(folder, out)?;
            writeln!(io::stdout(), "{written} pairs")?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(folder: &Path, json: bool, only: Option<&str>) -> io::Result<ExitCode> {
    let mut report = workbooks::check(folder, only)?;
    recorded::check(folder, only, &mut report)?;
    let mut out = io::stdout().lock();
    for difference in &report.differences {
        writeln!(out, "{difference}")?;
    }
    for (name, count) in [
        ("workbooks", report.workbooks),
        ("  verdicts", report.verdicts),
        ("  xforms", report.xforms),
        ("refusals", report.refusals),
        ("round trips", report.round_trips),
        ("expressions", report.expressions),
        ("steps", report.steps),
    ] {
        writeln!(out, "{name:12} {:5} of {:5}", count.agreed, count.total)?;
    }
    if json {
        let counts = json!({
            "workbooks": report.workbooks.json(),
            "refusals": report.refusals.json(),
            "expressions": report.expressions.json(),
            "steps": report.steps.json(),
        });
        writeln!(out, "{counts}")?;
    }
    let whole = [report.workbooks, report.refusals, report.expressions, report.steps]
        .iter()
        .all(|count| count.agreed == count.total);
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
