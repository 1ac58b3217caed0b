//! `cargo xtask metrics`: the server's numbers, held against Prometheus' own checker.
//!
//! Owns the pipe from one to the other. Refuses to judge numbers itself. Invariant: it ends with 0 only when `promtool`
//! read the whole page and found nothing to say.

use crate::child;
use std::io::Write;
use std::process::{Command, ExitCode, Stdio};

/// Nothing to choose.
#[derive(clap::Args)]
pub struct Arguments {}

/// Runs it.
pub fn run(_arguments: &Arguments) -> std::io::Result<ExitCode> {
    let page = ["run", "--quiet", "--package", "gridwalk-server", "--example", "metrics"];
    let made =
        Command::new(child::cargo()).args(page).current_dir(child::workspace()).stderr(Stdio::inherit()).output()?;
    if !made.status.success() || made.stdout.is_empty() {
        writeln!(std::io::stderr(), "no page of numbers was made")?;
        return Ok(ExitCode::FAILURE);
    }
    let mut checker = Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).spawn()?;
    if let Some(mut into) = checker.stdin.take() {
        into.write_all(&made.stdout)?;
    }
    Ok(if checker.wait()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
