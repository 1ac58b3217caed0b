//! What signing up and confirming hours share: one attendance a person and activity, made by whoever speaks of it first.

use crate::basis::Basis;
use crate::command::{Actor, Blank, Decision, Edits, Opened, parent_unit};
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::addressed::{ORGANISER, WHO, named};
use crate::kind::attendance::{ACTIVITY, attendance_of};
use crate::kind::{Kind, UNIT, activity};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{Held, Policy, show};
use crate::wish::Wish;
use crate::workflow::START;
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
    let register = held.state(activity)?.fields.get(activity::FROM)?;
    show(&register.heads, Policy::Review)?.value?.as_int().map(Timestamp)
}

/// Takes a step of an attendance, and makes it where it is not here yet.
pub(super) fn write(
    held: &impl Held,
    actor: &Actor,
    subject: &Subject,
    basis: &Basis,
    (step, answers): (&str, BTreeMap<String, Value>),
) -> Result<Decision, Rejection> {
    parent_unit(held, subject.activity, &[Kind::Activity])?;
    let record = attendance_of(subject.activity, subject.who);
    let steps = Kind::Attendance.steps();
    let taken = |to: &str, answers| Wish::Step { step: step.to_owned(), to: to.to_owned(), answers };
    match Blank::of(held, record, Kind::Attendance) {
        Ok(blank) => {
            let shown = |field: &str| {
                let register = held.state(subject.activity)?.fields.get(field)?;
                show(&register.heads, Policy::Review)?.value.cloned()
            };
            if shown(activity::CALLED_OFF).is_some() {
                return Err(Rejection::NotInForce);
            }
            let row = steps.check(Kind::Attendance.name(), START, step, actor.roles, &answers)?;
            let organiser = organiser(held, subject.activity).ok_or(Rejection::UnknownParent)?;
            let edits = Edits::none().put(ACTIVITY, subject.activity).put(WHO, RecordId(subject.who.0));
            let edits = edits.put(ORGANISER, RecordId(organiser.0));
            let edits = shown("title").map_or(edits.clone(), |title| edits.put("title", title));
            let mut write = blank.write(subject.unit, Some((UNIT, subject.unit.record())), &edits, actor)?;
            write.wishes.push(taken(row.to, answers));
            Ok(write.into())
        }
        Err(Rejection::RecordExists) => {
            let opened = Opened::of(held, record, basis)?;
            let row = steps.judge(opened.state, step, actor, &answers)?;
            Ok(opened.write(vec![taken(row.to, answers)]).into())
        }
        Err(other) => Err(other),
    }
}
