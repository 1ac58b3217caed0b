//! Take back that two records are the same thing: on each side that is held.

use super::{Actor, Decision, Opened, says_same};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::op::Op;
use crate::rejection::Rejection;
use crate::view::Held;
use crate::wish::Wish;

/// Two records that are not one thing after all.
#[derive(Debug, Clone, PartialEq)]
pub struct UnlinkSame {
    /// One of them.
    pub record: RecordId,
    /// What stood on the screen of it.
    pub basis: Basis,
    /// The other.
    pub other: RecordId,
    /// What stood on the screen of the other, where it is held.
    pub other_basis: Option<Basis>,
}

impl UnlinkSame {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let one = Opened::of(held, self.record, &self.basis)?;
        let other = self.other_basis.as_ref().map(|b| Opened::of(held, self.other, b)).transpose()?;
        let pairs = [Some((&one, self.other)), other.as_ref().map(|o| (o, self.record))];
        let mut writes = Vec::new();
        for (side, from) in pairs.into_iter().flatten() {
            side.table.permits(&Op::Unlink { dots: Vec::new() }, actor.roles)?;
            if says_same(side.state, from) {
                writes.push(side.write(vec![Wish::Unlink { other: from }]));
            }
        }
        if writes.is_empty() { Err(Rejection::NotLinked) } else { Decision::of(writes) }
    }
}
