//! The steps of `cargo test-all`, as a table.
//!
//! Owns what is run, what it needs and how long it may take on two cores with an empty target folder. Refuses to know how
//! a step is run. Invariant: the budgets together stay under the whole budget, with room for what is to come.

use super::judge::{self, Judge};
use super::setup::{CLIPPY, GIT, RUSTFMT, Tool};

/// One row of the table.
pub struct Step {
    /// What the closing table calls it.
    pub name: &'static str,
    /// Programs that it cannot run without.
    pub needs: &'static [&'static Tool],
    /// Seconds that it may take.
    pub budget: u64,
    /// The command of a full run.
    full: &'static str,
    /// The command of a quick run; nothing when the step is left out there.
    quick: &'static str,
    /// How its output becomes a row.
    pub judge: Judge,
}

impl Step {
    /// The command as words; none when a quick run leaves the step out.
    pub fn command(&self, quick: bool) -> Option<Vec<String>> {
        let line = if quick { self.quick } else { self.full };
        (!line.is_empty()).then(|| line.split_whitespace().map(str::to_owned).collect())
    }
}

/// Tests that may stay unrun under `--require-all`, each with where it does run.
pub const ALLOWED_SKIPS: &[(&str, &str)] = &[];

/// The steps in their order: cheap ones first, so that a slip is told early.
pub const STEPS: &[Step] = &[
    Step {
        name: "formatting",
        needs: &[&RUSTFMT],
        budget: 20,
        full: "cargo fmt --all --check",
        quick: "cargo fmt --all --check",
        judge: judge::by_exit,
    },
    Step {
        name: "clippy",
        needs: &[&CLIPPY],
        budget: 420,
        full: "cargo clippy --workspace --all-targets -- -D warnings",
        quick: "cargo clippy --workspace --all-targets -- -D warnings",
        judge: judge::by_exit,
    },
    Step {
        name: "tidy",
        needs: &[&GIT],
        budget: 60,
        full: "cargo test -p gridwalk-tidy",
        quick: "cargo test -p gridwalk-tidy",
        judge: judge::by_libtest,
    },
    Step {
        name: "rust tests",
        needs: &[],
        budget: 1200,
        full: "cargo test --workspace --exclude gridwalk-tidy --no-fail-fast",
        quick: "cargo test -p gridwalk-model -p gridwalk-store -p gridwalk-sync -p gridwalk-app --lib --no-fail-fast",
        judge: judge::by_libtest,
    },
    Step {
        name: "documentation",
        needs: &[],
        budget: 240,
        full: "env RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps",
        quick: "",
        judge: judge::by_exit,
    },
    Step {
        name: "simulator",
        needs: &[],
        budget: 600,
        full: "cargo xtask sim --seeds 100",
        quick: "cargo xtask sim --seeds 10",
        judge: judge::by_exit,
    },
    Step {
        name: "demo converges",
        needs: &[],
        budget: 180,
        full: "cargo demo --once --json",
        quick: "",
        judge: judge::demo_converged,
    },
    Step {
        name: "demo finds sabotage",
        needs: &[],
        budget: 120,
        full: "cargo demo --once --sabotage --json",
        quick: "",
        judge: judge::sabotage_found,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_all::WHOLE_BUDGET;

    #[test]
    fn the_budgets_leave_room() {
        let planned: u64 = STEPS.iter().map(|step| step.budget).sum();
        assert!(planned <= WHOLE_BUDGET, "{planned} s planned of {WHOLE_BUDGET}");
    }

    #[test]
    fn every_step_has_its_own_name_and_a_command() {
        for (place, step) in STEPS.iter().enumerate() {
            assert!(step.command(false).is_some(), "{} has no command", step.name);
            assert!(STEPS.iter().skip(place + 1).all(|other| other.name != step.name), "{} stands twice", step.name);
        }
    }
}
