//! Copies of repeats: made with all their nodes, taken out, counted.
//!
//! Owns blocks. Refuses to ask whether a copy is wanted. Invariant: the copies of a repeat stand beside each other in
//! the tree, in their order.

use super::fill::{Run, RunFault, State};
use super::plan::{Slot, What};
use super::value::kept;
use crate::definition::NodeKind;
use crate::tree::{Kind, NameId, Spot};
use gridwalk_model::limits;

/// Where a block's first node is put.
#[derive(Clone, Copy)]
enum Place {
    /// After all others.
    Last,
    /// After a brother, or before all if there is none.
    After(Option<Spot>),
}

impl Run {
    /// Makes the nodes that stand in no repeat.
    pub(super) fn plant_root(&mut self) -> Spot {
        let root = self.block(None, 0, self.document, Place::Last, None);
        self.fill_block(root, None, true);
        root
    }

    /// The slots of a block, in order.
    fn slots_of(&self, repeat: Option<u32>) -> Vec<u32> {
        let from = repeat.unwrap_or(0);
        let own = |index: &u32| self.form.slots[*index as usize].repeat == repeat;
        (from..u32::try_from(self.form.slots.len()).unwrap_or(0)).filter(own).collect()
    }

    /// Makes the nodes of a block, without the copies of repeats in it.
    fn block(&mut self, repeat: Option<u32>, top: u32, parent: Spot, place: Place, copy: Option<u32>) -> Spot {
        let mut first: Option<Spot> = None;
        for index in self.slots_of(repeat) {
            let Slot { kind, parent: above, name, .. } = self.form.slots[index as usize];
            let name = name.unwrap_or(NameId::NONE);
            let spot = match (first, above) {
                (Some(first), Some(above)) => {
                    let parent = first.later(self.form.slots[above as usize].offset);
                    match kind {
                        NodeKind::Element => self.tree.element(parent, name),
                        NodeKind::Attribute => self.tree.attribute(parent, Kind::Attribute, name, ""),
                    }
                }
                _ => match place {
                    Place::After(brother) => self.tree.element_after(parent, brother, name),
                    Place::Last => self.tree.element(parent, name),
                },
            };
            let block = *first.get_or_insert(spot);
            let mut state = State::blank(index, block);
            let node = &self.form.definition.nodes[index as usize];
            let slot = &self.form.slots[index as usize];
            state.typed = kept(slot.data_type, &node.value).into();
            // What is asked by its own answer is not asked before there is one.
            state.own_relevant = !slot.asks_itself;
            let above = self.tree.parent(spot).is_none_or(|parent| self.state(parent).relevant);
            state.relevant = above && state.own_relevant;
            self.states.push(state);
        }
        let first = first.unwrap_or(parent);
        if let Some(copy) = copy {
            self.seed(top, first, copy);
        }
        first
    }

    /// Sets what an initial copy begins with.
    fn seed(&mut self, repeat: u32, block: Spot, copy: u32) {
        let seeds = self.form.definition.nodes[repeat as usize].repeat.as_ref().map(|repeat| repeat.seeds.clone());
        for seed in seeds.unwrap_or_default().into_iter().filter(|seed| seed.copy == copy) {
            let slot = &self.form.slots[seed.node.0 as usize];
            if slot.repeat == Some(repeat) {
                let spot = block.later(slot.offset);
                self.state_mut(spot).typed = seed.value.into();
            }
        }
    }

    /// Puts answers, inner copies and everything that has to be reckoned into a new block.
    fn fill_block(&mut self, block: Spot, repeat: Option<u32>, first: bool) {
        for slot in self.slots_of(repeat) {
            let spot = block.later(self.form.slots[slot as usize].offset);
            self.refresh(spot);
            let whats: Vec<What> = self.form.slots[slot as usize].whats().filter(|what| *what != What::Count).collect();
            for what in whats {
                self.push(slot, what, spot);
            }
            for inner in self.form.slots[slot as usize].children.clone() {
                if self.form.slots[inner as usize].is_repeat {
                    self.begin_repeat(inner, spot, first);
                }
            }
        }
    }

    /// Makes the copies that a repeat begins with: in a copy from a template those of the template.
    fn begin_repeat(&mut self, repeat: u32, parent: Spot, first: bool) {
        self.copies.insert((parent, repeat), Vec::new());
        if self.form.slots[repeat as usize].count.is_some() {
            self.push(repeat, What::Count, parent);
            return;
        }
        let plan = self.form.definition.nodes[repeat as usize].repeat.as_ref();
        let initial = plan.map_or(0, |plan| if first || !plan.template { plan.initial } else { plan.later });
        for copy in 0..initial.min(limits::FORM_COPIES_MAX) {
            self.make_copy(repeat, parent, copy as usize, first.then_some(copy));
        }
    }

    /// The element after which the first copy of a repeat stands.
    fn place_of(&self, repeat: u32, parent: Spot) -> Option<Spot> {
        let above = self.form.slots[repeat as usize].parent?;
        let brothers = &self.form.slots[above as usize].children;
        let place = brothers.iter().position(|brother| *brother == repeat)?;
        brothers[..place].iter().rev().find_map(|brother| {
            let slot = &self.form.slots[*brother as usize];
            match (slot.kind, slot.is_repeat) {
                (NodeKind::Attribute, _) => None,
                (_, true) => self.copies.get(&(parent, *brother)).and_then(|copies| copies.last().copied()),
                (_, false) => Some(self.state(parent).block.later(slot.offset)),
            }
        })
    }

    pub(super) fn make_copy(&mut self, repeat: u32, parent: Spot, at: usize, initial: Option<u32>) -> Spot {
        let copies = self.copies.get(&(parent, repeat)).map_or(&[][..], Vec::as_slice);
        let brother = match at.checked_sub(1).and_then(|before| copies.get(before)) {
            Some(before) => Some(*before),
            None => self.place_of(repeat, parent),
        };
        let begins_with = self.form.definition.nodes[repeat as usize].repeat.as_ref().map_or(0, |plan| plan.initial);
        let initial = initial.filter(|copy| *copy < begins_with);
        let block = self.block(Some(repeat), repeat, parent, Place::After(brother), initial);
        self.copies.entry((parent, repeat)).or_default().insert(at, block);
        self.fill_block(block, Some(repeat), initial.is_some());
        self.shifted(repeat, parent, at);
        block
    }

    /// Tells those who read a copy, or a place after it, that it is there.
    fn shifted(&mut self, repeat: u32, parent: Spot, from: usize) {
        let later: Vec<Spot> = self.copies.get(&(parent, repeat)).into_iter().flatten().skip(from).copied().collect();
        for copy in later {
            self.changed(copy);
        }
    }

    /// Adds a copy after so many others.
    pub fn add_copy(&mut self, repeat: u32, parent: Spot, at: usize) -> Result<Spot, RunFault> {
        let slot = self.form.slots.get(repeat as usize).filter(|slot| slot.is_repeat).ok_or(RunFault::NoAnswer)?;
        if slot.count.is_some() {
            return Err(RunFault::Counted);
        }
        let there = self.copies.get(&(parent, repeat)).map_or(0, Vec::len);
        if there >= limits::FORM_COPIES_MAX as usize {
            return Err(RunFault::TooMany);
        }
        let block = self.make_copy(repeat, parent, at.min(there), None);
        self.settle();
        self.act(&["odk-new-repeat"], Some(block));
        Ok(block)
    }

    /// Takes a copy out.
    pub fn remove_copy(&mut self, repeat: u32, parent: Spot, at: usize) -> Result<(), RunFault> {
        let slot = self.form.slots.get(repeat as usize).filter(|slot| slot.is_repeat).ok_or(RunFault::NoAnswer)?;
        if slot.count.is_some() {
            return Err(RunFault::Counted);
        }
        if self.copies.get(&(parent, repeat)).is_none_or(|copies| at >= copies.len()) {
            return Err(RunFault::NoAnswer);
        }
        self.take_copy(repeat, parent, at);
        self.settle();
        Ok(())
    }

    pub(super) fn take_copy(&mut self, repeat: u32, parent: Spot, at: usize) {
        let Some(block) = self.copies.get_mut(&(parent, repeat)).map(|copies| copies.remove(at)) else { return };
        self.bury(block);
        self.tree.remove(block);
        self.vanished(repeat, repeat, parent);
        self.shifted(repeat, parent, at);
    }

    /// Marks all nodes of a copy as gone.
    fn bury(&mut self, top: Spot) {
        self.state_mut(top).alive = false;
        let below: Vec<Spot> = self.tree.attributes(top).chain(self.tree.children(top)).collect();
        for child in below {
            if self.tree.kind(child) != Kind::Text {
                self.bury(child);
            }
        }
        self.copies.retain(|(parent, _), _| *parent != top);
    }

    /// Tells those outside a copy who read what was in it.
    fn vanished(&mut self, slot: u32, repeat: u32, parent: Spot) {
        for index in 0..self.form.graph.readers[slot as usize].len() {
            let reader = self.form.graph.readers[slot as usize][index];
            if !self.is_within(reader.anchor, repeat)
                && let Some(shared) = self.find(reader.anchor, parent)
            {
                self.push_all(reader.slot, reader.what, reader.anchor, shared, parent);
            }
        }
        for child in self.form.slots[slot as usize].children.clone() {
            self.vanished(child, repeat, parent);
        }
    }

    fn is_within(&self, slot: u32, repeat: u32) -> bool {
        let up = |slot: &u32| self.form.slots[*slot as usize].parent;
        std::iter::successors(Some(slot), up).any(|slot| slot == repeat)
    }

    /// Makes as many copies as the count says.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the number lies within the limit")]
    pub(super) fn count(&mut self, repeat: u32, parent: Spot) {
        let Some(expr) = self.form.slots[repeat as usize].count else { return };
        let home = self.copies.get(&(parent, repeat)).and_then(|copies| copies.first()).copied().unwrap_or(parent);
        let value = self.evaluator(home).value(&self.form.exprs[expr as usize]);
        let number = value.map_or(f64::NAN, |value| value.number(&self.tree, self.evaluator(home).ways()));
        let there = self.copies.get(&(parent, repeat)).map_or(0, Vec::len);
        if number.is_nan() {
            return;
        }
        let wanted = number.clamp(0.0, f64::from(limits::FORM_COPIES_MAX)).ceil() as usize;
        for at in there..wanted {
            let copy = u32::try_from(at).ok();
            let block = self.make_copy(repeat, parent, at, copy);
            self.fresh.push(block);
        }
        for at in (wanted..there).rev() {
            self.take_copy(repeat, parent, at);
        }
    }
}
