//! Compiles a definition into a form that can be run.
//!
//! Owns the order of compiling: slots, expressions, dependencies, ranks. Refuses to judge: what cannot be compiled is a
//! finding, and whoever imports the form decides. Invariant: every index points at something.

use super::action::ActionPlan;
use super::depend::{ByName, DOCUMENT, Finder, single};
use super::graph::{Cycle, Graph};
use super::items::ItemsPlan;
use super::list::{self, Attachment};
use super::plan::{DataType, ExprId, Picks, Slot, What};
use super::text::{EntryPlan, PartPlan, TextPlan};
use crate::definition::{
    Control, ControlKind, FormDefinition, Items, Message, NodeId, NodeKind, Part, Text, TextEntry,
};
use crate::tree::{Names, Spot, Tree};
use crate::xpath::{Dialect, Expr, Function, ParseFault, Path, Prefixes, Start, compile};
use std::collections::{BTreeSet, HashMap};

/// An expression of a form that cannot be compiled, or not be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The path of the node at which it stands.
    pub path: String,
    /// The expression.
    pub expression: String,
    /// What is wrong with it.
    pub fault: ParseFault,
}

/// What is shown for a node.
#[derive(Clone, Debug, Default)]
pub struct ControlPlan {
    pub kind: ControlKind,
    pub label: Option<TextPlan>,
    pub hint: Option<TextPlan>,
}

/// A form that can be run.
#[derive(Clone, Debug)]
pub struct Form {
    pub(super) definition: FormDefinition,
    pub(super) tree: Tree,
    pub(super) slots: Vec<Slot>,
    pub(super) exprs: Vec<Expr>,
    /// For each expression the slot at which it is reckoned, if it is always the same.
    homes: Vec<Option<u32>>,
    /// Where each text stands, if it stands at one node only.
    text_homes: HashMap<String, Option<u32>>,
    pub(super) graph: Graph,
    by_name: ByName,
    pub(super) controls: HashMap<u32, ControlPlan>,
    pub(super) messages: HashMap<(u32, What), TextPlan>,
    pub(super) items: Vec<ItemsPlan>,
    pub(super) actions: Vec<ActionPlan>,
    pub(super) texts: HashMap<String, EntryPlan>,
    pub(super) instances: HashMap<String, Spot>,
    pub(super) choice_paths: HashMap<Box<str>, Expr>,
    pub(super) prefixes: Prefixes,
    findings: Vec<Finding>,
}

/// Namespaces that every form knows.
const USUAL: [(&str, &str); 8] = [
    ("jr", "http://openrosa.org/javarosa"),
    ("orx", "http://openrosa.org/xforms"),
    ("odk", "http://www.opendatakit.org/xforms"),
    ("h", "http://www.w3.org/1999/xhtml"),
    ("ev", "http://www.w3.org/2001/xml-events"),
    ("xsd", "http://www.w3.org/2001/XMLSchema"),
    ("entities", "http://www.opendatakit.org/xforms/entities"),
    ("xml", "http://www.w3.org/XML/1998/namespace"),
];

impl Form {
    /// Compiles a definition with the files that come with it.
    pub fn new(mut definition: FormDefinition, attachments: &[Attachment]) -> Form {
        let mut tree = Tree::new();
        let instances = list::plant(&mut tree, &mut definition, attachments);
        let own = definition.namespaces.iter().map(|space| (space.name.clone(), space.value.clone()));
        let usual = USUAL.iter().map(|(prefix, address)| ((*prefix).to_owned(), (*address).to_owned()));
        let known: Vec<(String, String)> = own.chain(usual).collect();
        let mut form = Form {
            tree,
            slots: Vec::new(),
            exprs: Vec::new(),
            homes: Vec::new(),
            text_homes: HashMap::new(),
            graph: Graph::default(),
            by_name: ByName::new(),
            controls: HashMap::new(),
            messages: HashMap::new(),
            items: Vec::new(),
            actions: Vec::new(),
            texts: HashMap::new(),
            instances,
            choice_paths: HashMap::new(),
            prefixes: Prefixes::new(known.clone()),
            findings: Vec::new(),
            definition: FormDefinition::default(),
        };
        form.lay_out(&definition, &known);
        form.compile_binds(&definition);
        for control in &definition.body {
            form.control(control, None);
        }
        for action in &definition.actions {
            form.action(action, None);
        }
        let entries = std::mem::take(&mut definition.itext.entries);
        form.compile_texts(definition.itext.languages.len(), entries);
        form.definition = definition;
        form.connect();
        form
    }

    /// What cannot be compiled.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The definition that it runs, without the rows of its lists and the texts of its languages: the form has taken them.
    pub fn definition(&self) -> &FormDefinition {
        &self.definition
    }

    /// A circle of values that depend on each other, if there is one.
    pub fn cycle(&self) -> Option<Cycle> {
        let circle = self.graph.circle(&self.slots)?;
        Some(Cycle { paths: circle.into_iter().map(|slot| self.definition.path(NodeId(slot))).collect() })
    }

    fn lay_out(&mut self, definition: &FormDefinition, known: &[(String, String)]) {
        let mut lengths: HashMap<Option<u32>, u32> = HashMap::new();
        for (index, node) in (0u32..).zip(&definition.nodes) {
            let parent = node.parent.map(|parent| parent.0);
            let above = parent.and_then(|parent| self.slots.get(parent as usize)).and_then(|slot| slot.repeat);
            let repeat = if node.repeat.is_some() { Some(index) } else { above };
            let length = lengths.entry(repeat).or_insert(0);
            let (prefix, local) = node.name.split_once(':').unwrap_or(("", &node.name));
            let address = known.iter().find(|(known, _)| known == prefix).map_or("", |(_, address)| address);
            let slot = Slot {
                parent,
                kind: node.kind,
                is_repeat: node.repeat.is_some(),
                repeat,
                offset: *length,
                name: Some(self.tree.names.intern(prefix, local, address)),
                data_type: DataType::of(node.bind.as_ref().and_then(|bind| bind.data_type.as_deref())),
                ..Slot::default()
            };
            *length += 1;
            if let Some(name) = slot.name {
                let local = self.tree.names.name(name).local;
                self.by_name.entry((parent.unwrap_or(DOCUMENT), local)).or_default().push(index);
            }
            self.slots.push(slot);
            if let Some(parent) = parent {
                self.slots[parent as usize].children.push(index);
                self.slots[parent as usize].is_group |= node.kind == NodeKind::Element;
            }
        }
        self.graph = Graph::new(self.slots.len());
    }

    /// Compiles an expression that stands at a slot.
    pub(super) fn expression(&mut self, text: &str, home: u32) -> Option<ExprId> {
        match compile(text, &mut self.tree.names, &self.prefixes, Dialect::Forms) {
            Ok(expr) => {
                for fault in expr.faults() {
                    self.findings.push(Finding { path: home.to_string(), expression: text.to_owned(), fault });
                }
                self.remember_choice_paths(&expr);
                self.exprs.push(expr);
                self.homes.push(Some(home));
                u32::try_from(self.exprs.len() - 1).ok()
            }
            Err(fault) => {
                self.findings.push(Finding { path: home.to_string(), expression: text.to_owned(), fault });
                None
            }
        }
    }

    fn remember_choice_paths(&mut self, expr: &Expr) {
        let mut paths = Vec::new();
        expr.walk(&mut |expr| {
            if let Expr::Call(Function::ChoiceName, arguments) = expr
                && let Some(Expr::Text(path)) = arguments.get(1)
            {
                paths.push(path.clone());
            }
        });
        for path in paths {
            if let Ok(expr) = compile(&path, &mut self.tree.names, &self.prefixes, Dialect::Forms) {
                self.choice_paths.insert(path, expr);
            }
        }
    }

    fn compile_binds(&mut self, definition: &FormDefinition) {
        for (index, node) in (0u32..).zip(&definition.nodes) {
            let Some(bind) = &node.bind else { continue };
            let mut expression = |text: &Option<String>| text.as_deref().and_then(|text| self.expression(text, index));
            let relevant = expression(&bind.relevant);
            let required = expression(&bind.required);
            let readonly = expression(&bind.readonly);
            let constraint = expression(&bind.constraint);
            let calculate = expression(&bind.calculate);
            let slot = &mut self.slots[index as usize];
            (slot.relevant, slot.required, slot.readonly) = (relevant, required, readonly);
            (slot.constraint, slot.calculate) = (constraint, calculate);
            for (what, message) in
                [(What::Constraint, &bind.constraint_message), (What::Required, &bind.required_message)]
            {
                if let Some(message) = message {
                    let plan = match message {
                        Message::Plain(words) => TextPlan::words(words),
                        Message::Itext(id) => TextPlan::entry(id),
                    };
                    self.messages.insert((index, what), plan);
                }
            }
        }
    }

    fn control(&mut self, control: &Control, above: Option<u32>) {
        let slot = control.node.map(|node| node.0);
        let home = slot.or(above).unwrap_or(0);
        if let Some(slot) = slot {
            let (label, hint) = (self.text(control.label.as_ref(), home), self.text(control.hint.as_ref(), home));
            match control.kind {
                ControlKind::Action => {}
                // A repeat and the group around it stand at one node: the label is the group's.
                ControlKind::Repeat => {
                    let known = self.controls.entry(slot).or_default();
                    known.kind = ControlKind::Repeat;
                    known.label = known.label.take().or(label);
                    let count = control.attribute("jr:count").and_then(|count| self.expression(count, slot));
                    self.slots[slot as usize].count = count;
                }
                kind => {
                    let known = self.controls.entry(slot).or_default();
                    if known.kind != ControlKind::Repeat {
                        known.kind = kind;
                    }
                    (known.label, known.hint) = (label.or_else(|| known.label.take()), hint);
                }
            }
            self.items(control, slot);
        }
        for action in &control.actions {
            self.action(action, Some(home));
        }
        for child in &control.children {
            self.control(child, Some(home));
        }
    }

    fn items(&mut self, control: &Control, slot: u32) {
        let plan = match &control.items {
            Items::None => return,
            Items::Inline(items) => ItemsPlan::Inline(
                items
                    .iter()
                    .map(|item| (item.value.clone(), self.text(Some(&item.label), slot).unwrap_or_default()))
                    .collect(),
            ),
            Items::Set(set) => {
                let nodeset = self.expression(&set.nodeset, slot);
                let (value, label) = (self.expression(&set.value, slot), self.expression(&set.label, slot));
                for expr in value.into_iter().chain(label) {
                    self.homes[expr as usize] = None;
                }
                match (nodeset, value) {
                    (Some(nodeset), Some(value)) => ItemsPlan::Set { nodeset, value, label },
                    _ => return,
                }
            }
        };
        self.items.push(plan);
        let slot = &mut self.slots[slot as usize];
        slot.items = u32::try_from(self.items.len() - 1).ok();
        slot.picks = match control.kind {
            ControlKind::SelectOne => Picks::One,
            ControlKind::SelectMany | ControlKind::Rank => Picks::Many,
            _ => Picks::None,
        };
    }

    fn text(&mut self, text: Option<&Text>, home: u32) -> Option<TextPlan> {
        let text = text?;
        if let Some(id) = &text.itext {
            let known = self.text_homes.entry(id.clone()).or_insert(Some(home));
            // A text may stand at several nodes.
            *known = known.filter(|known| *known == home);
        }
        Some(TextPlan {
            itext: text.itext.clone(),
            reference: text.reference.as_deref().and_then(|reference| self.expression(reference, home)),
            parts: self.parts(text.parts.clone(), home),
        })
    }

    fn parts(&mut self, parts: Vec<Part>, home: u32) -> Vec<PartPlan> {
        let part = |part: Part| match part {
            Part::Plain(words) => Some(PartPlan::Plain(words)),
            Part::Output(text) => self.expression(&text, home).map(PartPlan::Output),
        };
        parts.into_iter().filter_map(part).collect()
    }

    /// Takes the texts over, since a list of 50,000 choices in two languages is not to be held twice.
    fn compile_texts(&mut self, count: usize, entries: Vec<TextEntry>) {
        for entry in entries {
            let begun = self.homes.len();
            let home = self.text_homes.get(&entry.id).copied().flatten();
            let mut plan: EntryPlan = vec![None; count];
            for value in entry.values.into_iter().filter(|value| value.form.is_none()) {
                plan[usize::from(value.language)] = Some(self.parts(value.parts, 0));
            }
            self.texts.insert(entry.id, plan);
            self.homes[begun..].fill(home);
        }
    }

    /// Finds what depends on what, and turns paths to single nodes into slots.
    fn connect(&mut self) {
        let count = u32::try_from(self.slots.len()).unwrap_or(0);
        let mut graph = Graph::new(self.slots.len());
        let mut asks_itself = Vec::new();
        for index in 0..count {
            let slot = &self.slots[index as usize];
            for what in slot.whats() {
                let expr = match (what, slot.items.map(|items| &self.items[items as usize])) {
                    (What::Items, Some(ItemsPlan::Set { nodeset, .. })) => *nodeset,
                    _ => match slot.expr(what) {
                        Some(expr) => expr,
                        None => continue,
                    },
                };
                let reads = self.reads(expr, index);
                graph.add(index, what, &reads);
                if what == What::Relevant {
                    asks_itself.extend(reads.iter().any(|read| self.is_at_or_below(read.slot, index)).then_some(index));
                }
            }
        }
        for slot in asks_itself {
            self.slots[slot as usize].asks_itself = true;
        }
        graph.rank(&mut self.slots);
        for readers in &mut graph.readers {
            readers.sort_unstable();
            readers.dedup();
        }
        self.graph = graph;
        let places = Places { slots: &self.slots, by_name: &self.by_name, names: &self.tree.names };
        for (home, expr) in self.homes.iter().zip(self.exprs.iter_mut()) {
            to_slots(expr, places, *home, true);
        }
        for finding in &mut self.findings {
            let home = finding.path.parse().unwrap_or(0);
            finding.path = self.definition.path(NodeId(home));
        }
    }

    fn is_at_or_below(&self, slot: u32, above: u32) -> bool {
        let up = |slot: &u32| self.slots[*slot as usize].parent;
        std::iter::successors(Some(slot), up).any(|slot| slot == above)
    }

    fn reads(&self, expr: ExprId, home: u32) -> BTreeSet<super::depend::Read> {
        let (slots, by_name, names) = (&self.slots, &self.by_name, &self.tree.names);
        let choice_paths = &self.choice_paths;
        let mut finder = Finder { slots, by_name, names, choice_paths, home, reads: BTreeSet::new() };
        finder.search(&self.exprs[expr as usize]);
        finder.reads
    }
}

/// What paths are looked up in.
#[derive(Clone, Copy)]
struct Places<'a> {
    slots: &'a [Slot],
    by_name: &'a ByName,
    names: &'a Names,
}

impl Places<'_> {
    fn single(self, home: u32, path: &Path) -> Option<u32> {
        single(self.slots, self.by_name, self.names, home, path)
    }
}

/// Turns paths that name one node into slots. Below a condition the context is another one.
fn to_slots(expr: &mut Expr, places: Places<'_>, home: Option<u32>, top: bool) {
    if let Expr::Path(path) = expr {
        let known = match &path.start {
            Start::Root => places.single(0, path),
            Start::Here if top => home.and_then(|home| places.single(home, path)),
            Start::Here => None,
            Start::Nodes(..) => home.and_then(|home| places.single(home, path)),
        };
        if let Some(slot) = known {
            *expr = Expr::Slot(slot);
            return;
        }
    }
    match expr {
        Expr::Number(_) | Expr::Text(_) | Expr::Broken(_) | Expr::Slot(_) => {}
        Expr::Negate(inner) => to_slots(inner, places, home, top),
        Expr::Binary(_, left, right) | Expr::Union(left, right) => {
            to_slots(left, places, home, top);
            to_slots(right, places, home, top);
        }
        Expr::Call(_, arguments) => {
            for argument in arguments {
                to_slots(argument, places, home, top);
            }
        }
        Expr::Path(path) => {
            if let Start::Nodes(start, predicates) = &mut path.start {
                to_slots(start, places, home, top);
                for predicate in predicates {
                    to_slots(predicate, places, home, false);
                }
            }
            for predicate in path.steps.iter_mut().flat_map(|step| &mut step.predicates) {
                to_slots(predicate, places, home, false);
            }
        }
    }
}
