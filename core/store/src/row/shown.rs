//! What a row says of a record or a group: the one place where the store asks the model about kinds.
//!
//! Owns what the view tables hold beside the model's row. Refuses to read SQL. Invariant: a function of the view alone.

use crate::place::Bounds;
use gridwalk_model::kind::{self, Kind, home};
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
    /// Where a unit lies, or lay in an edition.
    pub boundary: Option<Bounds>,
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
    let boundary = bounds(view, kind);
    let inherits = view.front().is_some_and(home::is_below);
    Shown { row: row::row(view), inherits, changed_at, changed_by, boundary }
}

/// The boundary that a unit, or an edition of its boundary, says.
fn bounds(view: &GroupView<'_>, kind: &str) -> Option<Bounds> {
    let field = |name: &str| view.field(name, kind::policy_of(kind, name)).and_then(|f| f.value);
    let polygon = field("boundary")?.clone();
    let of = if kind == Kind::Boundary.name() { field(kind::PARENT)?.as_id()? } else { view.shown };
    let day = |name: &str| field(name).and_then(Value::as_int);
    Some(Bounds { unit: of.unit(), polygon, from: day("valid_from"), until: day("valid_to") })
}
