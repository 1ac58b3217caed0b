//! Say that two records are the same thing: one change to each; it can be undone.

use super::{Actor, Decision, Opened, says_same};
use crate::basis::Basis;
use crate::op::Op;
use crate::rejection::Rejection;
use crate::view::Held;
use crate::wish::Wish;

/// Two records that are one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkSame {
    /// What stood on the screen of one.
    pub basis: Basis,
    /// What stood on the screen of the other.
    pub other: Basis,
}

impl LinkSame {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let (one, other) = Opened::pair(held, &self.basis, &self.other)?;
        let pairs = [(&one, other.state.record), (&other, one.state.record)];
        let mut writes = Vec::new();
        for (side, with) in pairs {
            side.table.permits(&Op::Link { other: with }, actor.roles)?;
            if !says_same(side.state, with) {
                writes.push(side.write(vec![Wish::Link { other: with }]));
            }
        }
        Decision::of(writes)
    }
}
