//! Decide a disagreement: somebody has seen all values on the screen and says which it is.
//!
//! What arrived after the screen was opened is not covered: it stands beside the decision, and is shown.

use super::{Actor, Decision, Opened, edits};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// The end of a disagreement.
#[derive(Debug, Clone, PartialEq)]
pub struct Decide {
    /// The record.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The same of the other members of its same-as group; the decision is written to each that holds the field.
    pub also: Vec<Basis>,
    /// The field.
    pub field: String,
    /// The instance of a repeat that it belongs to.
    pub within: Option<String>,
    /// One of the values at odds, or another; `None` clears the field.
    pub choice: Option<Value>,
}

impl Decide {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::all(held, self.record, &self.basis, &self.also)?;
        let within = self.within.as_deref();
        if !opened.iter().any(|o| o.table.field(&self.field).is_some() || o.held_by(within, &self.field)) {
            let kind = opened.first().map_or("", |o| o.table.kind.name());
            return Err(Rejection::UnknownField { kind, field: self.field.clone() });
        }
        let heads: Vec<_> =
            opened.iter().filter_map(|o| o.state.register(within, &self.field)).flat_map(|r| &r.heads).collect();
        let agreed = heads.windows(2).all(|pair| pair[0].value == pair[1].value);
        if agreed && opened.iter().all(|o| o.saw_all(within, &self.field)) {
            return Err(Rejection::NothingToDecide { field: self.field.clone() });
        }
        let mut writes = Vec::new();
        for one in &opened {
            edits::permit(one.table, &self.field, actor.roles)?;
            if !one.held_by(within, &self.field) && one.state.record != self.record {
                continue;
            }
            let value = self.accepted(one)?;
            writes.push(one.write(vec![Wish::Put { field: self.field.clone(), value, within: self.within.clone() }]));
        }
        Decision::of(writes)
    }

    /// A value that is held already is taken as it is, also one of a later version; another one must fit.
    fn accepted(&self, one: &Opened<'_>) -> Result<Option<Value>, Rejection> {
        let register = one.state.register(self.within.as_deref(), &self.field);
        if register.is_some_and(|r| r.heads.iter().any(|h| h.value == self.choice)) || self.within.is_some() {
            return Ok(self.choice.clone());
        }
        self.choice.clone().map(|value| one.table.accept(&self.field, value)).transpose()
    }
}

impl Opened<'_> {
    fn held_by(&self, within: Option<&str>, field: &str) -> bool {
        self.state.register(within, field).is_some_and(|r| !r.heads.is_empty())
    }
}
