//! One run of one seed: a schedule of random actions, checks after each, healing, checks at the quiet point.
//!
//! Owns the order. Refuses to go on after a broken invariant. Invariant: the same seed gives the same trace.

use crate::action;
use crate::coverage::Coverage;
use crate::dump::{PhoneDump, ServerDump};
use crate::heal;
use crate::invariant::phone::Beyond;
use crate::invariant::{Broken, journal, mask, phone};
use crate::plant::Plant;
use crate::shape::Shape;
use crate::transport::Said;
use crate::world::World;
use gridwalk_model::state::State;
use gridwalk_model::{RecordId, SealedChange};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// An invariant does not hold.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// What a phone holds is not what the server says that it should hold.
    #[error("invariant 7 broken: phone {phone}: the digest of the page differs")]
    DigestDiffers {
        /// Which phone.
        phone: usize,
    },
    /// The server failed.
    #[error("the server failed: {0}")]
    Server(#[from] gridwalk_server::ServerError),
    /// A phone failed.
    #[error("a phone failed: {0}")]
    App(#[from] gridwalk_app::AppError),
    /// A phone's store failed.
    #[error("a store failed: {0}")]
    Store(#[from] gridwalk_store::StoreError),
    /// The machine failed.
    #[error("the machine failed: {0}")]
    Machine(#[from] std::io::Error),
    /// The world could not be built.
    #[error("{0}")]
    Setup(String),
}

/// A run that held.
#[derive(Debug)]
pub struct Held {
    /// What happened.
    pub coverage: Coverage,
    /// What was done.
    pub trace: Vec<String>,
    /// What phones and server said to each other.
    pub said: Said,
}

/// A run that did not.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: SimError,
    /// What had been done.
    pub trace: Vec<String>,
}

/// Runs a seed.
pub fn run(seed: u64, shape: Shape, plant: Option<Plant>) -> Result<Held, Failed> {
    let early = |error: SimError| Failed { error, trace: Vec::new() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|e| early(e.into()))?;
    runtime.block_on(async {
        let mut world = World::new(seed, shape, plant).await.map_err(early)?;
        match schedule(&mut world).await {
            Ok(()) => Ok(Held { said: world.network.take_said(), coverage: world.coverage, trace: world.trace }),
            Err(error) => Err(Failed { error, trace: world.trace }),
        }
    })
}

async fn schedule(world: &mut World) -> Result<(), SimError> {
    action::found(world).await?;
    let server = world.server_dump()?;
    world.granted.clone_from(&server.grants);
    for _ in 0..world.shape.actions() {
        let phone = action::act(world).await?;
        for situation in world.network.take_saw() {
            world.coverage.saw(situation);
        }
        check_now(world, phone)?;
    }
    heal::heal(world).await
}

/// What must hold at every moment: 1, 2, 4, 5, 6, 10, 11.
pub fn check_now(world: &mut World, index: usize) -> Result<(), SimError> {
    let (dump, view) = world.look(index)?;
    let server = world.server_dump()?;
    for (device, states) in world.network.take_pages() {
        let asked = world.phones.iter().find(|phone| phone.devices.contains(&device));
        asked.map_or(Ok(()), |phone| mask::rights_a_page_is_masked(&server, &world.granted, phone.account, &states))?;
    }
    world.granted.clone_from(&server.grants);
    let (given, given_drafts) = handed_over(world, index);
    check_typed(world, index, (&dump, &view), &server, &given)?;
    let writer = world.phones[index].writer;
    phone::invariant_2_a_lone_writer_agrees((index, writer), &view, &world.ledger)?;
    phone::invariant_4_nothing_is_folded_twice(index, &view)?;
    phone::invariant_11_drafts_survive(index, &dump, &world.ledger, &given_drafts)?;
    if world.judged.as_ref().is_some_and(|judged| Arc::ptr_eq(judged, &server)) {
        return Ok(());
    }
    for space in server.spaces.values() {
        journal::invariant_4_steps_stay_settled(space, &mut world.settled)?;
        journal::invariant_6_lying_clocks_are_held(space)?;
    }
    journal::invariant_5_one_body_once(&server)?;
    journal::rights_what_was_held_is_not_refused(&server, &world.ledger)?;
    journal::invariant_10_timelines_are_kept_apart(&server, &mut world.dots)?;
    world.judged = Some(server);
    Ok(())
}

/// 1, for one phone.
pub fn check_typed(
    world: &mut World,
    index: usize,
    (dump, view): (&PhoneDump, &BTreeMap<RecordId, State>),
    server: &ServerDump,
    given: &[SealedChange],
) -> Result<(), SimError> {
    let mut beyond = Beyond { given: given.to_vec(), others: Vec::new() };
    let judged = phone::invariant_1_typed_is_never_lost(index, dump, view, server, &world.ledger, &beyond);
    if judged.is_ok() || server.restores == 0 {
        return Ok(judged?);
    }
    // What replaced it may be with its author alone since the server was put back.
    for other in (0..world.phones.len()).filter(|o| *o != index) {
        let held = world.phones[other].dump()?;
        beyond.others.extend(held.outbox.into_iter().chain(held.sent).map(|o| o.change));
    }
    Ok(phone::invariant_1_typed_is_never_lost(index, dump, view, server, &world.ledger, &beyond)?)
}

/// What a revoked phone handed over: changes, and records of drafts.
pub fn handed_over(world: &World, index: usize) -> (Vec<SealedChange>, BTreeSet<RecordId>) {
    let devices = &world.phones[index].devices;
    let mine = || world.handed_over.iter().filter(|h| devices.contains(&h.device));
    let changes = mine().flat_map(|h| &h.changes).filter_map(|c| SealedChange::open(&c.body).ok()).collect();
    (changes, mine().flat_map(|h| &h.drafts).map(|d| d.record).collect())
}

/// 3 and 15, for every space, in an order of admission of the seed's choosing.
pub fn check_orders(world: &mut World) -> Result<(), SimError> {
    let mut rng = ChaCha8Rng::seed_from_u64(world.seed ^ 0x0d0e);
    let server = world.server_dump()?;
    for space in server.spaces.values() {
        journal::invariant_3_order_of_admission_does_not_matter(&server, space, &mut rng)?;
        journal::invariant_15_folding_gives_equal_bytes(space, &mut rng)?;
    }
    Ok(())
}
