//! What happens in a world: people type, phones sync, die and lie, administrators grant and withdraw.
//!
//! Owns the choice of actions by their weights. Refuses to know whether they end well: a refusal by the domain is no
//! failure. Invariant: whatever is acknowledged is written into the ledger in the same breath.
//!
//! A family of actions is a file beside this one with a `FAMILY`; it is registered by one line in [`FAMILIES`]. What a
//! family must bring to an end before the quiet point, it does in its `heal`.

mod administer;
mod bundle;
mod contact;
mod copy;
mod county;
mod days;
mod divergence;
mod erasure;
mod form;
mod inspect;
mod matter;
mod middle;
mod newcomer;
mod newer;
mod parting;
mod place;
mod recovery;
mod register;
mod servers;
mod sync;

pub use divergence::reported;
pub use form::settle_drafts;
pub use sync::cover;

use crate::coverage::Situation;
use crate::ledger::Typed;
use crate::run::SimError;
use crate::shape::Shape;
use crate::world::World;
use futures_util::future::LocalBoxFuture;
use gridwalk_app::AppError;
use gridwalk_app::execute::Changed;
use gridwalk_model::command::Command;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::value::Value;
use gridwalk_store::StoreError;
use rand::RngExt as _;

/// All families. The order is part of what a seed means: put new ones at the end.
const FAMILIES: &[Family] = &[
    place::FAMILY,
    form::FAMILY,
    matter::FAMILY,
    sync::FAMILY,
    administer::FAMILY,
    bundle::FAMILY,
    county::FAMILY,
    recovery::FAMILY,
    copy::FAMILY,
    newer::FAMILY,
    divergence::FAMILY,
    register::FAMILY,
    contact::FAMILY,
    newcomer::FAMILY,
    erasure::FAMILY,
    inspect::FAMILY,
];

/// What happens in an office, too.
const OFFICE_FAMILIES: &[Family] =
    &[servers::FAMILY, parting::FAMILY, middle::FAMILY, days::FAMILY, sync::OFFICE_FAMILY];

/// Actions that belong together, and what they leave to be done before a quiet point.
#[derive(Clone, Copy)]
pub struct Family {
    /// The actions.
    pub actions: &'static [Action],
    /// Done once in each round of healing, when every phone has synced; nothing for most.
    pub heal: Option<Act>,
}

/// One action.
#[derive(Clone, Copy)]
pub struct Action {
    /// How often it is chosen, against the others.
    weight: u32,
    act: Act,
}

/// What it does; it is told which phone it concerns.
#[derive(Clone, Copy)]
pub enum Act {
    /// At once.
    Now(fn(&mut World, usize) -> Result<(), SimError>),
    /// Over the network.
    Later(for<'a> fn(&'a mut World, usize) -> LocalBoxFuture<'a, Result<(), SimError>>),
}

impl Action {
    /// An action that is done at once.
    pub const fn now(weight: u32, act: fn(&mut World, usize) -> Result<(), SimError>) -> Self {
        Self { weight, act: Act::Now(act) }
    }

    /// An action that goes over the network.
    pub const fn later(
        weight: u32,
        act: for<'a> fn(&'a mut World, usize) -> LocalBoxFuture<'a, Result<(), SimError>>,
    ) -> Self {
        Self { weight, act: Act::Later(act) }
    }
}

impl Act {
    /// Does it.
    pub async fn run(self, world: &mut World, phone: usize) -> Result<(), SimError> {
        match self {
            Self::Now(act) => act(world, phone),
            Self::Later(act) => act(world, phone).await,
        }
    }
}

/// A first building with doors and households in two grids, so that there is something to meet on.
pub async fn found(world: &mut World) -> Result<(), SimError> {
    for phone in [0, 2] {
        place::found(world, phone)?;
    }
    newcomer::found(world)?;
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
    let step_ms = [50, 900, 20_000][world.rng.random_range(0..3)];
    world.time.pass_ms(step_ms);
    let mut phone = world.rng.random_range(0..world.phones.len());
    // A volunteer does less than others.
    if world.phones[phone].account == world.volunteer && world.chance(2) {
        phone = world.rng.random_range(0..world.phones.len());
    }
    if world.phones[phone].joined {
        let done = newcomer::act(world, phone).await;
        machines_fail(world, done)?;
        return Ok(phone);
    }
    let office = if world.shape == Shape::Office { OFFICE_FAMILIES } else { &[] };
    let all = || FAMILIES.iter().chain(office).flat_map(|f| f.actions);
    let mut at = world.rng.random_range(0..all().map(|a| a.weight).sum());
    for action in all() {
        if at < action.weight {
            let done = action.act.run(world, phone).await;
            machines_fail(world, done)?;
            break;
        }
        at -= action.weight;
    }
    Ok(phone)
}

/// What a machine without power or room says is no failure of what runs on it: the phone is dead, or nothing was written.
fn machines_fail(world: &mut World, done: Result<(), SimError>) -> Result<(), SimError> {
    let dead: Vec<usize> = (0..world.phones.len()).filter(|p| world.phones[*p].has_no_power()).collect();
    for phone in &dead {
        world.phones[*phone].cut_power()?;
        world.coverage.saw(Situation::DiedBetweenCommits);
        world.note(format!("phone {phone}: died between two commits"));
    }
    match done {
        Err(SimError::App(AppError::Store(StoreError::Full)) | SimError::Store(StoreError::Full)) => {
            world.coverage.saw(Situation::DiskFull);
            world.note("the disk is full");
            Ok(())
        }
        Err(SimError::App(_) | SimError::Store(_)) if !dead.is_empty() => Ok(()),
        other => other,
    }
}

/// Machines and network are mended: servers live and have room, everybody reaches them, and is of one release.
pub fn mend(world: &mut World) -> Result<(), SimError> {
    world.server.instances.iter().for_each(|instance| instance.health.spare());
    servers::rise(world, 0)?;
    servers::free(world, 0)?;
    parting::join(world, 0)?;
    world.network.speak_alike();
    Ok(())
}

/// What families bring to an end in each round of healing.
pub async fn heal(world: &mut World) -> Result<(), SimError> {
    for act in FAMILIES.iter().filter_map(|f| f.heal) {
        for phone in 0..world.phones.len() {
            act.run(world, phone).await?;
        }
    }
    Ok(())
}

/// Does a command; a refusal by the domain is part of life.
fn execute(world: &mut World, phone: usize, command: &Command) -> Result<Option<Changed>, SimError> {
    let notebook = world.phones[phone].notebook()?;
    let said = format!("phone {phone}: {}", command.name());
    match notebook.execute(command) {
        Ok(changed) => {
            if (notebook.now().0 - world.time.now_ms()).abs() > 86_400_000 {
                world.coverage.saw(Situation::ClockOff);
            }
            let writer = world.phones[phone].writer;
            for record in &changed.changes.ids {
                world.ledger.note_writer(writer, *record);
            }
            world.note(format!("{said} → {:?}", changed.saved.iter().map(|s| s.name).collect::<Vec<_>>()));
            Ok(Some(changed))
        }
        Err(AppError::Rejected(why)) => {
            world.note(format!("{said}: {}", why.code()));
            Ok(None)
        }
        Err(AppError::LeaseOver) => {
            world.note(format!("{said}: not before it was heard of"));
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
    world.ledger.note(Typed { phone, space, record, field: field.to_owned(), value: value.clone(), n: 0 });
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
