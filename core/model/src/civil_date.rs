//! Civil dates: year, month, day of the Gregorian calendar, and days since 1970-01-01 as values hold them.
//!
//! Owns the conversion. Refuses to know the day of today and time zones. Invariant: every date that exists has one
//! number of days, and back.

use crate::unit_code::half_width;
use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate {
    year: i32,
    month: u32,
    day: u32,
}

impl CivilDate {
    /// The date, if it exists, in the years 1 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let exists = (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
        exists.then_some(Self { year, month, day })
    }

    /// Reads `2024-02-29` or `20240229`, in full-width digits too.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_ascii() {
            let half: String = text.chars().map(half_width).collect();
            return if half.is_ascii() { Self::parse(half.trim()) } else { None };
        }
        let digits: String = match text.len() {
            8 => text.to_owned(),
            10 => {
                let parts: Vec<&str> = text.split('-').collect();
                let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
                (lengths == [4, 2, 2]).then(|| parts.concat())?
            }
            _ => return None,
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Self::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?)
    }

    /// The month of the year, from 1.
    pub const fn month(self) -> u32 {
        self.month
    }

    /// The day of the month, from 1.
    pub const fn day(self) -> u32 {
        self.day
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        // Years begin in March, so that the leap day is a year's last.
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    /// The date of so many days since 1970-01-01; `None` outside the years 1 to 9999.
    pub fn from_days(days: i64) -> Option<Self> {
        if !(-719_162..=2_932_896).contains(&days) {
            return None;
        }
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?)
    }

    /// The year.
    pub const fn year(self) -> i32 {
        self.year
    }

    /// Whole years from this date to a later one, as people count age.
    pub fn years_to(self, later: Self) -> i32 {
        later.year - self.year - i32::from((later.month, later.day) < (self.month, self.day))
    }
}

fn days_in(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days() {
        let rows = [
            ("1970-01-01", 0),
            ("2000-02-29", 11_016),
            ("19491231", -7306),
            ("2199-12-31", 84_005),
            ("1850-01-01", -43_829),
            ("１９７０－０１－０１", 0),
            ("１９７００１０１", 0),
        ];
        for (text, days) in rows {
            assert_eq!(CivilDate::parse(text).unwrap().days(), days, "{text}");
        }
        for text in ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-1-010", "２０２４年", ""] {
            assert_eq!(CivilDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn age_turns_on_the_birthday() {
        let born = CivilDate::new(1990, 5, 9).unwrap();
        assert_eq!(born.years_to(CivilDate::new(2020, 5, 8).unwrap()), 29);
        assert_eq!(born.years_to(CivilDate::new(2020, 5, 9).unwrap()), 30);
    }

    proptest! {
        #[test]
        fn days_and_back(days in -719_162i64..=2_932_896) {
            let date = CivilDate::from_days(days).unwrap();
            prop_assert_eq!(date.days(), days);
            prop_assert_eq!(CivilDate::parse(&date.to_string()), Some(date));
            if let Some(next) = CivilDate::from_days(days + 1) {
                prop_assert!(date < next);
            }
        }
    }
}
