//! `cargo xtask bench core`: the core beside the same rows written by hand.
//!
//! Owns nothing but the call: the release build. Refuses to know what is measured. Invariant: standard output is the
//! benchmark's own.

use std::process::{Command, ExitCode};

use crate::child;

/// Handed to the benchmarks as they are; `cargo xtask bench core --help` lists them.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// What is measured: `core`.
    what: What,
    /// `--json`, `--only NAME`, `--rows N`, `--folder FOLDER`, `--list`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// What can be measured.
#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Phone, sync and server, by their libraries.
    Core,
}

/// Builds and runs the benchmarks; their exit code is ours.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let package = match arguments.what {
        What::Core => "gridwalk-bench",
    };
    let mut command = Command::new(child::cargo());
    command.current_dir(child::workspace()).args(["run", "--quiet", "--release", "--package", package, "--"]);
    let status = command.args(&arguments.arguments).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
