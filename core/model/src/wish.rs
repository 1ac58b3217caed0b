//! Wishes: what a person wants done to one record, before it is known what they had seen.
//!
//! Owns the way from wishes and a `Basis` to operations with dots, and the closure of `seen`. Refuses to know kinds,
//! rights and storage. Invariant: every dot in an operation stood on the screen, or is an own change saved since.

use crate::basis::Basis;
use crate::change::SealedChange;
use crate::id::RecordId;
use crate::name::{Name, OpName, hits, tidy};
use crate::op::{ATTACHED, LINKS, Op};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One wish.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Write a field, or clear it.
    Put {
        /// The field.
        field: String,
        /// The value; `None` clears.
        value: Option<Value>,
        /// The instance of a repeat.
        within: Option<String>,
    },
    /// Write a field beside others that are written with it: what stood on the screen is replaced, and nothing else is
    /// seen. So values that stood side by side stand so again.
    PutBeside {
        /// The field.
        field: String,
        /// The value; `None` clears.
        value: Option<Value>,
        /// The instance of a repeat.
        within: Option<String>,
    },
    /// Add an element to a set.
    Add {
        /// The set.
        set: String,
        /// The element.
        element: Value,
    },
    /// Remove an element from a set, as far as it stood on the screen.
    Remove {
        /// The set.
        set: String,
        /// The element.
        element: Value,
    },
    /// Add an instance to a repeat.
    AddInstance {
        /// `repeat/uuid`.
        within: String,
    },
    /// Remove an instance, as far as it stood on the screen.
    RemoveInstance {
        /// `repeat/uuid`.
        within: String,
    },
    /// Take a step.
    Step {
        /// The step.
        step: String,
        /// Where it leads.
        to: String,
        /// What it asks for, answered.
        answers: BTreeMap<String, Value>,
    },
    /// Say that another record is the same thing.
    Link {
        /// The other record.
        other: RecordId,
    },
    /// Take that back.
    Unlink {
        /// The other record.
        other: RecordId,
    },
    /// Attach a picture or file.
    Attach {
        /// Its description.
        element: Value,
    },
    /// Delete the record as it stood on the screen.
    Delete,
}

impl Wish {
    /// A field written.
    pub fn put(field: &str, value: impl Into<Value>) -> Self {
        Self::Put { field: field.to_owned(), value: Some(value.into()), within: None }
    }
    /// A field cleared.
    pub fn clear(field: &str) -> Self {
        Self::Put { field: field.to_owned(), value: None, within: None }
    }
    /// Whether it is about a field or set of the record itself.
    pub fn is_about(&self, name: &str) -> bool {
        match self {
            Self::Put { field, within: None, .. } => field == name,
            Self::Add { set, .. } | Self::Remove { set, .. } => set == name,
            _ => false,
        }
    }
}

/// An own change that could still get lost (in the outbox, in `sent`, or needing attention) on the record at hand.
#[derive(Debug, Clone)]
pub struct OwnChange {
    /// How-manieth save of this phone it was.
    pub save: u64,
    /// Its body.
    pub change: SealedChange,
}

/// Operations with their dots, and what the change as a whole has seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The operations.
    pub ops: Vec<Op>,
    /// The change's `seen`.
    pub seen: Vec<Name>,
}

/// Gives wishes their dots. `own`: this phone's changes on the record that are not yet safe, oldest first.
pub fn resolve(wishes: &[Wish], basis: &Basis, own: &[OwnChange]) -> Resolved {
    let since: Vec<Name> = own.iter().filter(|o| o.save > basis.saves).flat_map(|o| o.change.names()).collect();
    let mut seen: BTreeSet<Name> = BTreeSet::new();
    let mut ops = Vec::with_capacity(wishes.len());
    for wish in wishes {
        ops.push(match wish {
            Wish::Put { field, value, within: None } | Wish::PutBeside { field, value, within: None }
                if basis.is_masked(field) =>
            {
                let mut own_only: BTreeSet<Name> = basis.field(None, field).iter().copied().collect();
                own_only.extend(own_writes(own, None, field));
                let seen = Some(closure_in(own_only, own, field));
                Op::Put { field: field.clone(), value: value.clone(), within: None, seen }
            }
            Wish::Put { field, value, within } => {
                seen.extend(basis.field(within.as_deref(), field));
                seen.extend(&since);
                seen.extend(own_writes(own, within.as_deref(), field));
                Op::Put { field: field.clone(), value: value.clone(), within: within.clone(), seen: None }
            }
            Wish::PutBeside { field, value, within } => {
                let seen = basis.field(within.as_deref(), field).iter().copied().collect();
                let seen = Some(closure(seen, own));
                Op::Put { field: field.clone(), value: value.clone(), within: within.clone(), seen }
            }
            Wish::Add { set, element } => Op::Add { set: set.clone(), element: element.clone() },
            Wish::Remove { set, element } => Op::Remove { set: set.clone(), dots: dots_of(basis, own, set, element) },
            Wish::AddInstance { within } => Op::AddInstance { within: within.clone() },
            Wish::RemoveInstance { within } => {
                let mut dots: BTreeSet<Name> = basis.instance(within).iter().copied().collect();
                dots.extend(&since);
                Op::RemoveInstance { within: within.clone(), dots: closure(dots, own) }
            }
            Wish::Step { step, to, answers } => {
                Op::Step { step: step.clone(), to: to.clone(), answers: answers.clone() }
            }
            Wish::Link { other } => Op::Link { other: *other },
            Wish::Unlink { other } => Op::Unlink { dots: dots_of(basis, own, LINKS, &Value::Id(*other)) },
            Wish::Attach { element } => Op::Attach { element: element.clone() },
            Wish::Delete => Op::Delete {
                timeline: basis.timeline,
                pos: basis.pos,
                own: tidy(own.iter().flat_map(|o| o.change.names()).collect()),
            },
        });
    }
    Resolved { ops, seen: closure(seen, own) }
}

/// Names of own changes that wrote the field. Whoever writes it again has seen them, also where the record left the
/// scope in between and the screen began blank.
fn own_writes(own: &[OwnChange], within: Option<&str>, field: &str) -> Vec<Name> {
    let writes = |op: &Op| matches!(op, Op::Put { field: f, within: w, .. } if f == field && w.as_deref() == within);
    own.iter().filter(|o| o.change.change.ops.iter().any(writes)).flat_map(|o| o.change.names()).collect()
}

/// What has been seen, and what own changes among it had seen, as long as those could still get lost.
pub(crate) fn closure(mut seen: BTreeSet<Name>, own: &[OwnChange]) -> Vec<Name> {
    for o in own.iter().rev() {
        let names = o.change.names();
        if names.iter().any(|n| seen.contains(n)) {
            seen.extend(&o.change.change.seen);
            seen.extend(names);
        }
    }
    seen.into_iter().collect()
}

/// The same for a field that a mask hid: what own changes had seen *there*, which is not what they had seen elsewhere.
pub(crate) fn closure_in(mut seen: BTreeSet<Name>, own: &[OwnChange], field: &str) -> Vec<Name> {
    for o in own.iter().rev() {
        let names = o.change.names();
        if names.iter().any(|n| seen.contains(n)) {
            seen.extend(o.change.change.seen_in(None, field).into_iter().flatten());
            seen.extend(names);
        }
    }
    seen.into_iter().collect()
}

/// The adds of an element on the screen, and own adds of it saved since.
fn dots_of(basis: &Basis, own: &[OwnChange], set: &str, element: &Value) -> Vec<OpName> {
    let mut dots = basis.element(set, element).to_vec();
    for o in own.iter().filter(|o| o.save > basis.saves) {
        for (index, op) in (0..).zip(&o.change.change.ops) {
            let adds = match op {
                Op::Add { set: s, element: e } => s == set && e == element,
                Op::Attach { element: e } => set == ATTACHED && e == element,
                Op::Link { other } => set == LINKS && Value::Id(*other) == *element,
                _ => false,
            };
            if adds {
                dots.extend(o.change.names().into_iter().map(|change| OpName { change, index }));
            }
        }
    }
    tidy(dots)
}

/// `seen` of a correction: besides what stands on the screen, the original, what it had seen, and every own change
/// saved on the record since the original with what that had seen.
pub fn correcting(resolved: &mut Resolved, original: &OwnChange, own: &[OwnChange]) {
    let mut seen: BTreeSet<Name> = resolved.seen.iter().copied().collect();
    seen.extend(original.change.names());
    seen.extend(&original.change.change.seen);
    for later in own.iter().filter(|o| o.save > original.save && !hits(&o.change.names(), &original.change.names())) {
        seen.extend(later.change.names());
        seen.extend(&later.change.change.seen);
    }
    resolved.seen = seen.into_iter().collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::hash::Hash;
    use crate::id::{AccountId, DeviceId, ReplicaId, SpaceId, UnitId};
    use crate::time::Timestamp;

    fn own(save: u64, field: &str, seen: Vec<Name>) -> OwnChange {
        let change = Change {
            space: SpaceId([1; 16]),
            replica: ReplicaId([2; 16]),
            seq: save,
            prev: Hash::default(),
            record: RecordId([3; 16]),
            kind: "case".to_owned(),
            unit: UnitId::default(),
            author: AccountId([4; 16]),
            machine: false,
            device: DeviceId::default(),
            typed_at: Timestamp(0),
            heard: Timestamp(0),
            seen,
            was: Vec::new(),
            instead_of: None,
            salt: [0; 16],
            ops: vec![Op::put(field, "x")],
            extra: Vec::new(),
        };
        OwnChange { save, change: change.seal().unwrap() }
    }

    /// The record was reported, applied, left the scope and was forgotten; what stands on the screen is blank.
    #[test]
    fn an_own_write_counts_as_seen_where_the_screen_began_blank() {
        let before = own(1, "title", Vec::new());
        let other = own(2, "place", Vec::new());
        let mut blank = Basis::blank(RecordId([3; 16]));
        blank.saves = 2;
        let resolved = resolve(&[Wish::put("title", "y")], &blank, &[before.clone(), other]);
        assert_eq!(resolved.seen, before.change.names());
    }

    #[test]
    fn what_own_changes_had_seen_is_seen() {
        let first = own(1, "title", Vec::new());
        let second = own(2, "title", first.change.names());
        let resolved =
            resolve(&[Wish::put("title", "z")], &Basis::blank(RecordId([3; 16])), std::slice::from_ref(&second));
        assert_eq!(resolved.seen, tidy([first.change.names(), second.change.names()].concat()));
    }
}
