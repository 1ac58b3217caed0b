//! The work list: which items are in force, where they are due and done by unit, and what is asked twice.
//!
//! Owns how items meet places. Refuses to judge days: the model does. Invariant: an item counts at a place that is there;
//! a household that ended is no target, and a visit that met somebody counts for an item that asks for visits.

use super::row_line::RowLine;
use super::visit::paid_at;
use super::{Reader, shown};
use gridwalk_model::kind::work_item::{Due, WorkItem};
use gridwalk_model::kind::{Kind, household, visit, work_done};
use gridwalk_model::view::{GroupView, Held, Policy, show};
use gridwalk_model::{RecordId, Timestamp, UnitId, Value, row};
use gridwalk_store::{RowFilter, StoreError, ViewRow};
use std::collections::BTreeMap;

/// An item of the work list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct WorkItemLine {
    /// The item.
    #[serde(flatten)]
    pub row: RowLine,
    /// A code of `work_category`.
    pub category: String,
    /// A code of `work_sort`.
    pub sort: String,
    /// A code of `work_target`.
    pub target: String,
    /// The fact that it asks for.
    pub fact: Option<String>,
    /// After how many days it is done again.
    pub every_days: Option<i64>,
    /// The first day, days since 1970-01-01.
    pub from: Option<i64>,
    /// The last day.
    pub until: Option<i64>,
    /// Whether it is to be done today.
    pub in_force: bool,
}

/// An item with how it stands.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct WorkDue {
    /// The item.
    pub item: WorkItemLine,
    /// All places together.
    pub count: WorkCount,
    /// The same for each unit that has places.
    pub by_unit: Vec<UnitWork>,
    /// Places where it is not done: overdue first, then today's, then the others.
    pub places: Vec<WorkPlace>,
}

/// How many places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct WorkCount {
    /// Where it is to be done.
    pub targets: usize,
    /// Done for now.
    pub done: usize,
    /// To be done, in time.
    pub open: usize,
    /// Today is the last day.
    pub today: usize,
    /// Too late.
    pub overdue: usize,
}

impl WorkCount {
    fn add(&mut self, due: Due) {
        self.targets += 1;
        match due {
            Due::Done => self.done += 1,
            Due::Open => self.open += 1,
            Due::Today => self.today += 1,
            Due::Overdue => self.overdue += 1,
        }
    }
}

/// A unit's part of an item.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct UnitWork {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: Option<String>,
    /// Its places.
    #[serde(flatten)]
    pub count: WorkCount,
}

/// A place where an item is not done.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct WorkPlace {
    /// The place.
    #[serde(flatten)]
    pub row: RowLine,
    /// How it stands.
    pub due: Due,
    /// The last day on which it is in time, days since 1970-01-01.
    pub by: Option<i64>,
    /// When it was done last.
    pub last: Option<Timestamp>,
}

/// What is asked more than once.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct AskedTwice {
    /// The year.
    pub year: i64,
    /// Facts that several items in force ask for.
    pub items: Vec<FactItems>,
    /// Places that were asked for one fact more than once in the year.
    pub places: Vec<FactAsked>,
}

/// A fact that several items ask for.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FactItems {
    /// The fact.
    pub fact: String,
    /// The items.
    pub items: Vec<RowLine>,
}

/// A place that was asked for one fact more than once.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FactAsked {
    /// The place.
    #[serde(flatten)]
    pub row: RowLine,
    /// The fact.
    pub fact: String,
    /// When, the newest first.
    pub at: Vec<Timestamp>,
}

impl Reader<'_> {
    /// Items of the work list: those in force today, or all that this phone holds.
    pub fn work_list(&self, all: bool) -> Result<Vec<WorkItemLine>, StoreError> {
        let items = self.work_items()?;
        Ok(items.into_iter().map(|(line, _)| line).filter(|line| all || line.in_force).collect())
    }

    fn work_items(&self) -> Result<Vec<(WorkItemLine, WorkItem)>, StoreError> {
        let mut items = Vec::new();
        for row in self.all_rows(&RowFilter::kind(Kind::WorkItem.name()), |_| true)? {
            let loaded = self.load([row.record])?;
            let Some(view) = shown(&loaded, row.record) else { continue };
            let item = WorkItem::of(&view);
            let line = WorkItemLine {
                category: text(&view, "category").unwrap_or_default(),
                sort: item.sort.clone(),
                target: item.target.clone(),
                fact: item.fact.clone(),
                every_days: item.every_days,
                from: item.from,
                until: item.until,
                in_force: item.is_in_force(self.actor.today()),
                row: row.into(),
            };
            items.push((line, item));
        }
        Ok(items)
    }

    /// Items in force with how they stand in a unit and below, or everywhere; of one item only, if it is named.
    pub fn work_due(
        &self,
        unit: Option<UnitId>,
        only: Option<RecordId>,
        lines: usize,
    ) -> Result<Vec<WorkDue>, StoreError> {
        let mut targets: BTreeMap<String, Vec<RowLine>> = BTreeMap::new();
        let mut visited: Option<BTreeMap<RecordId, Timestamp>> = None;
        let mut list = Vec::new();
        let named = |line: &WorkItemLine| only.is_none_or(|record| record == line.row.record);
        for (line, item) in self.work_items()?.into_iter().filter(|(line, _)| line.in_force && named(line)) {
            if !targets.contains_key(&item.target) {
                targets.insert(item.target.clone(), self.targets(&item.target, unit)?);
            }
            let last = if item.sort == "visit" {
                if visited.is_none() {
                    visited = Some(self.visited(unit)?);
                }
                visited.clone().unwrap_or_default()
            } else {
                self.done_last(line.row.record, unit)?
            };
            let places = targets.get(&item.target).map_or(&[][..], Vec::as_slice);
            list.push(self.due_of(line, &item, places, &last, lines)?);
        }
        Ok(list)
    }

    fn due_of(
        &self,
        line: WorkItemLine,
        item: &WorkItem,
        targets: &[RowLine],
        last: &BTreeMap<RecordId, Timestamp>,
        lines: usize,
    ) -> Result<WorkDue, StoreError> {
        let today = self.actor.today();
        let (mut count, mut units, mut places) = (WorkCount::default(), BTreeMap::new(), Vec::new());
        for place in targets {
            let last = last.get(&place.record).copied();
            let day = last.map(Timestamp::china_day);
            let due = item.due(day, today);
            count.add(due);
            if let Some(unit) = place.unit {
                units.entry(unit).or_insert_with(WorkCount::default).add(due);
            }
            if due != Due::Done {
                places.push(WorkPlace { row: place.clone(), due, by: item.due_by(day), last });
            }
        }
        places.sort_by_key(|place| (place.due, place.by));
        places.truncate(lines);
        let named = |(unit, count)| Ok(UnitWork { unit, name: self.unit_name(unit)?, count });
        let by_unit = units.into_iter().map(named).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(WorkDue { item: line, count, by_unit, places })
    }

    /// Places of a kind in a unit and below; households that ended are none.
    fn targets(&self, kind: &str, unit: Option<UnitId>) -> Result<Vec<RowLine>, StoreError> {
        let filter = RowFilter { unit, with_below: true, ..RowFilter::kind(kind) };
        let mut targets = Vec::new();
        for row in self.all_rows(&filter, |_| true)? {
            if kind == Kind::Household.name() {
                let loaded = self.load([row.record])?;
                let ended =
                    || show(&loaded.state(row.record)?.fields.get(household::ENDED)?.heads, Policy::Review)?.value;
                if ended().is_some() {
                    continue;
                }
            }
            targets.push(row.into());
        }
        Ok(targets)
    }

    /// When an item was done last at each place.
    fn done_last(&self, item: RecordId, unit: Option<UnitId>) -> Result<BTreeMap<RecordId, Timestamp>, StoreError> {
        let prefix = row::sort_within(item);
        let after = Some((prefix.clone(), RecordId::default()));
        let filter = RowFilter { unit, with_below: true, after, ..RowFilter::kind(Kind::WorkDone.name()) };
        let rows = self.all_rows(&filter, |row| row.sort.starts_with(&prefix))?;
        let mut last = BTreeMap::new();
        for row in rows {
            if let Some(place) = row.parent {
                last.entry(place).or_insert_with(|| paid_at(&row));
            }
        }
        Ok(last)
    }

    /// When somebody was met last at each place that visits are paid to.
    fn visited(&self, unit: Option<UnitId>) -> Result<BTreeMap<RecordId, Timestamp>, StoreError> {
        let filter = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::Visit.name()) };
        let mut last = BTreeMap::new();
        for row in self.all_rows(&filter, |_| true)? {
            if let Some(place) = row.parent.filter(|_| visit::is_answered(&row.title)) {
                last.entry(place).or_insert_with(|| paid_at(&row));
            }
        }
        Ok(last)
    }

    /// What is asked twice: facts that several items in force ask for, and places that were asked for one fact more than
    /// once in a year of China's calendar.
    pub fn asked_twice(&self, year: i64, unit: Option<UnitId>) -> Result<AskedTwice, StoreError> {
        let mut by_fact: BTreeMap<String, Vec<RowLine>> = BTreeMap::new();
        for (line, _) in self.work_items()?.into_iter().filter(|(line, _)| line.in_force) {
            if let Some(fact) = line.fact.clone() {
                by_fact.entry(fact).or_default().push(line.row);
            }
        }
        let mut asked: BTreeMap<(RecordId, String), Vec<Timestamp>> = BTreeMap::new();
        let filter = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::WorkDone.name()) };
        for row in self.all_rows(&filter, |_| true)? {
            let at = paid_at(&row);
            let loaded = self.load([row.record])?;
            let fact = shown(&loaded, row.record).and_then(|view| text(&view, work_done::FACT));
            if let (Some(place), Some(fact)) = (row.parent.filter(|_| at.china_year() == year), fact) {
                asked.entry((place, fact)).or_default().push(at);
            }
        }
        let mut places = Vec::new();
        for ((place, fact), mut at) in asked.into_iter().filter(|(_, at)| at.len() > 1) {
            at.sort_by_key(|at| std::cmp::Reverse(*at));
            places.extend(self.line_of(place)?.map(|row| FactAsked { row, fact, at }));
        }
        let several = by_fact.into_iter().filter(|(_, items)| items.len() > 1);
        let items = several.map(|(fact, items)| FactItems { fact, items }).collect();
        Ok(AskedTwice { year, items, places })
    }

    /// All rows of a filter, page after page, as long as they are wanted.
    fn all_rows(&self, filter: &RowFilter, wanted: impl Fn(&ViewRow) -> bool) -> Result<Vec<ViewRow>, StoreError> {
        let (mut all, mut after) = (Vec::new(), filter.after.clone());
        loop {
            let rows = self.store.rows(&RowFilter { after: after.take(), ..filter.clone() })?;
            after = rows.last().map(|row| (row.sort.clone(), row.record));
            let got = rows.len();
            all.extend(rows.into_iter().take_while(|row| wanted(row)));
            let stopped = all.last().map(|row| (row.sort.clone(), row.record)) != after;
            if got == 0 || stopped {
                return Ok(all);
            }
        }
    }
}

fn text(view: &GroupView<'_>, name: &str) -> Option<String> {
    view.field(name, Policy::Review)?.value.and_then(Value::as_text).map(str::to_owned)
}
