//! Accept a handover: the successor takes the work on, and the leases of the cases with it.
//!
//! A lease is taken over by a step that names from whom: whatever that person does to the case afterwards, without having
//! heard of it, is overtaken. So a case is never with two phones.

use super::{Actor, Decision, Opened};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Kind, case, handover, review};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use std::collections::BTreeMap;

/// A handover, taken on.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptHandover {
    /// The handover.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// What stood on the screen of the cases that are taken over; those whose lease is with somebody else by now are
    /// left to them.
    pub cases: Vec<Basis>,
}

impl AcceptHandover {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        if opened.table.kind != Kind::Handover {
            return Err(Rejection::WrongKind { wanted: Kind::Handover.name() });
        }
        let from = handover::account(opened.state, handover::FROM).ok_or(Rejection::UnknownRecord)?;
        if handover::account(opened.state, handover::TO) != Some(actor.account) {
            return Err(Rejection::NotYours);
        }
        if handover::day(opened.state, handover::SINCE).is_some_and(|since| since > actor.today()) {
            return Err(Rejection::NotYet { field: handover::SINCE });
        }
        let step = |one: &Opened<'_>, step: &str, answers: BTreeMap<String, Value>| {
            let kind = one.table.kind;
            let row = kind.steps().check(kind.name(), one.state.status(), step, actor.roles, &answers)?;
            Ok(one.write(vec![Wish::Step { step: step.to_owned(), to: row.to.to_owned(), answers }]))
        };
        let first = step(&opened, handover::ACCEPT, BTreeMap::new())?;
        let mut more = Vec::new();
        for basis in &self.cases {
            let one = Opened::of(held, basis.record, basis)?;
            if one.table.kind == Kind::Case && case::leased_to(one.state) == Some(from) {
                let answers = [("from".to_owned(), review::account(from))].into();
                more.push(step(&one, case::TAKE_OVER, answers)?);
            }
        }
        Ok(Decision { first, more })
    }
}
