//! Saving: from what a person wants to a change in the outbox, in one transaction.
//!
//! Owns the order of its steps. Refuses to decide: rights, rules and wishes were settled before. Invariant: when it
//! returns, the change is on the disk, its draft is gone and its record's view shows it.

use crate::column::int;
use crate::error::StoreError;
use crate::planted::Planted;
use crate::store::{Durability, Store, Work};
use crate::undo::{Beside, Remembered};
use crate::{attention, draft, origin, own, picture, record, space, undo};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DraftId;
use gridwalk_model::wish::{self, OwnChange, Wish};
use gridwalk_model::{AccountId, Basis, Change, DeviceId, Name, RecordId, ReplicaId, SpaceId, Timestamp, UnitId};
use rusqlite::params;
use std::collections::BTreeMap;

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

/// What the saves of one transaction continue: read once, written once.
struct Pen {
    replica: ReplicaId,
    saves: u64,
    chains: BTreeMap<SpaceId, Chain>,
}

/// The end of this replica's chain in a space.
#[derive(Clone, Copy)]
struct Chain {
    heard: Timestamp,
    seq: u64,
    prev: Hash,
}

impl Pen {
    fn take(work: &Work<'_>) -> Result<Self, StoreError> {
        let (replica, saves) = (space::replica(&work.tx)?, space::saves(&work.tx)?);
        Ok(Self { replica, saves, chains: BTreeMap::new() })
    }

    fn chain(&mut self, work: &Work<'_>, space: SpaceId) -> Result<Chain, StoreError> {
        if let Some(known) = self.chains.get(&space) {
            return Ok(*known);
        }
        let standing = space::of(&work.tx, space)?;
        Ok(Chain { heard: standing.heard, seq: standing.seq, prev: standing.prev })
    }

    fn put_down(self, work: &Work<'_>) -> Result<(), StoreError> {
        work.tx.prepare_cached("UPDATE meta SET saves = ?1")?.execute(params![int(self.saves)])?;
        self.chains.into_iter().try_for_each(|(space, chain)| space::lengthen(work, space, chain.seq, chain.prev))
    }
}

fn save(
    work: &mut Work<'_>,
    pen: &mut Pen,
    request: &SaveRequest,
    beside: Option<&Beside<'_>>,
) -> Result<Saved, StoreError> {
    let own = own::as_model(&origin::own_changes(&work.tx, request.record)?);
    let original = match request.instead_of {
        Some(save) => Some(own.iter().find(|o| o.save == save).ok_or(StoreError::NotFound)?),
        None => None,
    };
    let (resolved, instead_of) = resolve(request, &own, original);
    let chain = pen.chain(work, request.space)?;
    let heard = match (request.heard, request.draft) {
        (Some(heard), _) => heard,
        (None, Some(open)) => draft::find(&work.tx, open)?.ok_or(StoreError::NotFound)?.heard,
        (None, None) => chain.heard,
    };
    let reuses = work.planted(Planted::SeqReused) && chain.seq > 0 && chain.seq.is_multiple_of(4);
    let seq = if reuses { chain.seq } else { chain.seq + 1 };
    let sealed = Change {
        space: request.space,
        replica: pen.replica,
        seq,
        prev: chain.prev,
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
    pen.saves += 1;
    let save = pen.saves;
    pen.chains.insert(request.space, Chain { seq, prev: sealed.hash, ..chain });
    own::append(work, save, &sealed, beside)?;
    work.saved.insert(save, sealed.clone());
    if let Some(corrected) = request.instead_of {
        attention::fix(work, corrected)?;
    }
    picture::saved(work, request)?;
    if let Some(open) = request.draft {
        draft::close(work, open)?;
    }
    record::settle(work, request.record)?;
    Ok(Saved { save, name: sealed.name(), hash: sealed.hash })
}

impl Store {
    /// Saves what a person typed.
    pub fn save(&self, request: &SaveRequest) -> Result<Saved, StoreError> {
        self.save_all(std::slice::from_ref(request))?.pop().ok_or(StoreError::NotFound)
    }

    /// Saves what a person typed on several records: all of it or nothing.
    pub fn save_all(&self, requests: &[SaveRequest]) -> Result<Vec<Saved>, StoreError> {
        self.save_command(requests, None)
    }

    /// The same for what a command came to, with what is needed to undo it.
    pub fn save_command(&self, requests: &[SaveRequest], about: Option<&Remembered>) -> Result<Vec<Saved>, StoreError> {
        let all = |work: &mut Work<'_>| {
            let mut pen = Pen::take(work)?;
            let mut saved: Vec<Saved> = Vec::with_capacity(requests.len());
            for (nth, request) in requests.iter().enumerate() {
                let command = saved.first().map(|first| first.save);
                let beside = about.and_then(|a| Some(Beside { command, about: a, former: a.former.get(nth)? }));
                saved.push(save(work, &mut pen, request, beside.as_ref())?);
            }
            pen.put_down(work)?;
            if let (Some(undone), Some(first)) = (about.and_then(|a| a.undoes), saved.first()) {
                undo::mark(work, undone, first.save)?;
            }
            Ok(saved)
        };
        Ok(self.write(Durability::Full, all)?.0)
    }
}
