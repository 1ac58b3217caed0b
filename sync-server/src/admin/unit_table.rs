//! Tables of administrative divisions: CSV in, checked rows out.
//!
//! Owns reading and checking: columns `code`, `name`, `parent`, `level` and, if there, `kind`, in any order. Refuses to
//! know the store and to mend what is wrong. Invariant: a table is read whole or not at all; every fault names its line.

use crate::limits::{NAME_CHARS_MAX, TABLE_FAULTS_MAX, UNIT_TABLE_BYTES_MAX};
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
    /// Not UTF-8, as tables saved by older spreadsheets are.
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

/// A fault with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFault {
    /// The line, from 1.
    pub line: u64,
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
        if bytes.len() > UNIT_TABLE_BYTES_MAX {
            return Err(vec![fault(1, FaultCode::TooLarge, &bytes.len().to_string())]);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if let Err(error) = std::str::from_utf8(bytes) {
            let line = bytes[..error.valid_up_to()].split(|b| *b == b'\n').count();
            return Err(vec![fault(line as u64, FaultCode::Encoding, "")]);
        }
        let mut faults = Vec::new();
        let mut broken = HashSet::new();
        let raw = raw_rows(bytes, &mut faults, &mut broken);
        let rows = tied(raw, &mut faults, &broken);
        if rows.is_empty() && faults.is_empty() {
            faults.push(fault(1, FaultCode::Empty, ""));
        }
        faults.sort_by_key(|f| f.line);
        faults.truncate(TABLE_FAULTS_MAX);
        if faults.is_empty() { Ok(Self { rows }) } else { Err(faults) }
    }

    /// How many units each level has.
    pub fn counts(&self) -> BTreeMap<Level, u64> {
        let mut counts = BTreeMap::new();
        self.rows.iter().for_each(|row| *counts.entry(row.level).or_default() += 1);
        counts
    }
}

fn fault(line: u64, code: FaultCode, found: &str) -> TableFault {
    TableFault { line, code, found: found.chars().take(NAME_CHARS_MAX).collect() }
}

/// Places of the columns in a row.
struct Columns {
    code: usize,
    name: usize,
    parent: usize,
    level: usize,
    kind: Option<usize>,
}

impl Columns {
    fn of(heading: &csv::StringRecord) -> Result<Self, TableFault> {
        let place = |name: &str| heading.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
        let needed = |name: &str| place(name).ok_or_else(|| fault(1, FaultCode::Column, name));
        Ok(Self {
            code: needed("code")?,
            name: needed("name")?,
            parent: needed("parent")?,
            level: needed("level")?,
            kind: place("kind"),
        })
    }
}

/// The rows that can be read alone. What is below a broken row is not told as broken too: `broken` has their codes.
fn raw_rows(bytes: &[u8], faults: &mut Vec<TableFault>, broken: &mut HashSet<String>) -> Vec<RawRow> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let heading = reader.headers().cloned().unwrap_or_default();
    let columns = match Columns::of(&heading) {
        Ok(columns) => columns,
        Err(missing) => {
            faults.push(missing);
            return Vec::new();
        }
    };
    let mut rows = Vec::new();
    let mut lines = Lines { bytes, at: 0, line: 1 };
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let line = lines.of(&record);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != heading.len() {
            broken.insert(record.get(columns.code).unwrap_or_default().trim().to_owned());
            faults.push(fault(line, FaultCode::Cells, &record.len().to_string()));
            continue;
        }
        match raw_row(line, &record, &columns) {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => {}
            Err(found) => {
                broken.insert(record.get(columns.code).unwrap_or_default().trim().to_owned());
                faults.push(found);
            }
        }
    }
    rows
}

/// Counts lines as an editor shows them, whatever ends them; the reader's own count is off by one after CR LF.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a record that stands behind those asked for before.
    fn of(&mut self, record: &csv::StringRecord) -> u64 {
        let start = record.position().and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or(self.at);
        while let Some(byte) = self.bytes.get(self.at).filter(|b| self.at < start || matches!(b, b'\r' | b'\n')) {
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// One row; `None` for a province.
fn raw_row(line: u64, record: &csv::StringRecord, columns: &Columns) -> Result<Option<RawRow>, TableFault> {
    let cell = |at: usize| record.get(at).unwrap_or_default().trim();
    let (code_text, level_text) = (cell(columns.code), cell(columns.level));
    let level = match level_text.to_ascii_lowercase().as_str() {
        "province" => return Ok(None),
        "prefecture" => Level::City,
        "town" => Level::Township,
        name => Level::from_name(name).ok_or_else(|| fault(line, FaultCode::Level, level_text))?,
    };
    let code = UnitCode::parse(code_text).map_err(|_| fault(line, FaultCode::Code, code_text))?;
    if code.level() != Some(level) {
        return Err(fault(line, FaultCode::Digits, code_text));
    }
    let name = cell(columns.name);
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(fault(line, FaultCode::Name, name));
    }
    let kind = columns.kind.map(cell).filter(|k| !k.is_empty()).map(str::to_owned);
    let row = UnitRow { line, code, name: name.to_owned(), parent: None, level, kind };
    Ok(Some(RawRow { row, parent: cell(columns.parent).to_owned() }))
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
        assert_eq!(told(b"code,name\n3304,\xc4\xcf\xba\xfe").code, FaultCode::Encoding);
        assert_eq!(told(b"code,name\n3304,\xc4\xcf\xba\xfe").line, 2);
        assert_eq!(told(b"code,name,parent\n").found, "level");
        assert_eq!(told(b"").code, FaultCode::Column);
        assert_eq!(told(b"code,name,parent,level\n").code, FaultCode::Empty);
        let codes: std::collections::BTreeSet<_> = FaultCode::ALL.map(FaultCode::code).into();
        assert_eq!(codes.len(), FaultCode::ALL.len());
    }
}
