//! The machines of a simulated world: clocks that lie, random bytes from a seed.
//!
//! Owns what phones and server are told about time and chance. Refuses the real ones. Invariant: two runs of one seed
//! are told the same.

use gridwalk_app::ids::NoRandomness;
use gridwalk_app::keys::{KeyVault, REPLICA_MARK, VaultError};
use gridwalk_app::{Clock, Ids};
use gridwalk_model::time::Timestamp;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// The world's true time, milliseconds since 1970.
#[derive(Debug, Clone)]
pub struct TrueTime(Arc<AtomicI64>);

impl TrueTime {
    /// A world that begins at this moment.
    pub fn starting_at(ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(ms)))
    }

    /// Now.
    pub fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Lets time pass.
    pub fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl gridwalk_server::Clock for TrueTime {
    fn now(&self) -> Timestamp {
        Timestamp(self.now_ms())
    }
}

/// A phone's clocks: the wall's is wrong by so much, the steady one runs with true time.
#[derive(Debug, Clone)]
pub struct PhoneClock {
    time: TrueTime,
    /// How wrong the wall clock is, milliseconds.
    pub off_ms: Arc<AtomicI64>,
}

impl PhoneClock {
    /// A phone's clock, wrong by so much.
    pub fn new(time: &TrueTime, off_ms: i64) -> Self {
        Self { time: time.clone(), off_ms: Arc::new(AtomicI64::new(off_ms)) }
    }

    /// The clock of another machine, as wrong as this one now.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::new(&self.time, self.off_ms.load(Ordering::Relaxed))
    }
}

impl Clock for PhoneClock {
    fn wall(&self) -> Timestamp {
        Timestamp(self.time.now_ms() + self.off_ms.load(Ordering::Relaxed))
    }

    fn steady_ms(&self) -> i64 {
        self.time.now_ms()
    }
}

/// Random bytes from a seed.
#[derive(Debug)]
pub struct SeededIds(Mutex<ChaCha8Rng>);

impl SeededIds {
    /// A stream of its own for each seed and owner.
    pub fn new(seed: u64, owner: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(owner + 1);
        Self(Mutex::new(rng))
    }

    /// Fills the bytes.
    pub fn fill_bytes(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

impl Ids for SeededIds {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl gridwalk_server::Ids for SeededIds {
    fn fill(&self, bytes: &mut [u8]) {
        self.fill_bytes(bytes);
    }
}

/// What a key vault holds.
pub type Secrets = BTreeMap<String, Vec<u8>>;

/// A phone's key vault: it can be copied, as some machines' can, and it dies with the phone's power.
#[derive(Debug, Default)]
pub struct SimVault {
    secrets: Mutex<Secrets>,
    dead: AtomicBool,
}

impl SimVault {
    /// A vault with these secrets.
    pub fn holding(secrets: Secrets) -> Self {
        Self { secrets: Mutex::new(secrets), dead: AtomicBool::new(false) }
    }

    /// A copy of all that it holds.
    pub fn copy(&self) -> Secrets {
        self.lock().clone()
    }

    /// A copy without the mark of the database, as of a keystore that lets keys out and no marks.
    pub fn copy_without_mark(&self) -> Secrets {
        let mut secrets = self.copy();
        secrets.remove(REPLICA_MARK);
        secrets
    }

    /// Whether the phone's power is gone: nothing is kept any more.
    pub fn set_dead(&self, dead: bool) {
        self.dead.store(dead, Ordering::Relaxed);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn powered(&self) -> Result<(), VaultError> {
        let dead = self.dead.load(Ordering::Relaxed);
        if dead { Err(VaultError(std::io::Error::other("no power"))) } else { Ok(()) }
    }
}

impl KeyVault for SimVault {
    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self.lock().get(name).cloned().map(Zeroizing::new))
    }

    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), VaultError> {
        self.powered()?;
        self.lock().insert(name.to_owned(), secret.to_vec());
        Ok(())
    }

    fn forget(&self, name: &str) -> Result<(), VaultError> {
        self.powered()?;
        self.lock().remove(name);
        Ok(())
    }
}
