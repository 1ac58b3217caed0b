//! Workbooks written as one table of comma separated values: a line with a sheet's name, then its rows, a column in.
//!
//! Owns that layout. Refuses texts that are no such table. Invariant: a row keeps the number that it has in its sheet,
//! the header being row 1.

use super::refusal::{Code, Refusal};
use super::workbook::{RawSheet, push};

/// The sheets of a table.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<RawSheet>, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::new(Code::FileUnknown))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.chars().take(5000).filter(|c| *c == ',').count() < 4 {
        return Err(Refusal::new(Code::FileUnknown));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut sheets: Vec<RawSheet> = Vec::new();
    let mut row = 0;
    for record in reader.records() {
        let record = record.map_err(|fault| Refusal::new(Code::FileDamaged).with("fault", fault.to_string()))?;
        let name = record.get(0).unwrap_or_default().trim();
        if !name.is_empty() {
            sheets.push(RawSheet { name: name.to_owned(), rows: Vec::new() });
            row = 0;
        }
        let filled = record.iter().skip(1).any(|cell| !cell.trim().is_empty());
        let Some(sheet) = sheets.last_mut().filter(|_| filled) else { continue };
        for (column, cell) in record.iter().skip(1).enumerate() {
            push(&mut sheet.rows, (row, u32::try_from(column).unwrap_or(u32::MAX)), Some(cell.to_owned()))?;
        }
        row += 1;
    }
    Ok(sheets)
}
