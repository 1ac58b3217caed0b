//! Tests of work time: tables of deadlines, the laws, and what ships.
//!
//! Owns the examples; the walk minute by minute stands in `tests/work_time_oracle.rs`. Refuses a clock. Invariant: a row of a table here is a row of the rule.

use super::*;
use crate::civil_date::CivilDate;
use proptest::prelude::*;

/// A moment of China: `2024-05-09 15:00`.
fn at(text: &str) -> Timestamp {
    in_zone(&Zone::CHINA, text)
}

fn in_zone(zone: &Zone, text: &str) -> Timestamp {
    let (date, clock) = text.split_once(' ').unwrap();
    let (hour, minute) = clock.split_once(':').unwrap();
    let minute: u16 = hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap();
    let day = CivilDate::parse(date).unwrap().days();
    if minute == 1440 {
        return zone.begins(day + 1);
    }
    zone.parts(day, Span::new(minute, 1440).unwrap())[0].0
}

fn limit(text: &str) -> Limit {
    let (number, unit) = text.split_once(' ').unwrap();
    Limit::read(number, TimeUnit::meant(unit).unwrap()).unwrap()
}

fn due(text: &str, from: &str) -> Deadline {
    Deadline::of(limit(text), at(from), Office::shipped(), &Pauses::none()).unwrap()
}

#[test]
fn deadlines_of_four_units() {
    // limit, from, warned of, due
    let rows = [
        ("2 urgent_hour", "2024-05-09 23:30", "2024-05-10 01:00", "2024-05-10 01:30"),
        ("4 work_hour", "2024-05-09 16:45", "2024-05-10 10:45", "2024-05-10 11:45"),
        // At 12:00 sharp the morning's hours are over, and what was due is due.
        ("3.5 work_hour", "2024-05-09 08:30", "2024-05-09 11:07", "2024-05-09 12:00"),
        ("0.5 work_hour", "2024-05-09 12:00", "2024-05-09 13:52", "2024-05-09 14:00"),
        ("3 workday", "2024-05-09 15:00", "2024-05-13 08:30", "2024-05-13 17:30"),
        ("1 workday", "2024-05-09 03:00", "2024-05-10 08:30", "2024-05-10 17:30"),
        // Into a holiday of five days, with a make-up Sunday before it.
        ("2 workday", "2024-04-27 10:00", "2024-04-29 08:30", "2024-04-29 17:30"),
        ("4 workday", "2024-04-28 10:00", "2024-05-07 08:30", "2024-05-07 17:30"),
        ("2 natural_day", "2024-04-30 10:00", "2024-05-02 00:00", "2024-05-02 24:00"),
        // A make-up day has the hours of a weekday.
        ("1 work_hour", "2024-05-11 17:00", "2024-05-13 08:45", "2024-05-13 09:00"),
    ];
    for (text, from, warned, last) in rows {
        let deadline = due(text, from);
        assert_eq!(deadline.due, at(last), "{text} from {from}");
        let minute = |at: Timestamp| at.0.div_euclid(60_000);
        assert_eq!(minute(deadline.warn_at), minute(at(warned)), "{text} from {from}, warned of");
        assert!(deadline.missing_years.is_empty(), "{text}");
    }
}

#[test]
fn a_sign_on_two_clocks() {
    // Reported 16:45, made safe 17:05, repaired 19:30; the office closes at 17:30.
    let (reported, repaired) = (at("2024-05-09 16:45"), at("2024-05-09 19:30"));
    let ran = |unit| Office::shipped().elapsed(unit, reported, repaired, &Pauses::none()).minutes();
    assert_eq!(ran(TimeUnit::UrgentHour), Some(165));
    assert_eq!(ran(TimeUnit::WorkHour), Some(45));
    assert_eq!(ran(TimeUnit::Workday), None);
}

#[test]
fn pauses_hold_a_clock_and_an_open_one_has_no_deadline() {
    let from = at("2024-05-09 09:00");
    let of = |text: &str, pauses: &Pauses| Deadline::of(limit(text), from, Office::shipped(), pauses);
    let paused = Pauses::new([(at("2024-05-09 10:00"), Some(at("2024-05-09 14:30")))]);
    // Two hours of the morning and one of the afternoon were not work.
    assert_eq!(of("4 work_hour", &paused).unwrap().due, at("2024-05-09 17:30"));
    assert_eq!(of("4 urgent_hour", &paused).unwrap().due, at("2024-05-09 17:30"));
    let days = Pauses::new([(at("2024-05-10 10:00"), Some(at("2024-05-11 15:00")))]);
    assert_eq!(of("3 workday", &days).unwrap().due, at("2024-05-15 17:30"), "two days on which it stood do not count");
    let night = Pauses::new([(at("2024-05-09 17:30"), Some(at("2024-05-10 08:30")))]);
    assert_eq!(of("1 workday", &night).unwrap().due, at("2024-05-10 17:30"), "nobody works at night");
    let open = Pauses::new([(at("2024-05-09 10:00"), None)]);
    assert_eq!(of("4 work_hour", &open), Err(Unending::Paused { since: at("2024-05-09 10:00") }));
    assert_eq!(of("1 work_hour", &open).unwrap().due, at("2024-05-09 10:00"), "it was due before it stood");
    assert!(open.at(at("2024-05-10 00:00")) && !open.at(at("2024-05-09 09:59")));
    assert_eq!(Pauses::new([(from, Some(from))]), Pauses::none());
}

#[test]
fn a_year_without_a_notice_is_told_and_an_office_without_hours_never_ends() {
    let deadline = due("10 workday", "2026-12-25 10:00");
    assert_eq!(deadline.missing_years, [2027]);
    assert!(due("10 natural_day", "2026-12-25 10:00").missing_years.is_empty(), "any day counts");
    let none = OfficeHours::new([]);
    let office = Office { hours: &none, ..Office::shipped() };
    let never = Deadline::of(limit("1 workday"), at("2024-05-09 10:00"), office, &Pauses::none());
    assert_eq!(never, Err(Unending::NoWorkTime));
    assert!(Deadline::of(limit("1 urgent_hour"), at("2024-05-09 10:00"), office, &Pauses::none()).is_ok());
}

#[test]
fn standing_goes_from_running_to_overdue() {
    let deadline = due("4 work_hour", "2024-05-09 08:30");
    let rows = [
        ("2024-05-09 08:30", None, Standing::Running),
        ("2024-05-09 11:30", None, Standing::Warned),
        ("2024-05-09 14:00", None, Standing::Warned),
        ("2024-05-09 14:01", None, Standing::Overdue),
        ("2024-05-10 14:01", Some("2024-05-09 14:00"), Standing::InTime),
        ("2024-05-10 14:01", Some("2024-05-09 14:01"), Standing::Late),
    ];
    for (now, finished, standing) in rows {
        assert_eq!(deadline.standing(at(now), finished.map(at)), standing, "{now} {finished:?}");
    }
    let agreed = Deadline::agreed(at("2024-05-09 08:00"), at("2024-05-09 12:00"));
    assert_eq!((agreed.warn_at, agreed.due), (at("2024-05-09 11:00"), at("2024-05-09 12:00")));
    let past = Deadline::agreed(at("2024-05-09 08:00"), at("2024-05-08 12:00"));
    assert_eq!(past.standing(at("2024-05-09 08:00"), None), Standing::Overdue);
    assert_eq!(Deadline::agreed(Timestamp(i64::MIN), Timestamp(i64::MAX)).due, Timestamp(i64::MAX));
}

fn rule_hours(rows: &[&str]) -> OfficeHours {
    crate::rule_table::work_hours(rows.iter().map(|r| r.split(',').map(str::to_owned).collect()))
}

#[test]
fn hours_change_with_the_season_and_make_up_days_may_have_their_own() {
    let row = |cells: &str| cells.split(',').map(str::to_owned).collect::<Vec<_>>();
    let hours = rule_hours(&[
        "2024-01-01,周一至周五,8:30,12:00",
        "2024-01-01,mon-fri,13:30,17:30",
        "2024-01-01,make_up,09:00,12:00",
        "2024-06-01,mon-fri,8:30,12:00",
        "2024-06-01,mon-fri,14:30,18:00",
        "2024-06-01,节假日,10:00,11:00",
    ]);
    let office = Office { hours: &hours, ..Office::shipped() };
    let opens = |day: &str| {
        let day = CivilDate::parse(day).unwrap().days();
        let minute = |at: Timestamp| (at.0 - Zone::CHINA.begins(day).0) / 60_000;
        office.spans(day).into_iter().map(|(a, b)| (minute(a), minute(b))).collect::<Vec<_>>()
    };
    assert_eq!(opens("2024-05-31"), [(510, 720), (810, 1050)]);
    assert_eq!(opens("2024-06-03"), [(510, 720), (870, 1080)]);
    assert_eq!(opens("2024-05-11"), [(540, 720)], "a make-up day with hours of its own");
    assert_eq!(opens("2024-09-14"), [(510, 720), (870, 1080)], "one without");
    assert_eq!(opens("2024-06-10"), [(600, 660)], "somebody is there on holidays");
    assert_eq!(opens("2024-06-09"), [], "a Sunday");
    assert_eq!(opens("2023-12-29"), [(510, 720), (810, 1050)], "the first version also before its day");
    assert!(crate::rule_table::TableSort::WorkHours.check(&[row("2024-01-01,mon,9:00,8:00")]).len() == 1);
}

#[test]
fn clocks_that_are_put_forward_and_back() {
    let zone = Zone::named("America/New_York").unwrap();
    assert_eq!(Zone::named("Asia/Shanghai"), Some(&Zone::CHINA));
    assert_eq!(Zone::named("Mars/Olympus"), None);
    let day = |text: &str| CivilDate::parse(text).unwrap().days();
    let length = |text: &str| (zone.begins(day(text) + 1).0 - zone.begins(day(text)).0) / 3_600_000;
    assert_eq!((length("2011-03-13"), length("2011-11-06"), length("2011-07-01")), (23, 25, 24));
    assert_eq!(zone.begins(day("2011-07-01")), Timestamp(1_309_492_800_000), "04:00 UTC");
    let night = Span::new(60, 180).unwrap();
    let hours = |text: &str| zone.parts(day(text), night).iter().map(|(a, b)| (b.0 - a.0) / 3_600_000).sum::<i64>();
    assert_eq!((hours("2011-03-13"), hours("2011-11-06"), hours("2011-11-07")), (1, 3, 2));
    let office = Office { zone, ..Office::shipped() };
    let from = in_zone(zone, "2011-11-04 17:00");
    let due = Deadline::of(limit("1 work_hour"), from, office, &Pauses::none()).unwrap();
    assert_eq!(due.due, in_zone(zone, "2011-11-07 09:00"), "the clocks went back on the Sunday between");
    assert_eq!(due.missing_years, [2011]);
    for at in [0_i64, 1_300_000_000_000, 1_320_559_200_000, 1_320_562_800_000] {
        let (day, at) = (zone.day(Timestamp(at)), Timestamp(at));
        assert!(zone.begins(day) <= at && at < zone.begins(day + 1));
    }
}

#[test]
fn limits_are_written_as_tables_have_them() {
    let rows = [
        ("4", TimeUnit::WorkHour, Some(240), "4"),
        ("0.5", TimeUnit::UrgentHour, Some(30), "0.5"),
        ("2.75", TimeUnit::WorkHour, Some(165), "2.75"),
        ("7", TimeUnit::Workday, Some(7), "7"),
        ("0.5", TimeUnit::Workday, None, ""),
        ("0", TimeUnit::Workday, None, ""),
        ("-1", TimeUnit::WorkHour, None, ""),
        ("1e3", TimeUnit::WorkHour, None, ""),
        ("0.001", TimeUnit::WorkHour, None, ""),
        ("9999999", TimeUnit::WorkHour, None, ""),
        ("", TimeUnit::WorkHour, None, ""),
    ];
    for (number, unit, amount, again) in rows {
        let read = Limit::read(number, unit);
        assert_eq!(read.map(|l| l.amount), amount, "{number}");
        assert_eq!(read.map(Limit::number).unwrap_or_default(), again);
    }
    for unit in TimeUnit::ALL {
        assert_eq!(TimeUnit::meant(unit.code()), Some(unit));
        let (one, two) = (Limit::of(1, unit), Limit::of(2, unit));
        assert_eq!(one.plus(one), Some(two));
    }
    assert_eq!(TimeUnit::meant("紧急工作时"), Some(TimeUnit::UrgentHour));
    assert_eq!(Limit::of(1, TimeUnit::Workday).plus(Limit::of(1, TimeUnit::WorkHour)), None);
}

#[test]
fn four_years_of_china_ship() {
    let calendar = Calendar::shipped();
    assert_eq!(calendar.years().collect::<Vec<_>>(), [2023, 2024, 2025, 2026]);
    // Days off and make-up days of each year, as the notices add up.
    let count = |year, kind| calendar.days(year).filter(|(_, day)| day.kind == kind).count();
    let rows = [(2023, 26, 7), (2024, 28, 8), (2025, 28, 5), (2026, 33, 6)];
    for (year, off, made_up) in rows {
        assert_eq!((count(year, DayKind::Holiday), count(year, DayKind::MakeUp)), (off, made_up), "{year}");
    }
    for year in 2023..=2026 {
        for (day, special) in calendar.days(year) {
            assert!(special.kind == DayKind::Holiday || weekday(day) >= 5, "{year}: people make up on weekends");
            assert!(special.source.contains("国办发明电"), "{special:?}");
        }
    }
    assert!(Zone::named("America/New_York").is_some());
}

fn units() -> impl Strategy<Value = TimeUnit> {
    proptest::sample::select(&TimeUnit::ALL[..])
}

/// Any minute of the four years that ship but the last months.
fn moments() -> impl Strategy<Value = Timestamp> {
    (19_400_i64..20_700, 0_i64..1440).prop_map(|(day, minute)| Timestamp(day * 86_400_000 + minute * 60_000))
}

fn pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec((0_i64..20_000, 0_i64..4000), 0..4)
}

fn after(from: Timestamp, list: &[(i64, i64)], longer: i64) -> Pauses {
    let of = |(begin, length): &(i64, i64)| {
        (from.plus_ms(begin * 60_000), Some(from.plus_ms((begin + length + longer) * 60_000)))
    };
    Pauses::new(list.iter().map(of))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn two_limits_after_each_other_are_their_sum(
        unit in units(), from in moments(), a in 0_u32..30, b in 0_u32..30, list in pauses(),
    ) {
        let (office, pauses) = (Office::shipped(), after(from, &list, 0));
        let first = Deadline::of(Limit::of(a, unit), from, office, &pauses).unwrap().due;
        let then = Deadline::of(Limit::of(b, unit), first, office, &pauses).unwrap().due;
        let sum = Deadline::of(Limit::of(a + b, unit), from, office, &pauses).unwrap().due;
        prop_assert_eq!(then, sum);
        let ran = |from, to| office.elapsed(unit, from, to, &pauses).amount;
        prop_assert_eq!(ran(from, first) + ran(first, sum), ran(from, sum));
        prop_assert_eq!(ran(from, sum), Limit::of(a + b, unit).in_full().unsigned_abs());
    }

    #[test]
    fn later_starts_longer_limits_and_longer_pauses_are_never_due_earlier(
        unit in units(), from in moments(), later in 0_i64..10_000, n in 0_u32..30, more in 0_u32..5,
        list in pauses(), longer in 0_i64..3000,
    ) {
        let office = Office::shipped();
        let due = |from, n, pauses: &Pauses| Deadline::of(Limit::of(n, unit), from, office, pauses).unwrap();
        let pauses = after(from, &list, 0);
        let one = due(from, n, &pauses);
        prop_assert!(from <= one.warn_at && one.warn_at <= one.due);
        prop_assert!(one.due <= due(from.plus_ms(later * 60_000), n, &pauses).due);
        prop_assert!(one.due <= due(from, n + more, &pauses).due);
        prop_assert!(one.due <= due(from, n, &after(from, &list, longer)).due);
        prop_assert!(due(from, n, &Pauses::none()).due <= one.due);
        let empty: Vec<_> = list.iter().map(|(begin, _)| (*begin, 0)).collect();
        prop_assert_eq!(due(from, n, &after(from, &empty, 0)), due(from, n, &Pauses::none()));
    }
}
