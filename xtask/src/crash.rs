//! `cargo xtask crash`: losses of power under the real stores, by a program of its own.
//!
//! Owns nothing but the call. Refuses to know disks and worlds. Invariant: a long run is optimised, a short one is not
//! worth the build.

use std::process::ExitCode;

use crate::child;

/// Handed on as they are; `cargo xtask crash -- --help` lists them.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// `--crashes N`, `--seed S`, `--jobs N`, `--walk STRIDE`, `--controls`, `--json`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// From so many losses of power on an optimised build saves more time than it takes.
const CRASHES_WORTH_OPTIMISING: u64 = 20_000;

/// Builds and runs it; its exit code is ours.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let mut command = child::program("gridwalk-crash");
    let asked = arguments.arguments.iter().skip_while(|a| *a != "--crashes").nth(1);
    if asked.and_then(|n| n.parse().ok()).unwrap_or(0) >= CRASHES_WORTH_OPTIMISING {
        command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    }
    let status = command.arg("--").args(&arguments.arguments).status()?;
    Ok(child::code(status))
}
