//! What is said of one thing by whoever speaks of it first: a record whose id follows from what it is about.
//!
//! Owns making it with its first step, and taking further ones. Refuses to know what is said. Invariant: a record that is
//! here is never made again.

use crate::basis::Basis;
use crate::command::{Actor, Blank, Decision, Edits, Opened};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, UNIT};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use crate::workflow::START;
use std::collections::BTreeMap;

/// Which record, where it is at home, and what stood on the screen of it.
pub(super) struct Once<'a> {
    pub(super) kind: Kind,
    pub(super) record: RecordId,
    pub(super) unit: UnitId,
    pub(super) basis: &'a Basis,
}

impl Once<'_> {
    /// Takes a step; where the record is not here yet it is made with what `told` says of it, or refuses to be told.
    pub(super) fn step(
        &self,
        held: &impl Held,
        actor: &Actor,
        (step, answers): (&str, BTreeMap<String, Value>),
        told: impl FnOnce() -> Result<Edits, Rejection>,
    ) -> Result<Decision, Rejection> {
        let steps = self.kind.steps();
        let taken = |to: &str, answers| Wish::Step { step: step.to_owned(), to: to.to_owned(), answers };
        match Blank::of(held, self.record, self.kind) {
            Ok(blank) => {
                let edits = told()?;
                let row = steps.check(self.kind.name(), START, step, actor.roles, &answers)?;
                let mut write = blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?;
                write.wishes.push(taken(row.to, answers));
                Ok(write.into())
            }
            Err(Rejection::RecordExists) => {
                let opened = Opened::of(held, self.record, self.basis)?;
                let row = steps.judge(opened.state, step, actor, &answers)?;
                Ok(opened.write(vec![taken(row.to, answers)]).into())
            }
            Err(other) => Err(other),
        }
    }
}

/// The title of what is spoken of, so that whoever has only what was said of it can name it.
pub(super) fn titled(held: &impl Held, of: RecordId, edits: Edits) -> Edits {
    match held.state(of).and_then(|state| state.value("title")) {
        Some(title) => edits.put("title", title.clone()),
        None => edits,
    }
}
