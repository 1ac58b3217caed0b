//! Confirm that somebody was at an activity, and for how long: the organiser's word, never about oneself.

use super::attended;
use crate::basis::Basis;
use crate::command::{Actor, Decision};
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::activity;
use crate::kind::attendance::{ATTEND, MINUTES, MISS};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use std::collections::BTreeMap;

/// That somebody was there.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmHours {
    /// The activity.
    pub activity: RecordId,
    /// Who was there.
    pub who: AccountId,
    /// The unit of the activity.
    pub unit: UnitId,
    /// What stood on the screen of their attendance.
    pub basis: Basis,
    /// For how many minutes; none if they did not come.
    pub minutes: Option<i64>,
    /// A note.
    pub note: Option<String>,
}

impl ConfirmHours {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        if self.who == actor.account {
            return Err(Rejection::OwnRecord);
        }
        let organiser = attended::organiser(held, self.activity);
        if organiser != Some(actor.account) {
            return Err(Rejection::NotYours);
        }
        if self.minutes.is_some() && attended::begins(held, self.activity).is_some_and(|begins| begins > actor.now) {
            return Err(Rejection::NotYet { field: activity::FROM });
        }
        let mut answers = BTreeMap::new();
        answers.extend(self.minutes.map(|minutes| (MINUTES.to_owned(), Value::Int(minutes))));
        answers.extend(self.note.as_ref().map(|note| ("note".to_owned(), Value::from(note.as_str()))));
        let step = if self.minutes.is_some() { ATTEND } else { MISS };
        let subject = attended::Subject { activity: self.activity, who: self.who, unit: self.unit };
        attended::write(held, actor, &subject, &self.basis, (step, answers))
    }
}
