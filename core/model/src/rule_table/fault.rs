//! Faults: what is wrong with a row of a rule table.
//!
//! Owns the codes. Refuses words. Invariant: every fault names its row, and its column where it is of one cell.

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The place of the row in the list that was checked.
    pub row: usize,
    /// The column's name; empty for a whole row.
    pub column: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// What stands there.
    pub found: String,
}

impl Fault {
    /// All codes, for whoever has words for them.
    pub const CODES: [&'static str; 27] = [
        "missing",
        "not_a_date",
        "not_a_year",
        "ends_before",
        "range_too_long",
        "year_other",
        "day_kind",
        "occasion",
        "days_unknown",
        "not_a_time",
        "unit_code",
        "area_type",
        "class_ref",
        "kind_unknown",
        "category_unknown",
        "limit_invalid",
        "near_invalid",
        "time_unit",
        "proposal",
        "item_code",
        "place_unknown",
        "evidence_unknown",
        "severity_unknown",
        "recheck_days",
        "row_twice",
        "row_too_long",
        "make_up_on_weekday",
    ];

    /// A fault of a row.
    pub(crate) fn at(row: usize, column: &'static str, code: &'static str, found: &str) -> Self {
        Self { row, column, code, found: found.to_owned() }
    }

    /// A fault of a cell; of which row is said later.
    pub(crate) fn cell(column: &'static str, code: &'static str, found: &str) -> Self {
        Self::at(0, column, if found.is_empty() { "missing" } else { code }, found)
    }

    pub(crate) fn in_row(self, row: usize) -> Self {
        Self { row, ..self }
    }

    /// Whether the table can be taken in all the same.
    pub fn only_warns(&self) -> bool {
        self.code == "make_up_on_weekday"
    }
}
