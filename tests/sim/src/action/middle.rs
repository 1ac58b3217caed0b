//! The middle of a push: while one server is at a phone's frame, another one withdraws the right to it, gives one, revokes
//! the phone, or re-cuts the units.
//!
//! Owns what is done there. Refuses to say how it must be judged: the invariants do. Invariant: what is counted was done
//! between two calls of the store by one push.

use super::{Action, Family, form, sync};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::server::ALL_KINDS;
use crate::world::World;
use gridwalk_model::kind::Kind;
use gridwalk_model::wish::Wish;
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::grant::{self, NewGrant};
use rand::RngExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The family.
pub const FAMILY: Family =
    Family { actions: &[Action::later(8, |world, phone| Box::pin(change(world, phone)))], heal: None };

/// What somebody does meanwhile; false if there was nothing to do.
type Deed = Box<dyn FnOnce() -> bool + Send>;

/// Steps of a session in which a push comes about.
const STEPS: usize = 6;

/// Somebody types and syncs, and something changes in the middle of it.
async fn change(world: &mut World, phone: usize) -> Result<(), SimError> {
    form::edit(world, phone)?;
    let Some((deed, situation)) = deed(world, phone)? else { return Ok(()) };
    let (done, network) = (Arc::new(AtomicBool::new(false)), world.network.clone());
    let noted = done.clone();
    let middle = world.server.machines.middle.clone();
    let (calls, acts) = (world.rng.random_range(0..4), world.server.acts());
    let act = move || {
        noted.store(deed(), Ordering::Relaxed);
        acts.fetch_add(1, Ordering::Relaxed);
    };
    middle.arm(calls, move || network.is_at_push(), act);
    let synced = sync::steps(world, phone, STEPS).await;
    middle.disarm();
    if done.load(Ordering::Relaxed) {
        world.learn_revoked()?;
        world.coverage.saw(situation);
        world.note(format!("phone {phone}: {} after {calls} calls", situation.name()));
    }
    synced
}

/// What is done, and what it is called.
fn deed(world: &mut World, phone: usize) -> Result<Option<(Deed, Situation)>, SimError> {
    let (server, admin, city) = (world.server.server.clone(), world.server.admin, world.server.city.clone());
    let (account, role, device) = (world.phones[phone].account, world.phones[phone].role, world.phones[phone].device);
    let deed: (Deed, Situation) = match world.rng.random_range(0..6) {
        0..3 => {
            let mine = world.server.grants()?.into_iter().filter(|(_, whose)| *whose == account);
            let mine: Vec<i64> = mine.map(|(id, _)| id).collect();
            let Some(id) = world.pick(&mine) else { return Ok(None) };
            (Box::new(move || server.write(|w| grant::ungrant(w, id, Some(admin))).is_ok()), Situation::MidPush)
        }
        3 => {
            let Some(unit) = world.pick(&city.grids) else { return Ok(None) };
            let give = move || {
                let new = NewGrant { account, unit, role, kinds: &ALL_KINDS, by: Some(admin) };
                server.write(|w| grant::grant(w, &new)).is_ok()
            };
            (Box::new(give), Situation::MidPush)
        }
        4 if world.phones.iter().all(|p| !p.revoked) && world.server.is_revoked(device)? == Some(false) => (
            Box::new(move || server.write(|w| grant::revoke(w, device, Some(admin))).is_ok()),
            Situation::RevokedMidPush,
        ),
        _ => {
            let (Some(unit), Some(above)) = (world.pick(&city.grids), world.pick(&city.villages)) else {
                return Ok(None);
            };
            let put = move || {
                let wishes = [Wish::put("parent", above.record())];
                let wanted = ConsoleWrite {
                    author: admin,
                    machine: false,
                    judged: false,
                    space: city.reference,
                    record: unit.record(),
                    kind: Kind::Unit.name(),
                    unit,
                    wishes: &wishes,
                    basis: None,
                };
                server.write(|w| console::write(w, &wanted)).is_ok()
            };
            (Box::new(put), Situation::RecutMidPush)
        }
    };
    Ok(Some(deed))
}
