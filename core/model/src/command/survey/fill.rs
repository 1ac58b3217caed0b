//! Fill a submission: the answers of one group of keystrokes, a newer version of the form, and at the end that it is finished.
//!
//! Answers after the end are taken, too: somebody else may have given them without a signal. So nothing is asked of the status.

use crate::basis::Basis;
use crate::command::{Actor, Decision, Opened};
use crate::hash::Hash;
use crate::id::RecordId;
use crate::kind::Kind;
use crate::kind::submission::{FINISHED_AT, VERSION};
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
    /// The definition by which it is filled from now on, if that is another one. Whoever runs the form knows that it is one of
    /// the form's.
    pub version: Option<Hash>,
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
        if let Some(version) = self.version {
            wishes.push(Wish::put(VERSION, version.to_string()));
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
