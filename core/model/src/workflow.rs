//! Workflows as tables: from, step, to.
//!
//! Owns the lookup that admission and prediction share. Refuses to know rights and clocks. Invariant: a table has a
//! version; outcomes are stamped with it and never decided again.

use std::collections::{BTreeMap, BTreeSet};

/// The status of a record that no step has touched.
pub const START: &str = "new";

/// The step by which a phone has a record, in any workflow.
pub const TAKE: &str = "take";
/// The step by which a lease goes to somebody else, in any workflow; its answer [`FROM`] names whose it was.
pub const TAKE_OVER: &str = "take_over";
/// The step by which a record goes to whoever said last that they would see to it, in any workflow.
pub const ENTRUST: &str = "entrust";
/// The step by which somebody says that.
pub const CLAIM: &str = "claim";
/// The answer that names whose a lease was.
pub const FROM: &str = "from";

/// A workflow: which steps are open in which status, and where they lead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workflow {
    /// Version of the table.
    pub version: u32,
    /// Status → step → status it leads to.
    pub steps: BTreeMap<String, BTreeMap<String, String>>,
    /// Steps that take no effect while another phone has the record.
    pub leased: BTreeSet<String>,
}

impl Workflow {
    /// A table from rows (from, step, to).
    pub fn new<'a>(version: u32, rows: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let mut steps: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for (from, step, to) in rows {
            steps.entry(from.to_owned()).or_default().insert(step.to_owned(), to.to_owned());
        }
        Self { version, steps, leased: BTreeSet::new() }
    }

    /// Where the step leads from this status, or `None` if it is not open.
    pub fn leads_to(&self, status: &str, step: &str) -> Option<&str> {
        self.steps.get(status)?.get(step).map(String::as_str)
    }
}
