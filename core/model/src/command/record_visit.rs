//! Record a visit: somebody knocked, or called, and this came of it.
//!
//! Beside the visit itself the door learns when it was last answered; that field never needs a review.

use super::{Actor, Blank, Decision, Edits, Opened};
use crate::basis::Basis;
use crate::geo::Point;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, visit};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::view::Held;
use crate::wish::Wish;

/// Outcomes by which a door counts as answered.
const ANSWERED: [&str; 2] = ["seen", "no_change"];

/// A visit that was paid.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordVisit {
    /// The id that the visit is to have.
    pub record: RecordId,
    /// The household, dwelling or household link.
    pub door: RecordId,
    /// What stood on the screen of the door.
    pub basis: Basis,
    /// What came of it: a code.
    pub outcome: String,
    /// When; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
    /// Whether it was paid by phone, where it was said.
    pub by_phone: Option<bool>,
    /// A note.
    pub note: Option<String>,
    /// How the form was filled in.
    pub filled: Filled,
}

/// How a form was filled in, as far as the phone knows; a reviewer may ask about it, nobody is judged by it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filled {
    /// Where.
    pub stood_at: Option<Point>,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
}

impl Filled {
    fn into_edits(self, edits: Edits, actor: &Actor) -> Edits {
        let edits = match self.stood_at {
            Some(point) => edits.put(visit::STOOD_AT, point.to_value()),
            None => edits,
        };
        match self.opened_at.filter(|at| *at <= actor.now) {
            Some(at) => edits.put(visit::OPENED_AT, at.0).put(visit::FINISHED_AT, actor.now.0),
            None => edits,
        }
    }
}

impl RecordVisit {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Visit)?;
        let door = Opened::of(held, self.door, &self.basis)?;
        let last = match door.table.kind {
            Kind::Household | Kind::HouseholdLink => "last_visited",
            Kind::Dwelling => "last_seen_at",
            other => return Err(Rejection::WrongParent { kind: other.name().to_owned() }),
        };
        let at = self.at.unwrap_or(actor.now);
        if at > actor.now {
            return Err(Rejection::NotYet { field: "at" });
        }
        let mut edits = Edits::none().put("outcome", self.outcome.as_str()).put("at", at.0);
        if let Some(by_phone) = self.by_phone {
            edits = edits.put("by_phone", by_phone);
        }
        if let Some(note) = &self.note {
            edits = edits.put("note", note.as_str());
        }
        let edits = self.filled.clone().into_edits(edits, actor);
        let first = blank.write(door.unit, Some((PARENT, self.door)), &edits, actor)?;
        let before = door.state.fields.get(last).into_iter().flat_map(|r| &r.heads);
        let newest = before.filter_map(|h| h.value.as_ref()?.as_int()).max();
        let moves_on = ANSWERED.contains(&self.outcome.as_str()) && newest.is_none_or(|n| n < at.0);
        let more = if moves_on { vec![door.write(vec![Wish::put(last, at.0)])] } else { Vec::new() };
        Ok(Decision { first, more })
    }
}
