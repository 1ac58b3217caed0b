//! Controls: what stands on the screens, in order, and to which node each belongs.
//!
//! Owns kinds, appearances, labels and choices. Refuses to know how a phone draws one: an appearance is kept as it was
//! written, known or not. Invariant: groups and repeats alone have children.

use super::{Action, Attribute, NodeId, Text};
use minicbor::{Decode, Encode};

/// What a control is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ControlKind {
    /// An answer that is typed, or measured, as the node's type says.
    #[default]
    #[n(0)]
    Input,
    /// One of the choices.
    #[n(1)]
    SelectOne,
    /// Any of the choices.
    #[n(2)]
    SelectMany,
    /// The choices in an order.
    #[n(3)]
    Rank,
    /// A number between two others.
    #[n(4)]
    Range,
    /// A file: a picture, a sound, a film or any other.
    #[n(5)]
    Upload,
    /// Something to confirm.
    #[n(6)]
    Trigger,
    /// A hidden answer that is typed.
    #[n(7)]
    Secret,
    /// Controls that belong together.
    #[n(8)]
    Group,
    /// Controls that are asked again for each copy of a node.
    #[n(9)]
    Repeat,
    /// Only there to hold what happens on an event (pyxform writes `<action>` for `start-geopoint`).
    #[n(10)]
    Action,
}

/// A control.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Control {
    /// What it is.
    #[n(0)]
    pub kind: ControlKind,
    /// The node that it belongs to: `ref`, or `nodeset` of a repeat. A group may have none.
    #[n(1)]
    pub node: Option<NodeId>,
    /// Its label.
    #[n(2)]
    pub label: Option<Text>,
    /// Its hint.
    #[n(3)]
    pub hint: Option<Text>,
    /// How it looks, as written.
    #[n(4)]
    pub appearance: Option<String>,
    /// All other attributes, with their prefixes, in order: `mediatype`, `start`, `jr:count`, `autoplay`, …
    #[n(5)]
    pub attributes: Vec<Attribute>,
    /// The choices, if it has any.
    #[n(6)]
    pub items: Items,
    /// The controls in a group or a repeat.
    #[n(7)]
    pub children: Vec<Control>,
    /// What happens on its events.
    #[n(8)]
    pub actions: Vec<Action>,
    /// Elements that this edition has no field for, kept as they are (`tag` of OpenStreetMap).
    #[n(9)]
    pub others: Vec<super::XmlElement>,
}

impl Control {
    /// The value of one of the other attributes.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value.as_str())
    }
}

/// Where the choices of a control come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub enum Items {
    /// It has none.
    #[default]
    #[n(0)]
    None,
    /// They stand in the control.
    #[n(1)]
    Inline(#[n(0)] Vec<Item>),
    /// They are the nodes of an instance.
    #[n(2)]
    Set(#[n(0)] Itemset),
}

/// A choice that stands in its control.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Item {
    /// What is stored.
    #[n(0)]
    pub value: String,
    /// What is shown.
    #[n(1)]
    pub label: Text,
}

/// Choices from the nodes of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Itemset {
    /// Which nodes, like `instance('town')/data/item[county=/data/county]`, `randomize(…)` around it or not.
    #[n(0)]
    pub nodeset: String,
    /// What is stored, from the node.
    #[n(1)]
    pub value: String,
    /// What is shown, from the node: a name, or `jr:itext(itextId)`.
    #[n(2)]
    pub label: String,
}
