//! Back-checks: draw a round of them, and say what was found when a record was looked at again.
//!
//! The draw is written down with its seed, never its outcome: whoever holds the same records draws the same ones.

use super::{Actor, Blank, Decision, Edits, Opened};
use crate::basis::Basis;
use crate::civil_date::CivilDate;
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::review::{Comment, REVIEWED, account};
use crate::kind::{Kind, PARENT, UNIT, back_check, check_round};
use crate::rejection::Rejection;
use crate::review::author;
use crate::value::Value;
use crate::view::Held;
use std::collections::BTreeMap;

/// A draw of records to look at again.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawSample {
    /// The id that the round is to have.
    pub record: RecordId,
    /// The unit; what is below belongs to it.
    pub unit: UnitId,
    /// What it is called.
    pub title: String,
    /// Sixteen random bytes, made outside.
    pub seed: [u8; 16],
    /// How many of a million.
    pub per_million: u32,
    /// How many at least.
    pub least: u32,
    /// Of which kind.
    pub of: Kind,
    /// Only what this person made.
    pub by: Option<AccountId>,
    /// First and last day.
    pub days: (CivilDate, CivilDate),
}

impl DrawSample {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::CheckRound)?;
        if !REVIEWED.contains(&self.of) {
            return Err(Rejection::WrongKind { wanted: Kind::Visit.name() });
        }
        let (from, until) = (self.days.0.days(), self.days.1.days());
        if until < from {
            return Err(Rejection::OutOfRange { field: check_round::UNTIL, min: from, max: i64::MAX });
        }
        let edits = Edits::none()
            .put(check_round::TITLE, self.title.as_str())
            .put(check_round::SEED, data_encoding::HEXLOWER.encode(&self.seed))
            .put(check_round::PER_MILLION, i64::from(self.per_million))
            .put(check_round::LEAST, i64::from(self.least))
            .put(check_round::OF, self.of.name())
            .put(check_round::FROM, from)
            .put(check_round::UNTIL, until);
        let edits = self.by.iter().fold(edits, |edits, by| edits.put(check_round::BY, account(*by)));
        Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?.into())
    }
}

/// A record that was looked at again.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordBackCheck {
    /// The id that the back-check is to have.
    pub record: RecordId,
    /// What stood on the screen of the record.
    pub basis: Basis,
    /// The round that drew it.
    pub round: Option<RecordId>,
    /// What came of it: a code.
    pub result: String,
    /// What was found, by field.
    pub found: BTreeMap<String, String>,
    /// A note.
    pub note: Option<String>,
}

impl RecordBackCheck {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.basis.record, &self.basis)?;
        let blank = Blank::of(held, self.record, Kind::BackCheck)?;
        if !REVIEWED.contains(&opened.table.kind) {
            return Err(Rejection::WrongParent { kind: opened.table.kind.name().to_owned() });
        }
        if author(opened.state) == Some(actor.account) {
            return Err(Rejection::OwnRecord);
        }
        let mut edits = Edits::none().put(back_check::RESULT, self.result.as_str()).put(back_check::AT, actor.now.0);
        if let Some(round) = self.round {
            edits = edits.put(back_check::ROUND, Value::Id(round));
        }
        if let Some(note) = &self.note {
            edits = edits.put("note", note.as_str());
        }
        for (field, text) in &self.found {
            if opened.table.field(field).is_none() {
                return Err(Rejection::UnknownField { kind: opened.table.kind.name(), field: field.clone() });
            }
            let found = Comment { field: field.clone(), text: text.trim().to_owned() };
            edits = edits.add(back_check::FOUND, found.to_value());
        }
        Ok(blank.write(opened.unit, Some((PARENT, opened.state.record)), &edits, actor)?.into())
    }
}
