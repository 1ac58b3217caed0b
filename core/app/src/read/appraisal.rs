//! Appraisal 考核 on a phone: the numbers of a month over what this phone holds, the reader's own first.
//!
//! Owns the way from states to facts. Refuses to count: the model does, by the formulas that the server counts by. Invariant:
//! groups stand in the order of their names, never of their scores.

use super::row_line::RowLine;
use super::{Listing, Reader};
use gridwalk_model::appraisal::book::grouped;
use gridwalk_model::appraisal::volume::{Volume, VolumeBy, volume};
use gridwalk_model::appraisal::{
    Asked, CaseFact, Fact, Formulas, Group, Month, ObjectionFact, PlaceFact, Sheet, sheet,
};
use gridwalk_model::coverage::{Entry, Standing, Which};
use gridwalk_model::kind::Kind;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId};
use gridwalk_store::{RowFilter, StoreError, ViewRow};
use std::collections::BTreeSet;

/// The numbers of one grid, unit or worker.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct GroupNumbers {
    /// The unit or the account.
    pub of: RecordId,
    /// What it is called, as far as that is here.
    pub name: Option<String>,
    /// Its numbers.
    #[serde(flatten)]
    pub sheet: Sheet,
}

/// The numbers of a month.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NumbersView {
    /// The month.
    pub month: Month,
    /// What is not due yet is not late: as of when.
    pub as_of: Timestamp,
    /// Version of the formulas.
    pub formulas: u32,
    /// Since when the month is locked: its figures are those of the server, and what is counted here is beside them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Timestamp>,
    /// The reader's own.
    pub mine: Sheet,
    /// All that this phone holds, or all of a unit with what is below it.
    pub all: Sheet,
    /// By grid, unit or worker, in the order of their names.
    pub groups: Vec<GroupNumbers>,
}

/// The rows behind one number.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NumberRows {
    /// The number.
    pub number: String,
    /// The rows above the line.
    pub top: Vec<RowLine>,
    /// The other rows below the line.
    pub rest: Vec<RowLine>,
    /// The rows that are left out, each with the reason.
    pub left_out: Vec<LeftOutLine>,
}

/// A row that is not counted.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LeftOutLine {
    /// The row.
    #[serde(flatten)]
    pub row: RowLine,
    /// The name of the condition that left it out.
    pub reason: String,
}

impl Reader<'_> {
    /// The numbers of a month, in a unit and below or of all that is here, by grid, unit or worker if that is asked for.
    pub fn numbers(&self, month: Month, unit: Option<UnitId>, by: Option<Group>) -> Result<NumbersView, StoreError> {
        let facts = self.facts(unit)?;
        let (formulas, now) = (Formulas::shipped(), self.actor.now);
        let me = RecordId(self.actor.account.0);
        // An objection takes out what it names, whoever raised it.
        let mine = facts.iter().filter(|fact| fact.objection().is_some() || fact.key(Group::Worker) == Some(me));
        let asked = |by| Asked { month, now, by };
        let mut groups = Vec::new();
        for (of, sheet) in by.map(|group| grouped(formulas, facts.iter(), &asked(Some(group)))).unwrap_or_default() {
            let name = match by {
                Some(Group::Worker) => self.person(AccountId(of.0))?,
                _ => self.unit_name(of.unit())?,
            };
            groups.push(GroupNumbers { of, name, sheet });
        }
        groups.sort_by(|a, b| (a.name.is_none(), &a.name, a.of).cmp(&(b.name.is_none(), &b.name, b.of)));
        Ok(NumbersView {
            month,
            as_of: now,
            formulas: formulas.version,
            locked_at: self.month_locked(month, unit)?,
            mine: sheet(formulas, mine, &asked(Some(Group::Worker))),
            all: sheet(formulas, facts.iter(), &asked(None)),
            groups,
        })
    }

    /// The rows behind a number of all; `None` if there is no such number.
    pub fn number_rows(
        &self,
        month: Month,
        unit: Option<UnitId>,
        number: &str,
    ) -> Result<Option<NumberRows>, StoreError> {
        let (facts, asked) = (self.facts(unit)?, Asked { month, now: self.actor.now, by: None });
        let counted = sheet(Formulas::shipped(), facts.iter(), &asked);
        let Some(counted) = counted.number(number) else { return Ok(None) };
        let lines = |records: &mut dyn Iterator<Item = RecordId>| {
            let rows = records.map(|record| self.store.row(record)).filter_map(Result::transpose);
            rows.map(|row| row.map(RowLine::from)).collect::<Result<Vec<_>, StoreError>>()
        };
        let top: BTreeSet<RecordId> = counted.top_rows.iter().copied().collect();
        let mut left_out = Vec::new();
        for left in &counted.left_out {
            if let Some(row) = self.store.row(left.record)? {
                left_out.push(LeftOutLine { row: row.into(), reason: left.reason.clone() });
            }
        }
        Ok(Some(NumberRows {
            number: number.to_owned(),
            top: lines(&mut counted.top_rows.iter().copied())?,
            rest: lines(&mut counted.base_rows.iter().copied().filter(|record| !top.contains(record)))?,
            left_out,
        }))
    }

    /// How many cases were reported in each of the months up to one.
    pub fn volumes(&self, unit: Option<UnitId>, by: VolumeBy, last: Month, months: i32) -> Result<Volume, StoreError> {
        Ok(volume(self.facts(unit)?.iter(), by, last, months))
    }

    /// The facts of all cases and of all places on lists that are here, in a unit and below it, or everywhere.
    pub fn facts(&self, unit: Option<UnitId>) -> Result<Vec<Fact>, StoreError> {
        let (mut facts, mut raised) = (Vec::new(), BTreeSet::new());
        for campaign in self.all_rows(RowFilter::kind(Kind::Campaign.name()))? {
            // What a campaign raised may lie anywhere: all of its list is looked at, and what is asked for is counted.
            let listing = self.listing(campaign.shown_as, None)?;
            raised.extend(listing.attempts().filter_map(|(_, attempt)| attempt.raised));
            let days = self.days_of(&campaign)?;
            let within = match unit {
                Some(_) => &self.listing(campaign.shown_as, unit)?,
                None => &listing,
            };
            facts.extend(places(within, campaign.shown_as, days));
        }
        let filter = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::Case.name()) };
        for row in self.all_rows(filter)? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            facts.extend(CaseFact::of(&state, raised.contains(&row.record), row.shown_as).map(Fact::Case));
        }
        for row in self.all_rows(RowFilter::kind(Kind::Objection.name()))? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            facts.extend(ObjectionFact::of(&state).map(Fact::Objection));
        }
        Ok(facts)
    }

    /// The days between which a campaign ran.
    fn days_of(&self, campaign: &ViewRow) -> Result<(i64, i64), StoreError> {
        let state = self.store.predicted(campaign.record, self.actor.now)?.state;
        Ok(gridwalk_model::kind::campaign::days(&state))
    }
}

/// The places of a list, each once.
fn places(listing: &Listing, campaign: RecordId, days: (i64, i64)) -> Vec<Fact> {
    let both = [Which::Baseline, Which::Left].into_iter().flat_map(|which| listing.lines(which));
    let fact = |line: super::TargetLine| {
        let confirmed = line.attempts.iter().rev().find(|attempt| Standing::of(&attempt.outcome).is_checked());
        let entry = Entry {
            target: line.doubles.iter().copied().chain([line.record]).min().unwrap_or(line.record),
            unit: line.unit,
            standing: Standing::of(line.standing),
            left: line.left.is_some(),
            ..Entry::default()
        };
        Fact::Place(PlaceFact::new(&entry, campaign, days, confirmed.map(|attempt| attempt.by)))
    };
    both.map(fact).collect()
}
