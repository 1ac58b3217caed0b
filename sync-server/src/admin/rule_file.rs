//! Rule tables as files: a spreadsheet or text in, rows with their numbers out, and what is wrong with them.
//!
//! Owns finding the headings and the place of each fault. Refuses to write and to know what a row means: the model does.
//! Invariant: every fault names row and column as the file has them.

use crate::import::file::{self, FileFault};
use crate::import::problem::letters;
use crate::limits::TABLE_FAULTS_MAX;
use gridwalk_model::limits;
use gridwalk_model::rule_table::{Fault, TableSort};
use gridwalk_model::unit_code::UnitCode;
use std::collections::BTreeMap;

/// The heading above the codes of units in a file of several offices.
const UNIT_HEADINGS: [&str; 5] = ["unit", "辖区代码", "单位代码", "辖区", "单位"];

/// A fault with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleFault {
    /// The row, from 1, as the file counts; 0 for the file.
    pub row: u32,
    /// The column, as spreadsheets letter it; empty for a whole row.
    pub column: String,
    /// The column's heading.
    pub heading: String,
    /// The stable code.
    pub code: &'static str,
    /// What stands there.
    pub found: String,
    /// Whether the table stays out.
    pub blocks: bool,
}

/// A table as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleFile {
    /// Rows by the code of the office that they are of; none for the one that the import names.
    pub rows: BTreeMap<Option<UnitCode>, Vec<Vec<String>>>,
    /// What is wrong, the upper first.
    pub faults: Vec<RuleFault>,
}

/// Where the columns stand.
struct Heading {
    /// The row of headings, as the file counts.
    row: u32,
    /// The place in the file of each column of the sort.
    columns: Vec<Option<usize>>,
    /// The place of the codes of offices.
    unit: Option<usize>,
    /// The headings as they stand.
    texts: Vec<String>,
}

impl RuleFile {
    /// Reads a file of a sort.
    pub fn read(bytes: &[u8], name: &str, sort: TableSort) -> Result<Self, FileFault> {
        let opened = file::open(bytes, name)?;
        let sheet = opened.sheets.first().ok_or_else(|| FileFault::new("no_table"))?;
        let cells = |row: &crate::import::Row| row.cells.iter().map(crate::import::Cell::text).collect::<Vec<String>>();
        let said = sheet.rows.iter().map(|row| (row.number, cells(row)));
        let said: Vec<(u32, Vec<String>)> =
            said.filter(|(_, cells)| !cells.first().is_some_and(|cell| cell.starts_with('#'))).collect();
        let heading = heading(&said, sort).ok_or_else(|| FileFault::new("no_heading"))?;
        let mut read = Self::default();
        let mut numbers: BTreeMap<Option<UnitCode>, Vec<u32>> = BTreeMap::new();
        for (number, cells) in said.iter().filter(|(number, _)| *number > heading.row) {
            let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).cloned().unwrap_or_default();
            let unit = cell(heading.unit);
            let code = (!unit.trim().is_empty()).then(|| UnitCode::parse(&unit));
            let Ok(code) = code.transpose() else {
                let column = heading.unit.map(letters).unwrap_or_default();
                let found = unit.trim().to_owned();
                let heading = UNIT_HEADINGS[0].to_owned();
                read.faults.push(RuleFault { row: *number, column, heading, code: "unit_code", found, blocks: true });
                continue;
            };
            numbers.entry(code.clone()).or_default().push(*number);
            read.rows.entry(code).or_default().push(heading.columns.iter().map(|at| cell(*at)).collect());
        }
        let all: usize = read.rows.values().map(Vec::len).sum();
        if all == 0 {
            return Err(FileFault::new("no_table"));
        }
        if all > limits::RULE_ROWS_MAX {
            return Err(FileFault::found("too_many_rows", limits::RULE_ROWS_MAX.to_string()));
        }
        for (code, rows) in &read.rows {
            let of_row = numbers.get(code).map_or(&[][..], Vec::as_slice);
            read.faults.extend(sort.check(rows).iter().map(|fault| placed(sort, fault, of_row, &heading)));
        }
        read.faults.sort_by_key(|fault| (!fault.blocks, fault.row));
        read.faults.truncate(TABLE_FAULTS_MAX);
        Ok(read)
    }

    /// Whether something keeps the table out.
    pub fn is_blocked(&self) -> bool {
        self.faults.iter().any(|fault| fault.blocks)
    }
}

/// The row of headings: the first that has at least two columns of the sort, the first of them among these.
fn heading(rows: &[(u32, Vec<String>)], sort: TableSort) -> Option<Heading> {
    rows.iter().find_map(|(row, cells)| {
        let mut columns = vec![None; sort.columns().len()];
        for (at, cell) in cells.iter().enumerate() {
            if let Some(place) = sort.column(cell).and_then(|column| columns.get_mut(column)) {
                *place = place.or(Some(at));
            }
        }
        let known = columns.iter().flatten().count();
        let of_offices = sort == TableSort::WorkHours;
        let named = |cell: &String| UNIT_HEADINGS.contains(&cell.trim().to_lowercase().as_str());
        let unit = of_offices.then(|| cells.iter().position(named)).flatten();
        (known >= 2).then(|| Heading { row: *row, columns, unit, texts: cells.clone() })
    })
}

fn placed(sort: TableSort, fault: &Fault, numbers: &[u32], heading: &Heading) -> RuleFault {
    let place = sort.columns().iter().position(|(name, _)| *name == fault.column);
    let at = place.and_then(|place| heading.columns.get(place).copied().flatten());
    let text = at.and_then(|at| heading.texts.get(at)).map_or(fault.column, String::as_str);
    RuleFault {
        row: numbers.get(fault.row).copied().unwrap_or_default(),
        column: at.map(letters).unwrap_or_default(),
        heading: text.to_owned(),
        code: fault.code,
        found: fault.found.clone(),
        blocks: !fault.only_warns(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_by_row_and_column_of_the_file() {
        let table = "\u{feff}2027年放假安排,,,\n年份,起,止,类别,节日\n2027,2027-01-01,2027-01-03,放假,元旦\n\n2027,2027-02-30,,放假,春节\n2027,2027-01-04,,上班,元旦\n";
        let read = RuleFile::read(table.as_bytes(), "t.csv", TableSort::Holidays).unwrap();
        let told: Vec<_> = read.faults.iter().map(|f| (f.row, f.column.as_str(), f.heading.as_str(), f.code)).collect();
        assert_eq!(told, [(5, "B", "起", "not_a_date"), (6, "B", "起", "make_up_on_weekday")]);
        assert!(read.is_blocked());
        assert_eq!(read.rows[&None].len(), 3);
    }

    #[test]
    fn a_file_of_several_offices_is_read_by_office() {
        let table = "unit,from,days,begin,end\n330402,2027-01-01,mon-fri,8:30,12:00\n330402001,2027-01-01,每天,8:00,20:00\nhere,2027-01-01,mon,8:00,9:00\n";
        let read = RuleFile::read(table.as_bytes(), "t.csv", TableSort::WorkHours).unwrap();
        assert_eq!(read.rows.len(), 2);
        assert_eq!(
            read.faults.iter().map(|f| (f.row, f.column.as_str(), f.code)).collect::<Vec<_>>(),
            [(4, "A", "unit_code")]
        );
        assert_eq!(RuleFile::read(b"a,b\n1,2\n", "t.csv", TableSort::WorkHours).unwrap_err().code, "no_heading");
    }
}
