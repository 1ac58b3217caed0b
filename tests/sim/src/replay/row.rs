//! Rows of the file: what of a city's table of cases is played.
//!
//! Owns the columns and the way from New York's clocks to moments. Refuses to leave a row out. Invariant: a line that does not
//! read is an error, not a case less.

use crate::run::SimError;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::limits::CASE_TITLE_CHARS_MAX;
use gridwalk_model::time::Timestamp;
use gridwalk_model::work_time::{Span, Zone};
use std::collections::BTreeMap;
use std::io::Read;

/// A case of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// When it was opened.
    pub opened: Timestamp,
    /// By when it was to be closed.
    pub target: Option<Timestamp>,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// What it is about.
    pub title: String,
    /// Its class, made up from the file's types.
    pub class: String,
    /// Where.
    pub place: String,
    /// The ward's number; `0` where nobody said one.
    pub ward: String,
    /// The line by which it came.
    pub line: &'static str,
}

/// The columns that are read.
const COLUMNS: [&str; 8] = ["open_dt", "target_dt", "closed_dt", "case_title", "type", "location", "ward", "source"];

fn setup(what: impl Into<String>) -> SimError {
    SimError::Setup(what.into())
}

/// Reads a table.
pub fn read(table: impl Read) -> Result<Vec<Row>, SimError> {
    let zone = Zone::named("America/New_York").ok_or_else(|| setup("the zone does not ship"))?;
    let mut reader = csv::Reader::from_reader(table);
    let wrong = |error: csv::Error| setup(error.to_string());
    let heading = reader.headers().map_err(wrong)?.clone();
    let place = |name: &str| heading.iter().position(|h| h == name).ok_or_else(|| setup(format!("no column {name}")));
    let columns = COLUMNS.iter().map(|name| place(name)).collect::<Result<Vec<_>, _>>()?;
    let (mut rows, mut types) = (Vec::new(), BTreeMap::<String, usize>::new());
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let cell = |n: usize| columns.get(n).and_then(|at| record.get(*at)).unwrap_or_default().trim().to_owned();
        let moment = |n: usize| match cell(n).as_str() {
            "" => Ok(None),
            text => local(zone, text).map(Some).ok_or_else(|| setup(format!("no moment: {text}"))),
        };
        let next = types.len() + 1;
        let number = *types.entry(cell(4)).or_insert(next);
        let title: String = [cell(3), cell(4)].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let digits: String = cell(6).chars().filter(char::is_ascii_digit).collect();
        let ward = digits.trim_start_matches('0');
        rows.push(Row {
            opened: moment(0)?.ok_or_else(|| setup("a case that was never opened"))?,
            target: moment(1)?,
            closed: moment(2)?,
            title: title.chars().take(CASE_TITLE_CHARS_MAX).collect(),
            class: format!("boston_311/2011/{number:03}"),
            place: cell(5),
            ward: if ward.is_empty() { "0".to_owned() } else { ward.to_owned() },
            line: line(&cell(7)).ok_or_else(|| setup(format!("no line for {}", cell(7))))?,
        });
    }
    Ok(rows)
}

/// The line that a source of the file is.
fn line(source: &str) -> Option<&'static str> {
    Some(match source {
        "Constituent Call" => "hotline",
        "Employee Generated" | "Maximo Integration" => "grid",
        "Self Service" => "counter",
        "Citizens Connect App" => "chat",
        "Twitter" => "public_opinion",
        _ => return None,
    })
}

/// The moment at which New York's clocks show a time; the first of two.
fn local(zone: &Zone, text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(' ')?;
    let parts: Vec<u16> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hour, minute, second] = parts.try_into().ok()?;
    let minute = hour.checked_mul(60)?.checked_add(minute)?;
    let shown = zone.parts(CivilDate::parse(date)?.days(), Span::new(minute, minute + 1)?);
    let (begin, _) = shown.into_iter().min()?;
    (second < 60).then(|| begin.plus_ms(i64::from(second) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_yorks_clocks_are_read_in_summer_in_winter_and_in_the_hour_that_comes_twice() {
        let zone = Zone::named("America/New_York").unwrap();
        let at = |text: &str| local(zone, text).map(|at| at.0 / 1000);
        assert_eq!(at("2011-07-01 01:32:33"), Some(1_309_498_353));
        assert_eq!(at("2012-01-01 00:00:00"), Some(1_325_394_000));
        assert_eq!(at("2011-11-06 01:30:00"), Some(1_320_557_400), "the first of the two");
        assert_eq!(at("2011-11-06 02:30:00"), Some(1_320_564_600));
        assert_eq!(at("2059-12-31 19:00:00"), Some(2_840_140_800));
        assert!(at("2011-03-13 02:30:00").is_none() && at("2011-07-01 01:32").is_none(), "no such time");
    }
}
