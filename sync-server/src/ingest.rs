//! Ingest: the server's one write path, from a signed frame to verdicts and a receipt.
//!
//! Owns what is checked of a frame as a whole, the inbox, and the fate of each change. Refuses to know HTTP.
//! Invariant: a frame is one transaction in one space; a dot keeps its hash, a body its first name; delivering anything
//! twice changes nothing; one bad change never spoils the frame.

pub mod admit;
pub mod decide;
pub mod group;

use crate::erase::again;
use crate::error::{Result, ServerError, problem};
use crate::field_use;
use crate::ingest::admit::Entering;
use crate::journal_codec;
use crate::planted::Planted;
use crate::rate;
use crate::rights::{self, Judgement};
use crate::server::Running;
use crate::standing;
use crate::store::row::EntryKind;
use crate::store::{DeviceRow, FrameRow, InboxRow, StateRow};
use crate::writing::Writing;
use gridwalk_model::change::SealedChange;
use gridwalk_model::codec::Malformed;
use gridwalk_model::exchange::{NamedVerdict, PushFrame, PushItem, PushReply, Receipt, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, ReplicaId, SpaceId};
use gridwalk_model::name::Name;
use gridwalk_sync::{Problem, ProblemCode, frame_codec, receipt};
use std::sync::Arc;

/// A frame whose signature holds, its changes read: all that can be done before the writer is free.
pub struct Opened {
    frame: PushFrame,
    carrier: DeviceId,
    device: DeviceRow,
    changes: Vec<std::result::Result<SealedChange, &'static str>>,
}

/// What a push comes to.
pub fn push(running: &Running, carrier: DeviceId, mut frame: PushFrame) -> Result<PushReply> {
    let key = standing::key(running, frame.device)?;
    if frame.device == running.device || !frame_codec::verify(&frame, &key) {
        return Err(problem(ProblemCode::BadSignature, "the frame was not signed by its device"));
    }
    let (device, is_newcomer) = running.read(|r| {
        let device = standing::device(r, frame.device)?;
        let is_newcomer = standing::is_newcomer(r, device.account)?;
        Ok((device, is_newcomer))
    })?;
    if is_newcomer {
        rate::of_newcomer(running, device.id)?;
    }
    frame.items.sort_by_key(|i| i.seq);
    let changes = frame.items.iter().map(|item| open(&frame, item, &device)).collect();
    let mut reply = running.group.take(running, Opened { frame, carrier, device, changes })?;
    receipt::sign(&mut reply.receipt, &running.key);
    Ok(reply)
}

/// Takes a frame; its receipt is signed once it is committed.
fn take(w: &Writing<'_>, opened: &Opened) -> Result<PushReply> {
    let Opened { frame, carrier, .. } = opened;
    // It may have been revoked since its signature was checked.
    let device = w.tx.device(frame.device)?.filter(|d| d.public_key == opened.device.public_key);
    let device = device.ok_or_else(|| problem(ProblemCode::UnknownDevice, "no device has this id"))?;
    let space = w.tx.space_locked(frame.space)?.ok_or(ServerError::NotFound("space"))?;
    own_replica(w, frame)?;
    let mut upto = w.tx.upto(frame.space, frame.replica)?;
    let before = upto;
    if let Some(lost) = frame.lost {
        upto = declare_lost(w, frame, lost, upto)?;
    }
    let mut verdicts = Vec::with_capacity(frame.items.len());
    let mut any_new = upto != before;
    for (item, change) in frame.items.iter().zip(&opened.changes) {
        // What is beyond the last seq was never received.
        let known = if item.seq > upto { None } else { w.tx.inbox(frame.space, frame.replica, item.seq)? };
        if let Some(known) = known {
            verdicts.push(again(w, &known, item)?);
            continue;
        }
        if item.seq == 0 || item.seq > upto + 1 {
            let mut gap = Problem::new(ProblemCode::Gap, "a seq is missing");
            gap.expected = Some(upto + 1);
            return Err(gap.into());
        }
        any_new = true;
        verdicts.push(receive(w, frame, (item, change), &device)?);
        upto = upto.max(item.seq);
    }
    if any_new {
        w.tx.upto_set(frame.space, frame.replica, upto)?;
        keep_frame(w, frame, *carrier)?;
        w.touch(frame.space);
    }
    let timeline = w.reading().branches(space.id)?.last().map(|b| b.id).unwrap_or_default();
    Ok(PushReply { timeline, verdicts, receipt: make_receipt(w, frame.space, frame.replica, upto)? })
}

/// A replica belongs to one device for ever.
fn own_replica(w: &Writing<'_>, frame: &PushFrame) -> Result<()> {
    match w.tx.replica_device(frame.replica)? {
        None => w.tx.replica_put(frame.replica, frame.device),
        Some(device) if device == frame.device => Ok(()),
        Some(_) => Err(clash(frame.items.iter().map(|i| i.seq).min().unwrap_or(1), "the replica of another device")),
    }
}

fn clash(seq: u64, detail: &str) -> ServerError {
    let mut clash = Problem::new(ProblemCode::Clash, detail);
    clash.seq = Some(seq);
    clash.into()
}

/// Uses up a stretch of seqs that the phone no longer has; journalled, and told to whoever looks after the server.
fn declare_lost(w: &Writing<'_>, frame: &PushFrame, (from, to): (u64, u64), upto: u64) -> Result<u64> {
    if to <= upto || from > to {
        return Ok(upto);
    }
    if from > upto + 1 || to - upto > crate::limits::LOST_MAX {
        let mut gap = Problem::new(ProblemCode::Gap, "a seq is missing before what is declared lost");
        gap.expected = Some(upto + 1);
        return Err(gap.into());
    }
    let pos = w.pos_next(frame.space)?;
    let entry = journal_codec::lost_bytes(pos, frame.replica, upto + 1, to);
    admit::append(
        w,
        frame.space,
        admit::Appended {
            pos,
            record: None,
            kind: EntryKind::Lost,
            dot: (frame.replica, to),
            entry,
            body: Hash::default(),
        },
    )?;
    let detail = format!("space {} replica {} seq {} to {to}", frame.space, frame.replica, upto + 1);
    w.audit(None, "lost_declared", &detail)?;
    tracing::warn!(space = %frame.space, replica = %frame.replica, from = upto + 1, to, "a phone lost changes");
    Ok(to)
}

fn named(item: &PushItem, replica: ReplicaId, verdict: Verdict, pos: u64) -> NamedVerdict {
    NamedVerdict { name: Name { replica, seq: item.seq, mark: item.hash.mark() }, verdict, pos }
}

/// The verdict of a row: that of the first delivery of its body.
pub fn verdict_of(r: &crate::Reading<'_>, row: &InboxRow) -> Result<(Verdict, u64)> {
    if row.first == (row.replica, row.seq) {
        return Ok((row.verdict.clone(), row.verdict_pos));
    }
    let first = r.tx.inbox(row.space, row.first.0, row.first.1)?.ok_or(ServerError::NotFound("first delivery"))?;
    Ok((first.verdict, first.verdict_pos))
}

/// A dot that is known: the same body changes nothing, another one clashes, and a quarantined one whose author sends no
/// body any more is withdrawn.
fn again(w: &Writing<'_>, known: &InboxRow, item: &PushItem) -> Result<NamedVerdict> {
    if known.hash != item.hash {
        return Err(clash(item.seq, "the dot is taken by another body"));
    }
    if item.body.is_none() {
        withdraw(w, known.space, known.first)?;
    }
    let (verdict, pos) = verdict_of(&w.reading(), known)?;
    Ok(named(item, known.replica, verdict, pos))
}

/// The author gave a quarantined change up: declined.
fn withdraw(w: &Writing<'_>, space: SpaceId, first: (ReplicaId, u64)) -> Result<()> {
    let row = w.tx.inbox(space, first.0, first.1)?;
    if row.is_some_and(|r| r.verdict == Verdict::Quarantined) {
        let pos = w.pos_next(space)?;
        w.tx.verdict_set(space, first, &Verdict::Declined { reason: "withdrawn".to_owned() }, pos, None)?;
    }
    Ok(())
}

/// Reads an item's body and holds it against its frame.
fn open(frame: &PushFrame, item: &PushItem, device: &DeviceRow) -> Result<SealedChange, &'static str> {
    let body = item.body.as_ref().ok_or("no_body")?;
    if Hash::of_body(body) != item.hash {
        return Err("hash_differs");
    }
    let sealed = SealedChange::open(body).map_err(Malformed::code)?;
    let c = &sealed.change;
    let fits = (c.space, c.replica, c.seq) == (frame.space, frame.replica, item.seq);
    if !fits {
        return Err("frame_differs");
    }
    if c.author == device.account { Ok(sealed) } else { Err("author_differs") }
}

/// Whether the device that a change was typed on may be called its author's: the one that signed, an earlier enrolment
/// of the same account, or one that the server lost.
fn is_own_device(w: &Writing<'_>, sealed: &SealedChange, device: &DeviceRow) -> Result<bool> {
    let typed_on = sealed.change.device;
    Ok(typed_on == device.id || w.tx.device(typed_on)?.is_none_or(|d| d.account == device.account))
}

/// A dot that is new.
fn receive(
    w: &Writing<'_>,
    frame: &PushFrame,
    (item, change): (&PushItem, &std::result::Result<SealedChange, &'static str>),
    device: &DeviceRow,
) -> Result<NamedVerdict> {
    let back = again::of(w.tx, frame, item, change.as_ref().ok())?;
    let told = receive_as(w, frame, (item, change, back.as_ref()), device)?;
    back.map_or(Ok(()), |back| again::noted(w, frame, item, &back))?;
    Ok(told)
}

/// What a dot bears, or why it bears nothing: its body, or what an erasure left of it.
fn opened_as<'a>(
    w: &Writing<'_>,
    change: &'a std::result::Result<SealedChange, &'static str>,
    back: Option<&'a again::Back>,
    device: &DeviceRow,
) -> Result<std::result::Result<&'a SealedChange, &'static str>> {
    Ok(match (change, back) {
        (Ok(sealed), _) if !is_own_device(w, sealed, device)? => Err("frame_differs"),
        (_, Some(back)) => Ok(&back.sealed),
        (opened, None) => opened.as_ref().map_err(|code| *code),
    })
}

/// The body that is kept of it.
fn kept_of(item: &PushItem, back: Option<&again::Back>, is_read: bool) -> Option<Arc<[u8]>> {
    let came = || item.body.clone().filter(|b| is_read || Hash::of_body(b) == item.hash);
    back.map_or_else(came, |back| Some(back.sealed.bytes.clone()))
}

/// A dot that is new, as it is kept.
fn receive_as(
    w: &Writing<'_>,
    frame: &PushFrame,
    (item, change, back): (&PushItem, &std::result::Result<SealedChange, &'static str>, Option<&again::Back>),
    device: &DeviceRow,
) -> Result<NamedVerdict> {
    let opened = opened_as(w, change, back, device)?;
    let own = Name { replica: frame.replica, seq: item.seq, mark: item.hash.mark() };
    let mut names = opened.map_or_else(|_| vec![own], SealedChange::names);
    names.sort_unstable();
    names.dedup();
    let first = first_of(w, frame.space, &names)?;
    let mut row = InboxRow {
        space: frame.space,
        replica: frame.replica,
        seq: item.seq,
        hash: item.hash,
        body: kept_of(item, back, opened.is_ok()),
        device: frame.device,
        record: opened.ok().map(|s| s.change.record),
        step: opened.is_ok_and(|s| s.change.step().is_some()),
        received_at: w.now,
        first: first.unwrap_or((frame.replica, item.seq)),
        verdict: Verdict::Quarantined,
        verdict_pos: 0,
        effective: None,
    };
    if let Some(first) = first {
        w.tx.inbox_put(&InboxRow { verdict: Verdict::Applied, ..row.clone() })?;
        admit::alias(w, frame.space, first, &names)?;
        if item.body.is_none() {
            withdraw(w, frame.space, first)?;
        }
        let (verdict, pos) = verdict_of(&w.reading(), &row)?;
        return Ok(named(item, frame.replica, verdict, pos));
    }
    for name in &names {
        w.tx.name_put(frame.space, *name, row.first)?;
    }
    let (judged, before) = match (opened, back) {
        (Err(code), _) => (Judgement::Refused { code, hint: String::new() }, None),
        (Ok(_), Some(back)) => judge_back(w, change.as_ref().ok(), back, device)?,
        (Ok(sealed), None) => judge(w, sealed, device)?,
    };
    if let (Judgement::Applied, Ok(sealed)) = (&judged, opened) {
        let (pos, effective) = admit::enter(w, &row, sealed, Entering { before, names, approved_by: None })?;
        (row.verdict, row.verdict_pos, row.effective) = (Verdict::Applied, pos, Some(effective));
        w.tx.inbox_put(&row)?;
        return Ok(named(item, frame.replica, Verdict::Applied, pos));
    }
    row.verdict_pos = w.pos_next(frame.space)?;
    if let Judgement::Refused { code, hint } = judged {
        row.verdict = Verdict::Refused { code: code.to_owned(), hint };
    }
    w.tx.inbox_put(&row)?;
    Ok(named(item, frame.replica, row.verdict, row.verdict_pos))
}

/// What was erased and comes again: whole, it is judged by rights like any other; blanked, as the very bytes that were left
/// here, it is what it was, with what it covered. What had never been admitted is nothing any more.
fn judge_back(
    w: &Writing<'_>,
    whole: Option<&SealedChange>,
    back: &again::Back,
    device: &DeviceRow,
) -> Result<(Judgement, Option<StateRow>)> {
    let state = w.tx.state(back.sealed.change.space, back.sealed.change.record)?;
    let judged = match whole {
        _ if !back.row.admitted => Judgement::Refused { code: "erased", hint: back.row.erasure.reason.clone() },
        Some(whole) => rights::judge(&w.reading(), &whole.change, state.as_ref(), device)?,
        None => Judgement::Applied,
    };
    Ok((judged, state))
}

/// The first delivery of the body that bears any of these names; one that was admitted before others.
fn first_of(w: &Writing<'_>, space: SpaceId, names: &[Name]) -> Result<Option<(ReplicaId, u64)>> {
    let mut found = None;
    for name in names {
        let Some(first) = w.tx.first_of(space, *name)? else { continue };
        let row = w.tx.inbox(space, first.0, first.1)?;
        if row.is_some_and(|r| r.verdict == Verdict::Applied) {
            return Ok(Some(first));
        }
        found = found.or(Some(first));
    }
    Ok(found)
}

/// By rights, with a purpose for what is sensitive, and never before an earlier step of the same replica that still waits; with the record's state.
fn judge(w: &Writing<'_>, sealed: &SealedChange, device: &DeviceRow) -> Result<(Judgement, Option<StateRow>)> {
    let c = &sealed.change;
    let state = w.tx.state(c.space, c.record)?;
    let mut judged = rights::judge(&w.reading(), c, state.as_ref(), device)?;
    if judged == Judgement::Applied && !field_use::unstated(&w.reading(), c, state.as_ref())?.is_empty() {
        judged = Judgement::Quarantined;
    }
    if judged == Judgement::Applied && again::is_unaware(c, state.as_ref())? {
        judged = Judgement::Quarantined;
    }
    let behind_a_step = judged == Judgement::Applied
        && c.step().is_some()
        && !w.tx.quarantined_steps(c.space, c.replica, c.record)?.is_empty();
    Ok((if behind_a_step { Judgement::Quarantined } else { judged }, state))
}

fn keep_frame(w: &Writing<'_>, frame: &PushFrame, carrier: DeviceId) -> Result<()> {
    w.tx.frame_put(&FrameRow {
        space: frame.space,
        replica: frame.replica,
        device: frame.device,
        carrier,
        received_at: w.now,
        signed: frame_codec::signed_bytes(frame),
        signature: frame.signature,
    })
}

fn make_receipt(w: &Writing<'_>, space: SpaceId, replica: ReplicaId, upto: u64) -> Result<Receipt> {
    let chain = w.tx.inbox(space, replica, upto)?.map(|r| r.hash).unwrap_or_default();
    Ok(Receipt { space, replica, upto, chain, at: w.now, signature: [0; 64] })
}

/// Whether a bug is planted that drops heads.
pub(crate) fn heads_dropped(w: &Writing<'_>) -> bool {
    w.running.planted(Planted::HeadsDropped)
}
