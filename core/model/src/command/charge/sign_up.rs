//! Sign up for an activity: the attendance's id follows from activity and person, and only the person signs up.

use super::attended;
use crate::basis::Basis;
use crate::command::{Actor, Decision};
use crate::id::{RecordId, UnitId};
use crate::kind::attendance::SIGN_UP;
use crate::rejection::Rejection;
use crate::view::Held;
use std::collections::BTreeMap;

/// That somebody means to come.
#[derive(Debug, Clone, PartialEq)]
pub struct SignUp {
    /// The activity.
    pub activity: RecordId,
    /// The unit in which they work.
    pub unit: UnitId,
    /// What stood on the screen of their attendance.
    pub basis: Basis,
}

impl SignUp {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let subject = attended::Subject { activity: self.activity, who: actor.account, unit: self.unit };
        attended::write(held, actor, &subject, &self.basis, (SIGN_UP, BTreeMap::new()))
    }
}
