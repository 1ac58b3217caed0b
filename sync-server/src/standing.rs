//! What was asked of the database already, and may be told again while nothing that it came from has changed.
//!
//! Owns answers with the marks under which they hold. Refuses to answer a transaction that writes: what that sees may be
//! undone. Invariant: an answer is told only to a snapshot that bears the same marks, and the marks stand in the database,
//! so that no process misses what another one wrote.

use crate::error::{Result, ServerError, problem};
use crate::limits;
use crate::newcomer;
use crate::planted::Planted;
use crate::rights::{self, Scope};
use crate::store::{DeviceRow, SpaceRow};
use crate::writing::Reading;
use ed25519_dalek::VerifyingKey;
use gridwalk_model::admission::Branch;
use gridwalk_model::exchange::Epoch;
use gridwalk_model::id::{AccountId, DeviceId, SpaceId, TimelineId};
use gridwalk_sync::ProblemCode;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A space that does not exist, or that is not for whoever asks.
pub const NO_SPACE: ServerError = ServerError::NotFound("space");

/// Answers that are remembered.
#[derive(Default)]
pub struct Answers {
    keys: Kept<DeviceId, VerifyingKey>,
    devices: Kept<DeviceId, (u64, DeviceRow)>,
    seen: Kept<(AccountId, SpaceId), (Marks, Seen)>,
    newcomers: Kept<AccountId, (u64, bool)>,
}

/// What a snapshot of a space bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks {
    standing: u64,
    pos: u64,
}

/// What an account sees in a space.
pub struct Seen {
    /// The space's history, oldest first.
    pub branches: Vec<Branch>,
    /// Its epoch there.
    pub epoch: Epoch,
    /// Keys with kinds.
    pub scope: Scope,
    /// Whether anything of the account's ever reached into the space.
    reached: bool,
    digest: OnceLock<u128>,
}

/// At most so many answers; when there is no room they are all forgotten.
struct Kept<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V> Kept<K, V> {
    fn get(&self, key: &K) -> Option<Arc<V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: K, value: V) -> Arc<V> {
        let value = Arc::new(value);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= limits::ANSWERS_MAX {
            kept.clear();
        }
        kept.insert(key, value.clone());
        value
    }
}

/// What an answer is of; lends it without copying.
pub struct Told<V>(Arc<(Marks, V)>);

impl<V> std::ops::Deref for Told<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0.1
    }
}

/// The key of a device, which it keeps for ever.
pub fn key(running: &crate::Running, device: DeviceId) -> Result<Arc<VerifyingKey>> {
    if let Some(key) = running.answers.keys.get(&device) {
        return Ok(key);
    }
    let unknown = || problem(ProblemCode::UnknownDevice, "no device has this id");
    let row = running.read(|r| r.tx.device(device))?.ok_or_else(unknown)?;
    let key = VerifyingKey::from_bytes(&row.public_key).map_err(|_| unknown())?;
    Ok(running.answers.keys.keep(device, key))
}

/// A device as it stands.
pub fn device(r: &Reading<'_>, id: DeviceId) -> Result<DeviceRow> {
    let answers = &r.running.answers.devices;
    if let Some(known) = answers.get(&id).filter(|known| r.standing == Some(known.0)) {
        return Ok(known.1.clone());
    }
    let row = r.tx.device(id)?.ok_or_else(|| problem(ProblemCode::UnknownDevice, "no device has this id"))?;
    // Whoever is revoked while they wait is told that they are revoked.
    if row.revoked_at.is_none() && r.tx.device_waiting(id)?.is_some() {
        return Err(problem(ProblemCode::Unconfirmed, "nobody has confirmed this phone yet"));
    }
    if let Some(standing) = r.standing {
        answers.keep(id, (standing, row.clone()));
    }
    Ok(row)
}

/// Whether an account is a newcomer's.
pub fn is_newcomer(r: &Reading<'_>, account: AccountId) -> Result<bool> {
    let answers = &r.running.answers.newcomers;
    if let Some(known) = answers.get(&account).filter(|known| r.standing == Some(known.0)) {
        return Ok(known.1);
    }
    let is_one = newcomer::is_one(r, account)?;
    if let Some(standing) = r.standing {
        answers.keep(account, (standing, is_one));
    }
    Ok(is_one)
}

/// What an account sees in a space, whose row is of this snapshot.
pub fn seen(r: &Reading<'_>, account: AccountId, space: &SpaceRow) -> Result<Told<Seen>> {
    // A snapshot without a mark is asked anew each time.
    let marks = Marks { standing: r.standing.unwrap_or_default(), pos: space.pos };
    let answers = &r.running.answers.seen;
    let known = answers.get(&(account, space.id)).filter(|known| r.standing.is_some() && known.0 == marks);
    if let Some(known) = known {
        return Ok(Told(known));
    }
    let branches = r.tx.branches(space.id)?;
    let timeline = branches.last().map(|b| b.id).unwrap_or_default();
    let epoch = Epoch { timeline, n: r.tx.epoch(space.id, account)? };
    let (scope, reached) = (rights::scope(r, account, space.id)?, rights::ever_reached(r, account, space)?);
    let seen = Seen { branches, epoch, scope, reached, digest: OnceLock::new() };
    Ok(Told(match r.standing {
        Some(_) => answers.keep((account, space.id), (marks, seen)),
        None => Arc::new((marks, seen)),
    }))
}

impl Seen {
    /// That the account may hear of the space at all; if not, the answer is that of a space which does not exist. Whoever
    /// names one of its timelines was told of it, also where the grant was lost with what a restore lost.
    pub fn heard_of(&self, named: impl IntoIterator<Item = TimelineId>) -> Result<()> {
        let is_told = |timeline: TimelineId| self.branches.iter().any(|branch| branch.id == timeline);
        if self.reached || named.into_iter().any(is_told) { Ok(()) } else { Err(NO_SPACE) }
    }

    /// The sum over the scope, each key and kind once, however many grants give it; asked of a snapshot in which this holds.
    pub fn digest(&self, r: &Reading<'_>, space: SpaceId) -> Result<u128> {
        if let Some(known) = self.digest.get() {
            return Ok(*known);
        }
        let all = r.running.planted(Planted::DigestAllKinds);
        let mut total = 0_u128;
        for (key, kinds) in &self.scope {
            let sums = r.tx.digests_of(space, *key)?;
            let mine = sums.iter().filter(|(kind, _)| all || kinds.contains_key(kind));
            total = mine.fold(total, |total, (_, sum)| total.wrapping_add(*sum));
        }
        Ok(*self.digest.get_or_init(|| total))
    }
}
