//! What happens in a world: people type, phones sync, die and lie, administrators grant and withdraw.
//!
//! Owns the choice of actions and their weights. Refuses to know whether they end well: a refusal by the domain is no
//! failure. Invariant: whatever is acknowledged is written into the ledger in the same breath.

mod administer;
mod form;
mod matter;
mod place;
mod sync;

pub use form::settle_drafts;

use crate::ledger::Typed;
use crate::run::SimError;
use crate::world::World;
use gridwalk_app::AppError;
use gridwalk_app::execute::Changed;
use gridwalk_model::command::Command;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::value::Value;

/// A first building with doors and households in two grids, so that there is something to meet on.
pub async fn found(world: &mut World) -> Result<(), SimError> {
    for phone in [0, 2] {
        place::found(world, phone)?;
    }
    world.network.set_faults(0);
    for phone in 0..world.phones.len() {
        let network = world.network.clone();
        world.phones[phone].engine()?.sync_once(&network).await?;
    }
    world.network.set_faults(35);
    Ok(())
}

/// One random action; the phone that it concerned.
pub async fn act(world: &mut World) -> Result<usize, SimError> {
    use rand::RngExt as _;
    let step_ms = [50, 900, 20_000][world.rng.random_range(0..3)];
    world.time.pass_ms(step_ms);
    let phone = world.rng.random_range(0..world.phones.len());
    match world.rng.random_range(0..100_u32) {
        0..=4 => place::add(world, phone)?,
        5..=12 => form::open(world, phone)?,
        13..=22 => form::save(world, phone)?,
        23..=34 => form::edit(world, phone)?,
        35..=39 => form::tag(world, phone)?,
        40..=43 => matter::report(world, phone)?,
        44..=51 => matter::step(world, phone)?,
        52..=53 => place::delete(world, phone)?,
        54..=57 => form::decide(world, phone)?,
        58..=59 => place::relocate(world, phone)?,
        60..=61 => place::same_as(world, phone)?,
        62..=63 => form::correct(world, phone)?,
        64 => form::poison(world, phone)?,
        65..=86 => sync::some(world, phone).await?,
        87..=89 => sync::kill(world, phone)?,
        90 => sync::turn_clock(world, phone),
        91..=92 => world.network.clone().deliver_late().await,
        93..=94 => administer::grant(world, phone)?,
        95..=96 => administer::withdraw(world)?,
        97 => administer::decide(world)?,
        98 => administer::revoke(world, phone)?,
        _ => administer::recut(world)?,
    }
    Ok(phone)
}

/// Does a command; a refusal by the domain is part of life.
fn execute(world: &mut World, phone: usize, command: &Command) -> Result<Option<Changed>, SimError> {
    use crate::coverage::Situation;
    let notebook = world.phones[phone].notebook()?;
    let said = format!("phone {phone}: {}", command.name());
    match notebook.execute(command) {
        Ok(changed) => {
            if (notebook.now().0 - world.time.now_ms()).abs() > 86_400_000 {
                world.coverage.saw(Situation::ClockOff);
            }
            for record in &changed.changes.ids {
                world.ledger.note_writer(phone, *record);
            }
            world.note(format!("{said} → {:?}", changed.saved.iter().map(|s| s.name).collect::<Vec<_>>()));
            Ok(Some(changed))
        }
        Err(AppError::Rejected(why)) => {
            world.note(format!("{said}: {}", why.code()));
            Ok(None)
        }
        Err(AppError::NoSpace) => {
            world.note(format!("{said}: nowhere to write"));
            Ok(None)
        }
        Err(other) => Err(other.into()),
    }
}

/// Writes a typed value into the ledger.
fn note_typed(world: &mut World, phone: usize, record: RecordId, field: &str, value: &Value) -> Result<(), SimError> {
    let space = space_of(world, phone, record)?;
    world.ledger.note(Typed { phone, space, record, field: field.to_owned(), value: value.clone() });
    Ok(())
}

fn space_of(world: &mut World, phone: usize, record: RecordId) -> Result<SpaceId, SimError> {
    let notebook = world.phones[phone].notebook()?;
    Ok(notebook.store().predicted(record, notebook.now())?.space.unwrap_or(world.server.city.county))
}

/// A record of these kinds on the phone's lists.
fn any_row(world: &mut World, phone: usize, kinds: &[&str]) -> Result<Option<(RecordId, String)>, SimError> {
    let notebook = world.phones[phone].notebook()?;
    let mut rows = Vec::new();
    for kind in kinds {
        rows.extend(notebook.store().rows(&gridwalk_store::RowFilter::kind(kind))?);
    }
    Ok(world.pick(&rows).map(|row| (row.record, row.kind)))
}
