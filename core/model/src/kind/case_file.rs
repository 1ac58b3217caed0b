//! The case file 案卷: what the steps of a case say beside its status.
//!
//! Owns who handled it, its deadline, calls, answers owed, the first receiver, orders with their re-checks, and what is
//! held. Refuses to measure time and to take steps. Invariant: only steps that took effect count, in the order in which
//! they did.

use super::{case, case_clock};
use crate::id::{AccountId, UnitId};
use crate::journal::Outcome;
use crate::kind::Kind;
use crate::limits;
use crate::matter::{Matter, Matters};
use crate::role::Roles;
use crate::state::{State, Step};
use crate::step_table::ClockEffect;
use crate::time::Timestamp;
use crate::value::Value;
use crate::wish::Wish;
use crate::workflow::START;
use std::collections::{BTreeMap, BTreeSet};

/// The step that looks again at what was ordered.
pub const RECHECK: &str = "recheck";
/// The set of lines by which a case came.
pub const LINES: &str = "lines";
/// The line of the grid itself: whoever reported it sees what becomes of it, and is owed no other answer.
pub const OWN_LINE: &str = "grid";
/// Lines by which the public speaks: somebody looks before it is filed.
const PUBLIC: [&str; 4] = ["hotline", "public_opinion", "petition", "chat"];

fn unit(step: &Step) -> Option<UnitId> {
    Some(step.answers.get("unit")?.as_id()?.unit())
}

pub(super) fn text<'a>(step: &'a Step, ask: &str) -> Option<&'a str> {
    step.answers.get(ask).and_then(Value::as_text)
}

/// What a step says for sure, for it was asked.
fn told(step: &Step, ask: &str) -> String {
    text(step, ask).unwrap_or_default().to_owned()
}

fn has_failed(step: &Step) -> bool {
    step.answers.get("passed").and_then(Value::as_bool) == Some(false)
}

fn moment(step: &Step, ask: &str) -> Option<Timestamp> {
    step.answers.get(ask).and_then(Value::as_int).map(Timestamp)
}

/// Who handled it last.
pub fn handled_by(state: &State) -> Option<AccountId> {
    state.applied().rev().find(|s| case_clock::HANDLES.contains(&s.step.as_str())).map(|s| s.tag.author)
}

/// By when it is to be settled: by the last step that says so, else by its field. Of a case that was taken up again a date
/// of before says nothing any more.
pub fn deadline(state: &State) -> Option<Timestamp> {
    let again = case_clock::again_at(state);
    let written = || state.register(None, "deadline").into_iter().flat_map(|field| &field.heads);
    let stands = |at: Timestamp| written().any(|head| head.tag.effective >= at);
    let agreed = || state.value("deadline").filter(|_| again.is_none_or(stands))?.as_int().map(Timestamp);
    case_clock::stamped_due(state).or_else(agreed)
}

/// Each step that took effect, with the status before it and what it does to what is measured.
pub fn clock(state: &State) -> Vec<(&Step, ClockEffect)> {
    let (mut status, mut marks) = (START, Vec::new());
    for step in state.applied() {
        if let Some(effect) = Kind::Case.steps().row(status, &step.step).and_then(|row| row.clock) {
            marks.push((step, effect));
        }
        status = &step.to;
    }
    marks
}

/// Since when nothing is measured, because the case is held.
pub fn paused_since(state: &State) -> Option<Timestamp> {
    let mut since = None;
    for (step, effect) in clock(state) {
        since = match effect {
            ClockEffect::Pauses => since.or(Some(step.tag.effective)),
            _ => None,
        };
    }
    since
}

/// A call of a unit above, or of a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Which unit was called.
    pub unit: UnitId,
    /// Who called.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// The limit: what the call says, else the end of the day in China.
    pub due: Timestamp,
    /// When it was answered.
    pub answered: Option<Timestamp>,
    /// The limit that the unit set itself when it answered.
    pub promised: Option<Timestamp>,
}

impl Call {
    /// Whether it was not answered in time.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.answered.unwrap_or(now) > self.due
    }
}

/// The calls, oldest first; a unit that answers answers all that it was asked before.
pub fn calls(state: &State) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for step in state.applied() {
        let Some(unit) = unit(step) else { continue };
        let at = step.tag.effective;
        match step.step.as_str() {
            "call_up" => {
                let midnight = Timestamp::of_china_day(at.china_day() + 1);
                let due = moment(step, "due").unwrap_or(midnight);
                calls.push(Call { unit, by: step.tag.author, at, due, answered: None, promised: None });
            }
            "answer_call" => {
                let open = calls.iter_mut().filter(|call| call.unit == unit && call.answered.is_none());
                let promised = moment(step, "due");
                open.for_each(|call| (call.answered, call.promised) = (Some(at), promised));
            }
            _ => {}
        }
    }
    calls
}

/// The lines by which it came.
pub fn lines(state: &State) -> BTreeSet<&str> {
    let adds = state.sets.get(LINES).into_iter().flat_map(|set| &set.adds);
    adds.filter_map(|add| add.element.as_text()).collect()
}

/// The lines to which an answer is owed: those by which it came and that were not answered since it was last taken up
/// again.
pub fn owed(state: &State) -> Vec<&str> {
    let since = state.applied().rev().take_while(|s| s.step != "handle_again");
    let answered: BTreeSet<&str> =
        since.filter(|s| s.step == "reply").filter_map(|s| s.answers.get("line")?.as_text()).collect();
    lines(state).into_iter().filter(|line| *line != OWN_LINE && !answered.contains(line)).collect()
}

/// The step by which somebody says that they saw the same.
pub const ALSO_REPORT: &str = "also_report";

/// Everybody who reported it, the first first, each once: all are thanked when it is settled.
pub fn reporters(state: &State) -> Vec<AccountId> {
    let mut found = Vec::new();
    for step in state.applied().filter(|s| [case::REPORT, case::SUBMIT, ALSO_REPORT].contains(&s.step.as_str())) {
        if !found.contains(&step.tag.author) {
            found.push(step.tag.author);
        }
    }
    found
}

/// What saying that one saw the same writes beside the step: the line by which it came once more.
pub fn came_again_by(step: &str, answers: &BTreeMap<String, Value>) -> Option<Wish> {
    let line = answers.get("line").filter(|_| step == ALSO_REPORT)?;
    Some(Wish::Add { set: LINES.to_owned(), element: line.clone() })
}

/// Whether somebody looked at it, or nobody has to before it is filed.
pub fn was_looked_at(state: &State) -> bool {
    let public = lines(state).into_iter().any(|line| PUBLIC.contains(&line));
    !public || state.applied().any(|s| s.step == "confirm")
}

/// Who owes the answer: whoever received it first, or took that over since.
pub fn first_receiver(state: &State) -> Option<AccountId> {
    let took = state.applied().rev().find(|s| s.step == "receive");
    let receives = |step: &Step| match step.step.as_str() {
        case::SUBMIT => false,
        case::REPORT => step.answers.get(RECEIVES).and_then(Value::as_bool) != Some(false),
        _ => true,
    };
    took.or_else(|| state.applied().find(|s| receives(s))).map(|s| s.tag.author)
}

/// The answers to a report of somebody: whoever volunteers owes nobody an answer, the first of the staff who takes it up
/// does.
pub fn reported_by(roles: Roles, mut answers: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    if !roles.meets(Roles::STAFF) {
        answers.insert(RECEIVES.to_owned(), Value::Bool(false));
    }
    answers
}

/// The answer to a report that says whether whoever reports receives it, as somebody of the staff does.
pub const RECEIVES: &str = "receives";

/// To whom the answer was passed on, as long as they did not take it over.
pub fn passed_to(state: &State) -> Option<AccountId> {
    let last = state.applied().rev().find(|s| ["pass_on", "receive"].contains(&s.step.as_str()))?;
    Some(AccountId(last.answers.get("to")?.as_id()?.0))
}

/// What whoever asked said when they were called back, since it was last closed.
pub fn satisfied(state: &State) -> Option<bool> {
    let since = state.applied().rev().take_while(|s| s.step != "close");
    since.filter(|s| s.step == FOLLOW_UP).find_map(|s| s.answers.get("satisfied")?.as_bool())
}

/// Until when what was decided is public 公示: so many whole days after the one on which it was published.
pub fn public_until(state: &State) -> Option<Timestamp> {
    let published = state.applied().rev().find(|s| s.step == "publish")?;
    let days = published.answers.get("days")?.as_int()?;
    Some(Timestamp::of_china_day(published.tag.effective.china_day().saturating_add(days).saturating_add(1)))
}

/// Whether somebody said how content they are, since it was last told.
pub fn is_rated(state: &State) -> bool {
    state.applied().rev().take_while(|s| s.step != "tell").any(|s| s.step == "rate")
}

/// The step by which somebody asks whether all is well.
const FOLLOW_UP: &str = "follow_up";
/// How many days after a dispute was settled somebody asks whether it is.
const FOLLOW_UP_DAYS: [i64; 2] = [7, 30];

/// A day on which somebody is to ask whether a dispute is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowUp {
    /// The day, days since 1970-01-01.
    pub due: i64,
    /// When somebody did.
    pub done: Option<Timestamp>,
}

/// The follow-ups of a dispute that is closed: one counts for a day if it came on that day or later, and each for one.
pub fn follow_ups(state: &State) -> Vec<FollowUp> {
    if state.status() != "closed" || !Matters::of(state).has(Matter::Dispute) {
        return Vec::new();
    }
    let Some(at) = state.steps.iter().rposition(|s| s.outcome == Outcome::Applied && s.step == "close") else {
        return Vec::new();
    };
    let closed = state.steps[at].tag.effective.china_day();
    let asked = state.steps[at..].iter().filter(|s| s.outcome == Outcome::Applied && s.step == FOLLOW_UP);
    let mut asked = asked.map(|s| s.tag.effective).collect::<Vec<_>>().into_iter().peekable();
    let on = |days: i64| {
        let due = closed.saturating_add(days);
        while asked.next_if(|at| at.china_day() < due).is_some() {}
        FollowUp { due, done: asked.next() }
    };
    FOLLOW_UP_DAYS.map(on).to_vec()
}

/// An act of a department that holds the power: an order, a penalty, a shutdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The step by which it was done.
    pub step: String,
    /// Who did it.
    pub by: AccountId,
    /// The number of its document.
    pub number: String,
    /// Its legal basis.
    pub basis: String,
    /// The day that the document bears.
    pub issued: Option<i64>,
}

/// The acts, oldest first.
pub fn acts(state: &State) -> Vec<Act> {
    let is_act = |step: &&Step| ["order", "penalty", "shut"].contains(&step.step.as_str());
    let act = |step: &Step| Act {
        step: step.step.clone(),
        by: step.tag.author,
        number: told(step, "number"),
        basis: told(step, "basis"),
        issued: step.answers.get("issued").and_then(Value::as_int),
    };
    state.applied().filter(is_act).map(act).collect()
}

/// The day of the next re-check, while the last one failed.
pub fn next_recheck(state: &State) -> Option<i64> {
    let last = state.applied().rev().find(|s| s.step == RECHECK)?;
    last.answers.get("next_on").and_then(Value::as_int).filter(|_| has_failed(last))
}

/// How many re-checks it had, and how many of them failed; of one round of an inspection the last step counts, whoever else
/// took it.
pub fn rounds(state: &State) -> (usize, usize) {
    let mut rounds: BTreeMap<Option<i64>, Vec<bool>> = BTreeMap::new();
    for step in state.applied().filter(|s| s.step == RECHECK) {
        let round = step.answers.get("round").and_then(Value::as_int);
        let told = rounds.entry(round).or_default();
        if round.is_some() {
            told.clear();
        }
        told.push(has_failed(step));
    }
    let all = || rounds.values().flatten();
    (all().count(), all().filter(|failed| **failed).count())
}

/// Whether so many re-checks failed that only a department that holds the power goes on, and the last of them did.
pub fn is_handed_over(state: &State) -> bool {
    let last = state.applied().rev().find(|s| s.step == RECHECK);
    last.is_some_and(has_failed) && rounds(state).1 >= limits::RECHECK_ROUNDS as usize
}

/// Whether a re-check that fails now is the last: no day follows it.
pub(crate) fn recheck_is_last(state: &State) -> bool {
    rounds(state).1 + 1 >= limits::RECHECK_ROUNDS as usize
}

/// With whom and until when it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Why.
    pub reason: String,
    /// Who leads.
    pub leader: String,
    /// Who works on it.
    pub team: String,
    /// What they mean to do.
    pub plan: String,
    /// The day on which it is looked at again.
    pub next_on: Option<i64>,
}

/// How it is held, while it is.
pub fn hold(state: &State) -> Option<Hold> {
    last_hold(state).filter(|_| state.status() == "held")
}

/// How it is held, or was held last.
pub fn last_hold(state: &State) -> Option<Hold> {
    let step = state.applied().rev().find(|s| s.step == "hold")?;
    Some(Hold {
        reason: told(step, "reason"),
        leader: told(step, "leader"),
        team: told(step, "team"),
        plan: told(step, "plan"),
        next_on: step.answers.get("next_on").and_then(Value::as_int),
    })
}
