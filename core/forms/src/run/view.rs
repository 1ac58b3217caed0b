//! What is shown of a node: whether it is asked, its words, its answer, what is wrong with it.
//!
//! Owns finding nodes by path, and paths of nodes. Refuses to draw. Invariant: what is not asked has no words and
//! nothing wrong with it.

use super::fill::Run;
use super::plan::What;
use crate::definition::{ControlKind, NodeId};
use crate::tree::{Kind, Spot};

/// A choice on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// It is not right.
    Constraint,
    /// It is missing.
    Required,
}

/// What is shown of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is asked.
    pub relevant: bool,
    /// Whether a person may not change it.
    pub readonly: bool,
    /// Whether an answer is needed.
    pub required: bool,
    /// Its label, while it is asked.
    pub label: Option<String>,
    /// Its hint, while it is asked.
    pub hint: Option<String>,
    /// Its answer.
    pub value: String,
    /// What is wrong, with the form's words for it.
    pub violation: Option<(Violation, Option<String>)>,
    /// What it is on the screens; none if it is not there.
    pub control: Option<ControlKind>,
}

impl Run {
    /// The root of the form.
    pub fn root(&self) -> Spot {
        self.root
    }

    /// The definition's node of a node.
    pub fn definition_of(&self, spot: Spot) -> NodeId {
        NodeId(self.state(spot).slot)
    }

    /// The element and attribute nodes below a node, in order.
    pub fn below(&self, spot: Spot) -> Vec<Spot> {
        let elements = self.tree.children(spot).filter(|child| self.tree.kind(*child) == Kind::Element);
        self.tree.attributes(spot).chain(elements).collect()
    }

    /// The copies of a repeat in a node.
    pub fn copies(&self, repeat: NodeId, parent: Spot) -> &[Spot] {
        self.copies.get(&(parent, repeat.0)).map_or(&[], Vec::as_slice)
    }

    /// The repeats that stand directly in a node, with or without copies.
    pub fn repeats(&self, spot: Spot) -> Vec<NodeId> {
        let children = &self.form.slots[self.state(spot).slot as usize].children;
        children
            .iter()
            .filter(|child| self.form.slots[**child as usize].is_repeat)
            .map(|child| NodeId(*child))
            .collect()
    }

    /// Whether the number of a repeat's copies follows from a count.
    pub fn is_counted(&self, repeat: NodeId) -> bool {
        self.form.slots.get(repeat.0 as usize).is_some_and(|slot| slot.count.is_some())
    }

    /// The answer of a node, as it counts now.
    pub fn value(&self, spot: Spot) -> &str {
        self.tree.own_text(spot)
    }

    /// Whether a repeat in a node is asked, copies or not.
    pub fn is_repeat_relevant(&self, repeat: NodeId, parent: Spot) -> bool {
        if !self.state(parent).relevant {
            return false;
        }
        match (self.copies(repeat, parent).first(), self.form.slots[repeat.0 as usize].relevant) {
            (Some(first), _) => self.state(*first).relevant,
            (None, Some(expr)) => self.evaluator(parent).flag(&self.form.exprs[expr as usize]).unwrap_or(true),
            (None, None) => true,
        }
    }

    /// The label of a node's control.
    pub fn label(&self, node: NodeId, spot: Spot) -> Option<String> {
        let plan = self.form.controls.get(&node.0)?.label.as_ref()?;
        self.words(plan, spot).filter(|words| !words.is_empty())
    }

    /// What is shown of a node.
    pub fn standing(&self, spot: Spot) -> Standing {
        let state = self.state(spot);
        let control = self.form.controls.get(&state.slot);
        let words = |plan: Option<&super::text::TextPlan>| {
            plan.filter(|_| state.relevant).and_then(|plan| self.words(plan, spot)).filter(|words| !words.is_empty())
        };
        Standing {
            relevant: state.relevant,
            readonly: self.is_readonly(spot),
            required: state.required,
            label: words(control.and_then(|control| control.label.as_ref())),
            hint: words(control.and_then(|control| control.hint.as_ref())),
            value: self.value(spot).to_owned(),
            violation: self.violation(spot),
            control: control.map(|control| control.kind),
        }
    }

    /// What is wrong with a node's answer, with the form's words for it.
    pub fn violation(&self, spot: Spot) -> Option<(Violation, Option<String>)> {
        let state = self.state(spot);
        if !state.relevant || self.form.slots[state.slot as usize].is_group {
            return None;
        }
        let blank = self.value(spot).is_empty();
        let (violation, what) = match (blank, state.right, state.required) {
            (false, false, _) => (Violation::Constraint, What::Constraint),
            (true, _, true) => (Violation::Required, What::Required),
            _ => return None,
        };
        let message = self.form.messages.get(&(state.slot, what));
        Some((violation, message.and_then(|message| self.words(message, spot))))
    }

    /// The path of a node: `/data/kid[2]/age`.
    pub fn path(&self, spot: Spot) -> String {
        let mut steps = Vec::new();
        let mut at = spot;
        while at != self.document {
            let slot = self.state(at).slot;
            let name = &self.form.definition.nodes[slot as usize].name;
            let Some(parent) = self.tree.parent(at) else { break };
            let place = self.copies.get(&(parent, slot)).and_then(|copies| copies.iter().position(|copy| *copy == at));
            steps.push(match (self.tree.kind(at), place) {
                (Kind::Attribute, _) => format!("/@{name}"),
                (_, Some(place)) => format!("/{name}[{}]", place + 1),
                (_, None) => format!("/{name}"),
            });
            at = parent;
        }
        steps.reverse();
        steps.concat()
    }

    /// The node of a path as `path` writes it.
    pub fn node(&self, path: &str) -> Option<Spot> {
        let mut at = self.document;
        for step in path.strip_prefix('/')?.split('/') {
            let (name, place) = match step.strip_suffix(']').and_then(|step| step.rsplit_once('[')) {
                Some((name, place)) => (name, place.parse::<usize>().ok()?),
                None => (step, 1),
            };
            let named = |spot: &Spot| {
                let node = &self.form.definition.nodes[self.state(*spot).slot as usize];
                match name.strip_prefix('@') {
                    Some(name) => self.tree.kind(*spot) == Kind::Attribute && node.name == name,
                    None => self.tree.kind(*spot) == Kind::Element && node.name == name,
                }
            };
            at = self.below(at).into_iter().filter(named).nth(place.checked_sub(1)?)?;
        }
        Some(at)
    }

    /// The repeat of a path without its place, and the node in which its copies stand: `/data/kid[1]/toy`.
    pub fn repeat(&self, path: &str) -> Option<(NodeId, Spot)> {
        let (above, name) = path.rsplit_once('/')?;
        let parent = self.node(above)?;
        let named = |repeat: &NodeId| self.form.definition.nodes[repeat.0 as usize].name == name;
        self.repeats(parent).into_iter().find(named).map(|repeat| (repeat, parent))
    }
}
