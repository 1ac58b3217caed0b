//! Dispatch rules: which unit is proposed for a class at a place, and by which row.
//!
//! Owns the choice among rows and its explanation. Refuses to dispatch: a person decides. Invariant: the same rows, class
//! and place give the same proposal: the nearest table first, in it the row that says most of the class, then most of the
//! place, then the upper one.

#[cfg(test)]
mod tests;

use crate::case_class::CaseClass;
use crate::code_set;
use crate::id::{RecordId, UnitId};
use crate::rule_table::{AreaType, Column, Fault, cell};
use crate::unit_code::{Level, UnitCode};

/// The columns of a table of dispatch rules.
pub const COLUMNS: &[Column] = &[
    ("class", &["事件分类", "分类"]),
    ("place", &["辖区", "辖区代码"]),
    ("area", &["区域类型", "区域"]),
    ("propose", &["建议单位", "派往"]),
    ("note", &["说明", "备注"]),
];

/// What a row says of the class.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ClassPattern {
    /// Any.
    Any,
    /// Classes whose name begins so: `gbt30428_event/2013/01`.
    Prefix(String),
    /// Classes of a case category.
    Category(String),
    /// One.
    One(String),
}

/// Which unit a row proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The unit of this code.
    Unit(UnitCode),
    /// The unit above the place, or itself, that is of this level.
    Level(Level),
    /// The department of the unit of that level whose name has this in it.
    Department {
        /// A part of its name.
        named: String,
        /// The level of the unit that has it.
        of: Level,
    },
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchRule {
    class: ClassPattern,
    place: Option<UnitCode>,
    area: Option<AreaType>,
    /// What it proposes.
    pub propose: Target,
    /// Why, in the words of whoever keeps the table.
    pub note: String,
    cells: [String; 4],
}

impl DispatchRule {
    /// The rule that a row says.
    pub fn read(cells: &[String]) -> Result<Self, Fault> {
        let (class, place, area) = (cell(cells, 0), cell(cells, 1), cell(cells, 2));
        let any = |text: &str| ["", "*"].contains(&text);
        let of_place = (!any(place)).then(|| UnitCode::parse(place)).transpose();
        let of_place = of_place.map_err(|_| Fault::cell("place", "unit_code", place))?;
        let of_area = match area {
            text if any(text) => None,
            text => Some(AreaType::meant(text).ok_or_else(|| Fault::cell("area", "area_type", text))?),
        };
        let propose = cell(cells, 3);
        Ok(Self {
            class: pattern(class).ok_or_else(|| Fault::cell("class", "class_ref", class))?,
            place: of_place,
            area: of_area,
            propose: target(propose).ok_or_else(|| Fault::cell("propose", "proposal", propose))?,
            note: cell(cells, 4).to_owned(),
            cells: [0, 1, 2, 3].map(|at| match cell(cells, at) {
                "" => "*".to_owned(),
                said => said.to_owned(),
            }),
        })
    }

    /// The row as it stands: class, place, area, proposal.
    pub fn cells(&self) -> &[String; 4] {
        &self.cells
    }

    fn fits(&self, class: &CaseClass, place: &Place, area: Option<AreaType>) -> bool {
        let of = class.of.to_string();
        let fits_class = match &self.class {
            ClassPattern::Any => true,
            ClassPattern::Prefix(prefix) => of.starts_with(prefix.as_str()),
            ClassPattern::Category(category) => class.category == *category,
            ClassPattern::One(one) => of == *one,
        };
        let fits_place = self.place.as_ref().is_none_or(|code| place.depth_of(code).is_some());
        fits_class && fits_place && self.area.is_none_or(|wanted| area == Some(wanted))
    }

    /// How much it says: of the class first, then of the place, then of the area.
    fn says(&self, place: &Place) -> (usize, usize, bool) {
        let of_class = match &self.class {
            ClassPattern::Any => 0,
            ClassPattern::Prefix(prefix) => 1 + prefix.len(),
            ClassPattern::Category(_) => 1000,
            ClassPattern::One(_) => 2000,
        };
        let depth = self.place.as_ref().and_then(|code| place.depth_of(code)).map_or(0, |depth| depth + 1);
        (of_class, depth, self.area.is_some())
    }
}

fn pattern(text: &str) -> Option<ClassPattern> {
    if ["", "*"].contains(&text) {
        return Some(ClassPattern::Any);
    }
    if let Some(category) = text.strip_prefix("category:") {
        let known = code_set::CodeSet::CaseCategory.meant(category)?;
        return Some(ClassPattern::Category(known.to_owned()));
    }
    if let Some(prefix) = text.strip_suffix('*') {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        return (!prefix.is_empty() && prefix.chars().all(fits)).then(|| ClassPattern::Prefix(prefix.to_owned()));
    }
    text.parse::<crate::case_class::ClassRef>().ok().map(|of| ClassPattern::One(of.to_string()))
}

/// `level:township`, `department:消防@county`, or the code of a unit.
fn target(text: &str) -> Option<Target> {
    let level = |name: &str| code_set::CodeSet::UnitLevel.meant(name).and_then(Level::from_name);
    if let Some(name) = text.strip_prefix("level:") {
        return level(name).map(Target::Level);
    }
    if let Some(rest) = text.strip_prefix("department:") {
        let (named, of) = rest.rsplit_once('@')?;
        let named = named.trim().to_owned();
        return (!named.is_empty()).then_some(Target::Department { named, of: level(of)? });
    }
    UnitCode::parse(text).ok().map(Target::Unit)
}

/// A unit as rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuledUnit {
    /// The unit.
    pub id: UnitId,
    /// Its level.
    pub level: Option<Level>,
    /// Its name.
    pub name: String,
    /// Its code, and those that it had.
    pub codes: Vec<UnitCode>,
    /// The unit above it.
    pub above: Option<UnitId>,
}

/// Where something is, as rules see it: its unit and those above.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Its unit first, then those above, in order.
    pub units: Vec<RuledUnit>,
}

impl Place {
    /// How deep in the tree the unit of a code lies that the place is in; `None` for one that it is not in.
    fn depth_of(&self, code: &UnitCode) -> Option<usize> {
        let at = self.units.iter().position(|unit| unit.codes.contains(code))?;
        Some(self.units.len() - 1 - at)
    }

    fn at(&self, level: Level) -> Option<&RuledUnit> {
        self.units.iter().find(|unit| unit.level == Some(level))
    }

    /// The type of the area that it lies in: that of the deepest unit that rows name.
    pub fn area(&self, rows: &[(UnitCode, AreaType)]) -> Option<AreaType> {
        let named = rows.iter().filter_map(|(code, area)| Some((self.depth_of(code)?, *area)));
        // Of two rows for one unit the later one holds.
        named
            .fold(None, |best: Option<(usize, AreaType)>, row| match best {
                Some(kept) if kept.0 > row.0 => Some(kept),
                _ => Some(row),
            })
            .map(|(_, area)| area)
    }
}

/// A table of rules; the nearest stands first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLayer {
    /// Its record; `None` for the rules that ship.
    pub table: Option<RecordId>,
    /// Its rows, each with its number in the table, from 1.
    pub rules: Vec<(usize, DispatchRule)>,
}

impl RuleLayer {
    /// The rules of rows; those that do not read are left out.
    pub fn new(table: Option<RecordId>, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let read = (1..).zip(rows).filter_map(|(n, cells)| Some((n, DispatchRule::read(&cells).ok()?)));
        Self { table, rules: read.collect() }
    }

    /// The rules that ship, to begin with.
    pub fn shipped() -> Self {
        let rows = code_set::rows(include_str!("../../../catalog/classes/dispatch_rules.csv"));
        Self::new(None, rows.map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>()))
    }
}

/// A row that applies.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MatchedRow {
    /// The record of its table; `None` for the rules that ship.
    pub table: Option<RecordId>,
    /// Its number in the table, from 1.
    pub row: usize,
    /// Class, place, area, proposal, as they stand there.
    pub cells: [String; 4],
    /// The table's note.
    pub note: String,
    /// The unit that it comes to; `None` where there is no such unit.
    pub unit: Option<UnitId>,
}

/// What rules propose.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Proposal {
    /// The unit.
    pub unit: Option<UnitId>,
    /// All rows that apply, the one that says most first; the first that comes to a unit is what is proposed.
    pub rows: Vec<MatchedRow>,
}

impl Proposal {
    /// The row by which the unit is proposed.
    pub fn by(&self) -> Option<&MatchedRow> {
        self.rows.iter().find(|row| row.unit.is_some())
    }
}

/// Which unit rules propose for a class at a place; `departments` are those that whoever asks knows.
pub fn propose(
    layers: &[RuleLayer],
    class: &CaseClass,
    place: &Place,
    area: Option<AreaType>,
    departments: &[RuledUnit],
) -> Proposal {
    let mut rows = Vec::new();
    for layer in layers {
        let mut fitting: Vec<&(usize, DispatchRule)> =
            layer.rules.iter().filter(|(_, rule)| rule.fits(class, place, area)).collect();
        fitting.sort_by(|(a, one), (b, other)| other.says(place).cmp(&one.says(place)).then(a.cmp(b)));
        rows.extend(fitting.into_iter().map(|(row, rule)| MatchedRow {
            table: layer.table,
            row: *row,
            cells: rule.cells.clone(),
            note: rule.note.clone(),
            unit: unit_of(&rule.propose, place, departments),
        }));
    }
    let unit = rows.iter().find_map(|row| row.unit);
    Proposal { unit, rows }
}

fn unit_of(target: &Target, place: &Place, departments: &[RuledUnit]) -> Option<UnitId> {
    match target {
        Target::Unit(code) => {
            let known = place.units.iter().chain(departments);
            known.into_iter().find(|unit| unit.codes.contains(code)).map(|unit| unit.id)
        }
        Target::Level(level) => place.at(*level).map(|unit| unit.id),
        Target::Department { named, of } => {
            let above = place.at(*of)?;
            let mut fitting: Vec<&RuledUnit> = departments
                .iter()
                .filter(|unit| unit.above == Some(above.id) && unit.name.contains(named.as_str()))
                .collect();
            fitting.sort_by(|a, b| a.codes.cmp(&b.codes).then(a.id.cmp(&b.id)));
            fitting.first().map(|unit| unit.id)
        }
    }
}
