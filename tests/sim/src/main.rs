//! The simulator's command line: seeds, planted bugs, replays.
//!
//! Owns arguments and the report. Refuses to know what a world is. Invariant: it exits with 0 only if every seed held and
//! every situation occurred, or if the planted bug was found.

use clap::Parser;
use gridwalk_sim::coverage::Coverage;
use gridwalk_sim::plant::{self, PLANTS};
use gridwalk_sim::shape::Shape;
use gridwalk_sim::{replay, run};
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

const EXAMPLES: &str = "Examples:
  cargo xtask sim --seeds 100                 a hundred worlds; every situation must occur
  cargo xtask sim --seeds 1 --from 4711       replays seed 4711 and prints what happened
  cargo xtask sim --seeds 2000 --planted heads_dropped
                                              looks for a bug planted on purpose
  cargo xtask sim --seeds 2000 --table        plants every bug and prints after how many seeds it was found
  cargo xtask world --seeds 200 --seconds 120 offices of twenty phones and two servers, as many as fit";

/// Runs simulated worlds.
#[derive(Parser)]
#[command(name = "cargo xtask sim", after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first seed.
    #[arg(long, alias = "seed", default_value_t = 0)]
    from: u64,
    /// Offices of twenty phones and two servers on one store, with all kinds of bad luck.
    #[arg(long)]
    world: bool,
    /// Begins no world after so many seconds, once every situation occurred.
    #[arg(long)]
    seconds: Option<u64>,
    /// Plants this bug and looks for it.
    #[arg(long)]
    planted: Option<String>,
    /// Plants every bug, one after the other.
    #[arg(long)]
    table: bool,
    /// Does not ask that every situation occurs (for few seeds).
    #[arg(long)]
    few: bool,
    /// Runs every seed twice and compares what happened.
    #[arg(long)]
    twice: bool,
    /// Plays a city's table of cases, and prints what the product counts of them.
    #[arg(long, value_name = "FILE")]
    replay: Option<std::path::PathBuf>,
    /// In so many counties, each with a server of its own.
    #[arg(long, default_value_t = 2)]
    counties: usize,
    /// Ends with one JSON object.
    #[arg(long)]
    json: bool,
    /// How many worlds at once.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

/// How much of a failure a row of the table shows.
const WHY_CHARS: usize = 110;

impl Arguments {
    const fn shape(&self) -> Shape {
        if self.world { Shape::Office } else { Shape::Street }
    }
}

/// What a run over many seeds came to.
#[derive(Default)]
struct Sum {
    run: u64,
    coverage: Coverage,
    failed: Vec<(u64, String, Vec<String>)>,
}

fn say(line: &str) {
    // A closed pipe is no reason to stop a run.
    drop(writeln!(std::io::stdout(), "{line}"));
}

fn seeds(arguments: &Arguments, plant: Option<plant::Plant>, stop_at_first: bool) -> Sum {
    let next = AtomicU64::new(arguments.from);
    let end = arguments.from + arguments.seeds;
    let (sum, began) = (Mutex::new(Sum::default()), Instant::now());
    let seen = |sum: &Sum| arguments.few || sum.coverage.missing(arguments.shape()).is_empty();
    let is_late = || {
        arguments.seconds.is_some_and(|seconds| began.elapsed().as_secs() >= seconds)
            && seen(&sum.lock().unwrap_or_else(PoisonError::into_inner))
    };
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end || is_late() {
                        break;
                    }
                    let result = run::run(seed, arguments.shape(), plant);
                    let again = arguments.twice.then(|| run::run(seed, arguments.shape(), plant));
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.run += 1;
                    match (result, again) {
                        (Ok(held), Some(Ok(twin))) if held.trace != twin.trace => {
                            sum.failed.push((seed, "two runs of one seed differ".to_owned(), held.trace));
                        }
                        (Ok(held), _) => sum.coverage.add(&held.coverage),
                        (Err(failed), _) => {
                            sum.failed.push((seed, failed.error.to_string(), failed.trace));
                            if stop_at_first {
                                next.store(end, Ordering::Relaxed);
                            }
                        }
                    }
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.failed.sort_by_key(|f| f.0);
    sum
}

fn find_planted(arguments: &Arguments, names: &[&str]) -> ExitCode {
    let mut all_found = true;
    say("| planted bug | found by seed | after | how |\n|---|---|---|---|");
    for name in names {
        let plant = match plant::by_name(name) {
            Ok(plant) => plant,
            Err(e) => {
                say(&format!("error: {e}"));
                return ExitCode::from(2);
            }
        };
        let sum = seeds(arguments, Some(plant), true);
        if let Some((seed, why, _)) = sum.failed.first() {
            let why: String = why.chars().take(WHY_CHARS).collect();
            say(&format!("| {name} | {seed} | {} seeds | {} |", seed - arguments.from + 1, why.replace('|', "/")));
        } else {
            all_found = false;
            say(&format!("| {name} | not found | {} seeds | |", arguments.seeds));
        }
    }
    if all_found { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays a table of cases in a folder of its own, in memory where the machine has one.
fn play(file: &std::path::Path, counties: usize) -> Result<replay::count::Counts, run::SimError> {
    let memory = std::path::Path::new("/dev/shm");
    let inside = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = tempfile::tempdir_in(inside)?;
    let rows = replay::row::read(std::fs::File::open(file)?)?;
    replay::play(&rows, folder.path(), counties)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(file) = &arguments.replay {
        return match play(file, arguments.counties) {
            Ok(counts) => {
                say(&serde_json::json!(counts).to_string());
                ExitCode::SUCCESS
            }
            Err(error) => {
                say(&format!("error: {error}"));
                ExitCode::FAILURE
            }
        };
    }
    if arguments.table {
        return find_planted(&arguments, &PLANTS.map(|(name, ..)| name));
    }
    if let Some(name) = &arguments.planted {
        return find_planted(&arguments, &[name.as_str()]);
    }
    let began = Instant::now();
    let sum = seeds(&arguments, None, false);
    for (seed, why, trace) in &sum.failed {
        say(&format!("seed {seed} failed: {why}"));
        if arguments.seeds == 1 {
            for line in trace {
                say(&format!("  {line}"));
            }
        }
    }
    if let Some((seed, ..)) = sum.failed.first() {
        let verb = if arguments.world { "world" } else { "sim" };
        say(&format!("replay: cargo xtask {verb} --seeds 1 --from {seed} --few"));
    }
    let missing = if arguments.few { Vec::new() } else { sum.coverage.missing(arguments.shape()) };
    for situation in &missing {
        say(&format!("never occurred: {}", situation.name()));
    }
    say(&format!("{} seeds, {} failed, {} s", sum.run, sum.failed.len(), began.elapsed().as_secs()));
    say(&sum.coverage.line());
    if arguments.json {
        let failed: Vec<u64> = sum.failed.iter().map(|f| f.0).collect();
        say(&serde_json::json!({ "seeds": sum.run, "failed": failed, "situations": sum.coverage.to_json() })
            .to_string());
    }
    if sum.failed.is_empty() && missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
