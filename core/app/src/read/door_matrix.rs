//! The door matrix of a building: entrances, floors, doors, what is known behind each, and which nobody entered yet.
//!
//! Owns putting households behind their doors. Refuses to say how many doors there are: the building does, see
//! `door::layout`. Invariant: every dwelling of the building stands in it once, whatever the building says.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::door::{self, layout};
use gridwalk_model::kind::Kind;
use gridwalk_model::view::{Held, Policy, show};
use gridwalk_model::{RecordId, Value};
use gridwalk_store::{StoreError, ViewRow};

/// A building as its doors.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DoorMatrix {
    /// The building.
    pub building: RowLine,
    /// What it says about its doors.
    pub layout: layout::Layout,
    /// How many doors it says it has, where it says so.
    pub said: Option<u64>,
    /// Its entrances in order; one without a name where doors say none.
    pub entrances: Vec<Entrance>,
    /// Doors that were entered.
    pub doors: usize,
    /// Doors with a household behind them.
    pub lived_in: usize,
    /// Doors that the building says it has and that nobody entered yet.
    pub not_visited: usize,
    /// Entered doors that are odd beside what the building says.
    pub odd: usize,
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
    /// Numbers of its doors that nobody entered yet.
    pub not_visited: Vec<String>,
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
    /// What is odd about it beside what the building says: codes of warnings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<&'static str>,
}

impl Floor {
    /// Its doors as one meets them, entered or not: the number, and the door if it was entered.
    pub fn in_order(&self) -> Vec<(&str, Option<&Door>)> {
        let entered = self.doors.iter().map(|door| (door.dwelling.title.as_str(), Some(door)));
        let mut all: Vec<_> = entered.chain(self.not_visited.iter().map(|number| (number.as_str(), None))).collect();
        all.sort_by_cached_key(|(number, _)| door::read(&format!("{number}室")).sort_key());
        all
    }
}

impl Reader<'_> {
    /// The doors of a building; `None` if there is no such building on this phone.
    pub fn door_matrix(&self, building: RecordId) -> Result<Option<DoorMatrix>, StoreError> {
        let Some(row) = self.store.row(building)?.filter(|r| r.kind == Kind::Building.name()) else { return Ok(None) };
        let says = self.shown_of(row.shown_as)?;
        let layout = layout::Layout::of(|field| says(field)?.as_int());
        let (mut doors, mut entered) = (Vec::new(), Vec::new());
        for dwelling in self.store.children(row.shown_as)?.into_iter().filter(|r| r.kind == Kind::Dwelling.name()) {
            let (door, place) = self.door(dwelling)?;
            doors.push(Some(door));
            entered.push(place);
        }
        let plan = layout.plan(&entered);
        let mut matrix = DoorMatrix {
            building: row.into(),
            said: layout.doors(),
            layout,
            entrances: Vec::new(),
            doors: doors.len(),
            lived_in: doors.iter().flatten().filter(|door| !door.households.is_empty()).count(),
            not_visited: plan.missing,
            odd: plan.odd.iter().filter(|odd| !odd.is_empty()).count(),
        };
        for (door, odd) in doors.iter_mut().zip(&plan.odd) {
            if let Some(door) = door {
                door.warnings = odd.iter().map(|warning| warning.warning_code()).collect();
            }
        }
        for entrance in plan.entrances {
            let floors = entrance.floors.into_iter().rev().map(|(floor, of)| {
                let doors = of.entered.iter().filter_map(|nth| doors.get_mut(*nth)?.take()).collect();
                Floor { floor, doors, not_visited: of.missing }
            });
            let floors = floors.collect();
            matrix.entrances.push(Entrance { entrance: entrance.entrance, floors });
        }
        Ok(Some(matrix))
    }

    /// A door with who lives behind it, and where it is.
    fn door(&self, dwelling: ViewRow) -> Result<(Door, layout::EnteredDoor), StoreError> {
        let value = self.shown_of(dwelling.record)?;
        let entrance = value("entrance").and_then(|v| v.as_text().map(str::to_owned)).unwrap_or_default();
        let number = value("number").and_then(|v| v.as_text().map(str::to_owned)).unwrap_or_default();
        let floor = value("floor").and_then(|v| v.as_int());
        let last_seen_at = value("last_seen_at").and_then(|v| v.as_int());
        let below = self.store.children(dwelling.record)?;
        let households = below.into_iter().filter(|r| r.kind == Kind::Household.name()).map(RowLine::from).collect();
        let door = Door { dwelling: dwelling.into(), households, last_seen_at, warnings: Vec::new() };
        Ok((door, layout::EnteredDoor::of(entrance, number, floor)))
    }

    /// What the fields of a record show.
    fn shown_of(&self, record: RecordId) -> Result<impl Fn(&str) -> Option<Value>, StoreError> {
        let loaded = self.load([record])?;
        Ok(move |field: &str| show(&loaded.state(record)?.fields.get(field)?.heads, Policy::Latest)?.value.cloned())
    }
}
