//! Masks: what of a record's bytes a reader is given.
//!
//! Owns the one function that takes hidden fields out of a state or a change. Refuses to know grants, units and keys: it
//! is told which roles reach the record. Invariant: what the field tables do not open stays out, dots and all; only the
//! names of one's own changes stay, without their values, so that nobody disagrees with themselves over what they are
//! not shown.

use crate::change::Change;
use crate::id::AccountId;
use crate::kind::{Kind, KindTable};
use crate::moved::is_reserved;
use crate::op::Op;
use crate::role::Roles;
use crate::state::{Head, Register, State};
use std::collections::BTreeMap;

/// Who looks at a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// The reader.
    pub account: AccountId,
    /// The roles of those of their grants that reach the record.
    pub roles: Roles,
}

impl KindTable {
    /// Whether these roles read a field or set. What this version does not know is for every writer of the kind, as it
    /// is theirs to write; the server's own marks are for everybody who holds the record.
    pub fn opens(&self, name: &str, roles: Roles) -> bool {
        let known = self.field(name).or_else(|| self.set(name));
        is_reserved(name) || known.map_or(self.writers(), |field| field.read).meets(roles)
    }

    /// Whether nothing of the kind is hidden from these roles, whatever stands in a record.
    pub fn opens_all(&self, roles: Roles) -> bool {
        self.writers().meets(roles) && self.fields.iter().chain(self.sets).all(|f| f.read.meets(roles))
    }
}

/// Whether a state's bytes hold nothing that is hidden from these roles: then they go out as they are. Says no wherever
/// only a closer look would tell.
pub fn is_open(kind: &str, bytes: &[u8], roles: Roles) -> bool {
    let Some(kind) = Kind::from_name(kind) else { return true };
    let table = kind.table();
    if !table.writers().meets(roles) {
        return table.opens_all(roles);
    }
    let mut hidden = table.fields.iter().chain(table.sets).filter(|f| !f.read.meets(roles));
    !hidden.any(|f| holds(bytes, f.name.as_bytes()))
}

/// Whether bytes hold a text.
fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

impl State {
    /// The state as a reader is given it: hidden values are gone, with all dots but the reader's own, and what was
    /// hidden is named in `masked`.
    #[must_use]
    pub fn masked_for(mut self, sight: &Sight) -> Self {
        let Some(kind) = Kind::from_name(self.kind()) else { return self };
        let table = kind.table();
        let Sight { account, roles } = *sight;
        let hidden = |name: &str| !table.opens(name, roles);
        let names = self.fields.keys().chain(self.sets.keys()).filter(|name| hidden(name));
        self.masked = names.cloned().collect();
        self.masked.sort_unstable();
        for (_, register) in self.fields.iter_mut().filter(|(name, _)| hidden(name)) {
            keep_own(register, account);
        }
        self.fields.retain(|name, register| !hidden(name) || !register.heads.is_empty());
        self.sets.retain(|name, _| !hidden(name));
        if !table.writers().meets(roles) {
            self.instances = BTreeMap::new();
            self.opaque = Vec::new();
        }
        self
    }

    /// Whether a mask hid a field or set of this state.
    pub fn is_masked(&self, name: &str) -> bool {
        self.masked.iter().any(|masked| masked == name)
    }
}

/// Leaves the reader's own heads, without what they said and what they replaced.
fn keep_own(register: &mut Register, account: AccountId) {
    register.early.clear();
    register.heads.retain(|head| head.tag.author == account);
    for head in &mut register.heads {
        *head = Head { tag: head.tag.clone(), value: None, replaced: None, gone: false };
    }
}

impl Change {
    /// The change as a reader is given it: without the operations on what is hidden. `None` if nothing is left.
    #[must_use]
    pub fn masked_for(&self, sight: &Sight) -> Option<Self> {
        let Some(kind) = Kind::from_name(&self.kind) else { return Some(self.clone()) };
        let (table, roles) = (kind.table(), sight.roles);
        let opens = |op: &&Op| match op {
            Op::Put { field, within: None, .. } => table.opens(field, roles),
            Op::Add { set, .. } | Op::Remove { set, .. } => table.opens(set, roles),
            Op::Put { .. } | Op::AddInstance { .. } | Op::RemoveInstance { .. } | Op::Unknown { .. } => {
                table.writers().meets(roles)
            }
            Op::Step { .. } | Op::Link { .. } | Op::Unlink { .. } | Op::Attach { .. } | Op::Delete { .. } => true,
        };
        let ops: Vec<Op> = self.ops.iter().filter(opens).cloned().collect();
        if ops.is_empty() {
            return None;
        }
        let extra = if table.opens_all(roles) { self.extra.clone() } else { Vec::new() };
        Some(Self { ops, extra, ..self.clone() })
    }
}

#[cfg(test)]
mod tests;
