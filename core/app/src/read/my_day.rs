//! My day: the first screen. What waits for this person, what stands on the phone only, what was done today.

use super::Reader;
use super::review::ReturnedLine;
use super::row_line::{self, RowLine};
use super::sync_status::SyncStatus;
use super::visits_due::VisitsDue;
use gridwalk_model::Timestamp;
use gridwalk_model::kind::Kind;
use gridwalk_model::limits;
use gridwalk_store::{Counts, RowFilter, StoreError};

/// The first screen.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct MyDay {
    /// How much waits, and for what.
    pub counts: Counts,
    /// Cases in which this person may take a step now.
    pub cases: Vec<CaseToDo>,
    /// Visits that are due, this person's and nobody's.
    pub due: VisitsDue,
    /// Visits of today, the newest first.
    pub visits: Vec<RowLine>,
    /// What came back to this person and waits for a correction.
    pub returned: Vec<ReturnedLine>,
    /// Records whose values are at odds.
    pub disagreements: Vec<RowLine>,
    /// How sync stands.
    pub sync: SyncStatus,
}

/// A case with the steps that may be taken.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaseToDo {
    /// The case.
    #[serde(flatten)]
    pub row: RowLine,
    /// Codes of the steps that lead on and that this person may take.
    pub steps: Vec<&'static str>,
}

impl Reader<'_> {
    /// The first screen.
    pub fn my_day(&self) -> Result<MyDay, StoreError> {
        let cases = self.store.rows(&RowFilter::kind(Kind::Case.name()))?;
        let to_do = |row: RowLine| {
            let steps = Kind::Case.allowed_steps(&row.status, self.actor.roles);
            CaseToDo { steps: steps.into_iter().filter(|s| s.leads_on()).map(|s| s.step).collect(), row }
        };
        let cases = row_line::lines(cases).into_iter().map(to_do).filter(|c| !c.steps.is_empty());
        let visits =
            self.store.rows(&RowFilter { limit: limits::DAY_LINES_MAX, ..RowFilter::kind(Kind::Visit.name()) })?;
        let midnight = Timestamp::of_china_day(self.actor.today());
        let today = |r: &RowLine| r.changed_at >= midnight || r.record.made_at() >= midnight;
        let sync = self.sync_status()?;
        Ok(MyDay {
            counts: sync.counts,
            cases: cases.take(limits::DAY_LINES_MAX as usize).collect(),
            due: self.visits_due(None, true)?.cut(limits::DAY_LINES_MAX as usize),
            visits: self.placed(row_line::lines(visits).into_iter().filter(today).collect())?,
            returned: self.returned(false)?,
            disagreements: row_line::lines(self.store.disagreements(limits::DAY_LINES_MAX)?),
            sync,
        })
    }
}
