//! A villagers' group as its households in walking order; there are no doors to count.
//!
//! Owns the order, and where one more household would stand in it. Refuses maps. Invariant: households without a key
//! stand behind those with one; of equal keys the record's id decides.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::kind::{Kind, household};
use gridwalk_model::view::{Held, Policy, show};
use gridwalk_model::walk_order::WalkKey;
use gridwalk_model::{RecordId, UnitId};
use gridwalk_store::{RowFilter, StoreError};

/// A group with its households.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct VillageGroup {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub unit_name: Option<String>,
    /// Its households in walking order.
    pub households: Vec<WalkLine>,
}

/// One household on the way.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct WalkLine {
    /// The household.
    #[serde(flatten)]
    pub row: RowLine,
    /// Its key in the walking order.
    pub walk: Option<String>,
    /// When somebody was met there last, milliseconds.
    pub last_visited: Option<i64>,
    /// Since when nobody of it lives there, days since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
}

impl WalkLine {
    /// Its key, if it has one.
    pub fn key(&self) -> Option<WalkKey> {
        WalkKey::parse(self.walk.as_deref()?)
    }
}

impl Reader<'_> {
    /// The households of a group, or of a grid with the groups below it, in walking order.
    pub fn village_group(&self, unit: UnitId) -> Result<VillageGroup, StoreError> {
        let filter = RowFilter { unit: Some(unit), with_below: true, ..RowFilter::kind(Kind::Household.name()) };
        let mut households = Vec::new();
        for row in self.each_row(filter) {
            let row = row?;
            let loaded = self.load([row.record])?;
            let value =
                |field: &str| show(&loaded.state(row.record)?.fields.get(field)?.heads, Policy::Latest)?.value.cloned();
            households.push(WalkLine {
                walk: value(household::WALK).and_then(|v| v.as_text().map(str::to_owned)),
                last_visited: value("last_visited").and_then(|v| v.as_int()),
                ended: value(household::ENDED).and_then(|v| v.as_int()),
                row: row.into(),
            });
        }
        let place = |line: &WalkLine| (line.walk.is_none(), line.walk.clone(), line.row.record);
        households.sort_by_cached_key(place);
        Ok(VillageGroup { unit, unit_name: self.unit_name(unit)?, households })
    }
}

impl VillageGroup {
    /// The keys in their order, without `but`.
    pub fn keys(&self, but: Option<RecordId>) -> Vec<(WalkKey, RecordId)> {
        let others = self.households.iter().filter(|l| Some(l.row.record) != but);
        others.filter_map(|l| Some((l.key()?, l.row.record))).collect()
    }
}
