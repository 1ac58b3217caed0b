//! `cargo xtask sim`: simulated worlds, run by the simulator's own program.
//!
//! Owns nothing but the call: which build, with which feature. Refuses to know what a world is. Invariant: a build that
//! could plant bugs is made only when a bug is to be planted.

use std::process::ExitCode;

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
    call(&arguments.arguments, seeds(&arguments.arguments) >= SEEDS_WORTH_OPTIMISING)
}

/// Calls the program with these arguments, in the build that they need.
pub fn call(arguments: &[String], optimised: bool) -> std::io::Result<ExitCode> {
    let plants = arguments.iter().any(|a| a == "--table" || a.starts_with("--planted"));
    let mut command = child::program("gridwalk-sim");
    if plants {
        command.args(["--features", "planted"]);
    }
    if optimised {
        command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    }
    let status = command.arg("--").args(arguments).status()?;
    Ok(child::code(status))
}

/// From so many seeds on an optimised build saves more time than it takes.
const SEEDS_WORTH_OPTIMISING: u64 = 300;

/// How many seeds are asked for.
fn seeds(arguments: &[String]) -> u64 {
    let after = arguments.iter().skip_while(|a| *a != "--seeds").nth(1);
    let joined = arguments.iter().find_map(|a| a.strip_prefix("--seeds="));
    after.map(String::as_str).or(joined).and_then(|n| n.parse().ok()).unwrap_or(0)
}
