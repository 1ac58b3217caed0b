//! The clock of a case: by which class, limit and date it is measured, since when, and what of it stood still.
//!
//! Owns what steps stamped, and the resumed date of what was held. Refuses to know offices and holidays: `work_time` reckons
//! with what it hands out. Invariant: a date that a step stamped holds until a later step stamps another, whatever became of
//! the tables by which it was reckoned.

use super::case_file::{clock, text};
use crate::case_class::ClassRef;
use crate::state::{State, Step};
use crate::step_table::ClockEffect;
use crate::time::Timestamp;
use crate::work_time::{Limit, Pauses};

/// The answer that names the class.
pub const CLASS: &str = "class";
/// The answer that says the limit.
pub const LIMIT: &str = "limit";
/// The answer that says by when it is to be settled.
pub const DUE: &str = "due";
/// The steps by which it is said by when a case is to be settled.
pub const STAMPED: [&str; 4] = ["file", "dispatch", "take", "extend"];
/// The steps by which somebody settles a case.
pub const HANDLES: [&str; 4] = ["handle", "solve_on_spot", "agree", "carry_out"];
/// The step by which a case is taken up again that was closed.
pub const AGAIN: &str = "handle_again";
/// The steps by which it is not settled after all.
const REOPENS: [&str; 2] = ["rework", AGAIN];

fn last<T>(state: &State, read: impl Fn(&Step) -> Option<T>) -> Option<T> {
    state.applied().rev().find_map(read)
}

/// The class that a step named last.
pub fn class(state: &State) -> Option<ClassRef> {
    last(state, |step| text(step, CLASS)?.parse().ok())
}

/// The same of this round: of what was stamped before the case was taken up again nothing counts any more.
fn last_of_round<T>(state: &State, read: impl Fn(&Step) -> Option<T>) -> Option<T> {
    state.applied().rev().take_while(|step| step.step != AGAIN).find_map(read)
}

/// When the case was taken up again last.
pub(super) fn again_at(state: &State) -> Option<Timestamp> {
    last(state, |step| (step.step == AGAIN).then_some(step.tag.effective))
}

/// The limit that a step stamped last, since the case was taken up again if it was.
pub fn limit(state: &State) -> Option<Limit> {
    last_of_round(state, |step| Limit::meant(text(step, LIMIT)?))
}

/// The date that a step stamped last, since the case was taken up again if it was.
pub fn stamped_due(state: &State) -> Option<Timestamp> {
    last_of_round(state, |step| {
        let due = step.answers.get(DUE).filter(|_| STAMPED.contains(&step.step.as_str()))?;
        due.as_int().map(Timestamp)
    })
}

/// Since when a case is measured, what of it does not count, and when it was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// When it was reported, or taken up again.
    pub since: Timestamp,
    /// When the limit began that runs now: when it was reported, dispatched or taken up again.
    pub from: Timestamp,
    /// When it was held, and until when, in order.
    pub held: Vec<(Timestamp, Option<Timestamp>)>,
    /// When somebody made it safe, first.
    pub made_safe: Option<Timestamp>,
    /// When somebody arrived, first.
    pub arrived: Option<Timestamp>,
    /// When it was settled, if nobody found since that it is not.
    pub settled: Option<Timestamp>,
}

impl Measured {
    /// What does not count.
    pub fn pauses(&self) -> Pauses {
        Pauses::new(self.held.iter().copied())
    }

    /// The same without the one that lasts.
    pub fn pauses_before(&self) -> Pauses {
        Pauses::new(self.held.iter().copied().filter(|(_, to)| to.is_some()))
    }

    /// The same if the one that lasts ends now.
    pub fn pauses_until(&self, now: Timestamp) -> Pauses {
        Pauses::new(self.held.iter().map(|(from, to)| (*from, Some(to.unwrap_or(now)))))
    }
}

/// How a case is measured; `None` before anybody looked at it and of one that is void.
pub fn measured(state: &State) -> Option<Measured> {
    let (mut since, mut from, mut ended, mut pauses) = (None, None, None, Vec::<(Timestamp, Option<Timestamp>)>::new());
    for (step, effect) in clock(state) {
        let at = step.tag.effective;
        match effect {
            ClockEffect::Starts => {
                since = since.filter(|_| step.step != AGAIN).or(Some(at));
                (from, ended) = (Some(at), None);
            }
            ClockEffect::Pauses if pauses.last().is_none_or(|(_, to)| to.is_some()) => pauses.push((at, None)),
            ClockEffect::Resumes => {
                if let Some((_, to @ None)) = pauses.last_mut() {
                    *to = Some(at);
                }
                // Whoever stamps a limit as it goes on stamps one that begins then.
                if step.answers.contains_key(LIMIT) {
                    from = Some(at);
                }
            }
            ClockEffect::Pauses => {}
            ClockEffect::Ends => ended = Some(at),
        }
    }
    let (since, from) = (since?, from?);
    let mut measured = Measured { since, from, held: pauses, made_safe: None, arrived: None, settled: None };
    for step in state.applied() {
        let at = step.tag.effective;
        match step.step.as_str() {
            "make_safe" => measured.made_safe = measured.made_safe.or(Some(at)),
            "arrive" => measured.arrived = measured.arrived.or(Some(at)),
            handled if HANDLES.contains(&handled) => measured.settled = Some(at),
            again if REOPENS.contains(&again) => measured.settled = None,
            _ => {}
        }
    }
    // What ended without being settled is void: nothing of it is late.
    (ended.is_none() || measured.settled.is_some()).then_some(measured)
}

/// By when a case is to be settled that goes on now after it was held: as much later as it was held.
pub fn resumed_due(state: &State, now: Timestamp) -> Option<Timestamp> {
    let since = super::case_file::paused_since(state)?;
    let due = super::case_file::deadline(state)?;
    Some(due.plus_ms(now.0.saturating_sub(since.0).max(0)))
}

#[cfg(test)]
mod tests;
