//! Reading: from a cell to a value of a field, or to what is wrong with it.
//!
//! Owns what each shape of a field takes from a cell. Refuses to know rows and records. Invariant: a value that comes out
//! is in the form in which the model stores it, and fits.

use super::cell::{Cell, clean};
use super::date;
use super::problem::ProblemCode;
use super::words;
use gridwalk_model::check::{self, Checked, half_width};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::id_number;
use gridwalk_model::kind::{Field, Shape};
use gridwalk_model::value::Value;
use std::collections::BTreeMap;

/// What a cell came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadCell {
    /// The value, if there is one.
    pub value: Option<Value>,
    /// What is wrong or odd.
    pub problems: Vec<ProblemCode>,
}

impl ReadCell {
    fn of(value: impl Into<Value>) -> Self {
        Self { value: Some(value.into()), problems: Vec::new() }
    }

    fn wrong(code: ProblemCode) -> Self {
        Self { value: None, problems: vec![code] }
    }
}

/// What people write where there is nothing to write.
const NOTHING: [&str; 16] =
    ["/", "//", "\\", "-", "--", "—", "——", "n/a", "na", "null", "无", "無", "暂无", "没有", "不详", "未知"];

/// Whether a text says that there is nothing: dashes and the like for any field, words for those that hold no text.
fn says_nothing(text: &str, shape: Shape) -> bool {
    let at = NOTHING.iter().position(|nothing| text.eq_ignore_ascii_case(nothing));
    at.is_some_and(|at| at < 10 || !matches!(shape, Shape::Text { .. }))
}

/// Reads a cell into a field; `words` are the table's own words for codes.
pub fn read(cell: &Cell, field: &'static Field, words: Option<&BTreeMap<String, String>>, today: i64) -> ReadCell {
    match cell {
        Cell::Empty => return ReadCell::default(),
        Cell::NoValue => return ReadCell::wrong(ProblemCode::FormulaWithoutValue),
        Cell::Fault(_) => return ReadCell::wrong(ProblemCode::CellFault),
        _ => {}
    }
    let text = cell.text();
    let text = clean(&text);
    if let Some(meant) = words.and_then(|words| words.get(text)) {
        return read_text(&Cell::of_text(meant), meant, field, today);
    }
    if text.is_empty() || (says_nothing(text, field.shape) && !is_code(field.shape, text)) {
        return ReadCell::default();
    }
    read_text(cell, text, field, today)
}

fn is_code(shape: Shape, text: &str) -> bool {
    matches!(shape, Shape::Code(set) if words::meant(set, text).is_some())
}

fn read_text(cell: &Cell, text: &str, field: &'static Field, today: i64) -> ReadCell {
    let read = match field.shape {
        Shape::IdNumber | Shape::Phone | Shape::Uscc | Shape::Text { .. } if cell.lost_digits() => {
            return ReadCell::wrong(ProblemCode::DigitsLost);
        }
        Shape::IdNumber => id(text, today),
        Shape::Phone => phone(text),
        Shape::Uscc => checked(check::uscc(text)),
        Shape::Date => {
            date::day_of(cell).map_or(ReadCell::wrong(ProblemCode::NotADate), |day| ReadCell::of(Value::Int(day)))
        }
        Shape::Int { .. } => {
            whole(text).map_or(ReadCell::wrong(ProblemCode::NotANumber), |n| ReadCell::of(Value::Int(n)))
        }
        Shape::Bool => {
            yes_or_no(cell, text).map_or(ReadCell::wrong(ProblemCode::NotYesOrNo), |yes| ReadCell::of(Value::Bool(yes)))
        }
        Shape::Code(set) => words::meant(set, text).map_or(ReadCell::wrong(ProblemCode::WordUnknown), ReadCell::of),
        _ => ReadCell::of(text),
    };
    fit(read, field)
}

/// The value as it is stored; one that does not fit is told.
fn fit(mut read: ReadCell, field: &'static Field) -> ReadCell {
    let Some(value) = read.value.take() else { return read };
    match field.accept(value) {
        Ok(value) => read.value = Some(value),
        Err(_) => read.problems.push(match field.shape {
            Shape::Date => ProblemCode::NotADate,
            Shape::Int { .. } => ProblemCode::NotANumber,
            Shape::Text { .. } => ProblemCode::TooLong,
            _ => ProblemCode::NotThatNumber,
        }),
    }
    read
}

fn checked(checked: Checked) -> ReadCell {
    match checked {
        Ok(passed) => {
            let problems = passed.warnings.iter().map(|warning| ProblemCode::Odd(warning.code())).collect();
            ReadCell { value: Some(passed.text.into()), problems }
        }
        Err(_) => ReadCell::wrong(ProblemCode::NotThatNumber),
    }
}

/// A spreadsheet keeps fifteen digits: a number of eighteen that ends in three zeros and fails its check lost the rest.
fn id(text: &str, today: i64) -> ReadCell {
    let number = id_number::normalize(text);
    let zeros = number.len() == 18 && number.ends_with("000") && number.bytes().all(|b| b.is_ascii_digit());
    if zeros && id_number::check_digit(&number[..17]) != Some('0') {
        return ReadCell::wrong(ProblemCode::DigitsLost);
    }
    checked(check::id_number(text, CivilDate::from_days(today), None, None))
}

/// The first of several numbers that stand in one cell.
fn phone(text: &str) -> ReadCell {
    let parts: Vec<&str> = text
        .split(['/', '、', ',', '，', ';', '；', '\n', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let whole = |part: &str| part.chars().filter(char::is_ascii_digit).count() >= 7;
    match parts.as_slice() {
        [first, more @ ..] if !more.is_empty() && whole(first) && more.iter().any(|part| whole(part)) => {
            let mut read = checked(check::phone(first));
            read.problems.push(ProblemCode::SeveralNumbers);
            read
        }
        _ => checked(check::phone(text)),
    }
}

/// A whole number, with its unit behind it or not: `6层`, `85.6㎡` rounded.
fn whole(text: &str) -> Option<i64> {
    let text = half_width(text).replace([',', '，', ' '], "");
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-')).unwrap_or(text.len());
    let (number, word) = text.split_at(end);
    if word.chars().count() > 3 || word.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(number) = number.parse::<i64>() {
        return Some(number);
    }
    let number: f64 = number.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "within the range of whole numbers")]
    (number.abs() < 1e12).then(|| number.round() as i64)
}

fn yes_or_no(cell: &Cell, text: &str) -> Option<bool> {
    if let Cell::Yes(yes) = cell {
        return Some(*yes);
    }
    match text.to_ascii_lowercase().as_str() {
        "是" | "有" | "对" | "√" | "✓" | "✔" | "y" | "yes" | "true" | "1" | "已" => Some(true),
        "否" | "无" | "没有" | "×" | "✗" | "✘" | "x" | "n" | "no" | "false" | "0" | "未" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_model::kind::Kind;

    fn resident(field: &str, cell: &Cell) -> (Option<String>, Vec<&'static str>) {
        let today = CivilDate::parse("2026-11-22").unwrap().days();
        let read = read(cell, Kind::Resident.table().field(field).unwrap(), None, today);
        let value = read.value.map(|value| value.as_text().map_or_else(|| format!("{value:?}"), str::to_owned));
        (value, read.problems.iter().map(|code| code.code()).collect())
    }

    #[test]
    fn cells_become_values_or_are_told() {
        let text = Cell::of_text;
        let rows: [(&str, Cell, Option<&str>, &[&str]); 24] = [
            ("name", text(" 王小明 "), Some("王小明"), &[]),
            ("name", text("/"), None, &[]),
            ("id_number", text("'11010519491231002x"), Some("11010519491231002X"), &[]),
            ("id_number", text("１１０１０５１９４９１２３１００２Ｘ"), Some("11010519491231002X"), &[]),
            ("id_number", text("110105194912310021"), Some("110105194912310021"), &["id_check_digit"]),
            ("id_number", Cell::Number(3.207_061_990_010_11e17), None, &["digits_lost"]),
            ("id_number", text("3.20706E+17"), None, &["digits_lost"]),
            ("id_number", text("320706199001011000"), None, &["digits_lost"]),
            ("id_number", text("320706199001011二三四"), None, &["not_that_number"]),
            ("id_number", text("无"), None, &[]),
            ("phone", Cell::Number(13_800_000_001.0), Some("13800000001"), &[]),
            ("phone", text("13800000001/13800000002"), Some("13800000001"), &["several_numbers"]),
            ("phone", text("0573 8300 0000"), Some("057383000000"), &[]),
            ("sex", text("男"), Some("1"), &[]),
            ("sex", text("未知"), Some("0"), &[]),
            ("sex", text("男性"), Some("1"), &[]),
            ("sex", text("雄"), None, &["word_unknown"]),
            ("relation", text("次女"), Some("30"), &[]),
            ("nation", text("汉"), Some("01"), &[]),
            ("birth", text("1990.1.2"), Some("7306"), &[]),
            ("birth", text("1990年"), None, &["not_a_date"]),
            ("birth", Cell::Fault("#N/A".into()), None, &["cell_fault"]),
            ("birth", Cell::NoValue, None, &["formula_without_value"]),
            ("note", text(&"长".repeat(2001)), None, &["too_long"]),
        ];
        for (field, cell, value, problems) in rows {
            let (found, told) = resident(field, &cell);
            assert_eq!((found.as_deref(), told.as_slice()), (value, problems), "{field} {cell:?}");
        }
    }

    #[test]
    fn numbers_bring_their_units_and_words_their_own_codes() {
        assert_eq!(
            [whole("6层"), whole("85.6㎡"), whole("1,200"), whole("六"), whole("3-4")],
            [Some(6), Some(86), Some(1200), None, None]
        );
        let words = BTreeMap::from([("雄".to_owned(), "1".to_owned())]);
        let sex = Kind::Resident.table().field("sex").unwrap();
        assert_eq!(read(&Cell::of_text("雄"), sex, Some(&words), 0).value, Some("1".into()));
        assert_eq!(yes_or_no(&Cell::Yes(true), "true"), Some(true));
        assert_eq!(yes_or_no(&Cell::of_text("否"), "否"), Some(false));
    }
}
