//! Home: the units and the parents that a state names, from which audiences and lists are made.
//!
//! Owns the rule that all heads count, so that two moves at once hide a record from nobody. Refuses to follow parents:
//! whoever holds rows does. Invariant: the unit that changes name counts only while no unit head exists.

use super::{Kind, PARENT, UNIT};
use crate::id::{RecordId, UnitId};
use crate::state::State;

/// The units that the state itself names: a unit is at home in itself; otherwise all unit heads, or without any the
/// units that its changes named. A record below another takes the units of its parents instead, as far as one of them
/// is known; these are for when none is.
pub fn own_units(state: &State) -> Vec<UnitId> {
    if state.kind() == Kind::Unit.name() {
        return vec![state.record.unit()];
    }
    let heads = state.head_ids(UNIT);
    if heads.is_empty() { state.named.clone() } else { heads.into_iter().map(RecordId::unit).collect() }
}

/// All parents that heads name.
pub fn parents(state: &State) -> Vec<RecordId> {
    state.head_ids(PARENT)
}

/// Whether the record takes the units of its parents: it names one, and its kind is below others or of a later version.
pub fn is_below(state: &State) -> bool {
    let table = Kind::from_name(state.kind()).map(Kind::table);
    table.is_none_or(|t| matches!(t.home, super::Home::Parent(_))) && !parents(state).is_empty()
}
