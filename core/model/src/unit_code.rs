//! Codes of units: significant digits only inside, zero-padded at the edge.
//!
//! Owns the canonical form, levels by length and the way to the code above. Refuses to say which codes exist: a code
//! is a dated attribute of a unit, and a unit outlives it.
//! Invariant: one place has one canonical code, whatever padding it came in with.
//!
//! Lengths are those of GB/T 2260 and the statistical division codes (2 + 2 + 2 + 3 + 3), with three digits for a
//! grid and two for a micro-grid below. A department is the code of its unit, `-D` and two digits; a villagers' group that
//! of its village, `-G` and two digits: neither has digits of its own in any standard.

use std::fmt;
use std::str::FromStr;

/// Digits up to and with each level: province, city, county, township, village, grid, micro-grid.
const LENGTHS: [usize; 7] = [2, 4, 6, 9, 12, 15, 17];

/// Digits of a village's code.
const VILLAGE_DIGITS: usize = 12;

/// The level of a unit in the organisation tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 市.
    City,
    /// 县（区）.
    County,
    /// 乡镇（街道）.
    Township,
    /// 村（社区）.
    Village,
    /// 网格.
    Grid,
    /// 微网格.
    MicroGrid,
    /// 部门: a department of the unit above it.
    Department,
    /// 村民小组.
    Group,
}

impl Level {
    /// All levels, the highest first.
    pub const ALL: [Self; 8] = [
        Self::City,
        Self::County,
        Self::Township,
        Self::Village,
        Self::Grid,
        Self::MicroGrid,
        Self::Department,
        Self::Group,
    ];

    /// Its name in data and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
            Self::Grid => "grid",
            Self::MicroGrid => "micro_grid",
            Self::Department => "department",
            Self::Group => "group",
        }
    }

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.name() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A unit's code in its canonical form. Order: every unit comes right before what is below it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitCode {
    digits: String,
    branch: Option<(Branch, u8)>,
}

/// What a code names beside the digits' own unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Branch {
    Department,
    Group,
}

impl Branch {
    const fn letter(self) -> char {
        match self {
            Self::Department => 'D',
            Self::Group => 'G',
        }
    }
}

/// A text was not a unit's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAUnitCode {
    /// Something else than digits (and `-D` or `-G` with two digits).
    #[error("unit code has a character that is no digit")]
    NoDigit,
    /// No length that a code, padded or not, can have.
    #[error("unit code has a length that no level has")]
    Length,
    /// Begins with 00, or is all zeros.
    #[error("unit code begins with zeros")]
    Zero,
    /// A number of a department or group that is not 01 to 99.
    #[error("number of a department or group is not 01 to 99")]
    Department,
}

impl UnitCode {
    /// Reads a code in any padding: `3207`, `320700000000` and `３２０７００` are the same.
    pub fn parse(text: &str) -> Result<Self, NotAUnitCode> {
        let text: String = text.trim().chars().map(half_width).collect();
        let (digits, branch) = match text.split_once('-') {
            None => (text.as_str(), None),
            Some((digits, rest)) => (digits, Some(branch(rest)?)),
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAUnitCode::NoDigit);
        }
        if !LENGTHS.contains(&digits.len()) {
            return Err(NotAUnitCode::Length);
        }
        if digits.starts_with("00") {
            return Err(NotAUnitCode::Zero);
        }
        let digits = without_zero_levels(digits).to_owned();
        if matches!(branch, Some((Branch::Group, _))) && digits.len() != VILLAGE_DIGITS {
            return Err(NotAUnitCode::Length);
        }
        Ok(Self { digits, branch })
    }

    /// The significant digits.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The department's number, if it is a department.
    pub const fn department_number(&self) -> Option<u8> {
        match self.branch {
            Some((Branch::Department, number)) => Some(number),
            _ => None,
        }
    }

    /// The code with zeros behind it up to `length` digits; a longer code stays as it is.
    pub fn padded(&self, length: usize) -> String {
        let digits = format!("{:0<length$}", self.digits);
        self.branch.map_or(digits.clone(), |(branch, number)| format!("{digits}-{}{number:02}", branch.letter()))
    }

    /// The level that the code itself shows; `None` for a province.
    pub fn level(&self) -> Option<Level> {
        match self.branch {
            Some((Branch::Department, _)) => return Some(Level::Department),
            Some((Branch::Group, _)) => return Some(Level::Group),
            None => {}
        }
        match self.digits.len() {
            4 => Some(Level::City),
            6 => Some(Level::County),
            9 => Some(Level::Township),
            12 => Some(Level::Village),
            15 => Some(Level::Grid),
            17 => Some(Level::MicroGrid),
            _ => None,
        }
    }

    /// The code of the unit above; `None` above a province. Cities without counties skip a level.
    pub fn parent(&self) -> Option<Self> {
        if self.branch.is_some() {
            return Some(Self { digits: self.digits.clone(), branch: None });
        }
        let length = LENGTHS.iter().rev().copied().find(|l| *l < self.digits.len())?;
        Some(Self { digits: without_zero_levels(&self.digits[..length]).to_owned(), branch: None })
    }

    /// Whether the other code lies below this one, or is it.
    pub fn covers(&self, other: &Self) -> bool {
        match self.branch {
            Some(_) => self == other,
            None => other.digits.starts_with(&self.digits),
        }
    }

    /// The code of the unit with that number (from 1) one level below; `None` where there is no level or number.
    pub fn child(&self, number: u16) -> Option<Self> {
        let length = LENGTHS.iter().copied().find(|l| *l > self.digits.len())?;
        let width = length - self.digits.len();
        let number = format!("{number:0width$}");
        let fits = self.branch.is_none() && number.len() == width && number.bytes().any(|b| b != b'0');
        fits.then(|| Self { digits: format!("{}{number}", self.digits), branch: None })
    }

    /// The code of this unit's department with that number, 1 to 99.
    pub fn department(&self, number: u8) -> Option<Self> {
        self.beside(Branch::Department, number)
    }

    /// The code of this village's group with that number, 1 to 99.
    pub fn group(&self, number: u8) -> Option<Self> {
        self.beside(Branch::Group, number).filter(|_| self.digits.len() == VILLAGE_DIGITS)
    }

    fn beside(&self, branch: Branch, number: u8) -> Option<Self> {
        let fits = self.branch.is_none() && (1..=99).contains(&number);
        fits.then(|| Self { digits: self.digits.clone(), branch: Some((branch, number)) })
    }
}

impl fmt::Display for UnitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.padded(0))
    }
}

impl FromStr for UnitCode {
    type Err = NotAUnitCode;
    fn from_str(text: &str) -> Result<Self, NotAUnitCode> {
        Self::parse(text)
    }
}

impl serde::Serialize for UnitCode {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for UnitCode {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A full-width character as its half-width twin; others as they are.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn branch(text: &str) -> Result<(Branch, u8), NotAUnitCode> {
    let mut chars = text.chars();
    let branch = match chars.next() {
        Some('D' | 'd') => Branch::Department,
        Some('G' | 'g') => Branch::Group,
        _ => return Err(NotAUnitCode::NoDigit),
    };
    let digits = chars.as_str();
    if digits.len() != 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotAUnitCode::Department);
    }
    digits.parse().ok().filter(|n| *n > 0).map(|n| (branch, n)).ok_or(NotAUnitCode::Department)
}

/// Cuts levels that are all zeros from the end.
fn without_zero_levels(digits: &str) -> &str {
    let mut end = digits.len();
    while let Some(above) = LENGTHS.iter().rev().copied().find(|l| *l < end) {
        if digits[above..end].bytes().any(|b| b != b'0') {
            break;
        }
        end = above;
    }
    &digits[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> UnitCode {
        UnitCode::parse(text).unwrap()
    }

    #[test]
    fn padding_is_for_the_edge() {
        // what came in            canonical            level                     above
        let rows = [
            ("320700000000", "3207", Some(Level::City), "32"),
            (" 320703 ", "320703", Some(Level::County), "3207"),
            ("320703001000", "320703001", Some(Level::Township), "320703"),
            ("320703001001", "320703001001", Some(Level::Village), "320703001"),
            ("320703001001000", "320703001001", Some(Level::Village), "320703001"),
            ("320703001001012", "320703001001012", Some(Level::Grid), "320703001001"),
            ("32070300100101200", "320703001001012", Some(Level::Grid), "320703001001"),
            ("32070300100101203", "32070300100101203", Some(Level::MicroGrid), "320703001001012"),
            ("３２０７７１", "320771", Some(Level::County), "3207"),
            ("441900003000", "441900003", Some(Level::Township), "4419"),
            ("320703000000-d05", "320703-D05", Some(Level::Department), "320703"),
            ("320706102211-g08", "320706102211-G08", Some(Level::Group), "320706102211"),
        ];
        for (text, canonical, level, above) in rows {
            assert_eq!(code(text).to_string(), canonical);
            assert_eq!(code(text).level(), level, "{text}");
            assert_eq!(code(text).parent(), Some(code(above)), "{text}");
        }
        assert_eq!(code("32").level(), None);
        assert_eq!(code("32").parent(), None);
        assert_eq!(code("3207").padded(12), "320700000000");
        assert_eq!(code("3207-D01").padded(12), "320700000000-D01");
    }

    #[test]
    fn what_is_no_code_is_said() {
        let rows = [
            ("", NotAUnitCode::Length),
            ("3", NotAUnitCode::Length),
            ("3207031", NotAUnitCode::Length),
            ("32070A", NotAUnitCode::NoDigit),
            ("000000000000", NotAUnitCode::Zero),
            ("3207-D1", NotAUnitCode::Department),
            ("3207-D00", NotAUnitCode::Department),
            ("3207-05", NotAUnitCode::NoDigit),
            ("3207-G01", NotAUnitCode::Length),
            ("320706102211-G00", NotAUnitCode::Department),
        ];
        for (text, why) in rows {
            assert_eq!(UnitCode::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn units_below() {
        let village = code("320703001001");
        assert_eq!(village.child(7), Some(code("320703001001007")));
        assert_eq!(village.child(0), None);
        assert_eq!(village.child(1000), None);
        assert_eq!(code("32070300100101203").child(1), None);
        assert_eq!(code("3207").department(5), Some(code("3207-D05")));
        assert_eq!(code("3207-D05").department(1), None);
        assert_eq!(village.group(3), Some(code("320703001001-G03")));
        assert_eq!(code("3207").group(3), None);
        assert!(village.covers(&code("320703001001-G03")));
    }

    proptest! {
        #[test]
        fn any_padding_means_the_same(level in 0usize..7, fill in "[1-9]{17}", department in proptest::option::of(1u8..=99)) {
            let plain = code(&fill[..LENGTHS[level]]);
            let one = department.and_then(|n| plain.department(n)).unwrap_or(plain);
            for length in LENGTHS {
                prop_assert_eq!(&code(&one.padded(length)), &one);
            }
            prop_assert_eq!(&code(&one.to_string()), &one);
        }

        #[test]
        fn what_is_below_is_covered(level in 0usize..6, fill in "[1-9][0-9]{16}", number in 1u16..=999) {
            let one = code(&fill[..LENGTHS[level]]);
            if let Some(below) = one.child(number) {
                prop_assert!(one.covers(&below) && !below.covers(&one) && one < below);
                prop_assert!(below.parent().is_some_and(|p| p.covers(&below)));
            }
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,24}") {
            if let Ok(one) = UnitCode::parse(&text) {
                prop_assert_eq!(code(&one.to_string()), one);
            }
        }
    }
}
