//! What signing up and confirming hours share: one attendance a person and activity, made by whoever speaks of it first.

use super::once::{Once, titled};
use crate::basis::Basis;
use crate::command::{Actor, Decision, Edits, parent_unit};
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::addressed::{ORGANISER, WHO, named};
use crate::kind::attendance::{ACTIVITY, attendance_of};
use crate::kind::{Kind, activity};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::Held;
use std::collections::BTreeMap;

/// Whose attendance of what.
pub(super) struct Subject {
    pub(super) activity: RecordId,
    pub(super) who: AccountId,
    pub(super) unit: UnitId,
}

/// Who organises an activity.
pub(super) fn organiser(held: &impl Held, activity: RecordId) -> Option<AccountId> {
    named(held.state(activity)?, ORGANISER)
}

/// When an activity begins.
pub(super) fn begins(held: &impl Held, activity: RecordId) -> Option<Timestamp> {
    held.state(activity)?.value(activity::FROM)?.as_int().map(Timestamp)
}

/// Takes a step of an attendance, and makes it where it is not here yet.
pub(super) fn write(
    held: &impl Held,
    actor: &Actor,
    subject: &Subject,
    basis: &Basis,
    taken: (&str, BTreeMap<String, Value>),
) -> Result<Decision, Rejection> {
    parent_unit(held, subject.activity, &[Kind::Activity])?;
    let record = attendance_of(subject.activity, subject.who);
    let once = Once { kind: Kind::Attendance, record, unit: subject.unit, basis };
    once.step(held, actor, taken, || {
        if held.state(subject.activity).is_some_and(|state| state.value(activity::CALLED_OFF).is_some()) {
            return Err(Rejection::NotInForce);
        }
        let organiser = organiser(held, subject.activity).ok_or(Rejection::UnknownParent)?;
        let edits = Edits::none().put(ACTIVITY, subject.activity).put(WHO, RecordId(subject.who.0));
        Ok(titled(held, subject.activity, edits.put(ORGANISER, RecordId(organiser.0))))
    })
}
