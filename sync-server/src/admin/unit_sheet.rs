//! The sheet of a file that holds units: which it is, where its headings stand, and its cells by column.
//!
//! Owns finding the headings, by the words of `catalog/imports/units.csv`. Refuses to judge what cells say. Invariant: a row
//! keeps the number, and a column the letters, by which the file shows them.

use crate::import::FileFault;
use crate::import::cell::{Row, Sheet};
use crate::import::file;
use crate::import::problem::letters;
use crate::import::target::normal;
use crate::limits::IMPORT_HEADING_ROWS_MAX;
use std::collections::BTreeMap;

/// A sheet with its columns.
pub(super) struct UnitSheet {
    sheet: Sheet,
    columns: BTreeMap<&'static str, usize>,
    /// Rows up to the headings, with them.
    above: usize,
    /// Cells of the row of headings, where each row must have as many.
    pub(super) width: Option<usize>,
}

/// Why there is none.
pub(super) enum NoSheet {
    /// The file cannot be read.
    File(FileFault),
    /// No sheet has a heading for this field; the row is the one that has most of the others.
    Column(String, u32, &'static str),
}

impl UnitSheet {
    /// The sheet of that name, or the only one that has headings for all these fields.
    pub(super) fn find(
        bytes: &[u8],
        file: &str,
        wanted: Option<&str>,
        needed: &[&'static str],
    ) -> Result<Self, NoSheet> {
        let opened = file::open(bytes, file).map_err(NoSheet::File)?;
        let text = opened.format != "xlsx";
        let mut sheets = opened.sheets;
        if let Some(wanted) = wanted {
            let known: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
            sheets.retain(|sheet| sheet.name == wanted.trim());
            if sheets.is_empty() {
                return Err(NoSheet::File(FileFault::found("sheet_unknown", known.join("、"))));
            }
        }
        let (mut found, mut lacking) = (Vec::new(), NoSheet::Column(file.to_owned(), 1, needed[0]));
        let mut most = 0;
        for sheet in sheets {
            let (above, columns) = headings(&sheet);
            match needed.iter().find(|field| !columns.contains_key(*field)) {
                None => {
                    let width = sheet.rows.get(above.saturating_sub(1)).map(|row| row.cells.len()).filter(|_| text);
                    found.push(Self { sheet, columns, above, width });
                }
                Some(field) if columns.len() >= most => {
                    most = columns.len() + 1;
                    let row = sheet.rows.get(above.saturating_sub(1)).map_or(1, |row| row.number);
                    lacking = NoSheet::Column(sheet.name, row, field);
                }
                Some(_) => {}
            }
        }
        if found.len() > 1 {
            let names: Vec<String> = found.into_iter().map(|one| one.sheet.name).collect();
            return Err(NoSheet::File(FileFault::found("sheets_several", names.join("、"))));
        }
        found.pop().ok_or(lacking)
    }

    /// The sheet's name.
    pub(super) fn name(&self) -> &str {
        &self.sheet.name
    }

    /// The rows below the headings.
    pub(super) fn rows(&self) -> &[Row] {
        self.sheet.rows.get(self.above..).unwrap_or_default()
    }

    /// What stands in a row for a field.
    pub(super) fn text(&self, row: &Row, field: &str) -> String {
        self.columns.get(field).map(|at| row.cell(*at).text()).unwrap_or_default()
    }

    /// The letters of a field's column; nothing where it has none.
    pub(super) fn letters(&self, field: &str) -> String {
        self.columns.get(field).map(|at| letters(*at)).unwrap_or_default()
    }
}

/// Rows up to the one that names most fields, with it, and where they stand.
fn headings(sheet: &Sheet) -> (usize, BTreeMap<&'static str, usize>) {
    let mut best = (0, BTreeMap::new());
    for (nth, row) in sheet.rows.iter().take(IMPORT_HEADING_ROWS_MAX).enumerate() {
        let mut columns = BTreeMap::new();
        for (at, cell) in row.cells.iter().enumerate() {
            if let Some(field) = field_of(&cell.text()) {
                columns.entry(field).or_insert(at);
            }
        }
        if columns.len() > best.1.len() {
            best = (nth + 1, columns);
        }
    }
    best
}

/// The field that a heading names.
fn field_of(heading: &str) -> Option<&'static str> {
    let heading = normal(heading);
    let lines = include_str!("../../../catalog/imports/units.csv").lines().skip(1);
    let mut fields = lines.filter_map(|line| line.split_once(','));
    fields.find(|(_, words)| words.split('|').any(|word| normal(word) == heading)).map(|(field, _)| field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_below_its_title_by_the_words_of_either_language() {
        let table = "海州区区划表\n代码,名称,上级代码,级别\n3207,连云港市,,市\n";
        let sheet = UnitSheet::find(table.as_bytes(), "t.csv", None, &["code", "level"]).ok().unwrap();
        let row = &sheet.rows()[0];
        assert_eq!((row.number, sheet.text(row, "name"), sheet.letters("level")), (3, "连云港市".into(), "D".into()));
        let lacking = UnitSheet::find("code,name\n".as_bytes(), "t.csv", None, &["code", "level"]).err().unwrap();
        assert!(matches!(lacking, NoSheet::Column(sheet, 1, "level") if sheet == "t.csv"));
    }
}
