//! Divergences: rows that are not what the server would show, from their finding to the end that the server is told.
//!
//! Owns the list of records to be fetched anew, the turn in which checksums are verified, and the reports. Refuses to
//! write states: they come with pages, through the one way by which a page is applied. Invariant: what was found to
//! differ stands on the disk until a page has told it anew, so a phone may die anywhere and goes on.

use crate::column::{id, int, maybe_id, uint};
use crate::digest::{self, DamagedRow};
use crate::error::StoreError;
use crate::store::{Durability, Store, Work};
use gridwalk_model::digest::{Differing, Divergence, Outcome, Pair};
use gridwalk_model::exchange::{Key, Page, PullRequest};
use gridwalk_model::limits::{DIGEST_PAUSE_MS, DIVERGENCE_NAMES_MAX, DIVERGENCES_MAX, REFETCH_MAX};
use gridwalk_model::limits::{VERIFIED_ROWS_MAX, VERIFY_IDLE_MS, VERIFY_TURN_MS};
use gridwalk_model::{RecordId, SpaceId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::collections::BTreeSet;

/// Narrowing has not begun, came to some of the records, or to all of them.
const NOT_YET: i64 = 0;
const TO_SOME: i64 = 1;
const TO_ALL: i64 = 2;

/// The rows held do not sum up to what the server says: a bug, to be reported and narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestMismatch {
    /// The server's sum.
    pub expected: u128,
    /// The sum over the rows held.
    pub held: u128,
    /// Whether it is to be narrowed now; not within a day of a repair that was none.
    pub narrow: bool,
    /// Whether what was fetched anew so far was known not to be all.
    pub partial: bool,
}

/// What a space's rows were last mended by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Repair {
    /// Server time of the page after which the digest agreed again.
    pub at: Timestamp,
    /// How many records were told anew.
    pub records: u64,
}

/// Records of a space that are to be told anew; at most as many as one pull asks for.
pub(crate) fn to_refetch(db: &Connection, space: SpaceId) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT record FROM refetch WHERE space = ?1 ORDER BY record LIMIT ?2")?;
    let rows = statement.query_map(params![space.0, int(REFETCH_MAX as u64)], |r| id(r, "record", RecordId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn refetch(work: &Work<'_>, space: SpaceId, records: impl Iterator<Item = RecordId>) -> Result<(), StoreError> {
    let mut insert = work.tx.prepare_cached("INSERT OR IGNORE INTO refetch (space, record) VALUES (?1, ?2)")?;
    for record in records {
        insert.execute(params![space.0, record.0])?;
    }
    Ok(())
}

/// Those that a request asked for anew and that still are to be: a page's state of them counts whatever stands here.
pub(crate) fn asked_anew(db: &Connection, request: &PullRequest) -> Result<BTreeSet<RecordId>, StoreError> {
    if request.refetch.is_empty() {
        return Ok(BTreeSet::new());
    }
    let still: BTreeSet<RecordId> = to_refetch(db, request.space)?.into_iter().collect();
    Ok(request.refetch.iter().copied().filter(|r| still.contains(r)).collect())
}

/// A page carried these records: they need not be told anew any more. How many of them were asked for.
pub(crate) fn carried(
    work: &Work<'_>,
    space: SpaceId,
    rows: &BTreeSet<RecordId>,
    anew: &BTreeSet<RecordId>,
) -> Result<u64, StoreError> {
    if to_refetch(&work.tx, space)?.is_empty() {
        return Ok(0);
    }
    let mut delete = work.tx.prepare_cached("DELETE FROM refetch WHERE space = ?1 AND record = ?2")?;
    let mut told = 0;
    for record in rows {
        if delete.execute(params![space.0, record.0])? > 0 && anew.contains(record) {
            told += 1;
        }
    }
    let count = "UPDATE divergence SET repaired = repaired + ?2 WHERE space = ?1 AND outcome = 'open'";
    work.tx.prepare_cached(count)?.execute(params![space.0, int(told)])?;
    Ok(told)
}

fn open(work: &mut Work<'_>, space: SpaceId, at: Timestamp) -> Result<(), StoreError> {
    let new = work.fresh.id();
    work.tx.prepare_cached(include_str!("divergence/open.sql"))?.execute(params![new, space.0, at.0])?;
    Ok(())
}

/// Adds what was found to the open report.
struct Found<'a> {
    kinds: Vec<&'a str>,
    keys: Vec<Key>,
    missing: usize,
    other: usize,
    extra: usize,
    damaged: usize,
    narrowed: i64,
}

fn note(work: &Work<'_>, space: SpaceId, found: &Found<'_>) -> Result<(), StoreError> {
    let Some(open) = open_one(&work.tx, space)? else { return Ok(()) };
    let kinds: BTreeSet<&str> =
        open.report.kinds.iter().map(String::as_str).chain(found.kinds.iter().copied()).collect();
    let keys: BTreeSet<Key> = open.report.keys.iter().chain(&found.keys).copied().collect();
    let kinds: Vec<&str> = kinds.into_iter().take(DIVERGENCE_NAMES_MAX).collect();
    let keys: Vec<u8> = keys.into_iter().take(DIVERGENCE_NAMES_MAX).flat_map(|k| k.0).collect();
    let n = |count: usize| int(count as u64);
    let (missing, other, extra, damaged) = (n(found.missing), n(found.other), n(found.extra), n(found.damaged));
    let kinds = serde_json::to_string(&kinds).unwrap_or_default();
    let noted = params![space.0, kinds, keys, missing, other, extra, damaged, found.narrowed];
    work.tx.prepare_cached(include_str!("divergence/note.sql"))?.execute(noted)?;
    Ok(())
}

/// Damaged rows are to be told anew.
fn note_damaged(work: &mut Work<'_>, space: SpaceId, at: Timestamp, rows: &[DamagedRow]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    open(work, space, at)?;
    refetch(work, space, rows.iter().map(|r| r.record))?;
    let (kinds, damaged) = (rows.iter().map(|r| r.kind.as_str()).collect(), rows.len());
    let found = Found { kinds, keys: Vec::new(), missing: 0, other: 0, extra: 0, damaged, narrowed: NOT_YET };
    note(work, space, &found)
}

/// What of these rows is not known to be told anew yet.
fn unknown(db: &Connection, space: SpaceId, rows: Vec<DamagedRow>) -> Result<Vec<DamagedRow>, StoreError> {
    let known: BTreeSet<RecordId> = to_refetch(db, space)?.into_iter().collect();
    Ok(rows.into_iter().filter(|row| !known.contains(&row.record)).collect())
}

/// Where the turn over the rows of a space stands.
struct Turn {
    after: Option<RecordId>,
    verified_at: Timestamp,
}

impl Turn {
    /// Whether the next rows are verified: a turn begins a day after the last one, and goes on with whatever comes; a
    /// phone to which nothing comes rests in between.
    const fn is_due(&self, at: Timestamp, comes: bool) -> bool {
        let passed = at.0.saturating_sub(self.verified_at.0);
        let rest = match self.after {
            None => VERIFY_TURN_MS,
            Some(_) if comes => 0,
            Some(_) => VERIFY_IDLE_MS,
        };
        passed < 0 || passed >= rest
    }
}

/// Verifies the next rows if it is their turn; what is damaged is to be told anew. `comes`: whether the page brought
/// anything. The first turn begins a day after the rows came.
pub(crate) fn verify_some(work: &mut Work<'_>, space: SpaceId, at: Timestamp, comes: bool) -> Result<(), StoreError> {
    let find = "SELECT after, verified_at FROM verification WHERE space = ?1";
    let turn = |r: &Row<'_>| {
        Ok(Turn { after: maybe_id(r, "after", RecordId)?, verified_at: Timestamp(r.get("verified_at")?) })
    };
    let turn = work.tx.prepare_cached(find)?.query_row(params![space.0], turn).optional()?;
    let (damaged, upto) = match turn {
        None => (Vec::new(), None),
        Some(turn) if !turn.is_due(at, comes) => return Ok(()),
        Some(turn) => {
            let verified = digest::verify(&work.tx, space, turn.after, VERIFIED_ROWS_MAX)?;
            work.counted.rows += verified.rows;
            (verified.damaged, verified.upto)
        }
    };
    let stands = params![space.0, upto.map(|r| r.0), at.0];
    work.tx.prepare_cached(include_str!("divergence/turn.sql"))?.execute(stands)?;
    let damaged = unknown(&work.tx, space, damaged)?;
    note_damaged(work, space, at, &damaged)
}

/// An open report, with how far narrowing came.
struct Open {
    report: Divergence,
    narrowed: i64,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Divergence> {
    let (keys, outcome): (Vec<u8>, String) = (row.get("keys")?, row.get("outcome")?);
    Ok(Divergence {
        id: row.get("id")?,
        space: id(row, "space", SpaceId)?,
        found_at: Timestamp(row.get("found_at")?),
        kinds: serde_json::from_str(&row.get::<_, String>("kinds")?).unwrap_or_default(),
        keys: Key::unjoined(&keys),
        missing: uint(row, "missing")?,
        other: uint(row, "other")?,
        extra: uint(row, "extra")?,
        damaged: uint(row, "damaged")?,
        repaired: uint(row, "repaired")?,
        outcome: Outcome::from_code(&outcome).unwrap_or(Outcome::Open),
    })
}

fn open_one(db: &Connection, space: SpaceId) -> Result<Option<Open>, StoreError> {
    let mut find = db.prepare_cached("SELECT * FROM divergence WHERE space = ?1 AND outcome = 'open'")?;
    let open = |r: &Row<'_>| Ok(Open { report: from_row(r)?, narrowed: r.get("narrowed")? });
    Ok(find.query_row(params![space.0], open).optional()?)
}

fn close(work: &Work<'_>, page: &Page, outcome: Option<Outcome>) -> Result<(), StoreError> {
    let ended = params![page.space.0, page.now.0, outcome.map(Outcome::code)];
    work.tx.prepare_cached(include_str!("divergence/close.sql"))?.execute(ended)?;
    Ok(())
}

fn pause(work: &Work<'_>, space: SpaceId, until: Timestamp) -> Result<(), StoreError> {
    work.tx.prepare_cached(include_str!("divergence/pause.sql"))?.execute(params![space.0, until.0])?;
    Ok(())
}

fn paused_until(db: &Connection, space: SpaceId) -> Result<Timestamp, StoreError> {
    let mut find = db.prepare_cached("SELECT paused_until FROM verification WHERE space = ?1")?;
    Ok(Timestamp(find.query_row(params![space.0], |r| r.get(0)).optional()?.unwrap_or(0)))
}

/// Whether nothing of a space is narrowed, told anew or left alone for a while.
pub(crate) fn is_quiet(db: &Connection, space: SpaceId) -> Result<bool, StoreError> {
    let paused = paused_until(db, space)?.0 > 0;
    Ok(!paused && open_one(db, space)?.is_none() && to_refetch(db, space)?.is_empty())
}

/// The digest of a page agreed: whatever was open has come to a good end, once nothing waits to be told anew.
pub(crate) fn agreed(work: &Work<'_>, page: &Page) -> Result<(), StoreError> {
    if !to_refetch(&work.tx, page.space)?.is_empty() {
        return Ok(());
    }
    if open_one(&work.tx, page.space)?.is_some() {
        close(work, page, None)?;
    }
    if paused_until(&work.tx, page.space)?.0 > 0 {
        pause(work, page.space, Timestamp(0))?;
    }
    let update = "UPDATE space SET checked_at = ?2 WHERE space = ?1";
    work.tx.prepare_cached(update)?.execute(params![page.space.0, page.now.0])?;
    Ok(())
}

/// The digest of a page did not agree: it is narrowed now, unless that was done and did not help.
pub(crate) fn differs(
    work: &mut Work<'_>,
    page: &Page,
    expected: u128,
    held: u128,
) -> Result<DigestMismatch, StoreError> {
    let no = DigestMismatch { expected, held, narrow: false, partial: false };
    if paused_until(&work.tx, page.space)? > page.now {
        return Ok(no);
    }
    open(work, page.space, page.now)?;
    let narrowed = open_one(&work.tx, page.space)?.map_or(NOT_YET, |open| open.narrowed);
    if narrowed == TO_ALL && to_refetch(&work.tx, page.space)?.is_empty() {
        close(work, page, Some(Outcome::Again))?;
        pause(work, page.space, page.now.plus_ms(DIGEST_PAUSE_MS))?;
        return Ok(no);
    }
    Ok(DigestMismatch { narrow: true, partial: narrowed == TO_SOME, ..no })
}

/// Whether reports that came to an end wait to be told.
pub(crate) fn waits(db: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM divergence WHERE told = 0 AND outcome <> 'open')";
    Ok(db.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
}

/// What a space was last mended by.
pub(crate) fn repair(db: &Connection, space: SpaceId) -> Result<Option<Repair>, StoreError> {
    let mut find = db.prepare_cached(include_str!("divergence/repaired_last.sql"))?;
    let repair = |r: &Row<'_>| Ok(Repair { at: Timestamp(r.get("ended_at")?), records: uint(r, "repaired")? });
    Ok(find.query_row(params![space.0], repair).optional()?)
}

impl Store {
    /// Verifies every row of a space: what narrowing begins with. How many are damaged, and to be told anew.
    pub fn verify_rows(&self, space: SpaceId) -> Result<u64, StoreError> {
        let damaged = self.read(|db| digest::verify(db, space, None, usize::MAX >> 1))?.damaged;
        if damaged.is_empty() {
            return Ok(0);
        }
        let (count, _) = self.write(Durability::Normal, |work| {
            let new = unknown(&work.tx, space, damaged)?;
            let at = crate::space::of(&work.tx, space)?.heard;
            note_damaged(work, space, at, &new)?;
            Ok(new.len() as u64)
        })?;
        Ok(count)
    }

    /// What a read found damaged is to be told anew by the next page, whatever row's turn it is.
    pub(crate) fn note_damage_seen(&self) -> Result<(), StoreError> {
        let seen = self.damage_seen();
        if seen.is_empty() {
            return Ok(());
        }
        self.write(Durability::Normal, |work| {
            for record in &seen {
                let Some((space, row)) = digest::damaged(&work.tx, *record)? else { continue };
                let (new, at) = (unknown(&work.tx, space, vec![row])?, crate::space::of(&work.tx, space)?.heard);
                note_damaged(work, space, at, &new)?;
            }
            Ok(())
        })?;
        self.forget_damage(&seen);
        Ok(())
    }

    /// Notes the records that narrowing came to, over these pairs: they are told anew by the next pages.
    pub fn note_differing(
        &self,
        space: SpaceId,
        pairs: &[Pair],
        differing: &Differing,
        partial: bool,
    ) -> Result<(), StoreError> {
        self.write(Durability::Normal, |work| {
            let known: BTreeSet<RecordId> = to_refetch(&work.tx, space)?.into_iter().collect();
            let new = |list: &[RecordId]| list.iter().filter(|r| !known.contains(r)).count();
            let found = Found {
                kinds: pairs.iter().map(|p| p.kind.as_str()).collect(),
                keys: pairs.iter().map(|p| p.key).collect(),
                missing: new(&differing.missing),
                other: new(&differing.other),
                extra: new(&differing.extra),
                damaged: 0,
                narrowed: if partial { TO_SOME } else { TO_ALL },
            };
            refetch(work, space, differing.records())?;
            note(work, space, &found)
        })?;
        Ok(())
    }

    /// Reports that came to an end and that the server does not know of.
    pub fn divergences(&self) -> Result<Vec<Divergence>, StoreError> {
        self.read(|db| {
            let sql = "SELECT * FROM divergence WHERE told = 0 AND outcome <> 'open' ORDER BY found_at, id LIMIT ?1";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map(params![int(DIVERGENCES_MAX as u64)], from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Whether such reports wait.
    pub fn divergences_wait(&self) -> Result<bool, StoreError> {
        self.read(waits)
    }

    /// The server knows of these reports.
    pub fn divergences_told(&self, reports: &[Divergence]) -> Result<(), StoreError> {
        self.write(Durability::Normal, |work| {
            for report in reports {
                work.tx.prepare_cached("UPDATE divergence SET told = 1 WHERE id = ?1")?.execute(params![report.id])?;
            }
            let kept = params![int(DIVERGENCES_MAX as u64)];
            work.tx.prepare_cached(include_str!("divergence/prune.sql"))?.execute(kept)?;
            Ok(())
        })?;
        Ok(())
    }

    /// What the rows of a space were last mended by.
    pub fn repair(&self, space: SpaceId) -> Result<Option<Repair>, StoreError> {
        self.read(|db| repair(db, space))
    }
}
