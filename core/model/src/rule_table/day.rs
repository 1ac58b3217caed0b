//! Rows about days: notices of holidays, and hours of offices.
//!
//! Owns their reading. Refuses to know which day it is. Invariant: a range is read whole or not at all.

use super::{Fault, cell};
use crate::civil_date::CivilDate;
use crate::code_set::CodeSet;
use crate::limits;
use crate::unit_code::half_width;
use crate::work_time::calendar::{DayKind, SpecialDay};
use crate::work_time::hours::{HOLIDAY, MAKE_UP, OfficeHours, Slot, Span, Week};
use crate::work_time::weekday;
use std::collections::{BTreeMap, BTreeSet};

/// A row of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoticeRow {
    year: i32,
    days: std::ops::RangeInclusive<i64>,
    special: SpecialDay,
}

fn date(column: &'static str, text: &str) -> Result<CivilDate, Fault> {
    let padded = text.replace(['/', '.'], "-");
    let parts: Vec<String> = padded.split('-').map(|part| format!("{part:0>2}")).collect();
    CivilDate::parse(&parts.join("-")).ok_or_else(|| Fault::cell(column, "not_a_date", text))
}

pub(super) fn read_notice(cells: &[String]) -> Result<NoticeRow, Fault> {
    let (year, from, to, day, occasion) =
        (cell(cells, 0), cell(cells, 1), cell(cells, 2), cell(cells, 3), cell(cells, 4));
    let of_year: i32 = year
        .trim_end_matches('年')
        .parse()
        .ok()
        .filter(|y| (1900..=2200).contains(y))
        .ok_or_else(|| Fault::cell("year", "not_a_year", year))?;
    let first = date("from", from)?;
    let last = if to.is_empty() { first } else { date("to", to)? };
    if last < first {
        return Err(Fault::cell("to", "ends_before", to));
    }
    if last.days() - first.days() >= limits::RULE_RANGE_DAYS_MAX {
        return Err(Fault::cell("to", "range_too_long", to));
    }
    if (of_year - first.year()).abs() > 1 || (of_year - last.year()).abs() > 1 {
        return Err(Fault::cell("year", "year_other", year));
    }
    let kind = match day {
        "放假" | "休" | "假" => Some(DayKind::Holiday),
        "上班" | "班" | "调休" | "调休上班" => Some(DayKind::MakeUp),
        code => DayKind::from_code(code),
    };
    let kind = kind.ok_or_else(|| Fault::cell("day", "day_kind", day))?;
    let code = CodeSet::Occasion.meant(if occasion.is_empty() { "local" } else { occasion });
    let code = code.ok_or_else(|| Fault::cell("occasion", "occasion", occasion))?;
    let special = SpecialDay { kind, occasion: code.to_owned(), source: cell(cells, 5).to_owned() };
    Ok(NoticeRow { year: of_year, days: first.days()..=last.days(), special })
}

/// What rows of notices say, by the year of the notice.
pub fn holidays(rows: impl IntoIterator<Item = Vec<String>>) -> BTreeMap<i32, BTreeMap<i64, SpecialDay>> {
    let mut years: BTreeMap<i32, BTreeMap<i64, SpecialDay>> = BTreeMap::new();
    for row in rows.into_iter().filter_map(|cells| read_notice(&cells).ok()) {
        let of_year = years.entry(row.year).or_default();
        of_year.extend(row.days.map(|day| (day, row.special.clone())));
    }
    years
}

/// Days that two rows name, and make-up days on which people work anyway.
pub(super) fn odd_notices(rows: &[Vec<String>]) -> Vec<Fault> {
    let (mut named, mut faults) = (BTreeSet::new(), Vec::new());
    for (row, read) in rows.iter().enumerate().filter_map(|(row, cells)| Some((row, read_notice(cells).ok()?))) {
        let text = |day: i64| CivilDate::from_days(day).map(|date| date.to_string()).unwrap_or_default();
        for day in read.days {
            if !named.insert(day) {
                faults.push(Fault::at(row, "from", "row_twice", &text(day)));
            }
            if read.special.kind == DayKind::MakeUp && weekday(day) < 5 {
                faults.push(Fault::at(row, "from", "make_up_on_weekday", &text(day)));
            }
        }
    }
    faults
}

/// A row of hours: since when, on which days, when.
pub(super) fn read_hours(cells: &[String]) -> Result<(i64, Vec<Slot>, Span), Fault> {
    let from = date("from", cell(cells, 0))?.days();
    let days = cell(cells, 1);
    let slots = slots(days).ok_or_else(|| Fault::cell("days", "days_unknown", days))?;
    let (begin, end) = (cell(cells, 2), cell(cells, 3));
    let minute = |column, text: &str| minute(text).ok_or_else(|| Fault::cell(column, "not_a_time", text));
    let span = Span::new(minute("begin", begin)?, minute("end", end)?);
    Ok((from, slots, span.ok_or_else(|| Fault::cell("end", "ends_before", end))?))
}

/// What rows of hours say.
pub fn work_hours(rows: impl IntoIterator<Item = Vec<String>>) -> OfficeHours {
    OfficeHours::new(work_weeks(rows))
}

/// The versions that rows of hours say, by their first day.
pub(crate) fn work_weeks(rows: impl IntoIterator<Item = Vec<String>>) -> BTreeMap<i64, Week> {
    let mut versions: BTreeMap<i64, Vec<(Slot, Span)>> = BTreeMap::new();
    for (from, slots, span) in rows.into_iter().filter_map(|cells| read_hours(&cells).ok()) {
        versions.entry(from).or_default().extend(slots.into_iter().map(|slot| (slot, span)));
    }
    versions.into_iter().map(|(from, hours)| (from, Week::new(hours))).collect()
}

/// A minute of the day: `8:30`, `08:30`, `24:00`.
fn minute(text: &str) -> Option<u16> {
    let text: String = text.chars().map(half_width).collect();
    let mut parts = text.trim().split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    // Spreadsheets add seconds.
    let whole = parts.next().is_none_or(|seconds| seconds == "00") && parts.next().is_none();
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !whole || !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
}

/// The sorts of day that a cell means: `mon-fri`, `周一至周五`, `sat sun`, `make_up`, `调休`, `每天`.
fn slots(text: &str) -> Option<Vec<Slot>> {
    let mut slots = Vec::new();
    for word in text.split([' ', '、', ',', '，', ';']).filter(|word| !word.is_empty()) {
        match word.split_once(['-', '至', '~']) {
            Some((first, last)) => {
                let (first, last) = (slot(first)?, slot(last)?);
                if first > last || last >= MAKE_UP {
                    return None;
                }
                slots.extend(first..=last);
            }
            None if ["daily", "每天", "每日"].contains(&word) => slots.extend(0..MAKE_UP),
            None => slots.push(slot(word)?),
        }
    }
    (!slots.is_empty()).then_some(slots)
}

fn slot(word: &str) -> Option<Slot> {
    const NAMES: [&[&str]; 9] = [
        &["mon", "周一", "星期一"],
        &["tue", "周二", "星期二"],
        &["wed", "周三", "星期三"],
        &["thu", "周四", "星期四"],
        &["fri", "周五", "星期五"],
        &["sat", "周六", "星期六"],
        &["sun", "周日", "星期日", "星期天"],
        &["make_up", "调休", "调休上班"],
        &["holiday", "节假日", "放假"],
    ];
    debug_assert_eq!(NAMES.len(), HOLIDAY + 1, "a name for each sort of day");
    let word = word.trim().to_lowercase();
    NAMES.iter().position(|names| names.contains(&word.as_str()))
}
