//! Answer an item of an inspection; what failed is a hazard in the same save, with its class and the day of its re-check.
//!
//! A hazard of that item which is open at the place is added to, not opened a second time. In a round of re-checks the answer
//! is also the step `recheck` of the hazard, as far as it is here and its status allows it.

use super::opened;
use crate::basis::Basis;
use crate::case_class::ClassRef;
use crate::command::{Actor, Blank, Decision, Edits, Opened, Write, home_unit};
use crate::id::RecordId;
use crate::inspection::{Evidence, ItemResult, TemplateItem};
use crate::kind::inspection::{Inspection, answer_of, hazard_of, recheck_of};
use crate::kind::inspection_item::{CASE, ITEM, NUMBER, RECHECK_ON, RESULT, TITLE};
use crate::kind::{Kind, PARENT, UNIT, case, case_file};
use crate::op::ATTACHED;
use crate::picture::Picture;
use crate::rejection::Rejection;
use crate::state::State;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use crate::workflow::START;
use std::collections::BTreeMap;

/// What a phone knows of the hazard of a failed item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hazard {
    /// One of that item that is open at the place, or that the inspection opened before, as it stood on the screen.
    pub open: Option<Basis>,
    /// Its category, by the classes that hold there.
    pub category: String,
    /// Where, in words.
    pub place: String,
}

/// What came of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerItem {
    /// The inspection, or the round of re-checks.
    pub inspection: RecordId,
    /// The item's code.
    pub item: String,
    /// What came of it: a code.
    pub result: String,
    /// More about it.
    pub note: Option<String>,
    /// The number of the document, or what was measured.
    pub number: Option<String>,
    /// Pictures of it; their bytes are kept already.
    pub pictures: Vec<Picture>,
    /// What stood on the screen, where it was answered before.
    pub basis: Option<Basis>,
    /// The hazard of a failure; of a round of re-checks the one that is looked at again.
    pub hazard: Option<Hazard>,
}

impl AnswerItem {
    /// The records that it looks at.
    pub(super) fn looks_at(&self) -> Vec<RecordId> {
        let open = self.hazard.as_ref().and_then(|hazard| hazard.open.as_ref()).map(|basis| basis.record);
        let own = hazard_of(self.inspection, &self.item);
        [answer_of(self.inspection, &self.item), self.inspection, own].into_iter().chain(open).collect()
    }

    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let inspection = opened(held, self.inspection)?;
        let item = inspection.item(&self.item).ok_or(Rejection::NoSuchItem)?;
        let unknown = || Rejection::UnknownCode { field: RESULT, code_set: "inspection_result" };
        let result = ItemResult::from_code(&self.result).ok_or_else(unknown)?;
        let record = answer_of(self.inspection, &self.item);
        let before = held.state(record).filter(|state| !state.kinds.is_empty());
        self.proven(item, result, before.is_some_and(|state| !state.is_deleted() && has_picture(state)))?;
        let hazard = self.hazard.as_ref().filter(|_| inspection.round > 0 || result == ItemResult::Failed);
        let case = hazard.map(|hazard| match &hazard.open {
            Some(open) => open.record,
            None => hazard_of(inspection.root(), &self.item),
        });
        let next_on = item.days_after(inspection.round).map(|days| inspection.on.saturating_add(days));
        let edits = self.edits(item, case, next_on.filter(|_| result == ItemResult::Failed));
        let first = self.written(held, actor, (record, before), &edits, result)?;
        let about = About { inspection: &inspection, item, result, next_on };
        let more = match (hazard, case) {
            (Some(hazard), Some(case)) => self.case(held, actor, &about, hazard, case)?,
            _ => None,
        };
        if first.wishes.is_empty() {
            return Decision::of(more.into_iter().collect());
        }
        Ok(Decision { first, more: more.into_iter().collect() })
    }

    fn edits(&self, item: &TemplateItem, case: Option<RecordId>, recheck_on: Option<i64>) -> Edits {
        let mut edits = Edits::none()
            .put(ITEM, item.item.as_str())
            .put(TITLE, item.name.zh_hans.as_str())
            .put(RESULT, self.result.as_str());
        for (field, text) in [("note", &self.note), (NUMBER, &self.number)] {
            edits = text.iter().fold(edits, |edits, text| edits.put(field, text.as_str()));
        }
        edits = case.into_iter().fold(edits, |edits, case| edits.put(CASE, case));
        edits = recheck_on.into_iter().fold(edits, |edits, day| edits.put(RECHECK_ON, day));
        self.pictures.iter().fold(edits, |edits, picture| edits.attach(*picture))
    }

    /// Whether what the item asks for is brought along.
    fn proven(&self, item: &TemplateItem, result: ItemResult, pictured: bool) -> Result<(), Rejection> {
        let numbered = self.number.as_ref().is_some_and(|number| !number.trim().is_empty());
        match (item.evidence, result) {
            (Evidence::Picture, ItemResult::Failed) if !pictured && self.pictures.is_empty() => {
                Err(Rejection::NoEvidence)
            }
            (Evidence::Document, ItemResult::Passed) | (Evidence::Number, ItemResult::Passed | ItemResult::Failed)
                if !numbered =>
            {
                Err(Rejection::MissingField { field: NUMBER })
            }
            _ => Ok(()),
        }
    }

    /// The answer: a new one, or another in place of what stood on the screen.
    fn written(
        &self,
        held: &impl Held,
        actor: &Actor,
        (record, before): (RecordId, Option<&State>),
        edits: &Edits,
        result: ItemResult,
    ) -> Result<Write, Rejection> {
        let unit = home_unit(held, self.inspection).unwrap_or_default();
        let Some(state) = before else {
            let blank = Blank::of(held, record, Kind::InspectionItem)?;
            return blank.write(unit, Some((PARENT, self.inspection)), edits, actor);
        };
        let basis = self.basis.as_ref().ok_or(Rejection::RecordExists)?;
        if state.is_deleted() {
            // It was taken away: what is said now is said anew, over what stood there.
            let blank = Blank::again(held, record, Kind::InspectionItem)?;
            let mut write = blank.write(unit, Some((PARENT, self.inspection)), edits, actor)?;
            let gone = state.fields.keys().filter(|field| *field != PARENT && !edits.fields.contains_key(*field));
            let cleared = gone.map(|field| Wish::Put { field: field.clone(), value: None, within: None });
            write.wishes.extend(cleared);
            return Ok(Write { basis: basis.clone(), ..write });
        }
        let opened = Opened::of(held, record, basis)?;
        let mut wishes = edits.wishes(opened.table, actor.roles, |field, value| opened.is_news(field, value))?;
        if result != ItemResult::Failed && opened.state.fields.contains_key(RECHECK_ON) {
            wishes.push(Wish::Put { field: RECHECK_ON.to_owned(), value: None, within: None });
        }
        Ok(opened.write(wishes))
    }

    /// What is written on the hazard: a new one, one that is added to, or a look at it again.
    fn case(
        &self,
        held: &impl Held,
        actor: &Actor,
        about: &About<'_>,
        hazard: &Hazard,
        case: RecordId,
    ) -> Result<Option<Write>, Rejection> {
        let here = held.state(case).filter(|state| !state.kinds.is_empty() && !state.is_deleted());
        match (about.inspection.round, here, &hazard.open) {
            (0, Some(_), _) | (0, None, Some(_)) => Ok(self.added(held, about, hazard, case)),
            (0, None, None) => reported(held, actor, about, hazard, case).map(Some),
            (_, Some(_), Some(basis)) => self.looked_again(held, actor, about, basis),
            _ => Ok(None),
        }
    }

    /// That the inspection found a hazard, too, which is open; nothing where that is told. One that is not on this phone is
    /// told all the same.
    fn added(&self, held: &impl Held, about: &About<'_>, hazard: &Hazard, case: RecordId) -> Option<Write> {
        let found_in = Value::Id(about.inspection.record);
        let set = held.state(case).and_then(|state| state.sets.get(case::INSPECTIONS));
        if set.is_some_and(|set| set.elements().contains(&&found_in)) {
            return None;
        }
        let basis = hazard.open.clone().unwrap_or_else(|| Basis::blank(case));
        let wishes = vec![Wish::Add { set: case::INSPECTIONS.to_owned(), element: found_in }];
        let unit = home_unit(held, case).or_else(|| home_unit(held, self.inspection)).unwrap_or_default();
        Some(Write { record: case, kind: Kind::Case.name().to_owned(), unit, basis, wishes, instead_of: None })
    }

    /// The step by which the hazard is looked at again; nothing where its status does not allow it.
    fn looked_again(
        &self,
        held: &impl Held,
        actor: &Actor,
        about: &About<'_>,
        basis: &Basis,
    ) -> Result<Option<Write>, Rejection> {
        let opened = Opened::of(held, basis.record, basis)?;
        let passed = about.result != ItemResult::Failed;
        let mut answers = BTreeMap::from([
            ("passed".to_owned(), Value::Bool(passed)),
            ("round".to_owned(), Value::Int(i64::from(about.inspection.round))),
        ]);
        if let Some(day) = about.next_on.filter(|_| !passed) {
            answers.insert("next_on".to_owned(), Value::Int(day));
        }
        if let Some(note) = &self.note {
            answers.insert("note".to_owned(), note.as_str().into());
        }
        let Ok(row) = opened.table.kind.steps().judge(opened.state, case_file::RECHECK, actor, &answers) else {
            return Ok(None);
        };
        let (step, to) = (case_file::RECHECK.to_owned(), row.to.to_owned());
        Ok(Some(opened.write(vec![Wish::Step { step, to, answers }])))
    }
}

/// What an answer is about.
struct About<'a> {
    inspection: &'a Inspection,
    item: &'a TemplateItem,
    result: ItemResult,
    next_on: Option<i64>,
}

/// A new hazard, reported.
fn reported(
    held: &impl Held,
    actor: &Actor,
    about: &About<'_>,
    hazard: &Hazard,
    case: RecordId,
) -> Result<Write, Rejection> {
    let place = about.inspection.parent;
    let unit = home_unit(held, about.inspection.record).ok_or(Rejection::MissingField { field: UNIT })?;
    let mut edits = Edits::none()
        .put("title", titled(&about.item.name.zh_hans, &hazard.place))
        .put("kind", "hazard")
        .put("description", about.item.standard.zh_hans.as_str())
        .put(case::ITEM, about.item.item.as_str())
        .add(case::INSPECTIONS, Value::Id(about.inspection.record));
    for (field, text) in [("category", &hazard.category), ("place", &hazard.place)] {
        if !text.is_empty() {
            edits = edits.put(field, text.as_str());
        }
    }
    if held.state(place).is_some_and(|state| Kind::PLACES.iter().any(|kind| kind.name() == state.kind())) {
        edits = edits.put(PARENT, place);
    }
    let answers = BTreeMap::from([("class".to_owned(), class(&about.item.class))]);
    let answers = case_file::reported_by(actor.roles, answers);
    let before = held.state(case).map_or(START, State::status);
    let blank = Blank::again(held, case, Kind::Case)?;
    let mut write = blank.write(unit, Some((UNIT, unit.record())), &edits, actor)?;
    // One that was taken away was reported already.
    if before == START {
        let row = Kind::Case.steps().check(Kind::Case.name(), START, case::REPORT, actor.roles, &answers)?;
        write.wishes.push(Wish::Step { step: case::REPORT.to_owned(), to: row.to.to_owned(), answers });
    }
    Ok(write)
}

fn class(of: &ClassRef) -> Value {
    of.to_string().into()
}

fn has_picture(answer: &State) -> bool {
    answer.sets.get(ATTACHED).is_some_and(|set| !set.adds.is_empty())
}

/// A title of a hazard, as long as one may be.
fn titled(item: &str, place: &str) -> String {
    let text = if place.is_empty() { item.to_owned() } else { format!("{place} {item}") };
    text.chars().take(crate::limits::CASE_TITLE_CHARS_MAX).collect()
}

/// The hazard that an answer names, of the first inspection.
pub(super) fn hazard_named(held: &impl Held, root: RecordId, item: &str) -> Option<RecordId> {
    let answer = held.state(answer_of(root, item))?;
    answer.value(CASE)?.as_id()
}

/// The answer to an item in a round.
pub(super) fn answer_in(root: RecordId, round: u32, item: &str) -> RecordId {
    let inspection = if round == 0 { root } else { recheck_of(root, round) };
    answer_of(inspection, item)
}
