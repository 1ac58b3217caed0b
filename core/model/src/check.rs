//! Checks of what is typed: what is only odd warns, what is surely wrong blocks, and types keep the two apart.
//!
//! Owns the two lists and the one form of a checked text. Refuses words, and blocks nothing that could stand on a card,
//! a plate or a licence. Invariant: to check what a check gave out gives the same text, and a blocked text is not stored.

use crate::civil_date::CivilDate;
use crate::code_set::{CodeRef, CodeSet};
use crate::door::layout::DoorWarning;
use crate::id_kind::IdKind;
use crate::id_number::{self, IdWarning};
use crate::kind::Kind;
use crate::limits;
use crate::phone::{self, NotAPhone, PhoneWarning};
use crate::unit_code;
use crate::uscc::{self, NotAUscc, UsccWarning};

/// What looks odd; it is shown and does not hold anybody up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Warning {
    /// About an identity number.
    Id(IdWarning),
    /// About the code of an organisation.
    Uscc(UsccWarning),
    /// About a phone number.
    Phone(PhoneWarning),
    /// About a day of birth.
    Birth(BirthWarning),
    /// About a door beside what its building says.
    Door(DoorWarning),
    /// A code that its code set does not have in this version.
    CodeUnknown,
    /// A code of another version of its code set.
    CodeVersion,
}

impl Warning {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Id(warning) => warning.code(),
            Self::Uscc(warning) => warning.code(),
            Self::Phone(warning) => warning.warning_code(),
            Self::Birth(warning) => warning.warning_code(),
            Self::Door(warning) => warning.warning_code(),
            Self::CodeUnknown => "code_unknown",
            Self::CodeVersion => "code_version",
        }
    }
}

/// What looks odd about a day of birth. No clock is sure enough to block one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BirthWarning {
    /// Later than today.
    Unborn,
    /// Older than anybody is.
    Age,
}

impl BirthWarning {
    /// The stable code that shells have words for.
    pub const fn warning_code(self) -> &'static str {
        match self {
            Self::Unborn => "birth_unborn",
            Self::Age => "birth_age",
        }
    }
}

/// What is surely wrong: it is not stored in this field, whoever insists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Blocking {
    /// Nothing is in it; the field is to be cleared instead.
    #[error("empty")]
    Empty,
    /// A word where a number belongs; the field is to be left empty instead.
    #[error("no number")]
    NoNumber,
    /// A character that no such number has.
    #[error("a character that no such number has")]
    WrongCharacter,
    /// A length that no such number has.
    #[error("a length that no such number has")]
    WrongLength,
    /// No code set has that name.
    #[error("no such code set")]
    NoCodeSet,
}

impl Blocking {
    /// The stable code that shells have words for.
    pub const fn block_code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoNumber => "no_number",
            Self::WrongCharacter => "wrong_character",
            Self::WrongLength => "wrong_length",
            Self::NoCodeSet => "no_code_set",
        }
    }
}

/// A text that passed: the one form in which it is stored, and what is odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The form in which it is stored and compared.
    pub text: String,
    /// What looks odd, sorted.
    pub warnings: Vec<Warning>,
}

/// A text that passed, or why it is surely wrong.
pub type Checked = Result<Passed, Blocking>;

/// An identity number beside the rest of the form. A number of 15 digits stays as the card has it; `id_number::read`
/// gives the 18 that it stands for.
pub fn id_number(text: &str, today: Option<CivilDate>, birth: Option<CivilDate>, sex: Option<&str>) -> Checked {
    let number = id_number::normalize(text);
    if number.is_empty() {
        return Err(Blocking::Empty);
    }
    if !number.bytes().any(|b| b.is_ascii_digit()) {
        return Err(Blocking::NoNumber);
    }
    if !number.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'/' | b'(' | b')')) {
        return Err(Blocking::WrongCharacter);
    }
    let warnings = match IdKind::of(&number) {
        IdKind::ForeignCardOld => Vec::new(),
        _ => id_number::warnings(&number, today, birth, sex),
    };
    Ok(Passed { text: number, warnings: warnings.into_iter().map(Warning::Id).collect() })
}

/// The code of an organisation.
pub fn uscc(text: &str) -> Checked {
    if uscc::normalize(text).is_empty() {
        return Err(Blocking::Empty);
    }
    match uscc::read(text) {
        Ok(reading) => {
            Ok(Passed { text: reading.code, warnings: reading.warnings.into_iter().map(Warning::Uscc).collect() })
        }
        Err(NotAUscc::Character) if !text.chars().map(unit_code::half_width).any(|c| c.is_ascii_digit()) => {
            Err(Blocking::NoNumber)
        }
        Err(NotAUscc::Character) => Err(Blocking::WrongCharacter),
        Err(NotAUscc::Length) => Err(Blocking::WrongLength),
    }
}

/// A phone number; an extension is left to the caller, see `phone::read`.
pub fn phone(text: &str) -> Checked {
    if text.trim().is_empty() {
        return Err(Blocking::Empty);
    }
    match phone::read(text) {
        Ok(reading) => {
            Ok(Passed { text: reading.number, warnings: reading.warnings.into_iter().map(Warning::Phone).collect() })
        }
        Err(NotAPhone::Character) if !text.chars().map(unit_code::half_width).any(|c| c.is_ascii_digit()) => {
            Err(Blocking::NoNumber)
        }
        Err(NotAPhone::Character) => Err(Blocking::WrongCharacter),
        Err(NotAPhone::Length) => Err(Blocking::WrongLength),
    }
}

/// Fields that hold the number of a person: nobody lives behind 110 or 12345.
const OF_PERSONS: [(Kind, &str); 3] =
    [(Kind::Resident, "phone"), (Kind::Household, "phone"), (Kind::Dwelling, "landlord_phone")];

/// A phone number in a field of a kind.
pub fn phone_in(kind: Kind, field: &str, text: &str) -> Checked {
    let mut checked = phone(text)?;
    let is_short = || phone::read(text).is_ok_and(|reading| reading.kind == phone::PhoneKind::Short);
    if OF_PERSONS.contains(&(kind, field)) && is_short() {
        checked.warnings.push(Warning::Phone(PhoneWarning::Short));
    }
    Ok(checked)
}

/// What looks odd about a day of birth on a day.
pub fn birth(born: CivilDate, today: CivilDate) -> Option<BirthWarning> {
    if born > today {
        return Some(BirthWarning::Unborn);
    }
    (born.years_to(today) > limits::AGE_YEARS_MAX).then_some(BirthWarning::Age)
}

/// A code of a code set, with the version that it was taken from. History is not validated: what this version lacks
/// only warns.
pub fn code(set: &str, version: &str, code: &str) -> Result<(CodeRef, Vec<Warning>), Blocking> {
    let set = CodeSet::from_name(set).ok_or(Blocking::NoCodeSet)?;
    let code = half_width(code.trim());
    if code.is_empty() {
        return Err(Blocking::Empty);
    }
    let mut warnings = Vec::new();
    if !set.has(&code) {
        warnings.push(Warning::CodeUnknown);
    }
    if version != set.version() {
        warnings.push(Warning::CodeVersion);
    }
    Ok((CodeRef { set, version: version.to_owned(), code }, warnings))
}

/// Full-width digits, letters and signs as their half-width twins.
pub fn half_width(text: &str) -> String {
    text.chars().map(unit_code::half_width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(checked: Checked) -> (String, Vec<&'static str>) {
        match checked {
            Ok(passed) => (passed.text, passed.warnings.iter().map(|w| w.code()).collect()),
            Err(blocking) => (String::new(), vec![blocking.block_code()]),
        }
    }

    #[test]
    fn odd_numbers_warn_and_wrong_ones_block() {
        type Row = ((String, Vec<&'static str>), &'static str, &'static [&'static str]);
        let id = |text| codes(id_number(text, CivilDate::parse("20240101"), None, None));
        // checked, stored, codes
        let rows: [Row; 16] = [
            (id("11010519491231002ｘ"), "11010519491231002X", &[]),
            (id("110105491231002"), "110105491231002", &["id_legacy"]),
            (id("110105194912310021"), "110105194912310021", &["id_check_digit"]),
            (id("USA110078010112"), "USA110078010112", &[]),
            (id("E12345678"), "E12345678", &["id_length"]),
            (id("不详"), "", &["no_number"]),
            (id("110105 1949年"), "", &["wrong_character"]),
            (id(" "), "", &["empty"]),
            (codes(uscc("91350100m000100y43")), "91350100M000100Y43", &[]),
            (codes(uscc("91350100M000100Y44")), "91350100M000100Y44", &["uscc_check_digit"]),
            (codes(uscc("9135O100M000100Y43")), "", &["wrong_character"]),
            (codes(uscc("无")), "", &["no_number"]),
            (codes(uscc("123")), "", &["wrong_length"]),
            (codes(phone("138 1234 5678")), "13812345678", &[]),
            (codes(phone("85521234")), "85521234", &["phone_no_area"]),
            (codes(phone("没有")), "", &["no_number"]),
        ];
        for ((text, found), stored, wanted) in rows {
            assert_eq!((text.as_str(), found.as_slice()), (stored, wanted));
        }
    }

    #[test]
    fn residence_permits_and_foreign_cards_pass() {
        for first in
            ["81000019980902013", "82000019921030002", "83000019920130002", "91112419810803002", "95142719900101001"]
        {
            let number = format!("{first}{}", crate::id_number::check_digit(first).unwrap());
            assert_eq!(codes(id_number(&number, None, None, None)), (number.clone(), vec![]), "{number}");
        }
    }

    #[test]
    fn codes_know_their_version() {
        let (nation, warnings) = code("nation", "1991", "０１").unwrap();
        assert_eq!((nation.to_string().as_str(), warnings), ("nation/1991/01", vec![]));
        assert_eq!(nation.to_string().parse(), Ok(nation));
        let (_, warnings) = code("nation", "1981", "57").unwrap();
        assert_eq!(warnings, [Warning::CodeUnknown, Warning::CodeVersion]);
        assert_eq!(code("zodiac", "1", "01"), Err(Blocking::NoCodeSet));
    }

    proptest! {
        #[test]
        fn what_passed_passes_unchanged(text in "[0-9０-９A-Zxｘ +()-]{0,20}") {
            for check in [|t: &str| id_number(t, None, None, None), uscc, phone] {
                if let Ok(passed) = check(&text) {
                    prop_assert_eq!(check(&passed.text), Ok(passed));
                }
            }
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,24}") {
            let _ = (id_number(&text, None, None, None), uscc(&text), phone(&text), code("sex", "", &text));
        }
    }
}
