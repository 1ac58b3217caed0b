//! That every `${name}` of the workbook names a question.
//!
//! Owns in which columns references are looked for. Refuses what is malformed, unknown or ambiguous. Invariant: the
//! column is told by its header as it stands in the sheet.

use super::expression::references;
use super::header::Sheet;
use super::refusal::{Code, Refusal};
use std::collections::HashMap;

/// Looks through sheets, in their order.
pub(super) fn look_at(sheets: &[(&str, &Sheet)], names: &HashMap<String, usize>) -> Result<(), Refusal> {
    for (name, sheet) in sheets {
        let columns: Vec<usize> = columns(name, sheet);
        for (row, cells) in &sheet.rows {
            for (column, text) in cells.iter().filter(|(column, _)| columns.contains(column)) {
                look_at_text(text, names).map_err(|refusal| refusal.at(name, *row, sheet.header(*column)))?;
            }
        }
    }
    Ok(())
}

fn columns(name: &str, sheet: &Sheet) -> Vec<usize> {
    let first = |place: usize| sheet.parts.get(place).and_then(|parts| parts.first()).map_or("", String::as_str);
    let own = sheet.headers.iter().enumerate();
    let all = sheet.headers.iter().map(|(column, _)| *column);
    match name {
        "survey" => own
            .filter(|(place, _)| !matches!(first(*place), "type" | "name" | "trigger"))
            .map(|(_, (column, _))| *column)
            .collect(),
        "entities" => own
            .filter(|(_, (_, header))| !matches!(&**header, "list_name" | "list name" | "repeat"))
            .map(|(_, (column, _))| *column)
            .collect(),
        "choices" => {
            let labels: Vec<usize> =
                own.filter(|(place, _)| first(*place) == "label").map(|(_, (column, _))| *column).collect();
            if labels.is_empty() { all.collect() } else { labels }
        }
        _ => all.collect(),
    }
}

fn look_at_text(text: &str, names: &HashMap<String, usize>) -> Result<(), Refusal> {
    if !text.contains("${") {
        return Ok(());
    }
    let found = references(text).map_err(|_| Refusal::new(Code::ReferenceMalformed).with("value", text))?;
    for reference in found {
        let code = match names.get(reference.name) {
            None => Code::ReferenceUnknown,
            Some(1) => continue,
            Some(_) => Code::ReferenceAmbiguous,
        };
        return Err(Refusal::new(code).with("name", reference.name));
    }
    Ok(())
}
