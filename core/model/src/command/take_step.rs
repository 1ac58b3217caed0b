//! Take a step of a workflow: accept, dispatch, take, handle, verify, close, hand back, …

use super::{Actor, Decision, Opened};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Kind, case_file, work_item};
use crate::op::Op;
use crate::rejection::Rejection;
use crate::step_table::StepTable;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use std::collections::BTreeMap;

/// A step of a workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeStep {
    /// The record.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The step's code.
    pub step: String,
    /// Answers to what the step asks.
    pub answers: BTreeMap<String, Value>,
}

impl TakeStep {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        let steps: &StepTable = opened.table.kind.steps();
        let status = opened.state.status();
        let answers = self.tidy(steps, status);
        let row = steps.judge(opened.state, &self.step, actor, &answers)?;
        let along = match opened.table.kind {
            Kind::WorkItem => work_item::moved_by(&self.step, &answers, actor.now)?,
            Kind::Case => self.came_again(&opened, actor, &answers)?,
            _ => Vec::new(),
        };
        let wish = Wish::Step { step: self.step.clone(), to: row.to.to_owned(), answers };
        Ok(opened.write([wish].into_iter().chain(along).collect()).into())
    }

    /// The line by which a case came once more, where it is none of those by which it came.
    fn came_again(
        &self,
        opened: &Opened<'_>,
        actor: &Actor,
        answers: &BTreeMap<String, Value>,
    ) -> Result<Vec<Wish>, Rejection> {
        let Some(Wish::Add { set, element }) = case_file::came_again_by(&self.step, answers) else {
            return Ok(Vec::new());
        };
        if element.as_text().is_some_and(|line| case_file::lines(opened.state).contains(line)) {
            return Ok(Vec::new());
        }
        opened.table.permits(&Op::Add { set: set.clone(), element: element.clone() }, actor.roles)?;
        Ok(vec![Wish::Add { set, element }])
    }

    /// The answers in the form in which they are stored.
    fn tidy(&self, steps: &StepTable, status: &str) -> BTreeMap<String, Value> {
        steps.row(status, &self.step).map_or_else(|| self.answers.clone(), |row| row.tidy(&self.answers))
    }
}
