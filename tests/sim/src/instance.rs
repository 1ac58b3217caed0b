//! Servers beside each other on one store, each with a memory of its own, each of which may die by itself.
//!
//! Owns when one dies, when their disk has no room, and what somebody else does in the middle of a request. Refuses to
//! stand in for the store: what gets through is done by the real one, whose time it is. Invariant: one that died says nothing any more; what
//! it had committed stands, and nothing else.

use crate::run::SimError;
use crate::server::SimServer;
use crate::transport::Door;
use gridwalk_model::Timestamp;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DeviceId;
use gridwalk_server::rate::Pace;
use gridwalk_server::store::{Facts, Hint, Job, Store};
use gridwalk_server::{Result, Server, ServerError, ServerOptions};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// How much room the disk under the store has.
#[derive(Debug, Default)]
pub struct Room(AtomicU8);

impl Room {
    const PLENTY: u8 = 0;
    const SHORT: u8 = 1;
    const NONE: u8 = 2;

    /// Little room; `none`: not a byte.
    pub fn fill(&self, none: bool) {
        self.0.store(if none { Self::NONE } else { Self::SHORT }, Ordering::Relaxed);
    }

    /// Plenty of it again.
    pub fn free(&self) {
        self.0.store(Self::PLENTY, Ordering::Relaxed);
    }

    /// Whether anything is amiss.
    pub fn is_filled(&self) -> bool {
        self.0.load(Ordering::Relaxed) != Self::PLENTY
    }

    fn bytes(&self) -> Option<u64> {
        self.is_filled().then_some(0)
    }

    fn has_none(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::NONE
    }
}

/// What somebody else does while a server answers: after so many of the calls that count, which, and what.
struct Armed {
    calls: u32,
    counts: Box<dyn Fn() -> bool + Send>,
    deed: Box<dyn FnOnce() + Send>,
}

/// The middle of a request: after some calls of the store somebody else does something, once.
#[derive(Default)]
pub struct Middle(Mutex<Option<Armed>>);

impl Middle {
    fn lock(&self) -> MutexGuard<'_, Option<Armed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After so many calls from now on, of those that count.
    pub fn arm(&self, calls: u32, counts: impl Fn() -> bool + Send + 'static, deed: impl FnOnce() + Send + 'static) {
        *self.lock() = Some(Armed { calls, counts: Box::new(counts), deed: Box::new(deed) });
    }

    /// Nothing is done any more.
    pub fn disarm(&self) {
        *self.lock() = None;
    }

    /// One call.
    fn pass(&self) {
        let due = {
            let mut armed = self.lock();
            match armed.as_mut().filter(|armed| (armed.counts)()) {
                Some(Armed { calls: 0, .. }) => armed.take(),
                Some(one) => {
                    one.calls -= 1;
                    None
                }
                None => None,
            }
        };
        if let Some(armed) = due {
            (armed.deed)();
        }
    }
}

/// How a server dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Death {
    /// After so many more commits.
    pub commits: u32,
    /// When the last of them is done, and its answer is not given; else before it is begun.
    pub after: bool,
}

/// Whether a server lives.
#[derive(Default)]
pub struct Health {
    death: Mutex<Option<Death>>,
    gone: AtomicBool,
}

impl Health {
    /// It will die like this.
    pub fn doom(&self, death: Death) {
        *self.death.lock().unwrap_or_else(PoisonError::into_inner) = Some(death);
    }

    /// It goes on living, unless it is dead.
    pub fn spare(&self) {
        *self.death.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether it is dead.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    fn die(&self) {
        self.gone.store(true, Ordering::Relaxed);
    }

    fn alive(&self) -> Result<()> {
        if self.is_gone() { Err(ServerError::Cut) } else { Ok(()) }
    }

    /// Counts a commit; whether it dies when it is done.
    fn dies_after(&self) -> Result<bool> {
        let mut death = self.death.lock().unwrap_or_else(PoisonError::into_inner);
        match death.as_mut() {
            None => Ok(false),
            Some(Death { commits: 0, after }) => {
                let after = *after;
                drop(death);
                if !after {
                    self.die();
                }
                self.alive().map(|()| true)
            }
            Some(Death { commits, .. }) => {
                *commits -= 1;
                Ok(false)
            }
        }
    }
}

/// The store as one server has it.
struct Mortal {
    store: Arc<dyn Store>,
    health: Arc<Health>,
    room: Arc<Room>,
    middle: Arc<Middle>,
}

impl Mortal {
    fn call(&self) -> Result<&dyn Store> {
        self.health.alive()?;
        self.middle.pass();
        Ok(&*self.store)
    }

    fn has_room(&self) -> Result<()> {
        if self.room.has_none() { Err(ServerError::DiskFull) } else { Ok(()) }
    }
}

impl Store for Mortal {
    fn write(&self, job: Job<'_>) -> Result<()> {
        let store = self.call()?;
        self.has_room()?;
        let dies = self.health.dies_after()?;
        let done = store.write(job);
        if dies {
            self.health.die();
            return Err(ServerError::Cut);
        }
        done
    }

    fn read(&self, job: Job<'_>) -> Result<()> {
        self.call()?.read(job)
    }

    fn use_nonce(&self, device: DeviceId, nonce: &str, created_s: i64, forget_before_s: i64) -> Result<bool> {
        let store = self.call()?;
        self.has_room()?;
        store.use_nonce(device, nonce, created_s, forget_before_s)
    }

    fn take_turn(&self, of: Hash, now: Timestamp, pace: Pace) -> Result<Option<i64>> {
        self.call()?.take_turn(of, now, pace)
    }

    fn heard(&self) -> Result<Vec<(DeviceId, Timestamp)>> {
        self.call()?.heard()
    }

    fn tell(&self, hint: Hint) {
        self.store.tell(hint);
    }

    fn listen(&self) -> broadcast::Receiver<Hint> {
        self.store.listen()
    }

    fn checkpoint(&self) -> Result<()> {
        self.call()?.checkpoint()
    }

    fn write_anew(&self) -> Result<()> {
        self.call()?.write_anew()
    }

    fn check(&self, whole: bool) -> Result<Option<String>> {
        self.call()?.check(whole)
    }

    fn back_up(&self, to: &Path) -> Result<()> {
        self.call()?.back_up(to)
    }

    fn facts(&self) -> Result<Facts> {
        self.call()?.facts()
    }
}

/// One server of several.
pub struct Instance {
    /// The real one, on the store that all share.
    pub server: Server,
    /// Whether it lives.
    pub health: Arc<Health>,
}

/// What servers beside each other share, and how many they are.
#[derive(Clone, Default)]
pub struct Machines {
    /// Their disk's room.
    pub room: Arc<Room>,
    /// The middle of a request, whichever of them answers it.
    pub middle: Arc<Middle>,
    /// So many phones can ask.
    pub count: usize,
}

impl Machines {
    /// Another process on the store of this server, with nothing in its memory.
    pub fn start(&self, one: &Server) -> Result<Instance> {
        let running = one.running();
        let health = Arc::new(Health::default());
        let (store, room, middle) = (running.store.clone(), self.room.clone(), self.middle.clone());
        let told = self.room.clone();
        let options = ServerOptions { disk_free: Arc::new(move |_| told.bytes()), ..running.options.clone() };
        let store = Arc::new(Mortal { store, health: health.clone(), room, middle });
        Ok(Instance { server: Server::on(options, store)?, health })
    }
}

impl SimServer {
    /// From now on phones ask so many servers beside each other on the one store.
    pub fn stand_beside(&mut self, count: usize) -> Result<(), SimError> {
        self.machines.count = count;
        self.start_all()
    }

    fn start_one(&self) -> Result<Instance, SimError> {
        let instance = self.machines.start(&self.server)?;
        self.plant_on(&instance.server);
        Ok(instance)
    }

    /// Starts each server that phones ask anew; nothing is left of what the ones before had in memory.
    pub fn start_all(&mut self) -> Result<(), SimError> {
        self.instances = (0..self.machines.count).map(|_| self.start_one()).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Starts those again that died; how many.
    pub fn rise(&mut self) -> Result<usize, SimError> {
        let mut risen = 0;
        for n in 0..self.instances.len() {
            if self.instances[n].health.is_gone() {
                self.instances[n] = self.start_one()?;
                risen += 1;
            }
        }
        Ok(risen)
    }

    /// Ways to whoever answers phones.
    pub fn doors(&self) -> Vec<Door> {
        let one = || Door { router: self.server.router(), health: None };
        let of = |i: &Instance| Door { router: i.server.router(), health: Some(i.health.clone()) };
        let several: Vec<Door> = self.instances.iter().map(of).collect();
        if several.is_empty() { vec![one()] } else { several }
    }
}
