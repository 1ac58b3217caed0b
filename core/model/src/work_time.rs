//! Work time: how long a matter has run and when it is due, by the hours of an office, holidays and make-up days.
//!
//! Owns the four units of time, deadlines, warnings, pauses and the time between two moments. Refuses to ask a clock or
//! a time zone's database: moments, hours, days off and the zone come in. Invariant: a deadline is the first moment at
//! which so much time has run, so a later start, a longer limit or a longer pause never makes it earlier, and two limits
//! one after the other are their sum.

pub mod calendar;
pub mod deadline;
pub mod hours;
pub mod limit;
pub mod pause;
#[cfg(test)]
mod tests;
pub mod zone;

pub use calendar::{Calendar, DayKind, SpecialDay};
pub use deadline::{Deadline, Standing, Unending};
pub use hours::{OfficeHours, Span, Week};
pub use limit::{Elapsed, Limit, TimeUnit};
pub use pause::Pauses;
pub use zone::Zone;

use crate::civil_date::CivilDate;
use crate::limits;
use crate::time::Timestamp;

/// The weekday of a day since 1970-01-01, which was a Thursday; Monday is 0.
pub(crate) fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

/// An office as its clock goes: in which zone, with which hours, by which holidays.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// Its zone.
    pub zone: &'a Zone,
    /// Its hours.
    pub hours: &'a OfficeHours,
    /// The holidays and make-up days by which it works.
    pub calendar: &'a Calendar,
}

/// What is shipped: China's zone, hours and holidays.
impl Office<'static> {
    /// An office of which nobody said anything else.
    pub fn shipped() -> Self {
        Self { zone: &Zone::CHINA, hours: OfficeHours::shipped(), calendar: Calendar::shipped() }
    }
}

impl Office<'_> {
    /// When it works on a day; empty on a day off.
    pub fn spans(&self, day: i64) -> Vec<(Timestamp, Timestamp)> {
        let kind = self.calendar.kind(day);
        let mut spans: Vec<_> = self.hours.on(day, kind).iter().flat_map(|span| self.zone.parts(day, *span)).collect();
        spans.sort_unstable();
        spans
    }

    /// Whether it works on a day.
    pub fn is_workday(&self, day: i64) -> bool {
        !self.spans(day).is_empty()
    }

    /// How much time of a unit has run between two moments without the pauses.
    pub fn elapsed(&self, unit: TimeUnit, from: Timestamp, to: Timestamp, pauses: &Pauses) -> Elapsed {
        let amount = if unit.is_days() {
            self.counted_days(unit, from, to, pauses)
        } else {
            let mut ms = 0;
            self.each_running(unit, from, to, pauses, |begin, end| {
                ms += end.0.saturating_sub(begin.0);
                true
            });
            ms
        };
        Elapsed { unit, amount: amount.unsigned_abs() }
    }

    /// The years between two moments, both counted, of which nobody said which days are off.
    pub fn missing_years(&self, from: Timestamp, to: Timestamp) -> Vec<i32> {
        let year = |at: Timestamp| CivilDate::from_days(self.zone.day(at)).map(CivilDate::year);
        let (Some(first), Some(last)) = (year(from), year(to)) else { return Vec::new() };
        (first..=last).filter(|year| !self.calendar.knows(*year)).collect()
    }

    /// The day in which a clock that starts then begins: its own last moment, midnight, still belongs to a day.
    fn first_day(&self, from: Timestamp) -> i64 {
        self.zone.day(from.plus_ms(-1))
    }

    /// The times of a day in which a clock of days runs, with the moment at which the day is over; none on a day that does
    /// not count.
    fn day_of(&self, unit: TimeUnit, day: i64, pauses: &Pauses) -> Option<(Timestamp, Timestamp)> {
        let spans = match unit {
            TimeUnit::Workday => self.spans(day),
            _ => vec![(self.zone.begins(day), self.zone.begins(day + 1))],
        };
        let whole = spans.iter().all(|(begin, end)| !pauses.touch(*begin, *end));
        let (opens, closes) = (spans.first()?.0, spans.iter().map(|(_, end)| *end).max()?);
        whole.then_some((opens, closes))
    }

    fn counted_days(&self, unit: TimeUnit, from: Timestamp, to: Timestamp, pauses: &Pauses) -> i64 {
        let (first, last) = (self.first_day(from) + 1, self.zone.day(to));
        let mut days = 0;
        for day in first..=last {
            days += i64::from(self.day_of(unit, day, pauses).is_some_and(|(_, closes)| closes <= to));
        }
        days
    }

    /// Hands over each piece of time in which a clock of hours runs, in order, until it is told to stop.
    fn each_running(
        &self,
        unit: TimeUnit,
        from: Timestamp,
        to: Timestamp,
        pauses: &Pauses,
        mut piece: impl FnMut(Timestamp, Timestamp) -> bool,
    ) {
        let mut clipped = |begin: Timestamp, end: Timestamp| {
            let (begin, end) = (begin.max(from), end.min(to));
            begin >= end || pauses.between(begin, end).into_iter().all(|(begin, end)| piece(begin, end))
        };
        if unit == TimeUnit::UrgentHour {
            clipped(from, to);
            return;
        }
        let last = self.zone.day(to).min(self.zone.day(from).saturating_add(limits::DEADLINE_DAYS_MAX));
        for day in self.zone.day(from)..=last {
            if !self.spans(day).into_iter().all(|(begin, end)| clipped(begin, end)) {
                return;
            }
        }
    }
}
