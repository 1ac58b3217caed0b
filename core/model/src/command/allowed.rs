//! What a person may do with a record now: the buttons of its screen.
//!
//! Owns the answer, so that no shell asks itself. Refuses to know words and order on the screen. Invariant: what is
//! offered here is not refused by `decide` for want of power or for the status; the server still has the last word.

use super::Actor;
use crate::kind::{CONFIRMED, Home, Kind};
use crate::op::Op;
use crate::state::State;
use crate::view::{GroupView, Policy};

/// One thing that may be done.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    /// Edit these fields and sets.
    Edit {
        /// Their names.
        fields: Vec<&'static str>,
    },
    /// Confirm that everything is as it is written.
    Confirm,
    /// Take a step.
    Step {
        /// Its code.
        step: &'static str,
        /// Where it leads.
        to: &'static str,
        /// What it asks for.
        asks: Vec<AnswerAsked>,
    },
    /// Add a record below.
    Add {
        /// Of this kind.
        kind: &'static str,
    },
    /// Decide these fields.
    Decide {
        /// Their names.
        fields: Vec<String>,
    },
    /// Move it.
    Move,
    /// Say that another record is the same thing.
    LinkSame,
    /// Take such a word back.
    UnlinkSame,
    /// Delete it.
    Delete,
}

/// One answer that a step asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AnswerAsked {
    /// Its name.
    pub name: &'static str,
    /// Its shape's name.
    pub shape: &'static str,
    /// Whether the step is not taken without it.
    pub required: bool,
}

/// What the actor may do with what is shown as one record. Nothing for kinds of a later version.
pub fn allowed_actions(view: &GroupView<'_>, actor: &Actor) -> Vec<Action> {
    let Some(front) = view.front() else { return Vec::new() };
    let Some(kind) = Kind::from_name(front.kind()) else { return Vec::new() };
    let table = kind.table();
    let may = |op: &Op| table.permits(op, actor.roles).is_ok();
    let mut actions = Vec::new();
    let home = |name: &str| name == crate::kind::UNIT || name == crate::kind::PARENT;
    let writable = table.fields.iter().chain(table.sets).filter(|f| f.write.meets(actor.roles));
    let fields: Vec<_> = writable.clone().map(|f| f.name).filter(|n| !home(n) && *n != CONFIRMED).collect();
    if !fields.is_empty() {
        actions.push(Action::Edit { fields });
    }
    if table.set(CONFIRMED).is_some_and(|f| f.write.meets(actor.roles)) {
        actions.push(Action::Confirm);
    }
    for row in kind.steps().open_to(front, actor) {
        let asks = row.asks.iter().map(|a| AnswerAsked { name: a.name, shape: a.shape.name(), required: a.required });
        actions.push(Action::Step { step: row.step, to: row.to, asks: asks.collect() });
    }
    for below in Kind::ALL {
        let fits = match below.table().home {
            Home::Parent(kinds) => kinds.contains(&kind),
            Home::Unit => {
                kind == Kind::Unit || below.table().field(crate::kind::PARENT).is_some_and(|f| f.shape.refers_to(kind))
            }
            Home::Itself => false,
        };
        if fits && below.table().writers().meets(actor.roles) {
            actions.push(Action::Add { kind: below.name() });
        }
    }
    let at_odds = fields_at_odds(view, kind);
    let at_odds: Vec<_> = at_odds.into_iter().filter(|f| super::edits::permit(table, f, actor.roles).is_ok()).collect();
    if !at_odds.is_empty() {
        actions.push(Action::Decide { fields: at_odds });
    }
    if writable.clone().any(|f| home(f.name)) && table.home != Home::Itself {
        actions.push(Action::Move);
    }
    if may(&Op::Link { other: front.record }) && kind != Kind::Unit {
        actions.push(if links(&view.members) { Action::UnlinkSame } else { Action::LinkSame });
    }
    if may(&Op::Delete { timeline: crate::id::TimelineId::default(), pos: 0, own: Vec::new() }) {
        actions.push(Action::Delete);
    }
    actions
}

/// Names of the fields whose values are at odds, by the kind's policies.
pub fn fields_at_odds(view: &GroupView<'_>, kind: Kind) -> Vec<String> {
    let policy = |name: &str| kind.table().field(name).map_or(Policy::Review, |f| f.policy);
    let names = view.field_names().into_iter();
    names.filter(|n| view.field(n, policy(n)).is_some_and(|f| !f.at_odds.is_empty())).map(str::to_owned).collect()
}

fn links(members: &[&State]) -> bool {
    members.iter().any(|m| !m.links().is_empty())
}
