//! What a building says about its doors, floors by entrances by doors a floor: which of them nobody entered yet, and which of
//! those entered it does not speak of.
//!
//! Owns how the doors of a building are numbered as far as those entered tell it. Refuses to make records: a door that
//! nobody entered is a place in the matrix and nothing else, and what a building says holds up nobody who stands before
//! another door. Invariant: a floor has as many places as it is said to have, entered or not, and more only if more were
//! entered.

use super::ordered;
use crate::limits;
use std::collections::{BTreeMap, BTreeSet};

/// What a building says about its doors; what it does not say is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Layout {
    /// Floors above ground, from 1.
    pub floors: Option<i64>,
    /// Entrances; one where nothing is said.
    pub entrances: Option<i64>,
    /// Doors on each floor of each entrance.
    pub doors_a_floor: Option<i64>,
}

/// A door that was entered, or is about to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnteredDoor {
    /// Its entrance; empty if it says none.
    pub entrance: String,
    /// Its floor, if it says one or its number tells it.
    pub floor: Option<i64>,
    /// Its number.
    pub number: String,
}

impl EnteredDoor {
    /// A door with this entrance and number; on the floor that is said, else on that which the number tells.
    pub fn of(entrance: String, number: String, floor: Option<i64>) -> Self {
        let floor = floor.or_else(|| super::read(&format!("{number}室")).floor.map(i64::from));
        Self { entrance, floor, number }
    }
}

/// What is odd about a door beside what its building says; it warns and never blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DoorWarning {
    /// A floor that the building does not have.
    Floor,
    /// An entrance that the building does not have.
    Entrance,
    /// The building has several entrances, and the door does not say behind which it is.
    EntranceUnsaid,
    /// More doors than the building has on a floor.
    Beyond,
}

impl DoorWarning {
    /// The stable code that shells have words for.
    pub const fn warning_code(self) -> &'static str {
        match self {
            Self::Floor => "door_floor",
            Self::Entrance => "door_entrance",
            Self::EntranceUnsaid => "door_entrance_unsaid",
            Self::Beyond => "door_beyond",
        }
    }
}

/// One entrance of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlannedEntrance {
    /// Its name; empty where doors say none.
    pub entrance: String,
    /// Its floors by number; `None` for doors that tell none.
    pub floors: BTreeMap<Option<i64>, PlannedFloor>,
}

/// One floor of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlannedFloor {
    /// Places of the entered doors in the list that was given, in their order.
    pub entered: Vec<usize>,
    /// Numbers of doors that nobody entered yet.
    pub missing: Vec<String>,
}

/// A building's doors, entered and not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Entrances in their order.
    pub entrances: Vec<PlannedEntrance>,
    /// What is odd about each entered door, in the order of the list that was given.
    pub odd: Vec<Vec<DoorWarning>>,
    /// Doors that nobody entered yet.
    pub missing: usize,
}

/// The names that entrances are given in a row.
const NAMES: [&str; 2] = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "甲乙丙丁戊己庚辛壬癸"];

impl Layout {
    /// What the fields of a building say.
    pub fn of(value: impl Fn(&str) -> Option<i64>) -> Self {
        let said = |name: &str| value(name).filter(|count| *count > 0);
        Self { floors: said("floors"), entrances: said("entrances"), doors_a_floor: said("doors_a_floor") }
    }

    /// How many doors the building says it has; `None` where it says too little, or more than a matrix is drawn of.
    pub fn doors(&self) -> Option<u64> {
        let all = self.floors?.checked_mul(self.entrances.unwrap_or(1))?.checked_mul(self.doors_a_floor?)?;
        u64::try_from(all).ok().filter(|all| *all <= limits::PLANNED_DOORS_MAX)
    }

    /// What is odd about one door, whatever others there are.
    pub fn odd(&self, door: &EnteredDoor) -> Vec<DoorWarning> {
        let mut odd = Vec::new();
        if door.floor.zip(self.floors).is_some_and(|(floor, floors)| floor > floors) {
            odd.push(DoorWarning::Floor);
        }
        match self.entrances {
            Some(entrances) if entrances > 1 && door.entrance.is_empty() => odd.push(DoorWarning::EntranceUnsaid),
            Some(entrances) if place(&door.entrance).is_some_and(|nth| nth > entrances) => {
                odd.push(DoorWarning::Entrance);
            }
            _ => {}
        }
        // Numbers may go on from one entrance to the next.
        let most = self.doors_a_floor.map(|doors| doors.saturating_mul(self.entrances.unwrap_or(1)));
        if on_its_floor(door).zip(most).is_some_and(|(nth, most)| nth > most) {
            odd.push(DoorWarning::Beyond);
        }
        odd
    }

    /// The doors of the building as they are drawn: those entered, and those that it says it has beside them.
    pub fn plan(&self, entered: &[EnteredDoor]) -> Plan {
        let mut plan = Plan { odd: entered.iter().map(|door| self.odd(door)).collect(), ..Plan::default() };
        let names = self.names(entered);
        // Where there is one entrance only, a door that says none is behind it.
        let only = if let [only] = names.as_slice() { only.as_str() } else { "" };
        let mut by_entrance: BTreeMap<String, PlannedEntrance> = BTreeMap::new();
        for (nth, door) in entered.iter().enumerate() {
            let entrance = if door.entrance.is_empty() { only } else { door.entrance.as_str() };
            let floors = &mut by_entrance.entry(entrance.to_owned()).or_default().floors;
            floors.entry(door.floor).or_default().entered.push(nth);
        }
        let goes_on = self.goes_on(entered);
        for (nth, name) in names.into_iter().enumerate() {
            self.fill(by_entrance.entry(name).or_default(), nth, goes_on, entered, &mut plan.odd);
        }
        for (name, mut entrance) in by_entrance {
            for floor in entrance.floors.values_mut() {
                floor.entered.sort_by_key(|nth| ordered(&entered[*nth].number));
                plan.missing += floor.missing.len();
            }
            plan.entrances.push(PlannedEntrance { entrance: name, ..entrance });
        }
        plan.entrances.sort_by_key(|entrance| ordered(&entrance.entrance));
        plan
    }

    /// Puts in what nobody entered of an entrance, and marks what is more than a floor has.
    fn fill(
        &self,
        entrance: &mut PlannedEntrance,
        nth: usize,
        goes_on: bool,
        entered: &[EnteredDoor],
        odd: &mut [Vec<DoorWarning>],
    ) {
        // More than a matrix is drawn of, or too little said: what was entered stands alone.
        let drawn = self.doors().is_some() || self.doors_a_floor.is_none();
        for floor in 1..=self.floors.filter(|floors| drawn && *floors <= i64::from(limits::FLOOR_MAX)).unwrap_or(0) {
            entrance.floors.entry(Some(floor)).or_default();
        }
        let Some(doors) = self.doors_a_floor.and_then(|doors| usize::try_from(doors).ok()) else { return };
        let first = if goes_on { nth * doors + 1 } else { 1 };
        for (number, floor) in &mut entrance.floors {
            let Some(number) = number.filter(|number| *number > 0) else { continue };
            for (over, door) in floor.entered.iter().enumerate() {
                if over >= doors && !odd[*door].contains(&DoorWarning::Beyond) {
                    odd[*door].push(DoorWarning::Beyond);
                }
            }
            if self.floors.is_none_or(|floors| number > floors) || !drawn {
                continue;
            }
            let here: BTreeSet<&str> = floor.entered.iter().map(|door| entered[*door].number.as_str()).collect();
            let free = doors.saturating_sub(floor.entered.len());
            let planned = (first..first + doors).map(|nth| format!("{number}{nth:02}"));
            floor.missing = planned.filter(|planned| !here.contains(planned.as_str())).take(free).collect();
        }
    }

    /// The names of the entrances that the building says it has; nothing where it says nothing about its doors.
    fn names(&self, entered: &[EnteredDoor]) -> Vec<String> {
        if self.floors.is_none() && self.doors_a_floor.is_none() && self.entrances.is_none() {
            return Vec::new();
        }
        let known: BTreeSet<&str> =
            entered.iter().map(|d| d.entrance.as_str()).filter(|name| !name.is_empty()).collect();
        let count = usize::try_from(self.entrances.unwrap_or(1)).unwrap_or(1);
        if count == 1 && known.len() <= 1 {
            return vec![known.first().map(|name| (*name).to_owned()).unwrap_or_default()];
        }
        let digits = (1..=count).map(|nth| nth.to_string()).collect::<Vec<_>>();
        let rows = NAMES.iter().map(|row| row.chars().take(count).map(String::from).collect::<Vec<_>>());
        let mut rows = std::iter::once(digits.clone()).chain(rows.filter(|row| row.len() == count));
        let holds_all = |row: &Vec<String>| known.iter().all(|name| row.iter().any(|other| other == name));
        if let Some(row) = rows.find(holds_all) {
            return row;
        }
        // Entrances with names of their own take the places of numbers that nobody entered.
        let own: Vec<&str> = known.iter().copied().filter(|name| place(name).is_none()).collect();
        let taken = digits.iter().filter(|nth| known.contains(nth.as_str())).count();
        let own = own.into_iter().take(count - taken).map(str::to_owned).collect::<Vec<_>>();
        let mut left = count - taken - own.len();
        let numbers = digits.into_iter().filter(|nth| {
            let is_known = known.contains(nth.as_str());
            let stays = is_known || left > 0;
            left -= usize::from(!is_known && left > 0);
            stays
        });
        numbers.chain(own).collect()
    }

    /// Whether numbers go on from one entrance to the next: 101 and 102 behind the first, 103 and 104 behind the second.
    fn goes_on(&self, entered: &[EnteredDoor]) -> bool {
        let Some(doors) = self.doors_a_floor else { return false };
        entered.iter().any(|door| {
            let (Some(nth), Some(entrance)) = (on_its_floor(door), place(&door.entrance)) else { return false };
            entrance > 1 && nth > doors && (nth - 1) / doors + 1 == entrance
        })
    }
}

/// The place of an entrance among those of its sort, from 1; `None` for a name of its own.
fn place(entrance: &str) -> Option<i64> {
    if let Ok(number) = entrance.parse() {
        return Some(number);
    }
    let mut chars = entrance.chars();
    let (first, None) = (chars.next()?, chars.next()) else { return None };
    let at = NAMES.iter().find_map(|row| row.chars().position(|name| name == first))?;
    i64::try_from(at + 1).ok()
}

/// Which door of its floor a door is by its number: 302 is the second of the third.
fn on_its_floor(door: &EnteredDoor) -> Option<i64> {
    let floor = door.floor.filter(|floor| *floor > 0)?.to_string();
    let rest = door.number.trim_start_matches('0').strip_prefix(&floor)?;
    let rest = rest.trim_end_matches(|c: char| c.is_ascii_uppercase());
    (rest.len() == 2).then(|| rest.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(text: &str) -> EnteredDoor {
        let (entrance, number) = text.split_once('-').unwrap_or(("", text));
        EnteredDoor::of(entrance.to_owned(), number.to_owned(), None)
    }

    fn layout(floors: i64, entrances: i64, doors_a_floor: i64) -> Layout {
        let says = |count: i64| Some(count).filter(|count| *count > 0);
        Layout { floors: says(floors), entrances: says(entrances), doors_a_floor: says(doors_a_floor) }
    }

    /// The plan as text: entrances, floors from below, doors entered and, in brackets, not entered, what is odd behind.
    fn drawn(layout: Layout, doors: &[&str]) -> String {
        let entered: Vec<EnteredDoor> = doors.iter().map(|text| door(text)).collect();
        let plan = layout.plan(&entered);
        let mut parts = Vec::new();
        for entrance in &plan.entrances {
            for (floor, of) in &entrance.floors {
                let mut all: Vec<String> = of.entered.iter().map(|nth| entered[*nth].number.clone()).collect();
                all.extend(of.missing.iter().map(|number| format!("({number})")));
                let floor = floor.map_or_else(|| "?".to_owned(), |floor| floor.to_string());
                parts.push(format!("{}:{floor}:{}", entrance.entrance, all.join(",")));
            }
        }
        for (nth, codes) in plan.odd.iter().enumerate().filter(|(_, codes)| !codes.is_empty()) {
            let codes: Vec<_> = codes.iter().map(|code| code.warning_code()).collect();
            parts.push(format!("!{} {}", doors[nth], codes.join("+")));
        }
        parts.join(" ")
    }

    /// Floors, entrances, doors a floor; entered; drawn.
    type Row = ((i64, i64, i64), &'static [&'static str], &'static str);

    #[test]
    fn doors_that_nobody_entered_stand_beside_those_entered() {
        let rows: [Row; 14] = [
            ((2, 0, 2), &[], ":1:(101),(102) :2:(201),(202)"),
            ((2, 1, 2), &["102"], ":1:102,(101) :2:(201),(202)"),
            ((2, 1, 1), &["1-101"], "1:1:101 1:2:(201)"),
            ((1, 2, 1), &["1-101"], "1:1:101 2:1:(101)"),
            ((1, 2, 2), &["2-103"], "1:1:(101),(102) 2:1:103,(104)"),
            ((1, 2, 1), &["甲-101"], "甲:1:101 乙:1:(101)"),
            ((1, 2, 1), &["东-101"], "1:1:(101) 东:1:101"),
            // A door with a name takes a place of its floor.
            ((1, 1, 2), &["阁楼"], ":?:阁楼 :1:(101),(102)"),
            // What the building does not speak of is drawn all the same, and marked.
            ((2, 1, 1), &["301"], ":1:(101) :2:(201) :3:301 !301 door_floor"),
            ((1, 1, 1), &["101", "102"], ":1:101,102 !102 door_beyond"),
            (
                (1, 2, 1),
                &["3-101", "101"],
                ":1:101 1:1:(101) 2:1:(101) 3:1:101 !3-101 door_entrance !101 door_entrance_unsaid",
            ),
            // Said in part: floors alone are drawn empty, doors without floors are not.
            ((2, 0, 0), &[], ":1: :2:"),
            ((0, 0, 2), &["101"], ":1:101"),
            ((0, 0, 0), &["101"], ":1:101"),
        ];
        for ((floors, entrances, doors_a_floor), entered, wanted) in rows {
            assert_eq!(drawn(layout(floors, entrances, doors_a_floor), entered), wanted, "{entered:?}");
        }
        assert_eq!(drawn(layout(12, 1, 1), &["1201", "B101"]).matches('(').count(), 11);
    }

    #[test]
    fn a_building_beyond_the_limit_draws_what_was_entered() {
        let vast = layout(200, 99, 99);
        assert_eq!(vast.doors(), None);
        let plan = vast.plan(&[door("1-101")]);
        assert_eq!(plan.missing, 0);
        assert_eq!(layout(33, 3, 4).doors(), Some(396));
        assert_eq!(layout(33, 3, 4).plan(&[]).missing, 396);
    }

    proptest::proptest! {
        #[test]
        fn as_many_places_as_are_said(
            floors in 0_i64..5, entrances in 0_i64..4, doors in 0_i64..4,
            entered in proptest::collection::vec("([1-4甲东]-)?[1-5]0[1-5]|阁楼", 0..8),
        ) {
            let entered: Vec<EnteredDoor> = entered.iter().map(|text| door(text)).collect();
            let layout = layout(floors, entrances, doors);
            let plan = layout.plan(&entered);
            let drawn: usize = plan.entrances.iter().flat_map(|e| e.floors.values()).map(|f| f.entered.len()).sum();
            proptest::prop_assert_eq!(drawn, entered.len(), "every door entered is drawn once");
            let room = layout.doors().map_or(0, |all| usize::try_from(all).unwrap());
            proptest::prop_assert!(plan.missing <= room);
            if entered.is_empty() {
                proptest::prop_assert_eq!(plan.missing, room);
            }
        }
    }
}
