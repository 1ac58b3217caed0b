//! Phones sync, in part or whole, die and have their clocks turned.
//!
//! Owns these actions. Refuses to mend faults. Invariant: a kill may come between any two steps.

use super::{Action, Family};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::{World, off_ms};
use gridwalk_app::sync_engine::Step;
use rand::RngExt as _;
use std::sync::atomic::Ordering;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::later(22, |world, phone| Box::pin(some(world, phone))),
        Action::now(3, kill),
        Action::now(1, |world, phone| {
            turn_clock(world, phone);
            Ok(())
        }),
        Action::later(2, |world, _| Box::pin(deliver_late(world))),
    ],
    heal: None,
};

/// A few steps of a session, or all of it.
pub async fn some(world: &mut World, phone: usize) -> Result<(), SimError> {
    let steps = world.rng.random_range(1..14);
    let network = world.network.clone();
    for _ in 0..steps {
        let step = world.phones[phone].engine()?.sync_step(&network).await?;
        world.note(format!("phone {phone}: {step:?}"));
        match &step {
            Step::Pulled { more, agreed, .. } => {
                if world.phones[phone].page_open {
                    world.coverage.saw(Situation::PageResumed);
                }
                world.phones[phone].page_open = false;
                if *agreed == Some(false) {
                    return Err(SimError::DigestDiffers { phone });
                }
                world.phones[phone].more = *more;
            }
            Step::NoLine | Step::NoAnswer(_) => world.phones[phone].page_open |= world.phones[phone].more,
            Step::Rested(_) => break,
            _ => {}
        }
        if world.chance(2) {
            crate::run::check_now(world, phone)?;
        }
    }
    Ok(())
}

/// Kills a phone; it opens again when it is needed.
pub fn kill(world: &mut World, phone: usize) -> Result<(), SimError> {
    let waits =
        world.phones[phone].notebook()?.store().own_changes()?.iter().any(|o| o.in_outbox && o.verdict.is_none());
    if waits {
        world.coverage.saw(Situation::KillBeforePush);
    }
    world.phones[phone].page_open |= world.phones[phone].more;
    world.phones[phone].kill();
    world.note(format!("phone {phone}: killed"));
    Ok(())
}

/// Turns a phone's wall clock.
fn turn_clock(world: &mut World, phone: usize) {
    let off = off_ms(&mut world.rng);
    world.phones[phone].clock.off_ms.store(off, Ordering::Relaxed);
    if world.chance(2) {
        world.phones[phone].kill();
    }
    world.note(format!("phone {phone}: clock off by {off} ms"));
}

/// The oldest request that is under way arrives.
async fn deliver_late(world: &mut World) -> Result<(), SimError> {
    world.network.clone().deliver_late().await;
    Ok(())
}
