//! Doors to call back at: where the newest visit found nobody who could say anything.
//!
//! Owns which visits are looked through: those of the last weeks. Refuses to fold: rows say what came of a visit and
//! when. Invariant: a door that was answered since, or where the matter was settled otherwise, is not listed.

use super::Reader;
use super::row_line::RowLine;
use super::visit::paid_at;
use gridwalk_model::call_back::Proposal;
use gridwalk_model::kind::{Kind, visit};
use gridwalk_model::{RecordId, Timestamp, UnitId, limits};
use gridwalk_store::{RowFilter, StoreError};
use std::collections::BTreeSet;

/// A door at which nobody answered.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CallBack {
    /// The door.
    #[serde(flatten)]
    pub door: RowLine,
    /// The newest visit.
    pub visit: RecordId,
    /// What came of it: a code.
    pub outcome: String,
    /// When it was paid.
    pub at: Timestamp,
    /// When it was agreed to come again.
    pub agreed_at: Option<Timestamp>,
    /// The hour that is proposed; `None` where every hour was tried.
    pub call_back: Option<Proposal>,
}

impl CallBack {
    /// When somebody should be there again.
    pub fn when(&self) -> Option<Timestamp> {
        self.agreed_at.filter(|at| *at > self.at).or_else(|| self.call_back.map(|proposal| proposal.at))
    }
}

impl Reader<'_> {
    /// Doors of a unit and below, or all, that somebody has to come to again; those whose hour is nearest first.
    pub fn call_backs(&self, unit: Option<UnitId>) -> Result<Vec<CallBack>, StoreError> {
        let oldest = self.actor.now.plus_days(-limits::CALL_BACK_DAYS_MAX);
        let (mut met, mut found) = (BTreeSet::new(), Vec::new());
        let visits = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::Visit.name()) };
        for row in self.each_row(visits).take(limits::CALL_BACK_VISITS_MAX) {
            let row = row?;
            let at = paid_at(&row);
            if at < oldest {
                break;
            }
            let Some(door) = row.parent.filter(|door| met.insert(*door)) else { continue };
            if visit::is_unanswered(&row.title) {
                found.push((door, row.record, row.title, at));
            }
        }
        let mut list = Vec::new();
        for (door, visit, outcome, at) in found {
            let Some(line) = self.line_of(door)? else { continue };
            if self.attempts(line.record)?.iter().any(|a| a.answered && a.at >= at) {
                continue;
            }
            let call_back = self.call_back(line.record)?;
            let agreed_at = self.agreed_at(line.record)?;
            list.push(CallBack { door: line, visit, outcome, at, agreed_at, call_back });
        }
        list.sort_by_key(|c| (c.when().unwrap_or(Timestamp(i64::MAX)), c.door.record));
        Ok(list)
    }
}
