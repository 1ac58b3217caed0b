//! What a question offers: choices that stand in it, or the nodes of a list.
//!
//! Owns which values are on offer. Refuses to keep an answer that is not: it is blank while its choice is away.
//! Invariant: values stand in the order of the choices.

use super::fill::Run;
use super::plan::{ExprId, Picks};
use super::text::TextPlan;
use super::view::Choice;
use crate::definition::ControlKind;
use crate::tree::Spot;
use crate::xpath::{Expr, Function};

/// Where the choices of a control come from, compiled.
#[derive(Clone, Debug)]
pub enum ItemsPlan {
    /// They stand in it: values and labels.
    Inline(Vec<(String, TextPlan)>),
    /// Nodes, with what is stored and what is shown of each.
    Set { nodeset: ExprId, value: ExprId, label: Option<ExprId> },
}

impl Run {
    /// The values that are on offer at a node.
    pub(super) fn values_on_offer(&self, items: u32, spot: Spot) -> Vec<String> {
        match &self.form.items[items as usize] {
            ItemsPlan::Inline(items) => items.iter().map(|(value, _)| value.clone()).collect(),
            ItemsPlan::Set { nodeset, value, .. } => {
                let evaluator = self.evaluator(spot);
                let nodes = evaluator.nodes(&self.form.exprs[*nodeset as usize]).unwrap_or_default();
                let value = &self.form.exprs[*value as usize];
                nodes.into_iter().map(|node| evaluator.text_at(value, node).unwrap_or_default().into_owned()).collect()
            }
        }
    }

    /// What is left of an answer: those of its values that are on offer, each once.
    pub(super) fn on_offer(&self, items: u32, spot: Spot, typed: &str) -> String {
        if typed.is_empty() {
            return String::new();
        }
        let values = self.values_on_offer(items, spot);
        if self.form.slots[self.state(spot).slot as usize].picks == Picks::One {
            return if values.iter().any(|value| value == typed) { typed.to_owned() } else { String::new() };
        }
        let offered: std::collections::HashSet<&str> = values.iter().map(String::as_str).collect();
        let mut kept: Vec<&str> = Vec::new();
        for token in typed.split_ascii_whitespace() {
            if offered.contains(token) && !kept.contains(&token) {
                kept.push(token);
            }
        }
        kept.join(" ")
    }

    /// The values of an answer in the order of the choices, as several picks are kept; a ranking keeps its own order.
    pub(super) fn in_order(&self, items: u32, spot: Spot, picked: String) -> String {
        let control = self.form.controls.get(&self.state(spot).slot).map(|control| control.kind);
        if control != Some(ControlKind::SelectMany) || !picked.contains(' ') {
            return picked;
        }
        let mut values = self.values_on_offer(items, spot);
        values.retain(|value| picked.split(' ').any(|token| token == value));
        values.dedup();
        values.join(" ")
    }

    /// The choices at a node, in the language that is shown.
    pub fn choices(&self, spot: Spot) -> Vec<Choice> {
        let slot = self.state(spot).slot;
        let Some(items) = self.form.slots[slot as usize].items else { return Vec::new() };
        match &self.form.items[items as usize] {
            ItemsPlan::Inline(items) => items
                .iter()
                .map(|(value, label)| Choice {
                    value: value.clone(),
                    label: self.words(label, spot).unwrap_or_default(),
                })
                .collect(),
            ItemsPlan::Set { nodeset, value, label } => {
                let evaluator = self.evaluator(spot);
                let nodes = evaluator.nodes(&self.form.exprs[*nodeset as usize]).unwrap_or_default();
                let value = &self.form.exprs[*value as usize];
                let choice = |node: Spot| {
                    let value = evaluator.text_at(value, node).unwrap_or_default().into_owned();
                    let label = label.map_or_else(|| value.clone(), |label| self.item_label(label, node, spot));
                    Choice { value, label }
                };
                nodes.into_iter().map(choice).collect()
            }
        }
    }

    /// The label of an item: its text, or the itext that it names.
    fn item_label(&self, label: ExprId, item: Spot, spot: Spot) -> String {
        let evaluator = self.evaluator(spot);
        let expr = &self.form.exprs[label as usize];
        if let Expr::Call(Function::Itext, arguments) = expr {
            let id = evaluator.text_at(&arguments[0], item).unwrap_or_default();
            return self.entry(&id, spot).unwrap_or_default();
        }
        evaluator.text_at(expr, item).unwrap_or_default().into_owned()
    }

    /// The label of one choice at the question of a slot.
    pub(super) fn choice_label(&self, value: &str, spot: Spot) -> Option<String> {
        self.choices(spot).into_iter().find(|choice| choice.value == value).map(|choice| choice.label)
    }
}
