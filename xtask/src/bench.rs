//! `cargo xtask bench core`: the core beside the same rows written by hand.
//!
//! Owns nothing but the call: the release build. Refuses to know what is measured. Invariant: standard output is the
//! benchmark's own.

use std::process::{Command, ExitCode, Stdio};

use crate::{bench_forms, child};

/// Handed to the benchmarks as they are; `cargo xtask bench core --help` lists them.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// What is measured: `core` or `forms`.
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
    /// Forms, beside JavaRosa; `--json` is all that it understands.
    Forms,
}

/// The benchmark that has a build of its own: with the encrypted database, which no server has.
const ENCRYPTED: &str = "encrypted";

/// Builds and runs the benchmarks; their exit code is ours.
pub fn run(arguments: &Arguments) -> std::io::Result<ExitCode> {
    let words = &arguments.arguments;
    if matches!(arguments.what, What::Forms) {
        return bench_forms::run(words.iter().any(|word| word == "--json"));
    }
    let flag = |name: &str| words.iter().any(|word| word == name);
    if words.windows(2).any(|two| two[0] == "--only" && two[1] == ENCRYPTED) {
        return Ok(child::code(command(&["--features", ENCRYPTED]).args(words).status()?));
    }
    if flag("--only") || flag("--list") || flag("--help") {
        return Ok(child::code(command(&[]).args(words).status()?));
    }
    let others = words.iter().filter(|word| *word != "--json");
    let alone = command(&["--features", ENCRYPTED])
        .args(["--json", "--only", ENCRYPTED])
        .args(others)
        .stderr(Stdio::inherit())
        .output()?;
    if !alone.status.success() {
        return Ok(ExitCode::FAILURE);
    }
    let also = std::env::temp_dir().join(format!("gridwalk-bench-{}.json", std::process::id()));
    std::fs::write(&also, &alone.stdout)?;
    let status = command(&[]).arg("--also").arg(&also).args(words).status();
    std::fs::remove_file(&also)?;
    Ok(child::code(status?))
}

fn command(features: &[&str]) -> Command {
    let mut command = child::program("gridwalk-bench");
    command.arg("--release").args(features).arg("--");
    command
}
