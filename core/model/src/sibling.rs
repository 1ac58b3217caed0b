//! Siblings: records of one place that may be one, told by what they say inside it: two buildings called 3 in one estate, two
//! dwellings behind one door, two households there, one name twice in a household.
//!
//! Owns what siblings are compared by. Refuses to know which records stand in one place, and to merge anything: it is a hint
//! to a person. Invariant: who is compared with whom makes no difference.

use crate::door::{self, Blocks};
use crate::duplicate::{Match, Trait, bare};
use crate::id::RecordId;
use crate::kind::{Kind, household, resident};
use crate::phone;
use crate::value::Value;

/// Kinds of which siblings are compared.
pub const KINDS: [Kind; 4] = [Kind::Building, Kind::Dwelling, Kind::Household, Kind::Resident];

/// How likely two are one whose days of birth differ, per cent: two people of one name live together.
const BORN_APART: u32 = 45;

/// What the fields of a record show.
pub type Shown<'a> = &'a dyn Fn(&str) -> Option<Value>;

/// How alike two records of a kind are that stand in one place; `None` where nothing speaks for it. `ids` are theirs, as far
/// as they have one.
pub fn compare(
    kind: Kind,
    one: Shown<'_>,
    other: Shown<'_>,
    ids: (Option<RecordId>, Option<RecordId>),
) -> Option<Match> {
    match kind {
        Kind::Building => buildings(one, other),
        Kind::Dwelling => dwellings(one, other),
        Kind::Household => households(one, other, ids),
        Kind::Resident => residents(one, other),
        _ => None,
    }
}

fn text(of: Shown<'_>, field: &str) -> Option<String> {
    Some(of(field)?.as_text()?.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a building is called in its estate: `3 幢`, `3号楼` and `3` are one.
pub fn building_key(name: &str) -> Option<String> {
    let read = door::read(name);
    let number = match &read.building {
        Blocks::Unsaid | Blocks::None => read.door.text().map(str::to_owned),
        blocks => Some(blocks.each().join(",")),
    };
    match number {
        Some(number) => Some(format!("{}|{number}|{}", bare(&read.place).unwrap_or_default(), read.rest)),
        None => bare(name),
    }
}

fn buildings(one: Shown<'_>, other: Shown<'_>) -> Option<Match> {
    let key = |of| text(of, "name").and_then(|name| building_key(&name));
    if key(one)? != key(other)? {
        return None;
    }
    let address = |of| text(of, "address").map(|address| door::read(&address).address_key());
    let apart = address(one).zip(address(other)).is_some_and(|(a, b)| a != b);
    let agreed = vec![Trait::BuildingHere];
    if apart {
        return Some(Match::scored(BORN_APART, agreed, vec![Trait::Address]));
    }
    Some(Match::weighed(agreed, Vec::new()))
}

fn dwellings(one: Shown<'_>, other: Shown<'_>) -> Option<Match> {
    if text(one, "number")? != text(other, "number")? {
        return None;
    }
    match (text(one, "entrance"), text(other, "entrance")) {
        (a, b) if a == b => Some(Match::weighed(vec![Trait::Address], Vec::new())),
        (Some(_), Some(_)) => None,
        // One of them does not say behind which entrance it is.
        _ => Some(Match::scored(BORN_APART, vec![Trait::Address], Vec::new())),
    }
}

fn households(one: Shown<'_>, other: Shown<'_>, ids: (Option<RecordId>, Option<RecordId>)) -> Option<Match> {
    let over = |of: Shown<'_>| of(household::ENDED).is_some() || of(household::MERGED_INTO).is_some();
    let from = |of: Shown<'_>, other: Option<RecordId>| {
        other.is_some() && of(household::SPLIT_FROM).and_then(|v| v.as_id()) == other
    };
    if over(one) || over(other) || from(one, ids.1) || from(other, ids.0) {
        return None;
    }
    let names = |of| ["label", "head"].into_iter().filter_map(|field| bare(&text(of, field)?)).collect::<Vec<_>>();
    let (names, others) = (names(one), names(other));
    let phone = |of| phone::read(&text(of, "phone")?).ok().map(|read| read.number);
    let (mut agreed, mut differed) = (vec![Trait::HouseholdHere], Vec::new());
    if names.iter().any(|name| others.contains(name)) {
        agreed.push(Trait::HouseholdName);
    } else if !names.is_empty() && !others.is_empty() {
        differed.push(Trait::HouseholdName);
    }
    if phone(one).is_some_and(|number| phone(other) == Some(number)) {
        agreed.push(Trait::Phone);
    }
    Some(Match::weighed(agreed, differed))
}

fn residents(one: Shown<'_>, other: Shown<'_>) -> Option<Match> {
    let name = |of| text(of, "name").and_then(|name| bare(&name));
    if name(one)? != name(other)? {
        return None;
    }
    let born = |of: Shown<'_>| of(resident::BIRTH).and_then(|v| v.as_int());
    let number = |of| text(of, resident::ID_NUMBER).map(|number| crate::id_number::read(&number)).and_then(|r| r.full);
    let apart = |a: Option<String>, b: Option<String>| a.zip(b).is_some_and(|(a, b)| a != b);
    let (agreed, day) = (vec![Trait::NameHere], born(one).zip(born(other)));
    if apart(number(one), number(other)) {
        return Some(Match::weighed(agreed, vec![Trait::IdNumber]));
    }
    match day {
        Some((a, b)) if a != b => Some(Match::scored(BORN_APART, agreed, vec![Trait::NameBirth])),
        Some(_) => Some(Match::weighed(vec![Trait::NameBirth, Trait::NameHere], Vec::new())),
        None => Some(Match::weighed(agreed, Vec::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LIKELY_PERCENT;

    type Fields<'a> = &'a [(&'a str, &'a str)];

    fn score(kind: Kind, one: Fields<'_>, other: Fields<'_>) -> Option<u32> {
        let value = |of: Fields<'_>, name: &str| {
            let text = of.iter().find(|(field, _)| *field == name)?.1;
            Some(match name {
                "birth" | "ended" => Value::Int(text.parse().unwrap()),
                "split_from" => Value::Id(RecordId([text.parse().unwrap(); 16])),
                _ => Value::from(text),
            })
        };
        let (one, other): (Shown<'_>, Shown<'_>) = (&|name| value(one, name), &|name| value(other, name));
        let ids = (Some(RecordId([1; 16])), Some(RecordId([2; 16])));
        let found = compare(kind, one, other, ids).map(|m| m.score);
        let back = compare(kind, other, one, (ids.1, ids.0)).map(|m| m.score);
        assert_eq!(found, back, "comparing is fair");
        found
    }

    #[test]
    fn siblings_that_may_be_one() {
        use Kind::{Building, Dwelling, Household, Resident};
        // kind, one, other, whether nothing speaks for it, something, or enough to ask
        let rows: &[(Kind, Fields<'_>, Fields<'_>, Option<bool>)] = &[
            (Building, &[("name", "3 幢")], &[("name", "3号楼")], Some(true)),
            (Building, &[("name", "三幢")], &[("name", "3")], Some(true)),
            (Building, &[("name", "3 幢")], &[("name", "13 幢")], None),
            (Building, &[("name", "王家")], &[("name", "王家")], Some(true)),
            (
                Building,
                &[("name", "王家"), ("address", "前街1号")],
                &[("name", "王家"), ("address", "后街9号")],
                Some(false),
            ),
            (Building, &[], &[], None),
            (Dwelling, &[("number", "402"), ("entrance", "1")], &[("number", "402"), ("entrance", "1")], Some(true)),
            (Dwelling, &[("number", "402"), ("entrance", "1")], &[("number", "402"), ("entrance", "2")], None),
            (Dwelling, &[("number", "402"), ("entrance", "1")], &[("number", "402")], Some(false)),
            (Household, &[("label", "王家")], &[("label", "王 家")], Some(true)),
            (Household, &[("label", "王家")], &[], Some(true)),
            (Household, &[("label", "王家")], &[("label", "李家")], Some(false)),
            (Household, &[("label", "王家"), ("head", "王明")], &[("head", "王明")], Some(true)),
            (Household, &[("label", "王家"), ("ended", "1")], &[("label", "王家")], None),
            (Household, &[("label", "王家"), ("split_from", "2")], &[("label", "王家")], None),
            (Resident, &[("name", "王小明")], &[("name", "王 小明")], Some(true)),
            (Resident, &[("name", "王小明"), ("birth", "1")], &[("name", "王小明")], Some(true)),
            (Resident, &[("name", "王小明"), ("birth", "1")], &[("name", "王小明"), ("birth", "2")], Some(false)),
            (Resident, &[("name", "王小明")], &[("name", "王奶奶")], None),
        ];
        for (kind, one, other, wanted) in rows {
            let found = score(*kind, one, other).map(|score| score >= LIKELY_PERCENT);
            assert_eq!(found, *wanted, "{one:?} {other:?}");
        }
        let number = |number| [("name", "王小明"), ("id_number", number)];
        let (a, b) = (number("11010519491231002X"), number("440524188001010014"));
        assert_eq!(score(Resident, &a, &b), Some(30));
    }
}
