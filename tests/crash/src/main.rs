//! The command line of the losses of power: so many of them, or every call of a day in turn.
//!
//! Owns arguments and the report. Refuses to know what a world is. Invariant: it exits with 0 only if nothing broke, and
//! with the seed of whatever did.

use clap::Parser;
use gridwalk_crash::disk::{Leaves, Lie};
use gridwalk_crash::round::{self, Count, Failed, ROUNDS};
use gridwalk_crash::world::{CrashError, Machine};
use gridwalk_crash::{migrate, purge, sweep};
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

const EXAMPLES: &str = "Examples:
  cargo xtask crash --crashes 100000           losses of power in world after world
  cargo xtask crash --crashes 1 --seed 4711    world 4711 again, with what was done in it if it breaks
  cargo xtask crash --walk 1                   a fault at every call, power lost at every change of a migration and a purge
  cargo xtask crash --controls                 disks that lie, and settings that are too weak: each must be found";

/// Takes the power away from the real stores.
#[derive(Parser)]
#[command(name = "cargo xtask crash", after_help = EXAMPLES)]
struct Arguments {
    /// How many losses of power, at least.
    #[arg(long, default_value_t = 0)]
    crashes: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many worlds at once.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Walks over every so-manieth call of a day, and change of a migration, a purge and a dropped track.
    #[arg(long, value_name = "STRIDE")]
    walk: Option<u64>,
    /// Looks whether what is wrong on purpose is found.
    #[arg(long)]
    controls: bool,
    /// Ends with one JSON object.
    #[arg(long)]
    json: bool,
}

/// Losses of power between two lines of progress.
const PROGRESS_EVERY: u64 = 5_000;
/// Lines of what was done that a failure shows.
const TRACE_LINES: usize = 60;
/// Seeds within which a control must be found.
const CONTROL_SEEDS: u64 = 50;

fn say(line: &str) {
    // A closed pipe is no reason to stop a run.
    drop(writeln!(std::io::stdout(), "{line}"));
}

fn lines(trace: &[String]) -> String {
    format!("\n    {}", trace[trace.len().saturating_sub(TRACE_LINES)..].join("\n    "))
}

/// World after world until there were enough losses of power, or one broke.
fn worlds(arguments: &Arguments, started: Instant) -> (Count, Option<Box<Failed>>) {
    let (next, stop) = (AtomicU64::new(arguments.seed), AtomicBool::new(false));
    let sum = Mutex::new((Count::default(), None::<Box<Failed>>));
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let ran = round::run(seed, ROUNDS);
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    match ran {
                        Ok(count) => {
                            let before = sum.0.crashes / PROGRESS_EVERY;
                            sum.0.add(&count);
                            if sum.0.crashes / PROGRESS_EVERY > before {
                                let (crashes, seconds) = (sum.0.crashes, started.elapsed().as_secs());
                                say(&format!("{crashes} losses of power, {} worlds, {seconds} s", sum.0.worlds));
                            }
                            stop.fetch_or(sum.0.crashes >= arguments.crashes, Ordering::Relaxed);
                        }
                        Err(failed) => {
                            stop.store(true, Ordering::Relaxed);
                            if sum.1.as_ref().is_none_or(|other| other.seed > failed.seed) {
                                sum.1 = Some(failed);
                            }
                        }
                    }
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The walks, each with its line; false if one broke.
fn walks(arguments: &Arguments, stride: u64) -> Result<(), CrashError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(gridwalk_crash::world::failed("make a runtime"))?;
    for machine in [Machine::Phone(0), Machine::Server] {
        let started = Instant::now();
        let swept = runtime
            .block_on(sweep::sweep(machine, arguments.seed, stride))
            .map_err(|broke| CrashError::Broken(format!("{:?}: {}{}", broke.at, broke.error, lines(&broke.trace))))?;
        say(&format!("{machine:?}: {swept:?}, {} s", started.elapsed().as_secs()));
    }
    let started = Instant::now();
    say(&format!(
        "purge: {:?}, {} s",
        runtime.block_on(purge::purge(arguments.seed, stride))?,
        started.elapsed().as_secs()
    ));
    say(&format!("dropped track: {:?}", runtime.block_on(purge::drop_track(arguments.seed, 1))?));
    let started = Instant::now();
    say(&format!("old phones: {:?}, {} s", migrate::phones(stride, arguments.seed)?, started.elapsed().as_secs()));
    let started = Instant::now();
    say(&format!("old servers: {:?}, {} s", migrate::servers(stride, arguments.seed)?, started.elapsed().as_secs()));
    Ok(())
}

/// Whether every control is found.
fn controls(arguments: &Arguments) -> bool {
    let lies = [(Lie::Fsync, "fsync lies"), (Lie::Level(0), "synchronous=OFF"), (Lie::Level(1), "synchronous=NORMAL")];
    let mut all = true;
    for machine in [Machine::Phone(0), Machine::Server] {
        for (lie, name) in lies {
            let seeds = arguments.seed..arguments.seed + CONTROL_SEEDS;
            let mut crashes = 0;
            let found = seeds.into_iter().find_map(|seed| {
                let ran = round::run_with(seed, ROUNDS, |world| world.disk(machine).lie(lie));
                crashes += ran.as_ref().map_or_else(|failed| failed.crashes, |count| count.crashes);
                ran.err()
            });
            all &= found.is_some();
            let how = found.map_or("NOT FOUND".to_owned(), |failed| failed.error.to_string());
            say(&format!("{machine:?}, {name}: after {crashes} losses of power: {how}"));
        }
    }
    all
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let started = Instant::now();
    let mut held = true;
    if arguments.controls {
        held &= controls(&arguments);
    }
    if let Some(stride) = arguments.walk
        && let Err(broke) = walks(&arguments, stride.max(1))
    {
        say(&format!("FAILED: {broke}"));
        held = false;
    }
    let mut count = Count::default();
    if arguments.crashes > 0 {
        let (sum, failed) = worlds(&arguments, started);
        count = sum;
        if let Some(failed) = failed {
            say(&format!(
                "FAILED: seed {} after {} losses: {}{}",
                failed.seed,
                failed.crashes,
                failed.error,
                lines(&failed.trace)
            ));
            say(&format!("again: cargo xtask crash --crashes 1 --seed {} --jobs 1", failed.seed));
            held = false;
        }
        for ((who, leaves), times) in &count.by {
            say(&format!("{who}, left {}: {times}", left(*leaves)));
        }
    }
    let seconds = started.elapsed().as_secs();
    let Count { crashes, bitten, while_starting, worlds, .. } = count;
    if arguments.json {
        let end = serde_json::json!({
            "crashes": crashes, "bitten": bitten, "while_starting": while_starting, "worlds": worlds,
            "seed": arguments.seed, "seconds": seconds, "held": held,
        });
        say(&end.to_string());
    } else {
        say(&format!(
            "{crashes} losses of power in {worlds} worlds from seed {}, {bitten} with writes that were not synced, {while_starting} while a machine came back: {}, {seconds} s",
            arguments.seed,
            if held { "nothing was lost" } else { "SOMETHING BROKE" }
        ));
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const fn left(leaves: Leaves) -> &'static str {
    match leaves {
        Leaves::Nothing => "nothing",
        Leaves::Prefix => "what was written first",
        Leaves::All => "all",
        Leaves::Sectors => "any sectors",
    }
}
