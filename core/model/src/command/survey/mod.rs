//! Surveys: forms that are brought in, and submissions that people fill.
//!
//! Owns one file a use case. Refuses to know what a form asks: whoever runs it says what was answered. Invariant: a save
//! writes the answers that were given in it and no others, so that what others answered meanwhile stands.

mod begin;
mod fill;
mod publish;
#[cfg(test)]
mod tests;

pub use begin::BeginSubmission;
pub use fill::FillSubmission;
pub use publish::PublishForm;

use super::{Actor, Decision, Edits, Remedy};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::form::hash_of;
use crate::kind::submission::{FINISHED_AT, FORM, TITLE, VERSION};
use crate::kind::{PARENT, UNIT};
use crate::op::Op;
use crate::rejection::Rejection;
use crate::submission::{Answered, INSIDE, is_answer};
use crate::value::Value;
use crate::view::Held;

/// Everything that a person can want of forms and submissions.
#[derive(Debug, Clone, PartialEq)]
pub enum Survey {
    /// A form, or a version of one.
    Publish(PublishForm),
    /// A form that somebody begins to fill.
    Begin(BeginSubmission),
    /// Answers, and the end of it.
    Fill(FillSubmission),
}

impl Survey {
    /// Its name, for logs and shells.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Publish(_) => "publish_form",
            Self::Begin(_) => "begin_submission",
            Self::Fill(_) => "fill_submission",
        }
    }

    /// How it is put right.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::Publish(_) => Remedy::TakesAwayAndPutsBack,
            Self::Begin(_) => Remedy::TakesAway,
            Self::Fill(_) => Remedy::PutsBack,
        }
    }

    /// The records that a decision looks at.
    pub fn looks_at(&self) -> Vec<RecordId> {
        match self {
            Self::Publish(c) => c.looks_at(),
            Self::Begin(c) => [c.record, c.form].into_iter().chain(c.about).collect(),
            Self::Fill(c) => vec![c.record],
        }
    }

    /// Decides.
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        match self {
            Self::Publish(c) => c.decide(held, actor),
            Self::Begin(c) => c.decide(held, actor),
            Self::Fill(c) => c.decide(held, actor),
        }
    }
}

/// The submission that the server did not take, with all that was answered in the same save.
pub(super) fn begin_again(record: RecordId, answers: Vec<Answered>, edits: &Edits) -> Option<Survey> {
    let said = |field: &str| edits.fields.get(field)?.as_ref();
    Some(Survey::Begin(BeginSubmission {
        record,
        unit: said(UNIT)?.as_id()?.unit(),
        about: said(PARENT).and_then(Value::as_id),
        form: said(FORM)?.as_id()?,
        version: hash_of(said(VERSION)?.as_text()?)?,
        title: said(TITLE)?.as_text()?.to_owned(),
        answers,
    }))
}

/// The answers that the server did not take.
pub(super) fn fill_again(record: RecordId, basis: Basis, answers: Vec<Answered>, edits: &Edits) -> Survey {
    let finish = edits.fields.contains_key(FINISHED_AT);
    let version = edits.fields.get(VERSION).and_then(|said| hash_of(said.as_ref()?.as_text()?));
    Survey::Fill(FillSubmission { record, basis, answers, version, finish })
}

/// What operations say of a submission's questions.
pub(super) fn answered(ops: &[Op]) -> Vec<Answered> {
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).map(str::to_owned);
    let inside = |copy: &str| {
        ops.iter().find_map(|op| match op {
            Op::Put { field, value, within: Some(within), .. } if field == INSIDE && within == copy => text(value),
            _ => None,
        })
    };
    let one = |op: &Op| match op {
        Op::Put { field, value, within, .. } if is_answer(field) => {
            Some(Answered::Put { copy: within.clone(), field: field.clone(), answer: text(value) })
        }
        Op::AddInstance { within } => Some(Answered::Added { copy: within.clone(), inside: inside(within) }),
        Op::RemoveInstance { within, .. } => Some(Answered::Removed { copy: within.clone() }),
        _ => None,
    };
    ops.iter().filter_map(one).collect()
}
