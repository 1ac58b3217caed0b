//! The form while it is filled: nodes, answers, and how a node is found.
//!
//! Owns opening, setting and the language. Refuses to keep answers anywhere else. Invariant: every node of the tree's
//! form has a state, and an answer that is not asked for now is kept but counts as blank.

use super::form::Form;
use super::plan::Picks;
use super::settle::Task;
use super::value::kept;
use crate::tree::{Spot, Tree};
use crate::xpath::{Evaluator, Indices, Patterns, Zone};
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

/// What a run is told about the world.
#[derive(Clone, Debug, Default)]
pub struct Situation {
    /// The moment, in milliseconds since 1970.
    pub now_ms: i64,
    /// How many minutes the clock is ahead of UTC.
    pub zone_minutes: i32,
    /// Where chance begins.
    pub seed: u64,
    /// Properties of the phone and its user: `deviceid`, `username`, …
    pub properties: HashMap<String, String>,
}

/// Why a change was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunFault {
    /// The node may not be changed by a person now.
    #[error("an answer that is only shown")]
    ReadOnly,
    /// The node holds no answer, or does not repeat.
    #[error("no place for an answer")]
    NoAnswer,
    /// How many copies there are follows from a count.
    #[error("copies that are counted")]
    Counted,
    /// There are as many copies as there may be.
    #[error("too many copies")]
    TooMany,
}

/// What is known of a node.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer to a question of its own")]
pub struct State {
    pub slot: u32,
    /// The first node of its block.
    pub block: Spot,
    pub own_relevant: bool,
    pub relevant: bool,
    pub required: bool,
    pub readonly: bool,
    pub right: bool,
    pub alive: bool,
    /// The answer, asked for or not.
    pub typed: Box<str>,
}

/// A form that is being filled.
#[derive(Debug)]
pub struct Run {
    pub(super) form: Form,
    pub(super) tree: Tree,
    /// How many nodes the lists have.
    pub(super) base: usize,
    pub(super) document: Spot,
    pub(super) root: Spot,
    pub(super) states: Vec<State>,
    pub(super) copies: HashMap<(Spot, u32), Vec<Spot>>,
    /// Copies that a count made and whose actions have not run yet.
    pub(super) fresh: Vec<Spot>,
    pub(super) queue: BTreeSet<Task>,
    pub(super) opened: bool,
    /// Whether answers are being put back: then no action runs.
    pub(super) returning: bool,
    pub(super) reckoned: u64,
    pub(super) situation: Situation,
    pub(super) language: usize,
    pub(super) chance: Cell<u64>,
    pub(super) indices: Indices,
    pub(super) patterns: Patterns,
}

impl Run {
    /// Opens a new form.
    pub fn open(form: Form, situation: Situation) -> Run {
        let mut run = Run::laid_out(form, situation);
        if !run.form.slots.is_empty() {
            run.root = run.plant_root();
            run.preload();
            run.settle();
            run.act(&["odk-instance-first-load", "odk-instance-load", "xforms-ready"], None);
        }
        run.opened = true;
        run
    }

    /// A form with its lists, before its own nodes are made.
    pub(super) fn laid_out(mut form: Form, situation: Situation) -> Run {
        let mut tree = std::mem::take(&mut form.tree);
        let base = tree.len();
        let document = tree.document();
        let language = form.definition.itext.languages.iter().position(|language| language.default).unwrap_or(0);
        let chance = Cell::new(situation.seed);
        let mut run = Run {
            form,
            tree,
            base,
            document,
            root: document,
            states: Vec::new(),
            copies: HashMap::new(),
            fresh: Vec::new(),
            queue: BTreeSet::new(),
            opened: false,
            returning: false,
            reckoned: 0,
            situation,
            language,
            chance,
            indices: Indices::default(),
            patterns: Patterns::default(),
        };
        run.states.push(State::blank(0, document));
        run
    }

    /// How many expressions were reckoned since the form was opened.
    pub fn reckoned(&self) -> u64 {
        self.reckoned
    }

    /// The form that runs.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// Moves the clock.
    pub fn set_now(&mut self, now_ms: i64) {
        self.situation.now_ms = now_ms;
    }

    /// Shows another language; false if the form has no such. What was reckoned before stays as it is.
    pub fn set_language(&mut self, name: &str) -> bool {
        let languages = &self.form.definition.itext.languages;
        let found = languages.iter().position(|language| language.name == name);
        if let Some(language) = found {
            self.language = language;
        }
        found.is_some()
    }

    /// Sets an answer as a person does. An empty text clears it.
    pub fn set(&mut self, spot: Spot, text: &str) -> Result<(), RunFault> {
        let state = self.state(spot);
        if self.form.slots[state.slot as usize].is_group || !state.alive {
            return Err(RunFault::NoAnswer);
        }
        if self.is_readonly(spot) {
            return Err(RunFault::ReadOnly);
        }
        let slot = &self.form.slots[state.slot as usize];
        let text = match (slot.items, slot.picks) {
            (Some(items), Picks::One | Picks::Many) => self.in_order(items, spot, self.on_offer(items, spot, text)),
            _ => kept(slot.data_type, text),
        };
        self.state_mut(spot).typed = text.into();
        self.refresh(spot);
        self.settle();
        Ok(())
    }

    /// The state of a node.
    pub(super) fn state(&self, spot: Spot) -> &State {
        &self.states[spot.index() - self.base]
    }

    pub(super) fn state_mut(&mut self, spot: Spot) -> &mut State {
        &mut self.states[spot.index() - self.base]
    }

    /// Whether a person may not change a node, by itself or by a group above it.
    pub(super) fn is_readonly(&self, spot: Spot) -> bool {
        std::iter::successors(Some(spot), |spot| self.tree.parent(*spot)).any(|spot| self.state(spot).readonly)
    }

    /// The node of a slot whose repeats a node stands in, too.
    pub(super) fn find(&self, slot: u32, from: Spot) -> Option<Spot> {
        let wanted = self.form.slots.get(slot as usize)?;
        let mut from = from;
        loop {
            let block = self.state(from).block;
            if block == self.document {
                return None;
            }
            let own = &self.form.slots[self.state(block).slot as usize];
            if own.repeat == wanted.repeat {
                return Some(block.later(wanted.offset));
            }
            from = self.tree.parent(block)?;
        }
    }

    /// All nodes of a slot below a node of another slot, or that node itself.
    pub(super) fn all(&self, slot: u32, above: u32, top: Spot) -> Vec<Spot> {
        let slots = &self.form.slots;
        let outer = slots.get(above as usize).and_then(|slot| slot.repeat);
        let mut chain = Vec::new();
        let mut repeat = slots.get(slot as usize).and_then(|slot| slot.repeat);
        while let Some(inner) = repeat.filter(|inner| Some(*inner) != outer) {
            chain.push(inner);
            repeat = slots[inner as usize].parent.and_then(|parent| slots[parent as usize].repeat);
        }
        if repeat != outer {
            return Vec::new();
        }
        let mut blocks = vec![self.state(top).block];
        for inner in chain.iter().rev() {
            let Some(parent) = slots[*inner as usize].parent else { return Vec::new() };
            let offset = slots[parent as usize].offset;
            blocks = blocks
                .iter()
                .flat_map(|block| self.copies.get(&(block.later(offset), *inner)).into_iter().flatten().copied())
                .collect();
        }
        let offset = slots[slot as usize].offset;
        blocks.into_iter().map(|block| block.later(offset)).collect()
    }

    /// An evaluator at a node.
    pub(super) fn evaluator(&self, spot: Spot) -> Evaluator<'_> {
        let mut evaluator = Evaluator::new(&self.tree, self, &self.indices, &self.patterns, spot);
        evaluator.root = Some(self.document);
        evaluator
    }

    /// The clock of the place.
    pub(super) fn zone_of_place(&self) -> Zone {
        Zone { minutes: self.situation.zone_minutes }
    }
}

impl State {
    pub(super) fn blank(slot: u32, block: Spot) -> State {
        State {
            slot,
            block,
            own_relevant: true,
            relevant: true,
            required: false,
            readonly: false,
            right: true,
            alive: true,
            typed: "".into(),
        }
    }
}
