//! Household links whose visit of this month is due.

use super::row_line::RowLine;
use super::{Reader, shown};
use gridwalk_model::kind::{Kind, household_link, policy_of};
use gridwalk_model::{RecordId, State, Timestamp, UnitId, Value};
use gridwalk_store::{RowFilter, StoreError, ViewRow};
use std::collections::{BTreeMap, BTreeSet};

/// A household link with its visit of this month.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LinkDue {
    /// The link.
    #[serde(flatten)]
    pub row: RowLine,
    /// How many households it has.
    pub households: usize,
    /// Those of them that stand in another link of these, too.
    pub shared: Vec<RecordId>,
    /// When it was last visited.
    pub last_visited: Option<Timestamp>,
}

impl Reader<'_> {
    /// Links of a unit and below, or all, that were not visited this month; the longest unseen first.
    pub fn links_due(&self, unit: Option<UnitId>) -> Result<Vec<LinkDue>, StoreError> {
        let kind = Kind::HouseholdLink.name();
        let (mut due, mut held) = (Vec::new(), BTreeMap::<RecordId, usize>::new());
        for row in self.link_rows(unit)? {
            let loaded = self.load([row.record])?;
            let Some(view) = shown(&loaded, row.record) else { continue };
            let last = view.field("last_visited", policy_of(kind, "last_visited"));
            let last_visited = last.and_then(|f| f.value?.as_int()).map(Timestamp);
            let members: BTreeSet<RecordId> = view.set("households").into_iter().filter_map(Value::as_id).collect();
            for household in &members {
                *held.entry(*household).or_default() += 1;
            }
            if household_link::is_due(last_visited, self.actor.now) {
                let (households, shared) = (members.len(), members.into_iter().collect());
                due.push(LinkDue { households, shared, last_visited, row: row.into() });
            }
        }
        for line in &mut due {
            line.shared.retain(|household| held.get(household).is_some_and(|links| *links > 1));
        }
        due.sort_by_key(|line| (line.last_visited, line.row.title.clone()));
        Ok(due)
    }

    /// The states of all links that are held here.
    pub(crate) fn links(&self) -> Result<Vec<State>, StoreError> {
        let rows = self.link_rows(None)?;
        rows.into_iter().map(|row| Ok(self.store.predicted(row.record, self.actor.now)?.state)).collect()
    }

    fn link_rows(&self, unit: Option<UnitId>) -> Result<Vec<ViewRow>, StoreError> {
        self.all_rows(RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::HouseholdLink.name()) })
    }
}
