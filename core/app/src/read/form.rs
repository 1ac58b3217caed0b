//! Forms and submissions as lists.

use super::{Reader, StoreError};
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::form::{Form, Version};
use gridwalk_model::kind::submission::Submission;
use gridwalk_model::{RecordId, Timestamp, UnitId};
use gridwalk_store::RowFilter;

/// A version of a form.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VersionLine {
    /// The version as its author wrote it; may be empty.
    pub version: String,
    /// The hash of its definition.
    pub definition: String,
    /// When it was brought in.
    pub published_at: Timestamp,
    /// How many bytes its definition has.
    pub bytes: usize,
    /// Whether all of it is on this phone.
    pub here: bool,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FormLine {
    /// Its record.
    pub record: RecordId,
    /// What it is called.
    pub title: String,
    /// Its id.
    pub form_id: String,
    /// The unit below which it is filled.
    pub unit: Option<UnitId>,
    /// Its versions, the newest first.
    pub versions: Vec<VersionLine>,
}

/// A submission.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SubmissionLine {
    /// Its record.
    pub record: RecordId,
    /// The form.
    pub form: RecordId,
    /// What that is called.
    pub title: String,
    /// The definition by which it is filled.
    pub definition: String,
    /// What it is about.
    pub about: Option<RecordId>,
    /// What that is called.
    pub about_name: Option<String>,
    /// When it was finished; nothing of a draft.
    pub finished_at: Option<Timestamp>,
    /// How many questions are answered.
    pub answered: usize,
    /// In how many people disagree.
    pub at_odds: usize,
    /// Whether the form has a newer version.
    pub newer_version: bool,
}

impl Reader<'_> {
    /// The forms that are filled here, by title.
    pub fn forms(&self) -> Result<Vec<FormLine>, StoreError> {
        let mut list = Vec::new();
        for row in self.each_row(RowFilter::kind(Kind::Form.name())) {
            let row = row?;
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            let Some(form) = Form::of(&state) else { continue };
            let mut versions = Vec::new();
            for version in form.versions.iter().rev() {
                versions.push(self.version_line(&form, version)?);
            }
            let Form { record, title, form_id, .. } = form;
            list.push(FormLine { record, title, form_id, unit: row.unit, versions });
        }
        Ok(list)
    }

    fn version_line(&self, form: &Form, version: &Version) -> Result<VersionLine, StoreError> {
        let pieces: Vec<RecordId> = version.piece_ids(form.record).collect();
        let held = self.store.looked_at(&pieces, self.actor.now)?;
        Ok(VersionLine {
            version: version.name.clone(),
            definition: version.definition.to_string(),
            published_at: version.published_at,
            bytes: version.bytes,
            here: version.assembled(form.record, |piece| held.get(&piece)).is_some(),
        })
    }

    /// Submissions that this phone holds, of one form or of all, the newest first.
    pub fn submissions(&self, form: Option<RecordId>) -> Result<Vec<SubmissionLine>, StoreError> {
        let mut list = Vec::new();
        for row in self.each_row(RowFilter::kind(Kind::Submission.name())) {
            if let Some(line) = self.submission(row?.record)?
                && form.is_none_or(|form| line.form == form)
            {
                list.push(line);
            }
        }
        Ok(list)
    }

    /// A submission; `None` if it is not on this phone.
    pub fn submission(&self, record: RecordId) -> Result<Option<SubmissionLine>, StoreError> {
        let state = self.store.predicted(record, self.actor.now)?.state;
        let Some(one) = Submission::of(&state) else { return Ok(None) };
        let form = Form::of(&self.store.predicted(one.form, self.actor.now)?.state);
        let newest = form.as_ref().and_then(Form::newest).map(|version| version.definition);
        let about = one.about.map(|about| self.store.row(about)).transpose()?.flatten();
        Ok(Some(SubmissionLine {
            record,
            form: one.form,
            title: one.title,
            definition: one.version.to_string(),
            about: one.about,
            about_name: about.map(|row| row.title),
            finished_at: one.finished_at,
            answered: one.answered,
            at_odds: one.at_odds,
            newer_version: newest.is_some_and(|newest| newest != one.version),
        }))
    }
}
