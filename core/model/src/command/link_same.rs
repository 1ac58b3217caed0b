//! Say that two records are the same thing: one change to each; it can be undone.

use super::{Actor, Decision, Opened, says_same};
use crate::basis::Basis;
use crate::kind::{Kind, case_file};
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
        let mut writes = Vec::new();
        for (side, opposite) in [(&one, &other), (&other, &one)] {
            let with = opposite.state.record;
            side.table.permits(&Op::Link { other: with }, actor.roles)?;
            let mut wishes = Vec::new();
            if !says_same(side.state, with) {
                wishes.push(Wish::Link { other: with });
            }
            // Whichever of two cases is shown owes an answer to every line by which either came.
            for line in owed_besides(opposite, side) {
                let (set, element) = (case_file::LINES.to_owned(), line.into());
                side.table.permits(&Op::Add { set: set.clone(), element }, actor.roles)?;
                wishes.push(Wish::Add { set, element: line.into() });
            }
            if !wishes.is_empty() {
                writes.push(side.write(wishes));
            }
        }
        Decision::of(writes)
    }
}

/// The lines to which an answer is owed in one case, and by which the other did not come.
fn owed_besides<'a>(of: &'a Opened<'_>, but: &Opened<'_>) -> Vec<&'a str> {
    if of.table.kind != Kind::Case {
        return Vec::new();
    }
    let known = case_file::lines(but.state);
    case_file::owed(of.state).into_iter().filter(|line| !known.contains(line)).collect()
}
