//! A simulated world: a city, its server, phones, a hostile network, and the ledger of what was typed.
//!
//! Owns the set-up and what actions share. Refuses to judge. Invariant: every choice comes from the seed.

use crate::coverage::{Coverage, Situation};
use crate::dump::{PhoneDump, ServerDump};
use crate::invariant::journal::Settled;
use crate::ledger::Ledger;
use crate::machine::TrueTime;
use crate::phone::{Post, SimPhone};
use crate::plant::Plant;
use crate::run::SimError;
use crate::server::SimServer;
use crate::transport::Network;
use gridwalk_model::id::DraftId;
use gridwalk_model::state::State;
use gridwalk_model::{RecordId, Value};
use gridwalk_sync::handover::{self, HandOver};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

/// The world.
pub struct World {
    /// Its seed.
    pub seed: u64,
    /// Every choice.
    pub rng: ChaCha8Rng,
    /// True time.
    pub time: TrueTime,
    /// The server.
    pub server: SimServer,
    /// The network.
    pub network: Network,
    /// The phones.
    pub phones: Vec<SimPhone>,
    /// What was typed.
    pub ledger: Ledger,
    /// What happened.
    pub coverage: Coverage,
    /// Grants that stand: number, phone.
    pub grants: Vec<(i64, usize)>,
    /// Outcomes of steps.
    pub settled: Settled,
    /// What was done, line by line.
    pub trace: Vec<String>,
    /// What revoked phones handed over, by device.
    pub handed_over: Vec<HandOver>,
    left_with_draft: BTreeSet<(usize, DraftId)>,
    tokens: u64,
    dump: Option<(Vec<u64>, ServerDump)>,
    folder: tempfile::TempDir,
}

/// The moment at which worlds begin: 2026-03-02, a Monday morning.
const BEGINS_MS: i64 = 1_772_409_600_000;

impl World {
    /// Builds it.
    pub async fn new(seed: u64, plant: Option<Plant>) -> Result<Self, SimError> {
        let folder = scratch()?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let time = TrueTime::starting_at(BEGINS_MS);
        let server_folder = folder.path().join("server");
        std::fs::create_dir_all(&server_folder)?;
        let server = SimServer::create(&server_folder, seed, &time, plant)?;
        let network = Network::new(server.server.router(), seed);
        network.set_faults(0);
        let key = server.server.running().key.clone();
        network.set_opener(move |sealed| handover::open_left(sealed, &key).ok());
        let city = server.city.clone();
        let posts = [
            (city.grids[0], "gridworker"),
            (city.grids[0], "gridworker"),
            (city.grids[1], "gridworker"),
            (city.villages[0], "village_supervisor"),
            (city.township, "township_supervisor"),
        ];
        let mut world = Self {
            seed,
            time,
            server,
            network,
            phones: Vec::new(),
            ledger: Ledger::default(),
            coverage: Coverage::default(),
            grants: Vec::new(),
            settled: Settled::default(),
            trace: Vec::new(),
            handed_over: Vec::new(),
            left_with_draft: BTreeSet::new(),
            tokens: 0,
            dump: None,
            folder,
            rng: ChaCha8Rng::seed_from_u64(0),
        };
        let phones = rng.random_range(3..=posts.len());
        for (index, (unit, role)) in posts.into_iter().enumerate().take(phones) {
            let account = world.server.account(index)?;
            let grant = world.server.grant(account, unit, role)?;
            world.grants.push((grant, index));
            let off_ms = off_ms(&mut rng);
            let post = Post { account, unit, role };
            let folder = world.folder.path().to_owned();
            let at = (seed, &world.time, off_ms);
            world.phones.push(SimPhone::enrol(index, post, (&world.server, &world.network), &folder, at, plant).await?);
        }
        world.rng = rng;
        Ok(world)
    }

    /// A value that nobody typed before.
    pub fn token(&mut self) -> Value {
        self.tokens += 1;
        Value::Text(format!("词{}", self.tokens))
    }

    /// Writes a line of the trace.
    pub fn note(&mut self, line: impl Into<String>) {
        self.trace.push(line.into());
    }

    /// One in so many.
    pub fn chance(&mut self, one_in: u32) -> bool {
        self.rng.random_range(0..one_in) == 0
    }

    /// One of a list.
    pub fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { list.get(self.rng.random_range(0..list.len())).cloned() }
    }

    /// The server's dump, taken again only when something changed.
    pub fn server_dump(&mut self) -> Result<&ServerDump, SimError> {
        let mut version = self.server.version()?;
        version.extend(self.grants.iter().map(|(g, _)| g.cast_unsigned()));
        if self.dump.as_ref().is_none_or(|(v, _)| *v != version) {
            let dump = self.server.dump()?;
            self.dump = Some((version, dump));
        }
        self.dump.as_ref().map(|(_, d)| d).ok_or_else(|| SimError::Setup("no dump".into()))
    }

    /// What one phone holds and shows.
    pub fn look(&mut self, phone: usize) -> Result<(PhoneDump, BTreeMap<RecordId, State>), SimError> {
        self.handed_over.extend(self.network.take_handed_over());
        let dump = self.phones[phone].dump()?;
        let view = self.phones[phone].view(&dump)?;
        for (draft, record) in &dump.drafts {
            let leaving = dump.rows.get(record).is_some_and(|r| r.leaving);
            if leaving && self.left_with_draft.insert((phone, *draft)) {
                self.coverage.saw(Situation::LeaveWithDraft);
            }
        }
        Ok((dump, view))
    }
}

/// How wrong a clock is: mostly right, sometimes by days, sometimes by decades.
pub fn off_ms(rng: &mut ChaCha8Rng) -> i64 {
    let day = 86_400_000;
    match rng.random_range(0..10) {
        0..=4 => rng.random_range(-90_000..90_000),
        5 => 3 * day,
        6 => -5 * day,
        7 => 73 * 365 * day,
        _ => -56 * 365 * day,
    }
}

/// A folder in memory where the machine has one: a hundred worlds write a lot.
fn scratch() -> std::io::Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::Builder::new().prefix("gridwalk-sim").tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
}
