//! Publish a form: the record of the form with one version more, and the pieces of its definition.
//!
//! The same definition brought in twice is one version; who does so is told.

use crate::basis::Basis;
use crate::command::{Actor, Blank, Decision, Edits, Opened, Write};
use crate::id::{RecordId, UnitId};
use crate::kind::form::{CONTENT, FORM_ID, Form, NUMBER, OF, TITLE, VERSIONS, Version, form_of, piece_of};
use crate::kind::{Kind, PARENT, UNIT};
use crate::limits;
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;

/// A form, or a version of one.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishForm {
    /// The unit below which everybody fills it.
    pub unit: UnitId,
    /// Its id, which its author wrote.
    pub form_id: String,
    /// What it is called.
    pub title: String,
    /// The version as its author wrote it; may be empty.
    pub version: String,
    /// The bytes of its definition.
    pub definition: Vec<u8>,
    /// What stood on the screen of the form, if there was one.
    pub basis: Option<Basis>,
}

impl PublishForm {
    /// The record of the form.
    pub fn record(&self) -> RecordId {
        form_of(self.unit, &self.form_id)
    }

    pub(super) fn looks_at(&self) -> Vec<RecordId> {
        let version = Version::of(&self.definition, "", crate::time::Timestamp(0));
        let record = self.record();
        let pieces: Vec<RecordId> = version.piece_ids(record).collect();
        [record, self.unit.record()].into_iter().chain(pieces).collect()
    }

    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        if self.definition.is_empty() {
            return Err(Rejection::MissingField { field: CONTENT });
        }
        if self.definition.len() > limits::FORM_DEFINITION_BYTES_MAX {
            return Err(Rejection::TooLong { field: CONTENT, chars_max: limits::FORM_DEFINITION_BYTES_MAX });
        }
        let record = self.record();
        let version = Version::of(&self.definition, &self.version, actor.now);
        let known = held.state(record).and_then(Form::of);
        if let Some(known) = &known {
            if known.newest().is_some_and(|newest| newest.definition == version.definition) {
                return Err(Rejection::RecordExists);
            }
            if i64::try_from(known.versions.len()).unwrap_or(i64::MAX) >= limits::FORM_VERSIONS_MAX {
                return Err(Rejection::OutOfRange { field: VERSIONS, min: 1, max: limits::FORM_VERSIONS_MAX });
            }
        }
        let edits = Edits::none().put(TITLE, self.title.as_str()).add(VERSIONS, version.element());
        let first = if let (Some(_), Some(basis)) = (&known, &self.basis) {
            let opened = Opened::of(held, record, basis)?;
            let wishes = edits.wishes(opened.table, actor.roles, |field, value| opened.is_news(field, value))?;
            opened.write(wishes)
        } else {
            let blank = Blank::again(held, record, Kind::Form)?;
            let edits = edits.put(FORM_ID, self.form_id.as_str());
            blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?
        };
        let mut more = Vec::new();
        for (number, content) in self.definition.chunks(limits::FORM_PIECE_BYTES).enumerate() {
            more.extend(self.piece(held, actor, &version, number, content)?);
        }
        Ok(Decision { first, more })
    }

    /// A piece that is not here yet: an earlier version may have had the same definition.
    fn piece(
        &self,
        held: &impl Held,
        actor: &Actor,
        version: &Version,
        number: usize,
        content: &[u8],
    ) -> Result<Option<Write>, Rejection> {
        let piece = piece_of(self.record(), &version.definition, number);
        if held.state(piece).is_some_and(|state| !state.kinds.is_empty() && !state.is_deleted()) {
            return Ok(None);
        }
        let edits = Edits::none()
            .put(OF, version.definition.to_string())
            .put(NUMBER, i64::try_from(number).unwrap_or(i64::MAX))
            .put(CONTENT, Value::Bytes(content.to_vec()));
        let blank = Blank::again(held, piece, Kind::FormPiece)?;
        blank.write(self.unit, Some((PARENT, self.record())), &edits, actor).map(Some)
    }
}
