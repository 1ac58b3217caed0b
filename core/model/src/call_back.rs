//! Call back: when to knock again where nobody answered.
//!
//! Owns the hours of a week in which people are visited, and the choice among them. Refuses to know doors and records:
//! attempts come in, with whether anybody answered. Invariant: what is proposed is still to come, lies in daytime or
//! early evening, and is no hour of the week in which somebody knocked in vain before.

use crate::time::Timestamp;
use std::collections::BTreeSet;

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;
/// Whoever knocked just now does not knock again sooner, milliseconds.
const PAUSE_MS: i64 = 120 * MINUTE_MS;

/// A part of the day in which people are visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// 8:30 to 11:30.
    Morning,
    /// 11:30 to 14:00.
    Noon,
    /// 14:00 to 17:30.
    Afternoon,
    /// 17:30 to 20:30.
    Evening,
}

impl Window {
    /// All of them, as the day goes.
    pub const ALL: [Self; 4] = [Self::Morning, Self::Noon, Self::Afternoon, Self::Evening];

    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Noon => "noon",
            Self::Afternoon => "afternoon",
            Self::Evening => "evening",
        }
    }

    /// When it begins and ends, minutes of the day.
    const fn minutes(self) -> (i64, i64) {
        match self {
            Self::Morning => (510, 690),
            Self::Noon => (690, 840),
            Self::Afternoon => (840, 1050),
            Self::Evening => (1050, 1230),
        }
    }

    /// When somebody who is sent in it knocks, minutes of the day.
    const fn knock_minute(self) -> i64 {
        match self {
            Self::Morning => 570,
            Self::Noon => 740,
            Self::Afternoon => 930,
            Self::Evening => 1140,
        }
    }
}

/// An hour of the week: a weekday, Monday being 0, and a part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Slot {
    /// The weekday, Monday being 0.
    pub weekday: u8,
    /// The part of the day.
    pub window: Window,
}

impl Slot {
    /// The hour of the week that a moment lies in, by China's clock; `None` at night.
    pub fn of(at: Timestamp) -> Option<Self> {
        let day = at.china_day();
        let minute = (at.0 - Timestamp::of_china_day(day).0) / MINUTE_MS;
        let window = Window::ALL.into_iter().find(|w| (w.minutes().0..w.minutes().1).contains(&minute))?;
        Some(Self { weekday: weekday(day), window })
    }

    const fn is_weekend(self) -> bool {
        self.weekday >= 5
    }
}

/// The weekday of a day since 1970-01-01, which was a Thursday; Monday is 0.
fn weekday(day: i64) -> u8 {
    u8::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

/// Who is visited: when somebody is likely to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// People live here.
    Home,
    /// People work here.
    Work,
}

/// Somebody knocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// Whether anybody answered.
    pub answered: bool,
}

/// Why that hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Somebody answered at that time of the day before.
    AnsweredThen,
    /// Somebody knocked on working days only: now on a weekend.
    Weekend,
    /// Somebody knocked at other times of the day only.
    OtherTime,
    /// Somebody knocked at that time of the day, on another weekday.
    OtherDay,
}

impl Reason {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AnsweredThen => "answered_then",
            Self::Weekend => "weekend",
            Self::OtherTime => "other_time",
            Self::OtherDay => "other_day",
        }
    }
}

/// When to knock again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Proposal {
    /// When.
    pub at: Timestamp,
    /// The hour of the week that it lies in.
    pub slot: Slot,
    /// Why then.
    pub reason: Reason,
    /// How often somebody knocked in vain.
    pub in_vain: usize,
}

/// When to knock again after these attempts, in whatever order; `None` where nobody knocked in vain since the last
/// answer, and where every hour of the week was tried: then another way than knocking is called for.
pub fn propose(attempts: &[Attempt], habit: Habit, now: Timestamp) -> Option<Proposal> {
    let answered = attempts.iter().filter(|a| a.answered).map(|a| a.at).max();
    let last_failed = attempts.iter().filter(|a| !a.answered).map(|a| a.at).max()?;
    if answered.is_some_and(|at| at >= last_failed) {
        return None;
    }
    let slots = |answered: bool| -> Vec<Slot> {
        attempts.iter().filter(|a| a.answered == answered).filter_map(|a| Slot::of(a.at)).collect()
    };
    let known = Known { failed: slots(false), answered: slots(true), habit };
    let tried: BTreeSet<Slot> = known.failed.iter().copied().collect();
    let earliest = now.max(last_failed.plus_ms(PAUSE_MS));
    let all = (0..7_u8).flat_map(|weekday| Window::ALL.map(|window| Slot { weekday, window }));
    let open = all.filter(|slot| !tried.contains(slot)).map(|slot| (next(slot, earliest), slot));
    let best = open.max_by_key(|(at, slot)| (known.worth(*slot, at.china_day() - earliest.china_day()), -at.0))?;
    let in_vain = attempts.iter().filter(|a| !a.answered && answered.is_none_or(|at| a.at > at)).count();
    Some(Proposal { at: best.0, slot: best.1, reason: known.reason(best.1), in_vain })
}

/// The next time that a slot's knock comes up, after a moment.
fn next(slot: Slot, after: Timestamp) -> Timestamp {
    let today = after.china_day();
    let days = i64::from((slot.weekday + 7 - weekday(today)) % 7);
    let at = |day: i64| Timestamp::of_china_day(day).plus_ms(slot.window.knock_minute() * MINUTE_MS);
    let first = at(today + days);
    if first > after { first } else { at(today + days + 7) }
}

/// What earlier attempts say.
struct Known {
    failed: Vec<Slot>,
    answered: Vec<Slot>,
    habit: Habit,
}

impl Known {
    /// How much an hour is worth that lies so many days ahead.
    fn worth(&self, slot: Slot, days_ahead: i64) -> i64 {
        let count = |list: &[Slot], like: &dyn Fn(&Slot) -> bool| -> i64 {
            i64::try_from(list.iter().filter(|s| like(s)).count().min(20)).unwrap_or_default()
        };
        let same_window = |s: &Slot| s.window == slot.window;
        let same_days = |s: &Slot| s.is_weekend() == slot.is_weekend();
        let both = |s: &Slot| same_window(s) && same_days(s);
        let answered = 6 * count(&self.answered, &both) + 4 * count(&self.answered, &same_window);
        let failed = 5 * count(&self.failed, &both)
            + 3 * count(&self.failed, &same_window)
            + 2 * count(&self.failed, &same_days);
        let likely = match (self.habit, slot.window, slot.is_weekend()) {
            (Habit::Home, Window::Evening, _) | (Habit::Work, Window::Morning | Window::Afternoon, false) => 6,
            (Habit::Home, Window::Noon, _) | (Habit::Home, _, true) | (Habit::Work, Window::Noon, false) => 3,
            _ => 0,
        };
        answered - failed + likely - days_ahead
    }

    fn reason(&self, slot: Slot) -> Reason {
        if self.answered.iter().any(|s| s.window == slot.window) {
            Reason::AnsweredThen
        } else if slot.is_weekend() && !self.failed.is_empty() && self.failed.iter().all(|s| !s.is_weekend()) {
            Reason::Weekend
        } else if self.failed.iter().all(|s| s.window != slot.window) {
            Reason::OtherTime
        } else {
            Reason::OtherDay
        }
    }
}

#[cfg(test)]
mod tests;
