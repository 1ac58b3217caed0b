//! Rounds: somebody works until the power goes, and what comes back is judged.
//!
//! Owns the schedule of a seed and its count. Refuses to go on after something broke. Invariant: after every loss of power
//! the stores go on working, and at the end everybody agrees.

use crate::action;
use crate::disk::Leaves;
use crate::oracle;
use crate::world::{CrashError, Machine, PHONES, World};
use rand::RngExt as _;
use std::collections::BTreeMap;

/// Losses of power of one world before everybody must agree.
pub const ROUNDS: usize = 40;

/// Actions after which a world with power is asked to agree all the same.
const ACTIONS_MOST: usize = 60;

/// What a run came to.
#[derive(Debug, Default, Clone)]
pub struct Count {
    /// Losses of power.
    pub crashes: u64,
    /// Those that met writes that were not synced.
    pub bitten: u64,
    /// Those that came while a machine was coming back from another one.
    pub while_starting: u64,
    /// By machine and what was left.
    pub by: BTreeMap<(&'static str, Leaves), u64>,
    /// Worlds that agreed at their end.
    pub worlds: u64,
}

impl Count {
    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        self.crashes += other.crashes;
        self.bitten += other.bitten;
        self.while_starting += other.while_starting;
        self.worlds += other.worlds;
        for (key, count) in &other.by {
            *self.by.entry(*key).or_default() += count;
        }
    }
}

/// A world that broke.
#[derive(Debug)]
pub struct Failed {
    /// Its seed.
    pub seed: u64,
    /// Why.
    pub error: CrashError,
    /// What had been done.
    pub trace: Vec<String>,
    /// How many losses of power it had survived.
    pub crashes: u64,
}

/// Runs a seed with the store's own settings.
pub fn run(seed: u64, rounds: usize) -> Result<Count, Box<Failed>> {
    run_with(seed, rounds, |_| {})
}

/// The same after the world was told something: how controls are made.
pub fn run_with(seed: u64, rounds: usize, tell: impl FnOnce(&mut World)) -> Result<Count, Box<Failed>> {
    let mut count = Count::default();
    let fail = |error, trace, crashes| Box::new(Failed { seed, error, trace, crashes });
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = CrashError::Failed { doing: "make a runtime".to_owned(), error: error.to_string() };
            return Err(fail(error, Vec::new(), 0));
        }
    };
    runtime.block_on(async {
        let mut world = World::new(seed).await.map_err(|error| fail(error, Vec::new(), 0))?;
        tell(&mut world);
        match schedule(&mut world, rounds, &mut count).await {
            Ok(()) => {
                count.worlds = 1;
                Ok(count)
            }
            Err(error) => Err(fail(error, std::mem::take(&mut world.trace), count.crashes)),
        }
    })
}

async fn schedule(world: &mut World, rounds: usize, count: &mut Count) -> Result<(), CrashError> {
    for round in 0..rounds {
        round_of(world, count).await?;
        if round % 16 == 15 {
            world.note("everybody is to agree");
            oracle::convergence(world).await?;
            for index in 0..PHONES {
                oracle::views(world, index)?;
            }
        }
    }
    oracle::convergence(world).await
}

/// One loss of power, and whatever comes of it.
async fn round_of(world: &mut World, count: &mut Count) -> Result<(), CrashError> {
    let machines = world.machines();
    let Some(victim) = world.pick(&machines) else { return Ok(()) };
    let lasts = few(world, 9);
    world.note(format!("{victim:?} has power for {lasts} changes of its disk"));
    world.disk(victim).power_lasts(lasts);
    for _ in 0..ACTIONS_MOST {
        let mut acting = if world.chance(3) { world.pick(&machines).unwrap_or(victim) } else { victim };
        if victim == Machine::Server && world.chance(2) {
            acting = Machine::Phone(world.rng.random_range(0..PHONES));
        }
        let done = action::act(world, acting).await;
        if world.is_dead(victim) {
            // Whoever asked the dead machine heard an error, or nothing.
            if let Err(error @ CrashError::Broken(_)) = done {
                return Err(error);
            }
            break;
        }
        done?;
    }
    if world.is_dead(victim) {
        return come_back(world, victim, count);
    }
    world.disk(victim).mend();
    Ok(())
}

/// A number that is small most of the time: 1 to about 2 to the power of `bits`.
fn few(world: &mut World, bits: u32) -> u64 {
    let bits = world.rng.random_range(0..=bits);
    world.rng.random_range(1..=1_u64 << bits)
}

/// The machine comes back, now and then to lose its power again while it does.
fn come_back(world: &mut World, victim: Machine, count: &mut Count) -> Result<(), CrashError> {
    let mut starting = false;
    loop {
        let leaves = Leaves::ALL[world.rng.random_range(0..4)];
        world.stop(victim);
        let pending = world.disk(victim).come_back(leaves);
        count.crashes += 1;
        count.bitten += u64::from(pending > 0);
        count.while_starting += u64::from(starting);
        let who = if victim == Machine::Server { "server" } else { "phone" };
        *count.by.entry((who, leaves)).or_default() += 1;
        world.note(format!("{victim:?} lost its power: {pending} writes were not synced, left: {leaves:?}"));
        if world.chance(4) {
            let lasts = few(world, 5);
            world.disk(victim).power_lasts(lasts);
        }
        let judged = match victim {
            Machine::Server => oracle::server(world),
            Machine::Phone(index) => oracle::phone(world, index),
        };
        match judged {
            Err(error @ CrashError::Broken(_)) => return Err(error),
            _ if world.is_dead(victim) => starting = true,
            Err(error) => return Err(error),
            Ok(()) => {
                world.disk(victim).mend();
                return Ok(());
            }
        }
    }
}
