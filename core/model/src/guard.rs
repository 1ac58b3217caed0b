//! Guards: what must be so of a case before a step is taken, beside its status and the taker's role.
//!
//! Owns their names and the judgement of each, for a phone that decides and a server that admits alike. Refuses to
//! decide outcomes (`admission` does, once) and to know words. Invariant: a guard looks at the state, the taker, the time
//! at which the step counts and its answers, and at nothing else; it never looks at a step that the status does not allow.

use crate::command::Actor;
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::addressed::{ORGANISER, WHO};
use crate::kind::{addressed, case, case_file};
use crate::picture;
use crate::posts::Posts;
use crate::role::Roles;
use crate::state::State;
use crate::time::Timestamp;
use crate::value::Value;
use std::collections::BTreeMap;

/// What must be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The taker did not handle it: whoever did the work does not verify it.
    NotHandler,
    /// There is a deadline, it is not past, and the new one is later.
    BeforeDeadline,
    /// The picture that is named is attached, and no earlier verification or re-check named it.
    HasPicture,
    /// Every line by which it came has its answer.
    AnsweredAll,
    /// The line that is answered is one by which it came.
    LineOwed,
    /// What came from the public was looked at.
    Confirmed,
    /// Nobody else's phone has it: of a case that somebody has, whoever has it.
    Holder,
    /// The taker works for a unit that it was dispatched to, to lead or to help; or has it.
    LeadOrJoint,
    /// The taker works for the unit that it was dispatched to.
    Lead,
    /// The phone that had it has let the lease run out.
    LeaseOver,
    /// The unit that answers was called, and has not answered.
    Called,
    /// Whoever answers a call is not who called.
    NotCaller,
    /// Whoever answers a call has a post in the unit that was called, or above.
    CalledUnit,
    /// The taker is the one who owes the answer.
    FirstReceiver,
    /// The same, or somebody of a desk or who supervises.
    FirstReceiverOrDesk,
    /// It was passed on to the taker.
    PassedToTaker,
    /// A re-check that failed says when the next one is, unless it is the last.
    RecheckAgain,
    /// Whoever asked was called back and is not satisfied.
    Unsatisfied,
    /// What was decided was public for as long as was said.
    PublicLongEnough,
    /// Somebody said how content they are.
    Rated,
    /// The taker said that they would see to it.
    Claimer,
    /// The taker is whom the record is about.
    Oneself,
    /// The taker is not whom the record is about.
    NotOneself,
    /// The taker organised what the record is of.
    Organiser,
    /// The taker raised it.
    Raiser,
    /// The taker did not raise it.
    NotRaiser,
}

/// Who takes a step, when, and with which answers; none where it is only asked whether the step may be offered.
#[derive(Debug, Clone, Copy)]
pub struct Taking<'a> {
    /// Who.
    pub account: AccountId,
    /// By which roles.
    pub roles: Roles,
    /// How their posts lie to the units that the case names; none where that is asked apart.
    pub posts: Option<&'a Posts>,
    /// The time at which it counts.
    pub at: Timestamp,
    /// What was answered.
    pub answers: Option<&'a BTreeMap<String, Value>>,
}

impl Taking<'_> {
    /// Whether the step may be offered to somebody, as far as it is known without units.
    pub const fn asked(actor: &Actor) -> Self {
        Self { account: actor.account, roles: actor.roles, posts: None, at: actor.now, answers: None }
    }
}

impl Guard {
    /// All guards.
    pub const ALL: [Self; 26] = [
        Self::NotHandler,
        Self::BeforeDeadline,
        Self::HasPicture,
        Self::AnsweredAll,
        Self::LineOwed,
        Self::Confirmed,
        Self::Holder,
        Self::LeadOrJoint,
        Self::Lead,
        Self::LeaseOver,
        Self::Called,
        Self::NotCaller,
        Self::CalledUnit,
        Self::FirstReceiver,
        Self::FirstReceiverOrDesk,
        Self::PassedToTaker,
        Self::RecheckAgain,
        Self::Unsatisfied,
        Self::PublicLongEnough,
        Self::Rated,
        Self::Claimer,
        Self::Oneself,
        Self::NotOneself,
        Self::Organiser,
        Self::Raiser,
        Self::NotRaiser,
    ];

    /// Its name in step tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotHandler => "not_handler",
            Self::BeforeDeadline => "before_deadline",
            Self::HasPicture => "has_picture",
            Self::AnsweredAll => "answered_all",
            Self::LineOwed => "line_owed",
            Self::Confirmed => "confirmed",
            Self::Holder => "holder",
            Self::LeadOrJoint => "lead_or_joint",
            Self::Lead => "lead",
            Self::LeaseOver => "lease_over",
            Self::Called => "called",
            Self::NotCaller => "not_caller",
            Self::CalledUnit => "called_unit",
            Self::FirstReceiver => "first_receiver",
            Self::FirstReceiverOrDesk => "first_receiver_or_desk",
            Self::PassedToTaker => "passed_to_taker",
            Self::RecheckAgain => "recheck_again",
            Self::Unsatisfied => "unsatisfied",
            Self::PublicLongEnough => "public_long_enough",
            Self::Rated => "rated",
            Self::Claimer => "claimer",
            Self::Oneself => "oneself",
            Self::NotOneself => "not_oneself",
            Self::Organiser => "organiser",
            Self::Raiser => "raiser",
            Self::NotRaiser => "not_raiser",
        }
    }

    /// The code of the refusal of whoever it stops.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotHandler => "own_handling",
            Self::BeforeDeadline => "no_deadline_ahead",
            Self::HasPicture => "no_such_evidence",
            Self::AnsweredAll => "answers_owed",
            Self::LineOwed => "not_by_that_line",
            Self::Confirmed => "not_looked_at",
            Self::Holder => "on_another_phone",
            Self::LeadOrJoint => "not_dispatched_here",
            Self::Lead => "led_elsewhere",
            Self::LeaseOver => "lease_runs",
            Self::Called => "not_called",
            Self::NotCaller => "own_call",
            Self::CalledUnit => "another_unit_called",
            Self::FirstReceiver => "not_first_receiver",
            Self::FirstReceiverOrDesk => "first_received_by_another",
            Self::PassedToTaker => "not_passed_on",
            Self::RecheckAgain => "no_next_recheck",
            Self::Unsatisfied => "nobody_unsatisfied",
            Self::PublicLongEnough => "still_public",
            Self::Rated => "not_rated",
            Self::Claimer => "not_claimer",
            Self::Oneself => "not_ones_own",
            Self::NotOneself => "own_word",
            Self::Organiser => "not_organiser",
            Self::Raiser => "raised_by_another",
            Self::NotRaiser => "own_objection",
        }
    }

    /// The guard of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|guard| guard.name() == name)
    }

    /// Whether a server judges it at admission. Whoever lost a lease is overtaken instead, and their step is kept; and who files
    /// what came by another line meanwhile could not know that somebody was to look at it first, nor who answers a call that it was
    /// answered already.
    pub const fn judged_at_admission(self) -> bool {
        !matches!(self, Self::Holder | Self::Confirmed | Self::Called)
    }

    /// Whether it asks how the taker's posts lie to the units that the case names.
    pub const fn asks_posts(self) -> bool {
        matches!(self, Self::LeadOrJoint | Self::Lead | Self::CalledUnit)
    }

    /// Whether it lets the step pass.
    pub fn lets(self, state: &State, step: &str, taking: &Taking<'_>) -> bool {
        let answer = |name: &str| taking.answers.and_then(|answers| answers.get(name));
        let asked_only = taking.answers.is_none();
        let unit = || answer("unit").and_then(Value::as_id).map(RecordId::unit);
        match self {
            Self::NotHandler => case_file::handled_by(state) != Some(taking.account),
            Self::BeforeDeadline => case_file::deadline(state).is_some_and(|deadline| {
                let later = answer("due").and_then(Value::as_int).is_some_and(|due| due > deadline.0);
                taking.at <= deadline && (asked_only || later)
            }),
            Self::HasPicture => {
                asked_only || answer(PICTURE).is_none_or(|named| picture::is_new_evidence(state, named))
            }
            Self::AnsweredAll => case_file::owed(state).is_empty(),
            Self::LineOwed => match answer("line").and_then(Value::as_text) {
                Some(line) => case_file::lines(state).contains(line),
                None => !case_file::lines(state).is_empty(),
            },
            Self::Confirmed => case_file::was_looked_at(state),
            Self::Holder => crate::admission::with_another(state, taking.account).is_none(),
            Self::LeadOrJoint => case::leased_to(state).is_some() || works_for(taking, units_at_work(state)),
            Self::Lead => works_for(taking, case::dispatched_to(state).into_iter().collect()),
            Self::LeaseOver => case::lease(state).is_none_or(|lease| lease.is_over(taking.at)),
            Self::Called => !open_calls(state, unit()).is_empty(),
            // A call that somebody answered meanwhile may be answered once more: `Called` is what a phone says of it.
            Self::NotCaller => {
                let calls = open_calls(state, unit());
                calls.is_empty() || calls.iter().any(|call| call.by != taking.account)
            }
            Self::CalledUnit => taking.posts.is_none_or(|posts| {
                let calls = open_calls(state, unit());
                calls.is_empty() || calls.iter().any(|call| posts.speak_for(call.unit))
            }),
            Self::FirstReceiver => case_file::first_receiver(state) == Some(taking.account),
            Self::FirstReceiverOrDesk => {
                let desk = taking.roles.meets(Roles::DESKS.and(Roles::SUPERVISORS));
                desk || case_file::first_receiver(state) == Some(taking.account)
            }
            Self::PassedToTaker => case_file::passed_to(state) == Some(taking.account),
            Self::Unsatisfied => case_file::satisfied(state) == Some(false),
            Self::PublicLongEnough => case_file::public_until(state).is_some_and(|until| taking.at >= until),
            Self::Rated => case_file::is_rated(state),
            Self::Claimer => case::has_claimed(state, taking.account),
            // Of a record that is being made its change says who it is about; see `addressed::oversteps`.
            Self::Oneself => addressed::named(state, WHO).is_none_or(|who| who == taking.account),
            Self::NotOneself => addressed::named(state, WHO) != Some(taking.account),
            Self::Organiser => addressed::named(state, ORGANISER).is_none_or(|who| who == taking.account),
            Self::Raiser => raiser(state) == Some(taking.account),
            Self::NotRaiser => raiser(state) != Some(taking.account),
            Self::RecheckAgain => {
                let passed = answer("passed").and_then(Value::as_bool);
                let said = answer("next_on").is_some() || case_file::recheck_is_last(state);
                asked_only || step != case_file::RECHECK || passed != Some(false) || said
            }
        }
    }
}

/// The calls that wait for an answer: of this unit, or all.
fn open_calls(state: &State, unit: Option<UnitId>) -> Vec<case_file::Call> {
    let mut calls = case_file::calls(state);
    calls.retain(|call| call.answered.is_none() && unit.is_none_or(|unit| unit == call.unit));
    calls
}

/// The unit that a case was dispatched to, and those that help.
fn units_at_work(state: &State) -> Vec<UnitId> {
    case::dispatched_to(state).into_iter().chain(case::joint_units(state)).collect()
}

/// Whether the taker works for one of these; of a case that names none nobody asks.
fn works_for(taking: &Taking<'_>, units: Vec<UnitId>) -> bool {
    units.is_empty() || taking.posts.is_none_or(|posts| units.into_iter().any(|unit| posts.work_for(unit)))
}

/// Who took the first step of a record.
fn raiser(state: &State) -> Option<AccountId> {
    state.applied().next().map(|step| step.tag.author)
}

/// The answer that names a picture.
pub const PICTURE: &str = "picture";

#[cfg(test)]
mod tests;
