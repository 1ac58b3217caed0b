//! Administration: grants, withdrawals, decisions, re-cut units.
//!
//! Owns these actions. Refuses to touch records of places and people. Invariant: a phone always keeps or regains a grant
//! by somebody's act, never by itself.

use super::{Action, Family, form, sync};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::server::ALL_KINDS;
use crate::world::World;
use gridwalk_model::wish::Wish;
use rand::RngExt as _;

/// What a grant is for when it is not for everything.
const SOME_KINDS: [&[&str]; 4] = [
    &["unit", "building", "dwelling"],
    &["unit", "case"],
    &["unit", "building", "dwelling", "household", "resident"],
    &["unit", "estate", "premises", "facility", "visit"],
];

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::now(2, grant),
        Action::later(2, |world, _| Box::pin(withdraw(world))),
        Action::now(1, decide),
        Action::now(1, revoke),
        Action::now(2, recut),
        Action::now(2, rename),
    ],
    heal: None,
};

/// Gives a phone's person a further unit.
pub fn grant(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (account, role) = (world.phones[phone].account, world.phones[phone].role);
    let city = world.server.city.clone();
    let units: Vec<_> = city.grids.iter().chain(&city.villages).copied().collect();
    let Some(unit) = world.pick(&units) else { return Ok(()) };
    let (some, of_role) = (world.chance(3), world.chance(3));
    let kinds: &[&str] = match (some, of_role) {
        (true, _) => SOME_KINDS[world.rng.random_range(0..SOME_KINDS.len())],
        (false, true) => &[],
        (false, false) => &ALL_KINDS,
    };
    let grant = world.server.grant(account, unit, role, kinds)?;
    if some {
        world.coverage.saw(Situation::SomeKinds);
    } else if of_role {
        world.coverage.saw(Situation::KindsOfRole);
    }
    world.coverage.saw(Situation::ScopeGained);
    world.note(format!("grant {grant} to phone {phone}: {unit}"));
    Ok(())
}

/// Withdraws a grant; now and then its person's phone hears the beginning of it, and they type on.
async fn withdraw(world: &mut World) -> Result<(), SimError> {
    let grants = world.server.grants()?;
    let Some((grant, account)) = world.pick(&grants) else { return Ok(()) };
    world.server.ungrant(grant)?;
    world.coverage.saw(Situation::ScopeLost);
    world.note(format!("grant {grant} withdrawn from {account}"));
    let phones: Vec<usize> = (0..world.phones.len()).filter(|p| world.phones[*p].account == account).collect();
    let Some(phone) = world.pick(&phones) else { return Ok(()) };
    if world.chance(2) {
        let most = world.rng.random_range(1..6);
        sync::steps(world, phone, most).await?;
        form::edit(world, phone)?;
    }
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

/// Puts a grid below another village, or a village with all below it below another township.
fn recut(world: &mut World, _: usize) -> Result<(), SimError> {
    let city = world.server.city.clone();
    let townships = [city.township, city.neighbour];
    let (units, above) =
        if world.chance(3) { (&city.villages[..], &townships[..]) } else { (&city.grids[..], &city.villages[..]) };
    let (Some(unit), Some(above)) = (world.pick(units), world.pick(above)) else { return Ok(()) };
    world.server.write_unit(unit, &[Wish::put("parent", above.record())])?;
    world.coverage.saw(Situation::Recut);
    world.note(format!("unit {unit} put below {above}"));
    Ok(())
}

/// Gives a unit another name, or another number, as happens every year.
fn rename(world: &mut World, _: usize) -> Result<(), SimError> {
    let city = world.server.city.clone();
    let units: Vec<_> = city.grids.iter().chain(&city.villages).copied().collect();
    let Some(unit) = world.pick(&units) else { return Ok(()) };
    let field = if world.chance(2) { "name" } else { "code" };
    let wishes = [Wish::put(field, world.token())];
    world.server.write_unit(unit, &wishes)?;
    world.coverage.saw(Situation::Renamed);
    world.note(format!("unit {unit}: another {field}"));
    Ok(())
}

/// Revokes a phone, now and then.
fn revoke(world: &mut World, phone: usize) -> Result<(), SimError> {
    if world.phones.iter().any(|p| p.revoked) || !world.chance(2) {
        return Ok(());
    }
    // A server put back to before the enrolment does not know the device: there is nobody to revoke.
    if world.server.is_revoked(world.phones[phone].device)?.is_none() {
        return Ok(());
    }
    world.server.revoke(world.phones[phone].device)?;
    world.learn_revoked()?;
    world.coverage.saw(Situation::Revoked);
    world.note(format!("phone {phone} revoked"));
    Ok(())
}
