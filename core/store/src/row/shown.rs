//! What a row says of a record or a group: the one place where the store asks the model about kinds.
//!
//! Owns what the view tables hold beside the model's row. Refuses to read SQL. Invariant: a function of the view alone.

use gridwalk_model::kind::{self, home};
use gridwalk_model::moved::is_reserved;
use gridwalk_model::row::{self, Row};
use gridwalk_model::view::GroupView;
use gridwalk_model::workflow::Workflow;
use gridwalk_model::{AccountId, State, Timestamp, Value};

/// What the view tables hold of one row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    pub row: Row,
    /// Whether it takes its parent's unit.
    pub inherits: bool,
    pub changed_at: Timestamp,
    pub changed_by: AccountId,
    /// Outline of a unit.
    pub boundary: Option<Value>,
}

/// The workflow of a kind, for the prediction of steps.
pub(crate) fn workflow_of(kind: &str) -> &'static Workflow {
    kind::workflow_of(kind)
}

/// Newest effective time in a state, and whose.
fn last_change(state: &State) -> (Timestamp, AccountId) {
    let typed = state.registers().filter(|(_, field, _)| !is_reserved(field));
    let heads = typed.flat_map(|(_, _, r)| r.heads.iter().map(|h| &h.tag));
    let adds = state.sets.values().flat_map(|s| s.adds.iter().map(|a| &a.tag));
    let rest = state.steps.iter().map(|s| &s.tag).chain(state.edits.iter().map(|e| &e.tag));
    let newest = heads.chain(adds).chain(rest).max_by_key(|t| t.order());
    newest.map_or((Timestamp(0), AccountId::default()), |t| (t.effective, t.author))
}

/// What the view says of a record or a group.
pub(crate) fn shown(view: &GroupView<'_>) -> Shown {
    let kind = view.front().map_or("", State::kind);
    let changes = view.members.iter().map(|m| last_change(m));
    let (changed_at, changed_by) = changes.max_by_key(|(at, _)| *at).unwrap_or_default();
    let boundary = view.field("boundary", kind::policy_of(kind, "boundary")).and_then(|f| f.value.cloned());
    let inherits = view.front().is_some_and(home::is_below);
    Shown { row: row::row(view), inherits, changed_at, changed_by, boundary }
}
