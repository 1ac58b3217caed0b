//! `cargo xtask bench forms`: forms with us and with JavaRosa, in one run on one machine.
//!
//! Owns the goals and the table. Refuses to measure: a program of ours and one in JavaRosa do. Invariant: what was not
//! measured is not in the table, and a missed goal is marked and never an exit code.

use crate::child::{self, Echo};
use crate::javarosa::JavaRosa;
use crate::test_all::judge;
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// What is measured: of which form, which figure, in words, and the goal.
const FIGURES: [(&str, &str, &str, f64); 9] = [
    ("real", "to_running", "the largest real form, from workbook to running (JavaRosa: from XForm), ms", 40.0),
    ("real", "set", "… each value set, ms", 0.05),
    ("real", "set_p95", "… each value set, 95th of a hundred, ms", 1.0),
    ("long", "to_running", "50,000 choices, from workbook to running (JavaRosa: from XForm), ms", 1500.0),
    ("long", "filter", "… a filter to 250 rows, read, ms", 3.0),
    ("long", "search", "… a text looked for in all rows, ms", 30.0),
    ("long", "memory_mb", "… memory, MB", 80.0),
    ("wide", "to_running", "5,000 questions, to running, ms", 1000.0),
    ("wide", "set", "… a change that 2,000 calculations read, ms", 5.0),
];
/// Seconds that JavaRosa may take.
const PATIENCE: u64 = 900;

/// Measures both and prints a table, or one JSON object.
pub fn run(json: bool) -> std::io::Result<ExitCode> {
    let scratch = tempfile::tempdir()?;
    let shared = std::env::var_os("GRIDWALK_SHARED")
        .map_or_else(|| child::workspace().join("../shared"), std::path::PathBuf::from)
        .join("forms");
    let mut command = std::process::Command::new(child::cargo());
    command.args(["run", "--quiet", "--release", "--package", "gridwalk-forms", "--example", "speed", "--"]);
    command.arg(scratch.path());
    if shared.is_dir() {
        command.arg(&shared);
    }
    let told = command.stderr(std::process::Stdio::inherit()).output()?;
    let ours: Map<String, Value> = serde_json::from_slice(&told.stdout).unwrap_or_default();
    if !told.status.success() || ours.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    let theirs = beside(scratch.path())?;
    let mut out = std::io::stdout().lock();
    if json {
        let theirs = theirs.unwrap_or_default();
        writeln!(out, "{}", json!({ "ours": ours, "javarosa": theirs }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let theirs = theirs.unwrap_or_else(|why| {
        let _told = child::say(Echo::Err, &format!("without JavaRosa: {why}"));
        Map::new()
    });
    writeln!(out, "| figure | ours | goal | JavaRosa | ours ÷ JavaRosa |\n|---|---|---|---|---|")?;
    for (form, figure, words, goal) in FIGURES {
        let Some(own) = ours.get(form).and_then(|told| told[figure].as_f64()) else { continue };
        let mark = if own > goal { " **missed**" } else { "" };
        let other = theirs.get(form).and_then(|told| told[figure].as_f64());
        let (other, ratio) = other
            .map_or((String::new(), String::new()), |other| (format!("{other:.3}"), format!("{:.4}", own / other)));
        writeln!(out, "| {words} | {own:.4}{mark} | {goal} | {other} | {ratio} |")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The same in JavaRosa, or why not.
fn beside(folder: &Path) -> std::io::Result<Result<Map<String, Value>, String>> {
    let javarosa = match JavaRosa::find(folder)? {
        Ok(javarosa) => javarosa,
        Err(why) => return Ok(Err(why)),
    };
    let outcome = javarosa.run("Bench.java", &[&folder.to_string_lossy()], PATIENCE, Echo::Err)?;
    Ok(outcome.and_then(|outcome| judge::last_object(&outcome.lines).ok_or_else(|| "it told nothing".to_owned())))
}
