//! `cargo xtask with-shared`: the checks that need material from outside the project.
//!
//! Owns the one place that knows the environment variable `GRIDWALK_SHARED`. Refuses to copy anything out of that folder.
//! Invariant: the product and all other tests run without it; where it is absent this verb says so and skips.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::child::{self, Echo};
use crate::report::{Report, Row};
use crate::test_all::{self, judge};

/// The environment variable that names the folder.
const VARIABLE: &str = "GRIDWALK_SHARED";
/// Seconds that the checks may take together.
const WHOLE_BUDGET: u64 = 240;

/// What a person may ask of the run.
#[derive(clap::Args)]
pub struct Arguments {
    /// Fails, instead of skipping, where the folder is absent.
    #[arg(long)]
    require_all: bool,
    /// Ends with one JSON object on standard output; all else goes to standard error.
    #[arg(long)]
    json: bool,
}

/// Runs the checks and prints the table.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let echo = if arguments.json { Echo::Err } else { Echo::Out };
    let folder = folder();
    let mut report = Report::default();
    if folder.is_dir() {
        report.add(vectors(&folder, echo)?);
    } else {
        let why = format!("{} is not a folder; set {VARIABLE} to where the material lies", folder.display());
        child::say(echo, &format!("with-shared: {why}"))?;
        let mut row = Row::skipped("with-shared", why);
        if arguments.require_all {
            row.insist(&[]);
        }
        report.add(row);
    }
    test_all::close(&report, WHOLE_BUDGET, arguments.json)?;
    Ok(report.exit_code())
}

/// The folder of the material: the variable's, else `../shared` beside the workspace.
fn folder() -> PathBuf {
    std::env::var_os(VARIABLE).map_or_else(|| child::workspace().join("../shared"), PathBuf::from)
}

/// All merge histories must fold to what they expect.
fn vectors(folder: &Path, echo: Echo) -> std::io::Result<Row> {
    let name = "merge vectors";
    let file = folder.join("vectors/merge.jsonl");
    let Ok(opened) = std::fs::File::open(&file) else {
        return Ok(Row::failed(name, format!("{} is not there", file.display())));
    };
    let mut histories = 0_u64;
    for line in BufReader::new(opened).lines() {
        histories += u64::from(!line?.trim().is_empty());
    }
    let command = words(&["cargo", "xtask", "merge", "check", &file.to_string_lossy(), "--json"]);
    let outcome = child::run(&command, 3 * WHOLE_BUDGET, echo)?;
    let count = |key: &str| judge::last_object(&outcome.lines).and_then(|object| object.get(key)?.as_u64());
    let (agreed, total) = (count("agreed"), count("total"));
    let row = if agreed == Some(histories) && total == Some(histories) && histories > 0 {
        Row { passed: histories, ..Row::passed(name) }
    } else {
        let told = |number: Option<u64>| number.map_or_else(|| "nothing".to_owned(), |number| number.to_string());
        Row::failed(name, format!("{} agreed of {} told, {histories} in the file", told(agreed), told(total)))
    };
    Ok(Row { budget: 120, seconds: outcome.seconds, ..row })
}

fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|word| (*word).to_owned()).collect()
}
