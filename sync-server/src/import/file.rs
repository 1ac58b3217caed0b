//! Files: what a table's bytes are, by the bytes themselves, and its sheets.
//!
//! Owns telling workbooks from text, and the encodings of text. Refuses to trust names of files. Invariant: nothing is
//! unpacked or decoded beyond the limits, and text that is neither UTF-8 nor GB18030 is refused rather than mangled.

use super::cell::{Cell, Row, Sheet};
use super::workbook;
use crate::limits;
use encoding_rs::{Encoding, GB18030};
use std::borrow::Cow;

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// The stable code, below `import_file.` in the words.
    pub code: &'static str,
    /// What was found.
    pub found: String,
}

impl FileFault {
    /// A fault without anything found.
    pub fn new(code: &'static str) -> Self {
        Self { code, found: String::new() }
    }

    /// A fault with what was found.
    pub fn found(code: &'static str, found: impl Into<String>) -> Self {
        Self { code, found: found.into() }
    }

    /// All codes, for the words.
    pub const CODES: [&'static str; 14] = [
        "too_large",
        "unpacks_too_large",
        "too_many_rows",
        "old_workbook",
        "page",
        "no_table",
        "encoding",
        "damaged",
        "locked",
        "sheet_unknown",
        "sheets_several",
        "no_heading",
        "mapping",
        "crs",
    ];
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The sheets that have anything in them; hidden ones last.
    pub sheets: Vec<Sheet>,
    /// `xlsx`, `utf-8`, `utf-16` or `gb18030`.
    pub format: &'static str,
}

/// Reads a file.
pub fn open(bytes: &[u8], name: &str) -> Result<Opened, FileFault> {
    if bytes.len() > limits::IMPORT_FILE_BYTES_MAX {
        return Err(FileFault::new("too_large"));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Opened { sheets: workbook::read(bytes)?, format: "xlsx" });
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        // The container of old workbooks, and of new ones with a password.
        let locked = bytes.windows(18).take(1 << 16).any(|part| part == b"E\0n\0c\0r\0y\0p\0t\0e\0d\0");
        return Err(FileFault::new(if locked { "locked" } else { "old_workbook" }));
    }
    let (text, format) = decode(bytes)?;
    let begin = text.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
    if begin.starts_with("<html") || begin.starts_with("<!doctype") || begin.starts_with("<table") {
        return Err(FileFault::new("page"));
    }
    Ok(Opened { sheets: vec![read_csv(&text, name)?], format })
}

fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, &'static str), FileFault> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, faulty) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let format = if encoding == encoding_rs::UTF_8 { "utf-8" } else { "utf-16" };
        return if faulty { Err(FileFault::new("encoding")) } else { Ok((text, format)) };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return if text.contains('\0') { Err(FileFault::new("no_table")) } else { Ok((text.into(), "utf-8")) };
    }
    let (text, faulty) = GB18030.decode_without_bom_handling(bytes);
    if text.contains('\0') {
        return Err(FileFault::new("no_table"));
    }
    if faulty { Err(FileFault::new("encoding")) } else { Ok((text, "gb18030")) }
}

/// Whatever separates the cells of the first lines most often.
fn separator(text: &str) -> u8 {
    let begin: String = text.lines().take(20).collect::<Vec<_>>().join("\n");
    let count = |sign: u8| begin.bytes().filter(|b| *b == sign).count();
    b",\t;|".iter().copied().max_by_key(|sign| (count(*sign), *sign == b',')).unwrap_or(b',')
}

fn read_csv(text: &str, name: &str) -> Result<Sheet, FileFault> {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(separator(text));
    let mut sheet = Sheet { name: name.to_owned(), ..Sheet::default() };
    let mut number = 0_u32;
    for record in reader.from_reader(text.as_bytes()).records() {
        let record = record.map_err(|fault| FileFault::found("damaged", fault.to_string()))?;
        // Rows are counted as spreadsheets do: empty lines too, and a cell of several lines is one row.
        let at = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or_default();
        // After CR LF a record is said to begin at the LF, which ends the row before it.
        let at = at + usize::from(text[..at].ends_with('\r') && text[at..].starts_with('\n'));
        let blank =
            text.as_bytes().get(at..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let blank = blank.filter(|byte| **byte == b'\n').count();
        number = number.saturating_add(u32::try_from(blank).unwrap_or_default()).saturating_add(1);
        let cells = record.iter().take(limits::IMPORT_COLUMNS_MAX).map(Cell::of_text);
        push(&mut sheet, Row { number, cells: cells.collect() })?;
    }
    Ok(sheet)
}

/// Adds a row in which anything stands.
pub(super) fn push(sheet: &mut Sheet, row: Row) -> Result<(), FileFault> {
    if row.cells.iter().all(Cell::is_empty) {
        return Ok(());
    }
    if sheet.rows.len() >= limits::IMPORT_ROWS_MAX {
        return Err(FileFault::new("too_many_rows"));
    }
    sheet.rows.push(row);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> (Vec<Vec<String>>, &'static str) {
        let opened = open(bytes, "t.csv").unwrap();
        let row = |row: &Row| row.cells.iter().map(Cell::text).collect();
        (opened.sheets[0].rows.iter().map(row).collect(), opened.format)
    }

    #[test]
    fn text_is_read_in_the_encodings_that_offices_save() {
        let text = "姓名,门牌\n王小明,101\n,\n\n李四,'102\n";
        let wanted = [["姓名", "门牌"], ["王小明", "101"], ["李四", "102"]].map(|r| r.map(str::to_owned).to_vec());
        let gb = GB18030.encode(text).0;
        let mut marked = b"\xef\xbb\xbf".to_vec();
        marked.extend(text.as_bytes());
        let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for (bytes, format) in
            [(text.as_bytes(), "utf-8"), (&gb[..], "gb18030"), (&marked[..], "utf-8"), (&wide[..], "utf-16")]
        {
            assert_eq!(texts(bytes), (wanted.to_vec(), format));
        }
        assert_eq!(texts("a\tb\n1\t2,3\n".as_bytes()).0[1], ["1", "2,3"]);
    }

    #[test]
    fn rows_keep_the_number_that_the_file_shows() {
        let opened = open("姓名,备注\n\n王,\"两\n行\"\n李,x\n".as_bytes(), "t").unwrap();
        let numbers = |opened: &Opened| opened.sheets[0].rows.iter().map(|r| r.number).collect::<Vec<u32>>();
        assert_eq!(numbers(&opened), [1, 3, 4]);
        let opened = open("姓名,备注\r\n\r\n王,\"两\r\n行\"\r\n李,x\r\n".as_bytes(), "t").unwrap();
        assert_eq!(numbers(&opened), [1, 3, 4], "as spreadsheets save it");
    }

    #[test]
    fn what_is_no_table_is_told_by_its_bytes() {
        let code = |bytes: &[u8]| open(bytes, "t.xlsx").unwrap_err().code;
        assert_eq!(code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest"), "old_workbook");
        assert_eq!(code(b"<html><table>"), "page");
        assert_eq!(code(b"PK\x03\x04 broken"), "damaged");
        assert_eq!(code(b"\xff\xff\xff,\x80"), "encoding");
        assert_eq!(code(b"a\0b"), "no_table");
    }
}
