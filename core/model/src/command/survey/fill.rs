//! Fill a submission: the answers of one group of keystrokes, and at the end that it is finished.
//!
//! Answers after the end are taken, too: somebody else may have given them without a signal. So nothing is asked of the status.

use crate::basis::Basis;
use crate::command::{Actor, Decision, Opened};
use crate::id::RecordId;
use crate::kind::Kind;
use crate::kind::submission::FINISHED_AT;
use crate::rejection::Rejection;
use crate::submission::Answered;
use crate::view::Held;
use crate::wish::Wish;

/// Answers, and the end of it.
#[derive(Debug, Clone, PartialEq)]
pub struct FillSubmission {
    /// The submission.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// What was answered.
    pub answers: Vec<Answered>,
    /// Whether it is finished with that.
    pub finish: bool,
}

impl FillSubmission {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        if opened.table.kind != Kind::Submission {
            return Err(Rejection::WrongKind { wanted: Kind::Submission.name() });
        }
        if !opened.table.writers().meets(actor.roles) {
            return Err(Rejection::FieldNotPermitted { field: FINISHED_AT.to_owned() });
        }
        let mut wishes = Vec::new();
        for answer in &self.answers {
            wishes.extend(answer.wishes()?);
        }
        if self.finish {
            wishes.push(Wish::put(FINISHED_AT, actor.now.0));
        }
        if wishes.is_empty() {
            return Err(Rejection::NothingToDo);
        }
        Ok(opened.write(wishes).into())
    }
}
