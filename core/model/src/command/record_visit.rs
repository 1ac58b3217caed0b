//! Record a visit: somebody knocked, called or wrote, and this came of it.
//!
//! One save: the visit, the door that was answered, what was found as it is written, and a case for each thing that
//! was heard or found. The fields that move on here never need a review.

use super::report_case::ReportCase;
use super::{Actor, Blank, Decision, Edits, Opened, confirm_unchanged};
use crate::basis::Basis;
use crate::geo::Point;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, visit};
use crate::limits;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{Held, group_of};
use crate::wish::Wish;
use std::collections::BTreeMap;

/// A visit that was paid.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordVisit {
    /// The id that the visit is to have.
    pub record: RecordId,
    /// What it was paid to: a kind of `visit::ABOVE`.
    pub door: RecordId,
    /// What stood on the screen of the door.
    pub basis: Basis,
    /// What came of it: a code.
    pub outcome: String,
    /// When; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
    /// How the form was filled in.
    pub filled: Filled,
    /// How, a note, who was met, when to come again.
    pub edits: Edits,
    /// What was heard or found: each becomes a case.
    pub raised: Vec<Raised>,
    /// What stood on the screen of records that were found as they are written; the door's may be among them.
    pub confirms: Vec<Basis>,
    /// What stood on the screen of the visit plans that it was paid for.
    pub plans: Vec<Basis>,
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

/// Something that was heard or found on a visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    /// The id that its case is to have.
    pub record: RecordId,
    /// What sort of matter: a code of `case_kind`.
    pub kind: String,
    /// What was heard or found, in the words of who typed it. It may be longer than a title.
    pub said: String,
    /// What else is known: the category, a point.
    pub edits: Edits,
}

impl Raised {
    /// An opinion that was heard: an ask.
    pub fn heard(record: RecordId, said: impl Into<String>) -> Self {
        Self { record, kind: "ask".to_owned(), said: said.into(), edits: Edits::none() }
    }

    /// Something dangerous that was found.
    pub fn found(record: RecordId, said: impl Into<String>) -> Self {
        Self { record, kind: "hazard".to_owned(), said: said.into(), edits: Edits::none() }
    }

    /// The case's fields: where what was said is longer than a title, it is the description, too, whole.
    fn case(&self, visit: RecordId) -> Edits {
        let said = self.said.trim();
        let title: String = said.chars().take(limits::CASE_TITLE_CHARS_MAX).collect();
        let mut edits = self.edits.clone().put("kind", self.kind.as_str()).put(visit::RAISED_ON, visit);
        if title.len() < said.len() {
            edits.fields.entry("description".to_owned()).or_insert_with(|| Some(Value::from(said)));
        }
        edits.fields.entry("title".to_owned()).or_insert_with(|| Some(Value::from(title)));
        edits
    }
}

impl RecordVisit {
    /// A visit with nothing but what came of it.
    pub fn plain(record: RecordId, door: RecordId, basis: Basis, outcome: &str) -> Self {
        Self { record, door, basis, outcome: outcome.to_owned(), ..Self::default() }
    }

    /// The residents who are said to have been met.
    pub(super) fn met(&self) -> impl Iterator<Item = RecordId> {
        self.edits.add.iter().filter(|(set, _)| set == visit::MET).filter_map(|(_, element)| element.as_id())
    }

    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Visit)?;
        let door = Opened::of(held, self.door, &self.basis)?;
        if !visit::ABOVE.contains(&door.table.kind) {
            return Err(Rejection::WrongParent { kind: door.table.kind.name().to_owned() });
        }
        let at = self.at.unwrap_or(actor.now);
        if self.at.is_none() && self.edits.fields.get(visit::FROM_PAPER).is_some_and(Option::is_some) {
            return Err(Rejection::MissingField { field: visit::AT });
        }
        if at > actor.now {
            return Err(Rejection::NotYet { field: visit::AT });
        }
        self.met().try_for_each(|resident| self.lives_there(held, resident))?;
        let mut edits = self.edits.clone().put(visit::OUTCOME, self.outcome.as_str()).put(visit::AT, at.0);
        for raised in &self.raised {
            edits = edits.add(visit::CASES, raised.record);
        }
        for plan in &self.plans {
            edits = edits.add(visit::PLANS, plan.record);
        }
        let edits = self.filled.clone().into_edits(edits, actor);
        let first = blank.write(door.unit, Some((PARENT, self.door)), &edits, actor)?;
        let mut wishes: BTreeMap<RecordId, (Opened<'_>, Vec<Wish>)> = BTreeMap::new();
        if let Some(moved_on) = self.moves_on(&door, at) {
            wishes.insert(self.door, (door, vec![moved_on]));
        }
        for (nth, basis) in self.confirms.iter().enumerate() {
            if self.confirms.iter().take(nth).any(|earlier| earlier.record == basis.record) {
                continue;
            }
            let opened = Opened::of(held, basis.record, basis)?;
            let confirmed = confirm_unchanged::wishes(&opened, actor, at)?;
            wishes.entry(basis.record).or_insert_with(|| (opened, Vec::new())).1.extend(confirmed);
        }
        for basis in &self.plans {
            let plan = Opened::of(held, basis.record, basis)?;
            if plan.table.kind != Kind::VisitPlan {
                return Err(Rejection::WrongKind { wanted: Kind::VisitPlan.name() });
            }
            if let Some(moved_on) = self.moves_on(&plan, at) {
                wishes.insert(basis.record, (plan, vec![moved_on]));
            }
        }
        let mut more: Vec<_> = wishes.into_values().map(|(opened, wishes)| opened.write(wishes)).collect();
        for raised in &self.raised {
            more.push(self.case(held, actor, raised, first.unit)?);
        }
        Ok(Decision { first, more })
    }

    /// The field of the door, or of a plan, that says when it was last answered, where this visit is the newest that was.
    fn moves_on(&self, of: &Opened<'_>, at: Timestamp) -> Option<Wish> {
        let last = match of.table.kind {
            Kind::Household | Kind::HouseholdLink | Kind::VisitPlan => "last_visited",
            Kind::Dwelling => "last_seen_at",
            _ => return None,
        };
        let before = of.state.fields.get(last).into_iter().flat_map(|r| &r.heads);
        let newest = before.filter_map(|h| h.value.as_ref()?.as_int()).max();
        let is_news = visit::is_answered(&self.outcome) && newest.is_none_or(|n| n < at.0);
        is_news.then(|| Wish::put(last, at.0))
    }

    /// A case for something raised: at the nearest place above the door, in the door's unit.
    fn case(
        &self,
        held: &impl Held,
        actor: &Actor,
        raised: &Raised,
        unit: crate::UnitId,
    ) -> Result<super::Write, Rejection> {
        let report = ReportCase {
            record: raised.record,
            unit: Some(unit),
            parent: nearest_place(held, self.door),
            edits: raised.case(self.record),
            answers: BTreeMap::new(),
        };
        Ok(report.decide(held, actor)?.first)
    }

    /// No if the resident is known to live elsewhere. In a household link any of its households will do.
    fn lives_there(&self, held: &impl Held, resident: RecordId) -> Result<(), Rejection> {
        let Some(state) = held.state(resident) else { return Err(Rejection::UnknownRecord) };
        if state.kind() != Kind::Resident.name() {
            return Err(Rejection::WrongKind { wanted: Kind::Resident.name() });
        }
        if held.state(self.door).is_some_and(|door| door.kind() == Kind::HouseholdLink.name()) {
            return Ok(());
        }
        let here = group_of(held, self.door);
        let mut above = state.head_ids(PARENT);
        for _ in 0..limits::PARENTS_DEPTH_MAX {
            if above.iter().any(|record| here.contains(record)) {
                return Ok(());
            }
            above = above.iter().filter_map(|r| held.state(*r)).flat_map(|s| s.head_ids(PARENT)).collect();
        }
        Err(Rejection::NotInHousehold)
    }
}

/// The record itself or the nearest above it on which a case may hang.
fn nearest_place(held: &impl Held, record: RecordId) -> Option<RecordId> {
    let mut at = record;
    for _ in 0..limits::PARENTS_DEPTH_MAX {
        let state = held.state(at)?;
        if Kind::from_name(state.kind()).is_some_and(|kind| Kind::PLACES.contains(&kind)) {
            return Some(at).filter(|_| !state.is_deleted());
        }
        at = *state.head_ids(PARENT).first()?;
    }
    None
}
