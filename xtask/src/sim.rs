//! `cargo xtask sim`: simulated worlds, run by the simulator's own program.
//!
//! Owns nothing but the call: which build, with which feature. Refuses to know what a world is. Invariant: a build that
//! could plant bugs is made only when a bug is to be planted.

use std::process::{Command, ExitCode};

use crate::child;

/// Handed to the simulator as they are; `cargo xtask sim -- --help` lists them.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// `--seeds N`, `--from M`, `--planted NAME`, `--table`, `--twice`, `--few`, `--json`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and runs the simulator; its exit code is ours.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let plants = arguments.arguments.iter().any(|a| a == "--table" || a.starts_with("--planted"));
    let mut command = Command::new(child::cargo());
    command.current_dir(child::workspace()).args(["run", "--quiet", "--package", "gridwalk-sim"]);
    if plants {
        command.args(["--features", "planted"]);
    }
    let status = command.arg("--").args(&arguments.arguments).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
