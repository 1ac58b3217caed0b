//! Phones sync, in part or whole, die and have their clocks turned.
//!
//! Owns these actions. Refuses to mend faults. Invariant: a kill may come between any two steps.

use super::{Action, Family};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::transport::Dying;
use crate::world::{World, off_ms};
use futures_util::future::{Either, select};
use gridwalk_app::sync_engine::{Rest, Step};
use rand::RngExt as _;
use std::pin::pin;
use std::sync::atomic::Ordering;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::later(22, |world, phone| Box::pin(some(world, phone))),
        Action::now(3, kill),
        Action::now(3, weaken),
        Action::now(1, fill_disk),
        Action::now(1, |world, phone| {
            turn_clock(world, phone);
            Ok(())
        }),
        Action::later(2, |world, _| Box::pin(deliver_late(world))),
    ],
    heal: None,
};

/// Twenty phones sync more often than five.
pub const OFFICE_FAMILY: Family =
    Family { actions: &[Action::later(25, |world, phone| Box::pin(some(world, phone)))], heal: None };

/// As many pages as no phone here has.
const PAGES_PLENTY: i64 = 1 << 20;

/// A few steps of a session, or all of it.
pub async fn some(world: &mut World, phone: usize) -> Result<(), SimError> {
    let most = world.rng.random_range(1..14);
    steps(world, phone, most).await
}

/// So many steps of a session.
pub async fn steps(world: &mut World, phone: usize, most: usize) -> Result<(), SimError> {
    let network = world.network.clone();
    for _ in 0..most {
        let dying = [Dying::Before, Dying::After][world.rng.random_range(0..2)];
        let dies = world.chance(40);
        network.let_die(dies.then_some(dying));
        let step = {
            let step = pin!(world.phones[phone].engine()?.sync_step(&network));
            match select(step, pin!(network.died())).await {
                Either::Left((step, _)) => Some(step),
                Either::Right(_) => None,
            }
        };
        // Before a step that failed ends this: whoever asks next is not to die of it.
        network.let_die(None);
        let Some(step) = step.transpose()? else {
            world.phones[phone].cut_power()?;
            world.coverage.saw(Situation::DiedOverRequest);
            world.note(format!("phone {phone}: died over its request ({dying:?})"));
            break;
        };
        world.note(format!("phone {phone}: {step:?}"));
        cover(world, &step);
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

/// Counts what a step shows.
pub fn cover(world: &mut World, step: &Step) {
    match step {
        Step::Pulled { new_timeline, renewed, .. } => {
            if *new_timeline && world.restores > 0 {
                world.coverage.saw(Situation::GaveBack);
            }
            if *renewed {
                world.coverage.saw(Situation::Renewed);
            }
        }
        Step::Rested(Rest::StorageFull) => world.coverage.saw(Situation::ServerDiskFull),
        Step::Gap { lost: Some(_), .. } => world.coverage.saw(Situation::TailLost),
        Step::Clash { renewed: true, .. } => world.coverage.saw(Situation::Renewed),
        _ => {}
    }
}

/// Kills a phone; it opens again when it is needed.
pub fn kill(world: &mut World, phone: usize) -> Result<(), SimError> {
    let waits =
        world.phones[phone].notebook()?.store().own_changes()?.iter().any(|o| o.in_outbox && o.verdict.is_none());
    if waits {
        world.coverage.saw(Situation::KillBeforePush);
    }
    world.phones[phone].page_open |= world.phones[phone].more;
    if world.phones[phone].cut_power()? {
        world.coverage.saw(Situation::PowerLost);
    }
    world.note(format!("phone {phone}: killed"));
    Ok(())
}

/// A phone's power goes between two commits, whatever it is doing then; or while it starts.
fn weaken(world: &mut World, phone: usize) -> Result<(), SimError> {
    if world.chance(4) {
        world.phones[phone].die_while_starting();
        world.coverage.saw(Situation::DiedWhileStarting);
        world.note(format!("phone {phone}: died while starting"));
        return Ok(());
    }
    let commits = world.rng.random_range(0..8);
    world.phones[phone].power_lasts(commits)?;
    world.note(format!("phone {phone}: power for {commits} commits"));
    Ok(())
}

/// A phone's disk is full: nothing more is written until it is killed or there is room again.
fn fill_disk(world: &mut World, phone: usize) -> Result<(), SimError> {
    let pages = if world.chance(3) { PAGES_PLENTY } else { 1 };
    world.phones[phone].notebook()?.store().limit_pages(pages)?;
    world.note(format!("phone {phone}: disk limited to {pages} pages"));
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
