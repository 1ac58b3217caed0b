//! Set the walking order: a household comes to stand between two others.

use super::{Actor, Decision, Opened, edits};
use crate::basis::Basis;
use crate::kind::{Kind, household};
use crate::rejection::Rejection;
use crate::view::Held;
use crate::walk_order::WalkKey;
use crate::wish::Wish;

/// A place in the walking order, and the places of those that had the same key.
#[derive(Debug, Clone, PartialEq)]
pub struct SetWalk {
    /// What stood on the screen of the household, and its key.
    pub first: (Basis, WalkKey),
    /// The same of households that make room.
    pub more: Vec<(Basis, WalkKey)>,
}

impl SetWalk {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let mut writes = Vec::new();
        for (basis, key) in std::iter::once(&self.first).chain(&self.more) {
            let one = Opened::of(held, basis.record, basis)?;
            if one.table.kind != Kind::Household {
                return Err(Rejection::WrongKind { wanted: Kind::Household.name() });
            }
            edits::permit(one.table, household::WALK, actor.roles)?;
            writes.push(one.write(vec![Wish::put(household::WALK, key.as_str())]));
        }
        Decision::of(writes)
    }
}
