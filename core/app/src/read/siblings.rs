//! Siblings that may be one: in one estate, in one building, behind one door, in one household.
//!
//! Owns which records stand in one place, same-as places taken together. Refuses to compare them: the model does, see
//! `sibling`. Invariant: whoever sees a place sees all that is in it, so that no server is asked.

use super::row_line::RowLine;
use super::{Candidate, Reader};
use gridwalk_model::duplicate::Match;
use gridwalk_model::kind::{Kind, PARENT, UNIT};
use gridwalk_model::row::BETWEEN;
use gridwalk_model::value::Value;
use gridwalk_model::view::Held;
use gridwalk_model::{RecordId, State, door, limits, sibling};
use gridwalk_store::{Placed, RowFilter, StoreError, ViewRow};
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Reader<'_> {
    /// Records that stand where these fields say, and that may be what they describe; never `but`.
    pub(super) fn siblings(
        &self,
        kind: Kind,
        fields: &BTreeMap<String, Value>,
        but: Option<RecordId>,
    ) -> Result<Vec<Candidate>, StoreError> {
        if !sibling::KINDS.contains(&kind) {
            return Ok(Vec::new());
        }
        let mut list = Vec::new();
        for row in self.beside(kind, fields)?.into_iter().filter(|row| Some(row.record) != but) {
            let loaded = self.load([row.record])?;
            let Some(state) = loaded.state(row.record) else { continue };
            let ids = (but, Some(row.record));
            let found = sibling::compare(kind, &|name| fields.get(name).cloned(), &|name| shown(state, name), ids);
            list.extend(found.map(|found| Candidate::of(RowLine::from(row), &found)));
        }
        Ok(list)
    }

    /// Rows of the kind in the same place: below the same record; a building in no estate, in the same unit.
    fn beside(&self, kind: Kind, fields: &BTreeMap<String, Value>) -> Result<Vec<ViewRow>, StoreError> {
        let of_kind = |filter: RowFilter| RowFilter { kind: Some(kind.name().to_owned()), ..filter };
        if let Some(parent) = fields.get(PARENT).and_then(Value::as_id) {
            let shown_as = self.store.row(parent)?.map_or(parent, |row| row.shown_as);
            return self.store.rows(&of_kind(RowFilter::children(shown_as)));
        }
        let Some(unit) = fields.get(UNIT).and_then(Value::as_id).filter(|_| kind == Kind::Building) else {
            return Ok(Vec::new());
        };
        let mut rows = self.store.rows(&of_kind(RowFilter { unit: Some(unit.unit()), ..RowFilter::default() }))?;
        rows.retain(|row| row.parent.is_none());
        Ok(rows)
    }

    /// All pairs of siblings here that are likely one, about which nobody decided.
    pub(super) fn likely_siblings(&self) -> Result<Vec<(RecordId, Candidate)>, StoreError> {
        let mut pairs = Vec::new();
        for kind in [Kind::Resident, Kind::Dwelling] {
            let mut alike: HashMap<(RecordId, String), Vec<RecordId>> = HashMap::new();
            for row in self.store.placed(kind.name())? {
                let called = if kind == Kind::Dwelling { door_of(&row) } else { row.title };
                alike.entry((row.parent, called)).or_default().push(row.record);
            }
            pairs.extend(alike.into_values().flat_map(|group| couples(&group)));
        }
        pairs.extend(self.households_together()?);
        pairs.extend(self.alike_buildings()?);
        for place in self.store.grouped()? {
            let below = self.store.children(place)?;
            let alike =
                |a: &ViewRow, b: &ViewRow| a.kind == b.kind && (a.title == b.title || a.kind == Kind::Household.name());
            for (nth, one) in below.iter().enumerate() {
                let others = below.iter().skip(nth + 1).filter(|other| alike(one, other));
                pairs.extend(others.map(|other| (one.record.min(other.record), one.record.max(other.record))));
            }
        }
        let mut found = Vec::new();
        let pairs: BTreeSet<_> = pairs.into_iter().collect();
        for (one, other) in pairs.into_iter().take(limits::SIBLINGS_COMPARED_MAX) {
            if found.len() >= limits::DUPLICATES_MAX as usize {
                break;
            }
            if let Some(of) = self.likely_pair(one, other)? {
                found.push((one, of));
            }
        }
        Ok(found)
    }

    /// Households behind one door, whatever they are called; in a house without doors those that are called alike.
    fn households_together(&self) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        let mut together: HashMap<RecordId, Vec<Placed>> = HashMap::new();
        for row in self.store.placed(Kind::Household.name())? {
            together.entry(row.parent).or_default().push(row);
        }
        let mut pairs = Vec::new();
        for (place, rows) in together.into_iter().filter(|(_, rows)| rows.len() > 1) {
            let is_door = self.store.row(place)?.is_some_and(|row| row.kind == Kind::Dwelling.name());
            let mut alike: HashMap<&str, Vec<RecordId>> = HashMap::new();
            for row in &rows {
                alike.entry(if is_door { "" } else { &row.title }).or_default().push(row.record);
            }
            pairs.extend(alike.into_values().flat_map(|group| couples(&group)));
        }
        Ok(pairs)
    }

    fn likely_pair(&self, one: RecordId, other: RecordId) -> Result<Option<Candidate>, StoreError> {
        let loaded = self.load([one, other])?;
        let (Some(a), Some(b)) = (loaded.state(one), loaded.state(other)) else { return Ok(None) };
        let likely = |found: &Match| found.score >= limits::LIKELY_PERCENT;
        let Some(kind) = Kind::from_name(a.kind()) else { return Ok(None) };
        let found = sibling::compare(kind, &|name| shown(a, name), &|name| shown(b, name), (Some(one), Some(other)));
        match found.filter(likely) {
            Some(found) if !self.is_settled(one, other)? => {
                Ok(self.store.row(other)?.map(|row| Candidate::of(row.into(), &found)))
            }
            _ => Ok(None),
        }
    }

    /// Buildings in one estate, or in one unit where they are in none, that are called the same in whatever spelling.
    fn alike_buildings(&self) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        let mut by_key: BTreeMap<_, Vec<RecordId>> = BTreeMap::new();
        for row in self.each_row(RowFilter::kind(Kind::Building.name())) {
            let row = row?;
            let place = row.parent.or_else(|| row.unit.map(gridwalk_model::UnitId::record));
            if let Some(key) = sibling::building_key(&row.title) {
                by_key.entry((place, key)).or_default().push(row.record);
            }
        }
        Ok(by_key.into_values().flat_map(|group| couples(&group)).collect())
    }
}

/// Every two of a group, the smaller id first; of more than a handful none: that is how they are called there.
fn couples(group: &[RecordId]) -> Vec<(RecordId, RecordId)> {
    if !(2..=limits::SHARED_PRINT_MAX).contains(&group.len()) {
        return Vec::new();
    }
    let later = |nth: usize| group.iter().skip(nth + 1);
    group.iter().enumerate().flat_map(|(nth, a)| later(nth).map(|b| (*a.min(b), *a.max(b)))).collect()
}

/// A dwelling's number with its entrance, as far as its row tells one: a floor that the number tells is none.
fn door_of(row: &Placed) -> String {
    let told = || door::read(&format!("{}室", row.title)).floor.map(|floor| floor.to_string());
    match row.subtitle.split_once(BETWEEN) {
        Some((entrance, _)) => format!("{}|{entrance}", row.title),
        None if told().as_deref() == Some(row.subtitle.as_str()) => format!("{}|", row.title),
        None => format!("{}|{}", row.title, row.subtitle),
    }
}

fn shown(state: &State, name: &str) -> Option<Value> {
    state.value(name).cloned()
}
