//! 10,000 random deadlines against a walk minute by minute, written without the calculus and from the tables' text alone.
//!
//! Owns the oracle. Refuses to use anything of `work_time` but what it checks. Invariant: a seed that failed is printed with
//! its case.

#![expect(clippy::unwrap_used, reason = "a test's failure is the message")]

use gridwalk_model::Timestamp;
use gridwalk_model::work_time::{Calendar, Deadline, Limit, Office, Pauses, TimeUnit, Unending, Zone};
use std::collections::HashMap;

const CASES: u64 = 10_000;
/// 2023-01-01 and 2026-12-01.
const DAYS: (i64, i64) = (19_358, 20_788);
/// The oracle gives up after so many days.
const PATIENCE_DAYS: i64 = 90;

/// A stream of numbers that is the same everywhere (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.roll() % u64::try_from(end).unwrap()).unwrap()
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }
}

/// What a day is called in the table of holidays.
#[derive(Clone, Copy, PartialEq)]
enum Called {
    Off,
    Made,
}

/// The table of holidays, read with nothing but splits.
fn named_days() -> HashMap<i64, Called> {
    let mut days = HashMap::new();
    for line in include_str!("../../../catalog/calendars/holidays.csv").lines() {
        let cells: Vec<&str> = line.split(',').collect();
        if line.starts_with('#') || cells[0] == "year" {
            continue;
        }
        let called = if cells[3] == "holiday" { Called::Off } else { Called::Made };
        for day in number_of(cells[1])..=number_of(cells[2]) {
            days.insert(day, called);
        }
    }
    days
}

/// Days since 1970-01-01, by counting years and months.
fn number_of(date: &str) -> i64 {
    let parts: Vec<i64> = date.split('-').map(|part| part.parse().unwrap()).collect();
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years: i64 = (1970..parts[0]).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let months = [31, if leap(parts[0]) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before: i64 = months.iter().take(usize::try_from(parts[1] - 1).unwrap()).sum();
    years + before + parts[2] - 1
}

fn date_of(day: i64) -> String {
    let (mut year, mut left) = (1970, day);
    loop {
        let length = if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let mut month = 1;
    while month < 12 && number_of(&format!("{year}-{:02}-01", month + 1)) <= day {
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", day - number_of(&format!("{year}-{month:02}-01")) + 1)
}

/// A random office: rows as a person would write them, and the same as the oracle looks at them.
struct PlainOffice {
    rows: Vec<String>,
    /// First day, sort of day, first minute, minute after the last.
    spans: Vec<(i64, usize, i64, i64)>,
    new_york: bool,
}

const SORTS: [&str; 9] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "make_up", "holiday"];

impl PlainOffice {
    fn random(dice: &mut Dice) -> Self {
        let mut office = Self { rows: Vec::new(), spans: Vec::new(), new_york: dice.one_in(5) };
        let mut since = 0;
        for _ in 0..=dice.below(3) {
            let weekend = dice.one_in(4);
            let mut any = false;
            for (sort, name) in SORTS.iter().enumerate() {
                let closed = match sort {
                    0..5 => dice.one_in(12),
                    5 | 6 => !weekend,
                    _ => !dice.one_in(4),
                };
                if closed && (any || sort != 4) {
                    continue;
                }
                any = true;
                for _ in 0..=dice.below(3) {
                    // Sometimes round the clock, so that days end at midnight.
                    let begin = if dice.one_in(20) { 0 } else { dice.below(1380) };
                    let end = if dice.one_in(10) { 1440 } else { begin + 1 + dice.below(1440 - begin) };
                    office.spans.push((since, sort, begin, end));
                    let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
                    office.rows.push(format!("{},{name},{},{}", date_of(since), clock(begin), clock(end)));
                }
            }
            since = DAYS.0 + dice.below(DAYS.1 - DAYS.0);
            if office.spans.iter().any(|(day, ..)| *day == since) {
                break;
            }
        }
        office
    }

    /// How many minutes the clock on the wall is ahead of UTC.
    fn ahead(&self, minute: i64) -> i64 {
        if !self.new_york {
            return 480;
        }
        // From the second Sunday of March, 07:00 UTC, to the first of November, 06:00 UTC (Energy Policy Act of 2005).
        let year: i64 = date_of(minute.div_euclid(1440))[..4].parse().unwrap();
        let sunday = |from: i64| from + (3 - from).rem_euclid(7);
        let begins = sunday(number_of(&format!("{year}-03-08"))) * 1440 + 7 * 60;
        let ends = sunday(number_of(&format!("{year}-11-01"))) * 1440 + 6 * 60;
        if (begins..ends).contains(&minute) { -240 } else { -300 }
    }

    /// The spans that hold on a day.
    fn spans_on(&self, day: i64, named: &HashMap<i64, Called>) -> Vec<(i64, i64)> {
        let firsts: Vec<i64> = self.spans.iter().map(|(since, ..)| *since).collect();
        let version = firsts.iter().copied().filter(|since| *since <= day).max();
        let version = version.unwrap_or_else(|| *firsts.iter().min().unwrap());
        let of = |wanted: usize| -> Vec<(i64, i64)> {
            let fits = |(since, sort, ..): &&(i64, usize, i64, i64)| *since == version && *sort == wanted;
            self.spans.iter().filter(fits).map(|(_, _, begin, end)| (*begin, *end)).collect()
        };
        // 1 January 1970 was a Thursday.
        match named.get(&day) {
            Some(Called::Off) => of(8),
            Some(Called::Made) if !of(7).is_empty() => of(7),
            Some(Called::Made) => (0..9).map(of).find(|spans| !spans.is_empty()).unwrap_or_default(),
            None => of(usize::try_from((day + 3) % 7).unwrap()),
        }
    }
}

/// One walk through time.
struct Walk<'a> {
    office: &'a PlainOffice,
    named: &'a HashMap<i64, Called>,
    unit: TimeUnit,
    /// First minute, minute after the last.
    pauses: &'a [(i64, i64)],
}

/// What a day came to so far.
#[derive(Default)]
struct Day {
    stood: bool,
    last: Option<i64>,
}

impl Walk<'_> {
    /// Walks from a minute until so many minutes or days have run, or until a minute is reached: where it came to, and how much
    /// had run.
    fn go(&self, from: i64, amount: i64, until: i64) -> (Option<i64>, i64) {
        let days = matches!(self.unit, TimeUnit::Workday | TimeUnit::NaturalDay);
        let day_of = |minute: i64| (minute + self.office.ahead(minute)).div_euclid(1440);
        let first_day = day_of(from - 1);
        let (mut ran, mut day, mut at) = (0, Day::default(), from);
        let (mut today, mut spans, mut ahead) = (i64::MIN, Vec::new(), 0);
        loop {
            // The wall's offset changes on the full hour only.
            if at == from || at % 60 == 0 {
                ahead = self.office.ahead(at);
            }
            let wall = at + ahead;
            if wall.div_euclid(1440) != today {
                if let Some(last) = day.last.filter(|_| days && today > first_day && !day.stood && today != i64::MIN) {
                    if last > until {
                        return (None, ran);
                    }
                    ran += 1;
                    if ran == amount {
                        return (Some(last), ran);
                    }
                }
                day = Day::default();
                today = wall.div_euclid(1440);
                spans = self.office.spans_on(today, self.named);
            }
            if at >= until && (!days || at >= until + 3000) {
                return (None, ran);
            }
            if self.pauses.iter().any(|(begin, end)| *end == i64::MAX && at > *begin + 3000) {
                return (None, ran);
            }
            let minute = wall.rem_euclid(1440);
            let works = match self.unit {
                TimeUnit::UrgentHour | TimeUnit::NaturalDay => true,
                _ => spans.iter().any(|(begin, end)| (*begin..*end).contains(&minute)),
            };
            let stands = self.pauses.iter().any(|(begin, end)| (*begin..*end).contains(&at));
            at += 1;
            if works && days {
                day.stood |= stands;
                day.last = Some(at);
            } else if works && !stands {
                ran += 1;
                if ran == amount {
                    return (Some(at), ran);
                }
            }
        }
    }
}

fn minute(at: i64) -> Timestamp {
    Timestamp(at * 60_000)
}

/// What came of one random deadline.
enum Came {
    Due,
    Stood,
    Never,
}

/// A limit, when its clock starts, and when it stands.
struct Matter {
    limit: Limit,
    from: i64,
    pauses: Vec<(i64, i64)>,
    open: Option<i64>,
}

impl Matter {
    fn random(dice: &mut Dice, special: &[i64]) -> Self {
        // A third of them start on a holiday, a make-up day or the day before one.
        let day = if dice.one_in(3) {
            special[usize::try_from(dice.below(i64::try_from(special.len()).unwrap())).unwrap()] - dice.below(2)
        } else {
            DAYS.0 + dice.below(DAYS.1 - DAYS.0 - 60)
        };
        let from = day * 1440 + if dice.one_in(8) { 16 * 60 } else { dice.below(1440) };
        let unit = TimeUnit::ALL[usize::try_from(dice.below(4)).unwrap()];
        let most = if unit.is_days() { 8 } else { 2400 };
        let limit = Limit { unit, amount: u32::try_from(1 + dice.below(most)).unwrap() };
        let mut pauses: Vec<(i64, i64)> = Vec::new();
        for _ in 0..dice.below(4) {
            let begin = from - 600 + dice.below(8000);
            pauses.push((begin, begin + dice.below(3000)));
        }
        let open = dice.one_in(10).then(|| from + dice.below(6000));
        Self { limit, from, pauses, open }
    }
}

fn compare(seed: u64, named: &HashMap<i64, Called>, special: &[i64]) -> Came {
    let mut dice = Dice(seed);
    let plain = PlainOffice::random(&mut dice);
    let cells = plain.rows.iter().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
    let hours = gridwalk_model::rule_table::work_hours(cells);
    let zone = Zone::named(if plain.new_york { "America/New_York" } else { "Asia/Shanghai" }).unwrap();
    let office = Office { zone, hours: &hours, calendar: Calendar::shipped() };
    let Matter { limit, from, mut pauses, open } = Matter::random(&mut dice, special);
    let closed = pauses.iter().map(|(begin, end)| (minute(*begin), Some(minute(*end))));
    let of_model = Pauses::new(closed.chain(open.map(|begin| (minute(begin), None))));
    pauses.extend(open.map(|begin| (begin, i64::MAX)));
    let told = format!("seed {seed}: {limit:?} from minute {from} pauses {pauses:?} rows {:?}", plain.rows);

    let walk = Walk { office: &plain, named, unit: limit.unit, pauses: &pauses };
    let (walked, _) = walk.go(from, i64::from(limit.amount), from + PATIENCE_DAYS * 1440);
    let until = from + dice.below(20 * 1440);
    let (_, ran) = walk.go(from, i64::MAX, until);
    let scale = if limit.unit.is_days() { 1 } else { 60_000 };
    let elapsed = office.elapsed(limit.unit, minute(from), minute(until), &of_model);
    assert_eq!(elapsed.amount, u64::try_from(ran * scale).unwrap(), "{told} until {until}");
    match (walked, Deadline::of(limit, minute(from), office, &of_model)) {
        (Some(due), Ok(deadline)) => {
            assert_eq!(deadline.due, minute(due), "{told}");
            assert!(minute(from) <= deadline.warn_at && deadline.warn_at <= deadline.due, "{told}");
            Came::Due
        }
        (Some(due), Err(e)) => panic!("{told}: due at minute {due}, and {e}"),
        (None, Err(Unending::Paused { since })) => {
            // Pauses that touch the open one are one with it.
            assert!(open.is_some_and(|begin| since <= minute(begin)), "{told}");
            Came::Stood
        }
        (None, Err(Unending::NoWorkTime)) => Came::Never,
        (None, Ok(deadline)) => {
            assert!(deadline.due > minute(from + PATIENCE_DAYS * 1440), "{told}");
            Came::Never
        }
    }
}

#[test]
fn ten_thousand_random_deadlines_equal_a_walk_minute_by_minute() {
    let named = named_days();
    let mut special: Vec<i64> = named.keys().copied().collect();
    special.sort_unstable();
    let (mut due, mut stood, mut never) = (0, 0, 0);
    for seed in 0..CASES {
        match compare(seed, &named, &special) {
            Came::Due => due += 1,
            Came::Stood => stood += 1,
            Came::Never => never += 1,
        }
    }
    assert!(due > 8_000 && stood > 300, "{due} were due, {stood} stood, {never} never end");
}
