//! Masks: what of a record's bytes a reader is given.
//!
//! Owns the one function that takes hidden fields out of a state or a change. Refuses to know grants, units and keys: it
//! is told which roles reach the record. Invariant: what the field tables do not open stays out, dots and all; only the
//! names of one's own changes stay, without their values, so that nobody disagrees with themselves over what they are
//! not shown.

use crate::change::Change;
use crate::id::AccountId;
use crate::id_number;
use crate::kind::{Field, Kind, KindTable, Shape};
use crate::moved::is_reserved;
use crate::op::Op;
use crate::role::Roles;
use crate::state::{Head, Register, State};
use crate::view::show;
use std::collections::BTreeMap;

/// Who looks at a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// The reader.
    pub account: AccountId,
    /// The roles of those of their grants that reach the record.
    pub roles: Roles,
    /// Whether they handle the record.
    pub handles: bool,
}

/// What of a field a reader is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    All,
    /// What they wrote.
    Own,
    Nothing,
}

impl Sight {
    /// What this version does not know is for every writer of the kind, as it is theirs to write; the server's own marks are
    /// for everybody who holds the record.
    fn sees(&self, table: &KindTable, name: &str) -> Shown {
        let Some(field) = table.field(name).or_else(|| table.set(name)) else {
            let open = is_reserved(name) || table.writers().meets(self.roles);
            return if open { Shown::All } else { Shown::Nothing };
        };
        match field.handled {
            _ if !field.read.meets(self.roles) => Shown::Nothing,
            Some(_) if self.handles => Shown::All,
            Some(writers) if writers.meets(self.roles) => Shown::Own,
            Some(_) => Shown::Nothing,
            None => Shown::All,
        }
    }
}

impl KindTable {
    /// Whether nothing of the kind is hidden from these roles, whatever stands in a record.
    pub fn opens_all(&self, roles: Roles) -> bool {
        let mut fields = self.fields.iter().chain(self.sets);
        self.writers().meets(roles) && fields.all(|f| f.read.meets(roles) && f.handled.is_none())
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
    let mut hidden = table.fields.iter().chain(table.sets).filter(|f| !f.read.meets(roles) || f.handled.is_some());
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
        let hidden = |name: &str| sight.sees(table, name) != Shown::All;
        for (name, register) in self.fields.iter_mut().filter(|(name, _)| hidden(name)) {
            let trace = table.field(name).map(|field| trace(field, register, sight.roles)).unwrap_or_default();
            let own = sight.sees(table, name) == Shown::Own;
            let nothing_else = keep_own(register, sight.account, own);
            if !(own && nothing_else) {
                self.masked.insert(name.clone(), trace);
            }
        }
        self.fields.retain(|name, register| !hidden(name) || !register.heads.is_empty());
        let sets: Vec<String> = self.sets.keys().filter(|name| hidden(name)).cloned().collect();
        for name in sets {
            self.sets.remove(&name);
            self.masked.insert(name, String::new());
        }
        if !table.writers().meets(sight.roles) {
            self.instances = BTreeMap::new();
            self.opaque = Vec::new();
        }
        self
    }

    /// Whether a mask hid a field or set of this state.
    pub fn is_masked(&self, name: &str) -> bool {
        self.masked.contains_key(name)
    }
}

/// The trace of a field's value that these roles may see: enough to know it again, not enough to use it.
fn trace(field: &Field, register: &Register, roles: Roles) -> String {
    if !field.known.meets(roles) {
        return String::new();
    }
    let shown = show(&register.heads, field.policy);
    shown.and_then(|shown| Some(trace_of(field.shape, shown.value?.as_text()?))).unwrap_or_default()
}

/// A value as it is shown to whoever may know that there is one: `王*`, `138****5678`, `110***********002X`.
pub fn trace_of(shape: Shape, text: &str) -> String {
    match shape {
        Shape::Phone => id_number::mask_phone(text),
        Shape::Text { .. } => id_number::mask_name(text),
        _ => id_number::mask_number(text),
    }
}

/// Leaves the reader's own heads, without what they replaced; what they said only if the reader may read their own.
/// Says whether nothing but those stood there.
fn keep_own(register: &mut Register, account: AccountId, readable: bool) -> bool {
    register.early.clear();
    let before = register.heads.len();
    register.heads.retain(|head| head.tag.author == account);
    for head in &mut register.heads {
        let value = head.value.take().filter(|_| readable);
        *head = Head { tag: head.tag.clone(), value, replaced: None, gone: false };
    }
    register.heads.len() == before
}

impl Change {
    /// The change as a reader is given it: without the operations on what is hidden. `None` if nothing is left.
    #[must_use]
    pub fn masked_for(&self, sight: &Sight) -> Option<Self> {
        let Some(kind) = Kind::from_name(&self.kind) else { return Some(self.clone()) };
        let (table, roles) = (kind.table(), sight.roles);
        let is_open = |name: &str| match sight.sees(table, name) {
            Shown::All => true,
            Shown::Own => self.author == sight.account,
            Shown::Nothing => false,
        };
        let opens = |op: &&Op| match op {
            Op::Put { field, within: None, .. } => is_open(field),
            Op::Add { set, .. } | Op::Remove { set, .. } => is_open(set),
            Op::Put { .. } | Op::AddInstance { .. } | Op::RemoveInstance { .. } | Op::Unknown { .. } => {
                table.writers().meets(roles)
            }
            Op::Step { .. } | Op::Link { .. } | Op::Unlink { .. } | Op::Attach { .. } | Op::Delete { .. } => true,
        };
        let kept: Vec<usize> = (0..).zip(&self.ops).filter(|(_, op)| opens(op)).map(|(at, _)| at).collect();
        if kept.is_empty() {
            return None;
        }
        let extra = if table.writers().meets(roles) { self.extra.clone() } else { Vec::new() };
        Some(self.with_only(&kept, extra))
    }
}

#[cfg(test)]
mod tests;
