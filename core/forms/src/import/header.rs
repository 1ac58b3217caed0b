//! Headers: how the first row of a sheet names its columns, and rows told by those names.
//!
//! Owns old and other names of columns, `label::English`, `label:English`, and texts as spreadsheets spoil them. Refuses
//! two columns of one meaning. Invariant: a row keeps its number in the sheet.

use super::refusal::{Code, Refusal};
use super::value::Map;
use super::workbook::RawSheet;

/// A sheet whose headers were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// Headers as they stand, with their columns.
    pub(super) headers: Vec<(usize, String)>,
    /// The headers' parts, in the same order; of a header that says the same again the same.
    pub(super) parts: Vec<Vec<String>>,
    /// Rows below the header, empty ones too where others follow.
    pub(super) rows: Vec<(u32, Vec<(usize, String)>)>,
}

/// Columns of a run of empty ones after which a header row ends.
const EMPTY_COLUMNS: usize = 20;
/// Rows of a run of empty ones after which a sheet ends.
const EMPTY_ROWS: u32 = 60;

/// What a sheet's columns are called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    pub(super) sheet: &'static str,
    /// Other names, with the parts that they stand for.
    pub(super) aliases: &'static [(&'static str, &'static [&'static str])],
    /// Names as they are.
    pub(super) known: &'static [&'static str],
}

impl Sheet {
    /// Reads headers and rows.
    pub(super) fn read(raw: &RawSheet) -> Result<Sheet, Refusal> {
        let mut sheet = Sheet::default();
        let first = raw.rows.first().filter(|(number, _)| *number == 1).map(|(_, cells)| cells.as_slice());
        let mut before = None::<usize>;
        for (column, text) in first.unwrap_or_default() {
            let empty = before.map_or(*column, |before| column - before - 1);
            if empty > EMPTY_COLUMNS {
                break;
            }
            before = Some(*column);
            if sheet.headers.iter().any(|(_, other)| other == text) {
                let sheet_name = raw.name.to_lowercase();
                return Err(Refusal::new(Code::HeaderDuplicate).at(&sheet_name, 1, text));
            }
            sheet.headers.push((*column, one_space(text.trim())));
        }
        let mut last = 1;
        for (number, cells) in raw.rows.iter().filter(|(number, _)| *number > 1) {
            let own = |(column, _): &&(usize, String)| sheet.headers.iter().any(|(header, _)| header == column);
            let cells: Vec<(usize, String)> = cells.iter().filter(own).cloned().collect();
            if number - last - 1 > EMPTY_ROWS {
                break;
            }
            if !cells.is_empty() {
                last = *number;
                sheet.rows.push((*number, cells));
            }
        }
        Ok(sheet)
    }

    /// Tells the parts of every header.
    pub(super) fn name(&mut self, columns: &Columns) -> Result<(), Refusal> {
        let double = self.headers.iter().any(|(_, header)| header.contains("::"));
        let mut seen: Vec<(Vec<String>, String)> = Vec::new();
        for (_, header) in &self.headers {
            let (same, parts) = parts_of(header, double, columns);
            match seen.iter_mut().find(|(other, _)| *other == parts) {
                Some((_, other)) if !same && other != header => {
                    let refusal = Refusal::new(Code::HeaderTwice).at(columns.sheet, 1, header);
                    return Err(refusal.with("other", other.clone()).with("header", header.clone()));
                }
                Some((_, other)) => other.clone_from(header),
                None => seen.push((parts.clone(), header.clone())),
            }
            self.parts.push(parts);
        }
        Ok(())
    }

    /// Refuses if a column is not there that must be.
    pub(super) fn needs(&self, sheet: &str, column: &str) -> Result<(), Refusal> {
        if self.parts.iter().any(|parts| parts.first().is_some_and(|first| first == column)) {
            return Ok(());
        }
        Err(Refusal::new(Code::HeaderMissing).at(sheet, 1, column).with("header", column))
    }

    /// Whether it has neither headers nor rows.
    pub(super) fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.rows.is_empty()
    }

    /// The header of a column as it stands.
    pub(super) fn header(&self, column: usize) -> &str {
        self.headers.iter().find(|(own, _)| *own == column).map_or("", |(_, header)| header)
    }

    /// The rows by their columns' names.
    pub(super) fn maps(&self, default_language: &str, one_space_only: bool) -> Vec<(u32, Map)> {
        let map = |(number, cells): &(u32, Vec<(usize, String)>)| {
            let mut row = Map::default();
            for (column, text) in cells {
                let Some(place) = self.headers.iter().position(|(own, _)| own == column) else { continue };
                let text = plain_quotes(text);
                let text = if one_space_only { one_space(text.trim()) } else { text };
                match self.parts[place].as_slice() {
                    [only] => row.set(only, text),
                    parts => row.merge(parts, text, default_language),
                }
            }
            (*number, row)
        };
        self.rows.iter().map(map).collect()
    }
}

/// Runs of spaces become one.
pub(super) fn one_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    out
}

/// Quotes that a spreadsheet made curly become straight.
fn plain_quotes(text: &str) -> String {
    if !text.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']) {
        return text.to_owned();
    }
    text.replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\"")
}

fn snake_case(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join("_").to_lowercase()
}

/// The parts of a header, and whether the header is already what the first of them is called.
fn parts_of(header: &str, double: bool, columns: &Columns) -> (bool, Vec<String>) {
    let alias = |name: &str| columns.aliases.iter().find(|(own, _)| *own == name).map(|(_, parts)| *parts);
    let known = |name: &str| columns.known.contains(&name);
    let snake = snake_case(header);
    for name in [header, snake.as_str()] {
        if known(name) && alias(name).is_none() {
            return (name == header, vec![name.to_owned()]);
        }
    }
    let mut parts: Vec<String> = if double || header.contains("::") {
        header.split("::").map(|part| part.trim().to_owned()).collect()
    } else {
        let mut parts: Vec<String> = header.split(':').map(|part| part.trim().to_owned()).collect();
        if let Some(place) = parts.iter().position(|part| part == "jr").filter(|place| place + 1 < parts.len()) {
            let name = format!("jr:{}", parts.remove(place + 1));
            parts[place] = name;
        }
        parts
    };
    let first = snake_case(&parts[0]);
    if let Some(stands_for) = alias(&first) {
        parts.splice(..1, stands_for.iter().map(|part| (*part).to_owned()));
        return (stands_for.len() == 1 && stands_for[0] == header, parts);
    }
    if known(&first) {
        let same = first == header;
        parts[0] = first;
        return (same, parts);
    }
    (true, parts)
}

#[cfg(test)]
mod tests {
    use super::super::columns::SURVEY;
    use super::*;

    fn parts(header: &str) -> Vec<String> {
        parts_of(header, header.contains("::"), &SURVEY).1
    }

    #[test]
    fn a_header_has_many_spellings() {
        for (header, expected) in [
            ("Label::English (en)", &["label", "English (en)"][..]),
            ("label:English", &["label", "English"]),
            ("Constraint Message::中文", &["bind", "jr:constraintMsg", "中文"]),
            ("read_only", &["bind", "readonly"]),
            ("jr:count", &["control", "jr:count"]),
            ("media::image::en", &["media", "image", "en"]),
            ("bind::jr:preload", &["bind", "jr:preload"]),
            ("my note", &["my note"]),
        ] {
            assert_eq!(parts(header), expected, "{header}");
        }
    }

    #[test]
    fn rows_keep_their_numbers_and_texts_lose_curly_quotes() {
        let cell = |column: usize, text: &str| (column, text.to_owned());
        let rows = vec![
            (1, vec![cell(0, "type"), cell(2, "label")]),
            (4, vec![cell(0, "text"), cell(1, "no header"), cell(2, "the \u{201c}old\u{201d}  one")]),
        ];
        let mut sheet = Sheet::read(&RawSheet { name: "survey".to_owned(), rows }).unwrap();
        sheet.name(&SURVEY).unwrap();
        let maps = sheet.maps("default", true);
        assert_eq!(maps.len(), 1);
        assert_eq!(maps[0].0, 4);
        assert_eq!(maps[0].1.text("label"), Some("the \"old\" one"));
    }

    #[test]
    fn two_headers_of_one_column_are_refused() {
        let cell = |column: usize, text: &str| (column, text.to_owned());
        let rows = vec![(1, vec![cell(0, "relevant"), cell(1, "relevance")])];
        let mut sheet = Sheet::read(&RawSheet { name: "survey".to_owned(), rows }).unwrap();
        let refusal = sheet.name(&SURVEY).unwrap_err();
        assert_eq!((refusal.code, refusal.column.as_deref()), (Code::HeaderTwice, Some("relevance")));
    }
}
