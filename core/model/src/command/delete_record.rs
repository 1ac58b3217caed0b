//! Delete a record, as it stood on the screen; who edits it meanwhile or later keeps it alive.

use super::{Actor, Decision, Opened};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::op::Op;
use crate::rejection::Rejection;
use crate::view::Held;
use crate::wish::Wish;

/// The end of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteRecord {
    /// The record.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The same of the other members of its same-as group: they are one thing, and all go.
    pub also: Vec<Basis>,
}

impl DeleteRecord {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::all(held, self.record, &self.basis, &self.also)?;
        let mut writes = Vec::new();
        for one in opened {
            let delete = Op::Delete { timeline: one.basis.timeline, pos: one.basis.pos, own: Vec::new() };
            one.table.permits(&delete, actor.roles)?;
            if one.state.is_deleted() && one.state.record == self.record {
                return Err(Rejection::RecordDeleted);
            }
            writes.push(one.write(vec![Wish::Delete]));
        }
        Decision::of(writes)
    }
}
