//! The work list: which items are in force, where they are due and done by unit, and what is asked twice.
//!
//! Owns how items meet places, or whole grids where no single place is named. Refuses to judge days: the model does.
//! Invariant: an item counts at a place that is there; a household that ended is no target, and a visit that met somebody
//! counts for an item that asks for visits.

use super::row_line::RowLine;
use super::visit::paid_at;
use super::{Reader, shown};
use gridwalk_model::kind::work_item::{Due, WorkItem};
use gridwalk_model::kind::{Kind, visit, work_done};
use gridwalk_model::unit_code::Level;
use gridwalk_model::view::GroupView;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId, Value, row};
use gridwalk_store::{DoneLast, DueQuery, RowFilter, StoreError};
use std::collections::{BTreeMap, BTreeSet};

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
    fn add(&mut self, due: Due, places: usize) {
        self.targets += places;
        match due {
            Due::Done => self.done += places,
            Due::Open => self.open += places,
            Due::Today => self.today += places,
            Due::Overdue => self.overdue += places,
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
    /// Of an item for whole grids: when it was done last here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Of an item for whole grids: who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_by: Option<AccountId>,
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
        for row in self.all_rows(RowFilter::kind(Kind::WorkItem.name()))? {
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

    /// Items in force with how they stand in a unit and below, or everywhere; of one item only, if it is named. Counted along
    /// indices: no place is opened.
    pub fn work_due(
        &self,
        unit: Option<UnitId>,
        only: Option<RecordId>,
        lines: usize,
    ) -> Result<Vec<WorkDue>, StoreError> {
        let mut places: BTreeMap<String, BTreeMap<Option<UnitId>, u64>> = BTreeMap::new();
        let mut list = Vec::new();
        let named = |line: &WorkItemLine| only.is_none_or(|record| record == line.row.record);
        for (line, item) in self.work_items()?.into_iter().filter(|(line, _)| line.in_force && named(line)) {
            let query = query(&line, &item, unit);
            if item.target == Kind::Unit.name() {
                list.push(self.due_in_grids(line, &item, &query, lines)?);
                continue;
            }
            if !places.contains_key(&item.target) {
                places.insert(item.target.clone(), self.store.places_by_unit(&item.target, unit)?);
            }
            let of = places.get(&item.target).cloned().unwrap_or_default();
            list.push(self.due_at_places(line, &item, &query, (of, lines))?);
        }
        Ok(list)
    }

    fn due_at_places(
        &self,
        line: WorkItemLine,
        item: &WorkItem,
        query: &DueQuery,
        (mut left, lines): (BTreeMap<Option<UnitId>, u64>, usize),
    ) -> Result<WorkDue, StoreError> {
        let today = self.actor.today();
        let (mut count, mut units, mut again) = (WorkCount::default(), BTreeMap::new(), Vec::new());
        let done = self.store.done_last(query)?;
        let mut add = |unit: Option<UnitId>, due: Due, places: usize| {
            count.add(due, places);
            if let Some(unit) = unit {
                units.entry(unit).or_insert_with(WorkCount::default).add(due, places);
            }
        };
        for last in &done {
            let day = last.at.china_day();
            let due = item.due(Some(day), today);
            add(last.unit, due, 1);
            left.entry(last.unit).and_modify(|places| *places = places.saturating_sub(1));
            if due != Due::Done {
                again.push((due, item.due_by(Some(day)), *last));
            }
        }
        let (never, by) = (item.due(None, today), item.due_by(None));
        for (unit, places) in left.into_iter().filter(|(_, places)| *places > 0) {
            add(unit, never, usize::try_from(places).unwrap_or(usize::MAX));
        }
        again.sort_by_key(|(due, by, last)| (*due, *by, last.place));
        let mut places = Vec::new();
        for (due, by, last) in again.into_iter().take(lines) {
            let row = self.line_of(last.place)?;
            places.extend(row.map(|row| WorkPlace { row, due, by, last: Some(last.at) }));
        }
        let met: BTreeSet<RecordId> = done.iter().map(|last| last.place).collect();
        let open = self.store.places_open(query, lines)?.into_iter().filter(|row| !met.contains(&row.record));
        places.extend(open.map(|row| WorkPlace { row: row.into(), due: never, by, last: None }));
        places.sort_by_key(|place| (place.due, place.by));
        places.truncate(lines);
        let unit_of =
            |(unit, count)| Ok(UnitWork { unit, name: self.unit_name(unit)?, count, last: None, done_by: None });
        let by_unit = units.into_iter().map(unit_of).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(WorkDue { item: line, count, by_unit, places })
    }

    /// An item that names no single place: each grid is one target, done by somebody on a day.
    fn due_in_grids(
        &self,
        line: WorkItemLine,
        item: &WorkItem,
        query: &DueQuery,
        lines: usize,
    ) -> Result<WorkDue, StoreError> {
        let done: BTreeMap<RecordId, DoneLast> =
            self.store.done_in_units(query)?.into_iter().map(|last| (last.place, last)).collect();
        let filter = RowFilter { unit: query.unit, with_below: true, ..RowFilter::kind(Kind::Unit.name()) };
        let (mut count, mut by_unit, mut places) = (WorkCount::default(), Vec::new(), Vec::new());
        for row in self.all_rows(filter)? {
            if self.level(&row)?.as_deref() != Some(Level::Grid.name()) {
                continue;
            }
            let last = done.get(&row.record);
            let day = last.map(|last| last.at.china_day());
            let due = item.due(day, self.actor.today());
            count.add(due, 1);
            let mut own = WorkCount::default();
            own.add(due, 1);
            let (unit, name) = (row.record.unit(), Some(row.title.clone()));
            by_unit.push(UnitWork { unit, name, count: own, last: last.map(|l| l.at), done_by: last.map(|l| l.by) });
            if due != Due::Done {
                places.push(WorkPlace { row: row.into(), due, by: item.due_by(day), last: last.map(|l| l.at) });
            }
        }
        places.sort_by_key(|place| (place.due, place.by));
        places.truncate(lines);
        Ok(WorkDue { item: line, count, by_unit, places })
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
        for row in self.all_rows(filter)? {
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
}

/// What counts as doing an item: work done on it, or visits since its first day on which somebody was met.
fn query(line: &WorkItemLine, item: &WorkItem, unit: Option<UnitId>) -> DueQuery {
    let kind = item.target.clone();
    if item.sort == "visit" {
        let begins = Timestamp::of_china_day(item.from.unwrap_or_default());
        let upto = row::sort_of_moment(begins.plus_ms(-1));
        let titles = Some(visit::ANSWERED.to_vec());
        return DueQuery { kind, unit, done: Kind::Visit.name().to_owned(), from: String::new(), upto, titles };
    }
    let from = row::sort_within(line.row.record);
    // Behind the item's id stand digits, and this is behind all of them.
    let upto = format!("{from}:");
    DueQuery { kind, unit, done: Kind::WorkDone.name().to_owned(), from, upto, titles: None }
}

fn text(view: &GroupView<'_>, name: &str) -> Option<String> {
    view.value(name).and_then(Value::as_text).map(str::to_owned)
}
