//! `cargo test-all`: every check of the project, and one table at the end.
//!
//! Owns the order of the run. What the steps are stands in `steps`, how their output is judged in `judge`, what a machine
//! must have in `setup`. Invariant: without `--setup` nothing is installed, and no step is left out without its reason.

pub mod judge;
mod setup;
mod steps;

use std::io::Write;
use std::process::ExitCode;

use crate::child::{self, Echo, Ended};
use crate::report::{Report, Row};
use steps::{ALLOWED_SKIPS, Plan, STEPS, Step};

/// Seconds that everything together may take on two cores.
pub const WHOLE_BUDGET: u64 = 3600;
/// Seconds that `--quick` may take with a warm target folder.
const QUICK_BUDGET: u64 = 120;
/// A step is ended when it has taken this many times its budget: a hang fails, it does not wait for ever.
const PATIENCE: u64 = 3;
/// No step is ended before so many seconds: the shortest ones may have to build first, on a machine with other work.
const HANGS_AFTER: u64 = 600;

/// What a person may ask of the run.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line, independent of the others")]
pub struct Arguments {
    /// First installs what this machine lacks for the tests, and says what.
    #[arg(long)]
    setup: bool,
    /// Fails for every skip that is not on the short list.
    #[arg(long)]
    require_all: bool,
    /// Only what fits in two minutes with a warm target folder.
    #[arg(long)]
    quick: bool,
    /// Ends with one JSON object on standard output; all else goes to standard error.
    #[arg(long)]
    json: bool,
}

/// Runs the steps and prints the table.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let echo = if arguments.json { Echo::Err } else { Echo::Out };
    let mut report = Report::default();
    if arguments.setup {
        report.add(setup::install(echo)?);
    }
    for step in STEPS {
        let Some(plan) = step.plan(arguments.quick) else { continue };
        let (mut row, interrupted) = run_step(step, plan, echo)?;
        if arguments.require_all {
            row.insist(ALLOWED_SKIPS);
        }
        report.add(row);
        if interrupted {
            child::say(echo, "interrupted: the steps that were left did not run")?;
            break;
        }
    }
    close(&report, if arguments.quick { QUICK_BUDGET } else { WHOLE_BUDGET }, arguments.json)?;
    Ok(report.exit_code())
}

/// Prints the table and the closing line, or the JSON object.
pub fn close(report: &Report, whole_budget: u64, as_json: bool) -> std::io::Result<()> {
    let echo = if as_json { Echo::Err } else { Echo::Out };
    child::say(echo, &report.table(whole_budget))?;
    child::say(echo, &report.closing_line())?;
    if as_json {
        writeln!(std::io::stdout(), "{}", report.json(whole_budget))?;
    }
    Ok(())
}

fn run_step(step: &Step, plan: Plan, echo: Echo) -> std::io::Result<(Row, bool)> {
    if let Some(lacking) = step.needs.iter().find(|tool| !setup::is_here(tool)) {
        let why = format!("{} is not on this machine; `cargo test-all --setup` installs it", lacking.program);
        return Ok((Row { budget: plan.budget, ..Row::skipped(step.name, why) }, false));
    }
    let command = plan.words();
    child::say(echo, &format!("\n── {} ── {} ({} s planned)", step.name, command.join(" "), plan.budget))?;
    // A quick run over a cold target folder is slow, not hung: the limit is the full run's.
    let (row, interrupted) =
        run_judged(step.name, &command, (step.full.budget * PATIENCE).max(HANGS_AFTER), step.judge, echo)?;
    Ok((Row { budget: plan.budget, ..row }, interrupted))
}

/// Runs one command for at most `limit` seconds and judges what it printed; tells whether the run was interrupted.
pub fn run_judged(
    name: &str,
    command: &[String],
    limit: u64,
    judge: judge::Judge,
    echo: Echo,
) -> std::io::Result<(Row, bool)> {
    let outcome = child::run(command, limit, echo)?;
    let interrupted = matches!(outcome.ended, Ended::Interrupted);
    let row = match outcome.ended {
        Ended::Itself(status) => judge(name, status.code(), &outcome.lines),
        Ended::TimeUp => Row::failed(name, format!("was ended after {limit} s")),
        Ended::Interrupted => Row::failed(name, "was interrupted"),
        Ended::NotStarted(fault) => Row::failed(name, format!("did not start: {fault}")),
    };
    Ok((Row { seconds: outcome.seconds, ..row }, interrupted))
}
