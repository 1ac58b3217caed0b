//! `cargo xtask`: the project's own commands, one module a verb.
//!
//! Owns the list of verbs and their help. Knows nothing of what a verb does; a verb knows nothing of the others.
//! Invariant: a verb's exit code is 0 only when what it promises is true.

mod bench;
mod bench_forms;
mod calendar;
mod child;
mod classes;
mod crash;
mod forms;
mod fuzz;
mod javarosa;
mod merge;
mod metrics;
mod replay;
mod report;
mod sim;
mod systems;
mod test_all;
mod with_shared;
mod world;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Shown below the list of verbs.
const EXAMPLES: &str = "\
Examples:
  cargo test-all --setup          install what the tests lack, then run them all
  cargo test-all --quick          formatting, lints, tidy, unit tests of the core, a few seeds
  cargo xtask merge check FILE    histories with what they should fold to, against the model
  cargo xtask sim --seeds 1000    a thousand worlds; --seeds 1 --from N replays one
  cargo xtask world --seeds 2000  offices of twenty phones and two servers; --seeds 1 --seed N replays one
  cargo xtask fuzz --seconds 20   spoiled input for every decoder that strangers reach
  cargo xtask crash --crashes 100000   losses of power under the real stores; --walk 1 a fault at every call
  cargo xtask bench core          what a save, a list, a search cost; --json ends with the ratios
  cargo xtask replay FILE         a city's real cases through the product, counted by two programs
  cargo xtask forms check DIR     real workbooks against what the reference converter makes of them
  cargo xtask with-shared         what needs the folder named by GRIDWALK_SHARED";

/// The commands of the project.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about = "The project's own commands.", after_help = EXAMPLES)]
struct CommandLine {
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// One variant a verb. To add one: a module of the verb's name, a variant here, a line in [`run`], an example above.
#[derive(Subcommand)]
enum Verb {
    /// Runs every check of the project and ends with one table.
    TestAll(test_all::Arguments),
    /// Folds histories and compares the result with what they expect.
    Merge(merge::Arguments),
    /// Runs simulated phones against the real server, by seeds.
    Sim(sim::Arguments),
    /// Runs simulated offices of twenty phones and two servers on one store, with all kinds of bad luck.
    World(world::Arguments),
    /// Sends a city's real cases through the product, and counts them by another program, too.
    Replay(replay::Arguments),
    /// Gives every decoder that strangers reach spoiled input.
    Fuzz(fuzz::Arguments),
    /// Takes the power away from the real stores, and makes their disks fail.
    Crash(crash::Arguments),
    /// Measures the core beside the same rows written by hand.
    Bench(bench::Arguments),
    /// Holds the server's numbers against Prometheus' own checker.
    Metrics(metrics::Arguments),
    /// Compares the holidays that ship with those of a package from elsewhere.
    Calendar(calendar::Arguments),
    /// Writes docs/case-classes.md from catalog/classes.
    Classes,
    /// Writes docs/systems.md from catalog/systems.toml, and docs/workflows from catalog/workflows.
    Systems,
    /// Holds real forms against what reference programs say of them.
    Forms(forms::Arguments),
    /// Runs the checks that need material from outside the project.
    WithShared(with_shared::Arguments),
}

/// Runs one verb to its end.
fn run(verb: Verb) -> std::io::Result<ExitCode> {
    match verb {
        Verb::TestAll(arguments) => test_all::run(&arguments),
        Verb::Merge(arguments) => merge::run(&arguments),
        Verb::Sim(arguments) => sim::run(&arguments),
        Verb::World(arguments) => world::run(&arguments),
        Verb::Replay(arguments) => replay::run(&arguments),
        Verb::Fuzz(arguments) => fuzz::run(&arguments),
        Verb::Forms(arguments) => forms::run(&arguments),
        Verb::Crash(arguments) => crash::run(&arguments),
        Verb::Bench(arguments) => bench::run(&arguments),
        Verb::Metrics(arguments) => metrics::run(&arguments),
        Verb::Calendar(arguments) => calendar::run(&arguments),
        Verb::Classes => classes::run(),
        Verb::Systems => systems::run(),
        Verb::WithShared(arguments) => with_shared::run(&arguments),
    }
}

fn main() -> ExitCode {
    let ended = match CommandLine::parse().verb {
        Some(verb) => run(verb),
        None => CommandLine::command().print_help().map(|()| ExitCode::SUCCESS),
    };
    ended.unwrap_or_else(|fault| {
        // Nothing can be done when even stderr is closed.
        drop(writeln!(std::io::stderr(), "error: {fault}"));
        ExitCode::FAILURE
    })
}
