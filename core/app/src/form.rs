//! Forms on a phone: brought in, filled, put down and taken up again.
//!
//! Owns the way from a form's run to the commands that save it. Refuses to decide and to know expressions: the model and
//! gridwalk-forms do. Invariant: what was answered is on the disk when a save returns; what a save refused is told again by
//! the next.

use crate::error::AppError;
use crate::execute::Changed;
use crate::ids;
use crate::notebook::Notebook;
use gridwalk_forms::definition::FormDefinition;
use gridwalk_forms::filling::{Filling, Renewal};
use gridwalk_forms::run::{Form, Situation};
use gridwalk_model::command::survey::{BeginSubmission, FillSubmission, PublishForm, Survey};
use gridwalk_model::command::{Actor, Command};
use gridwalk_model::hash::Hash;
use gridwalk_model::kind::form;
use gridwalk_model::kind::submission::Submission;
use gridwalk_model::{Basis, RecordId, Rejection, UnitId, limits};
use gridwalk_store::StoreError;
use std::collections::HashMap;

/// How many minutes China's clock is ahead of UTC.
const CHINA_MINUTES: i32 = 480;

/// Answers that one save takes: each is two operations at most.
const ANSWERS_A_SAVE: usize = limits::CHANGE_OPS_MAX / 2 - 8;

/// A submission that is to be begun.
#[derive(Debug, Clone, PartialEq)]
pub struct SubmissionBegun {
    /// The form.
    pub form: RecordId,
    /// The unit in which it is at home.
    pub unit: UnitId,
    /// What it is about.
    pub about: Option<RecordId>,
}

/// A submission that is open.
#[derive(Debug)]
pub struct OpenSubmission {
    /// What is asked and answered.
    pub filling: Filling,
    /// What stood on the screen when it was opened.
    basis: Basis,
    /// The version that the next save writes down.
    version: Option<Hash>,
}

impl Notebook {
    fn survey(&self, command: Survey) -> Result<Changed, AppError> {
        self.execute(&Command::Survey(Box::new(command)))
    }

    /// Brings a form in, or a version of one, for everybody below a unit.
    pub fn publish_form(&self, unit: UnitId, definition: &FormDefinition) -> Result<Changed, AppError> {
        let mut publish = PublishForm {
            unit,
            form_id: definition.id.clone(),
            title: if definition.title.is_empty() { definition.id.clone() } else { definition.title.clone() },
            version: definition.version.clone(),
            definition: definition.encode(),
            basis: None,
        };
        let record = publish.record();
        if !self.store().predicted(record, self.now())?.state.kinds.is_empty() {
            publish.basis = Some(self.basis(record)?);
        }
        self.survey(Survey::Publish(publish))
    }

    /// The definition of a form's version; not found where pieces of it are not on this phone yet.
    pub fn form_definition(&self, record: RecordId, version: Hash) -> Result<FormDefinition, AppError> {
        let now = self.now();
        let state = self.store().predicted(record, now)?.state;
        let form = form::Form::of(&state).ok_or(Rejection::UnknownRecord)?;
        let version = form.version(version).ok_or(StoreError::NotFound)?;
        let pieces: Vec<RecordId> = version.piece_ids(record).collect();
        let held = self.held_for(&pieces, now)?;
        let bytes = version.assembled(record, |piece| held.get(&piece)).ok_or(StoreError::NotFound)?;
        FormDefinition::decode(&bytes).map_err(|_| AppError::FormTooNew)
    }

    fn situation(&self, actor: &Actor) -> Result<Situation, AppError> {
        let device = self.enrolment().ok_or(AppError::NotEnrolled)?.device;
        let properties = [("deviceid", device.to_string()), ("username", actor.account.to_string())];
        Ok(Situation {
            now_ms: actor.now.0,
            zone_minutes: CHINA_MINUTES,
            seed: u64::from_be_bytes(ids::random(self.ids())?),
            properties: properties.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<HashMap<_, _>>(),
        })
    }

    /// Begins to fill a form by its newest version.
    pub fn begin_submission(&self, wanted: &SubmissionBegun) -> Result<(Changed, OpenSubmission), AppError> {
        let state = self.store().predicted(wanted.form, self.now())?.state;
        let form = form::Form::of(&state).ok_or(Rejection::UnknownRecord)?;
        let version = form.newest().ok_or(StoreError::NotFound)?.definition;
        let definition = self.form_definition(wanted.form, version)?;
        let record = self.new_record()?;
        let mut filling = Filling::begin(Form::new(definition, &[]), self.situation(&self.actor()?)?, record);
        let mut answers = filling.answers();
        let later = answers.split_off(answers.len().min(ANSWERS_A_SAVE));
        let SubmissionBegun { form: of, unit, about } = *wanted;
        let title = form.title;
        let begin = BeginSubmission { record, unit, about, form: of, version, title, answers };
        let changed = self.survey(Survey::Begin(begin))?;
        let mut open = OpenSubmission { filling, basis: self.basis(record)?, version: None };
        open.filling.take_back(later);
        self.save_answers(&mut open, false)?;
        Ok((changed, open))
    }

    /// Opens a submission as it stands, on this phone and as far as it heard of others.
    pub fn open_submission(&self, record: RecordId) -> Result<OpenSubmission, AppError> {
        let actor = self.actor()?;
        let basis = self.basis(record)?;
        let state = self.store().predicted(record, actor.now)?.state;
        let submission = Submission::of(&state).ok_or(Rejection::UnknownRecord)?;
        let definition = self.form_definition(submission.form, submission.version)?;
        let filling = Filling::resume(Form::new(definition, &[]), self.situation(&actor)?, &state);
        Ok(OpenSubmission { filling, basis, version: None })
    }

    /// Opens a draft by the newest version of its form, with what that does to it; `None` of one that is finished, or has the
    /// newest. Nothing is saved before [`Notebook::save_answers`].
    pub fn renew_submission(&self, record: RecordId) -> Result<Option<(OpenSubmission, Renewal)>, AppError> {
        let actor = self.actor()?;
        let state = self.store().predicted(record, actor.now)?.state;
        let submission = Submission::of(&state).ok_or(Rejection::UnknownRecord)?;
        let form = self.store().predicted(submission.form, actor.now)?.state;
        let form = form::Form::of(&form).ok_or(Rejection::UnknownParent)?;
        let newest = form.newest().ok_or(StoreError::NotFound)?.definition;
        if submission.finished_at.is_some() || submission.version == newest {
            return Ok(None);
        }
        let definition = self.form_definition(submission.form, newest)?;
        let old = self.open_submission(record)?;
        let (filling, renewal) = old.filling.renewed(Form::new(definition, &[]), self.situation(&actor)?);
        Ok(Some((OpenSubmission { filling, basis: old.basis, version: Some(newest) }, renewal)))
    }

    /// Saves what was answered since the last save; `None` where nothing was. With `finish` the submission is finished.
    pub fn save_answers(&self, open: &mut OpenSubmission, finish: bool) -> Result<Option<Changed>, AppError> {
        let mut answers = open.filling.answers();
        let mut last = None;
        while !answers.is_empty() || open.version.is_some() || (finish && last.is_none()) {
            let later = answers.split_off(answers.len().min(ANSWERS_A_SAVE));
            let fill = FillSubmission {
                record: open.filling.submission(),
                basis: open.basis.clone(),
                answers: answers.clone(),
                // The version goes with the last of them: a phone that dies in between has the older one, and begins again.
                version: open.version.filter(|_| later.is_empty()),
                finish: finish && later.is_empty(),
            };
            match self.survey(Survey::Fill(fill)) {
                Ok(changed) => {
                    last = Some(changed);
                    open.version = open.version.filter(|_| !later.is_empty());
                }
                Err(error) => {
                    open.filling.take_back([answers, later].concat());
                    return Err(error);
                }
            }
            answers = later;
        }
        Ok(last)
    }
}
