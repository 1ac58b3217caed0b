//! A city's real cases, played to their end and counted twice.
//!
//! Owns which table and how many cases it holds. Refuses to play and to count: `cargo xtask replay` does. Invariant: a case less,
//! a figure that differs, or no figure at all is a failure.

use super::{PATIENCE, words};
use crate::child::{self, Echo};
use crate::report::Row;
use crate::test_all::judge;
use std::path::Path;

/// The table, and its cases.
const TABLE: (&str, u64) = ("data/events/boston311_2011H2.csv.gz", 58_251);
/// Seconds that it may take, with the build for release of what plays it.
const BUDGET: u64 = 720;

/// Every case is played, and every figure is that of the table alone.
pub fn played(folder: &Path, echo: Echo) -> std::io::Result<Row> {
    let name = "real cases";
    let (table, cases) = TABLE;
    let file = folder.join(table);
    if !file.is_file() {
        return Ok(Row::failed(name, format!("{} is not there", file.display())));
    }
    let outcome = child::run(&words(&["cargo", "xtask", "replay", &file.to_string_lossy(), "--json"]), PATIENCE, echo)?;
    let told = judge::last_object(&outcome.lines).unwrap_or_default();
    let count = |key: &str| told.get(key).and_then(serde_json::Value::as_u64);
    let row = match (count("cases"), count("figures"), count("disagreements")) {
        (Some(played), Some(figures), Some(0)) if played == cases && figures > 0 => {
            Row { passed: figures, ..Row::passed(name) }
        }
        (Some(played), _, Some(differ)) => {
            Row::failed(name, format!("{played} of {cases} cases were counted, {differ} figures differ"))
        }
        _ => Row::failed(name, "nothing was counted".to_owned()),
    };
    Ok(Row { budget: BUDGET, seconds: outcome.seconds, ..row })
}
