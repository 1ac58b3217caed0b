//! The table at the end of a run: what passed, failed, was skipped and why, in how much time.
//!
//! Owns its words and its sums. Refuses to know how a step was run. Invariant: the closing line counts exactly what the
//! rows count, and the exit code is a failure exactly when something failed.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

/// Something that was not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// The step, or the test's own name.
    pub name: String,
    /// Why it was not run.
    pub why: String,
}

/// What one step came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The step's name.
    pub step: String,
    /// Tests that passed (a step that is no test suite counts as one).
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were not run.
    pub skips: Vec<Skip>,
    /// What failed, one sentence each.
    pub faults: Vec<String>,
    /// Seconds that the step may take.
    pub budget: u64,
    /// Seconds that it took.
    pub seconds: f64,
}

impl Row {
    /// A step that counts as one test, passed.
    pub fn passed(step: &str) -> Self {
        Self { step: step.to_owned(), passed: 1, ..Self::default() }
    }

    /// A step that counts as one test, failed for the given reason.
    pub fn failed(step: &str, why: impl Into<String>) -> Self {
        Self { step: step.to_owned(), failed: 1, faults: vec![why.into()], ..Self::default() }
    }

    /// A step that was not run.
    pub fn skipped(step: &str, why: impl Into<String>) -> Self {
        let skip = Skip { name: step.to_owned(), why: why.into() };
        Self { step: step.to_owned(), skips: vec![skip], ..Self::default() }
    }

    /// Turns every skip that is not on the list of allowed names into a failure.
    pub fn insist(&mut self, allowed: &[(&str, &str)]) {
        let (kept, refused): (Vec<_>, Vec<_>) =
            self.skips.drain(..).partition(|skip| allowed.iter().any(|(name, _)| *name == skip.name));
        self.skips = kept;
        for skip in refused {
            self.failed += 1;
            self.faults.push(format!("{} was skipped and may not be: {}", skip.name, skip.why));
        }
    }
}

/// All rows of a run.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds what a step came to.
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Tests that passed, failed and were skipped.
    pub fn counts(&self) -> (u64, u64, u64) {
        self.rows.iter().fold((0, 0, 0), |(passed, failed, skipped), row| {
            (passed + row.passed, failed + row.failed, skipped + row.skips.len() as u64)
        })
    }

    /// Success exactly when nothing failed and something passed or was skipped by name.
    pub fn exit_code(&self) -> ExitCode {
        if self.counts().1 == 0 && !self.rows.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// The closing line, alone on its line.
    pub fn closing_line(&self) -> String {
        let (passed, failed, skipped) = self.counts();
        format!("{passed} passed, {failed} failed, {skipped} skipped")
    }

    /// The table, the reasons below it, and the sum against the whole budget in seconds.
    pub fn table(&self, whole_budget: u64) -> String {
        let width = self.rows.iter().map(|row| row.step.len()).max().unwrap_or(0).max("step".len());
        let mut text = format!(
            "\n{:<width$}  {:>7}  {:>7}  {:>7}  {:>8}  {:>8}\n",
            "step", "passed", "failed", "skipped", "budget s", "actual s"
        );
        for row in &self.rows {
            let late = if row.seconds > seconds(row.budget) { "  over its budget" } else { "" };
            line(
                &mut text,
                width,
                &row.step,
                [row.passed, row.failed, row.skips.len() as u64, row.budget],
                row.seconds,
            );
            text.push_str(late);
            text.push('\n');
        }
        let (passed, failed, skipped) = self.counts();
        let spent: f64 = self.rows.iter().map(|row| row.seconds).sum();
        let planned = self.rows.iter().map(|row| row.budget).sum();
        line(&mut text, width, "all", [passed, failed, skipped, planned], spent);
        let _ = writeln!(text, "  of {whole_budget} s in all");
        self.reasons(&mut text);
        text
    }

    fn reasons(&self, text: &mut String) {
        for row in &self.rows {
            for fault in &row.faults {
                let _ = writeln!(text, "failed   {}: {fault}", row.step);
            }
            for skip in &row.skips {
                let _ = writeln!(text, "skipped  {}: {}", skip.name, skip.why);
            }
        }
    }

    /// The same as one JSON object.
    pub fn json(&self, whole_budget: u64) -> Value {
        let (passed, failed, skipped) = self.counts();
        let steps: Vec<Value> = self.rows.iter().map(row_json).collect();
        json!({
            "passed": passed, "failed": failed, "skipped": skipped, "budget_s": whole_budget,
            "actual_s": tenths(self.rows.iter().map(|row| row.seconds).sum()), "steps": steps,
        })
    }
}

fn row_json(row: &Row) -> Value {
    let skips: Vec<Value> = row.skips.iter().map(|skip| json!({ "name": skip.name, "why": skip.why })).collect();
    json!({
        "step": row.step, "passed": row.passed, "failed": row.failed, "faults": row.faults, "skips": skips,
        "budget_s": row.budget, "actual_s": tenths(row.seconds),
    })
}

fn line(text: &mut String, width: usize, step: &str, [passed, failed, skipped, budget]: [u64; 4], spent: f64) {
    let _ = write!(text, "{step:<width$}  {passed:>7}  {failed:>7}  {skipped:>7}  {budget:>8}  {spent:>8.1}");
}

/// Whole seconds as a measured time.
fn seconds(whole: u64) -> f64 {
    std::time::Duration::from_secs(whole).as_secs_f64()
}

fn tenths(spent: f64) -> f64 {
    (spent * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_sums_the_rows() {
        let mut report = Report::default();
        report.add(Row { passed: 40, ..Row::passed("rust tests") });
        report.add(Row::failed("demo", "it did not converge"));
        report.add(Row::skipped("browser", "no browser here"));
        assert_eq!(report.closing_line(), "40 passed, 1 failed, 1 skipped");
        assert_eq!(report.exit_code(), ExitCode::FAILURE);
        let table = report.table(3600);
        assert!(table.contains("failed   demo: it did not converge"), "{table}");
        assert!(table.contains("skipped  browser: no browser here"), "{table}");
        assert!(table.contains("of 3600 s in all"), "{table}");
    }

    #[test]
    fn an_empty_run_is_no_success() {
        assert_eq!(Report::default().exit_code(), ExitCode::FAILURE);
    }

    #[test]
    fn a_skip_that_is_not_on_the_list_fails_when_all_is_required() {
        let mut row = Row { passed: 3, ..Row::default() };
        row.skips = vec![
            Skip { name: "known".into(), why: "elsewhere".into() },
            Skip { name: "unknown".into(), why: "ignored".into() },
        ];
        row.insist(&[("known", "runs in with-shared")]);
        assert_eq!((row.passed, row.failed, row.skips.len()), (3, 1, 1));
        assert_eq!(row.faults, ["unknown was skipped and may not be: ignored"]);
    }
}
