//! Inspections as screens: templates, the form with its answers, what is to be looked at again, and counts by template and
//! origin.
//!
//! Owns the way from an inspection to its answers and rounds. Refuses to judge: the model's `inspection` does. Invariant: the
//! items are those that the inspection kept, whatever the template says today.

use super::case_board::day;
use super::{Reader, StoreError, shown};
use gridwalk_model::case_class::ClassRef;
use gridwalk_model::inspection::{
    HOME, ItemResult, ItemStanding, Looked, Template, TemplateBook, TemplateItem, next_round,
};
use gridwalk_model::kind::inspection::{Inspection, OFFICES, SIGNED_BY, UNSIGNED, answer_of, recheck_of};
use gridwalk_model::kind::{Kind, case, inspection_item};
use gridwalk_model::op::ATTACHED;
use gridwalk_model::view::{GroupView, Policy};
use gridwalk_model::{RecordId, State, Timestamp, UnitId, limits};
use gridwalk_store::RowFilter;
use std::collections::{BTreeMap, BTreeSet};

/// An item with what came of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ItemLine {
    /// The item as it stood that day.
    #[serde(flatten)]
    pub item: TemplateItem,
    /// The answer.
    pub record: RecordId,
    /// What came of it: a code; of a disagreement what is shown first.
    pub result: Option<String>,
    /// What people say of it, where they disagree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_odds: Vec<String>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The number of a document, or what was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// How many pictures.
    pub pictures: usize,
    /// The hazard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<RecordId>,
    /// The status of the hazard, as far as it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_status: Option<String>,
    /// How it stands after all rounds: a code.
    pub standing: &'static str,
    /// The day on which it is looked at again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// A round of re-checks.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RoundLine {
    /// The round.
    pub round: u32,
    /// Its record.
    pub record: RecordId,
    /// Its day.
    pub on: Option<String>,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// How many items passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
}

/// An inspection in a list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct InspectionLine {
    /// The inspection.
    pub record: RecordId,
    /// What was inspected.
    pub place: RecordId,
    /// What that is called.
    pub place_name: Option<String>,
    /// The unit that it is in.
    pub unit: Option<UnitId>,
    /// The template.
    pub template: ClassRef,
    /// What that is called.
    pub title: String,
    /// At whose instance: a code.
    pub origin: String,
    /// The campaign.
    pub campaign: Option<RecordId>,
    /// The day.
    pub on: Option<String>,
    /// Which round: 0 looks first.
    pub round: u32,
    /// Who looks.
    pub offices: Vec<String>,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// How many items it has.
    pub items: usize,
    /// How many are answered.
    pub answered: usize,
    /// How many failed.
    pub failed: usize,
    /// How many of those passed when they were looked at again.
    pub settled: usize,
    /// How many failed in every round: for the department that holds the power.
    pub handed_over: usize,
    /// The round that is due.
    pub next_round: Option<u32>,
    /// Its first day.
    pub next_on: Option<String>,
    /// Whether that day is over.
    pub overdue: bool,
    #[serde(skip)]
    due_day: Option<i64>,
}

/// An inspection with its items.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct InspectionView {
    /// As in lists.
    #[serde(flatten)]
    pub line: InspectionLine,
    /// Who signed on the premises.
    pub signed_by: Option<String>,
    /// Why nobody signed.
    pub unsigned: Option<String>,
    /// More about it.
    pub note: Option<String>,
    /// Its items, with what came of each.
    pub form: Vec<ItemLine>,
    /// The rounds of re-checks.
    pub rounds: Vec<RoundLine>,
}

/// How many inspections there were by a template, at somebody's instance.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct InspectionCount {
    /// What the template is called.
    pub title: String,
    /// At whose instance: a code.
    pub origin: String,
    /// Inspections that were begun.
    pub inspections: usize,
    /// Those that are finished.
    pub finished: usize,
    /// Places that were inspected.
    pub places: usize,
    /// Items that failed.
    pub failed: usize,
    /// Those that passed when they were looked at again.
    pub settled: usize,
    /// Those that wait for another look.
    pub due: usize,
    /// Those that failed in every round.
    pub handed_over: usize,
}

/// Which inspections are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InspectionsAsked {
    /// Those in this unit and below.
    pub unit: Option<UnitId>,
    /// Those of this campaign.
    pub campaign: Option<RecordId>,
}

/// An inspection with its answers and rounds, as far as they are held.
struct Whole {
    inspection: Inspection,
    state: State,
    answers: BTreeMap<String, State>,
    rounds: Vec<(Inspection, BTreeMap<String, State>)>,
}

impl Whole {
    /// How each of its items stands after all rounds; of a re-check only its own round is asked.
    fn standings(&self) -> Vec<(String, ItemStanding)> {
        let looked = |item: &str| -> Vec<Looked> {
            let first = std::iter::once((&self.inspection, &self.answers));
            let all = first.chain(self.rounds.iter().map(|(round, answers)| (round, answers)));
            let one = |(of, answers): (&Inspection, &BTreeMap<String, State>)| {
                let result = inspection_item::worst(answers.get(item)?)?;
                Some(Looked { round: of.round - self.inspection.round, on: of.on, result })
            };
            all.filter_map(one).collect()
        };
        let standing = |item: &TemplateItem| (item.item.clone(), ItemStanding::of(item, &looked(&item.item)));
        self.inspection.items.iter().map(standing).collect()
    }
}

fn text(state: &State, field: &str) -> Option<String> {
    GroupView::alone(state).value(field)?.as_text().map(str::to_owned)
}

impl Reader<'_> {
    /// The templates that hold at a unit today.
    pub fn templates(&self, unit: Option<UnitId>) -> Result<TemplateBook, StoreError> {
        let place =
            unit.map_or_else(|| Ok(gridwalk_model::dispatch_rule::Place::default()), |u| self.ruled_place(u))?;
        let units: Vec<UnitId> = place.units.iter().map(|unit| unit.id).collect();
        Ok(self.rule_book()?.templates(&units, self.actor.today()))
    }

    /// The templates that are for a place, the nearest first.
    pub fn templates_for(&self, place: RecordId) -> Result<Vec<Template>, StoreError> {
        let Some(row) = self.store.row(place)? else { return Ok(Vec::new()) };
        let book = self.templates(row.unit)?;
        let state = self.store.predicted(place, self.actor.now)?.state;
        let kind = match Kind::from_name(&row.kind) {
            Some(Kind::Premises) => text(&state, "kind").unwrap_or_default(),
            Some(Kind::Dwelling) => HOME.to_owned(),
            _ => return Ok(book.all().cloned().collect()),
        };
        Ok(book.for_place(&kind).into_iter().cloned().collect())
    }

    /// A hazard of an item that is open at a place, but this one.
    pub fn open_hazard(&self, place: RecordId, item: &str) -> Result<Option<RecordId>, StoreError> {
        let kind = Some(Kind::Case.name().to_owned());
        for row in self.store.rows(&RowFilter { kind, ..RowFilter::children(place) })? {
            if case::DONE.contains(&row.status.as_str()) {
                continue;
            }
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            if text(&state, case::ITEM).as_deref() == Some(item) {
                return Ok(Some(row.record));
            }
        }
        Ok(None)
    }

    fn whole(&self, record: RecordId) -> Result<Option<Whole>, StoreError> {
        let state = self.store.predicted(record, self.actor.now)?.state;
        let Some(inspection) = Inspection::of(&state) else { return Ok(None) };
        let answers = self.answers(&inspection)?;
        let mut rounds = Vec::new();
        for round in 1..=limits::RECHECK_ROUNDS {
            if inspection.round > 0 {
                break;
            }
            let state = self.store.predicted(recheck_of(record, round), self.actor.now)?.state;
            if let Some(again) = Inspection::of(&state) {
                let answers = self.answers(&again)?;
                rounds.push((again, answers));
            }
        }
        Ok(Some(Whole { inspection, state, answers, rounds }))
    }

    fn answers(&self, inspection: &Inspection) -> Result<BTreeMap<String, State>, StoreError> {
        let mut answers = BTreeMap::new();
        for item in &inspection.items {
            let state = self.store.predicted(answer_of(inspection.record, &item.item), self.actor.now)?.state;
            if !state.kinds.is_empty() && !state.is_deleted() {
                answers.insert(item.item.clone(), state);
            }
        }
        Ok(answers)
    }

    /// An inspection, or a round of re-checks; `None` if it is not on this phone.
    pub fn inspection(&self, record: RecordId) -> Result<Option<InspectionView>, StoreError> {
        let Some(whole) = self.whole(record)? else { return Ok(None) };
        let standings: BTreeMap<String, ItemStanding> = whole.standings().into_iter().collect();
        let mut form = Vec::new();
        for item in &whole.inspection.items {
            let standing = standings.get(&item.item).copied().unwrap_or(ItemStanding::Open);
            form.push(self.item_line(&whole, item, standing)?);
        }
        let round = |(again, answers): &(Inspection, BTreeMap<String, State>)| {
            let results: Vec<ItemResult> = answers.values().filter_map(inspection_item::worst).collect();
            let failed = results.iter().filter(|result| **result == ItemResult::Failed).count();
            let (passed, on) = (results.len() - failed, day(again.on));
            RoundLine { round: again.round, record: again.record, on, finished_at: again.finished_at, passed, failed }
        };
        let said = |field: &str| text(&whole.state, field);
        Ok(Some(InspectionView {
            line: self.inspection_line(&whole)?,
            signed_by: said(SIGNED_BY),
            unsigned: said(UNSIGNED),
            note: said("note"),
            form,
            rounds: whole.rounds.iter().map(round).collect(),
        }))
    }

    fn item_line(&self, whole: &Whole, item: &TemplateItem, standing: ItemStanding) -> Result<ItemLine, StoreError> {
        let record = answer_of(whole.inspection.record, &item.item);
        let none = State::new(record);
        let answer = whole.answers.get(&item.item).unwrap_or(&none);
        let heads = answer.fields.get(inspection_item::RESULT).map_or(&[][..], |field| field.heads.as_slice());
        let said: BTreeSet<&str> = heads.iter().filter_map(|head| head.value.as_ref()?.as_text()).collect();
        let at_odds = if said.len() > 1 { said.into_iter().map(str::to_owned).collect() } else { Vec::new() };
        let named = GroupView::alone(answer).field(inspection_item::CASE, Policy::Review);
        let case = named.and_then(|field| field.value?.as_id());
        let row = case.map(|case| self.store.row(case)).transpose()?.flatten();
        let due = match standing {
            ItemStanding::Due { on, .. } => day(on),
            _ => None,
        };
        Ok(ItemLine {
            item: item.clone(),
            record,
            result: text(answer, inspection_item::RESULT),
            at_odds,
            note: text(answer, "note"),
            number: text(answer, inspection_item::NUMBER),
            pictures: answer.sets.get(ATTACHED).map_or(0, |set| set.elements().len()),
            case,
            case_status: row.map(|row| row.status),
            standing: standing.standing_code(),
            due,
        })
    }

    fn inspection_line(&self, whole: &Whole) -> Result<InspectionLine, StoreError> {
        let one = &whole.inspection;
        let standings = whole.standings();
        let count = |of: fn(&ItemStanding) -> bool| standings.iter().filter(|(_, standing)| of(standing)).count();
        // What a re-check found is due again by the first inspection.
        let next = if one.round == 0 { next_round(&standings) } else { None };
        let place =
            if one.round == 0 { Some(one.parent) } else { self.store.row(one.parent)?.and_then(|row| row.parent) };
        let place = place.unwrap_or(one.parent);
        let offices = GroupView::alone(&whole.state).set(OFFICES);
        let due_day = next.as_ref().map(|(_, on, _)| *on);
        Ok(InspectionLine {
            record: one.record,
            place,
            place_name: self.store.row(place)?.map(|row| row.title),
            unit: self.store.row(one.record)?.and_then(|row| row.unit),
            template: one.template.clone(),
            title: one.title.clone(),
            origin: one.origin.clone(),
            campaign: one.campaign,
            on: day(one.on),
            round: one.round,
            offices: offices.into_iter().filter_map(|office| office.as_text().map(str::to_owned)).collect(),
            finished_at: one.finished_at,
            items: one.items.len(),
            answered: whole.answers.values().filter(|answer| inspection_item::worst(answer).is_some()).count(),
            failed: count(|s| !matches!(s, ItemStanding::Open | ItemStanding::Fine)),
            settled: count(|s| matches!(s, ItemStanding::Settled { .. })),
            handed_over: count(|s| matches!(s, ItemStanding::HandedOver { .. })),
            next_round: next.as_ref().map(|(round, _, _)| *round),
            next_on: due_day.and_then(day),
            overdue: due_day.is_some_and(|due| due < self.actor.today()),
            due_day,
        })
    }

    /// First inspections that this phone holds, the newest first.
    pub fn inspections(&self, asked: InspectionsAsked) -> Result<Vec<InspectionLine>, StoreError> {
        let filter = RowFilter { unit: asked.unit, with_below: true, ..RowFilter::kind(Kind::Inspection.name()) };
        let mut list = Vec::new();
        for row in self.each_row(filter) {
            let Some(whole) = self.whole(row?.record)? else { continue };
            let of = asked.campaign.is_none_or(|campaign| whole.inspection.campaign == Some(campaign));
            if of && whole.inspection.round == 0 {
                list.push(self.inspection_line(&whole)?);
            }
        }
        Ok(list)
    }

    /// Inspections of which something is to be looked at again, the soonest first, then what failed in every round: that is
    /// for the department that holds the power.
    pub fn inspections_due(&self, asked: InspectionsAsked) -> Result<Vec<InspectionLine>, StoreError> {
        let mut list = self.inspections(asked)?;
        list.retain(|line| line.due_day.is_some() || line.handed_over > 0);
        list.sort_by_key(|line| (line.due_day.unwrap_or(i64::MAX), line.record));
        Ok(list)
    }

    /// How many there were, by template and origin.
    pub fn inspection_counts(&self, asked: InspectionsAsked) -> Result<Vec<InspectionCount>, StoreError> {
        let mut counts: BTreeMap<(String, String), (InspectionCount, BTreeSet<RecordId>)> = BTreeMap::new();
        for line in self.inspections(asked)? {
            let (count, places) = counts.entry((line.template.to_string(), line.origin.clone())).or_default();
            (count.title, count.origin) = (line.title, line.origin);
            count.inspections += 1;
            count.finished += usize::from(line.finished_at.is_some());
            count.failed += line.failed;
            count.settled += line.settled;
            count.handed_over += line.handed_over;
            count.due += line.failed - line.settled - line.handed_over;
            places.insert(line.place);
            count.places = places.len();
        }
        Ok(counts.into_values().map(|(count, _)| count).collect())
    }

    /// What failed in the round before, so that it is looked at again: the round, and the codes of its items.
    pub fn to_look_again(&self, record: RecordId) -> Result<Option<(u32, Vec<String>)>, StoreError> {
        let Some(whole) = self.whole(record)? else { return Ok(None) };
        Ok(next_round(&whole.standings()).map(|(round, _, items)| (round, items.into_iter().collect())))
    }

    /// Where a record is, in words.
    pub fn place_in_words(&self, place: RecordId) -> Result<String, StoreError> {
        let loaded = self.load([place])?;
        let Some(view) = shown(&loaded, place) else { return Ok(String::new()) };
        let said = |name: &str| view.value(name)?.as_text().map(str::to_owned);
        let title = self.store.row(place)?.map(|row| row.title).unwrap_or_default();
        let parts = [said("address").unwrap_or_default(), title];
        Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
    }
}
