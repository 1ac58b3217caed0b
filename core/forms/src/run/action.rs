//! Actions: `setvalue` when a form opens, a repeat grows or a value changes (ODK XForms, “Actions”).
//!
//! Owns which action runs on which event. Refuses places and sounds: the shell measures and records. Invariant: an
//! action writes only where the form asks.

use super::fill::Run;
use super::form::Form;
use super::plan::ExprId;
use super::value::kept;
use crate::definition::{Action, ActionKind};
use crate::tree::Spot;

/// An action, compiled.
#[derive(Clone, Debug)]
pub struct ActionPlan {
    /// On which events.
    pub events: Vec<String>,
    /// The slot that it writes to.
    pub target: u32,
    /// The slot whose change it waits for.
    pub source: Option<u32>,
    /// What it writes.
    pub value: Option<ExprId>,
    /// What it writes without an expression.
    pub text: String,
}

impl ActionPlan {
    pub(super) fn is_on(&self, event: &str) -> bool {
        self.events.iter().any(|known| known == event)
    }
}

impl Form {
    pub(super) fn action(&mut self, action: &Action, source: Option<u32>) {
        if action.kind != ActionKind::SetValue {
            return;
        }
        let target = action.target.0;
        let value = action.value.as_deref().and_then(|value| self.expression(value, target));
        let (events, text) = (action.events.clone(), action.text.clone());
        self.actions.push(ActionPlan { events, target, source, value, text });
    }
}

impl Run {
    /// Does what an event asks for at the nodes below one, or everywhere.
    pub(super) fn act(&mut self, events: &[&str], block: Option<Spot>) {
        for index in 0..self.form.actions.len() {
            let action = &self.form.actions[index];
            if !events.iter().any(|event| action.is_on(event)) {
                continue;
            }
            let target = action.target;
            let top = block.unwrap_or(self.root);
            let above = self.state(top).slot;
            for spot in self.all(target, above, top) {
                // What is not asked when the form opens begins with what it was given.
                if self.state(spot).relevant {
                    self.write(index, spot);
                }
            }
        }
        self.settle();
    }

    /// Writes what an action says.
    pub(super) fn write(&mut self, index: usize, spot: Spot) {
        let action = &self.form.actions[index];
        let text = match action.value {
            Some(value) => match self.evaluator(spot).text(&self.form.exprs[value as usize]) {
                Ok(text) => text.into_owned(),
                Err(_) => return,
            },
            None => action.text.clone(),
        };
        let data_type = self.form.slots[self.state(spot).slot as usize].data_type;
        self.state_mut(spot).typed = kept(data_type, &text).into();
        self.refresh(spot);
    }
}
