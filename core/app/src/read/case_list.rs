//! The list of cases, by unit and status, with how many stand where.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::kind::{Kind, case, case_file};
use gridwalk_model::{UnitId, limits};
use gridwalk_store::{RowFilter, StoreError, ViewRow};

/// Cases as their list draws them.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaseListView {
    /// How many cases stand in each status.
    pub counts: Vec<StatusCount>,
    /// The cases of this page, the newest first.
    pub rows: Vec<CaseLine>,
}

/// One case of the list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaseLine {
    /// The case.
    #[serde(flatten)]
    pub row: RowLine,
    /// Of a case that this person reported, too, and that is settled: they are thanked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub thanked: bool,
}

/// How many records stand in a status.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StatusCount {
    /// The status.
    pub status: String,
    /// How many.
    pub count: u64,
}

/// Which cases a list shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseFilter {
    /// At home in this unit or below it.
    pub unit: Option<UnitId>,
    /// In this status.
    pub status: Option<String>,
    /// Only those that are not done.
    pub open: bool,
    /// Only those that this person reported, or said that they saw, too.
    pub mine: bool,
    /// At most so many; 0 means as many as a page holds.
    pub limit: u32,
}

impl Reader<'_> {
    /// The list of cases.
    pub fn case_list(&self, filter: &CaseFilter) -> Result<CaseListView, StoreError> {
        let counts = self.store.status_counts(Kind::Case.name(), filter.unit)?;
        let limit = if filter.limit == 0 { limits::LIST_ROWS_MAX } else { filter.limit.min(limits::LIST_ROWS_MAX) };
        let cases = RowFilter {
            unit: filter.unit,
            with_below: true,
            status: filter.status.clone(),
            ..RowFilter::kind(Kind::Case.name())
        };
        let mut rows = Vec::new();
        for row in self.each_row(cases) {
            let row = row?;
            if rows.len() >= limit as usize {
                break;
            }
            let done = case::DONE.contains(&row.status.as_str());
            if (filter.open && done) || (filter.mine && !self.is_reported_by_me(&row)?) {
                continue;
            }
            let thanked = filter.mine && case::SETTLED.contains(&row.status.as_str());
            rows.push(CaseLine { thanked, row: row.into() });
        }
        let counts = counts.into_iter().map(|(status, count)| StatusCount { status, count }).collect();
        Ok(CaseListView { counts, rows })
    }

    fn is_reported_by_me(&self, row: &ViewRow) -> Result<bool, StoreError> {
        for record in self.store.members(row.record)? {
            let state = self.store.predicted(record, self.actor.now)?.state;
            if case_file::reporters(&state).contains(&self.actor.account) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
