//! A day's work with one fault in it, at every call of the disk in turn: an I/O error or a full disk, once and for ever.
//!
//! Owns the day and the walk over its calls. Refuses to skip a call but by the stride that it is told. Invariant: what was
//! acknowledged before, beside and after the fault is there; once the disk is mended the same process works on.

use crate::action;
use crate::disk::{Failure, Fault, Leaves};
use crate::oracle::{self, hold};
use crate::world::{CrashError, Machine, World, failed};
use rand::RngExt as _;

/// After so many faults a world is made anew, so that it stays small.
const FAULTS_A_WORLD: u64 = 40;

/// What a sweep came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Calls of the disk in a day without a fault.
    pub calls: u64,
    /// Days with a fault.
    pub days: u64,
    /// Calls that failed in them.
    pub failed: u64,
    /// Days in which somebody was told that something could not be done.
    pub told: u64,
}

/// A sweep that broke.
#[derive(Debug)]
pub struct Broke {
    /// Which machine, and at which fault.
    pub at: (Machine, Fault),
    /// Why.
    pub error: CrashError,
    /// What had been done.
    pub trace: Vec<String>,
}

/// The four ways in which a call fails.
pub const WAYS: [(Failure, bool); 4] =
    [(Failure::Io, false), (Failure::Io, true), (Failure::Full, false), (Failure::Full, true)];

/// Walks over every `stride`-th call of a machine's day, from `first` on.
pub async fn sweep(machine: Machine, seed: u64, stride: u64) -> Result<Swept, Box<Broke>> {
    let none = Fault { at: 0, failure: Failure::Io, forever: false };
    let early = |error| Box::new(Broke { at: (machine, none), error, trace: Vec::new() });
    let mut world = World::new(seed).await.map_err(early)?;
    let mut swept = Swept::default();
    // The first day founds something; the second one is what others are like.
    for _ in 0..2 {
        let before = world.disk(machine).calls().0;
        let (told, fatal) = day(&mut world, machine).await;
        swept.calls = world.disk(machine).calls().0 - before;
        fatal.map_err(early)?;
        if let Some(error) = told {
            return Err(early(error));
        }
    }
    let mut faults = 0;
    for (failure, forever) in WAYS {
        let mut at = 1 + seed % stride;
        while at <= swept.calls {
            if faults % FAULTS_A_WORLD == FAULTS_A_WORLD - 1 {
                let agreed = oracle::convergence(&mut world).await;
                agreed.map_err(|error| {
                    let trace = std::mem::take(&mut world.trace);
                    Box::new(Broke { at: (machine, Fault { at, failure, forever }), error, trace })
                })?;
                world = World::new(seed + faults).await.map_err(early)?;
                let _founded = day(&mut world, machine).await;
            }
            let fault = Fault { at, failure, forever };
            let judged = one(&mut world, machine, fault, &mut swept).await;
            judged.map_err(|error| {
                Box::new(Broke { at: (machine, fault), error, trace: std::mem::take(&mut world.trace) })
            })?;
            (at, faults) = (at + stride, faults + 1);
        }
    }
    oracle::convergence(&mut world).await.map_err(early)?;
    Ok(swept)
}

/// One day with one fault, and what is left of it.
async fn one(world: &mut World, machine: Machine, fault: Fault, swept: &mut Swept) -> Result<(), CrashError> {
    world.note(format!("{machine:?}: {fault:?}"));
    world.disk(machine).plan(fault);
    let (told, fatal) = day(world, machine).await;
    swept.failed += world.disk(machine).mend();
    swept.days += 1;
    swept.told += u64::from(told.is_some());
    fatal?;
    // The same process goes on, if there is one.
    let after = match machine {
        Machine::Phone(phone) => action::edit(world, phone),
        Machine::Server => action::rename(world).and_then(|()| action::edit(world, 0)),
    };
    let after = if after.is_ok() { arrives(world).await } else { after };
    after.map_err(|e| CrashError::Broken(format!("the disk is mended, and nothing works: {e}")))?;
    judge(world, machine)?;
    if world.rng.random_range(0..2) == 0 {
        let leaves = Leaves::ALL[world.rng.random_range(0..4)];
        world.stop(machine);
        world.disk(machine).come_back(leaves);
        world.note(format!("{machine:?} lost its power as well, left: {leaves:?}"));
        judge(world, machine)?;
    }
    Ok(())
}

/// What a phone typed arrives.
async fn arrives(world: &mut World) -> Result<(), CrashError> {
    let store = world.server()?.running().store.clone();
    let (nonce, now_s) = (world.token(), world.time.now_ms() / 1_000);
    let device = gridwalk_model::id::DeviceId([0x44; 16]);
    store.use_nonce(device, &nonce, now_s, now_s - 100).map_err(failed("use a nonce"))?;
    for _ in 0..2 {
        whole(world, 0).await?;
    }
    let notebook = world.notebook(0).map_err(failed("open a phone"))?;
    let own = notebook.store().own_changes().map_err(failed("read own changes"))?;
    let waits = own.iter().filter(|o| o.verdict.is_none()).count();
    hold(waits == 0, || format!("{waits} changes wait on a good line"))
}

fn judge(world: &mut World, machine: Machine) -> Result<(), CrashError> {
    match machine {
        Machine::Server => oracle::server(world),
        Machine::Phone(index) => oracle::phone(world, index),
    }
}

/// A day on a machine: what could not be done first, and what may not be at all.
async fn day(world: &mut World, machine: Machine) -> (Option<CrashError>, Result<(), CrashError>) {
    let mut told = None;
    for hour in 0..10 {
        match hour_of(world, machine, hour).await {
            Ok(()) => {}
            Err(broken @ CrashError::Broken(_)) => return (told, Err(broken)),
            Err(error) => {
                world.note(format!("{machine:?}: {error}"));
                told.get_or_insert(error);
            }
        }
    }
    (told, Ok(()))
}

async fn hour_of(world: &mut World, machine: Machine, hour: u32) -> Result<(), CrashError> {
    world.time.pass_ms(60_000);
    match (machine, hour) {
        (_, 0) => {
            world.stop(machine);
            match machine {
                Machine::Server => world.server().map(drop),
                Machine::Phone(phone) => world.notebook(phone).map(drop).map_err(failed("open a phone")),
            }
        }
        (Machine::Phone(phone), 1) => action::add(world, phone),
        (Machine::Phone(phone), 2 | 6) => action::edit(world, phone),
        (Machine::Phone(phone), 3) => action::open_form(world, phone),
        (Machine::Phone(phone), 4) => action::keep_form(world, phone),
        (Machine::Phone(phone), 5) => action::end_form(world, phone),
        (Machine::Phone(phone), 7) => whole(world, phone).await,
        (Machine::Phone(phone), 8) => action::track(world, phone),
        (Machine::Phone(phone), _) => {
            let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
            notebook.store().empty_log().map_err(failed("empty the log"))
        }
        (Machine::Server, 1 | 5) => action::rename(world),
        (Machine::Server, 2) => action::edit(world, 0),
        (Machine::Server, 3 | 7) => whole(world, 0).await,
        (Machine::Server, 4 | 6) => action::share(world),
        (Machine::Server, 8) => whole(world, 1).await,
        (Machine::Server, _) => world.server()?.close().map_err(failed("close the server")),
    }
}

/// Steps until a session rests.
async fn whole(world: &mut World, phone: usize) -> Result<(), CrashError> {
    let report = world.sync(phone).await?;
    world.note(format!("phone {phone}: {report:?}"));
    hold(report.mismatch.is_empty(), || format!("phone {phone}: {report:?}"))?;
    hold(report.lost == 0 && report.restamped == 0, || format!("phone {phone}: {report:?}"))
}
