//! Finish an inspection: every item is answered, and somebody on the premises signed, or it is said why nobody did.
//!
//! A place of a campaign's list counts as checked with it: the same save stands before the target.

use super::opened;
use crate::basis::Basis;
use crate::command::canvass::RecordAttempt;
use crate::command::{Actor, Decision, Edits, Opened};
use crate::id::RecordId;
use crate::kind::inspection::{FINISHED_AT, SIGNED_BY, UNSIGNED, answer_of};
use crate::kind::inspection_item::worst;
use crate::picture::Picture;
use crate::rejection::Rejection;
use crate::view::Held;

/// The end of a look at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishInspection {
    /// The inspection, or the round of re-checks.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The codes of its items.
    pub items: Vec<String>,
    /// Who signed on the premises.
    pub signed_by: Option<String>,
    /// Why nobody signed.
    pub unsigned: Option<String>,
    /// A picture of the signature; its bytes are kept already.
    pub signature: Option<Picture>,
    /// More about it.
    pub note: Option<String>,
    /// The campaign's target that counts as checked with it, and the id that the attempt is to have.
    pub attempt: Option<(RecordId, RecordId)>,
    /// How many people are there, where the campaign asks for it.
    pub people: Option<i64>,
}

impl FinishInspection {
    /// The records that it looks at.
    pub(super) fn looks_at(&self) -> Vec<RecordId> {
        let answers = self.items.iter().map(|item| answer_of(self.record, item));
        let attempt = self.attempt.into_iter().flat_map(|(target, attempt)| [target, attempt]);
        [self.record].into_iter().chain(answers).chain(attempt).collect()
    }

    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let inspection = opened(held, self.record)?;
        let answered =
            |item: &str| held.state(answer_of(self.record, item)).is_some_and(|state| worst(state).is_some());
        if inspection.items.iter().any(|item| !answered(&item.item)) {
            return Err(Rejection::ItemsUnanswered);
        }
        if self.signed_by.is_none() && self.unsigned.is_none() {
            return Err(Rejection::MissingField { field: SIGNED_BY });
        }
        let mut edits = Edits::none().put(FINISHED_AT, actor.now.0);
        for (field, text) in [(SIGNED_BY, &self.signed_by), (UNSIGNED, &self.unsigned), ("note", &self.note)] {
            edits = text.iter().fold(edits, |edits, text| edits.put(field, text.as_str()));
        }
        edits = self.signature.iter().fold(edits, |edits, picture| edits.attach(*picture));
        let opened = Opened::of(held, self.record, &self.basis)?;
        let wishes = edits.wishes(opened.table, actor.roles, |field, value| opened.is_news(field, value))?;
        let first = opened.write(wishes);
        let mut more = Vec::new();
        if let Some((target, record)) = self.attempt {
            let edits = Edits::none().put("finding", inspection.title.as_str());
            let edits = self.people.iter().fold(edits, |edits, people| edits.put("people", *people));
            let outcome = "seen".to_owned();
            let attempt = RecordAttempt { record, target, outcome, at: None, needs: Vec::new(), edits, ask: None };
            more.extend(attempt.decide(held, actor)?.into_writes());
        }
        Ok(Decision { first, more })
    }
}
