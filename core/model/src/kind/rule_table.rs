//! Rule table 制度表: a dated table by which the core reckons and proposes, in place of the one that ships.
//!
//! Owns the field table and what a record says. Refuses to read rows: `crate::rule_table` does. Invariant: a table is
//! never edited; a new one stands beside it, and one that was withdrawn says since when.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::id::{RecordId, UnitId};
use crate::limits;
use crate::role::{Role, Roles};
use crate::rule_table::{TableSort, unpacked};
use crate::state::State;
use crate::step_table::StepTable;
use crate::value::Value;

/// The field that says what it is of.
pub const SORT: &str = "sort";
/// The field that says which edition it is, in the words of whoever brought it in.
pub const EDITION: &str = "edition";
/// The field that names the unit for which it holds, with all below; without one that is the unit that it hangs on.
pub const OF_UNIT: &str = "of_unit";
/// The field that says from which day on it holds.
pub const FROM: &str = "from";
/// The field that says from which day on it does not hold any more.
pub const UNTIL: &str = "until";
/// The field that says where it is from.
pub const SOURCE: &str = "source";
/// The set of its rows, each with its number and tabs between its cells.
pub const ROWS: &str = "rows";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::POSTED, Roles::of(&[Role::SystemAdmin]))
}

/// What Gridwalk says about rule tables.
pub static TABLE: KindTable = KindTable {
    kind: Kind::RuleTable,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Unit])).required(),
        field("sort", Shape::Code(CodeSet::RuleTableSort)).required(),
        field("edition", text(80)).required().search(SearchUse::Text),
        field("of_unit", Shape::UnitRef),
        field("from", Shape::Date).required(),
        field("until", Shape::Date),
        field("source", text(500)),
    ],
    sets: &[field("rows", text(limits::RULE_ROW_CHARS_MAX))],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Unit]),
    delete: Roles::of(&[Role::SystemAdmin]),
    author_sees: false,
    // Everybody below reckons by it, without a network too.
    reaches_down: ReachesDown::Always,
    place: false,
    title: &[EDITION],
    subtitle: &[SOURCE],
    sort: SortBy::Natural(&[SORT, EDITION]),
};

/// A table as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTable {
    /// Its record.
    pub record: RecordId,
    /// What it is of.
    pub sort: TableSort,
    /// Which edition.
    pub edition: String,
    /// The unit on which it hangs: all below it are told.
    pub told_by: UnitId,
    /// The unit for which it holds, with all below.
    pub of_unit: UnitId,
    /// From which day on it holds.
    pub from: i64,
    /// From which day on it does not hold any more.
    pub until: Option<i64>,
    /// Where it is from.
    pub source: String,
    /// Its rows, in order.
    pub rows: Vec<Vec<String>>,
}

impl RuleTable {
    /// What a record says; `None` for one that is deleted, not whole, or of a later version.
    pub fn of(state: &State) -> Option<Self> {
        if state.kind() != Kind::RuleTable.name() || state.is_deleted() {
            return None;
        }
        let value = |name: &str| state.value(name);
        let text = |name: &str| value(name).and_then(Value::as_text).unwrap_or_default().to_owned();
        let day = |name: &str| value(name).and_then(Value::as_int);
        let told_by = value(PARENT)?.as_id()?.unit();
        let mut rows: Vec<(u32, Vec<String>)> = state
            .sets
            .get(ROWS)
            .into_iter()
            .flat_map(|set| &set.adds)
            .filter_map(|add| numbered(add.element.as_text()?))
            .collect();
        rows.sort_by_key(|(number, _)| *number);
        rows.dedup();
        Some(Self {
            record: state.record,
            sort: TableSort::from_code(&text(SORT))?,
            edition: text(EDITION),
            told_by,
            of_unit: value(OF_UNIT).and_then(Value::as_id).map_or(told_by, RecordId::unit),
            from: day(FROM)?,
            until: day(UNTIL),
            source: text(SOURCE),
            rows: rows.into_iter().map(|(_, cells)| cells).collect(),
        })
    }

    /// Whether it holds on a day; a table that was withdrawn holds on none that is still to come.
    pub fn holds_on(&self, day: i64) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// A row as the set holds it: its number before its cells, so that rows that say the same stay apart.
pub fn numbered_row(number: usize, cells: &[String]) -> String {
    format!("{number}\t{}", crate::rule_table::packed(cells))
}

fn numbered(row: &str) -> Option<(u32, Vec<String>)> {
    let (number, cells) = row.split_once('\t')?;
    Some((number.parse().ok()?, unpacked(cells)))
}
