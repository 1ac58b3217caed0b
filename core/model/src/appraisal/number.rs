//! Numbers: formulas over the facts of a month, each with the rows behind it, and the score that they come to.
//!
//! Owns the counting. Refuses to choose facts: whoever asks hands over those of a grid, a unit, a worker, a county. Invariant:
//! every number is the length of a list that stands beside it, and the order of facts changes nothing.

use super::condition::{Condition, Item};
use super::fact::{CaseFact, Fact};
use super::formula::{Anchor, Counting, Effect, Formulas, Group, Sense};
use super::month::Month;
use super::objection::ObjectionFact;
use super::place::PlaceFact;
use crate::coverage::{self, Entry, Seat};
use crate::id::RecordId;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// What is asked: a month, as it looks at a moment, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The month.
    pub month: Month,
    /// What is not due yet is not late: as of when.
    pub now: Timestamp,
    /// For one of whom; `None` for all together.
    pub by: Option<Group>,
}

/// A row that is not counted, and why: the name of a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct LeftOut {
    /// The record.
    pub record: RecordId,
    /// The condition that left it out.
    pub reason: String,
}

/// A number with the rows behind it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Number {
    /// Its code.
    pub number: &'static str,
    /// The numerator.
    pub top: usize,
    /// The denominator.
    pub base: usize,
    /// Of a thousand; none where there is nothing to count.
    pub permille: Option<u32>,
    /// The rows above the line.
    pub top_rows: Vec<RecordId>,
    /// The rows below the line; those above it are among them.
    pub base_rows: Vec<RecordId>,
    /// The rows that are left out.
    pub left_out: Vec<LeftOut>,
}

/// A multiplier or a veto that applies.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Applied {
    /// What it does.
    pub effect: Effect,
    /// What the score is multiplied with, per cent.
    pub percent: u32,
    /// What it counted.
    #[serde(flatten)]
    pub number: Number,
}

/// The numbers of a month.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sheet {
    /// The month.
    pub month: Month,
    /// The numbers, in the order of the table.
    pub numbers: Vec<Number>,
    /// What multiplies the score, or leaves nothing of it.
    pub adjustments: Vec<Applied>,
    /// The weighted mean of the numbers that count something, after multipliers and vetoes, of a thousand.
    pub score: Option<u32>,
}

impl Sheet {
    /// The number of that code.
    pub fn number(&self, code: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.number == code)
    }

    /// Whether there is anything in it.
    pub fn is_empty(&self) -> bool {
        self.numbers.iter().all(|number| number.base_rows.is_empty() && number.left_out.is_empty())
    }
}

/// Facts as they are counted: cases one by one, places as their targets come together.
struct Rows<'a> {
    cases: Vec<&'a CaseFact>,
    seats: Vec<Seat>,
    upheld: Vec<&'a ObjectionFact>,
}

impl<'a> Rows<'a> {
    fn of(facts: impl Iterator<Item = &'a Fact>, month: Month) -> Self {
        let (mut cases, mut places, mut upheld) = (Vec::new(), BTreeMap::<RecordId, Vec<Entry>>::new(), Vec::new());
        for fact in facts {
            match fact {
                Fact::Case(case) => cases.push(case),
                Fact::Place(place) if lists(place, month) => {
                    places.entry(place.campaign).or_default().push(place.entry());
                }
                Fact::Objection(fact) if fact.is_upheld() && fact.month == month => upheld.push(fact),
                Fact::Place(_) | Fact::Objection(_) => {}
            }
        }
        cases.sort_by_key(|case| case.record);
        let seats = places.into_values().flat_map(|mut entries| {
            entries.sort_by_key(|entry| entry.target);
            coverage::seats(&entries)
        });
        Self { cases, seats: seats.collect(), upheld }
    }

    fn number(&self, counting: &Counting, asked: &Asked) -> Number {
        let mut number = Number {
            number: counting.code,
            top: 0,
            base: 0,
            permille: None,
            top_rows: Vec::new(),
            base_rows: Vec::new(),
            left_out: Vec::new(),
        };
        let in_month = |case: &&&CaseFact| case.at(counting.of).is_some_and(|at| Month::of(at) == asked.month);
        for case in self.cases.iter().filter(in_month) {
            number.count(counting, case.record, Item::Case(case), (asked.now, &self.upheld));
        }
        for seat in self.seats.iter().filter(|_| counting.of == Anchor::Listed) {
            let record = seat.targets.first().copied().unwrap_or_default();
            number.count(counting, record, Item::Seat(seat), (asked.now, &self.upheld));
        }
        (number.top, number.base) = (number.top_rows.len(), number.base_rows.len());
        number.permille = permille(number.top, number.base);
        number
    }
}

fn lists(place: &PlaceFact, month: Month) -> bool {
    (place.from..=place.until).contains(&month)
}

impl Number {
    fn count(
        &mut self,
        counting: &Counting,
        record: RecordId,
        item: Item<'_>,
        (now, upheld): (Timestamp, &[&ObjectionFact]),
    ) {
        let holds = |condition: &Condition| condition.holds(item, now);
        if !counting.base.iter().all(holds) {
            return;
        }
        if let Some(reason) = counting.left_out.iter().find(|condition| holds(condition)) {
            self.left_out.push(LeftOut { record, reason: reason.name() });
            return;
        }
        if upheld.iter().any(|objection| objection.takes_out(counting.code, item)) {
            self.left_out.push(LeftOut { record, reason: Condition::Objected.name() });
            return;
        }
        self.base_rows.push(record);
        if counting.top.iter().all(holds) {
            self.top_rows.push(record);
        }
    }
}

/// So many of a thousand, to the nearest.
pub fn permille(top: usize, base: usize) -> Option<u32> {
    let (top, base) = (top as u64, base as u64);
    (base > 0).then(|| u32::try_from((top * 1000 + base / 2) / base).unwrap_or(u32::MAX))
}

/// The numbers of some facts.
pub fn sheet<'a>(formulas: &Formulas, facts: impl Iterator<Item = &'a Fact>, asked: &Asked) -> Sheet {
    let rows = Rows::of(facts, asked.month);
    let for_whom = |by: &[Group]| asked.by.is_none_or(|group| by.contains(&group));
    let (mut numbers, mut weighed, mut weights) = (Vec::new(), 0_u64, 0_u64);
    for formula in formulas.numbers.iter().filter(|formula| for_whom(&formula.by)) {
        let number = rows.number(&formula.counting, asked);
        if let Some(permille) = number.permille {
            let good = if formula.sense == Sense::More { permille } else { 1000_u32.saturating_sub(permille) };
            weighed += u64::from(formula.weight) * u64::from(good);
            weights += u64::from(formula.weight);
        }
        numbers.push(number);
    }
    let mut adjustments = Vec::new();
    for adjustment in &formulas.adjustments {
        let number = rows.number(&adjustment.counting, asked);
        let much = number.permille.is_some_and(|permille| permille >= adjustment.from_permille);
        if much && number.top >= adjustment.from_count {
            adjustments.push(Applied { effect: adjustment.effect, percent: adjustment.percent, number });
        }
    }
    let score = (weights > 0).then(|| adjustments.iter().fold((weighed + weights / 2) / weights, adjusted));
    Sheet {
        month: asked.month,
        numbers,
        adjustments,
        score: score.map(|score| u32::try_from(score.min(1000)).unwrap_or(1000)),
    }
}

fn adjusted(score: u64, by: &Applied) -> u64 {
    match by.effect {
        Effect::Veto => 0,
        Effect::Multiplier => (score * u64::from(by.percent) + 50) / 100,
    }
}
