//! Deadlines: when something is due, from when on it is warned of, and how it stands.
//!
//! Owns the search for the first moment at which a limit has run. Refuses to change a limit: who extends hands in a longer
//! one. Invariant: start ≤ warning ≤ due.

use super::Office;
use super::limit::{Limit, TimeUnit};
use super::pause::Pauses;
use crate::limits;
use crate::time::Timestamp;

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Deadline {
    /// The last moment in time.
    pub due: Timestamp,
    /// From when on it is warned of.
    pub warn_at: Timestamp,
    /// Years on the way of which nobody said which days are off: the deadline may move when somebody does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_years: Vec<i32>,
}

/// Why there is no deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unending {
    /// The clock stands since then.
    #[error("the clock stands")]
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// The office never works so long.
    #[error("the office never works so long")]
    NoWorkTime,
}

impl Unending {
    /// The stable code that shells have words for.
    pub const fn clock_code(self) -> &'static str {
        match self {
            Self::Paused { .. } => "paused",
            Self::NoWorkTime => "no_work_time",
        }
    }
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Finished in time.
    InTime,
    /// Finished, too late.
    Late,
    /// It stands.
    Paused,
    /// It runs.
    Running,
    /// It runs, and is soon due.
    Warned,
    /// It is overdue.
    Overdue,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::InTime, Self::Late, Self::Paused, Self::Running, Self::Warned, Self::Overdue];

    /// The stable code that shells have words for.
    pub const fn clock_code(self) -> &'static str {
        match self {
            Self::InTime => "in_time",
            Self::Late => "late",
            Self::Paused => "paused",
            Self::Running => "running",
            Self::Warned => "warned",
            Self::Overdue => "overdue",
        }
    }
}

impl Deadline {
    /// When something is due that started then: the first moment at which the limit has run, without the pauses.
    ///
    /// Hours are exact. Days are counted as the Civil Code counts them (articles 201 and 203): not the day on which the
    /// clock starts, and the last until the office closes, a natural day until midnight; a day of which the clock stood for
    /// any time does not count.
    ///
    /// # Examples
    /// ```
    /// use gridwalk_model::Timestamp;
    /// use gridwalk_model::civil_date::CivilDate;
    /// use gridwalk_model::work_time::{Deadline, Limit, Office, Pauses, TimeUnit, Zone};
    ///
    /// let at = |month, day, hour: i64, minute: i64| {
    ///     let day = CivilDate::new(2024, month, day).unwrap().days();
    ///     Timestamp::of_china_day(day).plus_ms((hour * 60 + minute) * 60_000)
    /// };
    /// // Three working days from Thursday, 9 May 2024; Saturday the 11th makes up for the holiday.
    /// let limit = Limit::of(3, TimeUnit::Workday);
    /// let deadline = Deadline::of(limit, at(5, 9, 15, 0), Office::shipped(), &Pauses::none()).unwrap();
    /// assert_eq!(deadline.due, at(5, 13, 17, 30));
    /// ```
    pub fn of(limit: Limit, from: Timestamp, office: Office<'_>, pauses: &Pauses) -> Result<Self, Unending> {
        let none = || match pauses.open_since() {
            Some(since) => Unending::Paused { since },
            None => Unending::NoWorkTime,
        };
        let (warn_at, due) = if limit.unit.is_days() {
            office.last_day(limit, from, pauses).ok_or_else(none)?
        } else {
            let full = limit.in_full();
            let due = office.ran_for(limit.unit, full, from, pauses).ok_or_else(none)?;
            let warned = full * limits::WARN_AFTER_PERCENT / 100;
            (office.ran_for(limit.unit, warned, from, pauses).unwrap_or(due), due)
        };
        let by_calendar = matches!(limit.unit, TimeUnit::WorkHour | TimeUnit::Workday);
        let missing_years = if by_calendar { office.missing_years(from, due) } else { Vec::new() };
        Ok(Self { due, warn_at, missing_years })
    }

    /// A deadline that people agreed on: a moment, whatever the office's hours.
    pub fn agreed(from: Timestamp, due: Timestamp) -> Self {
        let span = due.0.saturating_sub(from.0).max(0);
        // Divided first: a span of years times a hundred is still a number, one of all times is not.
        let warned = span / 100 * limits::WARN_AFTER_PERCENT + span % 100 * limits::WARN_AFTER_PERCENT / 100;
        Self { due, warn_at: from.plus_ms(warned).min(due), missing_years: Vec::new() }
    }

    /// How it stands now, or stood when it was finished.
    pub fn standing(&self, now: Timestamp, finished: Option<Timestamp>) -> Standing {
        match finished {
            Some(at) if at <= self.due => Standing::InTime,
            Some(_) => Standing::Late,
            None if now > self.due => Standing::Overdue,
            None if now >= self.warn_at => Standing::Warned,
            None => Standing::Running,
        }
    }
}

impl Office<'_> {
    /// The first moment at which a clock of hours ran for so many milliseconds.
    fn ran_for(&self, unit: TimeUnit, wanted_ms: i64, from: Timestamp, pauses: &Pauses) -> Option<Timestamp> {
        if wanted_ms <= 0 {
            return Some(from);
        }
        let horizon = from.plus_days(limits::DEADLINE_DAYS_MAX);
        let (mut left, mut found) = (wanted_ms, None);
        self.each_running(unit, from, horizon, pauses, |begin, end| {
            let ms = end.0.saturating_sub(begin.0);
            if ms >= left {
                found = Some(begin.plus_ms(left));
                return false;
            }
            left -= ms;
            true
        });
        found
    }

    /// When the last day of a limit opens and closes; both the start for a limit of none.
    fn last_day(&self, limit: Limit, from: Timestamp, pauses: &Pauses) -> Option<(Timestamp, Timestamp)> {
        if limit.amount == 0 {
            return Some((from, from));
        }
        let first = self.first_day(from) + 1;
        let counted = (first..first + limits::DEADLINE_DAYS_MAX)
            .filter_map(|day| self.day_of(limit.unit, day, pauses).map(|(opens, closes)| (opens.max(from), closes)));
        counted.into_iter().nth(usize::try_from(limit.amount).ok()? - 1)
    }
}
