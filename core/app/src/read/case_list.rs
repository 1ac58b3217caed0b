//! The list of cases, by unit and status, with how many stand where.

use super::Reader;
use super::row_line::{self, RowLine};
use gridwalk_model::UnitId;
use gridwalk_model::kind::{Kind, case};
use gridwalk_store::{RowFilter, StoreError};

/// Cases as their list draws them.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaseListView {
    /// How many cases stand in each status.
    pub counts: Vec<StatusCount>,
    /// The cases of this page, the newest first.
    pub rows: Vec<RowLine>,
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
    /// At most so many; 0 means as many as a page holds.
    pub limit: u32,
}

impl Reader<'_> {
    /// The list of cases.
    pub fn case_list(&self, filter: &CaseFilter) -> Result<CaseListView, StoreError> {
        let counts = self.store.status_counts(Kind::Case.name(), filter.unit)?;
        let mut rows = self.store.rows(&RowFilter {
            kind: Some(Kind::Case.name().to_owned()),
            unit: filter.unit,
            with_below: true,
            status: filter.status.clone(),
            limit: filter.limit,
            ..RowFilter::default()
        })?;
        if filter.open {
            rows.retain(|r| !case::DONE.contains(&r.status.as_str()));
        }
        let counts = counts.into_iter().map(|(status, count)| StatusCount { status, count }).collect();
        Ok(CaseListView { counts, rows: row_line::lines(rows) })
    }
}
