//! Lines: the cells of a row, read, cleared or left out.
//!
//! Owns what each cell of a row comes to and where a problem stands. Refuses to know what a row is of. Invariant: a cell that
//! blocks gives no value.

use super::cell::{Cell, Row};
use super::date::day_text;
use super::mapping::Mapped;
use super::problem::{Problem, ProblemCode, Problems, letters};
use super::read::{ReadCell, read};
use super::row::Reading;
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::value::Value;
use std::collections::BTreeSet;

/// Values by the field or the set that they are for.
type Cells = Vec<(&'static str, Value)>;

/// A line, its cells read.
pub(super) struct Line<'a> {
    pub(super) row: u32,
    pub(super) cells: Vec<(&'a Mapped<'a>, Value)>,
    pub(super) blocked: bool,
    /// Targets whose cells are read and not imported.
    pub(super) left_out: BTreeSet<&'static str>,
    /// Targets whose cells hold something that blocks, and is told.
    pub(super) faulty: BTreeSet<&'static str>,
    /// Targets whose cells clear.
    pub(super) cleared: BTreeSet<&'static str>,
    /// What is wrong in cells of sensitive fields: told only where the field is in use, as nobody else may read them.
    pub(super) sensitive: Vec<(&'a Mapped<'a>, Problem)>,
}

impl Line<'_> {
    pub(super) fn value(&self, target: &str) -> Option<&Value> {
        self.cells.iter().find(|(mapped, _)| mapped.target.name == target).map(|(_, value)| value)
    }

    pub(super) fn text(&self, target: &str) -> Option<&str> {
        self.value(target)?.as_text()
    }

    /// Fields and elements of a kind.
    pub(super) fn of(&self, kind: Kind) -> (Cells, Cells) {
        let own = self.cells.iter().filter_map(|(mapped, value)| {
            let (of, field) = mapped.target.field()?;
            (of == kind && !self.left_out.contains(mapped.target.name)).then(|| (field.name, value.clone()))
        });
        own.partition(|(name, _)| kind.table().field(name).is_some())
    }

    pub(super) fn says_of(&self, kind: Kind) -> bool {
        self.cells.iter().any(|(mapped, _)| mapped.target.field().is_some_and(|(of, _)| of == kind))
    }
}

pub(super) fn problem(code: ProblemCode, row: u32, mapped: Option<&Mapped<'_>>, found: &str) -> Problem {
    Problem {
        code,
        blocks: code.blocks(),
        row,
        column: mapped.map(|m| letters(m.column.at)).unwrap_or_default(),
        heading: mapped.map(|m| m.column.heading.clone()).unwrap_or_default(),
        found: found.chars().take(60).collect(),
        other_row: 0,
    }
}

pub(super) fn read_line<'a>(
    row: &Row,
    reading: &Reading<'a>,
    above: &mut [Option<Cell>],
    problems: &mut Problems,
) -> Line<'a> {
    let mut line = Line {
        row: row.number,
        cells: Vec::with_capacity(reading.mapped.len()),
        blocked: false,
        left_out: BTreeSet::new(),
        faulty: BTreeSet::new(),
        cleared: BTreeSet::new(),
        sensitive: Vec::new(),
    };
    let own = reading.mapped.iter().any(|mapped| !row.cell(mapped.column.at).is_empty());
    for (mapped, above) in reading.mapped.iter().zip(above) {
        let mut cell = row.cell(mapped.column.at);
        if reading.mapping.fill_down.contains(mapped.target.name) && own {
            if cell.is_empty() {
                cell = above.as_ref().unwrap_or(cell);
            } else {
                *above = Some(cell.clone());
            }
        }
        let empty_clears = cell.is_empty() && own && reading.mapping.empty_clears.contains(mapped.target.name);
        let clears = empty_clears || cell.says_clear();
        let ReadCell { value, problems: codes } = match (clears, mapped.target.can_be_cleared()) {
            (false, _) => read_target(cell, mapped, reading),
            (true, true) => {
                line.cleared.insert(mapped.target.name);
                ReadCell::default()
            }
            (true, false) => ReadCell { value: None, problems: vec![ProblemCode::CannotClear] },
        };
        let hushed = mapped.target.field().is_some_and(|(_, field)| field.sensitive.is_some() && !field.of_children);
        for code in codes {
            let found = problem(code, row.number, Some(mapped), &cell.text());
            if hushed {
                line.sensitive.push((mapped, found));
                continue;
            }
            line.blocked |= code.blocks();
            if code.blocks() {
                line.faulty.insert(mapped.target.name);
            }
            problems.note(found);
        }
        line.cells.extend(value.map(|value| (mapped, value)));
    }
    line
}

fn read_target(cell: &Cell, mapped: &Mapped<'_>, reading: &Reading<'_>) -> ReadCell {
    let words = reading.mapping.values.get(mapped.target.name);
    if let Some((_, field)) = mapped.target.field() {
        return read(cell, field, words, reading.today);
    }
    let problems = match cell {
        Cell::Empty => return ReadCell::default(),
        Cell::NoValue => vec![ProblemCode::FormulaWithoutValue],
        Cell::Fault(_) => vec![ProblemCode::CellFault],
        cell if cell.lost_digits() => vec![ProblemCode::DigitsLost],
        _ => Vec::new(),
    };
    let text = cell.text();
    let text = words.and_then(|words| words.get(&text)).cloned().unwrap_or(text);
    ReadCell { value: problems.is_empty().then(|| text.into()), problems }
}

/// A value as a person would have written it into that column.
pub(super) fn text_of(mapped: Option<&Mapped<'_>>, value: &Value) -> String {
    let shape = mapped.and_then(|mapped| mapped.target.field()).map(|(_, field)| field.shape);
    match (shape, value) {
        (Some(Shape::Date), Value::Int(day)) => day_text(*day),
        (_, Value::Int(number)) => number.to_string(),
        (_, Value::Bool(yes)) => yes.to_string(),
        _ => value.as_text().map_or_else(|| format!("{value:?}"), str::to_owned),
    }
}
