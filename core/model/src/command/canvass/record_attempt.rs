//! Record that somebody stood before a place of a campaign's list, and what came of it; a need may raise a case in the
//! same save.
//!
//! An attempt writes nothing on the target: attempts of two people stand beside each other.

use crate::command::{Actor, Blank, Decision, Edits, Write, home_unit, parent_unit};
use crate::coverage::Standing;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, UNIT, attempt, campaign, case, case_file, target, visit};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{GroupView, Held};
use crate::wish::Wish;
use crate::workflow::START;
use std::collections::BTreeMap;

/// A case that a need raises.
#[derive(Debug, Clone, PartialEq)]
pub struct RaisedAsk {
    /// The id that the case is to have.
    pub record: RecordId,
    /// Its title.
    pub title: String,
}

/// Somebody stood before a place of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordAttempt {
    /// The id that the attempt is to have.
    pub record: RecordId,
    /// The target.
    pub target: RecordId,
    /// What came of it: a code.
    pub outcome: String,
    /// When; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
    /// What is needed: codes.
    pub needs: Vec<String>,
    /// What else is known: `people`, `need`, `finding`, `where`.
    pub edits: Edits,
    /// The case that is raised with it.
    pub ask: Option<RaisedAsk>,
}

impl RecordAttempt {
    pub(in crate::command) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Attempt)?;
        let unit = parent_unit(held, self.target, &[Kind::Target])?;
        let at = self.at.unwrap_or(actor.now);
        if self.at.is_none() && self.edits.fields.get(visit::FROM_PAPER).is_some_and(Option::is_some) {
            return Err(Rejection::MissingField { field: "at" });
        }
        if at > actor.now {
            return Err(Rejection::NotYet { field: "at" });
        }
        let needs = !self.needs.is_empty() || self.edits.fields.get("need").is_some_and(Option::is_some);
        // Whoever says what is needed has met somebody.
        let outcome = match Standing::of(&self.outcome) {
            Standing::Seen if needs => Standing::Needs.code(),
            _ => self.outcome.as_str(),
        };
        if needs != (outcome == Standing::Needs.code()) {
            return Err(Rejection::MissingField { field: if needs { "outcome" } else { attempt::NEEDS } });
        }
        let mut edits = self.edits.clone().put("outcome", outcome).put("at", at.0);
        for need in &self.needs {
            edits = edits.add(attempt::NEEDS, need.as_str());
        }
        if Standing::of(outcome) >= Standing::Seen {
            self.answered(held, &edits)?;
        }
        let mut more = Vec::new();
        if let Some(ask) = &self.ask {
            if !needs {
                return Err(Rejection::MissingField { field: attempt::NEEDS });
            }
            edits = edits.put(attempt::RAISED, ask.record);
            more.push(self.case(held, actor, ask)?);
        }
        let first = blank.write(unit, Some((PARENT, self.target)), &edits, actor)?;
        Ok(Decision { first, more })
    }

    /// Whether what the campaign asks of whoever was met is answered, as far as the campaign is here.
    fn answered(&self, held: &impl Held, edits: &Edits) -> Result<(), Rejection> {
        let above = held.state(self.target).and_then(|t| t.value(PARENT)?.as_id());
        let Some(of) = above.and_then(|id| held.state(id)) else { return Ok(()) };
        let asks = GroupView::alone(of).set(campaign::ASKS);
        let table = Kind::Attempt.table();
        for ask in asks.into_iter().filter_map(Value::as_text) {
            let Some(field) = table.field(ask) else { continue };
            if !edits.fields.get(ask).is_some_and(Option::is_some) {
                return Err(Rejection::MissingField { field: field.name });
            }
        }
        Ok(())
    }

    /// The case: at the place of the register where this phone holds it, with the target's own text of where that is.
    fn case(&self, held: &impl Held, actor: &Actor, ask: &RaisedAsk) -> Result<Write, Rejection> {
        let of = held.state(self.target).ok_or(Rejection::UnknownParent)?;
        let unit = home_unit(held, self.target).ok_or(Rejection::MissingField { field: UNIT })?;
        let text = |field: &str| of.value(field).and_then(Value::as_text).unwrap_or_default();
        let parts = [text("address"), text("building_name"), text(target::LABEL)];
        let place = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let enterprise = text("sort") == "premises";
        let category = if enterprise { "ask_enterprise" } else { "ask_help" };
        let mut edits = Edits::none().put("title", ask.title.as_str()).put("kind", "ask").put("category", category);
        if !place.is_empty() {
            edits = edits.put("place", place);
        }
        if let Some(Some(need)) = self.edits.fields.get("need") {
            edits = edits.put("description", need.clone());
        }
        let of_register = of.value(target::PLACE).and_then(Value::as_id);
        if let Some(place) = of_register.filter(|p| parent_unit(held, *p, Kind::PLACES).is_ok()) {
            edits = edits.put(PARENT, place);
        }
        let answers = case_file::reported_by(actor.roles, BTreeMap::new());
        let row = Kind::Case.steps().check(Kind::Case.name(), START, case::REPORT, actor.roles, &answers)?;
        let blank = Blank::of(held, ask.record, Kind::Case)?;
        let mut write = blank.write(unit, Some((UNIT, unit.record())), &edits, actor)?;
        let (step, to) = (case::REPORT.to_owned(), row.to.to_owned());
        write.wishes.push(Wish::Step { step, to, answers });
        Ok(write)
    }
}
