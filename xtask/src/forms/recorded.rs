//! Recorded expressions and fills of a folder, whatever they are called.
//!
//! Owns finding them and the forms that fills name. Refuses to judge. Invariant: what engines disagree about is not
//! counted.

use super::{Report, expression, scenario};
use gridwalk_forms::xform;
use serde_json::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Checks all expressions and fills below a folder.
pub fn check(folder: &Path, only: Option<&str>, report: &mut Report) -> io::Result<()> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    files.sort();
    for file in files {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let text = fs::read_to_string(&file)?;
        if file.extension().is_some_and(|kind| kind == "jsonl") {
            for case in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                one_expression(&case, only, report);
            }
        } else if only.is_none_or(|only| name.contains(only))
            && let Ok(fill) = serde_json::from_str::<Value>(&text)
            && fill["initial"].is_object()
        {
            one_fill(folder, &name, &fill, only.is_some(), report)?;
        }
    }
    Ok(())
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if path.extension().is_some_and(|kind| kind == "json" || kind == "jsonl") {
            files.push(path);
        }
    }
    Ok(())
}

/// A case that says what to expect; one that engines disagree about says what each gave.
fn one_expression(case: &Value, only: Option<&str>, report: &mut Report) {
    let id = case["id"].as_str().unwrap_or("");
    if case["expr"].is_null() || case.get("expected").is_none() || only.is_some_and(|only| !id.contains(only)) {
        return;
    }
    let outcome = expression::check(case);
    report.expressions.add(outcome.is_ok());
    if let Err(given) = outcome {
        report.differences.push(format!("{id}: {} gives {given}, recorded {}", case["expr"], case["expected"]));
    }
}

fn one_fill(folder: &Path, name: &str, fill: &Value, whole: bool, report: &mut Report) -> io::Result<()> {
    let source = fill["xform"].as_str().or(fill["source"].as_str()).unwrap_or("");
    let Some(definition) = form_of(folder, source)?.and_then(|source| xform::read(source.as_bytes()).ok()) else {
        report.steps.add(false);
        report.differences.push(format!("{name}: no form {source}"));
        return Ok(());
    };
    let outcome = scenario::check(definition, fill);
    report.steps.agreed += outcome.steps_agreed;
    report.steps.total += outcome.steps;
    let shown = if whole { usize::MAX } else { 3 };
    let differences = outcome.differences.iter().take(shown);
    report.differences.extend(differences.map(|difference| format!("{name}: {difference}")));
    Ok(())
}

/// The XForm that a fill names, below the folder or one of those above it.
fn form_of(folder: &Path, source: &str) -> io::Result<Option<String>> {
    let (file, id) = source.split_once('#').map_or((source, None), |(file, id)| (file, Some(id)));
    let root = folder.canonicalize()?;
    let Some(path) = root.ancestors().map(|above| above.join(file)).find(|path| path.exists()) else {
        return Ok(None);
    };
    let text = fs::read_to_string(path)?;
    let Some(id) = id else { return Ok(Some(text)) };
    let cases = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = cases.into_iter().find(|case| case["id"] == id);
    Ok(found.and_then(|case| case["xform"].as_str().map(str::to_owned)))
}
