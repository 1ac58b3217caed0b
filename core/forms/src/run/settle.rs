//! Reckons again what depends on a change, in the order of ranks.
//!
//! Owns the queue. Refuses to reckon what nothing changed for. Invariant: when the queue is empty, every value, every
//! relevance and every judgement is what its expression gives; a circle is given up after a bound.

use super::fill::Run;
use super::plan::{Picks, What};
use super::value::kept;
use crate::tree::Spot;
use gridwalk_model::limits;

/// Something to reckon. What can move values comes first, then by rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Task {
    judges: bool,
    rank: u32,
    what: What,
    slot: u32,
    /// The node; of a count the one that the copies stand in.
    spot: Spot,
}

impl Run {
    pub(super) fn push(&mut self, slot: u32, what: What, spot: Spot) {
        let rank = self.form.slots[slot as usize].rank;
        self.queue.insert(Task { judges: !what.moves_values(), rank, what, slot, spot });
    }

    /// Works until nothing is left to reckon.
    pub(super) fn settle(&mut self) {
        self.drain();
        while let Some(copy) = self.fresh.pop() {
            if self.state(copy).alive && self.opened {
                self.act(&["odk-new-repeat"], Some(copy));
            }
        }
    }

    fn drain(&mut self) {
        let most = limits::FORM_RECKONINGS_MAX.max(self.states.len() as u64 * 64);
        let begun = self.reckoned;
        while let Some(task) = self.queue.pop_first() {
            if self.reckoned - begun > most {
                self.queue.clear();
                return;
            }
            if self.state(task.spot).alive {
                self.reckoned += 1;
                self.perform(task);
            }
        }
    }

    fn perform(&mut self, task: Task) {
        let spot = task.spot;
        match task.what {
            What::Items => self.refresh(spot),
            What::Action(index) => self.write(usize::from(index), spot),
            What::Count => self.count(task.slot, spot),
            what => {
                let Some(expr) = self.form.slots[task.slot as usize].expr(what) else { return };
                if what == What::Calculate {
                    self.calculate(expr, task.slot, spot);
                    return;
                }
                let flag = self.evaluator(spot).flag(&self.form.exprs[expr as usize]);
                match what {
                    What::Relevant => {
                        // What cannot be reckoned hides nothing.
                        self.state_mut(spot).own_relevant = flag.unwrap_or(true);
                        self.spread(spot);
                    }
                    What::Required => self.state_mut(spot).required = flag.unwrap_or(false),
                    What::Readonly => self.state_mut(spot).readonly = flag.unwrap_or(false),
                    _ => self.state_mut(spot).right = flag.unwrap_or(true),
                }
            }
        }
    }

    fn calculate(&mut self, expr: u32, slot: u32, spot: Spot) {
        if !self.state(spot).relevant {
            return;
        }
        let text = match self.evaluator(spot).text(&self.form.exprs[expr as usize]) {
            Ok(text) => text.into_owned(),
            Err(_) => String::new(),
        };
        let slot = &self.form.slots[slot as usize];
        // The values of a question with choices are looked at when it is refreshed.
        let text = kept(slot.data_type, &text);
        self.state_mut(spot).typed = text.into();
        self.refresh(spot);
    }

    /// Hands on whether a node is asked to all below it.
    fn spread(&mut self, spot: Spot) {
        let above = self.tree.parent(spot).is_none_or(|parent| self.state(parent).relevant);
        let relevant = above && self.state(spot).own_relevant;
        if self.state(spot).relevant == relevant {
            return;
        }
        self.state_mut(spot).relevant = relevant;
        let slot = self.state(spot).slot;
        if !self.form.slots[slot as usize].is_group {
            self.refresh(spot);
            if relevant && self.form.slots[slot as usize].calculate.is_some() {
                self.push(slot, What::Calculate, spot);
            }
        }
        let mut below: Vec<Spot> = self.tree.attributes(spot).collect();
        below.extend(self.tree.children(spot).filter(|child| self.tree.kind(*child) == crate::tree::Kind::Element));
        for child in below {
            self.spread(child);
        }
    }

    /// Puts into the tree what a node's answer counts as now, and tells those who read it.
    pub(super) fn refresh(&mut self, spot: Spot) {
        let state = self.state(spot);
        let slot = &self.form.slots[state.slot as usize];
        if slot.is_group {
            return;
        }
        let text = match (state.relevant, slot.items, slot.picks) {
            (false, _, _) => String::new(),
            (true, Some(items), Picks::One | Picks::Many) => self.on_offer(items, spot, &state.typed),
            _ => state.typed.to_string(),
        };
        if self.tree.own_text(spot) != text {
            self.tree.set_text(spot, &text);
            self.changed(spot);
        }
    }

    /// Puts into the queue whatever reads a node.
    pub(super) fn changed(&mut self, spot: Spot) {
        let slot = self.state(spot).slot;
        for index in 0..self.form.graph.readers[slot as usize].len() {
            let reader = self.form.graph.readers[slot as usize][index];
            let Some(shared) = self.find(reader.anchor, spot) else { continue };
            self.push_all(reader.slot, reader.what, reader.anchor, shared, spot);
        }
        if self.returning {
            return;
        }
        for index in 0..self.form.actions.len() {
            let action = &self.form.actions[index];
            let target = action.target;
            if action.source != Some(slot) || !action.is_on("xforms-value-changed") {
                continue;
            }
            let Some(target_spot) = self.find(target, spot) else { continue };
            self.push(target, What::Action(u16::try_from(index).unwrap_or(u16::MAX)), target_spot);
        }
    }

    pub(super) fn push_all(&mut self, slot: u32, what: What, anchor: u32, shared: Spot, cause: Spot) {
        let below = match what {
            What::Count => self.form.slots[slot as usize].parent.unwrap_or(0),
            _ => slot,
        };
        let above = if what == What::Count && anchor == slot { below } else { anchor };
        for spot in self.all(below, above, shared) {
            // What an answer says of itself is no reason to reckon it again.
            if spot != cause || !matches!(what, What::Calculate | What::Items) {
                self.push(slot, what, spot);
            }
        }
    }
}
