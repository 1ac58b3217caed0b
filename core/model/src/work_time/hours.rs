//! Hours: when an office works, by weekday, on make-up days and on holidays, and since when.
//!
//! Owns the dated versions and the choice among them. Refuses to know which days are off. Invariant: the spans of a day are
//! in order and do not overlap.

use super::calendar::DayKind;
use super::weekday;
use crate::code_set;
use crate::rule_table;
use std::sync::LazyLock;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 1440;

/// A span of a day, in minutes of it; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    begin: u16,
    end: u16,
}

impl Span {
    /// From midnight to midnight.
    pub const WHOLE_DAY: Self = Self { begin: 0, end: DAY_MINUTES };

    /// A span, if it begins before it ends and ends within the day.
    pub const fn new(begin: u16, end: u16) -> Option<Self> {
        if begin < end && end <= DAY_MINUTES { Some(Self { begin, end }) } else { None }
    }

    /// When it begins.
    pub const fn begin(self) -> u16 {
        self.begin
    }

    /// When it ends.
    pub const fn end(self) -> u16 {
        self.end
    }
}

/// A sort of day with hours of its own: `0` to `6` Monday to Sunday, `7` a make-up day, `8` a holiday.
pub type Slot = usize;
/// A day that is worked in place of another.
pub const MAKE_UP: Slot = 7;
/// A holiday.
pub const HOLIDAY: Slot = 8;
/// How many sorts there are.
pub const SLOTS: usize = 9;

/// The hours of a week, of make-up days and of holidays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Week {
    slots: [Vec<Span>; SLOTS],
}

impl Week {
    /// These hours; spans that overlap or touch become one.
    pub fn new(hours: impl IntoIterator<Item = (Slot, Span)>) -> Self {
        let mut week = Self::default();
        for (slot, span) in hours {
            if let Some(spans) = week.slots.get_mut(slot) {
                spans.push(span);
            }
        }
        for spans in &mut week.slots {
            spans.sort_unstable();
            spans.dedup_by(|later, earlier| {
                let one = later.begin <= earlier.end;
                if one {
                    earlier.end = earlier.end.max(later.end);
                }
                one
            });
        }
        week
    }

    /// The hours of one sort of day.
    pub fn slot(&self, slot: Slot) -> &[Span] {
        self.slots.get(slot).map_or(&[], Vec::as_slice)
    }

    /// The hours of a day. A make-up day has its own, else those of the week's first day that has any: the notices say that
    /// people work, and no more.
    pub fn on(&self, day: i64, kind: Option<DayKind>) -> &[Span] {
        match kind {
            None => self.slot(weekday(day)),
            Some(DayKind::Holiday) => self.slot(HOLIDAY),
            Some(DayKind::MakeUp) => {
                let own = self.slots.get(MAKE_UP).into_iter().chain(&self.slots);
                own.into_iter().find(|spans| !spans.is_empty()).map_or(&[], Vec::as_slice)
            }
        }
    }
}

/// The hours of an office through the years.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OfficeHours {
    /// The first day of each version, in order.
    versions: Vec<(i64, Week)>,
}

impl OfficeHours {
    /// Hours that hold from these days on; the first also before its day. Of two for one day the later in the list holds.
    pub fn new(versions: impl IntoIterator<Item = (i64, Week)>) -> Self {
        let mut sorted: Vec<(i64, Week)> = Vec::new();
        for (from, week) in versions {
            sorted.retain(|(day, _)| *day != from);
            sorted.push((from, week));
        }
        sorted.sort_by_key(|(from, _)| *from);
        Self { versions: sorted }
    }

    /// The hours that ship: an example, until an office says its own.
    pub fn shipped() -> &'static Self {
        static HOURS: LazyLock<OfficeHours> = LazyLock::new(|| {
            let rows = code_set::rows(include_str!("../../../../catalog/calendars/work_hours.csv"));
            rule_table::work_hours(rows.map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>()))
        });
        &HOURS
    }

    /// The versions, each with its first day.
    pub fn versions(&self) -> &[(i64, Week)] {
        &self.versions
    }

    /// The hours of a day.
    pub fn on(&self, day: i64, kind: Option<DayKind>) -> &[Span] {
        let past = self.versions.partition_point(|(from, _)| *from <= day).saturating_sub(1);
        self.versions.get(past).map_or(&[], |(_, week)| week.on(day, kind))
    }
}
