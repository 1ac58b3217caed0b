//! The numbers of a month, as whoever asks may see them.
//!
//! Owns whose facts are counted for whom. Refuses to count. Invariant: whoever supervises a unit sees the numbers of all below
//! it, anybody else their own only; groups stand in the order of codes and logins, never of scores.

use super::{Admin, arrival, place};
use crate::appraisal::{facts, keep_up};
use crate::error::Result;
use crate::store::UnitRow;
use crate::tree;
use crate::writing::Reading;
use gridwalk_model::appraisal::book::grouped;
use gridwalk_model::appraisal::{Asked, Fact, Formulas, Group, Month, Sheet, sheet};
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;
use std::collections::BTreeSet;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthAsked<'a> {
    /// The month.
    pub month: Month,
    /// Code of the unit whose numbers they are, with all below it.
    pub unit: &'a str,
    /// By grid, unit or worker.
    pub by: Option<Group>,
}

/// The numbers of one grid, unit or worker.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AppraisedGroup {
    /// The unit or the account.
    pub of: RecordId,
    /// The unit's code, or the account's login.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Its numbers.
    #[serde(flatten)]
    pub sheet: Sheet,
}

/// The numbers of a month.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct MonthView {
    /// The month.
    pub month: Month,
    /// What is not due yet is not late: as of when.
    pub as_of: Timestamp,
    /// Version of the formulas.
    pub formulas: u32,
    /// The unit's code.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// Whether these are the numbers of whoever asks, and of nobody else.
    pub own: bool,
    /// All together.
    pub all: Sheet,
    /// Each beside the others.
    pub groups: Vec<AppraisedGroup>,
}

impl Admin {
    /// The numbers of a month in a unit.
    pub fn appraised_month(&self, asked: &MonthAsked<'_>) -> Result<MonthView> {
        for space in self.counted_spaces()? {
            keep_up(self.server().running(), space)?;
        }
        self.server().read(|r| self.month_view(r, asked))
    }

    /// The spaces that hold records of people.
    fn counted_spaces(&self) -> Result<Vec<SpaceId>> {
        self.server().read(|r| Ok(r.tx.spaces()?.into_iter().filter(|s| !s.reference).map(|s| s.id).collect()))
    }

    fn month_view(&self, r: &Reading<'_>, asked: &MonthAsked<'_>) -> Result<MonthView> {
        let unit = place::unit_coded(r.tx, asked.unit)?;
        let own = match self.by() {
            Some(by) if !arrival::supervises(r, by, unit.id)? => Some(by),
            _ => None,
        };
        let found = Self::facts_within(r, asked.month, &unit, own)?;
        let (month, now) = (asked.month, r.now);
        let mut groups = Vec::new();
        for (of, sheet) in
            asked.by.map(|by| grouped(found.iter(), &Asked { month, now, by: Some(by) })).unwrap_or_default()
        {
            let (code, name) = called(r, asked.by, of)?;
            groups.push(AppraisedGroup { of, code, name, sheet });
        }
        groups.sort_by(|a, b| (&a.code, a.of).cmp(&(&b.code, b.of)));
        let by = own.map(|_| Group::Worker);
        Ok(MonthView {
            month,
            as_of: now,
            formulas: Formulas::shipped().version,
            unit: unit.code,
            unit_name: unit.name,
            own: own.is_some(),
            all: sheet(Formulas::shipped(), found.iter(), &Asked { month, now, by }),
            groups,
        })
    }

    /// The facts of a month in a unit and below, or led by one of them; `own`: of one person only.
    fn facts_within(r: &Reading<'_>, month: Month, unit: &UnitRow, own: Option<AccountId>) -> Result<Vec<Fact>> {
        let below: BTreeSet<UnitId> = tree::with_below(r.tx, unit.id)?;
        let within = |fact: &Fact| below.contains(&fact.unit()) || below.contains(&fact.answering());
        let whose = |fact: &Fact| own.is_none_or(|own| fact.worker() == Some(own));
        let mut found = Vec::new();
        for space in r.tx.spaces()?.into_iter().filter(|space| !space.reference) {
            found.extend(facts(r.tx, space.id, month)?.into_iter().filter(|fact| within(fact) && whose(fact)));
        }
        Ok(found)
    }
}

/// The code and the name of a unit, or the login and the name of an account.
fn called(r: &Reading<'_>, by: Option<Group>, of: RecordId) -> Result<(String, String)> {
    if by == Some(Group::Worker) {
        let account = r.tx.account(AccountId(of.0))?;
        return Ok(account.map(|account| (account.login, account.name)).unwrap_or_default());
    }
    Ok(r.tx.unit(of.unit())?.map(|unit| (unit.code, unit.name)).unwrap_or_default())
}
