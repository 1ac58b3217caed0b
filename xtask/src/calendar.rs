//! `calendar`: compares the holidays that ship with those of a package from elsewhere, day by day.
//!
//! Owns the reading of two packages' files. Refuses to bring anything in. Invariant: every day of every year that ships is
//! compared, and a difference is told with its day.

use clap::Args;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::work_time::{Calendar, DayKind};
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to compare with.
#[derive(Args)]
pub struct Arguments {
    /// `chinese_calendar/constants.py` of PyPI's chinesecalendar, or `dist/chinese-days.json` of npm's chinese-days; unpacked
    /// by hand
    file: PathBuf,
}

/// Compares.
pub fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    let text = std::fs::read_to_string(&arguments.file)?;
    let named = if text.trim_start().starts_with('{') { of_json(&text) } else { of_python(&text) };
    let Some((off, worked)) = named else { return Err(io::Error::other("neither of the two packages' files")) };
    let (mut days, mut differ) = (0, 0);
    let mut out = io::stdout().lock();
    for year in Calendar::shipped().years() {
        let begins = |year| CivilDate::new(year, 1, 1).map_or(0, CivilDate::days);
        for day in begins(year)..begins(year + 1) {
            let weekend = (day + 3).rem_euclid(7) >= 5;
            let theirs = if off.contains(&day) { false } else { worked.contains(&day) || !weekend };
            let ours = match Calendar::shipped().kind(day) {
                Some(kind) => kind == DayKind::MakeUp,
                None => !weekend,
            };
            days += 1;
            if ours != theirs {
                differ += 1;
                let date = CivilDate::from_days(day).map(|date| date.to_string()).unwrap_or_default();
                writeln!(out, "{date}: worked here {ours}, there {theirs}")?;
            }
        }
    }
    writeln!(out, "{days} days compared, {differ} differ")?;
    Ok(ExitCode::from(u8::from(differ > 0)))
}

/// Days off, and days that are worked.
type Named = (BTreeSet<i64>, BTreeSet<i64>);

/// `datetime.date(year=2024, month=5, day=1): …` below `holidays` and `workdays`; what is in lieu is said elsewhere again.
fn of_python(text: &str) -> Option<Named> {
    let table = |name: &str| {
        let begin = text.find(&format!("\n{name} = {{"))?;
        let rest = &text[begin + 1..];
        Some(rest.lines().skip(1).take_while(|line| !line.starts_with('}')).filter_map(python_day).collect())
    };
    Some((table("holidays")?, table("workdays")?))
}

fn python_day(line: &str) -> Option<i64> {
    let number = |name: &str| {
        let rest = line.split_once(name)?.1;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    };
    let (year, month, day) = (number("year=")?, number("month=")?, number("day=")?);
    CivilDate::new(i32::try_from(year).ok()?, month, day).map(CivilDate::days)
}

/// `{"holidays": {"2024-05-01": "…"}, "workdays": {…}}`.
fn of_json(text: &str) -> Option<Named> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let table = |name: &str| {
        let days = json.get(name)?.as_object()?.keys().filter_map(|day| CivilDate::parse(day));
        Some(days.map(CivilDate::days).collect())
    };
    Some((table("holidays")?, table("workdays")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_packages_files_are_read() {
        let python = "\nholidays = {\n    datetime.date(year=2024, month=5, day=1): x,\n}\n\nworkdays = {\n    datetime.date(year=2024, month=5, day=11): x,\n}\n";
        let json = r#"{"holidays":{"2024-05-01":"x"},"workdays":{"2024-05-11":"x"}}"#;
        let day = |n| CivilDate::new(2024, 5, n).map(CivilDate::days).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(of_python(python), Some((day(1), day(11))));
        assert_eq!(of_json(json), Some((day(1), day(11))));
        assert_eq!(of_python("nothing"), None);
    }
}
