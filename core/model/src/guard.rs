//! Guards: what must be so of a case before a step is taken, beside its status and the taker's role.
//!
//! Owns their names and the judgement of each, for a phone that decides and a server that admits alike. Refuses to
//! decide outcomes (`admission` does, once) and to know words. Invariant: a guard looks at the state, the taker, the time
//! at which the step counts and its answers, and at nothing else; it never looks at a step that the status does not allow.

use crate::id::AccountId;
use crate::kind::addressed::{ORGANISER, WHO};
use crate::kind::{addressed, case, case_file};
use crate::picture;
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
    /// Nobody else's phone has it.
    Holder,
    /// The phone that had it has let the lease run out.
    LeaseOver,
    /// The unit that answers was called, and has not answered.
    Called,
    /// The taker is the one who owes the answer.
    FirstReceiver,
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
    /// The time at which it counts.
    pub at: Timestamp,
    /// What was answered.
    pub answers: Option<&'a BTreeMap<String, Value>>,
}

impl Guard {
    /// All guards.
    pub const ALL: [Self; 21] = [
        Self::NotHandler,
        Self::BeforeDeadline,
        Self::HasPicture,
        Self::AnsweredAll,
        Self::LineOwed,
        Self::Confirmed,
        Self::Holder,
        Self::LeaseOver,
        Self::Called,
        Self::FirstReceiver,
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
            Self::LeaseOver => "lease_over",
            Self::Called => "called",
            Self::FirstReceiver => "first_receiver",
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
            Self::LeaseOver => "lease_runs",
            Self::Called => "not_called",
            Self::FirstReceiver => "not_first_receiver",
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

    /// Whether a server judges it at admission. Whoever lost a lease is overtaken instead, and their step is kept.
    pub const fn judged_at_admission(self) -> bool {
        !matches!(self, Self::Holder)
    }

    /// Whether it lets the step pass.
    pub fn lets(self, state: &State, step: &str, taking: &Taking<'_>) -> bool {
        let answer = |name: &str| taking.answers.and_then(|answers| answers.get(name));
        let asked_only = taking.answers.is_none();
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
            Self::Holder => crate::admission::lost_to(state, taking.account).is_none(),
            Self::LeaseOver => case::lease(state).is_none_or(|lease| lease.is_over(taking.at)),
            Self::Called => {
                let unit = answer("unit").and_then(Value::as_id).map(crate::id::RecordId::unit);
                let mut open = case_file::calls(state).into_iter().filter(|call| call.answered.is_none());
                open.any(|call| unit.is_none_or(|unit| unit == call.unit))
            }
            Self::FirstReceiver => case_file::first_receiver(state) == Some(taking.account),
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

/// Who took the first step of a record.
fn raiser(state: &State) -> Option<AccountId> {
    state.applied().next().map(|step| step.tag.author)
}

/// The answer that names a picture.
pub const PICTURE: &str = "picture";

#[cfg(test)]
mod tests;
