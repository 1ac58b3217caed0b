//! Newcomers: somebody who scanned a poster where there was no network types reports, and supervisors say yes or no to them.
//!
//! Owns what they do and what is done about them. Refuses to let them do what others do: nobody else's screen is theirs. Invariant:
//! what they typed before the server heard of them is in the ledger like everything else.

use super::{Action, Family, matter, sync};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;

/// The family: what is done about them. What they do themselves is [`act`].
pub const FAMILY: Family = Family { actions: &[Action::now(1, decide)], heal: Some(super::Act::Now(wait)) };

/// As long as any turn of a newcomer takes to come back.
const TURN_MS: i64 = 60_000;

/// They type before anybody heard of them.
pub fn found(world: &mut World) -> Result<(), SimError> {
    for phone in 0..world.phones.len() {
        if world.phones[phone].joined && world.chance(2) {
            matter::report(world, phone)?;
            world.coverage.saw(Situation::NewcomerTyped);
        }
    }
    Ok(())
}

/// One thing that a newcomer does: they report, sync, or their phone dies.
pub async fn act(world: &mut World, phone: usize) -> Result<(), SimError> {
    if world.chance(8) {
        return sync::kill(world, phone);
    }
    if world.chance(3) {
        return matter::report(world, phone);
    }
    sync::some(world, phone).await
}

/// Somebody who joined is accepted, or told no.
fn decide(world: &mut World, _: usize) -> Result<(), SimError> {
    let joined: Vec<_> = world.phones.iter().filter(|phone| phone.joined).map(|phone| phone.account).collect();
    let Some(account) = world.pick(&joined) else { return Ok(()) };
    let accepted = world.chance(2);
    if world.server.decide_newcomer(account, accepted)? {
        world.coverage.saw(if accepted { Situation::NewcomerAccepted } else { Situation::NewcomerRefused });
        world.note(format!("newcomer {account}: accepted {accepted}"));
        world.known.insert(account);
    }
    Ok(())
}

/// Turns come back while everybody waits.
#[expect(clippy::unnecessary_wraps, reason = "one shape for all that families do")]
fn wait(world: &mut World, phone: usize) -> Result<(), SimError> {
    if world.phones[phone].joined {
        world.time.pass_ms(TURN_MS);
    }
    Ok(())
}
