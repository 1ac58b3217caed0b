//! The organisation tree: derived from the records of units, and what a re-cut does to who sees what.
//!
//! Owns the way up and down the tree, the derived rows of units, and re-cuts. Refuses to take commands: a unit is changed
//! by a change of its record. Invariant: when a unit's place in the tree changes, every record that its key sees gets its
//! audience anew in the same transaction.

use crate::audience;
use crate::error::{Result, ServerError};
use crate::former;
use crate::store::{Tx, UnitRow};
use crate::writing::Writing;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{SpaceId, UnitId};
use gridwalk_model::kind::home;
use gridwalk_model::limits;
use gridwalk_model::state::State;
use gridwalk_model::time::Timestamp;
use gridwalk_model::view::{Policy, show};
use std::collections::BTreeSet;

/// These units and all above them: now, or at any time since.
pub fn with_above(tx: &dyn Tx, units: &[UnitId], since: Option<Timestamp>) -> Result<BTreeSet<UnitId>> {
    let mut all: BTreeSet<UnitId> = units.iter().copied().collect();
    let mut level: Vec<UnitId> = units.to_vec();
    for _ in 0..limits::UNIT_DEPTH_MAX {
        let mut next = Vec::new();
        for unit in level {
            next.extend(tx.units_above(unit, since)?.into_iter().filter(|above| all.insert(*above)));
        }
        level = next;
    }
    Ok(all)
}

/// A unit and all below it, now.
pub fn with_below(tx: &dyn Tx, unit: UnitId) -> Result<BTreeSet<UnitId>> {
    let mut all = BTreeSet::from([unit]);
    let mut queue = vec![unit];
    while let Some(at) = queue.pop() {
        queue.extend(tx.units_below(at)?.into_iter().filter(|below| all.insert(*below)));
    }
    Ok(all)
}

fn shown_text(state: &State, field: &str) -> String {
    let heads = state.fields.get(field).into_iter().flat_map(|r| &r.heads);
    let value = show(heads, Policy::Review).and_then(|v| v.value?.as_text().map(str::to_owned));
    value.unwrap_or_default()
}

/// Derives a unit's row and place from its record. For a unit that got a new place: whatever stood above it before; the
/// caller re-cuts once the unit's own audience is written.
pub fn derive(w: &Writing<'_>, space: SpaceId, state: &State) -> Result<Option<BTreeSet<UnitId>>> {
    let id = state.record.unit();
    let parents: Vec<UnitId> = home::parents(state).into_iter().map(gridwalk_model::RecordId::unit).collect();
    let known = w.tx.unit(id)?;
    let lives_in = match (&known, parents.first()) {
        (Some(row), _) => row.space,
        (None, Some(parent)) => w.tx.unit(*parent)?.map_or(space, |p| p.space),
        (None, None) => space,
    };
    // One that was taken away leaves its code and its place to others.
    let parents = if state.is_deleted() { Vec::new() } else { parents };
    let code = if state.is_deleted() { String::new() } else { shown_text(state, "code") };
    let name = shown_text(state, "name");
    let (level, kind) = (shown_text(state, "level"), shown_text(state, "kind"));
    w.tx.unit_put(&UnitRow { id, space: lives_in, code, name, level, kind })?;
    former::note(w.tx, state)?;
    let before = with_above(w.tx, &[id], None)?;
    let moved = w.tx.units_above_set(id, &parents, w.now)? && known.is_some();
    w.forget_known();
    Ok(moved.then_some(before))
}

/// Says in which space the records of a unit and of all below it live: a county's own space.
pub fn assign_space(w: &Writing<'_>, unit: UnitId, space: SpaceId) -> Result<()> {
    for id in with_below(w.tx, unit)? {
        let row = w.tx.unit(id)?.ok_or(ServerError::NotFound("unit"))?;
        w.tx.unit_put(&UnitRow { space, ..row })?;
    }
    Ok(())
}

/// Everything that the unit's key sees gets its audience anew; whoever stands above or below, before or now, gets a new
/// epoch.
pub fn recut(w: &Writing<'_>, unit: UnitId, before: &BTreeSet<UnitId>) -> Result<()> {
    for space in w.tx.spaces()? {
        let seen = w.tx.audience_records(space.id, Key::unit(unit))?;
        for record in seen.into_iter().filter(|r| *r != unit.record()) {
            audience::refresh_as_it_is(w, space.id, record)?;
        }
    }
    let mut touched = with_above(w.tx, &[unit], None)?;
    touched.extend(before);
    touched.extend(with_below(w.tx, unit)?);
    for account in w.tx.granted_accounts()? {
        let grants = w.tx.grants(account)?;
        if grants.iter().any(|g| g.until.is_none() && touched.contains(&g.unit)) {
            crate::rights::raise_epochs(w, account)?;
        }
    }
    Ok(())
}
