//! Pull: one page of one space, from one snapshot.
//!
//! Owns tail, backfill, `left`, verdicts of what was asked, and the digest. Refuses to write. Invariant: all rows of one
//! pos travel on one page; the last part of a backfill only on a page whose tail is at the head; what a page says of a
//! record is the record's state with the keys that grant it, or `left`, never both.

use crate::erase::again;
use crate::error::{Result, problem};
use crate::ingest;
use crate::mask::Reader;
use crate::planted::Planted;
use crate::rights::{self, Scope};
use crate::standing;
use crate::store::{AudienceRow, DeviceRow, SpaceRow};
use crate::writing::Reading;
use gridwalk_model::exchange::{
    Backfill, BackfillPlace, Elsewhere, Epoch, Key, NamedVerdict, Page, PageRow, PullRequest, Verdict,
};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::name::Name;
use gridwalk_model::state_codec::FOLD_VERSION;
use gridwalk_sync::ProblemCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many index rows are read at a time.
const STEP: usize = 256;

/// Where the phone stands, as far as it still holds.
struct Place {
    cursor: u64,
    backfill: Backfill,
    epoch: Epoch,
}

/// A phone whose tail was passed over gets an epoch of its own, so that the sweep finds what left unseen: how often that
/// happened stands above the count of the account's scope.
pub(crate) const PASSED_OVER: u64 = 1 << 32;

/// Collects the rows of a page within its bounds.
struct Rows<'a> {
    r: &'a Reading<'a>,
    space: SpaceId,
    scope: &'a Scope,
    reader: Reader<'a>,
    met: BTreeSet<RecordId>,
    list: Vec<PageRow>,
    bytes: u64,
    aim: u64,
}

/// A request, and who proved to ask.
pub struct Asked {
    /// The device.
    pub device: DeviceId,
    /// The request.
    pub request: PullRequest,
    /// Its hash: what the page says that it answers.
    pub answers: Hash,
}

/// Makes the page that answers a request.
pub fn page(r: &Reading<'_>, asked: &Asked) -> Result<Page> {
    page_of(r, asked, &r.tx.spaces()?)
}

/// The page, if the phone stands at the head and asks for nothing else: then it holds no rows and costs little.
pub fn without_news(r: &Reading<'_>, asked: &Asked) -> Result<Option<Page>> {
    let PullRequest { space, cursor, backfill, asked: names, refetch, .. } = &asked.request;
    if *backfill != Backfill::Done || !names.is_empty() || !refetch.is_empty() {
        return Ok(None);
    }
    let spaces = r.tx.spaces()?;
    let Some(space) = spaces.iter().find(|s| s.id == *space) else { return Ok(None) };
    let counted = standing::seen(r, standing::device(r, asked.device)?.account, space)?.epoch;
    let at_head = *cursor == Some((counted.timeline, space.pos)) && held_epoch(&asked.request, counted).is_some();
    if at_head { page_of(r, asked, &spaces).map(Some) } else { Ok(None) }
}

/// The epoch that a phone holds, if it is the one that counts: how often its tail was passed over is its own affair.
fn held_epoch(request: &PullRequest, counted: Epoch) -> Option<Epoch> {
    request.epoch.filter(|e| e.timeline == counted.timeline && e.n % PASSED_OVER == counted.n)
}

fn page_of(r: &Reading<'_>, asked: &Asked, spaces: &[SpaceRow]) -> Result<Page> {
    let Asked { request, answers, .. } = asked;
    let device = &standing::device(r, asked.device)?;
    if device.revoked_at.is_some() {
        return Err(problem(ProblemCode::Revoked, "the device was revoked"));
    }
    let space = spaces.iter().find(|s| s.id == request.space).ok_or(standing::NO_SPACE)?;
    let seen = standing::seen(r, device.account, space)?;
    let chain = r.tx.chain_end(space.id, request.replica)?;
    // Whoever pushed into it is told what became of that, whatever they may see.
    if chain.0 == 0 {
        seen.heard_of(request.cursor.map(|(timeline, _)| timeline))?;
    }
    let scope = &seen.scope;
    let Place { cursor: after, backfill: from, epoch } = place(r, space, request, seen.epoch)?;
    let aim = request.bytes_aim.clamp(1, limits::PAGE_BYTES_AIM as u64);
    let (met, list) = (BTreeSet::new(), Vec::new());
    let reader = Reader { account: device.account, scope };
    let mut rows = Rows { r, space: space.id, scope, reader, met, list, bytes: 0, aim };
    let cursor = rows.tail(after, space.pos)?;
    let reached = cursor == space.pos;
    let backfill = if reached { rows.backfill(from, after)? } else { from };
    let (verdicts, all_told) = rows.verdicts(&request.asked)?;
    let at_head = reached && all_told && rows.anew(&request.refetch)?;
    let ends = at_head && backfill == Backfill::Done && request.fold_version == FOLD_VERSION;
    // Grants never change without the epoch: whoever has this epoch has them.
    let grants = if request.epoch == Some(epoch) {
        Vec::new()
    } else {
        rights::told(&rights::living_grants(r, device.account, space.id)?)
    };
    // Whoever begins anew is told everything that was erased of what they gave.
    let known =
        request.cursor.filter(|(timeline, pos)| Some(*timeline) == seen.branches.last().map(|b| b.id) && *pos <= after);
    let erased = if known.is_some_and(|(_, pos)| pos == cursor) || r.running.planted(Planted::ErasuresNotTold) {
        Vec::new()
    } else {
        again::told(r.tx, space.id, device.account, known.map_or(0, |(_, pos)| pos))?
    };
    let elsewhere = if ends { elsewhere(r, device, (space.id, spaces))? } else { Vec::new() };
    Ok(Page {
        space: space.id,
        answers: *answers,
        branches: seen.branches.clone(),
        epoch,
        cursor,
        at_head,
        backfill,
        now: r.now,
        rows: rows.list,
        verdicts,
        chain,
        digest: if ends { Some(seen.digest(r, space.id)?) } else { None },
        safe_pos: space.safe_pos,
        grants,
        elsewhere,
        erased,
    })
}

/// Where the account's other spaces stand.
fn elsewhere(r: &Reading<'_>, device: &DeviceRow, (here, spaces): (SpaceId, &[SpaceRow])) -> Result<Vec<Elsewhere>> {
    let mut told = Vec::new();
    for space in spaces.iter().filter(|s| s.id != here) {
        let seen = standing::seen(r, device.account, space)?;
        if seen.scope.is_empty() || told.len() == limits::SPACES_TOLD_MAX {
            continue;
        }
        let (epoch, digest) = (seen.epoch, seen.digest(r, space.id)?);
        told.push(Elsewhere { space: space.id, pos: space.pos, epoch, digest });
    }
    Ok(told)
}

/// A cursor of another timeline or too old begins anew at the head; so does a backfill of another epoch.
fn place(r: &Reading<'_>, space: &SpaceRow, request: &PullRequest, counted: Epoch) -> Result<Place> {
    let held = held_epoch(request, counted);
    let epoch = held.unwrap_or(counted);
    let too_old = |pos| -> Result<bool> {
        let next = r.tx.journal_time_after(space.id, pos)?;
        Ok(next.is_some_and(|t| t.plus_ms(limits::CURSOR_AGE_MS_MAX) < r.now))
    };
    let anew = |epoch| Place { cursor: space.pos, backfill: Backfill::Start, epoch };
    Ok(match request.cursor.filter(|(t, _)| *t == counted.timeline) {
        None => anew(epoch),
        Some((_, pos)) if pos > space.pos || (pos < space.pos && too_old(pos)?) => {
            anew(Epoch { n: epoch.n.saturating_add(PASSED_OVER), ..epoch })
        }
        Some((_, cursor)) => {
            let backfill = if held.is_some() { request.backfill } else { Backfill::Start };
            Place { cursor, backfill, epoch }
        }
    })
}

impl Rows<'_> {
    fn full(&self) -> bool {
        self.bytes >= self.aim || self.list.len() >= limits::PAGE_ROWS_MAX
    }

    /// A record as it is for this scope; each once a page.
    fn put(&mut self, record: RecordId) -> Result<()> {
        if !self.met.insert(record) {
            return Ok(());
        }
        let audience = self.r.tx.audience(self.space, record)?;
        let held_by = rights::held_by(self.scope, &audience);
        let state = if held_by.is_empty() { None } else { self.r.tx.state(self.space, record)? };
        self.list(record, state.map(|state| (state.kind, state.bytes)), held_by)?;
        let left = |row: &AudienceRow| !row.here && self.scope.contains_key(&row.key);
        if self.r.running.planted(Planted::LeftAfterState) && audience.iter().any(left) {
            self.list.push(PageRow::Left { record });
        }
        Ok(())
    }

    /// A record that a key of this scope sees. Where no other key of the scope grants its kind, none need be asked for.
    fn put_seen(&mut self, row: &AudienceRow, state: Option<Arc<[u8]>>) -> Result<()> {
        let other = self.scope.iter().any(|(key, kinds)| *key != row.key && kinds.contains_key(&row.kind));
        if other || self.r.running.planted(Planted::LeftAfterState) {
            return self.put(row.record);
        }
        if self.met.insert(row.record) {
            self.list(row.record, state.map(|state| (row.kind.clone(), state)), vec![row.key])?;
        }
        Ok(())
    }

    /// Puts a record's row on the page; of its state what the reader is given.
    fn list(&mut self, record: RecordId, state: Option<(String, Arc<[u8]>)>, held_by: Vec<Key>) -> Result<()> {
        self.list.push(match state {
            Some((kind, state)) => {
                let state = self.reader.state(self.r, &kind, &held_by, state)?;
                self.bytes += state.len() as u64 + 16 * held_by.len() as u64;
                PageRow::State { record, state, held_by }
            }
            None => PageRow::Left { record },
        });
        self.bytes += 24;
        Ok(())
    }

    /// What changed after the cursor, by pos; the cursor after it.
    fn tail(&mut self, after: u64, head: u64) -> Result<u64> {
        let mut cursor = after;
        while cursor < head {
            let (batch, upto) = self.tail_batch(cursor, head)?;
            for (pos, records) in batch {
                if self.full() {
                    return Ok(cursor);
                }
                for record in records {
                    self.put(record)?;
                }
                cursor = pos;
            }
            cursor = upto;
        }
        Ok(cursor)
    }

    /// The next rows of all keys, merged by pos, and the pos up to which they are complete.
    fn tail_batch(&self, after: u64, head: u64) -> Result<(BTreeMap<u64, Vec<RecordId>>, u64)> {
        let mut batch: BTreeMap<u64, Vec<RecordId>> = BTreeMap::new();
        let mut upto = head;
        for (key, kinds) in self.scope {
            let kinds: Vec<String> = kinds.keys().cloned().collect();
            let rows = self.r.tx.audience_tail(self.space, *key, &kinds, after, STEP)?;
            if rows.len() == STEP {
                upto = upto.min(rows.last().map_or(head, |last| last.pos));
            }
            for row in rows {
                batch.entry(row.pos).or_default().push(row.record);
            }
        }
        batch.retain(|pos, _| *pos <= upto);
        Ok((batch, upto))
    }

    /// Verdicts of what was asked, and whether all are told: an applied one goes with its record, and what does not fit
    /// waits for the next page. A dot that bears another body than the one asked about is answered with the name that
    /// it has here.
    fn verdicts(&mut self, asked: &[Name]) -> Result<(Vec<NamedVerdict>, bool)> {
        let (mut told, mut all_told) = (Vec::new(), true);
        for name in asked.iter().take(limits::ASKED_MAX) {
            let Some(row) = self.r.tx.inbox(self.space, name.replica, name.seq)? else { continue };
            let (verdict, pos) = ingest::verdict_of(self.r, &row)?;
            if verdict == Verdict::Applied {
                let first = self.r.tx.inbox(self.space, row.first.0, row.first.1)?;
                if let Some(record) = first.and_then(|f| f.record) {
                    if self.full() && !self.met.contains(&record) {
                        all_told = false;
                        continue;
                    }
                    self.put(record)?;
                }
            }
            told.push(NamedVerdict { name: row.name(), verdict, pos });
        }
        Ok((told, all_told))
    }

    /// Records that are to be told anew, wherever they stand; whether all are told.
    fn anew(&mut self, asked: &[RecordId]) -> Result<bool> {
        for record in asked.iter().take(limits::REFETCH_MAX) {
            if self.full() && !self.met.contains(record) {
                return Ok(false);
            }
            self.put(*record)?;
        }
        Ok(true)
    }

    /// The next part of a backfill; only called when the tail is at the head.
    fn backfill(&mut self, backfill: Backfill, cursor: u64) -> Result<Backfill> {
        let from = match backfill {
            Backfill::Done => return Ok(Backfill::Done),
            Backfill::Start => None,
            Backfill::After(place) => Some(place),
        };
        let below_cursor_skipped = self.r.running.planted(Planted::BackfillBelowCursor);
        let mut done = from;
        for (key, kinds) in self.scope {
            let mut after = match from {
                Some(place) if place.key > *key => continue,
                Some(place) if place.key == *key => Some(place.record),
                _ => None,
            };
            let kinds: Vec<String> = kinds.keys().cloned().collect();
            loop {
                let rows = self.r.tx.audience_backfill(self.space, *key, &kinds, after, STEP)?;
                let ended = rows.len() < STEP;
                for (row, state) in rows {
                    if self.full() {
                        return Ok(done.map_or(Backfill::Start, Backfill::After));
                    }
                    if !(below_cursor_skipped && row.pos <= cursor) {
                        self.put_seen(&row, state)?;
                    }
                    after = Some(row.record);
                    done = Some(BackfillPlace { key: *key, record: row.record });
                }
                if ended {
                    break;
                }
            }
        }
        Ok(Backfill::Done)
    }
}
