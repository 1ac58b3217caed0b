//! Rule tables 制度表: holidays, office hours, case classes, dispatch rules and types of area, as rows that people keep in a
//! spreadsheet.
//!
//! Owns the columns of each sort, the reading of rows and what is wrong with one. Refuses files, encodings and words.
//! Invariant: what a table says is what its sound rows say; a row that does not read says nothing.

mod day;
mod fault;
#[cfg(test)]
mod tests;

pub(crate) use day::work_weeks;
pub use day::{holidays, work_hours};
pub use fault::Fault;

use crate::case_class::{self, CaseClass};
use crate::code_set::CodeSet;
use crate::dispatch_rule::{self, DispatchRule};
use crate::inspection::{self, TemplateRow};
use crate::limits;
use crate::unit_code::{UnitCode, half_width};
use std::collections::BTreeSet;

/// What a rule table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableSort {
    /// Days off and make-up days.
    Holidays,
    /// When offices work.
    WorkHours,
    /// What a case can be about, with limits and conditions.
    CaseClasses,
    /// Which unit is proposed for a class at a place.
    DispatchRules,
    /// Of which type an area is: limits differ by it.
    AreaTypes,
    /// What is looked at in a kind of place.
    InspectionTemplates,
}

/// A column: its name and what else people write above it.
pub type Column = (&'static str, &'static [&'static str]);

impl TableSort {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Holidays,
        Self::WorkHours,
        Self::CaseClasses,
        Self::DispatchRules,
        Self::AreaTypes,
        Self::InspectionTemplates,
    ];

    /// The stable code, which is one of the code set `rule_table_sort`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Holidays => "holidays",
            Self::WorkHours => "work_hours",
            Self::CaseClasses => "case_classes",
            Self::DispatchRules => "dispatch_rules",
            Self::AreaTypes => "area_types",
            Self::InspectionTemplates => "inspection_templates",
        }
    }

    /// The sort of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }

    /// Its columns, in the order in which rows are kept; the first is never empty.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Holidays => &[
                ("year", &["年份", "年度"]),
                ("from", &["起", "开始日期", "起始日期"]),
                ("to", &["止", "结束日期"]),
                ("day", &["类别", "放假或上班"]),
                ("occasion", &["节日", "名目"]),
                ("source", &["文号", "来源", "依据"]),
            ],
            Self::WorkHours => &[
                ("from", &["生效日期", "起"]),
                ("days", &["日", "星期", "适用日"]),
                ("begin", &["上班", "开始"]),
                ("end", &["下班", "结束"]),
            ],
            Self::CaseClasses => case_class::COLUMNS,
            Self::DispatchRules => dispatch_rule::COLUMNS,
            Self::AreaTypes => &[("unit", &["辖区代码", "单位代码"]), ("area", &["区域类型", "区域"])],
            Self::InspectionTemplates => inspection::COLUMNS,
        }
    }

    /// The place of the column that a heading means.
    pub fn column(self, heading: &str) -> Option<usize> {
        let plain = |text: &str| text.trim().chars().map(half_width).collect::<String>().to_lowercase();
        let heading = plain(heading.trim_start_matches('\u{feff}'));
        let means = |(name, also): &Column| *name == heading || also.iter().any(|other| plain(other) == heading);
        self.columns().iter().position(means)
    }

    /// What is wrong with rows, each with the place of its row in the list and its column.
    pub fn check(self, rows: &[Vec<String>]) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        for (row, cells) in rows.iter().enumerate() {
            let length: usize = cells.iter().map(|cell| cell.chars().count() + 1).sum();
            if length > limits::RULE_ROW_CHARS_MAX {
                faults.push(Fault::at(row, "", "row_too_long", &length.to_string()));
            }
            let read = match self {
                Self::Holidays => day::read_notice(cells).map(drop),
                Self::WorkHours => day::read_hours(cells).map(drop),
                Self::CaseClasses => CaseClass::read(cells).map(drop),
                Self::DispatchRules => DispatchRule::read(cells).map(drop),
                Self::AreaTypes => read_area(cells).map(drop),
                Self::InspectionTemplates => TemplateRow::read(cells).map(drop),
            };
            faults.extend(read.err().map(|fault| fault.in_row(row)));
        }
        faults.extend(self.twice(rows));
        if self == Self::Holidays {
            faults.extend(day::odd_notices(rows));
        }
        faults.sort_by_key(|fault| fault.row);
        faults
    }

    /// Rows that say the same thing as one before them.
    fn twice(self, rows: &[Vec<String>]) -> Vec<Fault> {
        let key = |cells: &Vec<String>| -> Option<String> {
            match self {
                Self::CaseClasses => CaseClass::read(cells).ok().map(|class| class.of.to_string()),
                Self::AreaTypes => read_area(cells).ok().map(|(unit, _)| unit.to_string()),
                Self::DispatchRules => DispatchRule::read(cells).ok().map(|rule| rule.cells().join(" ")),
                Self::InspectionTemplates => {
                    TemplateRow::read(cells).ok().map(|row| format!("{}/{}", row.of, row.item.item))
                }
                Self::Holidays | Self::WorkHours => None,
            }
        };
        let first = self.columns().first().map_or("", |(name, _)| name);
        let mut seen = BTreeSet::new();
        let keyed = rows.iter().enumerate().filter_map(|(row, cells)| Some((row, key(cells)?)));
        let again = keyed.filter(|(_, key)| !seen.insert(key.clone()));
        again.map(|(row, key)| Fault::at(row, first, "row_twice", &key)).collect()
    }
}

/// A row as a record keeps it: its cells with tabs between them.
pub fn packed(cells: &[String]) -> String {
    let clean = |cell: &String| cell.trim().replace(['\t', '\n', '\r'], " ");
    cells.iter().map(clean).collect::<Vec<_>>().join("\t").trim_end_matches('\t').to_owned()
}

/// The cells of a row that a record keeps.
pub fn unpacked(row: &str) -> Vec<String> {
    row.split('\t').map(str::to_owned).collect()
}

/// A cell of a row, trimmed; empty where there is none.
pub(crate) fn cell(cells: &[String], at: usize) -> &str {
    cells.get(at).map_or("", |cell| cell.trim())
}

/// A type of area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaType {
    /// A: the shortest limits.
    A,
    /// B.
    B,
    /// C.
    C,
}

impl AreaType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// The stable code, which is one of the code set `area_type`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
        }
    }

    /// The type that a cell means.
    pub fn meant(cell: &str) -> Option<Self> {
        let code = CodeSet::AreaType.meant(&cell.trim().to_lowercase()).or_else(|| CodeSet::AreaType.meant(cell))?;
        Self::ALL.into_iter().find(|area| area.code() == code)
    }
}

/// A row of types of area: the code of a unit, and the type of it and all below.
pub(crate) fn read_area(cells: &[String]) -> Result<(UnitCode, AreaType), Fault> {
    let (unit, area) = (cell(cells, 0), cell(cells, 1));
    let code = UnitCode::parse(unit).map_err(|_| Fault::cell("unit", "unit_code", unit))?;
    Ok((code, AreaType::meant(area).ok_or_else(|| Fault::cell("area", "area_type", area))?))
}
