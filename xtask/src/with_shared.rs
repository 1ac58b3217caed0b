//! `cargo xtask with-shared`: the checks that need material from outside the project.
//!
//! Owns the one place that knows the environment variable `GRIDWALK_SHARED`. Refuses to copy anything out of that folder.
//! Invariant: the product and all other tests run without it; where it is absent this verb says so and skips.

mod cases;
mod forms;
mod round_trip;
mod year;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use crate::child::{self, Echo, Ended};
use crate::report::{Report, Row};
use crate::test_all::{self, judge};

/// The environment variable that names the folder.
const VARIABLE: &str = "GRIDWALK_SHARED";
/// Seconds that the checks may take together, with a target folder that `cargo test-all` has warmed.
const WHOLE_BUDGET: u64 = 1200;
/// Seconds of the merge histories.
const VECTORS_BUDGET: u64 = 60;
/// Seconds of the import.
const UNITS_BUDGET: u64 = 120;
/// Seconds of the changes of a year.
const YEAR_BUDGET: u64 = 60;
/// A check is ended when it has taken this long, seconds.
const PATIENCE: u64 = 2 * WHOLE_BUDGET;
/// The real table of a prefecture, and how many units of each level it holds.
const REAL_TABLE: (&str, &[(&str, u64)]) =
    ("data/admin/lianyungang_320700.csv", &[("county", 7), ("township", 109), ("village", 1782)]);
/// A county of that table, for which the server's folder is made.
const REAL_COUNTY: &str = "320703";

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
        report.add(real_units(&folder, echo)?);
        report.add(real_year(&folder, echo)?);
        report.add(year::applied(&folder, echo)?);
        report.add(forms::agreed(&folder, echo)?);
        report.add(round_trip::alike(&folder, arguments.require_all, echo)?);
        report.add(cases::played(&folder, echo)?);
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
    let outcome = child::run(&command, PATIENCE, echo)?;
    let count = |key: &str| judge::last_object(&outcome.lines).and_then(|object| object.get(key)?.as_u64());
    let (agreed, total) = (count("agreed"), count("total"));
    let row = if agreed == Some(histories) && total == Some(histories) && histories > 0 {
        Row { passed: histories, ..Row::passed(name) }
    } else {
        let told = |number: Option<u64>| number.map_or_else(|| "nothing".to_owned(), |number| number.to_string());
        Row::failed(name, format!("{} agreed of {} told, {histories} in the file", told(agreed), told(total)))
    };
    Ok(Row { budget: VECTORS_BUDGET, seconds: outcome.seconds, ..row })
}

/// A real table of divisions must go into a fresh server whole.
fn real_units(folder: &Path, echo: Echo) -> std::io::Result<Row> {
    let name = "real units";
    let (table, expected) = REAL_TABLE;
    let file = folder.join(table);
    if !file.is_file() {
        return Ok(Row::failed(name, format!("{} is not there", file.display())));
    }
    let scratch = tempfile::tempdir()?;
    let home = scratch.path().join("server");
    let (file, home) = (file.to_string_lossy(), home.to_string_lossy());
    let server = ["cargo", "run", "--quiet", "--package", "gridwalk-server", "--bin", "gridwalk-server", "--"];
    let init = ["init", "--folder", &home, "--county", REAL_COUNTY, "--admin", "checker", "--json"];
    let import = ["import", "--folder", &home, "units", &file, "--json"];
    let mut seconds = 0.0;
    let mut told = None;
    for verb in [&init[..], &import[..]] {
        let outcome = child::run(&words(&[&server[..], verb].concat()), PATIENCE, echo)?;
        seconds += outcome.seconds;
        if !matches!(outcome.ended, Ended::Itself(status) if status.success()) {
            let row = Row::failed(name, format!("gridwalk-server {} did not end well", verb.join(" ")));
            return Ok(Row { budget: UNITS_BUDGET, seconds, ..row });
        }
        told = judge::last_object(&outcome.lines);
    }
    let told = told.map(Value::Object).unwrap_or_default();
    let faults: Vec<String> = expected.iter().filter_map(|(level, count)| miscounted(&told, level, *count)).collect();
    let row = Row { passed: (expected.len() - faults.len()) as u64, failed: faults.len() as u64, ..Row::passed(name) };
    Ok(Row { faults, budget: UNITS_BUDGET, seconds, ..row })
}

/// The changes of a real year must be understood: the test that skips itself without the folder, with it.
fn real_year(folder: &Path, echo: Echo) -> std::io::Result<Row> {
    let name = "real year";
    let variable = format!("{VARIABLE}={}", folder.display());
    let test = ["cargo", "test", "--quiet", "--package", "gridwalk-model", "--lib", "edition::tests::a_real_year"];
    let outcome = child::run(&words(&[&["env", &variable], &test[..]].concat()), PATIENCE, echo)?;
    let ran = outcome.lines.iter().any(|line| line.contains("1 passed"));
    let row = match outcome.ended {
        Ended::Itself(status) if status.success() && ran => Row { passed: 1, ..Row::passed(name) },
        _ => Row::failed(name, "the changes of a year were not understood".to_owned()),
    };
    Ok(Row { budget: YEAR_BUDGET, seconds: outcome.seconds, ..row })
}

/// Says what is wrong with the count of a level; nothing when it is right.
fn miscounted(told: &Value, level: &str, count: u64) -> Option<String> {
    match number(told, level) {
        Some(found) if found == count => None,
        Some(found) => Some(format!("{found} of level {level} instead of {count}")),
        None => Some(format!("the import tells no number of level {level}")),
    }
}

/// The number under a key, at whatever depth it first stands.
fn number(told: &Value, key: &str) -> Option<u64> {
    let inside = told.as_object()?;
    inside.get(key).and_then(Value::as_u64).or_else(|| inside.values().find_map(|value| number(value, key)))
}

fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_are_found_wherever_they_stand_and_checked() {
        let told = json!({ "spaces": 8, "units": { "county": 7, "village": 1781 } });
        assert_eq!(miscounted(&told, "county", 7), None);
        assert_eq!(miscounted(&told, "village", 1782).as_deref(), Some("1781 of level village instead of 1782"));
        assert!(miscounted(&told, "township", 109).is_some());
    }
}
