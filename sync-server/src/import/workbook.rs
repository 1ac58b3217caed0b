//! Workbooks (XLSX): unpacked once with a limit, then read cell by cell.
//!
//! Owns merged cells, formulas, dates and hidden columns of a workbook. Refuses to hold a sheet as the rectangle that it
//! claims to be: a cell at the far corner costs no more than its own row. Invariant: nothing is handed to the reader
//! before all of it was unpacked within the limit.

use super::cell::{Cell, Row, Sheet};
use super::date;
use super::file::{FileFault, push};
use crate::limits;
use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

/// How much of a sheet's begin is looked at for hidden columns, bytes.
const BEGIN: usize = 64 * 1024;

fn damaged(fault: impl std::fmt::Display) -> FileFault {
    FileFault::found("damaged", fault.to_string())
}

/// The sheets of a workbook, hidden ones last.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, FileFault> {
    let begins = unpack(bytes)?;
    // The library counts columns without looking: a cell that says it stands at `inlineStr` overflows, and it panics.
    std::panic::catch_unwind(|| read_unpacked(bytes, &begins)).unwrap_or_else(|_| Err(damaged("cell reference")))
}

fn read_unpacked(bytes: &[u8], begins: &BTreeMap<String, String>) -> Result<Vec<Sheet>, FileFault> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|fault| match fault {
        XlsxError::Password => FileFault::new("locked"),
        fault => damaged(fault),
    })?;
    let mut sheets = book.sheets_metadata().to_vec();
    sheets.retain(|sheet| sheet.typ == SheetType::WorkSheet);
    sheets.sort_by_key(|sheet| sheet.visible != SheetVisible::Visible);
    let paths = sheet_paths(begins);
    let mut read = Vec::new();
    for sheet in sheets {
        let hidden = paths.get(&sheet.name).and_then(|path| begins.get(path)).map(|begin| hidden_columns(begin));
        let sheet = read_sheet(&mut book, &sheet.name, hidden.unwrap_or_default())?;
        if !sheet.rows.is_empty() {
            read.push(sheet);
        }
    }
    Ok(read)
}

/// Unpacks everything once, counting; the begins of what tells of sheets.
fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, String>, FileFault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits::IMPORT_WORKBOOK_PARTS_MAX {
        return Err(FileFault::new("unpacks_too_large"));
    }
    let (mut left, mut begins) = (limits::IMPORT_UNPACKED_BYTES_MAX, BTreeMap::new());
    for nth in 0..archive.len() {
        let mut part = archive.by_index(nth).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.trim_start_matches('/').to_owned();
        let told =
            name.starts_with("xl/worksheets/") || name.starts_with("xl/workbook") || name.starts_with("xl/_rels/");
        let mut begin = Vec::new();
        (&mut part).take(BEGIN as u64).read_to_end(&mut begin).map_err(damaged)?;
        let rest = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(damaged)?;
        left = left.checked_sub(begin.len() as u64 + rest).ok_or(FileFault::new("unpacks_too_large"))?;
        if told {
            begins.insert(name, String::from_utf8_lossy(&begin).into_owned());
        }
    }
    Ok(begins)
}

/// The value of an attribute in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag.get(at..)?.split('"').next()
}

fn tags<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.split('<').filter(move |tag| tag.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '/', '>'])))
}

/// Where each sheet's part stands.
fn sheet_paths(begins: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let workbook = begins.get("xl/workbook.xml").map(String::as_str).unwrap_or_default();
    let relations = begins.get("xl/_rels/workbook.xml.rels").map(String::as_str).unwrap_or_default();
    let targets: BTreeMap<&str, &str> = tags(relations, "Relationship")
        .filter_map(|tag| Some((attribute(tag, "Id")?, attribute(tag, "Target")?)))
        .collect();
    let path = |tag| {
        let target = targets.get(attribute(tag, "r:id")?)?.trim_start_matches("/xl/");
        Some((attribute(tag, "name")?.to_owned(), format!("xl/{target}")))
    };
    tags(workbook, "sheet").filter_map(path).collect()
}

fn hidden_columns(begin: &str) -> Vec<usize> {
    let hidden = tags(begin, "col").filter(|tag| matches!(attribute(tag, "hidden"), Some("1" | "true")));
    let range = |tag| {
        let (min, max): (usize, usize) = (attribute(tag, "min")?.parse().ok()?, attribute(tag, "max")?.parse().ok()?);
        Some(min.saturating_sub(1)..max.min(limits::IMPORT_COLUMNS_MAX))
    };
    hidden.filter_map(range).flatten().collect()
}

fn read_sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, hidden: Vec<usize>) -> Result<Sheet, FileFault> {
    let merged = book.merge_cells_by_sheet_name(name).map_err(damaged)?;
    // A cell merged over rows means what it says for each of them; over columns it says it once.
    let mut down: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for region in merged.iter().filter(|region| region.end.0 > region.start.0) {
        let rows = limits::IMPORT_MERGED_ROWS_MAX.min(region.end.0 - region.start.0);
        down.insert(region.start, region.start.0 + rows);
    }
    let mut sheet = Sheet { name: name.to_owned(), hidden, rows: Vec::new() };
    let mut reader = book.worksheet_cells_reader(name).map_err(damaged)?;
    let (mut row, mut carried) = (None::<Row>, BTreeMap::<usize, (u32, Cell)>::new());
    while let Some(found) = reader.next_cell_with_formula_metadata().map_err(damaged)? {
        let (line, column) = found.pos;
        let cell = match of(found.value) {
            Cell::Empty if found.formula.is_some() => Cell::NoValue,
            cell => cell,
        };
        if row.as_ref().is_none_or(|row| row.number != line + 1) {
            finish(&mut sheet, row.take(), &carried)?;
            row = Some(Row { number: line + 1, cells: Vec::new() });
        }
        let place = column as usize;
        if place >= limits::IMPORT_COLUMNS_MAX || cell.is_empty() {
            continue;
        }
        if let Some(last) = down.get(&(line, column)) {
            carried.insert(place, (*last, cell.clone()));
        }
        if let Some(row) = &mut row {
            row.cells.resize(row.cells.len().max(place + 1), Cell::Empty);
            row.cells[place] = cell;
        }
    }
    finish(&mut sheet, row, &carried)?;
    Ok(sheet)
}

/// Ends a row: what was merged down into it stands there, too.
fn finish(sheet: &mut Sheet, row: Option<Row>, carried: &BTreeMap<usize, (u32, Cell)>) -> Result<(), FileFault> {
    let Some(mut row) = row else { return Ok(()) };
    if row.cells.iter().all(Cell::is_empty) {
        return Ok(());
    }
    for (column, (_, cell)) in carried.iter().filter(|(_, (last, _))| row.number <= last + 1) {
        row.cells.resize(row.cells.len().max(column + 1), Cell::Empty);
        if row.cells[*column].is_empty() {
            row.cells[*column] = cell.clone();
        }
    }
    push(sheet, row)
}

fn of(value: DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        #[expect(clippy::cast_precision_loss, reason = "what is beyond is told as having lost digits")]
        DataRef::Int(n) => Cell::Number(n as f64),
        DataRef::Float(n) => Cell::Number(n),
        DataRef::SharedString(text) => Cell::of_text(text),
        DataRef::Bool(yes) => Cell::Yes(yes),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            let day = date::day_of(&Cell::Text(format!("{year:04}-{month}-{day}").into()));
            day.map_or(Cell::Number(at.as_f64()), Cell::Day)
        }
        DataRef::DateTime(at) => Cell::Number(at.as_f64()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::of_text(&text),
        DataRef::Error(fault) => Cell::Fault(fault.to_string().into()),
    }
}
