//! What a person confirmed of an edition's changes, and the way from every old code to what it became.
//!
//! Owns the rules that a plan keeps. Refuses to guess: it holds what was confirmed. Invariant: an abolished code is
//! never given to another division, and every code that ever was is found.

use super::{Happening, Proposal};
use crate::id::AccountId;
use crate::unit_code::UnitCode;
use std::collections::{BTreeMap, BTreeSet};

/// A proposal that somebody confirmed, perhaps after correcting it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Confirmed {
    /// What happened.
    pub proposal: Proposal,
    /// Who says so.
    pub by: AccountId,
}

/// The confirmed changes of one edition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// The day from which they hold, days since 1970-01-01.
    pub from_day: i64,
    /// What was confirmed.
    pub confirmed: Vec<Confirmed>,
}

impl Plan {
    /// What was confirmed in the order in which it is done.
    pub fn in_order(&self) -> Vec<&Proposal> {
        let mut proposals: Vec<&Proposal> = self.confirmed.iter().map(|c| &c.proposal).collect();
        proposals.sort_by(|a, b| order(a).cmp(&order(b)));
        proposals
    }
}

/// Puts proposals in the order in which they are done: from the top down, so that what is new finds the unit that it is
/// below; what is gone last and from the bottom up, when all that goes on elsewhere has left it.
pub fn put_in_order(proposals: &mut [Proposal]) {
    proposals.sort_by(|a, b| order(a).cmp(&order(b)));
}

fn order(proposal: &Proposal) -> (bool, isize, Option<&UnitCode>) {
    let code = proposal.after.first().or(proposal.before.first()).map(|(code, _)| code);
    let depth = code.map_or(0, |code| code.digits().len().cast_signed());
    let gone = proposal.what == Happening::Abolish;
    (gone, if gone { -depth } else { depth }, code)
}

/// Why a plan does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanFault {
    /// The numbers of codes before and after do not fit what happened.
    #[error("the codes do not fit what happened")]
    WrongCount(Vec<UnitCode>),
    /// Two changes tell of one code.
    #[error("two changes tell of one code")]
    ToldTwice(UnitCode),
    /// A code that was abolished is given anew.
    #[error("an abolished code is given anew")]
    Reused(UnitCode),
    /// The edition is not later than the ones before.
    #[error("the edition is not later than the ones before")]
    NotLater,
}

impl PlanFault {
    /// The stable code that shells have words for.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongCount(_) => "wrong_count",
            Self::ToldTwice(_) => "told_twice",
            Self::Reused(_) => "reused",
            Self::NotLater => "not_later",
        }
    }
}

/// All codes that ever changed, over all editions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Succession {
    /// What an old code became, and on which day; nothing where it was abolished.
    became: BTreeMap<UnitCode, (i64, Vec<UnitCode>)>,
    last_day: Option<i64>,
}

impl Succession {
    /// Takes the plan of a later edition, whole or not at all.
    pub fn apply(&mut self, plan: &Plan) -> Result<(), PlanFault> {
        if self.last_day.is_some_and(|last| plan.from_day <= last) {
            return Err(PlanFault::NotLater);
        }
        let mut told: (BTreeSet<&UnitCode>, BTreeSet<&UnitCode>) = Default::default();
        let mut became = Vec::new();
        for Confirmed { proposal, .. } in &plan.confirmed {
            let before: Vec<&UnitCode> = proposal.before.iter().map(|(code, _)| code).collect();
            let after: Vec<&UnitCode> = proposal.after.iter().map(|(code, _)| code).collect();
            if !fits(proposal.what, &before, &after) {
                return Err(PlanFault::WrongCount(before.into_iter().chain(after).cloned().collect()));
            }
            if let Some(twice) = before.iter().find(|code| !told.0.insert(code)) {
                return Err(PlanFault::ToldTwice((*twice).clone()));
            }
            if let Some(twice) = after.iter().find(|code| !told.1.insert(code)) {
                return Err(PlanFault::ToldTwice((*twice).clone()));
            }
            if let Some(reused) = after.iter().find(|code| self.became.contains_key(code)) {
                return Err(PlanFault::Reused((*reused).clone()));
            }
            let gone = before.iter().filter(|code| !after.contains(code));
            became.extend(gone.map(|code| ((*code).clone(), after.iter().copied().cloned().collect::<Vec<_>>())));
        }
        // Given to another in the same edition is given anew, too: whoever keeps its code keeps it in one change.
        if let Some((reused, _)) = became.iter().find(|(code, _)| told.1.contains(code)) {
            return Err(PlanFault::Reused(reused.clone()));
        }
        self.became.extend(became.into_iter().map(|(code, after)| (code, (plan.from_day, after))));
        self.last_day = Some(plan.from_day);
        Ok(())
    }

    /// What a code of any edition is today: itself, its successors, or nothing where it was abolished.
    pub fn current(&self, code: &UnitCode) -> Vec<UnitCode> {
        self.on(code, i64::MAX)
    }

    /// What a code of any edition was on a day.
    pub fn on(&self, code: &UnitCode, day: i64) -> Vec<UnitCode> {
        match self.became.get(code).filter(|(from, _)| *from <= day) {
            None => vec![code.clone()],
            Some((_, after)) => {
                // Codes are never given anew, so that the way never comes back.
                let all: BTreeSet<UnitCode> = after.iter().flat_map(|next| self.on(next, day)).collect();
                all.into_iter().collect()
            }
        }
    }

    /// All codes that became this one, the latest first: by any of them it is found.
    pub fn former(&self, code: &UnitCode) -> Vec<UnitCode> {
        let mut found: Vec<(i64, UnitCode)> = Vec::new();
        let mut asked = vec![code.clone()];
        while let Some(next) = asked.pop() {
            let sources = self.became.iter().filter(|(_, (_, after))| after.contains(&next));
            for (old, (day, _)) in sources {
                if !found.iter().any(|(_, known)| known == old) {
                    found.push((*day, old.clone()));
                    asked.push(old.clone());
                }
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(_, code)| code).collect()
    }

    /// Whether the code is no longer in use, and so is never given again.
    pub fn is_retired(&self, code: &UnitCode) -> bool {
        self.became.contains_key(code)
    }

    /// The day from which the code was no longer in use.
    pub fn retired_on(&self, code: &UnitCode) -> Option<i64> {
        self.became.get(code).map(|(day, _)| *day)
    }
}

fn fits(what: Happening, before: &[&UnitCode], after: &[&UnitCode]) -> bool {
    match what {
        Happening::Rename => before.len() == 1 && before == after,
        Happening::Renumber => before.len() == 1 && after.len() == 1 && before != after,
        Happening::Split => before.len() == 1 && after.len() > 1,
        Happening::Merge => before.len() > 1 && after.len() == 1,
        Happening::Add => before.is_empty() && after.len() == 1,
        Happening::Abolish => before.len() == 1 && after.is_empty(),
    }
}
