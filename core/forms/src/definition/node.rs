//! The primary instance: one node for each path, whatever the number of its copies in a filled form.
//!
//! Owns names, defaults and which nodes repeat. Refuses to hold copies: a repeat says how many it begins with.
//! Invariant: a node's parent stands before it.

use super::Bind;
use minicbor::{Decode, Encode};

/// The index of a node in `FormDefinition::nodes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct NodeId(#[n(0)] pub u32);

/// What a node is in the instance's XML.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum NodeKind {
    /// An element.
    #[default]
    #[n(0)]
    Element,
    /// An attribute of its parent.
    #[n(1)]
    Attribute,
}

/// A place in the form for one answer, or for a group of places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Node {
    /// The node that this one stands in; none for the root.
    #[n(0)]
    pub parent: Option<NodeId>,
    /// The name, with its prefix if it has one.
    #[n(1)]
    pub name: String,
    /// Element or attribute.
    #[n(2)]
    pub kind: NodeKind,
    /// The value that a new form, or a new copy of a repeat, begins with.
    #[n(3)]
    pub value: String,
    /// What holds of the node.
    #[n(4)]
    pub bind: Option<Box<Bind>>,
    /// How the node repeats, if it does.
    #[n(5)]
    pub repeat: Option<Box<Repeat>>,
}

/// How a node repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Repeat {
    /// How many copies a new form begins with (before any count is applied).
    #[n(0)]
    pub initial: u32,
    /// Whether the form's XML carries a template; without one the first copy is the template.
    #[n(1)]
    pub template: bool,
    /// With how many copies it begins in a copy of an outer repeat that is made later.
    #[n(3)]
    pub later: u32,
    /// Where an initial copy differs from the template.
    #[n(2)]
    pub seeds: Vec<Seed>,
}

/// A value with which an initial copy of a repeat differs from its template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Seed {
    /// The copy, from 0, of the repeat at which the seed stands.
    #[n(0)]
    pub copy: u32,
    /// The node that differs.
    #[n(1)]
    pub node: NodeId,
    /// Its value.
    #[n(2)]
    pub value: String,
}
