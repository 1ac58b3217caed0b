//! Actions: what happens by itself when a form opens, a repeat grows or a value changes.
//!
//! Owns events and targets. Refuses to act. Invariant: an event is named as the specification names it.

use super::{Attribute, NodeId};
use minicbor::{Decode, Encode};

/// What an action does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ActionKind {
    /// Sets the target to a value (`setvalue`).
    #[default]
    #[n(0)]
    SetValue,
    /// Sets the target to where the phone is (`odk:setgeopoint`).
    #[n(1)]
    SetGeopoint,
    /// Records sound in the background and sets the target to its file (`odk:recordaudio`).
    #[n(2)]
    RecordAudio,
}

/// Something that happens on an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Action {
    /// What it does.
    #[n(0)]
    pub kind: ActionKind,
    /// On which events: `odk-instance-first-load`, `odk-instance-load`, `odk-new-repeat`, `xforms-value-changed`, …
    #[n(1)]
    pub events: Vec<String>,
    /// The node that it writes to.
    #[n(2)]
    pub target: NodeId,
    /// The expression whose value is written.
    #[n(3)]
    pub value: Option<String>,
    /// The text that is written if there is no expression.
    #[n(4)]
    pub text: String,
    /// All other attributes, in order (`odk:quality`).
    #[n(5)]
    pub others: Vec<Attribute>,
}
