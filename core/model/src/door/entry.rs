//! What people type as a door of a building, in the one form in which two phones mean the same door.
//!
//! Owns the taking apart of `3-402`, `三单元402室` and the like inside a building. Refuses to guess where something would be
//! lost: a text that says more than entrance, floor and door stays as it was typed. Invariant: what comes out, typed
//! again, comes out the same.

use super::{Blocks, Door, Part, read};
use crate::unit_code::half_width;

/// A door inside a building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: String,
    /// Its entrance, if one was said.
    pub entrance: Option<String>,
    /// Its floor, if one was said that its number does not tell.
    pub floor: Option<i64>,
}

/// Words that say that a number is a building's.
const BUILDING: [char; 8] = ['幢', '栋', '棟', '座', '楼', '樓', '#', '排'];

/// Takes apart what was typed as the door of a building of this name; `None` where it says something else, too.
pub fn entry(text: &str, building: &str) -> Option<Entry> {
    let read = read(text);
    let number = read.door.text()?.to_owned();
    if !read.place.is_empty() || !read.rest.is_empty() {
        return None;
    }
    let said = text.chars().map(half_width).any(|c| BUILDING.contains(&c));
    let entrance = match (&read.building, read.entrance.text()) {
        // 3-402: inside a building the first number is the entrance's.
        (Blocks::One(block), None) if !said => Some(block.clone()),
        (Blocks::One(block), entrance) if !said || names(building, block) => entrance.map(str::to_owned),
        (Blocks::Unsaid | Blocks::None, entrance) => entrance.map(str::to_owned),
        _ => return None,
    };
    let floor = read.floor.filter(|_| read.says_floor()).map(i64::from);
    Some(Entry { number, entrance, floor })
}

/// Whether a building of this name is that block.
fn names(building: &str, block: &str) -> bool {
    let own = read(building);
    own.building.cover(block) || own.door.text() == Some(block)
}

/// An entrance as it is written: `三单元` and `３` are `3`; what is no entrance stays as it is.
pub fn entrance(text: &str) -> Option<String> {
    match read(text) {
        Door { entrance: Part::Is(entrance), door: Part::Unsaid, building: Blocks::Unsaid, place, rest, .. }
            if place.is_empty() && rest.is_empty() =>
        {
            Some(entrance)
        }
        Door { entrance: Part::Unsaid, door: Part::Is(door), building: Blocks::Unsaid, place, rest, .. }
            if place.is_empty() && rest.is_empty() =>
        {
            Some(door)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Number, entrance, floor.
    type Parts = (&'static str, Option<&'static str>, Option<i64>);

    #[test]
    fn two_phones_mean_the_same_door() {
        // typed, and what it says
        let rows: [(&str, Option<Parts>); 16] = [
            ("402", Some(("402", None, None))),
            ("402室", Some(("402", None, None))),
            ("４０２", Some(("402", None, None))),
            ("3-402", Some(("402", Some("3"), None))),
            ("３－４０２", Some(("402", Some("3"), None))),
            ("三单元402室", Some(("402", Some("3"), None))),
            ("3单元402", Some(("402", Some("3"), None))),
            ("3幢三单元402室", Some(("402", Some("3"), None))),
            ("3幢402室", Some(("402", None, None))),
            ("5幢402室", None),
            ("1-3-402", Some(("402", Some("3"), None))),
            ("3单元2层5室", Some(("5", Some("3"), Some(2)))),
            ("B101", Some(("B101", None, None))),
            ("402室东间", None),
            ("东厢房", None),
            ("阁楼", None),
        ];
        for (typed, want) in rows {
            let got = entry(typed, "3 幢");
            let want = want.map(|(number, entrance, floor)| Entry {
                number: number.to_owned(),
                entrance: entrance.map(str::to_owned),
                floor,
            });
            assert_eq!(got, want, "{typed}");
        }
        assert_eq!(["三单元", "３", "3单元", "甲单元"].map(|t| entrance(t).unwrap()), ["3", "3", "3", "甲"]);
        assert_eq!(entrance("东侧楼梯"), None);
    }

    proptest! {
        #[test]
        fn what_came_out_comes_out_again(typed in "[0-9三二单元幢室层号B -]{1,10}|.{0,12}", building in "[0-9]{1,2}幢|.{0,6}") {
            if let Some(one) = entry(&typed, &building) {
                let again = entry(&one.number, &building);
                prop_assert_eq!(again.map(|e| e.number), Some(one.number));
                if let Some(way_in) = one.entrance {
                    prop_assert_eq!(entrance(&way_in), Some(way_in));
                }
            }
        }
    }
}
