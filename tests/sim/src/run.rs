//! One run of one seed: a schedule of random actions, checks after each, healing, checks at the quiet point.
//!
//! Owns the order. Refuses to go on after a broken invariant. Invariant: the same seed gives the same trace.

use crate::action;
use crate::coverage::Coverage;
use crate::heal;
use crate::invariant::{Broken, journal, phone};
use crate::plant::Plant;
use crate::world::World;
use gridwalk_model::{RecordId, SealedChange};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// An invariant does not hold.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// What a phone holds is not what the server says that it should hold.
    #[error("phone {phone}: the digest differs")]
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
}

/// A run that did not.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: SimError,
    /// What had been done.
    pub trace: Vec<String>,
}

/// How long a schedule is.
pub const ACTIONS: usize = 160;

/// Runs a seed.
pub fn run(seed: u64, plant: Option<Plant>) -> Result<Held, Failed> {
    let early = |error: SimError| Failed { error, trace: Vec::new() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|e| early(e.into()))?;
    runtime.block_on(async {
        let mut world = World::new(seed, plant).await.map_err(early)?;
        match schedule(&mut world).await {
            Ok(()) => Ok(Held { coverage: world.coverage, trace: world.trace }),
            Err(error) => Err(Failed { error, trace: world.trace }),
        }
    })
}

async fn schedule(world: &mut World) -> Result<(), SimError> {
    action::found(world).await?;
    for _ in 0..ACTIONS {
        let phone = action::act(world).await?;
        for situation in world.network.take_saw() {
            world.coverage.saw(situation);
        }
        check_now(world, phone)?;
    }
    heal::heal(world).await
}

/// What must hold at every moment: 1, 2, 4, 5, 6, 11.
pub fn check_now(world: &mut World, index: usize) -> Result<(), SimError> {
    let (dump, view) = world.look(index)?;
    let server = world.server_dump()?.clone();
    let (given, given_drafts) = handed_over(world, index);
    phone::invariant_1_typed_is_never_lost(index, &dump, &view, &server, &world.ledger, &given)?;
    phone::invariant_2_a_lone_writer_agrees(index, &view, &world.ledger)?;
    phone::invariant_11_drafts_survive(index, &dump, &world.ledger, &given_drafts)?;
    for space in server.spaces.values() {
        journal::invariant_4_steps_stay_settled(space, &mut world.settled)?;
        journal::invariant_6_lying_clocks_are_held(space)?;
    }
    journal::invariant_5_one_body_once(&server)?;
    Ok(())
}

/// What a revoked phone handed over: changes, and records of drafts.
pub fn handed_over(world: &World, index: usize) -> (Vec<SealedChange>, BTreeSet<RecordId>) {
    let device = world.phones[index].device;
    let mine = || world.handed_over.iter().filter(|h| h.device == device);
    let changes = mine().flat_map(|h| &h.changes).filter_map(|c| SealedChange::open(&c.body).ok()).collect();
    (changes, mine().flat_map(|h| &h.drafts).map(|d| d.record).collect())
}

/// 3, for every space, in an order of admission of the seed's choosing.
pub fn check_orders(world: &mut World) -> Result<(), SimError> {
    let mut rng = ChaCha8Rng::seed_from_u64(world.seed ^ 0x0d0e);
    let server = world.server_dump()?.clone();
    for space in server.spaces.values() {
        journal::invariant_3_order_of_admission_does_not_matter(&server, space, &mut rng)?;
    }
    Ok(())
}
