//! Due: where something of a list is to be done, and what was done last at each place, along indices.
//!
//! Owns the statements. Refuses to judge days: the model does. Invariant: what is counted costs an entry of an index a
//! place and a row for each thing that was done; no record is opened, whatever the phone holds.

use crate::column::{id, maybe_id};
use crate::error::StoreError;
use crate::query::{ViewRow, rows};
use crate::store::Store;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId, row};
use rusqlite::{Row, named_params};
use std::collections::{BTreeMap, HashSet};

/// What is looked for: things done at places of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueQuery {
    /// The places' kind.
    pub kind: String,
    /// In this unit and below, or everywhere.
    pub unit: Option<UnitId>,
    /// The kind of what is done: work done, visits.
    pub done: String,
    /// Sort texts from this one on …
    pub from: String,
    /// … and before this one.
    pub upto: String,
    /// Only with one of these titles; all if nothing is said.
    pub titles: Option<Vec<&'static str>>,
}

/// The newest thing that was done at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoneLast {
    /// The place, as it is shown.
    pub place: RecordId,
    /// The unit that it is at home in.
    pub unit: Option<UnitId>,
    /// When.
    pub at: Timestamp,
    /// Who changed that record last: mostly who did it.
    pub by: AccountId,
}

impl DoneLast {
    fn from_row(found: &Row<'_>) -> rusqlite::Result<Self> {
        let newest = found.get_ref("newest")?.as_str().unwrap_or_default().to_owned();
        Ok(Self {
            place: id(found, "place", RecordId)?,
            unit: maybe_id(found, "unit", UnitId)?,
            at: row::moment_of_sort(&newest).unwrap_or_default(),
            by: id(found, "changed_by", AccountId)?,
        })
    }
}

impl DueQuery {
    fn titles(&self) -> Option<String> {
        self.titles.as_ref().map(|titles| serde_json::json!(titles).to_string())
    }
}

impl Store {
    /// How many places there are in each unit; households that ended are none.
    pub fn places_by_unit(
        &self,
        kind: &str,
        unit: Option<UnitId>,
    ) -> Result<BTreeMap<Option<UnitId>, u64>, StoreError> {
        let named = named_params! { ":kind": kind, ":unit": unit.map(|u| u.0) };
        let counted = |row: &Row<'_>| {
            let places: i64 = row.get("places")?;
            Ok((maybe_id(row, "unit", UnitId)?, places.cast_unsigned()))
        };
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("due/targets.sql"))?;
            let mut by_unit: BTreeMap<_, _> = all.query_map(named, counted)?.collect::<Result<_, _>>()?;
            let mut ended = db.prepare_cached(include_str!("due/ended.sql"))?;
            for row in ended.query_map(named, counted)? {
                let (unit, gone) = row?;
                by_unit.entry(unit).and_modify(|places: &mut u64| *places = places.saturating_sub(gone));
            }
            Ok(by_unit)
        })
    }

    /// The newest thing done at each place where any was.
    pub fn done_last(&self, query: &DueQuery) -> Result<Vec<DoneLast>, StoreError> {
        let titles = query.titles();
        let named = named_params! { ":kind": query.kind, ":unit": query.unit.map(|u| u.0), ":done": query.done, ":from": query.from, ":upto": query.upto, ":titles": titles };
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("due/done.sql"))?;
            let found = statement.query_map(named, DoneLast::from_row)?;
            let (mut met, mut newest) = (HashSet::new(), Vec::new());
            // The newest come first.
            for last in found {
                let last = last?;
                if met.insert(last.place) {
                    newest.push(last);
                }
            }
            newest.sort_by_key(|last| last.place);
            Ok(newest)
        })
    }

    /// The newest thing done in each unit as a whole, at no single place; `place` is the unit's record.
    pub fn done_in_units(&self, query: &DueQuery) -> Result<Vec<DoneLast>, StoreError> {
        let named = named_params! { ":unit": query.unit.map(|u| u.0), ":done": query.done, ":from": query.from, ":upto": query.upto };
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("due/done_in_units.sql"))?;
            let found = statement.query_map(named, DoneLast::from_row)?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// Places where nothing was done, in the order of lists.
    pub fn places_open(&self, query: &DueQuery, limit: usize) -> Result<Vec<ViewRow>, StoreError> {
        let titles = query.titles();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let named = named_params! { ":kind": query.kind, ":unit": query.unit.map(|u| u.0), ":done": query.done, ":from": query.from, ":upto": query.upto, ":titles": titles, ":limit": limit };
        self.read(|db| rows(db, include_str!("due/open.sql"), named))
    }
}
