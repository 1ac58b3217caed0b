//! Two counties: people of both, places that are moved from one to the other and back, and a server that stops between
//! the two steps of a hand-over.
//!
//! Owns these actions. Refuses to hand anything over itself: the server does, when it is let. Invariant: the second county
//! is there from the first moment on at which somebody thinks of it.

use super::{Act, Action, Family, any_row, execute};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::server::ALL_KINDS;
use crate::world::World;
use gridwalk_model::command::{Command, MoveRecord, Target};

/// The family.
pub const FAMILY: Family = Family {
    actions: &[Action::now(2, post), Action::now(4, relocate), Action::now(5, settle), Action::now(1, settle_all)],
    heal: Some(Act::Now(settle_all)),
};

/// Gives a phone's person a grid of the second county, beside what they have.
fn post(world: &mut World, phone: usize) -> Result<(), SimError> {
    let grids = world.server.second_county()?;
    let (account, role) = (world.phones[phone].account, world.phones[phone].role);
    let Some(unit) = world.pick(&grids) else { return Ok(()) };
    let grant = world.server.grant(account, unit, role, &ALL_KINDS)?;
    world.phones[phone].engine()?.meet_again();
    world.coverage.saw(Situation::ScopeGained);
    world.note(format!("grant {grant} to phone {phone}: {unit} of the second county"));
    Ok(())
}

/// Moves a building or a case to a grid of either county.
fn relocate(world: &mut World, phone: usize) -> Result<(), SimError> {
    let second = world.server.second_county()?;
    let Some((record, _)) = any_row(world, phone, &["building", "building", "case"])? else { return Ok(()) };
    let first = world.server.city.grids;
    let grids: Vec<_> = first.iter().take(2).chain(&second).copied().collect();
    let Some(unit) = world.pick(&grids) else { return Ok(()) };
    let basis = world.phones[phone].notebook()?.basis(record)?;
    let to = Target::Unit(unit);
    if execute(world, phone, &Command::MoveRecord(MoveRecord { record, basis, also: Vec::new(), to }))?.is_some() {
        world.note(format!("phone {phone}: {record} to {unit}"));
    }
    Ok(())
}

/// The server makes one step of one move that is due.
fn settle(world: &mut World, _phone: usize) -> Result<(), SimError> {
    if world.server.settle_one()? {
        world.coverage.saw(Situation::MovedBetweenSpaces);
    }
    Ok(())
}

/// The server makes all moves that are due; who hears of a space only now, asks again which there are.
fn settle_all(world: &mut World, phone: usize) -> Result<(), SimError> {
    world.phones[phone].engine()?.meet_again();
    for _ in 0..10_000 {
        let more = world.server.settle_one()?;
        if !more {
            return Ok(());
        }
        settle(world, phone)?;
    }
    Err(SimError::Setup("moves between spaces never end".into()))
}
