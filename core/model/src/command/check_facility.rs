//! Check a facility: how it was found, and when.

use super::{Actor, Decision, Opened, edits};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Kind, facility};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// A look at a facility.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckFacility {
    /// The facility.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// How it was found: a code.
    pub state: String,
    /// When; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
}

impl CheckFacility {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        if opened.table.kind != Kind::Facility {
            return Err(Rejection::WrongKind { wanted: Kind::Facility.name() });
        }
        let at = self.at.unwrap_or(actor.now);
        if at > actor.now {
            return Err(Rejection::NotYet { field: "at" });
        }
        let state = opened.table.accept(facility::STATE, Value::from(self.state.as_str()))?;
        edits::permit(opened.table, facility::STATE, actor.roles)?;
        edits::permit(opened.table, facility::LAST_CHECKED, actor.roles)?;
        let mut wishes = vec![Wish::put(facility::LAST_CHECKED, at.0)];
        if opened.is_news(facility::STATE, Some(&state)) {
            wishes.push(Wish::put(facility::STATE, state));
        }
        Ok(opened.write(wishes).into())
    }
}
