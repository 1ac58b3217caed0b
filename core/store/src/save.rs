//! Saving: from what a person wants to a change in the outbox, in one transaction.
//!
//! Owns the order of its steps. Refuses to decide: rights, rules and wishes were settled before. Invariant: when it
//! returns, the change is on the disk, its draft is gone and its record's view shows it.

use crate::column::int;
use crate::error::StoreError;
use crate::planted::Planted;
use crate::store::{Durability, Store, Work};
use crate::{attention, draft, origin, own, record, space};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DraftId;
use gridwalk_model::wish::{self, OwnChange, Wish};
use gridwalk_model::{AccountId, Basis, Change, DeviceId, Name, RecordId, SpaceId, Timestamp, UnitId};
use rusqlite::params;

/// What one save wants done to one record.
#[derive(Debug, Clone)]
pub struct SaveRequest {
    /// The record.
    pub record: RecordId,
    /// The space.
    pub space: SpaceId,
    /// The record's kind.
    pub kind: String,
    /// The unit whose business it is.
    pub unit: UnitId,
    /// Who typed it.
    pub author: AccountId,
    /// The enrolment.
    pub device: DeviceId,
    /// Whether a machine wrote it.
    pub machine: bool,
    /// The phone's time.
    pub typed_at: Timestamp,
    /// The last server time known; the draft's, else the space's, where `None`.
    pub heard: Option<Timestamp>,
    /// What is wanted.
    pub wishes: Vec<Wish>,
    /// What stood on the screen.
    pub basis: Basis,
    /// The save that this one corrects.
    pub instead_of: Option<u64>,
    /// Sixteen random bytes.
    pub salt: [u8; 16],
    /// The draft that it ends.
    pub draft: Option<DraftId>,
}

/// A change that is safe on this phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// How-manieth save of this phone.
    pub save: u64,
    /// Its name.
    pub name: Name,
    /// Hash of its bytes.
    pub hash: Hash,
}

/// What is sealed, once the dots are known.
fn resolve(request: &SaveRequest, own: &[OwnChange], original: Option<&OwnChange>) -> (wish::Resolved, Option<Name>) {
    let mut resolved = wish::resolve(&request.wishes, &request.basis, own);
    if let Some(original) = original {
        wish::correcting(&mut resolved, original, own);
    }
    (resolved, original.map(|o| o.change.name()))
}

fn save(work: &mut Work<'_>, request: &SaveRequest) -> Result<Saved, StoreError> {
    let own = own::as_model(&origin::own_changes(&work.tx, request.record)?);
    let original = match request.instead_of {
        Some(save) => Some(own.iter().find(|o| o.save == save).ok_or(StoreError::NotFound)?),
        None => None,
    };
    let (resolved, instead_of) = resolve(request, &own, original);
    let mut standing = space::of(&work.tx, request.space)?;
    let heard = match (request.heard, request.draft) {
        (Some(heard), _) => heard,
        (None, Some(open)) => draft::find(&work.tx, open)?.ok_or(StoreError::NotFound)?.heard,
        (None, None) => standing.heard,
    };
    let replica = space::replica(&work.tx)?;
    let reuses = work.planted(Planted::SeqReused) && standing.seq > 0 && standing.seq.is_multiple_of(4);
    let seq = if reuses { standing.seq } else { standing.seq + 1 };
    let sealed = Change {
        space: request.space,
        replica,
        seq,
        prev: standing.prev,
        record: request.record,
        kind: request.kind.clone(),
        unit: request.unit,
        author: request.author,
        machine: request.machine,
        device: request.device,
        typed_at: request.typed_at,
        heard,
        seen: resolved.seen,
        was: Vec::new(),
        instead_of,
        salt: request.salt,
        ops: resolved.ops,
        extra: Vec::new(),
    }
    .seal()?;
    let save = space::saves(&work.tx)? + 1;
    work.tx.prepare_cached("UPDATE meta SET saves = ?1")?.execute(params![int(save)])?;
    (standing.seq, standing.prev) = (seq, sealed.hash);
    space::put(work, &standing)?;
    own::append(work, save, &sealed)?;
    if let Some(corrected) = request.instead_of {
        attention::fix(work, corrected)?;
    }
    if let Some(open) = request.draft {
        draft::close(work, open)?;
    }
    record::settle(work, request.record)?;
    Ok(Saved { save, name: sealed.name(), hash: sealed.hash })
}

impl Store {
    /// Saves what a person typed.
    pub fn save(&self, request: &SaveRequest) -> Result<Saved, StoreError> {
        let (saved, _) = self.write(Durability::Full, |work| save(work, request))?;
        Ok(saved)
    }

    /// Saves what a person typed on several records: all of it or nothing.
    pub fn save_all(&self, requests: &[SaveRequest]) -> Result<Vec<Saved>, StoreError> {
        let all = |work: &mut Work<'_>| requests.iter().map(|request| save(work, request)).collect();
        Ok(self.write(Durability::Full, all)?.0)
    }
}
