//! The push side: what goes up, and what the answers do.
//!
//! Owns the order and the size of frames. Refuses to sign and to send. Invariant: a change is offered until a verdict
//! on its very body stands, and every seq is used up, with a body or without.

use crate::column::{id, int, uint};
use crate::error::StoreError;
use crate::own::{self, Own};
use crate::planted::Planted;
use crate::store::{Durability, Store, Work};
use crate::verdict::{self, Source};
use crate::{attention, record, replica, space};
use gridwalk_model::exchange::{PushItem, PushReply};
use gridwalk_model::hash::Hash;
use gridwalk_model::limits::{FRAME_BYTES_MAX, FRAME_CHANGES_MAX};
use gridwalk_model::{RecordId, ReplicaId, SpaceId};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

/// What a change takes in a frame beside its body, bytes.
const ITEM_BYTES: usize = 64;

/// Own changes that are looked at for one round of frames.
const OFFERED: usize = 2 * FRAME_CHANGES_MAX;

/// A replica with undecided changes in a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingLane {
    /// The space.
    pub space: SpaceId,
    /// The replica that wrote them.
    pub replica: ReplicaId,
    /// The seq of the first.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// The next changes of one replica in one space: a push frame before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The space.
    pub space: SpaceId,
    /// The replica that wrote them.
    pub replica: ReplicaId,
    /// The changes, by seq.
    pub items: Vec<PushItem>,
}

/// What a frame takes beside its changes, bytes.
const FRAME_AROUND_BYTES: usize = 256;

/// What leaves in one bundle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bundling {
    /// Frames, each replica's in order of seq; before each, the stretch that this database no longer has. A server that
    /// has it reads over it.
    pub frames: Vec<(Outgoing, Option<(u64, u64)>)>,
    /// Changes that did not fit.
    pub left_out: u64,
}

fn item_bytes(item: &PushItem) -> usize {
    ITEM_BYTES + item.body.as_ref().map_or(0, |b| b.len())
}

fn item(own: &Own) -> PushItem {
    PushItem { seq: own.seq, hash: own.hash, body: (!own.stub).then(|| own.change.bytes.clone()) }
}

/// The first stretch of a replica's changes, by seq, that fits a frame; always at least one.
fn stretch(own: &[Own], changes_max: usize) -> Vec<PushItem> {
    let mut room = FRAME_BYTES_MAX;
    let mut items: Vec<PushItem> = Vec::new();
    for o in own.iter().take(changes_max.clamp(1, FRAME_CHANGES_MAX)) {
        let item = item(o);
        let size = item_bytes(&item);
        if size > room && !items.is_empty() {
            break;
        }
        room = room.saturating_sub(size);
        items.push(item);
    }
    items
}

/// The changes up to the first seq that is not among them: a frame over a hole would be refused whole, for ever, if the
/// server does not have what is missing; one that begins behind it can declare it.
fn unbroken(own: &[Own]) -> &[Own] {
    let breaks = own.windows(2).position(|w| w[1].seq != w[0].seq + 1);
    breaks.map_or(own, |at| &own[..=at])
}

/// The seqs right before one that no own change here bears: they were safe, and went.
fn missing_before(
    db: &Connection,
    space: SpaceId,
    replica: ReplicaId,
    seq: u64,
) -> Result<Option<(u64, u64)>, StoreError> {
    let sql = "SELECT coalesce(max(seq), 0) FROM own_change WHERE space = ?1 AND replica = ?2 AND seq < ?3";
    let before: i64 = db.prepare_cached(sql)?.query_row(params![space.0, replica.0, int(seq)], |r| r.get(0))?;
    let from = before.cast_unsigned() + 1;
    Ok((from < seq).then(|| (from, seq - 1)))
}

/// The gap's answer: everything from `expected` on is offered again. What this database no longer has of it is `lost`.
fn reopen(
    work: &mut Work<'_>,
    space: SpaceId,
    replica: ReplicaId,
    expected: u64,
) -> Result<Option<(u64, u64)>, StoreError> {
    let (first, records): (Option<u64>, Vec<RecordId>) = {
        let sql = "SELECT seq, record FROM own_change WHERE space = ?1 AND replica = ?2 AND seq >= ?3 ORDER BY seq";
        let mut statement = work.tx.prepare_cached(sql)?;
        let rows = statement.query_map(params![space.0, replica.0, int(expected)], |r| {
            Ok((r.get::<_, i64>(0)?.cast_unsigned(), RecordId(r.get(1)?)))
        })?;
        let found: Vec<(u64, RecordId)> = rows.collect::<Result<_, _>>()?;
        (found.first().map(|f| f.0), found.into_iter().map(|f| f.1).collect())
    };
    let again =
        "UPDATE own_change SET lane = 0, verdict = NULL, offered = 0 WHERE space = ?1 AND replica = ?2 AND seq >= ?3";
    work.tx.prepare_cached(again)?.execute(params![space.0, replica.0, int(expected)])?;
    work.touched.extend(records);
    Ok(first.filter(|f| *f > expected).map(|f| (expected, f - 1)))
}

impl Store {
    /// Where undecided changes wait, and with which one the next frame of each begins; no body is read.
    pub fn waiting(&self) -> Result<Vec<WaitingLane>, StoreError> {
        self.read(|db| {
            let mut lanes: BTreeMap<(SpaceId, ReplicaId), (u64, Hash)> = BTreeMap::new();
            let mut statement = db.prepare_cached(include_str!("push/waiting.sql"))?;
            for standing in space::all(db)? {
                let most = i64::try_from(OFFERED).unwrap_or(i64::MAX);
                let mut rows = statement.query(params![standing.space.0, most])?;
                while let Some(row) = rows.next()? {
                    let (replica, first) =
                        (id(row, "replica", ReplicaId)?, (uint(row, "seq")?, id(row, "hash", Hash)?));
                    let held = lanes.entry((standing.space, replica)).or_insert(first);
                    *held = if first.0 < held.0 { first } else { *held };
                }
            }
            let lane = |((space, replica), (seq, hash))| WaitingLane { space, replica, seq, hash };
            Ok(lanes.into_iter().map(lane).collect())
        })
    }

    /// The next frame of each replica with undecided changes, in one space or all; at most `changes_max` changes each.
    /// Where the server is on a timeline that was not pulled yet, replies change nothing: pull before pushing on.
    pub fn frames(&self, only: Option<SpaceId>, changes_max: usize) -> Result<Vec<Outgoing>, StoreError> {
        self.read(|db| {
            let mut waiting: BTreeMap<(SpaceId, ReplicaId), Vec<Own>> = BTreeMap::new();
            for standing in space::all(db)?.into_iter().filter(|s| only.is_none_or(|o| o == s.space)) {
                for own in own::undecided(db, standing.space, OFFERED)? {
                    waiting.entry((own.space, own.replica)).or_default().push(own);
                }
            }
            let frame = |((space, replica), mut own): ((SpaceId, ReplicaId), Vec<Own>)| {
                own.sort_by_key(|o| o.seq);
                Outgoing { space, replica, items: stretch(unbroken(&own), changes_max) }
            };
            Ok(waiting.into_iter().map(frame).collect())
        })
    }

    /// Everything without a verdict, as frames of at most so many bytes together; what does not fit waits for the next.
    /// Nothing changes here by it.
    pub fn frames_to_bundle(&self, bytes_max: usize, frames_max: usize) -> Result<Bundling, StoreError> {
        self.read(|db| {
            let (mut bundling, mut room) = (Bundling::default(), bytes_max);
            for standing in space::all(db)? {
                let mut lanes: BTreeMap<ReplicaId, Vec<Own>> = BTreeMap::new();
                for own in own::undecided(db, standing.space, usize::MAX)? {
                    lanes.entry(own.replica).or_default().push(own);
                }
                for (replica, mut own) in lanes {
                    own.sort_by_key(|o| o.seq);
                    let mut rest = &own[..];
                    while !rest.is_empty() && bundling.frames.len() < frames_max {
                        let items = stretch(unbroken(rest), FRAME_CHANGES_MAX);
                        let size: usize = items.iter().map(item_bytes).sum::<usize>() + FRAME_AROUND_BYTES;
                        let Some(left) = room.checked_sub(size) else { break };
                        room = left;
                        let lost = missing_before(db, standing.space, replica, rest[0].seq)?;
                        rest = &rest[items.len()..];
                        bundling.frames.push((Outgoing { space: standing.space, replica, items }, lost));
                    }
                    bundling.left_out += rest.len() as u64;
                }
            }
            Ok(bundling)
        })
    }

    /// Takes the verdicts of a push reply; those of another timeline than the one held are left to the next page.
    pub fn apply_push_reply(&self, reply: &PushReply) -> Result<BTreeSet<RecordId>, StoreError> {
        let space = reply.receipt.space;
        let ((), changed) = self.write(Durability::Full, |work| {
            if space::of(&work.tx, space)?.timeline() != Some(reply.timeline) {
                return Ok(());
            }
            for named in &reply.verdicts {
                if let verdict::Taken::Noted(record) = verdict::take(work, space, reply.timeline, named, Source::Reply)?
                {
                    record::settle(work, record)?;
                }
            }
            if work.planted(Planted::AcknowledgedByWatermark) {
                let upto = params![space.0, reply.receipt.replica.0, int(reply.receipt.upto)];
                work.tx.execute(include_str!("push/watermark.sql"), upto)?;
            }
            Ok(())
        })?;
        Ok(changed)
    }

    /// A frame left whose answer is not known: what of it has no verdict counts as sent, no longer as saved alone.
    pub fn mark_offered(&self, space: SpaceId, replica: ReplicaId, items: &[PushItem]) -> Result<(), StoreError> {
        self.write(Durability::Normal, |work| {
            let mut update = work.tx.prepare_cached(include_str!("push/offered.sql"))?;
            for item in items {
                update.execute(params![space.0, replica.0, int(item.seq), item.hash.0])?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// The server has another body under this dot: the phone takes a new replica id. Says whether it did.
    pub fn on_clash(&self, space: SpaceId, replica: ReplicaId, seq: u64) -> Result<bool, StoreError> {
        let (renewed, _) = self.write(Durability::Full, |work| {
            let clashed = own::by_dot(&work.tx, space, (replica, seq))?;
            let ours = clashed.is_some_and(|o| o.lane == own::OUTBOX && o.verdict.is_none());
            if ours {
                replica::renew(work)?;
            }
            Ok(ours)
        })?;
        Ok(renewed)
    }

    /// The server lacks everything from `expected` on: it is offered again. Returns the stretch that this database no
    /// longer has, to be declared as lost.
    pub fn on_gap(&self, space: SpaceId, replica: ReplicaId, expected: u64) -> Result<Option<(u64, u64)>, StoreError> {
        let (lost, _) = self.write(Durability::Full, |work| reopen(work, space, replica, expected))?;
        Ok(lost)
    }

    /// No frame with this change gets through: it is listed, and from now on only its number is offered.
    pub fn poison(&self, space: SpaceId, replica: ReplicaId, seq: u64, code: &str) -> Result<(), StoreError> {
        self.write(Durability::Full, |work| {
            let found = own::by_dot(&work.tx, space, (replica, seq))?;
            let Some(own) = found.filter(|o| o.lane == own::OUTBOX && o.verdict.is_none()) else { return Ok(()) };
            attention::list(work, own.save, code, "")?;
            let update = "UPDATE own_change SET stub = 1 WHERE save = ?1";
            work.tx.prepare_cached(update)?.execute(params![int(own.save)])?;
            work.touched.insert(own.record);
            record::settle(work, own.record)
        })?;
        Ok(())
    }
}
