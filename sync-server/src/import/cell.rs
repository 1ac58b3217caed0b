//! Cells as a table has them, whatever file they came from.
//!
//! Owns the text of a cell, cleaned of what spreadsheets and people leave in it. Refuses to know fields. Invariant: a
//! number that lost digits never becomes a text that looks whole.

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(Box<str>),
    /// A number.
    Number(f64),
    /// A date: days since 1970-01-01.
    Day(i64),
    /// Yes or no.
    Yes(bool),
    /// The spreadsheet's own error.
    Fault(Box<str>),
    /// A formula whose value was not saved with it.
    NoValue,
}

/// A row with its number in the file, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The number.
    pub number: u32,
    /// The cells from column A on.
    pub cells: Vec<Cell>,
}

/// A sheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Its name; the file's where there are no sheets.
    pub name: String,
    /// Its rows, empty ones left out.
    pub rows: Vec<Row>,
    /// Columns that are hidden, from 0.
    pub hidden: Vec<usize>,
}

/// What is written into a cell to clear the field.
pub const CLEARS: [&str; 6] = ["-清空-", "（清空）", "(清空)", "-clear-", "(clear)", "（clear）"];

/// Beyond this a float does not hold every whole number: what stands there lost digits.
const WHOLE: f64 = 9_007_199_254_740_992.0;

impl Row {
    /// A cell by its column.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}

impl Cell {
    /// A cell of a text; empty if nothing stands in it.
    pub fn of_text(text: &str) -> Self {
        let text = clean(text);
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }

    /// Whether nothing stands in it.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Its text, as a person would read it; a date as 1990-01-02.
    pub fn text(&self) -> String {
        match self {
            Self::Empty | Self::NoValue => String::new(),
            Self::Text(text) | Self::Fault(text) => text.to_string(),
            Self::Number(n) => number_text(*n),
            Self::Day(day) => super::date::day_text(*day),
            Self::Yes(yes) => yes.to_string(),
        }
    }

    /// Whether it says that the field is to be cleared: an empty cell says nothing.
    pub fn says_clear(&self) -> bool {
        let Self::Text(text) = self else { return false };
        CLEARS.iter().any(|word| text.eq_ignore_ascii_case(word))
    }

    /// Whether digits were lost: a float too large to be whole, or a text that shows one.
    pub fn lost_digits(&self) -> bool {
        match self {
            Self::Number(n) => n.abs() >= WHOLE,
            Self::Text(text) => is_scientific(text),
            _ => false,
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small enough")]
fn number_text(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < WHOLE { (n as i64).to_string() } else { n.to_string() }
}

/// `3.20706E+17`, as spreadsheets show and export long numbers.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    digits(whole) && digits(fraction) && digits(exponent) && whole.len() == 1
}

/// Without spaces of any width at its ends, invisible signs, and the apostrophe that makes a text of a number.
pub fn clean(text: &str) -> &str {
    let blank = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}');
    let text = text.trim_matches(blank);
    let rest = text.strip_prefix(['\'', '’', '‘', '`']).unwrap_or(text);
    rest.trim_matches(blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_and_spreadsheets_leave_is_taken_off() {
        let rows = [
            (" 王小明\u{3000}", "王小明"),
            ("'320706199001011234", "320706199001011234"),
            ("’13800000001\u{a0}", "13800000001"),
            ("\u{feff}姓名\n", "姓名"),
            ("   ", ""),
        ];
        for (found, wanted) in rows {
            assert_eq!(clean(found), wanted, "{found:?}");
        }
        assert!(Cell::of_text(" \u{3000}").is_empty());
    }

    #[test]
    fn a_number_that_lost_digits_is_told() {
        let lost = [Cell::Number(3.207_061_990_010_11e17), Cell::of_text("3.20706E+17"), Cell::of_text("1.3e10")];
        assert!(lost.iter().all(Cell::lost_digits));
        let whole = [Cell::Number(13_800_000_001.0), Cell::of_text("11010519491231002X"), Cell::of_text("E12345678")];
        assert!(!whole.iter().any(Cell::lost_digits));
        assert_eq!(whole[0].text(), "13800000001");
        assert_eq!(Cell::Number(2.5).text(), "2.5");
    }
}
