//! Coverage of a campaign: how each place of its list stands, and how many of the list were checked.
//!
//! Owns the order of outcomes, when two targets are one place, and the counts. Refuses to know who walked. Invariant:
//! both numbers are open: whatever is counted can be listed, and nothing is counted twice.

use crate::door;
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, attempt, target};
use crate::value::Value;
use crate::view::GroupView;
use std::collections::{BTreeMap, BTreeSet};

/// How a place of the list stands: the best that came of all attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Standing {
    /// Nobody stood there yet.
    #[default]
    NotYet,
    /// Nobody was home.
    NobodyHome,
    /// It was shut at that hour.
    Shut,
    /// Nobody wished to talk.
    Refused,
    /// Nobody lives or works there.
    Vacant,
    /// Somebody was met.
    Seen,
    /// Somebody was met, and something is needed.
    Needs,
}

impl Standing {
    /// All, the least first.
    pub const ALL: [Self; 7] =
        [Self::NotYet, Self::NobodyHome, Self::Shut, Self::Refused, Self::Vacant, Self::Seen, Self::Needs];

    /// The stable code; but for `not_yet` those of the outcomes of attempts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::NobodyHome => "nobody_home",
            Self::Shut => "shut",
            Self::Refused => "refused",
            Self::Vacant => "vacant",
            Self::Seen => "seen",
            Self::Needs => "needs",
        }
    }

    /// The standing of that code; an outcome of a later version counts as an attempt that met nobody.
    pub fn of(code: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.code() == code).unwrap_or(Self::NobodyHome)
    }

    /// Whether the place is done: somebody was met, or there is nobody to meet.
    pub const fn is_checked(self) -> bool {
        matches!(self, Self::Vacant | Self::Seen | Self::Needs)
    }

    /// Whether somebody was there in vain: it is for another hour.
    pub const fn is_call_back(self) -> bool {
        matches!(self, Self::NobodyHome | Self::Shut | Self::Refused)
    }
}

/// A target as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The target, or the one that its same-as group is shown as.
    pub target: RecordId,
    /// The unit that it is in.
    pub unit: UnitId,
    /// The building or estate that it is counted under.
    pub building: Option<RecordId>,
    /// The record of the register that it was made from, or what that is shown as.
    pub place: Option<RecordId>,
    /// The door: see `door_key`.
    pub door: Option<String>,
    /// The best of its attempts.
    pub standing: Standing,
    /// Whether it was found on the spot.
    pub found: bool,
    /// Whether it left the list.
    pub left: bool,
}

/// What lists keep of a target or an attempt, so that a campaign is counted without reading its records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counted {
    /// The record of the register that a target was made from.
    pub place: Option<RecordId>,
    /// The building or estate that it is counted under.
    pub building: Option<RecordId>,
    /// The door: see `door_key`.
    pub door: Option<String>,
    /// Whether it was found on the spot.
    pub found: bool,
    /// Whether it left the list.
    pub left: bool,
    /// The case that an attempt raised.
    pub raised: Option<RecordId>,
}

impl Counted {
    /// Of what is shown as one record; `None` for kinds that no campaign counts, and attempts that raised nothing.
    pub fn of(kind: Kind, view: &GroupView<'_>) -> Option<Self> {
        let value = |name: &str| view.value(name);
        let (id, text) = (|name| value(name)?.as_id(), |name| value(name)?.as_text());
        match kind {
            Kind::Target => {
                let building = id(target::BUILDING);
                let door = text("sort").filter(|sort| *sort == DOOR).and(text(target::LABEL));
                Some(Self {
                    place: id(target::PLACE),
                    building,
                    door: door.and_then(|label| door_key(label, building.is_some())),
                    found: value(target::FOUND).and_then(Value::as_bool).unwrap_or(false),
                    left: text(target::LEFT).is_some(),
                    raised: None,
                })
            }
            Kind::Attempt => id(attempt::RAISED).map(|raised| Self { raised: Some(raised), ..Self::default() }),
            _ => None,
        }
    }
}

/// The sort of targets that are told apart by their doors.
pub const DOOR: &str = "door";

/// Words of buildings: a label with one of them says the building itself.
const BUILDING_WORDS: [&str; 6] = ["幢", "栋", "棟", "号楼", "號樓", "座"];

/// Reads a door's label where the building is known otherwise: `2-501` is entrance 2 there, not building 2.
pub fn door_in_building(label: &str) -> door::Door {
    let says = BUILDING_WORDS.iter().any(|word| label.contains(word));
    let read = if says { door::read(label) } else { door::read(&format!("1幢{label}")) };
    door::Door { building: door::Blocks::Unsaid, place: String::new(), ..read }
}

/// What tells one door from another: its canonical text, without the building where that is known otherwise; nothing
/// where no door is told, so that places without numbers are never taken for one another.
pub fn door_key(label: &str, in_building: bool) -> Option<String> {
    let read = if in_building { door_in_building(label) } else { door::read(label) };
    read.door.text().map(|_| format!("{}|{}", read.key(), read.rest))
}

/// One place of the list: one target, or several that are the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The targets, the smallest id first.
    pub targets: Vec<RecordId>,
    /// The unit that it is in.
    pub unit: UnitId,
    /// The building or estate that it is counted under.
    pub building: Option<RecordId>,
    /// The best of all attempts.
    pub standing: Standing,
    /// Whether all of its targets were found on the spot.
    pub found: bool,
    /// Whether one of its targets left the list: a place that is shut for good is shut in every spelling.
    pub left: bool,
}

/// By what two targets are one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Token<'a> {
    /// They were made from one record of the register, whatever unit each is in.
    Place(RecordId),
    /// They are the same door of one building, or of one unit where no building is told.
    Door(UnitId, Option<RecordId>, &'a str),
}

/// The places of a list, in the order of their smallest ids: targets of one place of the register, or of one door, are one.
pub fn seats(entries: &[Entry]) -> Vec<Seat> {
    let mut first: BTreeMap<Token<'_>, usize> = BTreeMap::new();
    let mut joined: Vec<usize> = (0..entries.len()).collect();
    for (at, entry) in entries.iter().enumerate() {
        let door = entry.door.as_deref().map(|door| Token::Door(entry.unit, entry.building, door));
        for token in entry.place.map(Token::Place).into_iter().chain(door) {
            let other = *first.entry(token).or_insert(at);
            let (one, other) = (root(&joined, at), root(&joined, other));
            joined[one.max(other)] = one.min(other);
        }
    }
    let mut groups: BTreeMap<usize, BTreeMap<RecordId, &Entry>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        groups.entry(root(&joined, at)).or_default().insert(entry.target, entry);
    }
    let mut seats: Vec<Seat> = groups.into_values().filter_map(|group| Seat::of(&group)).collect();
    seats.sort_by_key(|s| s.targets.first().copied());
    seats
}

/// The first of those that are joined with one.
fn root(joined: &[usize], mut at: usize) -> usize {
    while joined[at] != at {
        at = joined[at];
    }
    at
}

impl Seat {
    /// What several targets of one place come to; it is counted where the first of them is.
    fn of(group: &BTreeMap<RecordId, &Entry>) -> Option<Self> {
        let first = group.values().next()?;
        Some(Self {
            targets: group.keys().copied().collect(),
            unit: first.unit,
            building: first.building,
            standing: group.values().map(|e| e.standing).max().unwrap_or_default(),
            found: group.values().all(|e| e.found),
            left: group.values().any(|e| e.left),
        })
    }
}

/// The numbers of a list. `checked` of `baseline` is the coverage.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Count {
    /// Places of the list, without those that left it.
    pub baseline: usize,
    /// Those that are done.
    pub checked: usize,
    /// Those found on the spot.
    pub found: usize,
    /// Places that left the list.
    pub left: usize,
    /// Places that left the list although somebody was met there.
    pub left_but_seen: usize,
    /// Places that several targets stand for and that nobody confirmed to be one.
    pub doubles: usize,
    /// Places of the list by how they stand.
    pub standings: BTreeMap<&'static str, usize>,
}

/// Which places of a list are asked for; each number of a count has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// The list, without those that left it.
    Baseline,
    /// Those that are done.
    Checked,
    /// Those that are not done.
    Unchecked,
    /// Those where somebody was in vain: for another hour.
    CallBack,
    /// Those found on the spot.
    Found,
    /// Those that left the list.
    Left,
    /// Those that left although somebody was met there.
    LeftButSeen,
    /// Those that several targets stand for.
    Doubles,
    /// Those of one standing.
    Stands(Standing),
}

impl Which {
    /// The names by which people ask.
    pub const NAMES: [&str; 8] =
        ["baseline", "checked", "unchecked", "call_back", "found", "left", "left_but_seen", "doubles"];

    /// The question of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "baseline" => Self::Baseline,
            "checked" => Self::Checked,
            "unchecked" => Self::Unchecked,
            "call_back" => Self::CallBack,
            "found" => Self::Found,
            "left" => Self::Left,
            "left_but_seen" => Self::LeftButSeen,
            "doubles" => Self::Doubles,
            code => Self::Stands(Standing::ALL.into_iter().find(|s| s.code() == code)?),
        })
    }

    /// Whether a place is asked for.
    pub fn takes(self, seat: &Seat) -> bool {
        let stays = !seat.left;
        match self {
            Self::Baseline => stays,
            Self::Checked => stays && seat.standing.is_checked(),
            Self::Unchecked => stays && !seat.standing.is_checked(),
            Self::CallBack => stays && seat.standing.is_call_back(),
            Self::Found => stays && seat.found,
            Self::Left => seat.left,
            Self::LeftButSeen => seat.left && seat.standing >= Standing::Seen,
            Self::Doubles => stays && seat.targets.len() > 1,
            Self::Stands(standing) => stays && seat.standing == standing,
        }
    }
}

/// Counts places.
pub fn count<'a>(seats: impl IntoIterator<Item = &'a Seat>) -> Count {
    let seats: Vec<&Seat> = seats.into_iter().collect();
    let of = |which: Which| seats.iter().filter(|s| which.takes(s)).count();
    Count {
        baseline: of(Which::Baseline),
        checked: of(Which::Checked),
        found: of(Which::Found),
        left: of(Which::Left),
        left_but_seen: of(Which::LeftButSeen),
        doubles: of(Which::Doubles),
        standings: Standing::ALL
            .into_iter()
            .map(|s| (s.code(), of(Which::Stands(s))))
            .filter(|(_, number)| *number > 0)
            .collect(),
    }
}

/// The units of some places with all units above them up to one, given the unit above each.
pub fn with_above(
    units: impl IntoIterator<Item = UnitId>,
    above: &BTreeMap<UnitId, UnitId>,
    up_to: UnitId,
) -> BTreeMap<UnitId, BTreeSet<UnitId>> {
    let mut all: BTreeMap<UnitId, BTreeSet<UnitId>> = BTreeMap::new();
    for unit in units {
        let mut at = unit;
        for _ in 0..crate::limits::UNIT_DEPTH_MAX {
            all.entry(at).or_default().insert(unit);
            if at == up_to {
                break;
            }
            let Some(next) = above.get(&at) else { break };
            at = *next;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code_set::CodeSet;
    use proptest::prelude::*;

    fn entry(id: u8, label: &str, standing: Standing) -> Entry {
        let target = RecordId([id; 16]);
        let door = door_key(label, true);
        Entry { target, unit: UnitId([1; 16]), building: Some(RecordId([200; 16])), door, standing, ..Entry::default() }
    }

    #[test]
    fn standings_are_the_outcomes_of_attempts_best_first() {
        let codes: Vec<&str> = CodeSet::CanvassOutcome.entries().iter().map(|e| e.code).collect();
        let mut standings: Vec<&str> = Standing::ALL.into_iter().skip(1).map(Standing::code).collect();
        standings.reverse();
        assert_eq!(codes, standings);
        assert!(Standing::ALL.into_iter().all(|s| Standing::of(s.code()) == s));
        assert_eq!(Standing::of("abducted"), Standing::NobodyHome);
        assert!(Standing::ALL.into_iter().all(|s| !(s.is_checked() && s.is_call_back())));
        assert!(Which::NAMES.iter().all(|name| Which::from_name(name).is_some()));
        assert_eq!(Which::from_name("needs"), Some(Which::Stands(Standing::Needs)));
        assert_eq!(Which::from_name("all of them"), None);
    }

    #[test]
    fn one_door_in_two_spellings_is_one_place() {
        let list = [
            entry(1, "3幢2单元501室", Standing::NotYet),
            entry(2, "2-501", Standing::Seen),
            entry(3, "3幢2单元502室", Standing::NobodyHome),
            entry(4, "门卫室", Standing::Vacant),
            entry(5, "门卫室", Standing::NotYet),
        ];
        let seats = seats(&list);
        let found: Vec<(usize, Standing)> = seats.iter().map(|s| (s.targets.len(), s.standing)).collect();
        let alone = |standing| (1, standing);
        assert_eq!(
            found,
            [(2, Standing::Seen), alone(Standing::NobodyHome), alone(Standing::Vacant), alone(Standing::NotYet)],
            "what has no number is never taken for another"
        );
        let count = count(&seats);
        assert_eq!((count.baseline, count.checked, count.doubles), (4, 2, 1));
        let elsewhere = Entry { building: None, ..list[1].clone() };
        assert_eq!(super::seats(&[list[0].clone(), elsewhere]).len(), 2, "the same number in another building");
    }

    #[test]
    fn one_place_of_the_register_is_one_in_whatever_unit() {
        let of = |id: u8, unit: u8, place: Option<u8>, label: &str| Entry {
            unit: UnitId([unit; 16]),
            building: None,
            place: place.map(|p| RecordId([p; 16])),
            ..entry(id, label, Standing::NotYet)
        };
        let estate = [of(1, 1, Some(9), "香樟苑"), of(2, 2, Some(9), "香樟苑小区"), of(3, 2, Some(8), "香樟苑")];
        assert_eq!(seats(&estate).len(), 2);
        let chain = [of(1, 1, Some(9), "501"), of(2, 1, None, "501"), of(3, 1, Some(9), "甲铺"), of(4, 2, None, "501")];
        let joined: Vec<usize> = seats(&chain).iter().map(|s| s.targets.len()).collect();
        assert_eq!(joined, [3, 1], "a door that is a place of the register, too; the same number elsewhere is not");
    }

    #[test]
    fn a_place_that_left_is_in_neither_number() {
        let left = Entry { left: true, ..entry(1, "101", Standing::Seen) };
        let found = Entry { found: true, ..entry(2, "102", Standing::Needs) };
        let count = count(&seats(&[left, found, entry(3, "103", Standing::Shut)]));
        assert_eq!((count.baseline, count.checked, count.found, count.left), (2, 1, 1, 1));
        assert_eq!(count.left_but_seen, 1, "somebody has to look at that");
        assert_eq!(count.standings, BTreeMap::from([("needs", 1), ("shut", 1)]));
    }

    #[test]
    fn units_are_counted_up_to_the_campaigns() {
        let unit = |n: u8| UnitId([n; 16]);
        let above = BTreeMap::from([(unit(1), unit(3)), (unit(2), unit(3)), (unit(3), unit(4))]);
        let all = with_above([unit(1), unit(2), unit(9)], &above, unit(3));
        let both = BTreeSet::from([unit(1), unit(2)]);
        assert_eq!(all.get(&unit(3)), Some(&both));
        assert_eq!((all.len(), all.contains_key(&unit(4))), (4, false));
    }

    proptest! {
        #[test]
        fn counts_add_up_and_order_does_not_matter(doors in proptest::collection::vec((0u8..12, 0usize..7, any::<bool>(), any::<bool>()), 0..40), turn in 0usize..40) {
            let list: Vec<Entry> = doors.iter().enumerate().map(|(n, (door, standing, found, left))| Entry {
                found: *found,
                left: *left,
                ..entry(u8::try_from(n).unwrap(), &format!("{}", 100 + u16::from(*door)), Standing::ALL[*standing])
            }).collect();
            let all = seats(&list);
            let numbers = count(&all);
            prop_assert_eq!(all.iter().map(|s| s.targets.len()).sum::<usize>(), list.len(), "no target is lost");
            prop_assert_eq!(numbers.baseline + numbers.left, all.len());
            prop_assert_eq!(numbers.standings.values().sum::<usize>(), numbers.baseline);
            let unchecked = all.iter().filter(|s| Which::Unchecked.takes(s)).count();
            prop_assert_eq!(numbers.checked + unchecked, numbers.baseline);
            let mut turned = list.clone();
            turned.rotate_left(turn.min(list.len()));
            prop_assert_eq!(seats(&turned), all);
        }
    }
}
