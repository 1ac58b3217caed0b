//! Tables of administrative divisions: a file in, checked rows out.
//!
//! Owns reading and checking: columns `code`, `name`, `parent`, `level` and, if there, `kind`, in any order, by these words or
//! by those that offices use. Refuses to know the store and to mend what is wrong. Invariant: a table is read whole or not at
//! all; every fault names its row, and its column where it stands in one.

use super::unit_sheet::{NoSheet, UnitSheet};
use crate::import::FileFault;
use crate::import::cell::Row;
use crate::limits::{NAME_CHARS_MAX, TABLE_FAULTS_MAX, UNIT_TABLE_BYTES_MAX};
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::unit_code::{Level, UnitCode};
use std::collections::{BTreeMap, HashMap, HashSet};

/// One unit of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// Where it stands, from 1, the heading being line 1.
    pub line: u64,
    /// Its code.
    pub code: UnitCode,
    /// Its name.
    pub name: String,
    /// Code of the unit above; none for a city.
    pub parent: Option<UnitCode>,
    /// Its level.
    pub level: Level,
    /// Its kind, as it stands in the table.
    pub kind: Option<String>,
}

/// A table whose rows fit together; those above stand before those below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitTable {
    /// The rows, by level and then by code.
    pub rows: Vec<UnitRow>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// Neither UTF-8 nor GB18030.
    Encoding,
    /// Larger than `UNIT_TABLE_BYTES_MAX`.
    TooLarge,
    /// A column is missing in the heading.
    Column,
    /// More or fewer cells than the heading, or an open quotation mark.
    Cells,
    /// Not a unit's code.
    Code,
    /// A level that there is not.
    Level,
    /// The code has more or fewer digits than its level.
    Digits,
    /// The name is empty, too long, or has signs that are no text.
    Name,
    /// The code stands in the table twice; `found` names the first line.
    Twice,
    /// The unit above is not in the table.
    Parent,
    /// The unit above is not of a higher level.
    ParentLevel,
    /// The code does not begin with that of the unit above.
    ParentCode,
    /// There is no unit in the table.
    Empty,
}

impl FaultCode {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Encoding,
        Self::TooLarge,
        Self::Column,
        Self::Cells,
        Self::Code,
        Self::Level,
        Self::Digits,
        Self::Name,
        Self::Twice,
        Self::Parent,
        Self::ParentLevel,
        Self::ParentCode,
        Self::Empty,
    ];

    /// The column that it stands in; nothing for a whole row.
    const fn field(self) -> &'static str {
        match self {
            Self::Code | Self::Digits | Self::Twice => "code",
            Self::Level => "level",
            Self::Name => "name",
            Self::Parent | Self::ParentLevel | Self::ParentCode => "parent",
            _ => "",
        }
    }

    /// The stable code that words are found by.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::TooLarge => "too_large",
            Self::Column => "column",
            Self::Cells => "cells",
            Self::Code => "code",
            Self::Level => "level",
            Self::Digits => "digits",
            Self::Name => "name",
            Self::Twice => "twice",
            Self::Parent => "parent",
            Self::ParentLevel => "parent_level",
            Self::ParentCode => "parent_code",
            Self::Empty => "empty",
        }
    }
}

/// Why a file gave no table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRead {
    /// It cannot be read, or nobody says which of its sheets it is.
    File(FileFault),
    /// Something is wrong in the table on a sheet; text has the file's name for one.
    Table {
        /// The sheet.
        sheet: String,
        /// What, by row.
        faults: Vec<TableFault>,
    },
}

/// A fault with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFault {
    /// The row, from 1, as the file counts.
    pub line: u64,
    /// The column, as spreadsheets letter it; empty for a whole row.
    pub column: String,
    /// What is wrong.
    pub code: FaultCode,
    /// What stands there.
    pub found: String,
}

/// A row as read, its parent not yet looked for.
struct RawRow {
    row: UnitRow,
    parent: String,
}

impl UnitTable {
    /// Reads and checks a table. Provinces are skipped; `prefecture` is a city, `town` a township.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<TableFault>> {
        Self::read_sheet(bytes, "", None).map_err(|not_read| match not_read {
            NotRead::Table { faults, .. } => faults,
            NotRead::File(FileFault { code: "encoding", .. }) => vec![fault(1, FaultCode::Encoding, "")],
            NotRead::File(FileFault { code: "too_large", .. }) => {
                vec![fault(1, FaultCode::TooLarge, &bytes.len().to_string())]
            }
            NotRead::File(_) => vec![fault(1, FaultCode::Empty, "")],
        })
    }

    /// Reads and checks the table in a file, CSV or a workbook: the sheet of that name, or the only one that is a table.
    pub fn read_sheet(bytes: &[u8], file: &str, wanted: Option<&str>) -> Result<Self, NotRead> {
        let told = |sheet: &str, faults: Vec<TableFault>| NotRead::Table { sheet: sheet.to_owned(), faults };
        if bytes.len() > UNIT_TABLE_BYTES_MAX {
            return Err(told(file, vec![fault(1, FaultCode::TooLarge, &bytes.len().to_string())]));
        }
        let sheet = UnitSheet::find(bytes, file, wanted, &NEEDED).map_err(|none| match none {
            NoSheet::File(fault) => NotRead::File(fault),
            NoSheet::Column(sheet, row, field) => told(&sheet, vec![fault(u64::from(row), FaultCode::Column, field)]),
        })?;
        let (mut faults, mut broken) = (Vec::new(), HashSet::new());
        let raw = raw_rows(&sheet, &mut faults, &mut broken);
        let rows = tied(raw, &mut faults, &broken);
        if rows.is_empty() && faults.is_empty() {
            faults.push(fault(1, FaultCode::Empty, ""));
        }
        faults.sort_by_key(|f| f.line);
        faults.truncate(TABLE_FAULTS_MAX);
        for fault in &mut faults {
            fault.column = sheet.letters(fault.code.field());
        }
        if faults.is_empty() { Ok(Self { rows }) } else { Err(told(sheet.name(), faults)) }
    }

    /// How many units each level has.
    pub fn counts(&self) -> BTreeMap<Level, u64> {
        let mut counts = BTreeMap::new();
        self.rows.iter().for_each(|row| *counts.entry(row.level).or_default() += 1);
        counts
    }
}

fn fault(line: u64, code: FaultCode, found: &str) -> TableFault {
    TableFault { line, column: String::new(), code, found: found.chars().take(NAME_CHARS_MAX).collect() }
}

/// The columns that a table must have.
const NEEDED: [&str; 4] = ["code", "name", "parent", "level"];

/// The rows that can be read alone. What is below a broken row is not told as broken too: `broken` has their codes.
fn raw_rows(sheet: &UnitSheet, faults: &mut Vec<TableFault>, broken: &mut HashSet<String>) -> Vec<RawRow> {
    let mut rows = Vec::new();
    for row in sheet.rows() {
        let told = if sheet.width.is_some_and(|width| width != row.cells.len()) {
            Err(fault(u64::from(row.number), FaultCode::Cells, &row.cells.len().to_string()))
        } else {
            raw_row(sheet, row)
        };
        match told {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => {}
            Err(found) => {
                broken.insert(sheet.text(row, "code"));
                faults.push(found);
            }
        }
    }
    rows
}

/// The level that a cell names: by its code, by what statistics call it, or by its word.
fn level_of(text: &str) -> Option<Level> {
    match text.to_ascii_lowercase().as_str() {
        "prefecture" | "地级市" | "市级" => Some(Level::City),
        "县" | "区" | "区县" | "县区" | "县级" => Some(Level::County),
        "town" | "街道" | "镇" | "乡" | "乡镇" | "乡级" => Some(Level::Township),
        "村" | "社区" | "村社区" | "村级" => Some(Level::Village),
        name => Level::from_name(name).or_else(|| Level::from_name(CodeSet::UnitLevel.meant(text)?)),
    }
}

/// One row; `None` for a province.
fn raw_row(sheet: &UnitSheet, row: &Row) -> Result<Option<RawRow>, TableFault> {
    let line = u64::from(row.number);
    let cell = |field: &str| sheet.text(row, field);
    let (code_text, level_text, name) = (cell("code"), cell("level"), cell("name"));
    if ["province", "省", "省级"].iter().any(|word| level_text.eq_ignore_ascii_case(word)) {
        return Ok(None);
    }
    let level = level_of(&level_text).ok_or_else(|| fault(line, FaultCode::Level, &level_text))?;
    let code = UnitCode::parse(&code_text).map_err(|_| fault(line, FaultCode::Code, &code_text))?;
    if code.level() != Some(level) {
        return Err(fault(line, FaultCode::Digits, &code_text));
    }
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(fault(line, FaultCode::Name, &name));
    }
    let kind = Some(cell("kind")).filter(|kind| !kind.is_empty());
    let kind = kind.map(|kind| CodeSet::UnitKind.meant(&kind).map_or(kind, str::to_owned));
    let row = UnitRow { line, code, name, parent: None, level, kind };
    Ok(Some(RawRow { row, parent: cell("parent") }))
}

/// Ties rows to those above them.
fn tied(raw: Vec<RawRow>, faults: &mut Vec<TableFault>, broken: &HashSet<String>) -> Vec<UnitRow> {
    let mut seen: HashMap<UnitCode, (u64, Level)> = HashMap::new();
    for RawRow { row, .. } in &raw {
        if let Some((first, _)) = seen.get(&row.code) {
            faults.push(fault(row.line, FaultCode::Twice, &first.to_string()));
            continue;
        }
        seen.insert(row.code.clone(), (row.line, row.level));
    }
    let mut rows = Vec::with_capacity(raw.len());
    for RawRow { mut row, parent } in raw {
        match parent_of(&row, &parent, &seen) {
            Ok(parent) => {
                row.parent = parent;
                rows.push(row);
            }
            Err(_) if broken.contains(&parent) => {}
            Err(found) => faults.push(found),
        }
    }
    rows.sort_by(|a, b| (a.level, &a.code).cmp(&(b.level, &b.code)));
    rows
}

fn parent_of(
    row: &UnitRow,
    text: &str,
    seen: &HashMap<UnitCode, (u64, Level)>,
) -> Result<Option<UnitCode>, TableFault> {
    if row.level == Level::City {
        return Ok(None);
    }
    let code = UnitCode::parse(text).map_err(|_| fault(row.line, FaultCode::Parent, text))?;
    let (_, level) = seen.get(&code).ok_or_else(|| fault(row.line, FaultCode::Parent, text))?;
    if *level >= row.level {
        return Err(fault(row.line, FaultCode::ParentLevel, text));
    }
    if !code.covers(&row.code) {
        return Err(fault(row.line, FaultCode::ParentCode, text));
    }
    Ok(Some(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "code,name,parent,level,kind\n330000000000,浙江省,,province,\n330400000000,嘉兴市,330000000000,prefecture,\n330402000000,南湖区,330400000000,county,\n";

    fn faults(rows: &str) -> Vec<(u64, FaultCode, String)> {
        let faults = UnitTable::read(format!("{HEAD}{rows}").as_bytes()).unwrap_err();
        faults.into_iter().map(|f| (f.line, f.code, f.found)).collect()
    }

    #[test]
    fn a_table_is_read_whole_in_any_order_of_rows_and_columns() {
        let table = "\u{feff}kind,level,name,parent,code\r\n,village,甲村,330402001000,330402001201\r\ntown,town,乙镇,330402,330402001\r\n,county,\"南湖区\",3304,330402\r\n\r\n,prefecture,嘉兴市,33,3304\r\n";
        let table = UnitTable::read(table.as_bytes()).unwrap();
        let rows: Vec<_> = table.rows.iter().map(|r| (r.code.digits(), r.level, r.line)).collect();
        assert_eq!(
            rows,
            [
                ("3304", Level::City, 6),
                ("330402", Level::County, 4),
                ("330402001", Level::Township, 3),
                ("330402001201", Level::Village, 2)
            ]
        );
        assert_eq!(table.rows[2].kind.as_deref(), Some("town"));
        assert_eq!(table.rows[3].parent, UnitCode::parse("330402001").ok());
        assert_eq!(table.counts()[&Level::Village], 1);
    }

    #[test]
    fn each_bad_row_is_named_with_its_line() {
        use FaultCode as F;
        let rows = [
            ("33040200100A,甲,330402000000,township,town", F::Code, "33040200100A"),
            ("330402001000,甲,330402000000,hamlet,town", F::Level, "hamlet"),
            ("330402001000,甲,330402000000,village,town", F::Digits, "330402001000"),
            ("330402001000, ,330402000000,township,town", F::Name, ""),
            ("330402001000,甲,330403000000,township,town", F::Parent, "330403000000"),
            ("330402001000,甲,,township,town", F::Parent, ""),
            ("330402001000,甲,330402000000,township", F::Cells, "4"),
            ("330402000000,南湖区,330400000000,county,", F::Twice, "4"),
            ("330502001000,甲,330402000000,township,town", F::ParentCode, "330402000000"),
        ];
        for (row, code, found) in rows {
            let told = faults(&format!("{row}\n"));
            assert_eq!(told, [(5, code, found.to_owned())], "{row}");
        }
        let level = faults("330403000000,丙区,330402000000,county,\n");
        assert_eq!(level, [(5, F::ParentLevel, "330402000000".to_owned())]);
    }

    #[test]
    fn offices_words_are_understood_and_a_fault_names_its_cell() {
        let table = "区划表\n单位代码,单位名称,上级代码,级别,类型\n3304,嘉兴市,,市,\n330402,南湖区,3304,县（区）,\n330402001,甲镇,330402,镇,镇\n";
        let read = UnitTable::read(table.as_bytes()).unwrap();
        let last = &read.rows[2];
        assert_eq!((last.level, last.kind.as_deref(), last.line), (Level::Township, Some("town"), 5));
        let faulty = format!("{table}330402002,,330402,乡,\n330402003,丙乡,330403,乡,\n");
        let NotRead::Table { sheet, faults } = UnitTable::read_sheet(faulty.as_bytes(), "区划.csv", None).unwrap_err()
        else {
            unreachable!("the file is a table");
        };
        let places: Vec<_> = faults.iter().map(|f| format!("{}{}", f.column, f.line)).collect();
        assert_eq!((sheet.as_str(), places), ("区划.csv", vec!["B6".to_owned(), "C7".to_owned()]));
    }

    #[test]
    fn what_is_below_a_broken_row_is_not_told_as_broken_too() {
        let told = faults("330402001000,,330402000000,township,\n330402001201,甲村,330402001000,village,\n");
        assert_eq!(told, [(5, FaultCode::Name, String::new())]);
    }

    #[test]
    fn many_faults_are_told_in_order_and_not_endlessly() {
        let rows: String = (0..50).map(|_| "330402001000,甲,330402000000,hamlet,\n").collect();
        let told = faults(&rows);
        assert_eq!(told.len(), TABLE_FAULTS_MAX);
        assert!(told.windows(2).all(|w| w[0].0 < w[1].0));
    }

    #[test]
    fn files_that_are_no_table_are_told_apart() {
        let told = |bytes: &[u8]| UnitTable::read(bytes).unwrap_err()[0].clone();
        assert_eq!(told(b"\xff\xff\xff,\x80").code, FaultCode::Encoding);
        let gb = UnitTable::read(b"code,name,parent,level\n3304,\xbc\xce\xd0\xcb\xca\xd0,,prefecture\n").unwrap();
        assert_eq!(gb.rows[0].name, "嘉兴市");
        assert_eq!(told(b"code,name,parent\n").found, "level");
        assert_eq!(told(b"").code, FaultCode::Column);
        assert_eq!(told(b"code,name,parent,level\n").code, FaultCode::Empty);
        let codes: std::collections::BTreeSet<_> = FaultCode::ALL.map(FaultCode::code).into();
        assert_eq!(codes.len(), FaultCode::ALL.len());
    }
}
