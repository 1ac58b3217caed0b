//! Household links whose visit of this month is due.

use super::row_line::RowLine;
use super::{Reader, shown};
use gridwalk_model::kind::{Kind, household_link, policy_of};
use gridwalk_model::{Timestamp, UnitId};
use gridwalk_store::{RowFilter, StoreError};

/// A household link with its visit of this month.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LinkDue {
    /// The link.
    #[serde(flatten)]
    pub row: RowLine,
    /// How many households it has.
    pub households: usize,
    /// When it was last visited.
    pub last_visited: Option<Timestamp>,
}

impl Reader<'_> {
    /// Links of a unit and below, or all, that were not visited this month; the longest unseen first.
    pub fn links_due(&self, unit: Option<UnitId>) -> Result<Vec<LinkDue>, StoreError> {
        let kind = Kind::HouseholdLink.name();
        let mut due = Vec::new();
        let mut after = None;
        loop {
            let filter = RowFilter { unit, with_below: true, after: after.take(), ..RowFilter::kind(kind) };
            let rows = self.store.rows(&filter)?;
            after = rows.last().map(|row| (row.sort.clone(), row.record));
            for row in rows {
                let loaded = self.load([row.record])?;
                let Some(view) = shown(&loaded, row.record) else { continue };
                let last = view.field("last_visited", policy_of(kind, "last_visited"));
                let last_visited = last.and_then(|f| f.value?.as_int()).map(Timestamp);
                if household_link::is_due(last_visited, self.actor.now) {
                    due.push(LinkDue { households: view.set("households").len(), last_visited, row: row.into() });
                }
            }
            if after.is_none() {
                break;
            }
        }
        due.sort_by_key(|line| (line.last_visited, line.row.title.clone()));
        Ok(due)
    }
}
