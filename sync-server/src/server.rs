//! The server as a value: opened on a folder, asked through its router or by functions.
//!
//! Owns opening, keys, timelines of a restored folder and the way into transactions. Refuses to know HTTP beyond handing
//! out the router. Invariant: nothing here keeps in memory what another process on the same database would miss; the
//! hints to listeners are only hints.

use crate::api::handover::BACKED_UP_AT;
use crate::audit::{self, Why, head};
use crate::clock::{Clock, SystemClock};
use crate::erase::{list, remains};
use crate::error::{Result, ServerError};
use crate::former;
use crate::ids::{Ids, SystemIds};
use crate::ingest::group::Group;
use crate::limits;
use crate::metrics::Metrics;
use crate::mover;
use crate::own_key::{self, OwnKeys};
use crate::picture::Pictures;
use crate::planted::Planted;
use crate::print;
use crate::role_kinds;
use crate::sealing::Sealing;
use crate::standing::Answers;
pub use crate::store::Hint;
use crate::store::tracks::Tracks;
use crate::store::{self, DeviceRow, SpaceRow, Store};
use crate::writing::{Reading, Writing};
use ed25519_dalek::{SigningKey, VerifyingKey};
use gridwalk_model::admission::Branch;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, SpaceId, TimelineId};
use gridwalk_model::time::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, broadcast};
use zeroize::Zeroizing;

/// Tells how many bytes of a folder's disk are free.
pub type DiskFree = Arc<dyn Fn(&Path) -> Option<u64> + Send + Sync>;

/// How a server is opened.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each with a line of its own")]
pub struct ServerOptions {
    /// The folder of its database.
    pub folder: PathBuf,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and keys.
    pub ids: Arc<dyn Ids>,
    /// The folder is a copy put back: every space begins a new timeline.
    pub restored: bool,
    /// Handlers run the store on their own thread, one after the other, so that a run can be repeated.
    pub inline: bool,
    /// Moves between spaces are made one step at a time, by whoever opened the server, so that tests can stop in between.
    pub moves_by_hand: bool,
    /// Whether a commit waits for the disk. Only tests that never lose power may do without.
    pub durable: bool,
    /// Free bytes of the folder's disk; `None` if nobody knows.
    pub disk_free: DiskFree,
}

impl ServerOptions {
    /// The platform's clock, randomness and disk.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            restored: false,
            inline: false,
            moves_by_hand: false,
            durable: true,
            disk_free: Arc::new(disk_free),
        }
    }
}

fn disk_free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// A server on its folder; clones share it.
#[derive(Clone)]
pub struct Server(Arc<Running>);

/// An audience that a planted bug put off, with the pos of the state before.
type PutOff = (SpaceId, RecordId, Option<u64>);

/// What the parts of a running server share.
pub struct Running {
    /// How it was opened.
    pub options: ServerOptions,
    /// The database.
    pub store: Arc<dyn Store>,
    /// The server's own signing key: receipts, and what is typed in the console.
    pub key: SigningKey,
    /// Public keys that it had before and lost.
    pub(crate) former: Vec<VerifyingKey>,
    /// The device that the console counts as.
    pub device: DeviceId,
    /// What must not lie readable in the database.
    pub(crate) sealing: Sealing,
    /// Tracks that their people shared.
    pub tracks: Tracks,
    /// Pictures that phones gave.
    pub pictures: Pictures,
    /// How it goes, in numbers.
    pub metrics: Metrics,
    /// Frames that wait to be written.
    pub(crate) group: Group,
    /// What was asked already.
    pub(crate) answers: Answers,
    /// KiB that large bodies share.
    pub(crate) bodies: Arc<Semaphore>,
    /// So many passwords are hashed at once.
    pub(crate) hashing: Semaphore,
    planted: Mutex<Option<Planted>>,
    put_off: Mutex<Vec<PutOff>>,
}

impl Server {
    /// Makes a new database in the folder, with the server's keys and nothing else.
    pub fn create(options: ServerOptions) -> Result<Self> {
        let store = store::open(&options.folder, true, options.durable)?;
        let (key, device) = (Zeroizing::new(options.ids.b32()), DeviceId(options.ids.b16()));
        let now = options.clock.now();
        store.write(&mut |tx| {
            own_key::keep_new(tx, &options.folder, &key, device)?;
            let public_key = SigningKey::from_bytes(&key).verifying_key().to_bytes();
            let account = AccountId::default();
            let name = "console".to_owned();
            let enrolled_at = now;
            tx.device_put(&DeviceRow {
                id: device,
                account,
                name,
                public_key,
                enrolled_at,
                revoked_at: None,
                purged_at: None,
            })
        })?;
        let server = Self::on(options, store)?;
        server.write(role_kinds::note)?;
        Ok(server)
    }

    /// Opens the database in the folder.
    pub fn open(options: ServerOptions) -> Result<Self> {
        let store = store::open(&options.folder, false, options.durable)?;
        let server = Self::on(options, store)?;
        audit::chain_what_stands(&server.0)?;
        if server.0.options.restored {
            server.begin_timelines()?;
        }
        print::fill(&server.0)?;
        former::fill(&server.0)?;
        role_kinds::settle(&server)?;
        crate::admin::fill_posts(&server)?;
        crate::login::sealed::settle(&server.0)?;
        list::replay(&server.0)?;
        if let Err(error) = remains::sweep(&server.0) {
            // What was erased is gone from every table; the file is written anew at the next start.
            tracing::error!(%error, "something that was erased may remain in the file");
        }
        if !server.0.options.moves_by_hand {
            mover::settle(&server.0)?;
        }
        Ok(server)
    }

    /// A server on a database that is open.
    pub fn on(options: ServerOptions, store: Arc<dyn Store>) -> Result<Self> {
        let sealing = Sealing::of(&options.folder);
        let OwnKeys { key, device, former } = own_key::read(&*store, &sealing)?;
        let tracks = Tracks::open(&options.folder, options.clock.now())?;
        let pictures = Pictures::open(&options.folder, options.clock.now())?;
        Ok(Self(Arc::new(Running {
            sealing,
            tracks,
            pictures,
            options,
            store,
            key,
            former,
            device,
            metrics: Metrics::new()?,
            group: Group::default(),
            answers: Answers::default(),
            bodies: Arc::new(Semaphore::new(limits::LARGE_BODIES_KIB_MAX)),
            hashing: Semaphore::new(limits::PASSWORDS_AT_ONCE_MAX),
            planted: Mutex::new(None),
            put_off: Mutex::default(),
        })))
    }

    /// Every space begins a new timeline at its present pos; consoles get new replicas with it.
    fn begin_timelines(&self) -> Result<()> {
        let signed = self.write(|w| {
            // Sessions that were ended after the copy was made would go on.
            w.tx.sessions_end_all(w.now)?;
            for space in w.tx.spaces()? {
                let id = TimelineId(w.running.options.ids.b16());
                w.tx.branch_add(space.id, &Branch { id, from: space.pos })?;
                w.forget_known();
                w.audit(None, "restored", &format!("space {} from pos {}", space.id, space.pos))?;
                mover::note_all(w, space.id)?;
            }
            audit::sign(w, Why::Restored)
        })?;
        signed.as_ref().map_or(Ok(()), |signed| head::keep_line(&self.0.options.folder, signed))
    }

    /// What the parts share.
    pub fn running(&self) -> &Arc<Running> {
        &self.0
    }

    /// The routes.
    pub fn router(&self) -> axum::Router {
        crate::router::router(self.clone())
    }

    /// Runs a function in a transaction that writes; listeners are told after the commit. The database may run it again.
    pub fn write<T>(&self, job: impl FnMut(&Writing<'_>) -> Result<T>) -> Result<T> {
        self.0.write(job)
    }

    /// Runs a function on one snapshot.
    pub fn read<T>(&self, job: impl FnOnce(&Reading<'_>) -> Result<T>) -> Result<T> {
        self.0.read(job)
    }

    /// Plants a bug, or takes it out. Without the feature `planted` it does nothing.
    pub fn plant(&self, bug: Option<Planted>) {
        *self.0.planted.lock().unwrap_or_else(PoisonError::into_inner) = bug;
    }

    /// Copies the database into a file, checks the copy, and notes that phones may forget what it holds.
    pub fn back_up(&self, to: &Path) -> Result<()> {
        // The time is noted before the copy is made: whatever counts as earlier stands in the copy, and nothing that comes
        // after counts as earlier, also when somebody turns the clock back.
        let (upto, at) = self.write(|w| {
            let upto = w.tx.spaces()?;
            upto.iter().try_for_each(|space| w.tx.received_last_set(space.id, w.now))?;
            Ok((upto, w.now))
        })?;
        self.0.store.back_up(to)?;
        self.0.pictures.back_up(&pictures_beside(to))?;
        list::back_up(&self.0.options.folder, to)?;
        self.write(|w| {
            w.tx.meta_set(BACKED_UP_AT, &at.0.to_be_bytes())?;
            upto.iter().try_for_each(|space| w.tx.safe_set(space.id, space.pos))?;
            w.audit(None, "backed_up", &upto.len().to_string())
        })
    }

    /// Signs what came since the newest head and writes everything into the main file: the last act of a clean stop.
    pub fn close(&self) -> Result<()> {
        self.sign_head(Why::Stop)?;
        self.0.store.checkpoint()
    }
}

impl Running {
    /// Runs a function in a transaction that writes; listeners are told after the commit, and moves between spaces that
    /// it made due are made.
    pub fn write<T>(&self, job: impl FnMut(&Writing<'_>) -> Result<T>) -> Result<T> {
        let (done, move_due) = self.write_noting(job)?;
        if move_due
            && !self.options.moves_by_hand
            && let Err(error) = mover::settle(self)
        {
            // What was written stands; what is due is tried again with the next that is due, and at the next start.
            tracing::error!(%error, "moves between spaces wait");
        }
        Ok(done)
    }

    /// The same without making moves: each of their steps is such a transaction.
    pub(crate) fn write_alone<T>(&self, job: impl FnMut(&Writing<'_>) -> Result<T>) -> Result<T> {
        self.write_noting(job).map(|(done, _)| done)
    }

    fn write_noting<T>(&self, mut job: impl FnMut(&Writing<'_>) -> Result<T>) -> Result<(T, bool)> {
        let (mut done, mut touched, mut move_due) = (None, Vec::new(), false);
        self.store.write(&mut |tx| {
            let writing = Writing::new(tx, self)?;
            done = Some(job(&writing)?);
            (touched, move_due) = writing.finish()?;
            Ok(())
        })?;
        for hint in touched {
            self.store.tell(hint);
        }
        done.map(|done| (done, move_due)).ok_or(ServerError::Cut)
    }

    /// Runs a function on one snapshot.
    pub fn read<T>(&self, job: impl FnOnce(&Reading<'_>) -> Result<T>) -> Result<T> {
        let (mut job, mut done) = (Some(job), None);
        self.store.read(&mut |tx| {
            let Some(job) = job.take() else { return Err(ServerError::Cut) };
            done = Some(job(&Reading::snapshot(tx, self)?)?);
            Ok(())
        })?;
        done.ok_or(ServerError::Cut)
    }

    /// Runs blocking work for a handler: on the handler's own thread if `inline`, else beside the others.
    pub async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.options.inline {
            return work(self);
        }
        let running = self.clone();
        tokio::task::spawn_blocking(move || work(&running)).await.map_err(|_| ServerError::Cut)?
    }

    /// Hints to listeners.
    pub fn listen(&self) -> broadcast::Receiver<Hint> {
        self.store.listen()
    }

    /// Whether any bug is planted.
    pub fn is_sound(&self) -> bool {
        !cfg!(feature = "planted") || self.planted.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Whether this bug is planted.
    pub fn planted(&self, bug: Planted) -> bool {
        cfg!(feature = "planted") && *self.planted.lock().unwrap_or_else(PoisonError::into_inner) == Some(bug)
    }

    /// What the planted bug `global_seq` does to about half of all audiences.
    pub(crate) fn put_off(&self, space: SpaceId, record: RecordId, pos_before: Option<u64>) -> bool {
        let mut waiting = self.put_off.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.iter().any(|w| (w.0, w.1) == (space, record)) {
            return true;
        }
        let later = self.options.ids.b16()[0].is_multiple_of(2);
        if later {
            waiting.push((space, record, pos_before));
        }
        later
    }

    /// What was put off.
    pub(crate) fn take_put_off(&self) -> Vec<PutOff> {
        std::mem::take(&mut *self.put_off.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The time by the server's clock, for windows and codes; spaces use that of `Writing`.
    pub fn now(&self) -> Timestamp {
        self.options.clock.now()
    }

    /// Whether so little of the disk is left that pushes must wait.
    pub fn disk_is_short(&self) -> bool {
        (self.options.disk_free)(&self.options.folder).is_some_and(|free| free < limits::DISK_FREE_BYTES_MIN)
    }
}

/// The folder beside a backup in which its pictures lie.
pub fn pictures_beside(backup: &Path) -> PathBuf {
    let mut name = backup.as_os_str().to_owned();
    name.push("-");
    name.push(crate::picture::PICTURES);
    name.into()
}

/// Makes a space with its first timeline.
pub fn make_space(w: &Writing<'_>, name: &str, reference: bool) -> Result<SpaceId> {
    let ids = &w.running.options.ids;
    let (id, timeline) = (SpaceId(ids.b16()), TimelineId(ids.b16()));
    let chain = gridwalk_model::hash::Hash::default();
    w.tx.space_put(&SpaceRow { id, name: name.to_owned(), reference, pos: 0, chain, safe_pos: 0 })?;
    w.tx.branch_add(id, &Branch { id: timeline, from: 0 })?;
    w.forget_known();
    Ok(id)
}
