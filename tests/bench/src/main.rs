//! `cargo xtask bench core`: runs benchmarks and tells their figures.
//!
//! Owns the command line. Refuses to measure anything itself. Invariant: standard output holds figures only; what goes
//! on is told on standard error.

use clap::Parser;
use gridwalk_bench::{ALL, Bench, Benchmark, Fault, child, machine, report};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// As the programs that are measured have it: changes and states are many small pieces: the platform's allocator takes a sixth of all time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Benchmarks of the core.
#[derive(Parser)]
#[command(name = "cargo xtask bench core", about = "Measures the core beside the same rows written by hand.")]
struct Arguments {
    /// Lines of JSON; the last is a list of name, ratio and goal.
    #[arg(long)]
    json: bool,
    /// Only benchmarks of these names.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Residents on the phone, and rows of the floor.
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    rows: usize,
    /// Where the scratch folder is made; it should lie on a disk.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Leaves the scratch folder where it is and names it.
    #[arg(long)]
    keep: bool,
    /// Figures of another build, as JSON, to be told with the others.
    #[arg(long, hide = true, value_name = "FILE")]
    also: Option<PathBuf>,
    /// What a benchmark starts this program again for.
    #[arg(long, hide = true, num_args = 1..)]
    child: Vec<String>,
    /// Names the benchmarks and does nothing.
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let mut text = format!("error: {fault}");
            let mut cause = std::error::Error::source(&fault);
            while let Some(below) = cause {
                text = format!("{text}: {below}");
                cause = below.source();
            }
            drop(writeln!(std::io::stderr(), "{text}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Fault> {
    if !arguments.child.is_empty() {
        return child::run(&arguments.child);
    }
    let mut out = std::io::stdout().lock();
    if arguments.list {
        for benchmark in ALL {
            writeln!(out, "{:12}{}", benchmark.name, benchmark.about)?;
        }
        return Ok(());
    }
    let chosen = chosen(&arguments.only)?;
    let machine = machine::name();
    let tell = |text: &str| drop(writeln!(std::io::stderr(), "{text}"));
    tell(&format!("warming up on {machine}"));
    if cfg!(debug_assertions) {
        tell("this is a debug build: its figures say nothing (cargo xtask bench builds for release)");
    }
    let folder = arguments.folder.clone().unwrap_or_else(std::env::temp_dir);
    let mut bench = Bench::new(arguments.rows, &folder)?;
    if arguments.keep {
        tell(&format!("kept in {}", bench.keep().display()));
    }
    let mut figures = Vec::new();
    for benchmark in chosen {
        tell(&format!("{}: {}", benchmark.name, benchmark.about));
        figures.extend((benchmark.run)(&mut bench)?);
    }
    if let Some(file) = &arguments.also {
        let figures_of_another = report::read_json(&std::fs::read_to_string(file)?);
        figures.extend(figures_of_another.ok_or_else(|| Fault::Expected("figures of another build".to_owned()))?);
    }
    if arguments.json {
        report::write_json(&mut out, &machine, &figures)?;
    } else {
        report::write_table(&mut out, &machine, &figures)?;
    }
    Ok(())
}

/// The benchmarks asked for; all where none is named.
fn chosen(only: &[String]) -> Result<Vec<&'static Benchmark>, Fault> {
    if let Some(unknown) = only.iter().find(|name| !ALL.iter().any(|b| b.name == **name)) {
        return Err(Fault::Expected(format!("a benchmark, not {unknown:?}; --list names them")));
    }
    Ok(ALL.iter().filter(|b| only.is_empty() || only.iter().any(|name| name == b.name)).collect())
}
