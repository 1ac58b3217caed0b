//! The steps of `cargo test-all`, as a table.
//!
//! Owns what is run, what it needs and how long it may take on two cores. Refuses to know how
//! a step is run. Invariant: the budgets together stay under the whole budget, with room for what is to come.

use super::judge::{self, Judge};
use super::setup::{CLIPPY, GIT, NODE, PERL, PROMTOOL, PROVIDER, RUSTFMT, Tool};

/// One row of the table.
pub struct Step {
    /// What the closing table calls it.
    pub name: &'static str,
    /// Programs that it cannot run without.
    pub needs: &'static [&'static Tool],
    /// What a full run does.
    pub full: Plan,
    /// What a quick run does; nothing when the step is left out there.
    quick: Option<Plan>,
    /// How its output becomes a row.
    pub judge: Judge,
}

/// A command and the seconds that it may take.
#[derive(Clone, Copy)]
pub struct Plan {
    command: &'static str,
    /// Seconds that it may take: a full run begins with an empty target folder, a quick one with a warm one.
    pub budget: u64,
}

impl Plan {
    const fn new(command: &'static str, budget: u64) -> Self {
        Self { command, budget }
    }

    /// The command as words.
    pub fn words(&self) -> Vec<String> {
        self.command.split_whitespace().map(str::to_owned).collect()
    }
}

impl Step {
    /// What to do; none when a quick run leaves the step out.
    pub fn plan(&self, quick: bool) -> Option<Plan> {
        if quick { self.quick } else { Some(self.full) }
    }
}

/// Tests that may stay unrun under `--require-all`, each with where it does run.
pub const ALLOWED_SKIPS: &[(&str, &str)] = &[];

/// The steps in their order: cheap ones first, so that a slip is told early.
pub const STEPS: &[Step] = &[
    Step {
        name: "formatting",
        needs: &[&RUSTFMT],
        full: Plan::new("cargo fmt --all --check", 20),
        quick: Some(Plan::new("cargo fmt --all --check", 5)),
        judge: judge::by_exit,
    },
    Step {
        name: "clippy",
        needs: &[&CLIPPY],
        full: Plan::new("cargo clippy --workspace --all-targets -- -D warnings", 330),
        quick: Some(Plan::new("cargo clippy --workspace --all-targets -- -D warnings", 25)),
        judge: judge::by_exit,
    },
    Step {
        name: "tidy",
        needs: &[&GIT],
        full: Plan::new("cargo test -p gridwalk-tidy", 60),
        quick: Some(Plan::new("cargo test -p gridwalk-tidy", 15)),
        judge: judge::by_libtest,
    },
    Step {
        name: "rust tests",
        needs: &[],
        full: Plan::new("cargo test --workspace --exclude gridwalk-tidy --no-fail-fast", 850),
        quick: Some(Plan::new(
            "cargo test -p gridwalk-model -p gridwalk-store -p gridwalk-sync -p gridwalk-app --lib --no-fail-fast",
            40,
        )),
        judge: judge::by_libtest,
    },
    Step {
        name: "encrypted phone",
        needs: &[&PERL],
        full: Plan::new(
            "cargo test -p gridwalk-store -p gridwalk-app -p gridwalk-crash --features gridwalk-app/encrypted,gridwalk-crash/encrypted --no-fail-fast",
            360,
        ),
        quick: None,
        judge: judge::by_libtest,
    },
    Step {
        name: "single sign-on",
        needs: &[&NODE, &PROVIDER],
        full: Plan::new("cargo test -p gridwalk-server --test single_sign_on", 30),
        quick: None,
        judge: judge::by_libtest,
    },
    Step {
        name: "documentation",
        needs: &[],
        full: Plan::new("env RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps", 120),
        quick: None,
        judge: judge::by_exit,
    },
    Step {
        name: "metrics",
        needs: &[&PROMTOOL],
        full: Plan::new("cargo xtask metrics", 50),
        quick: None,
        judge: judge::by_exit,
    },
    Step {
        name: "simulator",
        needs: &[],
        full: Plan::new("cargo xtask sim --seeds 110", 260),
        quick: Some(Plan::new("cargo xtask sim --seeds 4 --few", 30)),
        judge: judge::by_exit,
    },
    Step {
        name: "simulator repeats",
        needs: &[],
        full: Plan::new("cargo xtask sim --seeds 30 --from 1000 --twice --few", 120),
        quick: None,
        judge: judge::by_exit,
    },
    Step {
        name: "world",
        needs: &[],
        full: Plan::new("cargo xtask world --seeds 200 --seconds 120", 250),
        quick: None,
        judge: judge::by_exit,
    },
    Step {
        name: "planted bugs",
        needs: &[],
        full: Plan::new("cargo xtask sim --seeds 600 --table", 200),
        quick: None,
        judge: judge::by_exit,
    },
    Step {
        name: "decoders",
        needs: &[],
        full: Plan::new("cargo xtask fuzz --seconds 20 --jobs 2", 650),
        quick: None,
        judge: judge::by_exit,
    },
    Step {
        name: "demo converges",
        needs: &[],
        full: Plan::new("cargo demo --once --json", 180),
        quick: None,
        judge: judge::demo_converged,
    },
    Step {
        name: "demo finds sabotage",
        needs: &[],
        full: Plan::new("cargo demo --sabotage --once --json", 120),
        quick: None,
        judge: judge::sabotage_found,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_all::{QUICK_BUDGET, WHOLE_BUDGET};

    #[test]
    fn the_budgets_leave_room() {
        for (quick, whole) in [(false, WHOLE_BUDGET), (true, QUICK_BUDGET)] {
            let planned: u64 = STEPS.iter().filter_map(|step| step.plan(quick)).map(|plan| plan.budget).sum();
            assert!(planned <= whole, "{planned} s planned of {whole}");
        }
    }

    #[test]
    fn every_step_has_its_own_name_and_a_command() {
        for (place, step) in STEPS.iter().enumerate() {
            assert!(!step.full.words().is_empty(), "{} has no command", step.name);
            assert!(STEPS.iter().skip(place + 1).all(|other| other.name != step.name), "{} stands twice", step.name);
        }
    }
}
