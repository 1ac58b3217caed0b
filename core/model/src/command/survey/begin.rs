//! Begin to fill a form: a submission with what the form says by itself when it is opened.

use crate::command::{Actor, Blank, Decision, Edits};
use crate::hash::Hash;
use crate::id::{RecordId, UnitId};
use crate::kind::submission::{ABOUT, FORM, TITLE, VERSION};
use crate::kind::{Kind, PARENT, UNIT, form};
use crate::rejection::Rejection;
use crate::submission::Answered;
use crate::view::Held;

/// A form that somebody begins to fill.
#[derive(Debug, Clone, PartialEq)]
pub struct BeginSubmission {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit in which it is at home.
    pub unit: UnitId,
    /// What it is about.
    pub about: Option<RecordId>,
    /// The form.
    pub form: RecordId,
    /// The definition by which it is filled.
    pub version: Hash,
    /// What the form is called.
    pub title: String,
    /// What it begins with.
    pub answers: Vec<Answered>,
}

impl BeginSubmission {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let form = held.state(self.form).and_then(form::Form::of).ok_or(Rejection::UnknownParent)?;
        if form.version(self.version).is_none() {
            return Err(Rejection::UnknownParent);
        }
        let mut edits =
            Edits::none().put(FORM, self.form).put(VERSION, self.version.to_string()).put(TITLE, self.title.as_str());
        if let Some(about) = self.about {
            let state = held.state(about).ok_or(Rejection::UnknownParent)?;
            if !ABOUT.iter().any(|kind| kind.name() == state.kind()) {
                return Err(Rejection::WrongParent { kind: state.kind().to_owned() });
            }
            edits = edits.put(PARENT, about);
        }
        let blank = Blank::of(held, self.record, Kind::Submission)?;
        let mut write = blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?;
        for answer in &self.answers {
            write.wishes.extend(answer.wishes()?);
        }
        Ok(write.into())
    }
}
