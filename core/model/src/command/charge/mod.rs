//! Charges: what an office asks of its units and people, what comes back, and what they object to.
//!
//! Owns one file a use case. Refuses to count: read models do. Invariant: what two phones say of one thing without a signal
//! is one record, by an id that follows from what it is about.

mod add_activity;
mod add_training;
mod attended;
mod check_off;
mod confirm_hours;
mod feed_back;
mod give_notice;
mod give_task;
mod object;
mod once;
mod read_notice;
mod sign_up;
#[cfg(test)]
mod tests;

pub use add_activity::AddActivity;
pub use add_training::AddTraining;
pub use check_off::CheckOff;
pub use confirm_hours::ConfirmHours;
pub use feed_back::FeedBack;
pub use give_notice::GiveNotice;
pub use give_task::GiveTask;
pub use object::Object;
pub use read_notice::ReadNotice;
pub use sign_up::SignUp;

use super::{Actor, Decision, Edits, Remedy};
use crate::basis::Basis;
use crate::id::{RecordId, UnitId};
use crate::kind::Kind;
use crate::kind::attendance::attendance_of;
use crate::kind::task_feedback::{self, feedback_of};
use crate::kind::training_done::done_of;
use crate::kind::{notice_receipt, objection};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;

/// Everything that a person can want of tasks, notices, trainings, activities and what is counted.
#[derive(Debug, Clone, PartialEq)]
pub enum Charge {
    /// A task for units.
    GiveTask(GiveTask),
    /// What a unit says of a task.
    FeedBack(FeedBack),
    /// A notice.
    GiveNotice(GiveNotice),
    /// That a notice was read.
    ReadNotice(ReadNotice),
    /// A training.
    AddTraining(AddTraining),
    /// That somebody was trained.
    CheckOff(CheckOff),
    /// An activity.
    AddActivity(AddActivity),
    /// That somebody means to come.
    SignUp(SignUp),
    /// That somebody was there.
    ConfirmHours(ConfirmHours),
    /// That a row or a figure of a month is not right.
    Object(Object),
}

impl Charge {
    /// Its name, for logs and shells.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::GiveTask(_) => "give_task",
            Self::FeedBack(_) => "feed_back",
            Self::GiveNotice(_) => "give_notice",
            Self::ReadNotice(_) => "read_notice",
            Self::AddTraining(_) => "add_training",
            Self::CheckOff(_) => "check_off",
            Self::AddActivity(_) => "add_activity",
            Self::SignUp(_) => "sign_up",
            Self::ConfirmHours(_) => "confirm_hours",
            Self::Object(_) => "object",
        }
    }

    /// How it is put right.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::GiveTask(_)
            | Self::GiveNotice(_)
            | Self::AddTraining(_)
            | Self::AddActivity(_)
            | Self::SignUp(_)
            | Self::CheckOff(_)
            | Self::ConfirmHours(_)
            | Self::Object(_) => Remedy::TakesAway,
            Self::FeedBack(_) | Self::ReadNotice(_) => Remedy::TakesAwayAndPutsBack,
        }
    }

    /// The records that a decision looks at.
    pub fn looks_at(&self) -> Vec<RecordId> {
        match self {
            Self::GiveTask(c) => vec![c.record],
            Self::FeedBack(c) => vec![c.task, c.unit.record(), feedback_of(c.task, c.unit)],
            Self::GiveNotice(c) => vec![c.record],
            Self::ReadNotice(c) => vec![c.notice, c.basis.record],
            Self::AddTraining(c) => vec![c.record],
            Self::CheckOff(c) => vec![c.training, done_of(c.training, c.who)],
            Self::AddActivity(c) => vec![c.record],
            Self::SignUp(c) => vec![c.activity, c.basis.record],
            Self::ConfirmHours(c) => vec![c.activity, attendance_of(c.activity, c.who)],
            Self::Object(c) => c.row.into_iter().chain([c.record]).collect(),
        }
    }

    /// Decides.
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        match self {
            Self::GiveTask(c) => c.decide(held, actor),
            Self::FeedBack(c) => c.decide(held, actor),
            Self::GiveNotice(c) => c.decide(held, actor),
            Self::ReadNotice(c) => c.decide(held, actor),
            Self::AddTraining(c) => c.decide(held, actor),
            Self::CheckOff(c) => c.decide(held, actor),
            Self::AddActivity(c) => c.decide(held, actor),
            Self::SignUp(c) => c.decide(held, actor),
            Self::ConfirmHours(c) => c.decide(held, actor),
            Self::Object(c) => c.decide(held, actor),
        }
    }
}

/// The command that a record came from that the server did not take.
pub(super) fn again(kind: Kind, record: RecordId, unit: UnitId, mut edits: Edits) -> Option<Charge> {
    let mut taken = |field: &str| edits.fields.remove(field).flatten();
    Some(match kind {
        Kind::Task => Charge::GiveTask(GiveTask { record, unit, edits }),
        Kind::Notice | Kind::OpenNotice => {
            Charge::GiveNotice(GiveNotice { record, unit, volunteers: kind == Kind::OpenNotice, edits })
        }
        Kind::Training => Charge::AddTraining(AddTraining { record, unit, edits }),
        Kind::Activity => Charge::AddActivity(AddActivity { record, unit, edits }),
        Kind::NoticeReceipt => {
            let acknowledged = taken(notice_receipt::ACKNOWLEDGED_AT).is_some();
            let notice = taken(notice_receipt::NOTICE)?.as_id()?;
            Charge::ReadNotice(ReadNotice { notice, unit, basis: Basis::blank(record), acknowledged })
        }
        Kind::Objection => {
            let text = |value: Option<Value>| Some(value?.as_text()?.to_owned());
            let month = text(taken(objection::MONTH))?.parse().ok()?;
            let (number, reason) = (text(taken(objection::NUMBER))?, text(taken(objection::REASON))?);
            let row = taken(objection::ROW).and_then(|row| row.as_id());
            Charge::Object(Object { record, unit, month, number, row, reason })
        }
        Kind::TaskFeedback => {
            let task = taken(task_feedback::TASK)?.as_id()?;
            taken("title");
            Charge::FeedBack(FeedBack { task, unit, basis: None, edits })
        }
        _ => return None,
    })
}
