//! The summary of a grid, or of any unit: how many of what, and what is open.

use super::Reader;
use super::case_list::StatusCount;
use gridwalk_model::UnitId;
use gridwalk_model::kind::{Kind, case};
use gridwalk_store::StoreError;

/// A unit in numbers.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct GridSummary {
    /// The unit; `None` for all that this phone holds.
    pub unit: Option<UnitId>,
    /// Its name.
    pub name: Option<String>,
    /// How many records of each kind.
    pub counts: Vec<KindCount>,
    /// Cases by status.
    pub cases: Vec<StatusCount>,
    /// Cases that are filed and not done; reports that nobody has looked at are none yet.
    pub cases_open: u64,
}

/// How many records of a kind.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KindCount {
    /// The kind.
    pub kind: &'static str,
    /// How many.
    pub count: u64,
}

impl Reader<'_> {
    /// A unit in numbers, with all that is below it.
    pub fn grid_summary(&self, unit: Option<UnitId>) -> Result<GridSummary, StoreError> {
        let mut counts = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|k| *k != Kind::Unit) {
            let count = self.store.status_counts(kind.name(), unit)?.iter().map(|(_, n)| n).sum();
            counts.push(KindCount { kind: kind.name(), count });
        }
        let by_status = self.store.status_counts(Kind::Case.name(), unit)?;
        let cases: Vec<_> = by_status.into_iter().map(|(status, count)| StatusCount { status, count }).collect();
        let is_open = |status: &str| !case::DONE.contains(&status) && status != case::UNVERIFIED;
        let open = cases.iter().filter(|c| is_open(&c.status));
        let cases_open = open.map(|c| c.count).sum();
        let name = unit.map(|u| self.unit_name(u)).transpose()?.flatten();
        Ok(GridSummary { unit, name, counts, cases, cases_open })
    }
}
