//! Take a place off a campaign's list, with a reason, or put it back: it stays in the ledger either way.

use crate::basis::Basis;
use crate::command::{Actor, Decision, Edits, Opened};
use crate::id::RecordId;
use crate::kind::{Kind, target};
use crate::rejection::Rejection;
use crate::view::Held;

/// A place that leaves the list, or comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeOff {
    /// The target.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The same of the other members of its same-as group: they are one place.
    pub also: Vec<Basis>,
    /// Why it leaves: a code; none puts it back.
    pub reason: Option<String>,
    /// More about it.
    pub note: Option<String>,
}

impl TakeOff {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::all(held, self.record, &self.basis, &self.also)?;
        let mut writes = Vec::new();
        for one in &opened {
            if one.table.kind != Kind::Target {
                return Err(Rejection::WrongKind { wanted: Kind::Target.name() });
            }
            let left = one.state.value(target::LEFT).is_some();
            let edits = match &self.reason {
                Some(reason) => Edits::none().put(target::LEFT, reason.as_str()).put(target::LEFT_AT, actor.now.0),
                None if left => [target::LEFT, target::LEFT_AT, target::LEFT_NOTE]
                    .into_iter()
                    .filter(|field| one.state.value(field).is_some())
                    .fold(Edits::none(), Edits::clear),
                None => continue,
            };
            let edits = self.note.iter().fold(edits, |edits, note| edits.put(target::LEFT_NOTE, note.as_str()));
            writes.push(one.write(edits.wishes(one.table, actor.roles, |_, _| true)?));
        }
        Decision::of(writes)
    }
}
