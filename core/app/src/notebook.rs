//! The notebook: a phone's database with its clock, its ids, its keys and its listeners.
//!
//! Owns opening and what all parts of the app share. Refuses to decide and to sync by itself. Invariant: the mark in the
//! key vault is renewed at each opening, so that a copy of the database is known as one.

use crate::clock::{Clock, ServerTime};
use crate::enrol::Enrolment;
use crate::error::AppError;
use crate::events::{Changes, Listener, Listeners};
use crate::gate::Gate;
use crate::ids::{self, Ids};
use crate::keys::{self, KeyVault};
use gridwalk_model::command::Actor;
use gridwalk_model::exchange::Backfill;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DraftId, RecordId, SpaceId};
use gridwalk_model::power::Powers;
use gridwalk_model::{Role, Roles, Timestamp};
use gridwalk_store::{DatabaseKey, OpenOptions, ReplicaMark, Store};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use zeroize::Zeroizing;

/// How far the stored offset of the clock may be from the one last learned before it is stored again.
const OFFSET_MOVED_MS: u64 = 30_000;

/// What a notebook is opened with.
#[derive(Clone)]
pub struct NotebookOptions {
    /// The database's file; it is made if it is not there.
    pub path: PathBuf,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub ids: Arc<dyn Ids>,
    /// Where secrets lie.
    pub keys: Arc<dyn KeyVault>,
}

/// A phone's database, open.
pub struct Notebook {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    keys: Arc<dyn KeyVault>,
    time: ServerTime,
    stored_offset_ms: Mutex<i64>,
    enrolment: Mutex<Option<Arc<Enrolment>>>,
    listeners: Listeners,
    saved: Notify,
    gate: Gate,
}

impl Notebook {
    /// Opens it, makes it if it is not there.
    pub fn open(options: NotebookOptions) -> Result<Self, AppError> {
        let NotebookOptions { path, clock, ids, keys } = options;
        let held = keys.load(keys::REPLICA_MARK)?.and_then(|m| m.as_slice().try_into().ok());
        let next = ids::random(&*ids)?;
        let fresh = fresh_ids(ids::random(&*ids)?);
        let key = database_key(&path, &*keys, &*ids)?;
        let options = OpenOptions::new(ReplicaMark { held, next }, fresh);
        let store = Store::open(&path, OpenOptions { key, ..options })?;
        keys.keep(keys::REPLICA_MARK, &next)?;
        let offset = keys.load(keys::SERVER_TIME)?.and_then(|b| b.as_slice().try_into().ok());
        let offset = offset.map_or(0, i64::from_be_bytes);
        let enrolment = Enrolment::load(&*keys)?.map(Arc::new);
        let time = ServerTime::with_wall_offset(offset);
        // Also on a phone that nobody opens for weeks, the first thing is that old tracks go.
        store.fade_tracks(time.now(&*clock))?;
        store.drop_pictures(time.now(&*clock))?;
        let gate = Gate::load(&*keys, ids::random(&*ids)?)?;
        Ok(Self {
            store,
            clock,
            ids,
            keys,
            time,
            stored_offset_ms: Mutex::new(offset),
            enrolment: Mutex::new(enrolment),
            listeners: Listeners::default(),
            saved: Notify::new(),
            gate,
        })
    }

    /// The store, for queries.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Now, as the server would say.
    pub fn now(&self) -> Timestamp {
        self.time.now(&*self.clock)
    }

    /// Milliseconds of a clock that only runs forward.
    pub fn steady_ms(&self) -> i64 {
        self.clock.steady_ms()
    }

    /// How far the wall clock is off the server's, milliseconds, as stored last.
    pub fn clock_offset_ms(&self) -> i64 {
        *self.stored_offset_ms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The source of random bytes.
    pub fn ids(&self) -> &dyn Ids {
        &*self.ids
    }

    /// The key vault.
    pub fn keys(&self) -> &dyn KeyVault {
        &*self.keys
    }

    /// A new record's id.
    pub fn new_record(&self) -> Result<RecordId, AppError> {
        Ok(ids::record_id(&*self.ids, self.now())?)
    }

    /// A new draft's id.
    pub fn new_draft(&self) -> Result<DraftId, AppError> {
        Ok(ids::draft_id(&*self.ids)?)
    }

    /// Adds a listener for as long as its owner keeps it.
    pub fn listen(&self, listener: &Arc<dyn Listener>) {
        self.listeners.add(listener);
    }

    /// Who this phone is, if it is enrolled.
    pub fn enrolment(&self) -> Option<Arc<Enrolment>> {
        self.enrolment.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who types here, with the roles last heard of.
    pub fn actor(&self) -> Result<Actor, AppError> {
        let enrolment = self.enrolment().ok_or(AppError::NotEnrolled)?;
        let (roles, now) = (self.roles()?, self.now());
        let powers = if roles.has(Role::Handler) { self.powers(now)? } else { Powers::NONE };
        Ok(Actor { account: enrolment.account, roles, powers, now })
    }

    /// The powers of the departments where the person is a handler, as far as their records are here.
    fn powers(&self, now: Timestamp) -> Result<Powers, AppError> {
        let grants = self.store.spaces()?.into_iter().flat_map(|space| space.grants);
        let mut powers = Powers::NONE;
        for grant in grants.filter(|grant| grant.role == Role::Handler.name()) {
            powers = powers.and(Powers::of_unit(&self.store.predicted(grant.unit.record(), now)?.state));
        }
        Ok(powers)
    }

    /// The person's roles: by the grants of the last pages, and as the server said at enrolment or last meeting.
    pub fn roles(&self) -> Result<Roles, AppError> {
        let mut names: BTreeSet<String> = self.enrolment().iter().flat_map(|e| e.roles.clone()).collect();
        names.extend(self.store.spaces()?.into_iter().flat_map(|s| s.grants).map(|g| g.role));
        let roles: Vec<Role> = names.iter().filter_map(|n| Role::from_name(n)).collect();
        Ok(Roles::of(&roles))
    }

    /// The spaces to sync: those that the server named and those that rows are held of.
    pub(crate) fn spaces(&self) -> Result<Vec<SpaceId>, AppError> {
        let enrolment = self.enrolment();
        let told = || enrolment.iter().flat_map(|e| &e.spaces);
        let mut spaces: Vec<SpaceId> = told().map(|s| s.space).collect();
        let held = self.store.spaces()?;
        for held in &held {
            if !spaces.contains(&held.space) {
                spaces.push(held.space);
            }
        }
        // Once the units are here, others' pages tell whether anything of them is new.
        let done = |space: &SpaceId| held.iter().any(|h| h.space == *space && h.backfill == Backfill::Done);
        spaces.sort_by_key(|space| told().any(|s| s.space == *space && s.reference) && done(space));
        Ok(spaces)
    }

    pub(crate) fn set_enrolment(&self, enrolment: Enrolment) -> Result<(), AppError> {
        enrolment.keep(&*self.keys)?;
        if !enrolment.revoked {
            self.store.keep_names(&[], &[(enrolment.account, enrolment.name.clone())], self.now())?;
        }
        *self.enrolment.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(enrolment));
        Ok(())
    }

    /// Learns from a reply what time it is there.
    pub(crate) fn learn_time(&self, server: Timestamp) -> Result<(), AppError> {
        let offset = self.time.learn(&*self.clock, server);
        let mut stored = self.stored_offset_ms.lock().unwrap_or_else(PoisonError::into_inner);
        if offset.abs_diff(*stored) > OFFSET_MOVED_MS {
            self.keys.keep(keys::SERVER_TIME, &offset.to_be_bytes())?;
            *stored = offset;
        }
        Ok(())
    }

    /// Tells the listeners which records changed.
    pub(crate) fn tell(&self, records: BTreeSet<RecordId>) -> Result<(), AppError> {
        if records.is_empty() || self.listeners.is_empty() {
            return Ok(());
        }
        let kinds = self.store.kinds_of(&records)?;
        self.listeners.tell(&Changes { kinds, ids: records });
        Ok(())
    }

    /// Somebody saved something: a sync worker may want to know.
    pub(crate) fn note_saved(&self, changes: &Changes) {
        self.listeners.tell(changes);
        self.saved.notify_one();
    }

    /// Something is carried for somebody: a sync worker may want to know.
    pub(crate) fn note_carried(&self) {
        self.saved.notify_one();
    }

    /// Waits until something was saved.
    pub(crate) async fn saved(&self) {
        self.saved.notified().await;
    }
}

/// The key of the database, made for a phone that has none yet; none where nothing is encrypted.
fn database_key(path: &Path, keys: &dyn KeyVault, ids: &dyn Ids) -> Result<Option<DatabaseKey>, AppError> {
    let held = keys.load(keys::DATABASE_KEY)?;
    if !cfg!(feature = "encrypted") && held.is_none() {
        return Ok(None);
    }
    let mut key = Zeroizing::new([0; 32]);
    match held {
        Some(held) if held.len() == key.len() => key.copy_from_slice(&held),
        Some(_) => return Err(AppError::EnrolmentDamaged),
        // A new key would open nothing that lies there encrypted, and would stand in the way of the one that does.
        None if Store::is_encrypted(path)? => return Err(AppError::KeyLost),
        None => {
            ids.fill(&mut *key)?;
            keys.keep(keys::DATABASE_KEY, &*key)?;
        }
    }
    Ok(Some(DatabaseKey::new(key)))
}

/// Ids that never fail: drawn from a seed by a keyed hash, each with its number.
fn fresh_ids(seed: [u8; 32]) -> impl FnMut() -> [u8; 16] + Send + 'static {
    let mut count: u64 = 0;
    move || {
        count += 1;
        let hash = Hash::with_context("gridwalk 2026 fresh replica id", &[&seed, &count.to_le_bytes()]);
        let mut id = [0; 16];
        id.copy_from_slice(&hash.0[..16]);
        id
    }
}
