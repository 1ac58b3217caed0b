//! Say that two records which look alike are not the same thing: they are proposed no more; it can be taken back.

use super::{Actor, Decision, Opened};
use crate::basis::Basis;
use crate::kind::NOT_SAME;
use crate::op::Op;
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// Two records that are not one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct NotSame {
    /// What stood on the screen of one.
    pub basis: Basis,
    /// What stood on the screen of the other.
    pub other: Basis,
    /// Whether this is taken back.
    pub back: bool,
}

impl NotSame {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let (one, other) = Opened::pair(held, &self.basis, &self.other)?;
        let mut writes = Vec::new();
        for (side, with) in [(&one, other.state.record), (&other, one.state.record)] {
            let (set, element) = (NOT_SAME.to_owned(), Value::Id(with));
            let element = side.table.accept_element(NOT_SAME, element)?;
            side.table.permits(&Op::Add { set: set.clone(), element: element.clone() }, actor.roles)?;
            let says = side.state.sets.get(NOT_SAME).is_some_and(|s| s.adds.iter().any(|a| a.element == element));
            match (says, self.back) {
                (false, false) => writes.push(side.write(vec![Wish::Add { set, element }])),
                (true, true) => writes.push(side.write(vec![Wish::Remove { set, element }])),
                _ => {}
            }
        }
        Decision::of(writes)
    }
}
