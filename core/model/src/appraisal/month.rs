//! Months of the calendar, as they are appraised.
//!
//! Owns their order and their text. Refuses to know today. Invariant: a moment lies in one month, that of China's calendars.

use crate::civil_date::CivilDate;
use crate::time::Timestamp;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// A month: months since the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

/// A text was not a month as people write it: `2026-10`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a month: {0:?}")]
pub struct NotAMonth(pub String);

impl Month {
    /// The month of a moment.
    pub fn of(at: Timestamp) -> Self {
        Self::of_day(at.china_day())
    }

    /// The month of a day, days since 1970-01-01; the last one that there is for days beyond.
    pub fn of_day(day: i64) -> Self {
        let months = |date: CivilDate| Self(date.year() * 12 + i32::try_from(date.month()).unwrap_or(1) - 1);
        CivilDate::from_days(day).map_or(Self(if day < 0 { 12 } else { 119_999 }), months)
    }

    /// From its number in tables.
    pub const fn from_index(index: i32) -> Self {
        Self(index)
    }

    /// Its number in tables: they sort like months.
    pub const fn index(self) -> i32 {
        self.0
    }

    /// This month moved by so many.
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// The first day, days since 1970-01-01.
    pub fn first_day(self) -> i64 {
        let (year, month) = (self.0.div_euclid(12), self.0.rem_euclid(12).unsigned_abs() + 1);
        CivilDate::new(year, month, 1).map_or(0, CivilDate::days)
    }

    /// Its days, since 1970-01-01.
    pub fn days(self) -> Range<i64> {
        self.first_day()..self.plus(1).first_day()
    }

    /// When it begins.
    pub fn begins(self) -> Timestamp {
        Timestamp::of_china_day(self.first_day())
    }

    /// When it is over: the next one's first moment.
    pub fn ends(self) -> Timestamp {
        self.plus(1).begins()
    }

    /// So many months in order, this one the last.
    pub fn and_before(self, months: i32) -> impl Iterator<Item = Self> {
        (1 - months..=0).map(move |back| self.plus(back))
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let read = || {
            let (year, month) = text.trim().split_once('-')?;
            let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
            let sound = year.len() == 4 && (1..=2).contains(&month.len()) && digits(year) && digits(month);
            let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
            (sound && year > 0 && (1..=12).contains(&month)).then_some(Self(year * 12 + month - 1))
        };
        read().ok_or_else(|| NotAMonth(text.to_owned()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_chinas_calendars() {
        let month: Month = "2026-10".parse().unwrap();
        assert_eq!((month.to_string().as_str(), month.plus(3).to_string().as_str()), ("2026-10", "2027-01"));
        assert_eq!(
            (Month::of(month.begins()), Month::of(month.ends().plus_ms(-1)), Month::of(month.ends())),
            (month, month, month.plus(1))
        );
        assert_eq!(month.begins(), Timestamp::of_china_day(CivilDate::parse("2026-10-01").unwrap().days()));
        let six: Vec<String> = month.and_before(6).map(|m| m.to_string()).collect();
        assert_eq!(six, ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]);
        assert_eq!("2026-9".parse::<Month>().unwrap().to_string(), "2026-09");
        assert!(
            ["2026-13", "2026", "26-10", "", "2026-1x", "0000-01"].iter().all(|text| text.parse::<Month>().is_err())
        );
        assert_eq!(serde_json::from_str::<Month>(&serde_json::to_string(&month).unwrap()).unwrap(), month);
    }
}
