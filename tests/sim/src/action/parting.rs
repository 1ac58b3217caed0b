//! The network is parted: some phones reach no server, others only one of them.
//!
//! Owns these actions. Refuses to lose anything under way: that is the network's own doing. Invariant: what two phones on
//! two sides do, they do without hearing of each other, unless through the store.

use super::{Action, Family};
use crate::run::SimError;
use crate::transport::Reach;
use crate::world::World;
use rand::RngExt as _;

/// The family.
pub const FAMILY: Family = Family { actions: &[Action::now(3, part), Action::now(3, join)], heal: None };

/// How the network is parted.
#[derive(Debug, Clone, Copy)]
enum Sort {
    /// Some reach nobody.
    CutOff,
    /// Each reaches one server.
    TwoSides,
    /// Each is lucky or unlucky in a way of their own.
    Mixed,
}

/// Parts it.
#[expect(clippy::unnecessary_wraps, reason = "one shape for all that families do")]
fn part(world: &mut World, _: usize) -> Result<(), SimError> {
    let sort = [Sort::CutOff, Sort::TwoSides, Sort::Mixed][world.rng.random_range(0..3)];
    let servers = world.server.instances.len();
    let devices: Vec<_> = world.phones.iter().map(|phone| phone.device).collect();
    let mut reaches = std::collections::BTreeMap::new();
    for device in devices {
        let reach = match (sort, world.rng.random_range(0..4)) {
            (Sort::CutOff, 0..2) | (Sort::Mixed, 0) => Reach::Nowhere,
            (Sort::CutOff, _) | (Sort::Mixed, 1) => continue,
            (Sort::TwoSides | Sort::Mixed, _) => Reach::Only(world.rng.random_range(0..servers)),
        };
        reaches.insert(device, reach);
    }
    world.network.part(reaches);
    world.note(format!("network: parted ({sort:?})"));
    Ok(())
}

/// Everybody reaches everybody again.
#[expect(clippy::unnecessary_wraps, reason = "one shape for all that families do")]
pub fn join(world: &mut World, _: usize) -> Result<(), SimError> {
    if world.network.is_parted() {
        world.network.part(std::collections::BTreeMap::new());
        world.note("network: whole again");
    }
    Ok(())
}
