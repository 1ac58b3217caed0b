//! The command line: spoiled input for so many seconds at each door.
//!
//! Owns arguments and the report. Refuses to know doors. Invariant: it exits with 0 only if every door held.

use clap::Parser;
use gridwalk_fuzz::door::Door;
use gridwalk_fuzz::{doors, watch};
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const EXAMPLES: &str = "Examples:
  cargo xtask fuzz --seconds 20              twenty seconds at each door
  cargo xtask fuzz --only page --seed 7      one door, with other random numbers
  cargo xtask fuzz --list                    the doors";

/// Gives every decoder that strangers reach spoiled input.
#[derive(Parser)]
#[command(name = "cargo xtask fuzz", after_help = EXAMPLES)]
struct Arguments {
    /// Seconds at each door.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Where the random numbers begin.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only doors whose name holds this.
    #[arg(long)]
    only: Option<String>,
    /// So many at once, each a process of its own: memory is counted for a whole process.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Of so many, this one's share of the doors.
    #[arg(long, hide = true, num_args = 2, value_names = ["SHARE", "OF"])]
    share: Option<Vec<usize>>,
    /// Names the doors.
    #[arg(long)]
    list: bool,
    /// Ends with one JSON object.
    #[arg(long)]
    json: bool,
}

fn say(line: &str) {
    // A closed pipe is no reason to stop a run.
    drop(writeln!(std::io::stdout(), "{line}"));
}

fn chosen(arguments: &Arguments) -> Vec<Door> {
    let (share, of) = match arguments.share.as_deref() {
        Some([share, of]) => (*share, (*of).max(1)),
        _ => (0, 1),
    };
    let all = doors::all().into_iter().filter(|d| arguments.only.as_ref().is_none_or(|part| d.name.contains(part)));
    all.enumerate().filter(|(nth, _)| nth % of == share).map(|(_, door)| door).collect()
}

/// Starts itself once for each job; false if one of them found something or could not be started.
fn shared(arguments: &Arguments) -> std::io::Result<bool> {
    let program = std::env::current_exe()?;
    let jobs = (0..arguments.jobs).map(|share| {
        let mut job = std::process::Command::new(&program);
        job.args(["--seconds", &arguments.seconds.to_string(), "--seed", &arguments.seed.to_string()]);
        job.args(["--share", &share.to_string(), &arguments.jobs.to_string()]);
        if let Some(only) = &arguments.only {
            job.args(["--only", only]);
        }
        job.spawn()
    });
    let jobs: Vec<_> = jobs.collect::<Result<_, _>>()?;
    jobs.into_iter().try_fold(true, |held, mut job| Ok(job.wait()?.success() && held))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.jobs > 1 && !arguments.list {
        return match shared(&arguments) {
            Ok(held) => ended(held),
            Err(fault) => {
                say(&format!("error: {fault}"));
                ExitCode::from(2)
            }
        };
    }
    let doors = chosen(&arguments);
    if doors.is_empty() && arguments.share.is_none() {
        say("no door has such a name: see --list");
        return ExitCode::from(2);
    }
    if arguments.list {
        for door in &doors {
            say(&format!("{:<24} {}", door.name, door.by.name()));
        }
        return ExitCode::SUCCESS;
    }
    ended(besieged(&arguments, &doors))
}

const fn ended(held: bool) -> ExitCode {
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Each door in turn; whether all of them held.
fn besieged(arguments: &Arguments, doors: &[Door]) -> bool {
    std::panic::set_hook(Box::new(|_| {}));
    let mut found = Vec::new();
    say(&format!("{:<24} {:>10} {:>10} {:>10}", "door", "inputs", "taken", "KiB"));
    for door in doors {
        let until = Instant::now() + Duration::from_secs(arguments.seconds);
        match watch::besiege(door, arguments.seed, |_| Instant::now() < until) {
            Ok(fared) => {
                say(&format!("{:<24} {:>10} {:>10} {:>10}", door.name, fared.given, fared.taken, fared.memory >> 10));
            }
            Err(finding) => {
                say(&finding.to_string());
                found.push(finding.door);
            }
        }
    }
    say(&format!("{} doors, {} gave way", doors.len(), found.len()));
    if arguments.json {
        say(&serde_json::json!({ "doors": doors.len(), "gave_way": found }).to_string());
    }
    found.is_empty()
}
