//! Handovers: what goes from whom to whom, and what still lies on this phone.
//!
//! Owns the list. Refuses to take anything over (a command does). Invariant: a case stands in it only while the lease is
//! with whoever hands over.

use super::Reader;
use super::row_line::RowLine;
use super::visits_due::PlanLine;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::kind::handover::{self, OFFERED};
use gridwalk_model::kind::visit_plan::Standing;
use gridwalk_model::kind::{Kind, case};
use gridwalk_model::{AccountId, RecordId, State, UnitId};
use gridwalk_store::{RowFilter, StoreError};
use std::collections::BTreeSet;

/// One handover with what goes with it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HandoverView {
    /// The handover.
    pub record: RecordId,
    /// Who hands over.
    pub from: Option<AccountId>,
    /// What they are called, as far as it is known here.
    pub from_name: Option<String>,
    /// Who takes over.
    pub to: Option<AccountId>,
    /// What they are called, as far as it is known here.
    pub to_name: Option<String>,
    /// Whether that is the reader.
    pub mine: bool,
    /// Where.
    pub unit: Option<UnitId>,
    /// Its name.
    pub unit_name: Option<String>,
    /// The first day of the successor.
    pub since: Option<String>,
    /// The day from which the work is back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// How it stands: a code of the workflow.
    pub status: String,
    /// Cases whose lease goes with it.
    pub cases: Vec<RowLine>,
    /// Visit plans that name whoever hands over, by the day of the next visit; those that are over are left out.
    pub plans: Vec<PlanLine>,
    /// How many of their visits are due by today.
    pub plans_due: usize,
    /// Of whoever hands over, on their own phone: saves that no server has, and forms that are open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_here: Option<LeftHere>,
}

/// What lies on the phone of whoever hands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct LeftHere {
    /// Saves that were not sent.
    pub unsent: u64,
    /// Forms that are open.
    pub drafts: u64,
}

fn day(state: &State, field: &str) -> Option<String> {
    handover::day(state, field).and_then(CivilDate::from_days).map(|d| d.to_string())
}

impl Reader<'_> {
    /// Handovers that this phone knows, those offered first.
    pub fn handovers(&self) -> Result<Vec<HandoverView>, StoreError> {
        let mut list = Vec::new();
        for row in self.store.rows(&RowFilter::kind(Kind::Handover.name()))? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            list.push(self.handover_of(&state, row.unit)?);
        }
        list.sort_by_key(|view| (view.status != OFFERED, view.record));
        Ok(list)
    }

    fn handover_of(&self, state: &State, unit: Option<UnitId>) -> Result<HandoverView, StoreError> {
        let from = handover::account(state, handover::FROM);
        let to = handover::account(state, handover::TO);
        let counts = self.store.counts()?;
        let left_here = LeftHere { unsent: counts.undecided(), drafts: counts.drafts };
        let plans = from.map_or_else(|| Ok(Vec::new()), |from| self.plans_of(from, unit))?;
        let is_due = |plan: &&PlanLine| matches!(plan.standing, Standing::Overdue | Standing::Today);
        Ok(HandoverView {
            record: state.record,
            from,
            from_name: from.map(|from| self.person(from)).transpose()?.flatten(),
            to,
            to_name: to.map(|to| self.person(to)).transpose()?.flatten(),
            mine: to == Some(self.actor.account),
            unit,
            unit_name: unit.map(|u| self.unit_name(u)).transpose()?.flatten(),
            since: day(state, handover::SINCE),
            until: day(state, handover::UNTIL),
            status: state.status().to_owned(),
            cases: from.map_or_else(|| Ok(Vec::new()), |from| self.leased_to(from))?,
            plans_due: plans.iter().filter(is_due).count(),
            plans,
            left_here: (from == Some(self.actor.account)).then_some(left_here),
        })
    }

    /// Those whose visit plans are this person's today: their own, and those of whom they took the work on for now.
    pub(super) fn stands_in_for(&self) -> Result<BTreeSet<AccountId>, StoreError> {
        let (today, mut all) = (self.actor.today(), BTreeSet::from([self.actor.account]));
        for row in self.store.rows(&RowFilter::kind(Kind::Handover.name()))? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            let mine = handover::account(&state, handover::TO) == Some(self.actor.account);
            let begun = handover::day(&state, handover::SINCE).is_some_and(|since| since <= today);
            let over = handover::day(&state, handover::UNTIL).is_some_and(|until| until <= today);
            if mine && begun && !over && state.status() == handover::HANDED_OVER {
                all.extend(handover::account(&state, handover::FROM));
            }
        }
        Ok(all)
    }

    /// Cases that a person's phone has.
    fn leased_to(&self, account: AccountId) -> Result<Vec<RowLine>, StoreError> {
        let filter = RowFilter { status: Some("taken".to_owned()), ..RowFilter::kind(Kind::Case.name()) };
        let mut cases = Vec::new();
        for row in self.store.rows(&filter)? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            if case::leased_to(&state) == Some(account) {
                cases.push(row.into());
            }
        }
        Ok(cases)
    }
}
