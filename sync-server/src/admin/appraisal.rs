//! The numbers of a month, as whoever asks may see them.
//!
//! Owns whose facts are counted for whom. Refuses to count. Invariant: whoever supervises a unit sees the numbers of all below
//! it, anybody else their own only; groups stand in the order of codes and logins, never of scores; a locked month has the figures
//! of its lock, and what came later stands beside them.

use super::month::{LockView, lock_view};
use super::{Admin, arrival, place};
use crate::appraisal::locked::LockedMonth;
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
    /// That the month is locked: these are its figures, whatever comes later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<LockView>,
    /// What would be counted now, where that differs from what was locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later: Option<Sheet>,
}

/// What is counted for somebody, and by what.
struct Found {
    facts: Vec<Fact>,
    rules: &'static Formulas,
    /// The units as they were when the month was locked.
    locked: Vec<LockedMonth>,
}

impl Admin {
    /// The numbers of a month in a unit.
    pub fn appraised_month(&self, asked: &MonthAsked<'_>) -> Result<MonthView> {
        self.keep_facts_up()?;
        self.server().read(|r| self.month_view(r, asked))
    }

    /// Makes the facts of what changed since they were made last, wherever records of people are.
    pub(super) fn keep_facts_up(&self) -> Result<()> {
        self.counted_spaces()?.into_iter().try_for_each(|space| keep_up(self.server().running(), space).map(drop))
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
        let (lock, locked) = match r.tx.month_lock(unit.space, asked.month)? {
            Some(row) => {
                let locked = LockedMonth::read(&row.bytes)?;
                (Some(lock_view(r.tx, asked.month, &row, locked.facts.len())?), true)
            }
            None => (None, false),
        };
        let (month, now) = (asked.month, lock.as_ref().map_or(r.now, |lock| lock.at));
        let found = Self::found(r, month, &unit, (own, true))?;
        let mut groups = Vec::new();
        let each = |by| grouped(found.rules, found.facts.iter(), &Asked { month, now, by: Some(by) });
        for (of, sheet) in asked.by.map(each).unwrap_or_default() {
            let (code, name) = called(r, &found.locked, asked.by, of)?;
            groups.push(AppraisedGroup { of, code, name, sheet });
        }
        groups.sort_by(|a, b| (&a.code, a.of).cmp(&(&b.code, b.of)));
        let by = own.map(|_| Group::Worker);
        let all = sheet(found.rules, found.facts.iter(), &Asked { month, now, by });
        let later = if locked {
            let found = Self::found(r, month, &unit, (own, false))?;
            Some(sheet(found.rules, found.facts.iter(), &Asked { month, now: r.now, by })).filter(|later| *later != all)
        } else {
            None
        };
        Ok(MonthView {
            month,
            as_of: now,
            formulas: found.rules.version,
            unit: unit.code,
            unit_name: unit.name,
            own: own.is_some(),
            all,
            groups,
            lock,
            later,
        })
    }

    /// The facts of a month in a unit and below, or led by one of them; `own`: of one person only; `as_locked`: those of a
    /// locked month as they were, else as they are now.
    fn found(
        r: &Reading<'_>,
        month: Month,
        unit: &UnitRow,
        (own, as_locked): (Option<AccountId>, bool),
    ) -> Result<Found> {
        let mut found = Found { facts: Vec::new(), rules: Formulas::shipped(), locked: Vec::new() };
        let now_below: BTreeSet<UnitId> = tree::with_below(r.tx, unit.id)?;
        for space in r.tx.spaces()?.into_iter().filter(|space| !space.reference) {
            let locked = r.tx.month_lock(space.id, month)?.filter(|_| as_locked);
            let locked = locked.map(|row| LockedMonth::read(&row.bytes)).transpose()?;
            let mut below = now_below.clone();
            let facts = match locked {
                Some(mut locked) => {
                    let facts = std::mem::take(&mut locked.facts);
                    // A unit above counties has all of each; one that was not there then has nothing.
                    below = locked.within(if now_below.contains(&locked.unit) { locked.unit } else { unit.id });
                    if unit.space == space.id {
                        found.rules = locked.rules();
                    }
                    found.locked.push(locked);
                    facts
                }
                None => facts(r.tx, space.id, month)?,
            };
            let within = |fact: &Fact| below.contains(&fact.unit()) || below.contains(&fact.answering());
            let whose = |fact: &Fact| own.is_none_or(|own| fact.worker() == Some(own));
            // An objection takes out what it names, whoever raised it and wherever.
            let counts = |fact: &Fact| fact.objection().is_some() || (within(fact) && whose(fact));
            found.facts.extend(facts.into_iter().filter(counts));
        }
        Ok(found)
    }
}

/// The code and the name of a unit, or the login and the name of an account.
fn called(r: &Reading<'_>, locked: &[LockedMonth], by: Option<Group>, of: RecordId) -> Result<(String, String)> {
    if by == Some(Group::Worker) {
        let account = r.tx.account(AccountId(of.0))?;
        return Ok(account.map(|account| (account.login, account.name)).unwrap_or_default());
    }
    if let Some((code, name)) = locked.iter().find_map(|month| month.called(of.unit())) {
        return Ok((code.to_owned(), name.to_owned()));
    }
    Ok(r.tx.unit(of.unit())?.map(|unit| (unit.code, unit.name)).unwrap_or_default())
}
