//! `cargo xtask replay`: a city's real cases through the product, and counted by another program that reads the table alone.
//!
//! Owns the comparison. Refuses to count. Invariant: the exit code is 0 only when every figure of the one is the other's, and
//! there are some.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde_json::Value;

use crate::child;

/// What a person may ask of the run.
#[derive(clap::Args)]
pub struct Arguments {
    /// The table, packed by gzip or not.
    file: PathBuf,
    /// In so many counties at once, each with a server of its own.
    #[arg(long, default_value_t = 2)]
    counties: usize,
    /// Ends with one JSON object.
    #[arg(long)]
    json: bool,
}

/// The program that counts from the table alone.
const COUNT: &str = "xtask/src/replay/count.py";
/// The figures that the table shows; all are compared.
const SHOWN: [&str; 12] = [
    "as_of.facts.open",
    "as_of.facts.closed",
    "as_of.clock.in_time",
    "as_of.clock.late",
    "as_of.clock.overdue",
    "as_of.clock.running",
    "end.facts.open",
    "end.facts.closed",
    "end.clock.in_time",
    "end.clock.late",
    "end.clock.overdue",
    "end.clock.no_clock",
];

/// Figures by name.
type Figures = BTreeMap<String, u64>;

/// Plays, counts and compares.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let scratch = tempfile::tempdir()?;
    let table = plain(&arguments.file, scratch.path())?;
    let counties = arguments.counties.to_string();
    let mut product = child::program("gridwalk-sim");
    // What is built for this one run is not linked as a whole: it plays as fast, and is there minutes earlier.
    product.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    product.args(["--release", "--", "--counties", &counties, "--replay"]).arg(&table);
    let ours = figures(&mut product)?;
    let mut script = Command::new("python3");
    script.current_dir(child::workspace()).arg(COUNT).arg(&table);
    let theirs = figures(&mut script)?;
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differ: Vec<&&String> = names.iter().filter(|name| ours.get(**name) != theirs.get(**name)).collect();
    let mut out = std::io::stdout();
    let of = |figures: &Figures, name: &str| figures.get(name).copied().unwrap_or_default();
    if !arguments.json {
        let shown = SHOWN.iter().copied().chain(differ.iter().map(|name| name.as_str()));
        writeln!(out, "| figure | Gridwalk | the table alone |\n|---|---:|---:|")?;
        for name in shown {
            writeln!(out, "| {name} | {} | {} |", of(&ours, name), of(&theirs, name))?;
        }
        writeln!(out, "{} figures compared, {} differ", names.len(), differ.len())?;
    }
    let cases = of(&ours, "end.facts.open") + of(&ours, "end.facts.closed");
    let good = differ.is_empty() && cases > 0;
    if arguments.json {
        let told = serde_json::json!({
            "cases": cases, "figures": names.len(), "disagreements": differ.len(), "differ": differ, "counts": ours,
        });
        writeln!(out, "{told}")?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The table as it is read by both, unpacked where it is packed.
fn plain(file: &Path, scratch: &Path) -> std::io::Result<PathBuf> {
    let file = std::path::absolute(file)?;
    if file.extension().is_none_or(|extension| extension != "gz") {
        return Ok(file);
    }
    let unpacked = scratch.join("cases.csv");
    let to = std::fs::File::create(&unpacked)?;
    let ended = Command::new("gzip").arg("-dc").arg(&file).stdout(to).status()?;
    let told = || std::io::Error::other(format!("{} does not unpack", file.display()));
    ended.success().then_some(unpacked).ok_or_else(told)
}

/// The object that a program's last line is.
fn figures(command: &mut Command) -> std::io::Result<Figures> {
    let output = command.stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    let object = serde_json::from_str::<BTreeMap<String, Value>>(last).ok().filter(|_| output.status.success());
    let told = || std::io::Error::other(format!("no figures were counted: {last}"));
    let whole = |(name, value): (String, Value)| Some((name, value.as_u64()?));
    object.map(|object| object.into_iter().filter_map(whole).collect()).ok_or_else(told)
}
