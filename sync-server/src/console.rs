//! The console's pen: what is typed there becomes a change like any other.
//!
//! Owns the console's replicas and the making of their changes. Refuses to write a state: it goes through admission.
//! Invariant: a console's replica lives in one timeline; its `seq` is given in the admitting transaction, so that two
//! windows never take the same.

use crate::error::{Result, ServerError};
use crate::field_use;
use crate::ingest::admit::{self, Entering};
use crate::planted::Planted;
use crate::rights::{self, Judgement};
use crate::store::{FrameRow, InboxRow, StateRow};
use crate::writing::Writing;
use gridwalk_model::basis::Basis;
use gridwalk_model::change::{Change, SealedChange};
use gridwalk_model::exchange::{PushFrame, PushItem, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use gridwalk_model::limits::FRAME_CHANGES_MAX;
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
    write_all(w, std::slice::from_ref(wanted)).and_then(|names| names.last().copied().ok_or(ServerError::Cut))
}

/// Writes several changes of one author in one space, at most as many as a frame holds; the names of the changes, which
/// are admitted. They share one frame and its signature.
pub fn write_all(w: &Writing<'_>, wanted: &[ConsoleWrite<'_>]) -> Result<Vec<Name>> {
    let Some(first) = wanted.first() else { return Ok(Vec::new()) };
    let one_pen = wanted.iter().all(|one| (one.space, one.author) == (first.space, first.author));
    if !one_pen || wanted.len() > FRAME_CHANGES_MAX {
        return Err(ServerError::Refused("console_frame"));
    }
    let space = w.space(first.space)?;
    let timeline = w.reading().branches(space.id)?.last().map(|b| b.id).unwrap_or_default();
    let replica = replica(w, first.author, timeline)?;
    let mut seq = w.tx.upto(space.id, replica)?;
    let mut prev = w.tx.inbox(space.id, replica, seq)?.map(|last| last.hash).unwrap_or_default();
    let mut all = Vec::with_capacity(wanted.len());
    for one in wanted {
        seq += 1;
        let before = w.tx.state(space.id, one.record)?;
        let sealed = seal(w, one, Pen { replica, seq, prev, timeline }, before.as_ref())?;
        if one.judged {
            judge(w, &sealed, before.as_ref())?;
        }
        refuse_unstated(w, &sealed, before.as_ref())?;
        prev = sealed.hash;
        enter(w, one, &sealed, before)?;
        all.push(sealed);
    }
    w.tx.upto_set(space.id, replica, seq)?;
    sign(w, space.id, replica, &all)?;
    Ok(all.iter().map(SealedChange::name).collect())
}

/// What a console's change follows.
#[derive(Clone, Copy)]
struct Pen {
    replica: ReplicaId,
    seq: u64,
    prev: Hash,
    timeline: TimelineId,
}

fn enter(w: &Writing<'_>, wanted: &ConsoleWrite<'_>, sealed: &SealedChange, before: Option<StateRow>) -> Result<()> {
    let (replica, seq) = (sealed.change.replica, sealed.change.seq);
    let mut row = InboxRow {
        space: wanted.space,
        replica,
        seq,
        hash: sealed.hash,
        body: Some(sealed.bytes.clone()),
        device: w.running.device,
        record: Some(wanted.record),
        step: sealed.change.step().is_some(),
        received_at: w.now,
        first: (replica, seq),
        verdict: Verdict::Applied,
        verdict_pos: 0,
        effective: None,
    };
    w.tx.name_put(wanted.space, sealed.name(), row.first)?;
    let entering = Entering { before, names: vec![sealed.name()], approved_by: None };
    let (pos, effective) = admit::enter(w, &row, sealed, entering)?;
    (row.verdict_pos, row.effective) = (pos, Some(effective));
    w.tx.inbox_put(&row)
}

fn seal(w: &Writing<'_>, wanted: &ConsoleWrite<'_>, pen: Pen, now: Option<&StateRow>) -> Result<SealedChange> {
    let as_it_is = match (wanted.basis, now) {
        (Some(_), _) => None,
        (None, Some(row)) => Some(Basis::of(&read_state(&row.bytes)?, pen.timeline, 0)),
        (None, None) => Some(Basis::of(&State::new(wanted.record), pen.timeline, 0)),
    };
    let blank = Basis::blank(wanted.record);
    let resolved = resolve(wanted.wishes, wanted.basis.or(as_it_is.as_ref()).unwrap_or(&blank), &[]);
    let change = Change {
        space: wanted.space,
        replica: pen.replica,
        seq: pen.seq,
        prev: pen.prev,
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

/// How far an account's console has written in a space: its replica and the number of its last change.
pub(crate) fn written(w: &Writing<'_>, account: AccountId, space: SpaceId) -> Result<(ReplicaId, u64)> {
    let timeline = w.reading().branches(space)?.last().map(|b| b.id).unwrap_or_default();
    let replica = replica(w, account, timeline)?;
    Ok((replica, w.tx.upto(space, replica)?))
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

fn judge(w: &Writing<'_>, sealed: &SealedChange, state: Option<&StateRow>) -> Result<()> {
    let console = w.tx.device(w.running.device)?.ok_or(ServerError::NotFound("console"))?;
    match rights::judge(&w.reading(), &sealed.change, state, &console)? {
        Judgement::Applied => Ok(()),
        Judgement::Quarantined => Err(ServerError::Refused("withdrawn")),
        Judgement::Refused { code, .. } => Err(ServerError::Refused(code)),
    }
}

/// Whoever types at the server hears at once that a sensitive field is not in use.
fn refuse_unstated(w: &Writing<'_>, sealed: &SealedChange, state: Option<&StateRow>) -> Result<()> {
    let change = &sealed.change;
    let unstated = field_use::unstated(&w.reading(), change, state)?;
    if unstated.is_empty() { Ok(()) } else { Err(ServerError::Refused("field_not_in_use")) }
}

/// The server's signature over what the console wrote.
fn sign(w: &Writing<'_>, space: SpaceId, replica: ReplicaId, all: &[SealedChange]) -> Result<()> {
    let items = all.iter().map(|sealed| PushItem { seq: sealed.change.seq, hash: sealed.hash, body: None }).collect();
    let device = w.running.device;
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
