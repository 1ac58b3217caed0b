//! `cargo xtask world`: offices of twenty phones and two servers on one store, by the simulator's own program.
//!
//! Owns nothing but the call: which shape, and that it is optimised. Refuses to know what a world is. Invariant: whatever
//! `cargo xtask sim` can be asked of a street, this can be asked of an office.

use std::process::ExitCode;

use crate::sim;

/// Handed on as they are; `cargo xtask world -- --help` lists them.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// `--seeds N`, `--seed S`, `--seconds T`, `--planted NAME`, `--table`, `--few`, `--jobs N`, `--json`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and runs it; its exit code is ours.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let mut all = vec!["--world".to_owned()];
    all.extend(arguments.arguments.iter().cloned());
    sim::call(&all, true)
}
