//! Duplicate candidates across grids: keyed hashes of what tells a person or a place, so that two phones find the same
//! one without showing whom.
//!
//! Owns what is hashed, in which one form, and the score of two records. Refuses to merge anything: a person says that
//! two are the same, and can take it back. Invariant: prints depend on the tenant's key and the normalised text alone;
//! who lacks the key learns nothing, and who has it learns no more than whether a guess is right.

use crate::civil_date::CivilDate;
use crate::id::RecordId;
use crate::unit_code::{UnitCode, half_width};
use crate::{door, id_number, limits, phone, uscc};
use std::collections::BTreeMap;

/// The secret of a tenant under which prints are made.
#[derive(Clone, PartialEq, Eq)]
pub struct TenantKey([u8; 32]);

impl TenantKey {
    /// Of 32 random bytes, made outside.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for TenantKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TenantKey(…)")
    }
}

/// What of a record a print is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trait {
    /// The identity number, extended to 18 characters.
    IdNumber,
    /// The unified social credit code.
    Uscc,
    /// Name and birth date.
    NameBirth,
    /// A mobile number, or a landline with its area code.
    Phone,
    /// The door address inside a village.
    Address,
    /// An organisation's name.
    OrganisationName,
    /// An estate's name.
    EstateName,
    /// An estate's name inside a township.
    EstateHere,
    /// A building's number or name in one estate, or in one grid where it is in none.
    BuildingHere,
    /// Two households behind one door.
    HouseholdHere,
    /// What a household is called, or its head.
    HouseholdName,
    /// A name in one household.
    NameHere,
    /// The code of a facility of its kind.
    FacilityCode,
}

impl Trait {
    /// All, the most telling first.
    pub const ALL: [Self; 13] = [
        Self::IdNumber,
        Self::Uscc,
        Self::NameBirth,
        Self::Phone,
        Self::Address,
        Self::OrganisationName,
        Self::EstateName,
        Self::EstateHere,
        Self::BuildingHere,
        Self::HouseholdHere,
        Self::HouseholdName,
        Self::NameHere,
        Self::FacilityCode,
    ];

    /// The stable code that shells have words for; it is part of what is hashed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::IdNumber => "id_number",
            Self::Uscc => "uscc",
            Self::NameBirth => "name_birth",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::OrganisationName => "organisation_name",
            Self::EstateName => "estate_name",
            Self::EstateHere => "estate_here",
            Self::BuildingHere => "building_here",
            Self::HouseholdHere => "household_here",
            Self::HouseholdName => "household_name",
            Self::NameHere => "name_here",
            Self::FacilityCode => "facility_code",
        }
    }

    /// How likely two are one that agree in this alone, per cent.
    pub const fn agrees(self) -> u32 {
        match self {
            Self::IdNumber | Self::Uscc => 98,
            Self::FacilityCode => 85,
            Self::BuildingHere => 80,
            Self::NameBirth | Self::EstateHere | Self::NameHere => 75,
            Self::Address => 70,
            Self::HouseholdHere => 60,
            Self::OrganisationName | Self::HouseholdName => 50,
            Self::EstateName => 35,
            Self::Phone => 30,
        }
    }

    /// The most that is left of a score when both have this and it differs, per cent.
    const fn differs(self) -> u32 {
        match self {
            Self::IdNumber | Self::Uscc => 30,
            Self::NameBirth => 60,
            Self::HouseholdName => 45,
            Self::EstateHere => 25,
            _ => 100,
        }
    }
}

/// A keyed hash of one trait of a record: 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Print {
    /// What it is of.
    pub of: Trait,
    /// The hash.
    pub hash: [u8; 16],
}

/// What of a record prints are made of; a text that is absent or says nothing makes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A resident.
    Resident {
        /// Identity number, as typed.
        id_number: Option<&'a str>,
        /// Name, as typed.
        name: Option<&'a str>,
        /// Birth date; without one, that of the identity number.
        birth: Option<CivilDate>,
        /// Phone, as typed.
        phone: Option<&'a str>,
    },
    /// An organisation or a place of business.
    Organisation {
        /// Unified social credit code, as typed.
        uscc: Option<&'a str>,
        /// Name, as typed.
        name: Option<&'a str>,
        /// Phone, as typed.
        phone: Option<&'a str>,
    },
    /// An estate.
    Estate {
        /// Name, as typed.
        name: &'a str,
        /// The unit that it lies in.
        unit: &'a UnitCode,
    },
    /// A facility.
    Facility {
        /// Its kind, a code.
        kind: &'a str,
        /// Its own code, as typed.
        code: &'a str,
    },
    /// A building, dwelling or place at a door address.
    Place {
        /// Address, as typed.
        address: &'a str,
        /// The unit that it lies in.
        unit: &'a UnitCode,
    },
}

/// The prints of a record, sorted.
pub fn prints(key: &TenantKey, subject: Subject<'_>) -> Vec<Print> {
    let mut texts: Vec<(Trait, String)> = Vec::new();
    let mut add = |of: Trait, text: Option<String>| texts.extend(text.map(|text| (of, text)));
    match subject {
        Subject::Resident { id_number, name, birth, phone } => {
            let number = id_number.and_then(id_text);
            let birth = birth.or_else(|| id_number.and_then(|n| id_number::read(n).birth));
            add(Trait::IdNumber, number);
            add(Trait::NameBirth, name.and_then(name_text).zip(birth).map(|(name, birth)| format!("{name} {birth}")));
            add(Trait::Phone, phone.and_then(phone_text));
        }
        Subject::Organisation { uscc, name, phone } => {
            add(Trait::Uscc, uscc.and_then(|code| uscc::read(code).ok()?.organisation));
            add(Trait::OrganisationName, name.and_then(organisation_text));
            add(Trait::Phone, phone.and_then(phone_text));
        }
        Subject::Estate { name, unit } => {
            let name = estate_text(name);
            add(Trait::EstateHere, name.as_ref().map(|name| format!("{} {name}", cut(unit, 9))));
            add(Trait::EstateName, name);
        }
        Subject::Facility { kind, code } => {
            add(Trait::FacilityCode, bare(code).map(|code| format!("{kind} {code}")));
        }
        Subject::Place { address, unit } => {
            let read = door::read(address);
            let told = !read.place.is_empty() || read.door.text().is_some();
            add(Trait::Address, told.then(|| format!("{} {}", cut(unit, 12), address_text(&read))));
        }
    }
    let mut prints: Vec<Print> = texts.iter().map(|(of, text)| print(key, *of, text)).collect();
    prints.sort_unstable();
    prints
}

fn print(key: &TenantKey, of: Trait, text: &str) -> Print {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    for part in ["gridwalk 2026 duplicate", of.code(), text] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut hash = [0; 16];
    hash.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Print { of, hash }
}

/// How alike two records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// Something alone agrees that many share.
    Possible,
    /// Enough agrees to ask.
    Likely,
    /// An identity number or a credit code agrees.
    Certain,
}

impl Likeness {
    /// The stable code that shells have words for.
    pub const fn likeness_code(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What two records have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// How likely they are one, per cent.
    pub score: u32,
    /// The same in words.
    pub likeness: Likeness,
    /// What agrees, the most telling first.
    pub agreed: Vec<Trait>,
    /// What both have and what differs.
    pub differed: Vec<Trait>,
}

/// Compares the prints of two records; `None` where nothing agrees.
pub fn compare(one: &[Print], other: &[Print]) -> Option<Match> {
    let has = |list: &[Print], of: Trait| list.iter().any(|p| p.of == of);
    let agreed: Vec<Trait> =
        Trait::ALL.into_iter().filter(|of| one.iter().any(|p| p.of == *of && other.contains(p))).collect();
    let differed: Vec<Trait> =
        Trait::ALL.into_iter().filter(|of| !agreed.contains(of) && has(one, *of) && has(other, *of)).collect();
    (!agreed.is_empty()).then(|| Match::weighed(agreed, differed))
}

impl Match {
    /// The weight of what agrees and what differs.
    pub(crate) fn weighed(agreed: Vec<Trait>, differed: Vec<Trait>) -> Self {
        let unlike = agreed.iter().fold(10_000, |left, of| left * (100 - of.agrees()) / 100);
        let most = differed.iter().map(|of| of.differs()).min().unwrap_or(100);
        Self::scored(((10_000 - unlike) / 100).min(most), agreed, differed)
    }

    /// With its score in words.
    pub(crate) fn scored(score: u32, agreed: Vec<Trait>, differed: Vec<Trait>) -> Self {
        let likeness = match score {
            95.. => Likeness::Certain,
            60.. => Likeness::Likely,
            _ => Likeness::Possible,
        };
        Self { score, likeness, agreed, differed }
    }
}

/// All pairs of records that have something in common, the most alike first. Prints that many records share are the
/// phone of an office or a usual name and bring none together.
pub fn pairs(records: &[(RecordId, Vec<Print>)]) -> Vec<(RecordId, RecordId, Match)> {
    let mut by_print: BTreeMap<Print, Vec<usize>> = BTreeMap::new();
    for (at, (_, prints)) in records.iter().enumerate() {
        for print in prints {
            by_print.entry(*print).or_default().push(at);
        }
    }
    let mut couples: Vec<(usize, usize)> = Vec::new();
    for group in by_print.values().filter(|group| group.len() <= limits::SHARED_PRINT_MAX) {
        let later = |n: usize| group.iter().skip(n + 1);
        couples.extend(group.iter().enumerate().flat_map(|(n, a)| later(n).map(|b| (*a, *b))));
    }
    couples.sort_unstable();
    couples.dedup();
    let matched = couples.into_iter().filter_map(|(a, b)| {
        let ((one, prints), (other, others)) = (&records[a], &records[b]);
        (one != other).then(|| (*one.min(other), *one.max(other), compare(prints, others)))
    });
    let mut found: Vec<_> = matched.filter_map(|(one, other, m)| Some((one, other, m?))).collect();
    found.sort_by(|a, b| b.2.score.cmp(&a.2.score).then(a.0.cmp(&b.0)).then(a.1.cmp(&b.1)));
    found
}

/// The identity number in 18 characters; none of what is too short or one digit throughout.
fn id_text(text: &str) -> Option<String> {
    let reading = id_number::read(text);
    let number = reading.full.unwrap_or(reading.number);
    let filled = number.chars().next().is_some_and(|first| number.chars().all(|c| c == first));
    (number.chars().count() >= 7 && !filled).then_some(number)
}

/// A number that is the same in every city.
fn phone_text(text: &str) -> Option<String> {
    use phone::PhoneKind::{International, Landline, Mobile, Service};
    let reading = phone::read(text).ok()?;
    matches!(reading.kind, Mobile | Landline | International | Service).then_some(reading.number)
}

/// Letters, digits and characters alone, half-width, in capitals: no dots in names, no brackets.
pub fn bare(text: &str) -> Option<String> {
    let plain: String =
        text.chars().map(half_width).filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (!plain.is_empty() && plain != door::NONE).then_some(plain)
}

fn name_text(text: &str) -> Option<String> {
    bare(text).filter(|name| name.chars().count() > 1)
}

fn organisation_text(text: &str) -> Option<String> {
    let name = bare(text)?;
    let short = name.replace("有限责任公司", "有限公司");
    (short.chars().count() > 2).then_some(short)
}

/// The name without what every estate is called, numerals as digits: `香樟苑小区（二期）` is `香樟苑2期`.
fn estate_text(text: &str) -> Option<String> {
    let name = door::with_digits(&bare(text)?, &["期", "区", "苑", "号"]);
    let short =
        ["住宅小区", "居民小区", "小区", "社區", "小區"].iter().fold(name.clone(), |n, word| n.replace(word, ""));
    Some(if short.is_empty() { name } else { short })
}

fn address_text(read: &door::Door) -> String {
    let place = estate_text(&read.place).unwrap_or_default();
    format!("{place}|{}", read.key())
}

/// The code of the unit above that has so many digits, or its own if it is shorter.
fn cut(unit: &UnitCode, digits: usize) -> String {
    let own = unit.digits();
    own[..own.len().min(digits)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: TenantKey = TenantKey::new([7; 32]);

    fn resident<'a>(id_number: &'a str, name: &'a str, birth: &str, phone: &'a str) -> Vec<Print> {
        let some = |text: &'a str| Some(text).filter(|t| !t.is_empty());
        let (id_number, name, phone) = (some(id_number), some(name), some(phone));
        prints(&KEY, Subject::Resident { id_number, name, birth: CivilDate::parse(birth), phone })
    }

    fn unit(code: &str) -> UnitCode {
        UnitCode::parse(code).unwrap()
    }

    /// The other one, score, agreed, differed.
    type Row = (Vec<Print>, Option<u32>, &'static [Trait], &'static [Trait]);

    #[test]
    fn people_are_found_again() {
        let wang = resident("11010519491231002X", "王小明", "1949-12-31", "138 1234 5678");
        let rows: [Row; 7] = [
            (resident("110105491231002", "", "", ""), Some(98), &[Trait::IdNumber], &[]),
            (resident("", "王 小明", "1949-12-31", ""), Some(75), &[Trait::NameBirth], &[]),
            (resident("", "王小明", "1949-12-31", "+8613812345678"), Some(82), &[Trait::NameBirth, Trait::Phone], &[]),
            (resident("", "李四", "1950-01-01", "13812345678"), Some(30), &[Trait::Phone], &[Trait::NameBirth]),
            (
                resident("440524188001010014", "王小明", "1949-12-31", ""),
                Some(30),
                &[Trait::NameBirth],
                &[Trait::IdNumber],
            ),
            (resident("", "王小明", "", ""), None, &[], &[]),
            (resident("000000000000000000", "王", "1949-12-31", "85521234"), None, &[], &[]),
        ];
        for (other, score, agreed, differed) in rows {
            let found = compare(&wang, &other);
            assert_eq!(found.as_ref().map(|m| m.score), score);
            if let Some(found) = found {
                assert_eq!((found.agreed.as_slice(), found.differed.as_slice()), (agreed, differed));
            }
        }
    }

    #[test]
    fn estates_and_places_are_found_again() {
        let estate = |name, code| prints(&KEY, Subject::Estate { name, unit: &unit(code) });
        let one = estate("香樟苑小区", "320706102211");
        let same = compare(&one, &estate("香樟苑", "320706102208001")).unwrap();
        assert_eq!((same.likeness, same.agreed), (Likeness::Likely, vec![Trait::EstateName, Trait::EstateHere]));
        let far = compare(&one, &estate("香樟苑", "320703001001")).unwrap();
        assert_eq!((far.likeness, far.differed), (Likeness::Possible, vec![Trait::EstateHere]));
        assert_eq!(compare(&one, &estate("香樟苑二期", "320706102211")), None);
        assert!(compare(&estate("香樟苑二期", "320706102"), &estate("香樟苑小区(2期)", "320706102")).is_some());
        let place = |address, code| prints(&KEY, Subject::Place { address, unit: &unit(code) });
        let door = place("香樟苑小区3幢2单元501室", "320706102211001");
        assert_eq!(compare(&door, &place("香樟苑3号楼-2-501", "320706102211")).unwrap().agreed, [Trait::Address]);
        assert_eq!(compare(&door, &place("香樟苑3号楼-2-502", "320706102211")), None);
        assert_eq!(place("无", "320706102211"), []);
        let firm = |code, name| prints(&KEY, Subject::Organisation { uscc: Some(code), name: Some(name), phone: None });
        let whole = firm("91350100M000100Y43", "某某（福建）有限公司");
        let found = compare(&whole, &firm("M000100Y4", "某某(福建)有限责任公司")).unwrap();
        assert_eq!((found.likeness, found.agreed.len()), (Likeness::Certain, 2));
    }

    #[test]
    fn without_the_key_nothing_is_the_same() {
        let with = |key| {
            prints(
                &TenantKey::new(key),
                Subject::Resident { id_number: Some("11010519491231002X"), name: None, birth: None, phone: None },
            )
        };
        assert_eq!(with([1; 32]), with([1; 32]));
        assert_ne!(with([1; 32]), with([2; 32]));
        assert_eq!(format!("{:?}", TenantKey::new([1; 32])), "TenantKey(…)");
    }

    #[test]
    fn what_many_share_brings_none_together() {
        let record = |n: u8| RecordId([n; 16]);
        let mut list: Vec<_> = (0..40).map(|n| (record(n), resident("", "", "", "0518-85521234"))).collect();
        assert_eq!(pairs(&list), []);
        list.push((record(50), resident("11010519491231002X", "", "", "")));
        list.push((record(41), resident("110105491231002", "王小明", "1949-12-31", "0518-85521234")));
        list.push((record(42), resident("", "王小明", "1949-12-31", "")));
        let found: Vec<_> = pairs(&list).into_iter().map(|(a, b, m)| (a, b, m.score)).collect();
        assert_eq!(found, [(record(41), record(50), 98), (record(41), record(42), 75)]);
    }

    proptest! {
        #[test]
        fn spelling_makes_no_difference(first in "[1-6][1-5][0-9]{4}19[5-9][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", name in "[一-龥]{2,4}", wide: bool) {
            let number = format!("{first}{}", id_number::check_digit(&first).unwrap());
            let widen = |text: &str| text.chars().map(|c| if wide && c.is_ascii() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c }).collect::<String>();
            let typed = resident(&number, &name, "", "");
            prop_assert_eq!(&typed, &resident(&widen(&number.to_lowercase()), &format!(" {name} "), "", ""));
            let short = format!("{}{}", &number[..6], &number[8..17]);
            prop_assert_eq!(&typed, &resident(&short, &name, "", ""));
            let score = compare(&typed, &typed).map(|m| m.likeness);
            prop_assert_eq!(score, Some(Likeness::Certain));
        }

        #[test]
        fn comparing_is_fair(a in "[12]{1,3}", b in "[12]{1,3}", n in "[王李]{2}", m in "[王李]{2}") {
            let (one, other) = (resident(&a.repeat(9), &n, "1950-01-01", ""), resident(&b.repeat(9), &m, "1950-01-01", ""));
            prop_assert_eq!(compare(&one, &other), compare(&other, &one));
        }
    }
}
