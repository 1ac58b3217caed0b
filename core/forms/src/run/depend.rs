//! Finds out which places of the form an expression reads.
//!
//! Owns walking a path over slots instead of nodes. Refuses to reckon. Invariant: whatever node an expression can read,
//! its slot is among those found, with an anchor: the place above both that reader and read share.

use super::plan::Slot;
use crate::definition::NodeKind;
use crate::tree::{Names, Word};
use crate::xpath::{Axis, Expr, Function, NodeTest, Path, Start, Step};
use std::collections::{BTreeSet, HashMap};

/// The root above the form's first node.
pub const DOCUMENT: u32 = u32::MAX;

/// A place that may be read, and the place that both share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    pub slot: u32,
    pub anchor: u32,
}

/// The slots of a name below a slot.
pub type ByName = HashMap<(u32, Word), Vec<u32>>;

/// Looks for what expressions read.
pub struct Finder<'a> {
    pub slots: &'a [Slot],
    /// The slots by their parent and name.
    pub by_name: &'a ByName,
    pub names: &'a Names,
    /// The paths of choice names, compiled.
    pub choice_paths: &'a HashMap<Box<str>, Expr>,
    /// Where the expression stands.
    pub home: u32,
    pub reads: BTreeSet<Read>,
}

/// Nodes of the form that an expression may give; none if they are of another instance.
type Nodes = Option<BTreeSet<Read>>;

impl Finder<'_> {
    /// Notes what an expression at `home` reads.
    pub fn search(&mut self, expr: &Expr) {
        let home = BTreeSet::from([Read { slot: self.home, anchor: self.home }]);
        self.expr(expr, &Some(home));
    }

    fn expr(&mut self, expr: &Expr, context: &Nodes) -> Nodes {
        match expr {
            Expr::Number(_) | Expr::Text(_) | Expr::Broken(_) | Expr::Slot(_) => None,
            Expr::Negate(inner) => {
                self.expr(inner, context);
                None
            }
            Expr::Binary(_, left, right) => {
                self.expr(left, context);
                self.expr(right, context);
                None
            }
            Expr::Union(left, right) => {
                let (left, right) = (self.expr(left, context), self.expr(right, context));
                join(left, right)
            }
            Expr::Call(function, arguments) => self.call(*function, arguments, context),
            Expr::Path(path) => self.path(path, context),
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expr], context: &Nodes) -> Nodes {
        let home = || Some(BTreeSet::from([Read { slot: self.home, anchor: self.home }]));
        if function == Function::Current {
            return home();
        }
        if let (Function::ChoiceName, Some(Expr::Text(path))) = (function, arguments.get(1)) {
            let known = self.choice_paths;
            if let Some(path) = known.get(path) {
                self.expr(path, context);
            }
        }
        let mut all: Vec<Nodes> = arguments.iter().map(|argument| self.expr(argument, context)).collect();
        match function {
            Function::Randomize | Function::IndexedRepeat if !all.is_empty() => all.swap_remove(0),
            Function::If => all.into_iter().skip(1).fold(None, join),
            _ => None,
        }
    }

    fn path(&mut self, path: &Path, context: &Nodes) -> Nodes {
        let mut nodes = match &path.start {
            Start::Here => context.clone(),
            Start::Root => Some(BTreeSet::from([Read { slot: DOCUMENT, anchor: DOCUMENT }])),
            Start::Nodes(start, predicates) => {
                let nodes = self.expr(start, context);
                for predicate in predicates {
                    self.expr(predicate, &nodes);
                }
                nodes
            }
        };
        for step in &path.steps {
            nodes = nodes.map(|nodes| self.step(&nodes, step));
            for predicate in &step.predicates {
                self.expr(predicate, &nodes);
            }
        }
        for read in nodes.iter().flatten().copied().collect::<Vec<_>>() {
            self.note(read);
            if !self.is_repeat(read.slot) {
                self.note_below(read);
            }
        }
        nodes
    }

    fn is_repeat(&self, slot: u32) -> bool {
        self.slots.get(slot as usize).is_some_and(|slot| slot.is_repeat)
    }

    fn note(&mut self, read: Read) {
        if read.slot != DOCUMENT {
            let anchor = if read.anchor == DOCUMENT { 0 } else { read.anchor };
            self.reads.insert(Read { anchor, ..read });
        }
    }

    /// A group's text is that of all in it.
    fn note_below(&mut self, read: Read) {
        if read.slot == DOCUMENT || read.slot == 0 {
            return;
        }
        for child in self.children(read.slot) {
            let below = Read { slot: child, ..read };
            self.note(below);
            self.note_below(below);
        }
    }

    fn children(&self, slot: u32) -> Vec<u32> {
        match self.slots.get(slot as usize) {
            None => vec![0],
            Some(slot) => slot.children.clone(),
        }
    }

    fn passes(&self, slot: u32, axis: Axis, test: &NodeTest) -> bool {
        let Some(slot) = self.slots.get(slot as usize) else { return *test == NodeTest::Node };
        let wanted = if axis == Axis::Attribute { NodeKind::Attribute } else { NodeKind::Element };
        let name = slot.name.map(|name| self.names.name(name));
        slot.kind == wanted
            && match test {
                // A text stands for the node that holds it.
                NodeTest::Any | NodeTest::Node | NodeTest::Text => true,
                NodeTest::Name { namespace, local } => name.is_some_and(|name| {
                    name.local == *local
                        && namespace.map_or(name.namespace == Word::EMPTY, |space| space == name.namespace)
                }),
                NodeTest::Namespace(namespace) => name.is_some_and(|name| name.namespace == *namespace),
                NodeTest::Comment | NodeTest::Instruction(_) => false,
            }
    }

    fn step(&mut self, from: &BTreeSet<Read>, step: &Step) -> BTreeSet<Read> {
        let mut found = BTreeSet::new();
        for read in from {
            if step.test == NodeTest::Text && matches!(step.axis, Axis::Child) {
                found.insert(*read);
                continue;
            }
            for target in self.candidates(*read, step) {
                if self.passes(target.slot, step.axis, &step.test) {
                    found.insert(target);
                }
            }
        }
        for read in found.iter().copied().collect::<Vec<_>>() {
            // Which copies there are matters to whoever looks through them.
            if self.is_repeat(read.slot) && !matches!(step.axis, Axis::Parent | Axis::Ancestor | Axis::SelfNode) {
                self.note(read);
            }
        }
        found
    }

    fn parent(&self, read: Read) -> Option<Read> {
        let slot = self.slots.get(read.slot as usize)?.parent.unwrap_or(DOCUMENT);
        let anchor = if read.anchor == read.slot { slot } else { read.anchor };
        Some(Read { slot, anchor })
    }

    /// Where a step may lead: below a slot only those of the step's name.
    fn candidates(&self, from: Read, step: &Step) -> Vec<Read> {
        match (step.axis, &step.test) {
            (Axis::Child | Axis::Attribute, NodeTest::Name { local, .. }) => {
                named(self.by_name, from.slot, *local).iter().map(|slot| Read { slot: *slot, ..from }).collect()
            }
            (axis, _) => self.reach(from, axis),
        }
    }

    fn reach(&self, from: Read, axis: Axis) -> Vec<Read> {
        let mut found = Vec::new();
        match axis {
            Axis::SelfNode => found.push(from),
            Axis::Parent => found.extend(self.parent(from)),
            Axis::Child | Axis::Attribute => {
                found.extend(self.children(from.slot).into_iter().map(|slot| Read { slot, ..from }));
            }
            Axis::Ancestor => found.extend(std::iter::successors(self.parent(from), |read| self.parent(*read))),
            Axis::AncestorOrSelf => found.extend(std::iter::successors(Some(from), |read| self.parent(*read))),
            Axis::Descendant => self.below(from, &mut found),
            Axis::DescendantOrSelf => {
                found.push(from);
                self.below(from, &mut found);
            }
            Axis::FollowingSibling | Axis::PrecedingSibling => {
                if let Some(parent) = self.parent(from) {
                    found.extend(self.children(parent.slot).into_iter().map(|slot| Read { slot, ..parent }));
                }
            }
            Axis::Following | Axis::Preceding => {
                self.below(Read { slot: DOCUMENT, anchor: DOCUMENT }, &mut found);
            }
            Axis::Namespace => {}
        }
        found
    }

    fn below(&self, from: Read, found: &mut Vec<Read>) {
        for slot in self.children(from.slot) {
            let child = Read { slot, ..from };
            found.push(child);
            self.below(child, found);
        }
    }
}

fn named(by_name: &ByName, parent: u32, local: Word) -> &[u32] {
    by_name.get(&(parent, local)).map_or(&[], Vec::as_slice)
}

fn join(left: Nodes, right: Nodes) -> Nodes {
    match (left, right) {
        (Some(mut left), Some(right)) => {
            left.extend(right);
            Some(left)
        }
        (left, right) => left.or(right),
    }
}

/// The one slot that a path without conditions names, if it names one node for each copy that `home` stands in.
pub fn single(slots: &[Slot], by_name: &ByName, names: &Names, home: u32, path: &Path) -> Option<u32> {
    let mut at = match &path.start {
        Start::Here => home,
        Start::Root => DOCUMENT,
        Start::Nodes(start, predicates) => match (&**start, predicates.is_empty()) {
            (Expr::Call(Function::Current, _), true) => home,
            _ => return None,
        },
    };
    let empty = HashMap::new();
    let finder = Finder { slots, by_name, names, choice_paths: &empty, home, reads: BTreeSet::new() };
    for step in &path.steps {
        if !step.predicates.is_empty() {
            return None;
        }
        match step.axis {
            Axis::SelfNode if step.test == NodeTest::Node => {}
            Axis::Parent if step.test == NodeTest::Node => at = slots.get(at as usize)?.parent?,
            Axis::Child | Axis::Attribute => {
                let NodeTest::Name { local, .. } = &step.test else { return None };
                let below = named(by_name, at, *local).iter();
                let mut own = below.filter(|slot| finder.passes(**slot, step.axis, &step.test));
                at = *own.next()?;
                if own.next().is_some() || slots.get(at as usize)?.is_repeat {
                    return None;
                }
            }
            _ => return None,
        }
    }
    (at != DOCUMENT).then_some(at)
}
