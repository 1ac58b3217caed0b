//! Phones without network: a bundle changes hands, part by part, and its reply finds the way back, or never does.
//!
//! Owns these actions. Refuses to bring anything to the server: the carrier's own session does. Invariant: what changes
//! hands is bytes that were cut, shuffled and doubled on the way, never what is inside.

use crate::action::{Action, Family};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;
use gridwalk_app::Received;
use gridwalk_app::bundle::part::{self, Part, Parts};
use gridwalk_app::bundle::{CarriedKind, Carrying};
use rand::RngExt as _;
use rand::seq::SliceRandom as _;

/// The family.
pub const FAMILY: Family = Family { actions: &[Action::now(5, give), Action::now(4, bring_back)], heal: None };

/// A phone gives its bundle to another one, or to itself for later.
fn give(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some(made) = world.phones[phone].notebook()?.bundle()? else { return Ok(()) };
    let to = world.rng.random_range(0..world.phones.len());
    let sealed = on_the_way(world, &made.sealed)?;
    let received = world.phones[to].notebook()?.receive(&sealed)?;
    if received == Received::Carrying(Carrying::Taken) {
        world.coverage.saw(Situation::BundleGiven);
    }
    world.note(format!("phone {phone}: bundle of {} to phone {to}: {received:?}", made.changes));
    Ok(())
}

/// The seal in parts, in any order, some of them twice, as text or bytes.
fn on_the_way(world: &mut World, sealed: &[u8]) -> Result<Vec<u8>, SimError> {
    let wrong = |_| SimError::Setup("a seal that cannot be cut or put together".into());
    let mut parts = part::cut(sealed, world.rng.random_range(100..2_000)).map_err(wrong)?;
    let twice = world.pick(&parts);
    parts.extend(twice);
    parts.shuffle(&mut world.rng);
    let mut gathered = Parts::default();
    for part in parts {
        let bytes = if world.chance(2) { part.bytes() } else { part.text().into_bytes() };
        gathered.add(Part::read(&bytes).map_err(wrong)?).map_err(wrong)?;
    }
    let whole = gathered.whole().map_err(wrong)?.pop().map(|(_, whole)| whole);
    whole.ok_or_else(|| SimError::Setup("parts are missing".into()))
}

/// A carrier shows a reply around: whoever it is for takes it, a second time, too; sometimes it is put down then.
fn bring_back(world: &mut World, phone: usize) -> Result<(), SimError> {
    let carrier = world.phones[phone].notebook()?;
    let carried = carrier.store().carried()?;
    let replies: Vec<_> = carried.into_iter().filter(|c| c.kind == CarriedKind::BundleReply).collect();
    let Some(reply) = world.pick(&replies) else { return Ok(()) };
    let Some(sealed) = carrier.store().carried_seal(reply.seal)? else { return Ok(()) };
    for to in 0..world.phones.len() {
        let received = world.phones[to].notebook()?.receive(&sealed)?;
        if let Received::Reply(taken) = received {
            world.coverage.saw(Situation::BundleReplied);
            world.note(format!("phone {to}: reply by phone {phone}: {taken:?}"));
        }
        crate::run::check_now(world, to)?;
    }
    if world.chance(3) {
        carrier.store().put_down(reply.seal)?;
    }
    Ok(())
}
