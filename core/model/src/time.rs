//! Time as the record knows it: milliseconds since 1970 UTC, given from outside.
//!
//! Owns the formula of the effective time. Refuses to ask a clock. Invariant: time orders what is shown; it never
//! decides what is kept.

use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// How far China's day is ahead of UTC, milliseconds.
const CHINA_MS: i64 = 8 * 3_600_000;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// The day on the calendars of China, days since 1970-01-01.
    pub const fn china_day(self) -> i64 {
        self.0.saturating_add(CHINA_MS).div_euclid(DAY_MS)
    }

    /// When a day of China's calendars begins; the day counts from 1970-01-01.
    pub const fn of_china_day(day: i64) -> Self {
        Self(day.saturating_mul(DAY_MS).saturating_sub(CHINA_MS))
    }

    /// The year on the calendars of China.
    pub fn china_year(self) -> i64 {
        crate::civil_date::CivilDate::from_days(self.china_day()).map_or(0, |date| i64::from(date.year()))
    }

    /// This moment moved by so many days of 24 hours, held at the ends of the range.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_ms(days.saturating_mul(DAY_MS))
    }

    /// This moment moved by so many milliseconds, held at the ends of the range.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.0)
    }
}

/// The time at which a change counts: what its writer's clock said, held between the last server time that the writer
/// knew and the moment of receipt, and never below the changes of its own replica that it has seen.
pub fn effective(
    typed_at: Timestamp,
    heard: Timestamp,
    received_at: Timestamp,
    own_seen: impl IntoIterator<Item = Timestamp>,
) -> Timestamp {
    let clamped = typed_at.max(heard).min(received_at);
    own_seen.into_iter().fold(clamped, Timestamp::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    const T: fn(i64) -> Timestamp = Timestamp;

    #[test]
    fn a_lying_clock_is_held_between_heard_and_received() {
        assert_eq!(effective(T(4_000_000), T(10), T(50), []), T(50), "2099");
        assert_eq!(effective(T(-4_000_000), T(10), T(50), []), T(10), "1970");
        assert_eq!(effective(T(20), T(10), T(50), []), T(20));
        assert_eq!(effective(T(20), T(10), T(50), [T(30)]), T(30), "not below its own");
    }
}
