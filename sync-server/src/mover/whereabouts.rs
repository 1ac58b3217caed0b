//! Where a record lives, and where it should.
//!
//! Owns the way along hand-overs, and the rule when a record is due for one. Refuses to write. Invariant: a record is due
//! only when everything that says where it belongs names one other space; where people disagree it stays where it is,
//! seen by everybody who saw it.

use crate::error::Result;
use crate::store::Tx;
use gridwalk_model::id::{RecordId, SpaceId, UnitId};
use gridwalk_model::kind::{PARENT, UNIT, home};
use gridwalk_model::limits;
use gridwalk_model::moved::Destination;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use std::collections::BTreeSet;

/// Where a record lives now, whatever id it had when it was named; looked for here first. `None` if nobody has it.
pub fn living(tx: &dyn Tx, here: SpaceId, record: RecordId) -> Result<Option<Destination>> {
    Ok(at_home(tx, here, record)?.map(|(at, _)| at))
}

/// Where a record lives, with the units that it is at home in there, if anything is known of that.
pub type AtHome = (Destination, Option<Vec<UnitId>>);

/// Where a record lives now, and in which units.
pub fn at_home(tx: &dyn Tx, here: SpaceId, record: RecordId) -> Result<Option<AtHome>> {
    let Some((space, units)) = tx.home_nearest(here, record)? else { return Ok(None) };
    let (mut at, mut units) = (Destination { space, record }, Some(units));
    for _ in 0..limits::ORIGINS_MAX {
        if units.as_ref().is_none_or(|units| !units.is_empty()) {
            break;
        }
        let state = tx.state(at.space, at.record)?.map(|row| read_state(&row.bytes)).transpose()?;
        let Some(next) = state.and_then(|s| s.moved_to()) else { break };
        at = next;
        units = tx.home(at.space, at.record)?;
    }
    Ok(Some((at, units)))
}

/// The id under which a record lives in this space, if it lives here.
pub fn here(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<Option<RecordId>> {
    Ok(living(tx, space, record)?.filter(|at| at.space == space).map(|at| at.record))
}

/// The other space that a record is to be handed over to: that of all its parents if it is below others, else that of
/// all its units. `with`: records that are being handed over, and where to.
pub fn target(
    tx: &dyn Tx,
    space: SpaceId,
    state: &State,
    with: Option<(&BTreeSet<RecordId>, SpaceId)>,
) -> Result<Option<SpaceId>> {
    let is_below = home::is_below(state);
    let Some(register) = state.fields.get(if is_below { PARENT } else { UNIT }) else { return Ok(None) };
    let mut agreed = None;
    for head in &register.heads {
        let Some(id) = head.value.as_ref().and_then(gridwalk_model::Value::as_id) else { return Ok(None) };
        let at = match with {
            Some((going, to)) if going.contains(&id) => Some(to),
            _ if is_below => living(tx, space, id)?.map(|at| at.space),
            _ => tx.unit(id.unit())?.map(|unit| unit.space),
        };
        if at.is_none() || agreed.is_some_and(|a| Some(a) != at) {
            return Ok(None);
        }
        agreed = at;
    }
    let Some(to) = agreed.filter(|to| *to != space) else { return Ok(None) };
    let is_place = tx.space(to)?.is_some_and(|s| !s.reference);
    Ok(is_place.then_some(to))
}
