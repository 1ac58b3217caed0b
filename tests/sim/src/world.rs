//! A simulated world: a city, its server, phones, a hostile network, and the ledger of what was typed.
//!
//! Owns the set-up and what actions share. Refuses to judge. Invariant: every choice comes from the seed.

use crate::coverage::{Coverage, Situation};
use crate::dump::{Granted, PhoneDump, ServerDump};
use crate::invariant::journal::{Dots, Settled};
use crate::ledger::Ledger;
use crate::machine::TrueTime;
use crate::newer::NewerPhone;
use crate::phone::{Image, Post, SimPhone};
use crate::plant::Plant;
use crate::run::SimError;
use crate::server::{ALL_KINDS, SimServer};
use crate::shape::Shape;
use crate::transport::Network;
use gridwalk_model::id::{AccountId, DraftId};
use gridwalk_model::state::State;
use gridwalk_model::{RecordId, Value};
use gridwalk_sync::handover::{self, HandOver};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The world.
pub struct World {
    /// Its seed.
    pub seed: u64,
    /// Its shape.
    pub shape: Shape,
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
    /// A phone of a newer release, once there is one.
    pub newer: Option<NewerPhone>,
    /// What was typed.
    pub ledger: Ledger,
    /// What happened.
    pub coverage: Coverage,
    /// Whether a phone can tell a copy of its database, by its vault's mark. Where it cannot, the server is never put
    /// back: a copy that nobody can tell from its original, and a server that forgot both, are one fault too many.
    pub copies_are_told: bool,
    /// The newest backup of the server.
    pub backup: Option<PathBuf>,
    /// When it was made.
    pub backed_up_at_ms: i64,
    /// How often the server was put back.
    pub restores: u64,
    /// How many rows of phones were spoilt behind their backs.
    pub diverged: u64,
    /// Copies of phones' databases.
    pub images: Vec<Image>,
    /// Which body each dot named when the server first had it, on whatever timeline.
    pub dots: Dots,
    /// Outcomes of steps.
    pub settled: Settled,
    /// What was done, line by line.
    pub trace: Vec<String>,
    /// What revoked phones handed over, by device.
    pub handed_over: Vec<HandOver>,
    /// The server's dump that was judged last: nothing is judged twice.
    pub judged: Option<Arc<ServerDump>>,
    left_with_draft: BTreeSet<(usize, DraftId)>,
    /// The grants that stood when it was last looked.
    pub granted: Vec<Granted>,
    /// Whoever is a volunteer to begin with.
    pub volunteer: AccountId,
    /// Of those who joined by a poster, whom a supervisor said yes or no to: they may have been told more since.
    pub known: BTreeSet<AccountId>,
    tokens: u64,
    files: u64,
    writers: usize,
    dump: Option<(Vec<u64>, Arc<ServerDump>)>,
    folder: tempfile::TempDir,
}

/// Number of the login of whoever has the newer phone.
const NEWER_LOGIN: usize = 90;

/// In one world of so many somebody joins by a poster.
const NEWCOMER_EVERY: u64 = 4;

/// The moment at which worlds begin: 2026-03-02, a Monday morning.
const BEGINS_MS: i64 = 1_772_409_600_000;

impl World {
    /// Builds it.
    pub async fn new(seed: u64, shape: Shape, plant: Option<Plant>) -> Result<Self, SimError> {
        let folder = scratch()?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let time = TrueTime::starting_at(BEGINS_MS);
        let server_folder = folder.path().join("server");
        std::fs::create_dir_all(&server_folder)?;
        let mut server = SimServer::create(&server_folder, seed, &time, plant)?;
        server.stand_beside(shape.instances())?;
        let network = Network::new(server.server.router(), seed);
        network.set_doors(server.doors());
        network.set_faults(0);
        let key = server.server.running().key.clone();
        network.set_opener(move |sealed| handover::open_left(sealed, &key).ok());
        let mut posts = shape.posts(&server.city);
        if shape == Shape::Street {
            posts = some_of_a_street(posts, &mut rng);
        }
        let mut world = Self {
            seed,
            shape,
            time,
            server,
            network,
            phones: Vec::new(),
            newer: None,
            ledger: Ledger::default(),
            coverage: Coverage::default(),
            copies_are_told: seed.is_multiple_of(2),
            backup: None,
            backed_up_at_ms: 0,
            restores: 0,
            diverged: 0,
            images: Vec::new(),
            dots: Dots::default(),
            settled: Settled::default(),
            trace: Vec::new(),
            handed_over: Vec::new(),
            judged: None,
            left_with_draft: BTreeSet::new(),
            granted: Vec::new(),
            volunteer: AccountId::default(),
            known: BTreeSet::new(),
            tokens: 0,
            files: 0,
            writers: posts.len(),
            dump: None,
            folder,
            rng: ChaCha8Rng::seed_from_u64(0),
        };
        for (index, (unit, role)) in posts.into_iter().enumerate() {
            let account = world.server.account(index)?;
            if role == "volunteer" {
                world.volunteer = account;
            }
            world.server.grant(account, unit, role, &ALL_KINDS)?;
            let off_ms = off_ms(&mut rng);
            let post = Post { account, unit, role };
            let folder = world.folder.path().to_owned();
            let at = (seed, &world.time, off_ms);
            world.phones.push(SimPhone::enrol(index, post, (&world.server, &world.network), &folder, at, plant).await?);
        }
        world.maybe_joined(&mut rng, plant)?;
        let account = world.server.account(NEWER_LOGIN)?;
        let township = world.server.city.township;
        world.server.grant(account, township, "township_supervisor", &ALL_KINDS)?;
        let who = (seed, NEWER_LOGIN, account);
        world.newer = Some(NewerPhone::enrol(&world.server, &world.network, who).await?);
        world.rng = rng;
        Ok(world)
    }

    /// Phones ask the servers that there are now.
    pub fn open_doors(&self) {
        self.network.set_doors(self.server.doors());
    }

    /// In some worlds somebody joins by a poster.
    fn maybe_joined(&mut self, rng: &mut ChaCha8Rng, plant: Option<Plant>) -> Result<(), SimError> {
        if self.seed % NEWCOMER_EVERY != NEWCOMER_EVERY - 1 {
            return Ok(());
        }
        let grid = self.server.city.grids[0];
        let poster = self.server.hang_poster(grid)?;
        let at = (self.seed, &self.time, off_ms(rng));
        let (index, folder) = (self.phones.len(), self.folder.path().to_owned());
        self.phones.push(SimPhone::join(index, (&poster, grid), &folder, at, plant)?);
        self.writers = self.writers.max(index);
        Ok(())
    }

    /// A value that nobody typed before.
    pub fn token(&mut self) -> Value {
        Value::Text(format!("词{}", self.next_token()))
    }

    /// The number of a value that nobody typed before.
    pub const fn next_token(&mut self) -> u64 {
        self.tokens += 1;
        self.tokens
    }

    /// A path in the world's folder that nothing has yet.
    pub fn new_path(&mut self, name: &str) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{name}-{}", self.files))
    }

    /// The world's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A writer that nobody was before.
    pub const fn new_writer(&mut self) -> usize {
        self.writers += 1;
        self.writers
    }

    /// Looks up which phones the server holds for revoked.
    pub fn learn_revoked(&mut self) -> Result<(), SimError> {
        for phone in &mut self.phones {
            phone.revoked = self.server.is_revoked(phone.device)? == Some(true);
        }
        Ok(())
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
    pub fn server_dump(&mut self) -> Result<Arc<ServerDump>, SimError> {
        let version = self.server.version()?;
        if self.dump.as_ref().is_none_or(|(v, _)| *v != version) {
            let dump = self.server.dump(&self.network.replicas())?;
            self.dump = Some((version, Arc::new(ServerDump { restores: self.restores, ..dump })));
        }
        self.dump.as_ref().map(|(_, d)| d.clone()).ok_or_else(|| SimError::Setup("no dump".into()))
    }

    /// The next dump is taken anew, whatever changed: what was refused takes no pos.
    pub fn forget_dump(&mut self) {
        self.dump = None;
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

/// Of a street's people the first few, and the volunteer.
fn some_of_a_street<T>(mut posts: Vec<T>, rng: &mut ChaCha8Rng) -> Vec<T> {
    let volunteer = posts.pop();
    posts.truncate(rng.random_range(3..=posts.len()));
    posts.extend(volunteer);
    posts
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
