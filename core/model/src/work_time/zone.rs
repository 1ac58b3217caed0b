//! Zones: how far a place's clocks are ahead of UTC, and since when.
//!
//! Owns the way from moments to days and hours of the day and back. Refuses to know rules of summer time: a zone is the
//! table of what its clocks did. Invariant: an hour that clocks show twice is two hours of time, and one that they leave out
//! is none.

use super::hours::Span;
use crate::civil_date::CivilDate;
use crate::code_set;
use crate::time::{DAY_MS, Timestamp};
use std::borrow::Cow;
use std::sync::LazyLock;

const MINUTE_MS: i64 = 60_000;

/// A place's clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// How far they are ahead of UTC before the first of the changes, milliseconds.
    first_ms: i64,
    /// Since when they are ahead by how much, milliseconds, in order.
    changes: Cow<'static, [(Timestamp, i64)]>,
}

impl Zone {
    /// China: eight hours ahead, all year.
    pub const CHINA: Self = Self { first_ms: 480 * MINUTE_MS, changes: Cow::Borrowed(&[]) };

    /// Clocks that were so many minutes ahead of UTC at first, and others since each of these moments.
    pub fn new(first_minutes: i64, changes: impl IntoIterator<Item = (Timestamp, i64)>) -> Self {
        let mut changes: Vec<_> =
            changes.into_iter().map(|(since, minutes)| (since, minutes.saturating_mul(MINUTE_MS))).collect();
        changes.sort_unstable();
        Self { first_ms: first_minutes.saturating_mul(MINUTE_MS), changes: Cow::Owned(changes) }
    }

    /// A zone that ships, by its name in the tz database: `Asia/Shanghai`, `America/New_York`.
    pub fn named(name: &str) -> Option<&'static Self> {
        static ZONES: LazyLock<Vec<(&'static str, Zone)>> = LazyLock::new(shipped);
        ZONES.iter().find(|(of, _)| *of == name).map(|(_, zone)| zone)
    }

    /// How far the clocks are ahead of UTC at a moment, milliseconds.
    fn ahead_ms(&self, at: Timestamp) -> i64 {
        let past = self.changes.partition_point(|(since, _)| *since <= at);
        past.checked_sub(1).and_then(|i| self.changes.get(i)).map_or(self.first_ms, |(_, ms)| *ms)
    }

    /// The day of a moment, days since 1970-01-01.
    pub fn day(&self, at: Timestamp) -> i64 {
        at.0.saturating_add(self.ahead_ms(at)).div_euclid(DAY_MS)
    }

    /// When a day begins.
    pub fn begins(&self, day: i64) -> Timestamp {
        let first = self.parts(day, Span::WHOLE_DAY).into_iter().min();
        first.map_or(Timestamp(day.saturating_mul(DAY_MS).saturating_sub(self.first_ms)), |(begin, _)| begin)
    }

    /// The moments at which clocks show a span of a day: usually one piece; none for an hour that is left out, two for one
    /// that is shown twice.
    pub fn parts(&self, day: i64, span: Span) -> Vec<(Timestamp, Timestamp)> {
        let wall = |minute: u16| day.saturating_mul(DAY_MS).saturating_add(i64::from(minute) * MINUTE_MS);
        let (begin, end) = (wall(span.begin()), wall(span.end()));
        let near = |ms: i64| self.changes.partition_point(|(since, _)| since.0 <= ms);
        // No clock on earth is farther from UTC than a day.
        let (first, last) = (near(begin.saturating_sub(DAY_MS)), near(end.saturating_add(DAY_MS)));
        let piece = |n: usize| {
            let since = n.checked_sub(1).and_then(|i| self.changes.get(i));
            let (since, ahead) = since.map_or((i64::MIN, self.first_ms), |(since, ms)| (since.0, *ms));
            let until = self.changes.get(n).map_or(i64::MAX, |(until, _)| until.0);
            let (from, to) = (begin.saturating_sub(ahead).max(since), end.saturating_sub(ahead).min(until));
            (from < to).then_some((Timestamp(from), Timestamp(to)))
        };
        (first..=last).filter_map(piece).collect()
    }
}

fn shipped() -> Vec<(&'static str, Zone)> {
    let mut zones: Vec<(&'static str, Zone)> = Vec::new();
    for line in code_set::rows(include_str!("../../../../catalog/calendars/zones.csv")) {
        let mut cells = line.split(',');
        let (Some(name), Some(since), Some(minutes)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let Ok(minutes) = minutes.parse::<i64>() else { continue };
        let change = (moment(since), minutes.saturating_mul(MINUTE_MS));
        match (zones.last_mut(), change) {
            (Some((of, zone)), (Some(since), ms)) if *of == name => zone.changes.to_mut().push((since, ms)),
            _ => zones.push((name, Zone::new(minutes, []))),
        }
    }
    zones
}

/// A moment of UTC as the table has it: `2011-03-13T07:00Z`; none for `-`, the time before all others.
fn moment(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (hour, minute) = time.split_once(':')?;
    let minutes = hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?;
    Some(Timestamp(CivilDate::parse(date)?.days() * DAY_MS + minutes * MINUTE_MS))
}
