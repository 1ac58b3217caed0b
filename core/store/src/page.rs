//! The pull side: asking for a page and applying it.
//!
//! Owns the order of the steps in which a page is applied. Refuses to know bytes and signatures. Invariant: a page is
//! applied whole, in one transaction, and only if it answers where the phone stands now.

use crate::divergence::{self, DigestMismatch};
use crate::error::StoreError;
use crate::planted::Planted;
use crate::record::{self, Arriving, ReadyState};
use crate::space::{self, SpaceStanding};
use crate::store::{Durability, Store, Work};
use crate::verdict::{self, Source, Taken};
use crate::{departed, erased, own, replica, row, search};
use gridwalk_model::exchange::{Backfill, Elsewhere, Page, PageRow, PullRequest};
use gridwalk_model::limits::ASKED_MAX;
use gridwalk_model::state_codec::FOLD_VERSION;
use gridwalk_model::{Name, RecordId, ReplicaId, SpaceId, Timestamp};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a page that is one of a first sync's many.
const BULK_ROWS_MIN: usize = 512;

/// What a page did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own to whoever asked for the page")]
pub struct Applied {
    /// Records whose view may have changed.
    pub changed: BTreeSet<RecordId>,
    /// Whether another page waits, or something is to be told anew.
    pub more: bool,
    /// Whether the page was of another timeline, and all of `sent` is offered again.
    pub new_timeline: bool,
    /// Whether the phone took a new replica id.
    pub renewed: bool,
    /// The digest, if it did not agree.
    pub mismatch: Option<DigestMismatch>,
    /// How many records were told anew because they differed or were damaged.
    pub repaired: u64,
    /// Whether reports of divergences wait to be told.
    pub reports: bool,
}

/// What became of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageOutcome {
    /// It is applied.
    Applied(Applied),
    /// It answers a place where the phone no longer stands: ask again.
    Stale,
}

/// Whether the snapshot may hold an undecided own change that the request did not ask about.
fn knows_more(db: &Connection, request: &PullRequest, page: &Page) -> Result<bool, StoreError> {
    let asked: BTreeSet<&Name> = request.asked.iter().collect();
    let undecided = own::undecided_names(db, request.space, request.replica, page.chain.0)?;
    Ok(undecided.iter().any(|name| !asked.contains(name)))
}

fn is_stale(
    db: &Connection,
    now: &SpaceStanding,
    replica: ReplicaId,
    request: &PullRequest,
    page: &Page,
) -> Result<bool, StoreError> {
    let answers = page.space == request.space
        && request.replica == replica
        && request.cursor == now.cursor
        && request.epoch == now.epoch
        && request.backfill == now.backfill
        && request.forgotten == now.forgotten;
    Ok(!answers || knows_more(db, request, page)?)
}

/// Whether the server has a chain of this replica that this database did not write.
fn is_foreign(db: &Connection, now: &SpaceStanding, replica: ReplicaId, page: &Page) -> Result<bool, StoreError> {
    let (seq, hash) = page.chain;
    if seq == 0 {
        return Ok(false);
    }
    if seq >= now.seq {
        return Ok(seq > now.seq || hash != now.prev);
    }
    let ours = own::by_dot(db, now.space, (replica, seq))?;
    Ok(ours.is_some_and(|o| o.hash != hash))
}

/// A page with what could be made of its rows before there is a transaction.
pub struct ReadyPage {
    page: Page,
    /// One for each row; `None` for what left.
    states: Vec<Option<ReadyState>>,
}

impl ReadyPage {
    /// The page.
    pub const fn page(&self) -> &Page {
        &self.page
    }

    /// Whether so much comes that another thread had better empty the log: one page of many, and others follow.
    pub fn is_bulk(&self) -> bool {
        self.page.more() && self.states.len() >= BULK_ROWS_MIN
    }
}

/// Stores the page's rows; the records that it carried.
fn take_rows(
    work: &mut Work<'_>,
    page: &Page,
    states: Vec<Option<ReadyState>>,
    anew: &BTreeSet<RecordId>,
) -> Result<BTreeSet<RecordId>, StoreError> {
    for (row, ready) in page.rows.iter().zip(states) {
        match (row, ready) {
            (PageRow::State { record, state, held_by }, Some(ready)) => {
                let (space, timeline, epoch, anew) = (page.space, page.timeline(), page.epoch, anew.contains(record));
                let arriving = Arriving { space, timeline, epoch, bytes: state, held_by, anew };
                record::put(work, ready, &arriving)?;
            }
            (PageRow::State { .. }, None) => return Err(StoreError::Damaged),
            (PageRow::Left { record }, _) => record::leave(work, *record)?,
        }
    }
    Ok(page.rows.iter().map(PageRow::record).collect())
}

fn take_verdicts(work: &mut Work<'_>, page: &Page, fresh: &BTreeSet<RecordId>) -> Result<bool, StoreError> {
    let mut clash = false;
    for named in &page.verdicts {
        match verdict::take(work, page.space, page.timeline(), named, Source::Page(fresh))? {
            Taken::Noted(record) => record::settle(work, record)?,
            Taken::Clash => clash = true,
            Taken::NotOurs => {}
        }
    }
    if clash {
        replica::renew(work)?;
    }
    Ok(clash)
}

/// The sum over the rows of a space. `sums` are those that still held when the transaction began: rows are summed again
/// if anything was written since, or if the sum is not the one expected.
fn summed(
    work: &mut Work<'_>,
    space: SpaceId,
    expected: u128,
    mut sums: BTreeMap<SpaceId, u128>,
) -> Result<u128, StoreError> {
    if !work.touched.is_empty() {
        sums.clear();
    }
    let held = match sums.get(&space) {
        Some(known) if *known == expected => expected,
        _ => record::digest(work, space)?,
    };
    sums.insert(space, held);
    work.counted.keep(sums);
    Ok(held)
}

/// Compares the digest of a page that reaches the head, and verifies the next rows if it is their turn. A page that told
/// something anew is only compared, so that what is damaged each time it is written does not keep a session going.
fn check(
    work: &mut Work<'_>,
    request: &PullRequest,
    page: &Page,
    sums: BTreeMap<SpaceId, u128>,
) -> Result<Option<DigestMismatch>, StoreError> {
    let Some(expected) = page.digest else { return Ok(None) };
    if request.refetch.is_empty() {
        divergence::verify_some(work, page.space, page.now, !page.rows.is_empty())?;
    }
    let held = summed(work, page.space, expected, sums)?;
    if held != expected {
        return divergence::differs(work, page, expected, held).map(Some);
    }
    divergence::agreed(work, page)?;
    Ok(None)
}

/// The steps, in the order on which nothing being lost depends.
fn apply(
    work: &mut Work<'_>,
    request: &PullRequest,
    page: &Page,
    states: Vec<Option<ReadyState>>,
) -> Result<Option<Applied>, StoreError> {
    let sums = work.counted.still(&work.tx)?;
    let now = space::of(&work.tx, page.space)?;
    let replica = space::replica(&work.tx)?;
    if is_stale(&work.tx, &now, replica, request, page)? {
        return Ok(None);
    }
    space::put(work, &now)?;
    // Before any state is stored: a replica id of its own, and own changes back from a timeline that is gone.
    let foreign = is_foreign(&work.tx, &now, replica, page)?;
    if foreign {
        replica::renew(work)?;
    }
    let new_timeline = now.timeline() != Some(page.timeline());
    if new_timeline {
        own::give_back(work, page.space)?;
    }
    search::merge_for(work, now.backfill, page.backfill)?;
    let complete = page.at_head && page.backfill == Backfill::Done;
    let mut standing = space::of(&work.tx, page.space)?;
    standing.branches.clone_from(&page.branches);
    standing.cursor = Some((page.timeline(), page.cursor));
    standing.epoch = Some(page.epoch);
    standing.backfill = page.backfill;
    standing.remains |= now.epoch.is_some_and(|held| held != page.epoch);
    if now.epoch != Some(page.epoch) || !page.grants.is_empty() {
        standing.grants.clone_from(&page.grants);
    }
    standing.safe_pos = page.safe_pos;
    if complete || work.planted(Planted::HeardByAnyPage) {
        standing.heard = standing.heard.max(page.now);
    }
    space::put(work, &standing)?;
    let anew = divergence::asked_anew(&work.tx, request)?;
    let fresh = take_rows(work, page, states, &anew)?;
    let repaired = divergence::carried(work, page.space, &fresh, &anew)?;
    let clash = take_verdicts(work, page, &fresh)?;
    erased::take(work, page)?;
    let backfilled = request.backfill != Backfill::Done || request.epoch != Some(page.epoch);
    if page.backfill == Backfill::Done && backfilled {
        record::sweep(work, page.space, page.epoch)?;
    }
    record::settle_space(work, page.space)?;
    if own::drop_safe(work, page.space, page.safe_pos)? > 0 {
        departed::sweep(work)?;
    }
    let mismatch = check(work, request, page, sums)?;
    let renewed = foreign || clash;
    let more = page.more() || !divergence::to_refetch(&work.tx, page.space)?.is_empty();
    let reports = divergence::waits(&work.tx)?;
    Ok(Some(Applied { changed: BTreeSet::new(), more, new_timeline, renewed, mismatch, repaired, reports }))
}

/// Whether the phone stands where a page of another space says that this one stands, with nothing to ask about.
fn stands_at(work: &mut Work<'_>, told: &Elsewhere, now: Timestamp) -> Result<bool, StoreError> {
    let sums = work.counted.still(&work.tx)?;
    let held = space::of(&work.tx, told.space)?;
    let there = held.cursor == Some((told.epoch.timeline, told.pos))
        && held.epoch == Some(told.epoch)
        && held.backfill == Backfill::Done;
    let own = "SELECT 1 FROM own_change WHERE space = ?1 LIMIT 1";
    if !there || work.tx.prepare_cached(own)?.exists(params![told.space.0])? {
        return Ok(false);
    }
    // Where no page comes, this is the only place at which it can go.
    record::settle_space(work, told.space)?;
    divergence::verify_some(work, told.space, now, false)?;
    Ok(divergence::is_quiet(&work.tx, told.space)? && summed(work, told.space, told.digest, sums)? == told.digest)
}

impl Store {
    /// Takes a page's word on another space: if the phone has everything of it and nothing to ask, it counts as pulled
    /// at the page's time. Says whether it does.
    pub fn is_complete(&self, told: &Elsewhere, now: Timestamp) -> Result<bool, StoreError> {
        let (complete, _) = self.write(Durability::Normal, |work| {
            let complete = stands_at(work, told, now)?;
            if complete {
                let update = "UPDATE space SET heard = max(heard, ?2), checked_at = ?2 WHERE space = ?1";
                work.tx.prepare_cached(update)?.execute(params![told.space.0, now.0])?;
            }
            Ok(complete)
        })?;
        Ok(complete)
    }

    /// What to ask of a space next; what a read found damaged is among it.
    pub fn pull_request(&self, space: SpaceId) -> Result<PullRequest, StoreError> {
        self.note_damage_seen()?;
        self.read(|db| {
            let now = space::of(db, space)?;
            Ok(PullRequest {
                space,
                replica: space::replica(db)?,
                cursor: now.cursor,
                epoch: now.epoch,
                backfill: now.backfill,
                asked: own::names_to_ask(db, space, ASKED_MAX)?,
                forgotten: now.forgotten,
                fold_version: FOLD_VERSION,
                bytes_aim: self.page_bytes_aim(),
                refetch: divergence::to_refetch(db, space)?,
            })
        })
    }

    /// Makes of a page what can be made before there is a transaction: reading, packing, and what lists show. It may run
    /// while another page is applied.
    pub fn make_ready(&self, page: Page) -> Result<ReadyPage, StoreError> {
        let vocabularies = self.vocabularies();
        let rows = row::are_many(page.rows.len());
        let ready = |row: &PageRow| match row {
            PageRow::Left { .. } => Ok(None),
            PageRow::State { record, state, .. } => ReadyState::of(*record, state, &vocabularies, rows).map(Some),
        };
        let states = page.rows.iter().map(ready).collect::<Result<_, StoreError>>()?;
        Ok(ReadyPage { page, states })
    }

    /// Applies the page that answers a request, or says that it is stale; gives the page back.
    pub fn apply(&self, request: &PullRequest, ready: ReadyPage) -> Result<(PageOutcome, Page), StoreError> {
        self.let_log_grow(ready.is_bulk())?;
        let ReadyPage { page, states } = ready;
        let (applied, changed) = self.write(Durability::Normal, |work| apply(work, request, &page, states))?;
        if applied.is_some() && !page.more() {
            self.leave_no_remains(page.space)?;
        }
        let outcome = match applied {
            Some(applied) => PageOutcome::Applied(Applied { changed, ..applied }),
            None => PageOutcome::Stale,
        };
        Ok((outcome, page))
    }

    /// Makes a page ready and applies it.
    pub fn apply_page(&self, request: &PullRequest, page: &Page) -> Result<PageOutcome, StoreError> {
        Ok(self.apply(request, self.make_ready(page.clone())?)?.0)
    }
}
