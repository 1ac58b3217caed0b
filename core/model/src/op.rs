//! Operations: what one change does to one record.
//!
//! Owns their shapes; the operation fixes how it folds, never a field table. Refuses to know kinds and policies.
//! Invariant: a change writes a field at most once, takes at most one step and deletes at most once.

use crate::id::{RecordId, TimelineId};
use crate::name::{Name, OpName, tidy};
use crate::value::Value;
use std::collections::BTreeMap;

/// The set in which links (*same-as*) are kept.
pub const LINKS: &str = "@same";
/// The set in which attachments are kept.
pub const ATTACHED: &str = "@attached";
/// The set that says that a deletion was taken back: when, and by whom.
pub const RESTORED: &str = "@restored";
/// The set that says what was erased of the record, when and why. Written by erasures only.
pub const ERASED: &str = "@erased";

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Writes a field, or clears it (`value: None`).
    Put {
        /// The field's name.
        field: String,
        /// What was typed; `None` clears.
        value: Option<Value>,
        /// The instance of a repeat that the field belongs to.
        within: Option<String>,
        /// What stood on the writer's screen there, instead of the change's `seen` (where a mask hid the field).
        seen: Option<Vec<Name>>,
    },
    /// Adds an element to a set.
    Add {
        /// The set's name.
        set: String,
        /// The element.
        element: Value,
    },
    /// Removes the named adds from a set; adds it has not seen stay.
    Remove {
        /// The set's name.
        set: String,
        /// The adds that stood on the screen.
        dots: Vec<OpName>,
    },
    /// Adds an instance to a repeat.
    AddInstance {
        /// The instance's key: `repeat/uuid`.
        within: String,
    },
    /// Hides an instance as far as seen; its fields stay.
    RemoveInstance {
        /// The instance's key.
        within: String,
        /// The changes that stood on the screen.
        dots: Vec<Name>,
    },
    /// Takes a step of the record's workflow.
    Step {
        /// The step's code.
        step: String,
        /// The status it leads to, as the writer's table said.
        to: String,
        /// What the step asks for, answered.
        answers: BTreeMap<String, Value>,
    },
    /// Says that another record is the same thing.
    Link {
        /// The other record.
        other: RecordId,
    },
    /// Takes links back.
    Unlink {
        /// The links that stood on the screen.
        dots: Vec<OpName>,
    },
    /// Attaches a picture or file.
    Attach {
        /// Content hash, name, size: a value of its own.
        element: Value,
    },
    /// Deletes the record, as it stood when it was opened.
    Delete {
        /// The timeline that the phone held.
        timeline: TimelineId,
        /// The state's pos at opening.
        pos: u64,
        /// Own changes on the record that were not yet safe.
        own: Vec<Name>,
    },
    /// An operation of a later version: kept, relayed, not interpreted.
    Unknown {
        /// Its code.
        code: u64,
        /// The operation's bytes, deterministic CBOR.
        raw: Vec<u8>,
    },
}

impl Op {
    /// A field written.
    pub fn put(field: &str, value: impl Into<Value>) -> Self {
        Self::Put { field: field.to_owned(), value: Some(value.into()), within: None, seen: None }
    }

    /// A field cleared.
    pub fn clear(field: &str) -> Self {
        Self::Put { field: field.to_owned(), value: None, within: None, seen: None }
    }

    /// Every name that the operation says it has seen.
    pub fn mentioned(&self) -> Vec<Name> {
        match self {
            Self::Put { seen: Some(seen), .. } => seen.clone(),
            Self::Remove { dots, .. } | Self::Unlink { dots } => dots.iter().map(|d| d.change).collect(),
            Self::RemoveInstance { dots, .. } => dots.clone(),
            Self::Delete { own, .. } => own.clone(),
            _ => Vec::new(),
        }
    }

    /// The description of what it attaches, for the first time or again.
    pub fn attached(&self) -> Option<&Value> {
        match self {
            Self::Attach { element } => Some(element),
            Self::Add { set, element } if set == ATTACHED => Some(element),
            _ => None,
        }
    }

    /// Whether a person who does this says something about the thing itself, and so keeps it alive after a delete.
    pub const fn is_edit(&self) -> bool {
        matches!(
            self,
            Self::Put { .. }
                | Self::Add { .. }
                | Self::Remove { .. }
                | Self::AddInstance { .. }
                | Self::RemoveInstance { .. }
                | Self::Step { .. }
                | Self::Attach { .. }
        )
    }

    /// The operation with its lists of names sorted, each name once.
    #[must_use]
    pub fn tidied(self) -> Self {
        match self {
            Self::Put { field, value, within, seen } => Self::Put { field, value, within, seen: seen.map(tidy) },
            Self::Remove { set, dots } => Self::Remove { set, dots: tidy(dots) },
            Self::RemoveInstance { within, dots } => Self::RemoveInstance { within, dots: tidy(dots) },
            Self::Unlink { dots } => Self::Unlink { dots: tidy(dots) },
            Self::Delete { timeline, pos, own } => Self::Delete { timeline, pos, own: tidy(own) },
            other => other,
        }
    }

    /// Whether its lists of names are sorted, each name once.
    pub fn is_tidy(&self) -> bool {
        match self {
            Self::Put { seen: Some(names), .. }
            | Self::RemoveInstance { dots: names, .. }
            | Self::Delete { own: names, .. } => names.is_sorted_by(|a, b| a < b),
            Self::Remove { dots, .. } | Self::Unlink { dots } => dots.is_sorted_by(|a, b| a < b),
            _ => true,
        }
    }

    /// What an erasure leaves: which fields it wrote and what it had seen; nothing that was typed.
    #[must_use]
    pub fn shape(&self) -> Self {
        match self.clone() {
            Self::Put { field, within, seen, .. } => Self::Put { field, value: None, within, seen },
            Self::Add { set, .. } => Self::Add { set, element: Value::Bool(false) },
            Self::Attach { .. } => Self::Attach { element: Value::Bool(false) },
            Self::Link { .. } => Self::Link { other: RecordId::default() },
            Self::Step { step, to, .. } => Self::Step { step, to, answers: BTreeMap::new() },
            Self::Unknown { code, .. } => {
                let mut writer = crate::codec::Writer::default();
                writer.array(1).uint(code);
                Self::Unknown { code, raw: writer.finish() }
            }
            other => other,
        }
    }
}
