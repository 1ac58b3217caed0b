//! A small world on disks that fail: one server, two phones, a line without faults.
//!
//! Owns its machines, their power and the ledger. Refuses to judge. Invariant: every process is gone before its disk comes
//! back, and each comes back by the way in which it always starts.

use crate::disk::{Disk, Leaves};
use crate::ledger::{Ledger, Told};
use crate::vfs::Mounted;
use gridwalk_app::Notebook;
use gridwalk_model::ReplicaId;
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_server::{Server, ServerError, ServerOptions};
use gridwalk_sim::founding;
use gridwalk_sim::machine::{SeededIds, TrueTime};
use gridwalk_sim::phone::{Post, SimPhone};
use gridwalk_sim::run::SimError;
use gridwalk_sim::server::{City, SimServer};
use gridwalk_sim::transport::Network;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The name of the server's database in its folder.
pub const SERVER_FILE: &str = gridwalk_server::store::sqlite::DATABASE;

/// Phones of a world.
pub const PHONES: usize = 2;

/// The moment at which worlds begin: 2026-03-02, a Monday morning.
pub(crate) const BEGINS_MS: i64 = 1_772_409_600_000;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrashError {
    /// Something that was acknowledged is gone, or something is wrong with what is left.
    #[error("{0}")]
    Broken(String),
    /// A part of the world failed, with every disk in order.
    #[error("{doing}: {error}")]
    Failed {
        /// What was being done.
        doing: String,
        /// Why.
        error: String,
    },
}

/// Which machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Machine {
    /// The server.
    Server,
    /// A phone.
    Phone(usize),
}

/// The world.
pub struct World {
    /// Every choice.
    pub rng: ChaCha8Rng,
    /// True time.
    pub time: TrueTime,
    /// The line.
    pub network: Network,
    /// The phones.
    pub phones: Vec<SimPhone>,
    /// Their replicas: a loss of power makes nobody somebody else.
    pub replicas: Vec<ReplicaId>,
    /// The city.
    pub city: City,
    /// Whose hand administers.
    pub admin: AccountId,
    /// What people were told.
    pub ledger: Ledger,
    /// What was done, line by line.
    pub trace: Vec<String>,
    server: Option<Server>,
    options: ServerOptions,
    disks: BTreeMap<Machine, Mounted>,
    tokens: u64,
    /// Last: the disks are mounted in it.
    folder: tempfile::TempDir,
}

/// A folder in memory where the machine has one.
pub fn scratch() -> std::io::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let inside = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("gridwalk-crash").tempdir_in(inside)
}

fn machine(error: &std::io::Error) -> CrashError {
    CrashError::Failed { doing: "make a folder".to_owned(), error: error.to_string() }
}

/// A failure with nothing wrong below.
pub fn failed<E: std::error::Error>(doing: &str) -> impl FnOnce(E) -> CrashError + '_ {
    move |error| {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(deeper) = source {
            text = format!("{text}: {deeper}");
            source = deeper.source();
        }
        CrashError::Failed { doing: doing.to_owned(), error: text }
    }
}

impl World {
    /// Builds it: everybody is enrolled and has pulled once, and everything is synced.
    pub async fn new(seed: u64) -> Result<Self, CrashError> {
        let folder = scratch().map_err(|e| machine(&e))?;
        let mut disks = BTreeMap::new();
        for (at, name) in [(Machine::Server, "server"), (Machine::Phone(0), "one"), (Machine::Phone(1), "two")] {
            let place = folder.path().join(name);
            std::fs::create_dir_all(&place).map_err(|e| machine(&e))?;
            let disk = Disk::new(seed ^ ((disks.len() as u64 + 1) << 40));
            disks.insert(at, Mounted::at(&place, disk).map_err(|e| machine(&e))?);
        }
        let time = TrueTime::starting_at(BEGINS_MS);
        let home = disks.get(&Machine::Server).map(Mounted::folder).unwrap_or_default();
        let sim = SimServer::create(&home, seed, &time, None).map_err(failed("make the server"))?;
        let network = Network::new(sim.server.router(), seed);
        network.set_faults(0);
        let mut phones = Vec::new();
        for index in 0..PHONES {
            let (unit, role) = (sim.city.grids[0], "gridworker");
            let account = sim.account(index).map_err(failed("make an account"))?;
            sim.grant(account, unit, role, &gridwalk_sim::server::ALL_KINDS).map_err(failed("grant"))?;
            let folder = disks.get(&Machine::Phone(index)).map(Mounted::folder).unwrap_or_default();
            // Power as the simulator has it, over whole files, stays away: its worlds of this kind are every third.
            let (post, at) = (Post { account, unit, role }, (seed / 3 * 3 + 1, &time, 0));
            let phone = SimPhone::enrol(index, post, (&sim, &network), &folder, at, None).await;
            phones.push(phone.map_err(failed("enrol"))?);
        }
        let options = founding::options(home, &time, SeededIds::new(seed, 2));
        let SimServer { server, city, admin, .. } = sim;
        let mut world = Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            time,
            network,
            phones,
            replicas: Vec::new(),
            city,
            admin,
            ledger: Ledger { phones: (0..PHONES).map(|_| Told::default()).collect(), ..Ledger::default() },
            trace: Vec::new(),
            server: Some(server),
            options,
            disks,
            tokens: 0,
            folder,
        };
        world.settle().await?;
        Ok(world)
    }

    /// Everybody pulls; then everything is stopped and started once.
    async fn settle(&mut self) -> Result<(), CrashError> {
        for index in 0..PHONES {
            self.sync(index).await?;
            let notebook = self.phones[index].notebook().map_err(failed("open a phone"))?;
            self.replicas.push(notebook.store().replica().map_err(failed("ask for a replica"))?);
        }
        for machine in self.machines() {
            self.stop(machine);
            self.disk(machine).come_back(Leaves::All);
        }
        Ok(())
    }

    /// All machines.
    pub fn machines(&self) -> Vec<Machine> {
        self.disks.keys().copied().collect()
    }

    /// A machine's disk.
    pub fn disk(&self, machine: Machine) -> Disk {
        self.disks[&machine].disk().clone()
    }

    /// The name of a file on a machine's disk.
    pub fn name_on(&self, machine: Machine, file: &str) -> String {
        self.disks[&machine].name(file)
    }

    /// The world's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// How the server is opened; only a control changes it.
    pub const fn options_mut(&mut self) -> &mut ServerOptions {
        &mut self.options
    }

    /// A whole session on a phone.
    pub async fn sync(&mut self, phone: usize) -> Result<gridwalk_app::sync_engine::SyncReport, CrashError> {
        self.server()?;
        let network = self.network.clone();
        let engine = self.phones[phone].engine().map_err(failed("open a phone"))?;
        engine.sync_once(&network).await.map_err(failed("sync"))
    }

    /// The server, started if it is not running.
    pub fn server(&mut self) -> Result<Server, CrashError> {
        if let Some(server) = &self.server {
            return Ok(server.clone());
        }
        self.stand_in()?;
        let server = Server::open(self.options.clone()).map_err(failed::<ServerError>("open the server"))?;
        self.network.set_router(server.router());
        self.server = Some(server.clone());
        Ok(server)
    }

    /// The server looks whether its file is there before it opens it, and does not ask SQLite.
    fn stand_in(&self) -> Result<(), CrashError> {
        let stands = self.options.folder.join(SERVER_FILE);
        let there = self.disk(Machine::Server).has(&self.name_on(Machine::Server, SERVER_FILE));
        let done = match (there, stands.exists()) {
            (true, false) => std::fs::write(&stands, []),
            (false, true) => std::fs::remove_file(&stands),
            _ => Ok(()),
        };
        done.map_err(|e| machine(&e))
    }

    /// A phone's notebook, opened if it is not running.
    pub fn notebook(&mut self, phone: usize) -> Result<Arc<Notebook>, SimError> {
        self.phones[phone].notebook()
    }

    /// Ends a machine's process; what it holds in memory is gone.
    pub fn stop(&mut self, machine: Machine) {
        match machine {
            Machine::Server => {
                self.network.unplug();
                self.server = None;
            }
            Machine::Phone(index) => self.phones[index].kill(),
        }
    }

    /// Whether a machine has no power.
    pub fn is_dead(&self, machine: Machine) -> bool {
        self.disks.get(&machine).is_some_and(|mounted| mounted.disk().is_dead())
    }

    /// The spaces of the world.
    pub const fn spaces(&self) -> [SpaceId; 2] {
        [self.city.reference, self.city.county]
    }

    /// Where everybody works.
    pub const fn unit(&self) -> UnitId {
        self.city.grids[0]
    }

    /// A text that nobody typed before.
    pub fn token(&mut self) -> String {
        self.tokens += 1;
        format!("词{}", self.tokens)
    }

    /// One in so many.
    pub fn chance(&mut self, one_in: u32) -> bool {
        self.rng.random_range(0..one_in) == 0
    }

    /// One of a list.
    pub fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { list.get(self.rng.random_range(0..list.len())).cloned() }
    }

    /// Writes a line of the trace.
    pub fn note(&mut self, line: impl Into<String>) {
        self.trace.push(line.into());
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Processes go before their disks are taken away below them.
        for machine in self.machines() {
            self.stop(machine);
        }
    }
}
