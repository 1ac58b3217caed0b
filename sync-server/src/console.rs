//! The console's pen: what is typed there becomes a change like any other.
//!
//! Owns the console's replicas and the making of their changes. Refuses to write a state: it goes through admission.
//! Invariant: a console's replica lives in one timeline; its `seq` is given in the admitting transaction, so that two
//! windows never take the same.

use crate::error::{Result, ServerError};
use crate::field_use;
use crate::ingest::admit;
use crate::planted::Planted;
use crate::rights::{self, Judgement};
use crate::store::{FrameRow, InboxRow};
use crate::writing::Writing;
use gridwalk_model::basis::Basis;
use gridwalk_model::change::{Change, SealedChange};
use gridwalk_model::command::sensitive_of;
use gridwalk_model::exchange::{PushFrame, PushItem, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use gridwalk_model::name::Name;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::wish::{Wish, resolve};
use gridwalk_sync::frame_codec;

/// What is to be written.
#[derive(Debug, Clone)]
pub struct ConsoleWrite<'a> {
    /// Who types, or whose machine it is.
    pub author: AccountId,
    /// Whether a machine writes it (import, hand-over).
    pub machine: bool,
    /// Whether the author's rights are judged as a phone's would be; else the caller has asked.
    pub judged: bool,
    /// The space.
    pub space: SpaceId,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: &'a str,
    /// The unit whose business it is.
    pub unit: UnitId,
    /// What is wanted.
    pub wishes: &'a [Wish],
    /// What stood on the screen; without one, the state as it is now.
    pub basis: Option<&'a Basis>,
}

/// Writes; the name of the change, which is admitted.
pub fn write(w: &Writing<'_>, wanted: &ConsoleWrite<'_>) -> Result<Name> {
    let space = w.space(wanted.space)?;
    let timeline = w.reading().branches(space.id)?.last().map(|b| b.id).unwrap_or_default();
    let sealed = seal(w, wanted, timeline)?;
    if wanted.judged {
        judge(w, &sealed)?;
    }
    refuse_unstated(w, &sealed)?;
    let (replica, seq) = (sealed.change.replica, sealed.change.seq);
    let row = InboxRow {
        space: space.id,
        replica,
        seq,
        hash: sealed.hash,
        body: Some(sealed.bytes.clone()),
        device: w.running.device,
        record: Some(wanted.record),
        step: sealed.change.step().is_some(),
        received_at: w.now,
        first: (replica, seq),
        verdict: Verdict::Quarantined,
        verdict_pos: 0,
        effective: None,
    };
    w.tx.inbox_put(&row)?;
    w.tx.name_put(space.id, sealed.name(), row.first)?;
    w.tx.upto_set(space.id, replica, seq)?;
    sign(w, &sealed)?;
    admit::admit(w, &row, &sealed, None)?;
    Ok(sealed.name())
}

fn seal(w: &Writing<'_>, wanted: &ConsoleWrite<'_>, timeline: TimelineId) -> Result<SealedChange> {
    let replica = replica(w, wanted.author, timeline)?;
    let upto = w.tx.upto(wanted.space, replica)?;
    let prev = w.tx.inbox(wanted.space, replica, upto)?.map(|last| last.hash).unwrap_or_default();
    let now = w.tx.state(wanted.space, wanted.record)?;
    let state = now.map_or_else(|| Ok(State::new(wanted.record)), |row| read_state(&row.bytes))?;
    let as_it_is = Basis::of(&state, timeline, 0);
    let resolved = resolve(wanted.wishes, wanted.basis.unwrap_or(&as_it_is), &[]);
    let change = Change {
        space: wanted.space,
        replica,
        seq: upto + 1,
        prev,
        record: wanted.record,
        kind: wanted.kind.to_owned(),
        unit: wanted.unit,
        author: wanted.author,
        machine: wanted.machine,
        device: w.running.device,
        typed_at: w.now,
        heard: w.now,
        seen: resolved.seen,
        was: Vec::new(),
        instead_of: None,
        salt: w.running.options.ids.b16(),
        ops: resolved.ops,
        extra: Vec::new(),
    };
    change.seal().map_err(|e| ServerError::Refused(e.code()))
}

/// The console's replica of an account in a timeline.
fn replica(w: &Writing<'_>, account: AccountId, timeline: TimelineId) -> Result<ReplicaId> {
    if let Some(replica) = w.tx.console(account, timeline)? {
        return Ok(replica);
    }
    if w.running.planted(Planted::ConsoleSeqReused)
        && let Some(old) = w.tx.console_any(account)?
    {
        return Ok(old);
    }
    let replica = ReplicaId(w.running.options.ids.b16());
    w.tx.console_put(account, timeline, replica)?;
    w.tx.replica_put(replica, w.running.device)?;
    Ok(replica)
}

fn judge(w: &Writing<'_>, sealed: &SealedChange) -> Result<()> {
    let change = &sealed.change;
    let state = w.tx.state(change.space, change.record)?;
    let console = w.tx.device(w.running.device)?.ok_or(ServerError::NotFound("console"))?;
    match rights::judge(&w.reading(), change, state.as_ref(), &console)? {
        Judgement::Applied => Ok(()),
        Judgement::Quarantined => Err(ServerError::Refused("withdrawn")),
        Judgement::Refused { code, .. } => Err(ServerError::Refused(code)),
    }
}

/// Whoever types at the server hears at once that a sensitive field is not in use.
fn refuse_unstated(w: &Writing<'_>, sealed: &SealedChange) -> Result<()> {
    let change = &sealed.change;
    if sensitive_of(change).is_empty() {
        return Ok(());
    }
    let state = w.tx.state(change.space, change.record)?;
    let unstated = field_use::unstated(&w.reading(), change, state.as_ref())?;
    if unstated.is_empty() { Ok(()) } else { Err(ServerError::Refused("field_not_in_use")) }
}

/// The server's signature over what the console wrote.
fn sign(w: &Writing<'_>, sealed: &SealedChange) -> Result<()> {
    let c = &sealed.change;
    let items = vec![PushItem { seq: c.seq, hash: sealed.hash, body: None }];
    let (space, replica, device) = (c.space, c.replica, c.device);
    let mut frame = PushFrame { space, replica, device, lost: None, items, signature: [0; 64] };
    frame_codec::sign(&mut frame, &w.running.key);
    let (signed, signature) = (frame_codec::signed_bytes(&frame), frame.signature);
    w.tx.frame_put(&FrameRow { space, replica, device, carrier: device, received_at: w.now, signed, signature })
}

/// A record's state as the console shows it, with the basis of an edit.
pub fn open(w: &crate::Reading<'_>, space: SpaceId, record: RecordId) -> Result<Option<(State, Basis)>> {
    let Some(row) = w.tx.state(space, record)? else { return Ok(None) };
    let state = read_state(&row.bytes)?;
    let timeline = w.tx.branches(space)?.last().map(|b| b.id).unwrap_or_default();
    let basis = Basis::of(&state, timeline, 0);
    Ok(Some((state, basis)))
}

/// Hash of nothing: the chain before the first entry.
pub const CHAIN_START: Hash = Hash([0; 32]);
