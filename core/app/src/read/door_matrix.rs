//! The door matrix of a building: entrances, floors, doors, and what is known behind each.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::RecordId;
use gridwalk_model::kind::Kind;
use gridwalk_model::view::{Held, Policy, show};
use gridwalk_store::StoreError;
use std::collections::BTreeMap;

/// A building as its doors.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DoorMatrix {
    /// The building.
    pub building: RowLine,
    /// Its entrances in order; one without a name where doors say none.
    pub entrances: Vec<Entrance>,
    /// Doors in all.
    pub doors: usize,
    /// Doors with a household behind them.
    pub lived_in: usize,
}

/// One entrance.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Entrance {
    /// Its name.
    pub entrance: String,
    /// Its floors, the highest first; `None` where doors say none.
    pub floors: Vec<Floor>,
}

/// One floor.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Floor {
    /// Which.
    pub floor: Option<i64>,
    /// Its doors.
    pub doors: Vec<Door>,
}

/// One door.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Door {
    /// The dwelling.
    #[serde(flatten)]
    pub dwelling: RowLine,
    /// The households behind it.
    pub households: Vec<RowLine>,
    /// When somebody answered last, milliseconds.
    pub last_seen_at: Option<i64>,
}

impl Reader<'_> {
    /// The doors of a building; `None` if there is no such building on this phone.
    pub fn door_matrix(&self, building: RecordId) -> Result<Option<DoorMatrix>, StoreError> {
        let Some(row) = self.store.row(building)?.filter(|r| r.kind == Kind::Building.name()) else { return Ok(None) };
        let mut grid: BTreeMap<String, BTreeMap<std::cmp::Reverse<Option<i64>>, Vec<Door>>> = BTreeMap::new();
        let (mut doors, mut lived_in) = (0, 0);
        for dwelling in self.store.children(row.shown_as)?.into_iter().filter(|r| r.kind == Kind::Dwelling.name()) {
            let loaded = self.load([dwelling.record])?;
            let value = |field: &str| {
                let heads = &loaded.state(dwelling.record)?.fields.get(field)?.heads;
                show(heads, Policy::Latest)?.value.cloned()
            };
            let entrance = value("entrance").and_then(|v| v.as_text().map(str::to_owned)).unwrap_or_default();
            let floor = value("floor").and_then(|v| v.as_int());
            let last_seen_at = value("last_seen_at").and_then(|v| v.as_int());
            let below = self.store.children(dwelling.record)?;
            let households: Vec<RowLine> =
                below.into_iter().filter(|r| r.kind == Kind::Household.name()).map(RowLine::from).collect();
            doors += 1;
            lived_in += usize::from(!households.is_empty());
            let door = Door { dwelling: dwelling.into(), households, last_seen_at };
            grid.entry(entrance).or_default().entry(std::cmp::Reverse(floor)).or_default().push(door);
        }
        let floors = |floors: BTreeMap<std::cmp::Reverse<Option<i64>>, Vec<Door>>| {
            floors.into_iter().map(|(floor, doors)| Floor { floor: floor.0, doors }).collect()
        };
        let entrances = grid.into_iter().map(|(entrance, f)| Entrance { entrance, floors: floors(f) }).collect();
        Ok(Some(DoorMatrix { building: row.into(), entrances, doors, lived_in }))
    }
}
