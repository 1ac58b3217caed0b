//! Dates as tables have them: serial days of spreadsheets, `1990-1-2`, `1990.1.2`, `1990年1月2日`, `19900102`.
//!
//! Owns reading them. Refuses dates of which a part is missing: nobody may make up a birthday. Invariant: a date that is
//! read is one that exists.

use super::cell::Cell;
use gridwalk_model::check::half_width;
use gridwalk_model::civil_date::CivilDate;

/// Days from 1899-12-30, the spreadsheets' day 0, to 1970-01-01.
const SERIAL_1970: i64 = 25_569;
/// Serial days taken for dates: 1900-03-01, before which spreadsheets count wrong, to 2149-12-31.
const SERIALS: std::ops::RangeInclusive<i64> = 61..=91_312;

/// The day of a cell, days since 1970-01-01.
pub fn day_of(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Day(day) => Some(*day),
        #[expect(clippy::cast_possible_truncation, reason = "of a date the whole days count")]
        Cell::Number(n) if n.is_finite() => of_number(n.trunc() as i64),
        Cell::Text(text) => of_text(text),
        _ => None,
    }
}

/// The day of a spreadsheet's serial number.
pub fn of_serial(serial: i64) -> Option<i64> {
    SERIALS.contains(&serial).then(|| serial - SERIAL_1970)
}

/// A day as `1990-01-02`.
pub fn day_text(day: i64) -> String {
    CivilDate::from_days(day).map_or_else(|| day.to_string(), |date| date.to_string())
}

fn of_number(n: i64) -> Option<i64> {
    if (18_500_101..=22_001_231).contains(&n) { of_text(&n.to_string()) } else { of_serial(n) }
}

fn of_text(text: &str) -> Option<i64> {
    let plain: String = text.chars().map(half_width_char).collect();
    // A time behind the date does not count.
    let date = plain.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> =
        date.split(['-', '/', '.', '年', '月', '日', '\\']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if !parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let date = match parts.as_slice() {
        [whole] if whole.len() == 8 => CivilDate::parse(whole)?,
        [serial] if serial.len() == 5 => return of_serial(serial.parse().ok()?),
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            CivilDate::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?
        }
        _ => return None,
    };
    Some(date.days())
}

fn half_width_char(c: char) -> char {
    half_width(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = |text: &str| CivilDate::parse(text).unwrap().days();
        let rows = [
            (Cell::of_text("1990-1-2"), Some("1990-01-02")),
            (Cell::of_text("1990.1.2"), Some("1990-01-02")),
            (Cell::of_text("1990/01/02 00:00:00"), Some("1990-01-02")),
            (Cell::of_text("１９９０年１月２日"), Some("1990-01-02")),
            (Cell::of_text("19900102"), Some("1990-01-02")),
            (Cell::Number(19_900_102.0), Some("1990-01-02")),
            (Cell::Number(32_875.0), Some("1990-01-02")),
            (Cell::of_text("32875"), Some("1990-01-02")),
            (Cell::Number(32_875.75), Some("1990-01-02")),
            (Cell::of_text("1990-2-30"), None),
            (Cell::of_text("1990年1月"), None),
            (Cell::of_text("1990"), None),
            (Cell::of_text("不详"), None),
            (Cell::Number(1.0), None),
            (Cell::Number(f64::NAN), None),
        ];
        for (cell, wanted) in rows {
            assert_eq!(day_of(&cell), wanted.map(day), "{cell:?}");
        }
    }
}
