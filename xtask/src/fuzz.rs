//! `cargo xtask fuzz`: spoiled input for every decoder, by a program of its own.
//!
//! Owns nothing but the call. Refuses to know doors. Invariant: the build is the one that checks arithmetic, for an
//! overflow is found by nobody else.

use std::process::ExitCode;

use crate::child;

/// Handed on as they are; `cargo xtask fuzz -- --help` lists them.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// `--seconds N`, `--seed M`, `--only PART`, `--jobs N`, `--list`, `--json`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and runs it; its exit code is ours.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let status = child::program("gridwalk-fuzz").arg("--").args(&arguments.arguments).status()?;
    Ok(child::code(status))
}
