//! Proposed hours: as a table, then as laws over random attempts.

use super::*;
use crate::civil_date::CivilDate;
use proptest::prelude::*;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const CHINA_MS: i64 = 8 * HOUR_MS;

fn at(text: &str) -> Timestamp {
    let (date, clock) = text.split_once(' ').unwrap();
    let (hour, minute) = clock.split_once(':').unwrap();
    let (hour, minute): (i64, i64) = (hour.parse().unwrap(), minute.parse().unwrap());
    let day = CivilDate::parse(date).unwrap().days();
    Timestamp(day * DAY_MS + hour * HOUR_MS + minute * 60_000 - CHINA_MS)
}

fn vain(text: &str) -> Attempt {
    Attempt { at: at(text), answered: false }
}

fn met(text: &str) -> Attempt {
    Attempt { at: at(text), answered: true }
}

#[test]
fn weekdays_are_those_of_the_calendar() {
    assert_eq!(weekday(CivilDate::parse("2026-11-23").unwrap().days()), 0, "a Monday");
    assert_eq!(weekday(CivilDate::parse("2026-11-22").unwrap().days()), 6);
    assert_eq!(Slot::of(at("2026-11-22 03:00")), None);
    assert_eq!(Slot::of(at("2026-11-22 19:00")), Some(Slot { weekday: 6, window: Window::Evening }));
}

/// Attempts, who is visited, now, and what is proposed.
type Row = (Vec<Attempt>, Habit, &'static str, Option<(&'static str, Reason)>);

#[test]
fn another_hour_is_proposed_with_its_reason() {
    // attempts, habit, now, proposed, reason
    #[rustfmt::skip]
    let rows: Vec<Row> = vec![
        (vec![], Habit::Home, "2026-11-23 10:00", None),
        (vec![vain("2026-11-23 10:00")], Habit::Home, "2026-11-23 10:05", Some(("2026-11-23 19:00", Reason::OtherTime))),
        (vec![vain("2026-11-23 19:00")], Habit::Home, "2026-11-23 19:05", Some(("2026-11-24 12:20", Reason::OtherTime))),
        (vec![vain("2026-11-23 10:00")], Habit::Work, "2026-11-23 10:05", Some(("2026-11-23 15:30", Reason::OtherTime))),
        (vec![vain("2026-11-20 19:00"), met("2026-11-20 20:00")], Habit::Home, "2026-11-23 10:05", None),
        (vec![met("2026-11-02 12:00"), vain("2026-11-23 19:00")], Habit::Home, "2026-11-23 19:05",
            Some(("2026-11-24 12:20", Reason::AnsweredThen))),
        (vec![vain("2026-11-23 10:00"), vain("2026-11-24 12:00"), vain("2026-11-25 15:00"), vain("2026-11-26 19:00"),
            vain("2026-11-27 19:00")], Habit::Home, "2026-11-27 19:30", Some(("2026-11-28 09:30", Reason::Weekend))),
    ];
    for (attempts, habit, now, expected) in rows {
        let proposed = propose(&attempts, habit, at(now));
        assert_eq!(proposed.map(|p| (p.at, p.reason)), expected.map(|(t, r)| (at(t), r)), "{attempts:?}");
    }
}

#[test]
fn when_every_hour_was_tried_nothing_is_proposed() {
    let monday = CivilDate::parse("2026-11-02").unwrap().days();
    let mut attempts = Vec::new();
    for day in 0..7 {
        for window in Window::ALL {
            let moment = Timestamp((monday + day) * DAY_MS + window.knock_minute() * 60_000 - CHINA_MS);
            attempts.push(Attempt { at: moment, answered: false });
        }
    }
    let now = at("2026-11-23 10:00");
    assert_eq!(propose(&attempts, Habit::Home, now), None);
    let left = attempts.remove(9);
    let proposed = propose(&attempts, Habit::Home, now).unwrap();
    assert_eq!(Some(proposed.slot), Slot::of(left.at));
    assert_eq!(proposed.in_vain, 27);
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (0..90 * 24 * 60_i64, proptest::bool::weighted(0.2))
        .prop_map(|(minute, answered)| Attempt { at: Timestamp(1_790_000_000_000 + minute * 60_000), answered })
}

proptest! {
    #[test]
    fn what_is_proposed_is_decent_open_and_still_to_come(
        attempts in proptest::collection::vec(attempt(), 1..40),
        work in any::<bool>(),
        later in 0..20 * DAY_MS,
    ) {
        let habit = if work { Habit::Work } else { Habit::Home };
        let now = attempts.iter().map(|a| a.at).max().unwrap_or_default().plus_ms(later);
        let failed: BTreeSet<Slot> = attempts.iter().filter(|a| !a.answered).filter_map(|a| Slot::of(a.at)).collect();
        let proposed = propose(&attempts, habit, now);
        let mut turned = attempts.clone();
        turned.reverse();
        prop_assert_eq!(proposed, propose(&turned, habit, now), "the order in which attempts were written is nothing");
        let last = |answered| attempts.iter().filter(|a| a.answered == answered).map(|a| a.at).max();
        match proposed {
            Some(proposed) => {
                prop_assert!(proposed.at > now && proposed.at.0 <= now.0 + 8 * DAY_MS);
                prop_assert_eq!(Slot::of(proposed.at), Some(proposed.slot), "never at night");
                prop_assert!(!failed.contains(&proposed.slot), "never twice the hour that failed");
                prop_assert!(proposed.in_vain > 0);
            }
            None => prop_assert!(last(true) >= last(false) || failed.len() == 28),
        }
    }
}
