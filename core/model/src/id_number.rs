//! Citizens' ID numbers (GB 11643): what they say and what looks odd about them.
//!
//! Owns check digit, birth date, sex, the 15-digit form and masks. Refuses to block: whatever is on the card may be
//! typed, and region codes that left the current table are right on old cards. Invariant: to normalise twice is to
//! normalise once, and a mask shows no more than the first three and the last four characters.

use crate::civil_date::CivilDate;
use crate::limits;
use crate::unit_code::half_width;

/// Check characters by the weighted sum modulo 11 (ISO 7064 MOD 11-2).
const CHECK: &[u8; 11] = b"10X98765432";
/// First two digits that are a province, a region, or a card for residents of or from elsewhere.
const REGIONS: [&str; 38] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83", "91", "92", "93",
];
/// Assigned to nobody: numbers of made-up people in demonstrations and tests.
const UNASSIGNED: &str = "99";

/// What looks odd; none of it blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdWarning {
    /// Neither 18 nor 15 characters.
    Length,
    /// Something else than digits, with X allowed at the end of 18.
    Character,
    /// The first two digits are no region.
    Region,
    /// The birth date does not exist.
    Date,
    /// The check digit does not fit.
    CheckDigit,
    /// The old form of 15 digits, without a check digit.
    Legacy,
    /// Born after today.
    Unborn,
    /// Older than 120 years.
    Age,
    /// Another birth date stands in the form.
    BirthDiffers,
    /// Another sex stands in the form.
    SexDiffers,
}

impl IdWarning {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "id_length",
            Self::Character => "id_character",
            Self::Region => "id_region",
            Self::Date => "id_date",
            Self::CheckDigit => "id_check_digit",
            Self::Legacy => "id_legacy",
            Self::Unborn => "id_unborn",
            Self::Age => "id_age",
            Self::BirthDiffers => "id_birth_differs",
            Self::SexDiffers => "id_sex_differs",
        }
    }
}

/// What a number says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdReading {
    /// In the one form in which it is stored and compared.
    pub number: String,
    /// The 18 characters that it stands for: a number of 15 digits is extended.
    pub full: Option<String>,
    /// The birth date, if it exists.
    pub birth: Option<CivilDate>,
    /// The sex as a code of GB/T 2261.1: `1` or `2`.
    pub sex: Option<&'static str>,
    /// What looks odd, sorted.
    pub warnings: Vec<IdWarning>,
}

/// Half-width, without spaces, X in capitals.
pub fn normalize(text: &str) -> String {
    let plain = text.chars().map(half_width).filter(|c| !c.is_whitespace());
    plain.map(|c| c.to_ascii_uppercase()).collect()
}

/// The check character of the first 17 digits; `None` if they are no 17 digits.
pub fn check_digit(first: &str) -> Option<char> {
    if first.len() != 17 || !first.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // The weight of place i, counted from the right with the check character as 0, is 2^i mod 11.
    let sum = first.bytes().fold(0u32, |sum, b| (sum + u32::from(b - b'0')) * 2 % 11);
    CHECK.get(sum as usize).map(|c| char::from(*c))
}

/// Reads a number, as typed; it never fails.
pub fn read(text: &str) -> IdReading {
    let number = normalize(text);
    let mut reading = IdReading { full: None, birth: None, sex: None, warnings: Vec::new(), number };
    let number = reading.number.as_str();
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let full = match number.chars().count() {
        18 if number.is_ascii() && digits(&number[..17]) && (digits(&number[17..]) || number.ends_with('X')) => {
            if check_digit(&number[..17]) != number.chars().last() {
                reading.warnings.push(IdWarning::CheckDigit);
            }
            number.to_owned()
        }
        15 if digits(number) => {
            reading.warnings.push(IdWarning::Legacy);
            extended(number)
        }
        15 | 18 => return IdReading { warnings: vec![IdWarning::Character], ..reading },
        _ => return IdReading { warnings: vec![IdWarning::Length], ..reading },
    };
    // A foreigner's permanent residence card has a 9 and then the two digits of the province.
    let foreign = full.starts_with('9') && REGIONS.contains(&&full[1..3]);
    if !foreign && !REGIONS.contains(&&full[..2]) && &full[..2] != UNASSIGNED {
        reading.warnings.push(IdWarning::Region);
    }
    reading.birth = CivilDate::parse(&full[6..14]);
    if reading.birth.is_none() {
        reading.warnings.push(IdWarning::Date);
    }
    reading.sex = full[16..17].bytes().next().map(|b| if b % 2 == 1 { "1" } else { "2" });
    reading.warnings.sort_unstable();
    IdReading { full: Some(full), ..reading }
}

/// Everything odd about a number beside the rest of the form. `today`, birth and sex are given where they are known.
pub fn warnings(text: &str, today: Option<CivilDate>, birth: Option<CivilDate>, sex: Option<&str>) -> Vec<IdWarning> {
    let reading = read(text);
    let mut list = reading.warnings;
    if let (Some(born), Some(today)) = (reading.birth, today) {
        if born > today {
            list.push(IdWarning::Unborn);
        } else if born.years_to(today) > limits::AGE_YEARS_MAX {
            list.push(IdWarning::Age);
        }
    }
    if reading.birth.is_some() && birth.is_some() && birth != reading.birth {
        list.push(IdWarning::BirthDiffers);
    }
    if reading.sex.is_some() && sex.is_some_and(|s| matches!(s, "1" | "2")) && sex != reading.sex {
        list.push(IdWarning::SexDiffers);
    }
    list.sort_unstable();
    list
}

/// A number of 15 digits as 18: the century of its time, and the check digit.
fn extended(number: &str) -> String {
    let first = format!("{}19{}", &number[..6], &number[6..]);
    let check = check_digit(&first).unwrap_or('X');
    format!("{first}{check}")
}

/// The first three and the last four characters, stars between: `110***********002X`. Short ones are stars only.
pub fn mask_number(number: &str) -> String {
    mask(number, 3, 4)
}

/// The first three and the last four digits of a phone number.
pub fn mask_phone(phone: &str) -> String {
    mask(phone, 3, 4)
}

/// The first character and one star, however long the name: `王*`.
pub fn mask_name(name: &str) -> String {
    name.trim().chars().next().map_or_else(String::new, |first| format!("{first}*"))
}

fn mask(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    let shown = |i: usize| length > head + tail && (i < head || i >= length - tail);
    text.chars().enumerate().map(|(i, c)| if shown(i) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdWarning::{Age, BirthDiffers, Character, CheckDigit, Date, Legacy, Length, Region, SexDiffers, Unborn};
    use proptest::prelude::*;

    fn date(text: &str) -> CivilDate {
        CivilDate::parse(text).unwrap()
    }

    /// Typed, birth, sex, what is odd.
    type Row = (&'static str, Option<&'static str>, Option<&'static str>, &'static [IdWarning]);

    #[test]
    fn what_numbers_say() {
        // typed                    birth              sex        odd
        let rows: [Row; 12] = [
            ("11010519491231002X", Some("1949-12-31"), Some("2"), &[]),
            ("440524188001010014", Some("1880-01-01"), Some("1"), &[]),
            ("１１０１０５１９４９１２３１００２ｘ", Some("1949-12-31"), Some("2"), &[]),
            ("110105 19491231 002x", Some("1949-12-31"), Some("2"), &[]),
            ("995954195103054883", Some("1951-03-05"), Some("2"), &[]),
            ("110105194912310021", Some("1949-12-31"), Some("2"), &[CheckDigit]),
            ("110105491231002", Some("1949-12-31"), Some("2"), &[Legacy]),
            ("110105194902310022", None, Some("2"), &[Date, CheckDigit]),
            ("000105194912310025", Some("1949-12-31"), Some("2"), &[Region, CheckDigit]),
            ("1101051949123100", None, None, &[Length]),
            ("11010519491231O02X", None, None, &[Character]),
            ("", None, None, &[Length]),
        ];
        for (text, birth, sex, odd) in rows {
            let reading = read(text);
            assert_eq!(reading.birth, birth.map(date), "{text}");
            assert_eq!(reading.sex, sex, "{text}");
            assert_eq!(reading.warnings, odd, "{text}");
        }
        assert_eq!(read("110105491231002").full.as_deref(), Some("11010519491231002X"));
    }

    #[test]
    fn the_form_beside_it() {
        let (number, today) = ("11010519491231002X", Some(date("2024-01-01")));
        assert_eq!(warnings(number, today, Some(date("1949-12-31")), Some("2")), []);
        assert_eq!(warnings(number, today, Some(date("1949-12-30")), Some("1")), [BirthDiffers, SexDiffers]);
        assert_eq!(warnings(number, today, None, Some("9")), [], "not stated is no contradiction");
        assert_eq!(warnings(number, Some(date("1949-12-30")), None, None), [Unborn]);
        assert_eq!(warnings("440524188001010014", today, None, None), [Age]);
    }

    #[test]
    fn masks() {
        assert_eq!(mask_number("11010519491231002X"), "110***********002X");
        assert_eq!(mask_number("1101051"), "*******");
        assert_eq!(mask_phone("13812345678"), "138****5678");
        assert_eq!(mask_name("王小明"), "王*");
        assert_eq!(mask_name(""), "");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_or_a_swap_is_noticed(first in "[1-9][0-9]{16}", at in 0usize..17, other in 0u8..10, swap in 0usize..16) {
            let check = check_digit(&first).unwrap();
            let with = |digits: &[u8]| read(&format!("{}{check}", String::from_utf8_lossy(digits))).warnings.contains(&CheckDigit);
            let mut digits = first.clone().into_bytes();
            prop_assert!(!with(&digits));
            digits[at] = b'0' + other;
            prop_assert_eq!(with(&digits), first.as_bytes()[at] != digits[at]);
            let mut digits = first.clone().into_bytes();
            digits.swap(swap, swap + 1);
            prop_assert_eq!(with(&digits), first.as_bytes() != digits.as_slice());
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,24}") {
            let reading = read(&text);
            prop_assert_eq!(normalize(&reading.number), reading.number.clone());
            prop_assert_eq!(mask_number(&text).chars().count(), text.chars().count());
        }
    }
}
