//! The list of cases, by unit and status, with how many stand where.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::kind::{Kind, case, case_file};
use gridwalk_model::{UnitId, limits};
use gridwalk_store::{StoreError, ViewRow};

/// The statuses in which whoever reported a case is thanked.
const SETTLED: [&str; 4] = ["handled", "verified", "told", "closed"];

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
        let shown = |row: &ViewRow| {
            (!filter.open || !case::DONE.contains(&row.status.as_str()))
                && filter.status.as_ref().is_none_or(|status| *status == row.status)
        };
        let limit = if filter.limit == 0 { limits::LIST_ROWS_MAX } else { filter.limit.min(limits::LIST_ROWS_MAX) };
        let mut rows = Vec::new();
        for row in self.case_rows(filter.unit, None)?.into_iter().filter(shown) {
            if rows.len() >= limit as usize {
                break;
            }
            let mine = filter.mine.then(|| self.reported_by_me(&row)).transpose()?;
            if mine != Some(None) {
                rows.push(CaseLine { thanked: mine.flatten().unwrap_or(false), row: row.into() });
            }
        }
        let counts = counts.into_iter().map(|(status, count)| StatusCount { status, count }).collect();
        Ok(CaseListView { counts, rows })
    }

    /// Of a case that this person reported: whether it is settled.
    fn reported_by_me(&self, row: &ViewRow) -> Result<Option<bool>, StoreError> {
        let members = self.store.members(row.record)?;
        let mut mine = false;
        for record in members {
            let state = self.store.predicted(record, self.actor.now)?.state;
            mine |= case_file::reporters(&state).contains(&self.actor.account);
        }
        Ok(mine.then(|| SETTLED.contains(&row.status.as_str())))
    }
}
