//! The form definition: what is left of a workbook or an XForm once it was understood.
//!
//! Owns the shape that phones hold and the server hands out. Refuses to know where it came from and how it runs:
//! expressions are text here, with every `${name}` already turned into a path. Invariant: an index points at something
//! (`FormDefinition::decode` looks), a node comes after its parent, and the bytes say by which edition they were written.

mod action;
mod bind;
mod control;
mod instance;
mod node;
mod text;
mod wire;

pub use action::{Action, ActionKind};
pub use bind::{Bind, Message};
pub use control::{Control, ControlKind, Item, Items, Itemset};
pub use instance::{Instance, ItemTable, Source, XmlElement};
pub use node::{Node, NodeId, NodeKind, Repeat, Seed};
pub use text::{Itext, Language, Part, Text, TextEntry, TextValue};
pub use wire::{DefinitionFault, EDITION};

use minicbor::{Decode, Encode};

/// A name with its value, as written: an attribute, or a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Attribute {
    /// The name, with its prefix if it has one.
    #[n(0)]
    pub name: String,
    /// The value; where the place allows it, an expression.
    #[n(1)]
    pub value: String,
}

impl Attribute {
    /// An attribute.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Attribute {
        Attribute { name: name.into(), value: value.into() }
    }
}

/// A form, ready to be kept, sent, written as an XForm, or run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct FormDefinition {
    /// The title that people read.
    #[n(0)]
    pub title: String,
    /// The id of the form, the same in all its versions.
    #[n(1)]
    pub id: String,
    /// The version as its author wrote it; empty if the author wrote none.
    #[n(2)]
    pub version: String,
    /// The primary instance: the root first, every node after its parent, brothers in their order.
    #[n(3)]
    pub nodes: Vec<Node>,
    /// What the screens show, in order.
    #[n(4)]
    pub body: Vec<Control>,
    /// The languages and the texts that differ by language.
    #[n(5)]
    pub itext: Itext,
    /// Lists and other instances beside the primary one, in the order in which they are declared.
    #[n(6)]
    pub instances: Vec<Instance>,
    /// What happens on events of the whole form (those of a control or a repeat stand there).
    #[n(7)]
    pub actions: Vec<Action>,
    /// The attributes of the element `submission`, if there is one.
    #[n(8)]
    pub submission: Option<Vec<Attribute>>,
    /// The style of the body (`pages`, `theme-grid`), as written.
    #[n(9)]
    pub style: Option<String>,
    /// Namespaces besides those that every XForm has: prefix and address.
    #[n(10)]
    pub namespaces: Vec<Attribute>,
    /// The edition of the ODK XForms specification, as the model's attribute says it.
    #[n(11)]
    pub xforms_version: Option<String>,
    /// The edition of the ODK entities specification, if the form makes or changes entities.
    #[n(12)]
    pub entities_version: Option<String>,
}

impl FormDefinition {
    /// The node at an index.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// The path of a node from the root, as `/data/group/question` or `/data/meta/entity/@id`.
    pub fn path(&self, id: NodeId) -> String {
        let (mut names, mut next) = (Vec::new(), Some(id));
        while let Some(node) = next.and_then(|id| self.node(id)) {
            names.push(node);
            next = node.parent;
        }
        names.iter().rev().fold(String::new(), |path, node| match node.kind {
            NodeKind::Element => path + "/" + &node.name,
            NodeKind::Attribute => path + "/@" + &node.name,
        })
    }

    /// The children of a node, in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let own = (id.0 + 1..).map(NodeId).zip(self.nodes.iter().skip(id.0 as usize + 1));
        own.filter(move |(_, node)| node.parent == Some(id)).map(|(id, _)| id)
    }

    /// The node that a path from the root names.
    pub fn find(&self, path: &str) -> Option<NodeId> {
        let mut steps = path.strip_prefix('/')?.split('/');
        let root = steps.next()?;
        let mut at = self.nodes.first().filter(|node| node.name == root).map(|_| NodeId(0))?;
        for step in steps {
            let (name, kind) = match step.strip_prefix('@') {
                Some(name) => (name, NodeKind::Attribute),
                None => (step, NodeKind::Element),
            };
            let named = |id: &NodeId| self.node(*id).is_some_and(|node| node.name == name && node.kind == kind);
            at = self.children(at).find(named)?;
        }
        Some(at)
    }
}
