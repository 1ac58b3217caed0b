//! Walks the axes (XPath 1.0, 2.2) and tests nodes (2.3).
//!
//! Owns which nodes a step reaches from one node, nearest first. Refuses predicates. Invariant: a node is reached once.

use super::syntax::{Axis, NodeTest};
use crate::tree::{Kind, Spot, Tree, Word};

/// What a test needs besides the tree.
#[derive(Clone, Copy, Debug)]
pub struct Tester<'t> {
    /// The tree.
    pub tree: &'t Tree,
    /// The namespace that a name without a prefix means besides none.
    pub usual: Option<Word>,
}

impl Tester<'_> {
    /// Whether a node passes a test on an axis.
    pub fn passes(self, spot: Spot, axis: Axis, test: &NodeTest) -> bool {
        let kind = self.tree.kind(spot);
        let principal = match axis {
            Axis::Attribute => Kind::Attribute,
            Axis::Namespace => Kind::Namespace,
            _ => Kind::Element,
        };
        match test {
            NodeTest::Node => true,
            NodeTest::Text => kind == Kind::Text,
            NodeTest::Comment => kind == Kind::Comment,
            NodeTest::Instruction(target) => {
                let name = || self.tree.names.name(self.tree.name(spot)).local;
                kind == Kind::Instruction && target.is_none_or(|target| target == name())
            }
            NodeTest::Any => kind == principal,
            NodeTest::Namespace(namespace) => {
                kind == principal && self.tree.names.name(self.tree.name(spot)).namespace == *namespace
            }
            NodeTest::Name { namespace, local } => {
                let name = self.tree.names.name(self.tree.name(spot));
                kind == principal
                    && name.local == *local
                    && match namespace {
                        Some(namespace) => name.namespace == *namespace,
                        None => name.namespace == Word::EMPTY || Some(name.namespace) == self.usual,
                    }
            }
        }
    }

    /// Adds the nodes that a step reaches from a node.
    pub fn reach(self, from: Spot, axis: Axis, test: &NodeTest, found: &mut Vec<Spot>) {
        let tree = self.tree;
        let mut offer = |spot: Spot| {
            if self.passes(spot, axis, test) {
                found.push(spot);
            }
        };
        match axis {
            Axis::SelfNode => offer(from),
            Axis::Parent => tree.parent(from).into_iter().for_each(offer),
            Axis::Child => tree.children(from).for_each(offer),
            Axis::Attribute => tree.attributes(from).for_each(offer),
            Axis::Namespace => {
                std::iter::successors(tree.first_attribute(from), |next| tree.next(*next))
                    .filter(|node| tree.kind(*node) == Kind::Namespace)
                    .for_each(offer);
            }
            Axis::Ancestor => std::iter::successors(tree.parent(from), |spot| tree.parent(*spot)).for_each(offer),
            Axis::AncestorOrSelf => std::iter::successors(Some(from), |spot| tree.parent(*spot)).for_each(offer),
            Axis::Descendant => self.below(from, offer),
            Axis::DescendantOrSelf => {
                offer(from);
                self.below(from, offer);
            }
            Axis::FollowingSibling if !self.is_beside(from) => {
                std::iter::successors(tree.next(from), |spot| tree.next(*spot)).for_each(offer);
            }
            Axis::PrecedingSibling if !self.is_beside(from) => {
                std::iter::successors(tree.previous(from), |spot| tree.previous(*spot)).for_each(offer);
            }
            Axis::FollowingSibling | Axis::PrecedingSibling => {}
            Axis::Following => self.following(from, offer),
            Axis::Preceding => self.preceding(from, offer),
        }
    }

    fn is_beside(self, spot: Spot) -> bool {
        matches!(self.tree.kind(spot), Kind::Attribute | Kind::Namespace)
    }

    fn below(self, top: Spot, mut offer: impl FnMut(Spot)) {
        let mut next = self.tree.first_child(top);
        while let Some(spot) = next {
            offer(spot);
            next = self.tree.first_child(spot).or_else(|| self.tree.following_within(spot, top));
        }
    }

    fn following(self, from: Spot, mut offer: impl FnMut(Spot)) {
        let top = self.tree.top(from);
        // What follows an attribute begins with the content of its element.
        let mut next = match self.tree.parent(from) {
            Some(element) if self.is_beside(from) => {
                self.tree.first_child(element).or_else(|| self.tree.following_within(element, top))
            }
            _ => self.tree.following_within(from, top),
        };
        while let Some(spot) = next {
            offer(spot);
            next = self.tree.first_child(spot).or_else(|| self.tree.following_within(spot, top));
        }
    }

    fn preceding(self, from: Spot, mut offer: impl FnMut(Spot)) {
        let mut at = if self.is_beside(from) { self.tree.parent(from) } else { Some(from) };
        while let Some(spot) = at {
            let mut brother = self.tree.previous(spot);
            while let Some(before) = brother {
                let mut subtree = vec![before];
                self.below(before, |spot| subtree.push(spot));
                subtree.into_iter().rev().for_each(&mut offer);
                brother = self.tree.previous(before);
            }
            at = self.tree.parent(spot);
        }
    }
}
