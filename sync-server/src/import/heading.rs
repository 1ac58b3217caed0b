//! Headings: where a table begins, and what stands above its columns.
//!
//! Owns finding the row (or the two rows) of headings below titles. Refuses to guess where nothing is known. Invariant: the
//! rows behind the headings are data, all of them.

use super::cell::{Row, Sheet};
use super::target::{What, normal};
use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_HEADING_ROWS_MAX};
use std::collections::BTreeSet;

/// A column with what stands above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// From 0.
    pub at: usize,
    /// The heading; of two rows both, the upper first.
    pub heading: String,
}

/// The headings of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headings {
    /// The columns that have one.
    pub columns: Vec<Column>,
    /// How many rows stand before the data.
    pub rows: usize,
    /// How many targets they name.
    pub known: usize,
}

/// Finds the headings; `also` are headings that a mapping names. None where fewer than two columns are known.
pub fn find(sheet: &Sheet, what: What, also: &BTreeSet<String>) -> Option<Headings> {
    let mut best: Option<Headings> = None;
    // One row is preferred to two: a title above is none of the headings.
    for two in [false, true] {
        for first in 0..sheet.rows.len().min(IMPORT_HEADING_ROWS_MAX) {
            let Some(found) = candidate(&sheet.rows, first, two, what, also) else { continue };
            if best.as_ref().is_none_or(|best| found.known > best.known) {
                best = Some(found);
            }
        }
    }
    best.filter(|best| best.known >= 2)
}

fn candidate(rows: &[Row], first: usize, two: bool, what: What, also: &BTreeSet<String>) -> Option<Headings> {
    let upper = rows.get(first)?;
    let lower = if two { Some(rows.get(first + 1)?) } else { None };
    if two && upper.cells.iter().filter(|cell| !cell.is_empty()).count() < 2 {
        return None;
    }
    let width = upper.cells.len().max(lower.map_or(0, |row| row.cells.len())).min(IMPORT_COLUMNS_MAX);
    let (mut columns, mut above) = (Vec::new(), String::new());
    for at in 0..width {
        let own = upper.cell(at).text();
        if !own.is_empty() {
            above.clone_from(&own);
        }
        let below = lower.map(|row| row.cell(at).text()).unwrap_or_default();
        // What is merged over columns stands above the first of them only.
        let heading = match (below.is_empty(), own == below) {
            (true, _) | (_, true) => own,
            _ if above.is_empty() => below,
            _ => format!("{above}/{below}"),
        };
        if !heading.is_empty() {
            columns.push(Column { at, heading });
        }
    }
    let known: BTreeSet<String> = columns.iter().filter_map(|column| name_of(&column.heading, what, also)).collect();
    Some(Headings { columns, rows: first + 1 + usize::from(two), known: known.len() })
}

fn name_of(heading: &str, what: What, also: &BTreeSet<String>) -> Option<String> {
    let of_mapping = || also.contains(&normal(heading)).then(|| heading.to_owned());
    meant(heading, what).map(str::to_owned).or_else(of_mapping)
}

/// The target that a heading means: the two rows read as one word first (户主/姓名), then the lower alone.
pub fn meant(heading: &str, what: What) -> Option<&'static str> {
    let whole = what.known_as(&heading.replace('/', ""));
    let lower = || what.known_as(heading.rsplit_once('/').map_or(heading, |(_, lower)| lower));
    whole.or_else(lower).map(|target| target.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::cell::Cell;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let row = |(n, cells): (usize, &&[&str])| Row {
            number: u32::try_from(n).unwrap() + 1,
            cells: cells.iter().map(|text| Cell::of_text(text)).collect(),
        };
        Sheet { rows: rows.iter().enumerate().map(row).collect(), ..Sheet::default() }
    }

    #[test]
    fn headings_are_found_below_titles_and_over_two_rows() {
        let none = BTreeSet::new();
        let plain = sheet(&[&["府南社区人口登记表"], &["序号", "姓名", "身份证号"], &["1", "王小明", "x"]]);
        let found = find(&plain, What::People, &none).unwrap();
        assert_eq!((found.rows, found.known, found.columns.len()), (2, 2, 3));
        assert_eq!(found.columns[1].heading, "姓名", "a title is no heading");
        let two = sheet(&[
            &["登记表"],
            &["住址", "", "", "户主", "", "成员"],
            &["楼栋", "单元", "房号", "姓名", "电话", "姓名"],
            &["3幢", "1", "101", "王", "138", "王"],
        ]);
        let found = find(&two, What::People, &none).unwrap();
        let meant: Vec<_> = found.columns.iter().map(|c| meant(&c.heading, What::People).unwrap()).collect();
        assert_eq!(found.rows, 3);
        assert_eq!(
            meant,
            [
                "building.name",
                "dwelling.entrance",
                "dwelling.number",
                "household.head",
                "household.phone",
                "resident.name"
            ]
        );
        assert_eq!(find(&sheet(&[&["温度", "湿度"], &["1", "2"]]), What::People, &none), None);
        let also = BTreeSet::from([normal("代号"), normal("住哪")]);
        assert_eq!(find(&sheet(&[&["代号", "住哪"], &["1", "2"]]), What::People, &also).unwrap().rows, 1);
    }
}
