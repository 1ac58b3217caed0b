//! Candidates that the server told: which records here may be the same as others of the county.
//!
//! Owns their rows and how far the server was asked. Refuses to compare and to decide. Invariant: of a record that is
//! not held here a row has a mark and a unit; a row whose own record is gone goes with the next answer.

use crate::column::int;
use crate::error::StoreError;
use crate::store::{Durability, Store, Work};
use gridwalk_model::SealedChange;
use gridwalk_model::Timestamp;
use gridwalk_model::candidate::{self, CandidateReply, CandidateRequest, Other, Told};
use gridwalk_model::id::{RecordId, SpaceId, TimelineId, UnitId};
use gridwalk_model::kind::Kind;
use gridwalk_model::limits;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// How far the server was asked about a space, and when.
struct Asked {
    upto: (TimelineId, u64),
    epoch_n: u64,
    at: Timestamp,
}

/// Where a space stands.
struct Stands {
    cursor: u64,
    epoch_n: u64,
}

fn asked(db: &Connection, space: SpaceId) -> Result<Option<Asked>, StoreError> {
    let mut statement = db.prepare_cached("SELECT timeline, pos, epoch_n, asked_at FROM told_upto WHERE space = ?1")?;
    let row = |r: &Row<'_>| {
        let pos = r.get::<_, i64>(1)?.cast_unsigned();
        let epoch_n = r.get::<_, i64>(2)?.cast_unsigned();
        Ok(Asked { upto: (TimelineId(r.get(0)?), pos), epoch_n, at: Timestamp(r.get(3)?) })
    };
    Ok(statement.query_row(params![space.0], row).optional()?)
}

fn stands(db: &Connection, space: SpaceId) -> Result<Option<Stands>, StoreError> {
    let sql = "SELECT cursor, epoch_n FROM space WHERE space = ?1 AND backfill = 2 AND timeline IS NOT NULL";
    let row = |r: &Row<'_>| {
        let epoch_n = r.get::<_, Option<i64>>(1)?.unwrap_or_default().cast_unsigned();
        Ok(Stands { cursor: r.get::<_, i64>(0)?.cast_unsigned(), epoch_n })
    };
    Ok(db.prepare_cached(sql)?.query_row(params![space.0], row).optional()?)
}

/// Whether a record of a kind with prints is here.
fn any_printed(db: &Connection) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM view_row WHERE kind = ?1 AND front = 1)")?;
    for kind in Kind::ALL.into_iter().filter(|kind| candidate::traits_of(*kind).is_some()) {
        if statement.query_row([kind.name()], |r| r.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a change of this phone's own that was taken after a pos may have given its record other prints.
fn printed_anew(db: &Connection, space: SpaceId, after: u64) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(include_str!("told/mine.sql"))?;
    let mut rows = statement.query(params![space.0, int(after)])?;
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get(0)?;
        let sealed = SealedChange::open(&body).map_err(|_| StoreError::Damaged)?;
        if candidate::prints_anew(&sealed.change) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A record was told again as it is: it may have met another one, so that the last answer is old now.
pub(crate) fn heard_again(work: &Work<'_>, space: SpaceId, kind: &str) -> Result<(), StoreError> {
    if Kind::from_name(kind).is_some_and(|kind| candidate::traits_of(kind).is_some()) {
        let sql = "UPDATE told_upto SET asked_at = 0 WHERE space = ?1";
        work.tx.prepare_cached(sql)?.execute(params![space.0])?;
    }
    Ok(())
}

fn from_row(r: &Row<'_>) -> rusqlite::Result<Told> {
    let (other, seen): ([u8; 16], bool) = (r.get("other")?, r.get("seen")?);
    let agreed: String = r.get("agreed")?;
    Ok(Told {
        record: RecordId(r.get("record")?),
        other: if seen { Other::Seen(RecordId(other)) } else { Other::Unseen(other) },
        unit: UnitId(r.get("unit")?),
        unit_name: r.get("unit_name")?,
        agreed: agreed.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        score: r.get("score")?,
    })
}

fn put(work: &Work<'_>, space: SpaceId, told: &Told) -> Result<(), StoreError> {
    let seen = matches!(told.other, Other::Seen(_));
    let agreed = told.agreed.join(",");
    work.tx.prepare_cached(include_str!("told/put.sql"))?.execute(params![
        told.record.0,
        told.other.bytes(),
        space.0,
        seen,
        told.unit.0,
        told.unit_name,
        agreed,
        told.score
    ])?;
    Ok(())
}

impl Store {
    /// What to ask the server about a space, if it is time: something is new there, and either own records of such a kind
    /// were taken since or the last answer is old. `None` while pages are missing.
    pub fn candidate_request(&self, space: SpaceId, now: Timestamp) -> Result<Option<CandidateRequest>, StoreError> {
        self.read(|db| {
            let Some(stands) = stands(db, space)? else { return Ok(None) };
            let asked = asked(db, space)?;
            if !any_printed(db)? {
                return Ok(None);
            }
            let Some(asked) = asked.filter(|a| a.epoch_n == stands.epoch_n) else {
                return Ok(Some(CandidateRequest { space, since: None, after: None, held: Vec::new() }));
            };
            if stands.cursor <= asked.upto.1 {
                return Ok(None);
            }
            let is_old = now.0.abs_diff(asked.at.0) > limits::TOLD_AGAIN_MS;
            if !is_old && !printed_anew(db, space, asked.upto.1)? {
                return Ok(None);
            }
            let mut statement = db.prepare_cached(include_str!("told/held.sql"))?;
            let most = i64::try_from(limits::TOLD_CHECKED_MAX).unwrap_or(i64::MAX);
            let held = statement.query_map(params![space.0, most], |r| Ok((RecordId(r.get(0)?), r.get(1)?)))?;
            let held = held.collect::<Result<_, _>>()?;
            Ok(Some(CandidateRequest { space, since: Some(asked.upto), after: None, held }))
        })
    }

    /// Keeps an answer. `begun`: what the first answer of a look through everything reached to, after which only what was
    /// told since counts.
    pub fn keep_told(
        &self,
        request: &CandidateRequest,
        reply: &CandidateReply,
        begun: Option<(TimelineId, u64)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(Durability::Normal, |work| {
            let space = request.space;
            if request.since.is_none() && request.after.is_none() {
                work.tx.prepare_cached("DELETE FROM told WHERE space = ?1")?.execute(params![space.0])?;
            }
            for (record, mark) in &reply.gone {
                let sql = "DELETE FROM told WHERE record = ?1 AND other = ?2";
                work.tx.prepare_cached(sql)?.execute(params![record.0, mark])?;
            }
            for told in &reply.found {
                put(work, space, told)?;
            }
            if reply.after.is_none() {
                let sql = "DELETE FROM told WHERE record NOT IN (SELECT record FROM record)";
                work.tx.prepare_cached(sql)?.execute([])?;
                let upto = begun.unwrap_or(reply.upto);
                let epoch_n = stands(&work.tx, space)?.map_or(0, |s| s.epoch_n);
                work.tx.prepare_cached(include_str!("told/upto.sql"))?.execute(params![
                    space.0,
                    upto.0.0,
                    int(upto.1),
                    int(epoch_n),
                    now.0
                ])?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// All that the server told, the most alike first.
    pub fn told(&self, limit: u32) -> Result<Vec<Told>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("told/all.sql"))?;
            Ok(statement.query_map(params![limit], from_row)?.collect::<Result<_, _>>()?)
        })
    }
}
