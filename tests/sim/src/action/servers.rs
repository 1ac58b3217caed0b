//! Two servers on one store: one dies between two commits or over an answer, the machine of both loses its power, their
//! disk has no room.
//!
//! Owns these actions. Refuses to lose what was committed. Invariant: a server that starts again knows nothing but the
//! store.

use super::{Action, Family};
use crate::coverage::Situation;
use crate::instance::Death;
use crate::run::SimError;
use crate::world::World;
use rand::RngExt as _;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::now(4, doom),
        Action::now(5, rise),
        Action::now(1, lose_power),
        Action::now(1, fill),
        Action::now(2, free),
    ],
    heal: None,
};

/// One of them dies after some commits, before or after the last.
#[expect(clippy::unnecessary_wraps, reason = "one shape for all that families do")]
fn doom(world: &mut World, _: usize) -> Result<(), SimError> {
    let (commits, after) = (world.rng.random_range(0..4), world.chance(2));
    let at = world.rng.random_range(0..world.server.instances.len());
    world.server.instances[at].health.doom(Death { commits, after });
    world.note(format!("server {at}: dies after {commits} commits, answer lost: {after}"));
    Ok(())
}

/// Those that died start again.
pub fn rise(world: &mut World, _: usize) -> Result<(), SimError> {
    let risen = world.server.rise()?;
    if risen > 0 {
        world.open_doors();
        world.note(format!("{risen} servers started again"));
    }
    Ok(())
}

/// The power of their machine goes: nothing is written down that was not.
fn lose_power(world: &mut World, _: usize) -> Result<(), SimError> {
    let folder = world.new_path("server");
    std::fs::create_dir_all(&folder)?;
    world.server.crash(&folder)?;
    world.open_doors();
    world.coverage.saw(Situation::ServerPowerLost);
    world.note("servers: lost their power");
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "one shape for all that families do")]
fn fill(world: &mut World, _: usize) -> Result<(), SimError> {
    let none = world.chance(2);
    world.server.machines.room.fill(none);
    world.note(format!("servers: no room on their disk, not a byte: {none}"));
    Ok(())
}

/// Their disk has room again.
#[expect(clippy::unnecessary_wraps, reason = "one shape for all that families do")]
pub fn free(world: &mut World, _: usize) -> Result<(), SimError> {
    if world.server.machines.room.is_filled() {
        world.server.machines.room.free();
        world.note("servers: room on their disk");
    }
    Ok(())
}
