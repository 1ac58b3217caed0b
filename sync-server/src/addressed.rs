//! Addressed records: what of a change about one person is not taken, whatever its author's roles.
//!
//! Owns the bounds beside the table of rights. Refuses to know kinds: the model says which records are about somebody and
//! what oversteps. Invariant: nobody's word about themselves counts where somebody else's is wanted, and nobody is named the
//! organiser of what another one organises.

use crate::error::Result;
use crate::rights::Judgement;
use crate::store::StateRow;
use crate::writing::Reading;
use gridwalk_model::change::Change;
use gridwalk_model::id::RecordId;
use gridwalk_model::kind::addressed::{ORGANISER, named, oversteps};
use gridwalk_model::kind::attendance::ACTIVITY;
use gridwalk_model::kind::{Kind, addressed};
use gridwalk_model::op::Op;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::value::Value;

/// Why a change about somebody is not taken; `None` if it is, or is about nobody.
pub(crate) fn refuses(r: &Reading<'_>, change: &Change, row: Option<&StateRow>) -> Result<Option<Judgement>> {
    if Kind::from_name(&change.kind).is_none_or(|kind| kind.addressed().is_empty()) {
        return Ok(None);
    }
    let refused = |hint: &str| Ok(Some(Judgement::Refused { code: "not_permitted", hint: hint.to_owned() }));
    let state = row.map(|row| read_state(&row.bytes)).transpose()?;
    if let Some(hint) = oversteps(change, state.as_ref()) {
        return refused(hint);
    }
    if change.kind != Kind::Attendance.name() || state.is_some() {
        return Ok(None);
    }
    let written = |field: &str| change.ops.iter().find_map(|op| put(op, field));
    let Some(activity) = written(ACTIVITY) else { return refused(ACTIVITY) };
    let known = r.tx.state(change.space, activity)?.map(|row| read_state(&row.bytes)).transpose()?;
    let organiser = known.as_ref().and_then(|activity| named(activity, addressed::ORGANISER));
    // Whose activity nobody knows any more, or disagrees about, has no organiser to be checked against.
    match (organiser, written(ORGANISER)) {
        (Some(organiser), Some(said)) if said.0 != organiser.0 => refused(ORGANISER),
        _ => Ok(None),
    }
}

/// The record or account that an operation writes into a field.
fn put(op: &Op, field: &str) -> Option<RecordId> {
    match op {
        Op::Put { field: at, value: Some(Value::Id(id)), within: None, .. } if at == field => Some(*id),
        _ => None,
    }
}
