//! A form that was filled before: opened without what happens at first, with the answers put back as they stood.
//!
//! Owns putting back. Refuses to know where answers are kept. Invariant: while answers are put back no action runs and no
//! answer is judged away; afterwards the state is the one of a run in which they had been given.

use super::fill::{Run, Situation};
use super::form::Form;
use super::value::kept;
use crate::definition::NodeId;
use crate::tree::Spot;

impl Run {
    /// Opens a form that was filled before. Answers are put back before [`Run::resumed`].
    pub fn reopen(form: Form, situation: Situation) -> Run {
        let mut run = Run::laid_out(form, situation);
        run.returning = true;
        if !run.form.slots.is_empty() {
            run.root = run.plant_root();
            run.settle();
        }
        run
    }

    /// Puts an answer back as it was kept. What depends on it is reckoned with the next [`Run::returned`].
    pub fn put_back(&mut self, spot: Spot, text: &str) {
        self.state_mut(spot).typed = text.into();
        self.refresh(spot);
    }

    /// Puts a copy of a repeat back after so many others.
    pub fn copy_back(&mut self, repeat: NodeId, parent: Spot, at: usize) -> Spot {
        let there = self.copies(repeat, parent).len();
        self.make_copy(repeat.0, parent, at.min(there), None)
    }

    /// Leaves out a copy with which the form begins and that was taken out.
    pub fn leave_out(&mut self, repeat: NodeId, parent: Spot, at: usize) {
        if at < self.copies(repeat, parent).len() {
            self.take_copy(repeat.0, parent, at);
        }
    }

    /// Says that answers are put back from here on, as when a count brings copies back that were answered before.
    pub fn returning(&mut self) {
        self.returning = true;
    }

    /// Everything that came back is back.
    pub fn at_hand(&mut self) {
        self.returned();
        self.returning = false;
    }

    /// Reckons what was put back so far.
    pub fn returned(&mut self) {
        self.settle();
        self.fresh.clear();
    }

    /// Everything is back: from here on a person fills the form, and what happens whenever it is opened happens.
    pub fn resumed(&mut self) {
        self.at_hand();
        self.act(&["odk-instance-load", "xforms-ready"], None);
        self.opened = true;
    }

    /// The answer of a node, whether it is asked for or not.
    pub fn typed(&self, spot: Spot) -> &str {
        &self.state(spot).typed
    }

    /// What a node begins with.
    pub fn beginning(&self, spot: Spot) -> String {
        let slot = self.state(spot).slot as usize;
        kept(self.form.slots[slot].data_type, &self.form.definition.nodes[slot].value)
    }

    /// Whether a node has others below it, and so no answer.
    pub fn is_group(&self, spot: Spot) -> bool {
        self.form.slots[self.state(spot).slot as usize].is_group
    }

    /// The node that a node stands in; `None` above the root.
    pub fn above(&self, spot: Spot) -> Option<Spot> {
        if spot == self.root { None } else { self.tree.parent(spot) }
    }
}
