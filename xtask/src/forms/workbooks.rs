//! Workbooks with the XForm that the reference converter makes of them, or its refusal.
//!
//! Owns the layout of the folders. Refuses to write anything there. Invariant: a workbook is counted once.

use super::Report;
use super::canonical::{differences, id_of};
use super::message::Place;
use gridwalk_forms::import::{Options, import};
use gridwalk_forms::xform;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A workbook and what is said of it.
struct Case {
    name: String,
    workbook: PathBuf,
    root: Option<String>,
    stem: String,
    verdict: Verdict,
}

enum Verdict {
    Accepted(String),
    Refused(String),
}

/// Checks all workbooks below a folder.
pub fn check(folder: &Path, only: Option<&str>) -> io::Result<Report> {
    let mut cases = Vec::new();
    gather(folder, &mut cases)?;
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    let mut report = Report::default();
    for case in cases.iter().filter(|case| only.is_none_or(|only| case.name.contains(only))) {
        look_at(case, only.is_some(), &mut report)?;
    }
    Ok(report)
}

fn gather(folder: &Path, cases: &mut Vec<Case>) -> io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    let tables = entries.iter().filter(|path| path.extension().is_some_and(|kind| kind == "tsv"));
    let refusals = tables.map(fs::read_to_string).collect::<Result<Vec<String>, _>>()?;
    for path in &entries {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if file == "rejected" {
                rejected(path, &refusals, cases)?;
            } else if !entries.iter().any(|own| own.ends_with("cases.jsonl")) {
                gather(path, cases)?;
            }
        } else if file == "cases.jsonl" {
            listed(folder, path, cases)?;
        } else if let Some(stem) = file.strip_suffix(".xform.xml") {
            let workbook = ["xlsx", "xls", "xlsm"]
                .iter()
                .map(|kind| folder.join(format!("{stem}.{kind}")))
                .find(|path| path.exists());
            let Some(workbook) = workbook else { continue };
            let verdict = Verdict::Accepted(fs::read_to_string(path)?);
            cases.push(Case {
                name: format!("{stem} ({})", short(folder)),
                workbook,
                root: None,
                stem: stem.to_owned(),
                verdict,
            });
        }
    }
    Ok(())
}

fn short(folder: &Path) -> String {
    folder
        .components()
        .rev()
        .take(2)
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<String>>()
        .join("<")
}

fn rejected(folder: &Path, tables: &[String], cases: &mut Vec<Case>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let workbook = entry?.path();
        let file = workbook.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let line = tables
            .iter()
            .flat_map(|table| table.lines())
            .find(|line| line.split('\t').next().is_some_and(|name| name.ends_with(&format!("rejected/{file}"))));
        let message = line.and_then(|line| line.split('\t').nth(15)).unwrap_or_default().to_owned();
        let stem = workbook.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        cases.push(Case {
            name: format!("{file} (rejected)"),
            workbook,
            root: None,
            stem,
            verdict: Verdict::Refused(message),
        });
    }
    Ok(())
}

fn listed(folder: &Path, list: &Path, cases: &mut Vec<Case>) -> io::Result<()> {
    for line in fs::read_to_string(list)?.lines().filter(|line| !line.trim().is_empty()) {
        let case: serde_json::Value = serde_json::from_str(line).map_err(io::Error::other)?;
        let text = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
        let verdict = if case["accept"].as_bool() == Some(true) {
            Verdict::Accepted(text("xform"))
        } else {
            Verdict::Refused(text("error"))
        };
        let workbook = folder.join(text("xlsx"));
        let stem = workbook.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let root = case["form_name"].as_str().map(str::to_owned);
        cases.push(Case { name: text("id"), workbook, root, stem, verdict });
    }
    Ok(())
}

/// Writes for every accepted workbook the other's XForm as `NAME.a.xml` and ours as `NAME.b.xml`, and says how many.
pub fn write_pairs(folder: &Path, out: &Path) -> io::Result<u64> {
    let mut cases = Vec::new();
    gather(folder, &mut cases)?;
    let mut written = 0;
    for (place, case) in cases.iter().enumerate() {
        let Verdict::Accepted(other) = &case.verdict else { continue };
        let id = id_of(other);
        let options = Options {
            root: case.root.as_deref(),
            stem: Some(id.as_deref().unwrap_or(&case.stem)),
            ..Options::default()
        };
        let Ok(imported) = import(&fs::read(&case.workbook)?, &options) else { continue };
        let name: String = case.stem.chars().filter(|letter| letter.is_alphanumeric()).collect();
        fs::write(out.join(format!("{place:05}-{name}.a.xml")), other)?;
        fs::write(out.join(format!("{place:05}-{name}.b.xml")), imported.definition.to_xform())?;
        written += 1;
    }
    Ok(written)
}

fn look_at(case: &Case, whole: bool, report: &mut Report) -> io::Result<()> {
    let bytes = fs::read(&case.workbook)?;
    // A form without an id is called like its file, and the files of the folder have other names than they came with.
    let id = match &case.verdict {
        Verdict::Accepted(form) => id_of(form),
        Verdict::Refused(_) => None,
    };
    let stem = id.as_deref().unwrap_or(&case.stem);
    let options = Options { root: case.root.as_deref(), stem: Some(stem), ..Options::default() };
    let own = import(&bytes, &options);
    let mut tell = |what: String| report.differences.push(format!("{}: {what}", case.name));
    match (&case.verdict, own) {
        (Verdict::Accepted(other), Ok(imported)) => {
            let written = imported.definition.to_xform();
            let found = differences(&written, other);
            if !found.is_empty() {
                let shown = if whole { found.len() } else { 2 };
                tell(format!("{} differences\n    {}", found.len(), found[..shown.min(found.len())].join("\n    ")));
            }
            report.verdicts.add(true);
            report.xforms.add(found.is_empty());
            report.workbooks.add(found.is_empty());
            round_trip(case, other, report);
        }
        (Verdict::Accepted(_), Err(refusal)) => {
            tell(format!("refused, should be accepted: {refusal:?}"));
            report.verdicts.add(false);
            report.workbooks.add(false);
        }
        (Verdict::Refused(message), Ok(_)) => {
            tell(format!("accepted, should be refused: {message}"));
            report.verdicts.add(false);
            report.workbooks.add(false);
            report.refusals.add(false);
        }
        (Verdict::Refused(message), Err(refusal)) => {
            let agrees = Place::of(message).agrees(&refusal);
            if !agrees || whole {
                tell(format!("refused as {refusal:?}\n    other: {message}"));
            }
            report.verdicts.add(true);
            report.workbooks.add(true);
            report.refusals.add(agrees);
        }
    }
    Ok(())
}

/// Whether the other's XForm, read and written again, is as it was.
fn round_trip(case: &Case, other: &str, report: &mut Report) {
    let found = match xform::read(other.as_bytes()) {
        Ok(form) => differences(&form.to_xform(), other),
        Err(refusal) => vec![format!("{refusal:?}")],
    };
    if let Some(first) = found.first() {
        report.differences.push(format!("{}: not the same when read and written again: {first}", case.name));
    }
    report.round_trips.add(found.is_empty());
}
