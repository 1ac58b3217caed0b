//! Workbooks: bytes become sheets of texts.
//!
//! Owns what a number, a date or a truth value of a cell reads as. Refuses a file by its bytes and never by its name,
//! and to unpack more than the limit. Invariant: a cell that is there has a text with something in it.

use super::refusal::{Code, Refusal};
use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, Xls, Xlsx, XlsxError};
use gridwalk_model::limits;
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

/// A row and its number in the sheet, from 1. Cells are told by their columns.
pub(super) type SheetRow = (u32, Vec<(usize, String)>);

/// A sheet as it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RawSheet {
    pub(super) name: String,
    pub(super) rows: Vec<SheetRow>,
}

fn damaged(fault: impl std::fmt::Display) -> Refusal {
    Refusal::new(Code::FileDamaged).with("fault", fault.to_string())
}

/// The sheets of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<RawSheet>, Refusal> {
    if bytes.len() > limits::FORM_FILE_BYTES_MAX {
        return Err(Refusal::new(Code::FileTooLarge));
    }
    let packed = bytes.starts_with(b"PK\x03\x04");
    let compound = bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    if packed {
        unpack(bytes)?;
    }
    // The library counts columns without looking at what a cell says of its place, and may panic.
    let read = std::panic::catch_unwind(|| match (packed, compound) {
        (true, _) => read_packed(bytes),
        (_, true) => read_compound(bytes),
        _ => super::csv_book::read(bytes),
    });
    read.unwrap_or_else(|_| Err(damaged("cell reference")))
}

/// Unpacks everything once, counting.
fn unpack(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits::FORM_PARTS_MAX {
        return Err(Refusal::new(Code::FileTooLarge));
    }
    let mut left = limits::FORM_UNPACKED_BYTES_MAX;
    for nth in 0..archive.len() {
        let part = archive.by_index(nth).map_err(damaged)?;
        let size = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(damaged)?;
        left = left.checked_sub(size).ok_or(Refusal::new(Code::FileTooLarge))?;
    }
    Ok(())
}

fn read_packed(bytes: &[u8]) -> Result<Vec<RawSheet>, Refusal> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|fault| match fault {
        XlsxError::Password => Refusal::new(Code::FileLocked),
        fault => damaged(fault),
    })?;
    let mut sheets = book.sheets_metadata().to_vec();
    sheets.retain(|sheet| sheet.typ == SheetType::WorkSheet);
    let alone = sheets.len() == 1;
    let mut read = Vec::new();
    for sheet in sheets {
        let mut raw = RawSheet { name: sheet.name, rows: Vec::new() };
        if alone || super::is_form_sheet(&raw.name) {
            let mut reader = book.worksheet_cells_reader(&raw.name).map_err(damaged)?;
            while let Some(cell) = reader.next_cell().map_err(damaged)? {
                push(&mut raw.rows, cell.get_position(), text_of_ref(cell.get_value()))?;
            }
        }
        read.push(raw);
    }
    Ok(read)
}

fn read_compound(bytes: &[u8]) -> Result<Vec<RawSheet>, Refusal> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(damaged)?;
    let names = book.sheet_names();
    let alone = names.len() == 1;
    let mut read = Vec::new();
    for name in names {
        let mut raw = RawSheet { name, rows: Vec::new() };
        if alone || super::is_form_sheet(&raw.name) {
            let range = book.worksheet_range(&raw.name).map_err(damaged)?;
            let (row, column) = range.start().unwrap_or_default();
            for (down, right, cell) in range.used_cells() {
                let at =
                    (row + u32::try_from(down).unwrap_or(u32::MAX), column + u32::try_from(right).unwrap_or(u32::MAX));
                push(&mut raw.rows, at, text_of(cell))?;
            }
        }
        read.push(raw);
    }
    Ok(read)
}

/// Adds a cell behind those that came.
pub(super) fn push(rows: &mut Vec<SheetRow>, at: (u32, u32), text: Option<String>) -> Result<(), Refusal> {
    let (row, column) = (at.0, at.1 as usize);
    let Some(text) = text.map(|text| clean(&text)).filter(|text| !text.is_empty()) else { return Ok(()) };
    if column >= limits::FORM_COLUMNS_MAX || row as usize >= limits::FORM_ROWS_MAX {
        return Ok(());
    }
    if text.len() > limits::FORM_CELL_BYTES_MAX {
        return Err(Refusal::new(Code::FileTooLarge));
    }
    match rows.last_mut() {
        // A sheet that was written by no spreadsheet program may name a cell twice or go back: the first counts.
        Some((number, cells)) if *number == row + 1 => {
            if cells.last().is_none_or(|(last, _)| *last < column) {
                cells.push((column, text));
            }
        }
        Some((number, _)) if *number > row + 1 => {}
        _ => rows.push((row + 1, vec![(column, text)])),
    }
    Ok(())
}

fn clean(text: &str) -> String {
    text.trim().replace('\u{a0}', " ")
}

fn text_of_ref(cell: &DataRef<'_>) -> Option<String> {
    match cell {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(text.clone()),
        DataRef::SharedString(text) => Some((*text).to_owned()),
        DataRef::Int(number) => Some(number.to_string()),
        DataRef::Float(number) => Some(number_text(*number)),
        DataRef::Bool(truth) => Some(truth_text(*truth)),
        DataRef::DateTime(moment) => Some(moment_text(moment, true)),
        DataRef::Error(error) => Some(error.to_string()),
        DataRef::Empty => None,
    }
}

fn text_of(cell: &Data) -> Option<String> {
    match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Some(text.clone()),
        Data::Int(number) => Some(number.to_string()),
        Data::Float(number) => Some(number_text(*number)),
        Data::Bool(truth) => Some(truth_text(*truth)),
        Data::DateTime(moment) => Some(moment_text(moment, false)),
        Data::Error(error) => Some(error.to_string()),
        Data::Empty => None,
    }
}

fn truth_text(truth: bool) -> String {
    if truth { "TRUE" } else { "FALSE" }.to_owned()
}

/// A number as people write it: whole ones without a point, very small ones with an exponent.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 || number.abs() >= 1e-4 {
        return format!("{number}");
    }
    let text = format!("{number:e}");
    match text.split_once("e-") {
        Some((mantissa, exponent)) if exponent.len() == 1 => format!("{mantissa}e-0{exponent}"),
        _ => text,
    }
}

/// `2024-05-01 00:00:00`, or `10:30:00` if there is no day. Newer workbooks tell parts of a second, older ones are rounded.
fn moment_text(moment: &ExcelDateTime, parts: bool) -> String {
    let (year, month, day, mut hour, mut minute, mut second, milli) = moment.to_ymd_hms_milli();
    if !parts && milli >= 500 && (hour, minute, second) != (23, 59, 59) {
        second += 1;
        minute += second / 60;
        hour += minute / 60;
        (minute, second) = (minute % 60, second % 60);
    }
    let part = if parts && milli > 0 { format!(".{milli:03}000") } else { String::new() };
    let time = format!("{hour:02}:{minute:02}:{second:02}{part}");
    if moment.as_f64() < 1.0 { time } else { format!("{year:04}-{month:02}-{day:02} {time}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        for (number, text) in
            [(1.0, "1"), (1.5, "1.5"), (-0.25, "-0.25"), (0.00001, "1e-05"), (1e20, "100000000000000000000")]
        {
            assert_eq!(number_text(number), text);
        }
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        assert_eq!(read(b"PK\x03\x04 not a zip").unwrap_err().code, Code::FileDamaged);
        assert_eq!(read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").unwrap_err().code, Code::FileDamaged);
        assert_eq!(read(b"hello").unwrap_err().code, Code::FileUnknown);
    }

    #[test]
    fn of_cells_that_a_row_names_twice_the_first_counts() {
        let mut rows = Vec::new();
        for (column, text) in [(0, "type"), (2, "label"), (1, "name"), (2, "again"), (3, "hint")] {
            push(&mut rows, (0, column), Some(text.to_owned())).unwrap();
        }
        push(&mut rows, (1, 0), Some("integer".to_owned())).unwrap();
        let cells = |columns: &[(usize, &str)]| columns.iter().map(|(at, text)| (*at, (*text).to_owned())).collect();
        let head: Vec<(usize, String)> = cells(&[(0, "type"), (2, "label"), (3, "hint")]);
        assert_eq!(rows, [(1, head), (2, cells(&[(0, "integer")]))]);
    }
}
