//! Same matter 同一事件: open cases near a new one, cases that may be one, and what came again at one place.
//!
//! Owns which cases are looked at, and how near counts at a unit. Refuses to compare: the model does; and to say that two are
//! one: a person does. Invariant: a case about which somebody decided is not proposed again, and nothing here names who
//! spoke of a matter.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::case_class::ClassBook;
use gridwalk_model::kind::{Kind, case, case_file};
use gridwalk_model::same_matter::{Alike, MatterAt, Seen, repeats};
use gridwalk_model::view::Held as _;
use gridwalk_model::{RecordId, State, Timestamp, UnitId, limits};
use gridwalk_store::{RowFilter, StoreError, ViewRow};
use std::collections::{BTreeMap, BTreeSet};

/// An open case that may be what somebody is about to report.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NearCase {
    /// The case.
    #[serde(flatten)]
    pub row: RowLine,
    /// Why it may be the same.
    pub alike: Alike,
    /// When it was reported.
    pub at: Timestamp,
    /// How many people reported it.
    pub reporters: usize,
    /// The lines by which it came.
    pub lines: Vec<String>,
}

/// Two open cases that may be one matter.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AlikeCases {
    /// The one that was reported first.
    pub row: RowLine,
    /// The other one.
    pub other: RowLine,
    /// Why they may be one.
    pub alike: Alike,
}

/// Cases of one sort at one place, within the days that count.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AgainLine {
    /// How many.
    pub count: usize,
    /// Within how many days.
    pub days: i64,
    /// The cases, the newest first: they are the reason.
    pub cases: Vec<AgainCase>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AgainCase {
    /// The case.
    #[serde(flatten)]
    pub row: RowLine,
    /// When it was reported.
    pub at: Timestamp,
}

/// How near counts, by unit: what an office's tables say there.
struct Reach<'r, 'a> {
    reader: &'r Reader<'a>,
    rules: gridwalk_model::rule_book::RuleBook,
    books: BTreeMap<Option<UnitId>, ClassBook>,
}

impl Reach<'_, '_> {
    /// Metres for a matter at a unit: those of its class, else the most that a class of its category says.
    fn of(&mut self, matter: &MatterAt, unit: Option<UnitId>) -> Result<u32, StoreError> {
        if !self.books.contains_key(&unit) {
            let place = unit.map(|unit| self.reader.ruled_place(unit)).transpose()?.unwrap_or_default();
            let units: Vec<UnitId> = place.units.iter().map(|unit| unit.id).collect();
            self.books.insert(unit, self.rules.classes(&units, self.reader.actor.today()));
        }
        let Some(book) = self.books.get(&unit) else { return Ok(limits::CASE_NEAR_M) };
        let of_class = matter.class.as_ref().and_then(|class| book.class(class)).map(|class| class.near_m);
        let category = matter.category.as_deref();
        let of_category = || category.and_then(|category| book.of_category(category).map(|class| class.near_m).max());
        Ok(of_class.or_else(of_category).unwrap_or(limits::CASE_NEAR_M))
    }
}

impl Reader<'_> {
    fn reach(&self) -> Result<Reach<'_, '_>, StoreError> {
        Ok(Reach { reader: self, rules: self.rule_book()?, books: BTreeMap::new() })
    }

    /// Open cases that may be this matter, the nearest first; never `but`.
    pub fn cases_near(
        &self,
        matter: &MatterAt,
        unit: Option<UnitId>,
        but: Option<RecordId>,
    ) -> Result<Vec<NearCase>, StoreError> {
        let mut rows = self.cases_about(matter)?;
        rows.retain(|row| Some(row.record) != but && !case::DONE.contains(&row.status.as_str()));
        // An office's tables are read only where there is something to measure.
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let near_m = self.reach()?.of(matter, unit)?;
        let mut found = Vec::new();
        for row in rows {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            let Some(alike) = matter.alike(&MatterAt::of(&state), near_m) else { continue };
            if let Some(but) = but
                && self.is_settled(but, row.record)?
            {
                continue;
            }
            found.push(NearCase {
                at: reported_at(&state, row.record),
                reporters: case_file::reporters(&state).len(),
                lines: case_file::lines(&state).into_iter().map(str::to_owned).collect(),
                row: row.into(),
                alike,
            });
        }
        found.sort_by_key(|near| (!near.alike.place, near.alike.metres, near.row.record));
        found.truncate(limits::CASES_NEAR_MAX);
        Ok(found)
    }

    /// The same for a case that is here already.
    pub fn cases_near_to(&self, record: RecordId) -> Result<Vec<NearCase>, StoreError> {
        let loaded = self.load([record])?;
        let Some(state) = loaded.state(record) else { return Ok(Vec::new()) };
        let unit = self.store.row(record)?.and_then(|row| row.unit);
        self.cases_near(&MatterAt::of(state), unit, Some(record))
    }

    /// Rows of cases around its point and at its place.
    fn cases_about(&self, matter: &MatterAt) -> Result<Vec<ViewRow>, StoreError> {
        let mut rows: Vec<ViewRow> = Vec::new();
        if let Some(point) = &matter.point {
            let reach = f64::from(limits::CASE_NEAR_M_MAX);
            let around = self.store.near(point, reach, &[Kind::Case.name()], limits::CASES_COMPARED_MAX)?;
            rows.extend(around.into_iter().map(|(row, _)| row));
        }
        if let Some(place) = matter.place {
            let shown_as = self.store.row(place)?.map_or(place, |row| row.shown_as);
            let filter = RowFilter { kind: Some(Kind::Case.name().to_owned()), ..RowFilter::children(shown_as) };
            let known: BTreeSet<RecordId> = rows.iter().map(|row| row.record).collect();
            rows.extend(self.store.rows(&filter)?.into_iter().filter(|row| !known.contains(&row.record)));
        }
        Ok(rows)
    }

    /// Pairs of open cases that may be one matter, about which nobody decided; in this unit and below, or all.
    pub fn cases_alike(&self, unit: Option<UnitId>) -> Result<Vec<AlikeCases>, StoreError> {
        let (mut reach, mut met, mut pairs) = (self.reach()?, BTreeSet::new(), Vec::new());
        for row in self.case_rows(unit, None)?.into_iter().filter(|row| !case::DONE.contains(&row.status.as_str())) {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            let matter = MatterAt::of(&state);
            let near_m = reach.of(&matter, row.unit)?;
            for other in self.cases_about(&matter)? {
                let pair = (row.record.min(other.record), row.record.max(other.record));
                let done = case::DONE.contains(&other.status.as_str());
                if done || row.record == other.record || !met.insert(pair) {
                    continue;
                }
                let beside = MatterAt::of(&self.store.predicted(other.record, self.actor.now)?.state);
                let Some(alike) = matter.alike(&beside, near_m) else { continue };
                if self.is_settled(row.record, other.record)? {
                    continue;
                }
                let (row, other): (RowLine, RowLine) = (row.clone().into(), other.into());
                let (row, other) = if row.record < other.record { (row, other) } else { (other, row) };
                pairs.push(AlikeCases { row, other, alike });
            }
        }
        pairs.sort_by_key(|pair| (pair.row.record, pair.other.record));
        Ok(pairs)
    }

    /// What came again: so many cases of a sort at one place within so many days, the newest warning first.
    pub fn cases_again(&self, unit: Option<UnitId>) -> Result<Vec<AgainLine>, StoreError> {
        // A warning stands for as long as its newest case is that young.
        let since = self.actor.now.plus_days(-2 * limits::CASE_REPEAT_DAYS);
        let (mut reach, mut seen, mut rows) = (self.reach()?, Vec::new(), BTreeMap::new());
        for row in self.case_rows(unit, Some(since))? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            if state.status() == "voided" {
                continue;
            }
            let (matter, at) = (MatterAt::of(&state), reported_at(&state, row.record));
            let near_m = reach.of(&matter, row.unit)?;
            seen.push(Seen { record: row.record, at, matter, near_m });
            rows.insert(row.record, (row, at));
        }
        let young = self.actor.now.plus_days(-limits::CASE_REPEAT_DAYS);
        let line = |group: Vec<RecordId>| {
            let of = group.iter().filter_map(|record| rows.get(record));
            let cases: Vec<_> = of.map(|(row, at)| AgainCase { row: row.clone().into(), at: *at }).collect();
            AgainLine { count: cases.len(), days: limits::CASE_REPEAT_DAYS, cases }
        };
        let groups = repeats(&seen, limits::CASE_REPEAT_DAYS, limits::CASE_REPEATS_MIN);
        let lines = groups.into_iter().map(line);
        Ok(lines.filter(|line| line.cases.first().is_some_and(|newest| newest.at >= young)).collect())
    }

    /// All cases in a unit and below, or all that are here: the newest first, those made since then.
    pub(super) fn case_rows(&self, unit: Option<UnitId>, since: Option<Timestamp>) -> Result<Vec<ViewRow>, StoreError> {
        let cases = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::Case.name()) };
        let young = |row: &ViewRow| since.is_none_or(|since| row.record.made_at() >= since);
        let rows = self.each_row(cases).take_while(|row| row.as_ref().map_or(true, young));
        rows.take(limits::CASES_COMPARED_MAX).collect()
    }
}

/// When somebody said first that it is there.
fn reported_at(state: &State, record: RecordId) -> Timestamp {
    state.steps.first().map_or_else(|| record.made_at(), |step| step.tag.effective)
}
