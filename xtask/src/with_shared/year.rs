//! A real year through the real verbs: the divisions of seven counties before it, proposed, looked at, confirmed, applied.
//!
//! Owns making the table of the year before out of the tables after it and the list of changes. Refuses to judge proposals.
//! Invariant: after the plan is applied the server's units are those of the tables after, and every code of before finds a
//! unit.

use super::{PATIENCE, words};
use crate::child::{self, Echo, Ended};
use crate::report::Row;
use crate::test_all::judge;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The list of changes beside the tables.
const CHANGES: &str = "changes_2022_to_2023.csv";
/// The day from which they hold.
const FROM: &str = "2023-01-01";
/// Codes that stand on both sides, and codes whose name stands under another code.
const EXPECTED: (u64, u64) = (406, 100);
/// Seconds that it may take.
const BUDGET: u64 = 120;

/// A division as the tables list it.
#[derive(Clone)]
struct Line {
    name: String,
    parent: String,
    level: String,
    kind: String,
}

type Table = BTreeMap<String, Line>;

/// The year is applied, and looked at.
pub fn applied(folder: &Path, echo: Echo) -> std::io::Result<Row> {
    let name = "real year applied";
    let tables = folder.join("data/admin");
    let Some((before, after)) = editions(&tables)? else {
        return Ok(Row::failed(name, format!("{} holds no tables of a year", tables.display())));
    };
    let scratch = tempfile::tempdir()?;
    let place = |file: &str| scratch.path().join(file).to_string_lossy().into_owned();
    let (home, plan) = (place("server"), place("plan.json"));
    let (old, new) = (place("2022.csv"), place("2023.csv"));
    std::fs::write(&old, text(&before))?;
    std::fs::write(&new, text(&after))?;
    let mut seconds = 0.0;
    let mut run = |verb: &[&str]| -> std::io::Result<Option<Value>> {
        let server = ["cargo", "run", "--quiet", "--package", "gridwalk-server", "--bin", "gridwalk-server", "--"];
        let outcome =
            child::run(&words(&[&server[..], verb, &["--folder", &home, "--json"]].concat()), PATIENCE, echo)?;
        seconds += outcome.seconds;
        let well = matches!(outcome.ended, Ended::Itself(status) if status.success());
        Ok(judge::last_object(&outcome.lines).filter(|_| well).map(Value::Object))
    };
    let mut faults = Vec::new();
    run(&["init", "--county", "320703", "--admin", "checker"])?;
    run(&["import", "units", &old, "--grids", "1"])?;
    let proposed =
        run(&["unit", "edition", "propose", &old, &new, "--from", FROM, "--plan", &plan])?.unwrap_or_default();
    let (renames, same_names) = counts(&proposed);
    if (renames, same_names) != EXPECTED {
        faults.push(format!("{renames} renames and {same_names} same names instead of {EXPECTED:?}"));
    }
    run(&["unit", "edition", "confirm", &plan, "--sure", "--by", "checker"])?;
    let confirmed = run(&["unit", "edition", "confirm", &plan, "--all", "--by", "checker"])?.unwrap_or_default();
    let lines = confirmed["lines"].as_array().map_or(0, Vec::len);
    let signed = confirmed["lines"].as_array().into_iter().flatten();
    let signed = signed.filter(|l| l["by"] == "checker" && l["confirmed_at"].is_string()).count();
    if signed != lines || lines == 0 {
        faults.push(format!("{signed} of {lines} lines bear the name of who confirmed them"));
    }
    let done = run(&["unit", "edition", "apply", &plan])?;
    if done.is_none() {
        faults.push("the plan was not applied".to_owned());
    }
    let again = run(&["unit", "edition", "apply", &plan])?.unwrap_or_default();
    let twice: u64 = ["renamed", "renumbered", "added"].iter().filter_map(|key| again[*key].as_u64()).sum();
    if twice != 0 {
        faults.push(format!("{twice} changes were made again by the same plan"));
    }
    let units = run(&["unit", "list"])?.unwrap_or_default();
    faults.extend(differences(&units, &after));
    // A code of before that is no unit's any more: of a township that became a town.
    let found = run(&["unit", "list", "--below", "131127203"])?.unwrap_or_default();
    if found["units"][0]["code"] != "131127111" {
        faults.push("131127203 does not find the town that it became".to_owned());
    }
    let passed = u64::try_from(lines).unwrap_or_default();
    let row = Row { passed, failed: faults.len() as u64, ..Row::passed(name) };
    Ok(Row { faults, budget: BUDGET, seconds, ..row })
}

/// The tables of the year before and of the year after; none where something is missing.
fn editions(tables: &Path) -> std::io::Result<Option<(Table, Table)>> {
    let (mut after, mut changes) = (Table::new(), Vec::new());
    let Ok(files) = std::fs::read_dir(tables) else { return Ok(None) };
    for file in files {
        let path = file?.path();
        let text = std::fs::read_to_string(&path)?;
        let rows = text
            .trim_start_matches('\u{feff}')
            .lines()
            .skip(1)
            .map(|line| line.split(',').map(str::to_owned).collect());
        let rows: Vec<Vec<String>> = rows.collect();
        if path.ends_with(CHANGES) {
            changes = rows;
            continue;
        }
        for row in rows {
            let [code, name, parent, level, kind] = row.as_slice() else { continue };
            let line = Line { name: name.clone(), parent: parent.clone(), level: level.clone(), kind: kind.clone() };
            after.insert(code.clone(), line);
        }
    }
    let mut before = after.clone();
    for row in changes.iter().filter(|row| row.first().is_some_and(|op| op == "add")) {
        before.remove(&row[1]);
    }
    for row in changes.iter().filter(|row| row.first().is_some_and(|op| op == "remove")) {
        let (code, level) = (&row[1], if row[3] == "town" { "township" } else { row[3].as_str() });
        let digits = match level {
            "village" => 9,
            "township" => 6,
            _ => 4,
        };
        let parent = format!("{:0<12}", &code[..digits]);
        let (name, level) = (row[2].clone(), level.to_owned());
        before.insert(code.clone(), Line { name, parent, level, kind: String::new() });
    }
    Ok((!changes.is_empty() && !after.is_empty()).then_some((before, after)))
}

fn text(table: &Table) -> String {
    let line = |(code, line): (&String, &Line)| {
        let Line { name, parent, level, kind } = line;
        format!("{code},{name},{parent},{level},{kind}\n")
    };
    std::iter::once("code,name,parent,level,kind\n".to_owned()).chain(table.iter().map(line)).collect()
}

/// How many lines of a plan are renames under one code, and renumberings under one name.
fn counts(plan: &Value) -> (u64, u64) {
    let lines = plan["lines"].as_array().map_or(&[][..], Vec::as_slice);
    let says = |line: &&Value, what: &str, why: &str| {
        line["what"] == what && line["evidence"].as_array().is_some_and(|list| list.iter().any(|e| e == why))
    };
    let count = |what, why| lines.iter().filter(|line| says(line, what, why)).count() as u64;
    (count("rename", "same_code"), count("renumber", "same_name"))
}

/// What the server's units and the table after do not share: codes with their names, villages and above.
fn differences(units: &Value, after: &Table) -> Vec<String> {
    let here: BTreeSet<(String, String)> = units["units"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|unit| ["county", "township", "village"].iter().any(|level| unit["level"] == *level))
        .filter(|unit| unit["valid_to"].is_null() && unit["code"].as_str().is_some_and(|code| !code.is_empty()))
        .map(|unit| {
            let text = |key: &str| unit[key].as_str().unwrap_or_default().to_owned();
            (format!("{:0<12}", text("code")), text("name"))
        })
        .collect();
    let wanted: BTreeSet<(String, String)> = after
        .iter()
        .filter(|(_, line)| !["province", "prefecture"].contains(&line.level.as_str()))
        .map(|(code, line)| (code.clone(), line.name.clone()))
        .collect();
    let told = |(code, name): &(String, String), what: &str| format!("{code} {name} is {what}");
    let lacking = wanted.difference(&here).map(|unit| told(unit, "in the table and no unit"));
    let left = here.difference(&wanted).map(|unit| told(unit, "a unit and not in the table"));
    lacking.chain(left).take(20).collect()
}
