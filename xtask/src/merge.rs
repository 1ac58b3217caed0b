//! `cargo xtask merge check FILE`: folds histories written as JSON with the model's own fold and view.
//!
//! Owns the reading of such files and the comparison with what they expect. Refuses to know a merge rule: fold,
//! prediction and view are those of `gridwalk-model`. Invariant: the last line printed is `{"agreed":N,"total":N}`.

mod difference;
mod names;
mod public;
mod vector;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What `cargo xtask merge` takes.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Folds the histories of a file and compares states and views with what the file expects.
    Check {
        /// Histories, one JSON object on a line.
        file: PathBuf,
        /// Prints mismatches as JSON, one on a line.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the verb; exit code 0 only if all histories agree.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let Verb::Check { file, json } = &arguments.verb;
    match check(file, *json, &mut std::io::stdout().lock()) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(CheckError::Output(fault)) => Err(fault),
        Err(fault) => {
            writeln!(std::io::stderr(), "error: {fault}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Why a file of histories cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is no history.
    #[error("{path}, line {line}{id}: {reason}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// The history's name, where it is known.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file holds no history.
    #[error("{0} holds no history")]
    Empty(PathBuf),
    /// The result cannot be written.
    #[error("the result cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

/// Checks every history of a file; `true` if all agree.
pub fn check(path: &Path, as_json: bool, out: &mut impl Write) -> Result<bool, CheckError> {
    let text = std::fs::read_to_string(path).map_err(|source| CheckError::File { path: path.into(), source })?;
    let (mut agreed, mut total) = (0_u64, 0_u64);
    for (line, content) in (1..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty()) {
        let at = |id: String, reason: String| CheckError::Line { path: path.into(), line, id, reason };
        let json: Json = serde_json::from_str(content).map_err(|e| at(String::new(), format!("not JSON: {e}")))?;
        let id = json.get("id").and_then(Json::as_str).unwrap_or("?").to_owned();
        let named = || format!(" ({id})");
        let vector = vector::Vector::read(json).map_err(|e| at(named(), e))?;
        let mismatch = vector.mismatch().map_err(|e| at(named(), e))?;
        total += 1;
        match mismatch {
            None => agreed += 1,
            Some(d) if as_json => {
                let row = json!({"line": line, "id": id, "at": d.at, "expected": d.expected, "found": d.found});
                writeln!(out, "{row}")?;
            }
            Some(d) => {
                writeln!(out, "line {line}, {id} ({}): differs at {}", vector.note(), d.at)?;
                writeln!(out, "    expected {}", d.expected.as_ref().map_or("nothing".into(), Json::to_string))?;
                writeln!(out, "    found    {}", d.found.as_ref().map_or("nothing".into(), Json::to_string))?;
            }
        }
    }
    if total == 0 {
        return Err(CheckError::Empty(path.into()));
    }
    writeln!(out, "{}", json!({"agreed": agreed, "total": total}))?;
    Ok(agreed == total)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONCURRENT: &str = include_str!("merge/concurrent.jsonl");

    fn run(text: &str, as_json: bool) -> (Result<bool, CheckError>, String) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut out = Vec::new();
        let result = check(file.path(), as_json, &mut out);
        (result, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_history_that_agrees() {
        let (result, out) = run(CONCURRENT, false);
        assert!(result.unwrap(), "{out}");
        assert_eq!(out, "{\"agreed\":2,\"total\":2}\n");
    }

    #[test]
    fn a_wrong_expectation_is_shown_with_its_place() {
        let (result, out) = run(&CONCURRENT.replace(r#""at_odds":["y","x"]"#, r#""at_odds":[]"#), false);
        assert!(!result.unwrap());
        assert!(out.contains("differs at expected_view.rA.fields.f.at_odds[0]"), "{out}");
        assert!(out.ends_with("{\"agreed\":1,\"total\":2}\n"), "{out}");
        let (_, out) = run(&CONCURRENT.replace(r#""replaced":null,"v":"y""#, r#""replaced":"x","v":"y""#), true);
        assert!(out.starts_with(r#"{"line":1,"id":"two","at":"expected_state.rA.fields.f[1].replaced""#), "{out}");
    }

    #[test]
    fn a_bad_line_is_named() {
        let said = |text: &str| run(text, false).0.unwrap_err().to_string();
        assert!(said("{").contains("line 1: not JSON"), "{}", said("{"));
        assert!(said("\n\n").ends_with("holds no history"));
        let unnamed = CONCURRENT.replacen(r#""id":"b1""#, r#""id":"7""#, 1);
        assert!(
            said(&unnamed).ends_with("line 1 (two): changes[1]: \"7\" is no name of a change"),
            "{}",
            said(&unnamed)
        );
        let no_field = CONCURRENT.replacen(r#""f":"f","op""#, r#""op""#, 1);
        assert!(said(&no_field).ends_with("changes[0]: operation 0 (put) lacks \"f\""), "{}", said(&no_field));
        let lost = check(Path::new("no/such/file"), false, &mut Vec::new()).unwrap_err().to_string();
        assert!(lost.starts_with("no/such/file cannot be read"), "{lost}");
    }
}
