//! What happens to phones over days: nights pass, releases come and go, a phone is wiped and given out again.
//!
//! Owns these actions. Refuses to owe anybody what was wiped before any server heard of it. Invariant: a wiped phone begins
//! with nothing, as somebody else's would.

use super::{Action, Family, recovery};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;
use rand::RngExt as _;
use std::collections::BTreeSet;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::now(1, pass),
        Action::now(3, another_release),
        Action::later(1, |world, phone| Box::pin(wipe(world, phone))),
    ],
    heal: None,
};

/// A day passes.
#[expect(clippy::unnecessary_wraps, reason = "one shape for all that families do")]
fn pass(world: &mut World, _: usize) -> Result<(), SimError> {
    world.time.pass_ms(recovery::DAY_MS);
    world.note("a day passes");
    Ok(())
}

/// A phone is of an older release, of a newer one, or of this one again.
#[expect(clippy::unnecessary_wraps, reason = "one shape for all that families do")]
fn another_release(world: &mut World, phone: usize) -> Result<(), SimError> {
    let version = [Some(0), Some(9), None][world.rng.random_range(0..3)];
    world.network.speak(world.phones[phone].device, version);
    world.note(format!("phone {phone}: speaks version {version:?}"));
    Ok(())
}

/// A phone changes hands: it is wiped, whatever was not sent, and enrolled anew.
async fn wipe(world: &mut World, phone: usize) -> Result<(), SimError> {
    if world.phones[phone].joined || world.phones[phone].revoked {
        return Ok(());
    }
    super::mend(world)?;
    let unsent = world.phones[phone].notebook()?.unsent()?;
    world.phones[phone].wipe()?;
    world.ledger.put_back(phone, 0, &BTreeSet::new());
    world.images.retain(|image| image.phone != phone);
    world.phones[phone].writer = world.new_writer();
    let network = world.network.clone();
    let faults = network.set_faults(0);
    let enrolled = world.phones[phone].enrol_with(&world.server, &network).await;
    network.set_faults(faults);
    enrolled?;
    world.learn_revoked()?;
    world.coverage.saw(Situation::Wiped);
    world.note(format!("phone {phone}: wiped with {unsent} not sent, enrolled anew"));
    Ok(())
}
