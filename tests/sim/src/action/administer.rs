//! Administration: grants, withdrawals, decisions, re-cut units.
//!
//! Owns these actions. Refuses to touch records of places and people. Invariant: a phone always keeps or regains a grant
//! by somebody's act, never by itself.

use super::{Action, Family};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::now(2, grant),
        Action::now(2, withdraw),
        Action::now(1, decide),
        Action::now(1, revoke),
        Action::now(1, recut),
    ],
    heal: None,
};

/// Gives a phone's person a further unit.
pub fn grant(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (account, role) = (world.phones[phone].account, world.phones[phone].role);
    let city = world.server.city.clone();
    let units: Vec<_> = city.grids.iter().chain(&city.villages).copied().collect();
    let Some(unit) = world.pick(&units) else { return Ok(()) };
    let grant = world.server.grant(account, unit, role)?;
    world.grants.push((grant, phone));
    world.coverage.saw(Situation::ScopeGained);
    world.note(format!("grant {grant} to phone {phone}: {unit}"));
    Ok(())
}

/// Withdraws a grant.
pub fn withdraw(world: &mut World, _: usize) -> Result<(), SimError> {
    let grants = world.grants.clone();
    let Some((grant, phone)) = world.pick(&grants) else { return Ok(()) };
    world.server.ungrant(grant)?;
    world.grants.retain(|(g, _)| *g != grant);
    world.coverage.saw(Situation::ScopeLost);
    world.note(format!("grant {grant} withdrawn from phone {phone}"));
    Ok(())
}

/// Decides one change that waits.
pub fn decide(world: &mut World, _: usize) -> Result<(), SimError> {
    let waiting = world.server.quarantined()?;
    let Some((space, name)) = world.pick(&waiting) else { return Ok(()) };
    let approve = world.chance(2);
    world.server.decide(space, name, approve)?;
    world.coverage.saw(if approve { Situation::Approved } else { Situation::Declined });
    world.note(format!("decided {name:?}: approve {approve}"));
    Ok(())
}

/// Puts a grid below another village.
pub fn recut(world: &mut World, _: usize) -> Result<(), SimError> {
    let city = world.server.city.clone();
    let (Some(grid), Some(village)) = (world.pick(&city.grids), world.pick(&city.villages)) else { return Ok(()) };
    world.server.recut(grid, village)?;
    world.note(format!("grid {grid} put below {village}"));
    Ok(())
}

/// Revokes a phone; one in a world is enough.
pub fn revoke(world: &mut World, phone: usize) -> Result<(), SimError> {
    if world.phones.iter().any(|p| p.revoked) || !world.chance(2) {
        return Ok(());
    }
    world.server.revoke(world.phones[phone].device)?;
    world.phones[phone].revoked = true;
    world.coverage.saw(Situation::Revoked);
    world.note(format!("phone {phone} revoked"));
    Ok(())
}
