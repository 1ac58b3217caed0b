//! Confirm a record: somebody looked, and everything is as it is written.
//!
//! Confirmations stand beside each other in a set, so that two people who look on one day are both heard.

use super::{Actor, Decision, Opened, edits};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{CONFIRMED, Confirmation, Kind, address};
use crate::op::Op;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// Everything is as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmUnchanged {
    /// The record.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// When somebody looked; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
}

impl ConfirmUnchanged {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        let at = self.at.unwrap_or(actor.now);
        if at > actor.now {
            return Err(Rejection::NotYet { field: "at" });
        }
        let wishes = wishes(&opened, actor, at)?;
        Ok(opened.write(wishes).into())
    }
}

/// The confirmation of a record that somebody looked at; an address is confirmed by it.
pub(super) fn wishes(opened: &Opened<'_>, actor: &Actor, at: Timestamp) -> Result<Vec<Wish>, Rejection> {
    let table = opened.table;
    let element = table.accept_element(CONFIRMED, Confirmation { at, by: actor.account }.to_value())?;
    table.permits(&Op::Add { set: CONFIRMED.to_owned(), element: element.clone() }, actor.roles)?;
    let mut wishes = vec![Wish::Add { set: CONFIRMED.to_owned(), element }];
    let confirmed = Value::from(address::LOOKED_AT);
    if table.kind == Kind::Address && opened.is_news(address::STATE, Some(&confirmed)) {
        edits::permit(table, address::STATE, actor.roles)?;
        wishes.push(Wish::put(address::STATE, confirmed));
    }
    Ok(wishes)
}
