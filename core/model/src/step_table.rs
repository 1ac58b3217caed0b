//! Step tables: the rows of a kind's workflow with who takes a step and what it asks for.
//!
//! Owns the reading of `catalog/workflows` and the judgement whether a step may be taken now. Refuses to decide
//! outcomes (`admission` does, once). Invariant: the workflow that admission looks up holds exactly these rows.

use crate::code_set::{self, CodeSet};
use crate::kind::Shape;
use crate::limits;
use crate::rejection::Rejection;
use crate::role::Roles;
use crate::value::Value;
use crate::workflow::Workflow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One thing that a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// The answer's name.
    pub name: &'static str,
    /// The answer's shape.
    pub shape: Shape,
    /// Whether the step is not taken without it.
    pub required: bool,
}

/// One row: in this status these roles may take this step, which leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The status in which it is open.
    pub from: &'static str,
    /// The step's code.
    pub step: &'static str,
    /// The status it leads to.
    pub to: &'static str,
    /// Who takes it.
    pub roles: Roles,
    /// What it asks for.
    pub asks: Vec<Ask>,
}

/// A kind's steps.
#[derive(Debug, Clone, Default)]
pub struct StepTable {
    /// The rows, in the order of the file.
    pub rows: Vec<StepRow>,
    /// The same as from, step, to.
    pub workflow: Workflow,
}

impl StepTable {
    /// The table of kinds without a workflow.
    pub fn none() -> &'static Self {
        static NONE: LazyLock<StepTable> = LazyLock::new(StepTable::default);
        &NONE
    }

    /// Reads a table: `# version N`, a heading, then rows `from,step,to,roles,asks`. Rows that do not read are left
    /// out; a test holds that the tables shipped have none.
    pub fn read(table: &'static str) -> Self {
        let version = table.lines().find_map(|l| l.strip_prefix("# version ")?.trim().parse().ok()).unwrap_or(0);
        let rows: Vec<StepRow> = code_set::rows(table).filter_map(row).collect();
        let workflow = Workflow::new(version, rows.iter().map(|r| (r.from, r.step, r.to)));
        Self { rows, workflow }
    }

    /// The row of a step in a status.
    pub fn row(&self, status: &str, step: &str) -> Option<&StepRow> {
        self.rows.iter().find(|r| r.from == status && r.step == step)
    }

    /// The steps that these roles may take in this status.
    pub fn allowed(&self, status: &str, roles: Roles) -> Vec<&StepRow> {
        self.rows.iter().filter(|r| r.from == status && r.roles.meets(roles)).collect()
    }

    /// Who takes a step in one status or another; `None` for an unknown step.
    pub fn takers(&self, step: &str) -> Option<Roles> {
        self.rows.iter().filter(|r| r.step == step).map(|r| r.roles).reduce(Roles::and)
    }

    /// Every status, in the order of the file.
    pub fn statuses(&self) -> Vec<&'static str> {
        let mut list = Vec::new();
        for status in self.rows.iter().flat_map(|r| [r.from, r.to]) {
            if !list.contains(&status) {
                list.push(status);
            }
        }
        list
    }

    /// The row, if these roles may take the step in this status with these answers.
    pub fn check(
        &self,
        kind: &'static str,
        status: &str,
        step: &str,
        roles: Roles,
        answers: &BTreeMap<String, Value>,
    ) -> Result<&StepRow, Rejection> {
        if self.takers(step).is_none() {
            return Err(Rejection::UnknownStep { kind, step: step.to_owned() });
        }
        let closed = || Rejection::StepNotOpen { step: step.to_owned(), status: status.to_owned() };
        let row = self.row(status, step).ok_or_else(closed)?;
        if !row.roles.meets(roles) {
            return Err(Rejection::StepNotPermitted { step: step.to_owned() });
        }
        row.check_answers(answers)?;
        Ok(row)
    }
}

impl StepRow {
    /// Whether the answers are those that the step asks for.
    pub fn check_answers(&self, answers: &BTreeMap<String, Value>) -> Result<(), Rejection> {
        if let Some(ask) = self.asks.iter().find(|a| a.required && !answers.contains_key(a.name)) {
            return Err(Rejection::MissingAnswer { step: self.step.to_owned(), ask: ask.name.to_owned() });
        }
        let wrong = |name: &String| Rejection::WrongAnswer { step: self.step.to_owned(), ask: name.clone() };
        for (name, value) in answers {
            let ask = self.asks.iter().find(|a| a.name == name).ok_or_else(|| wrong(name))?;
            ask.shape.check(ask.name, value).map_err(|_| wrong(name))?;
        }
        Ok(())
    }
}

fn row(line: &'static str) -> Option<StepRow> {
    let cells: Vec<&str> = line.split(',').collect();
    let [from, step, to, roles, asks] = cells.try_into().ok()?;
    let roles = Roles::from_names(roles).ok()?;
    let asks = asks.split_whitespace().map(ask).collect::<Option<_>>()?;
    Some(StepRow { from, step, to, roles, asks })
}

fn ask(word: &'static str) -> Option<Ask> {
    let (name, shape) = word.split_once(':')?;
    let required = shape.ends_with('!');
    let shape = match shape.trim_end_matches('!') {
        "text" => Shape::Text { chars_max: limits::ANSWER_CHARS_MAX },
        "date" => Shape::Date,
        "moment" => Shape::Moment,
        "unit" => Shape::UnitRef,
        "account" => Shape::Account,
        "bool" => Shape::Bool,
        set => Shape::Code(CodeSet::from_name(set)?),
    };
    Some(Ask { name, shape, required })
}
