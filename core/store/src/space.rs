//! Where the phone stands in each space.
//!
//! Owns the rows of `space`. Refuses to know pages. Invariant: `seq` and `prev` are those of the present replica.

use crate::column::{id, int, maybe_id, maybe_uint, uint};
use crate::error::StoreError;
use crate::store::{Store, Work};
use gridwalk_model::admission::Branch;
use gridwalk_model::exchange::{Backfill, BackfillPlace, Epoch, Grant, Key};
use gridwalk_model::hash::Hash;
use gridwalk_model::{RecordId, ReplicaId, SpaceId, TimelineId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Where the phone stands in a space.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceStanding {
    /// The space.
    pub space: SpaceId,
    /// Timeline and pos that the rows are of; `None` before the first page.
    pub cursor: Option<(TimelineId, u64)>,
    /// The space's history, oldest first.
    pub branches: Vec<Branch>,
    /// The epoch that rows are marked with.
    pub epoch: Option<Epoch>,
    /// How far the backfill has come.
    pub backfill: Backfill,
    /// Server time of the last complete page.
    pub heard: Timestamp,
    /// Rows forgotten so far.
    pub forgotten: u64,
    /// Last seq of the present replica.
    pub seq: u64,
    /// Hash of that change.
    pub prev: Hash,
    /// What is up to here is in a verified backup.
    pub safe_pos: u64,
    /// Server time of the last digest that agreed.
    pub checked_at: Option<Timestamp>,
    /// What the account may do here.
    pub grants: Vec<Grant>,
    /// Whether rows of another scope or mask stood here, of which the file may still hold something.
    pub remains: bool,
}

const BRANCH_BYTES: usize = 24;

fn branches_bytes(branches: &[Branch]) -> Vec<u8> {
    branches.iter().flat_map(|b| b.id.0.into_iter().chain(b.from.to_be_bytes())).collect()
}

fn read_branches(bytes: &[u8]) -> Vec<Branch> {
    let (chunks, _) = bytes.as_chunks::<BRANCH_BYTES>();
    let branch = |chunk: &[u8; BRANCH_BYTES]| {
        let (mut id, mut from) = ([0; 16], [0; 8]);
        id.copy_from_slice(&chunk[..16]);
        from.copy_from_slice(&chunk[16..]);
        Branch { id: TimelineId(id), from: u64::from_be_bytes(from) }
    };
    chunks.iter().map(branch).collect()
}

impl SpaceStanding {
    /// A space that was never pulled.
    fn blank(space: SpaceId) -> Self {
        Self {
            space,
            cursor: None,
            branches: Vec::new(),
            epoch: None,
            backfill: Backfill::Start,
            heard: Timestamp(0),
            forgotten: 0,
            seq: 0,
            prev: Hash::default(),
            safe_pos: 0,
            checked_at: None,
            grants: Vec::new(),
            remains: false,
        }
    }

    /// The timeline that the rows are of.
    pub fn timeline(&self) -> Option<TimelineId> {
        self.cursor.map(|(timeline, _)| timeline)
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let timeline = maybe_id(row, "timeline", TimelineId)?;
        let cursor = uint(row, "cursor")?;
        let epoch = maybe_id(row, "epoch_timeline", TimelineId)?.zip(maybe_uint(row, "epoch_n")?);
        let place = maybe_id(row, "backfill_key", Key)?.zip(maybe_id(row, "backfill_record", RecordId)?);
        let backfill = match (row.get::<_, i64>("backfill")?, place) {
            (2, _) => Backfill::Done,
            (1, Some((key, record))) => Backfill::After(BackfillPlace { key, record }),
            _ => Backfill::Start,
        };
        Ok(Self {
            space: id(row, "space", SpaceId)?,
            cursor: timeline.map(|t| (t, cursor)),
            branches: read_branches(&row.get::<_, Vec<u8>>("branches")?),
            epoch: epoch.map(|(timeline, n)| Epoch { timeline, n }),
            backfill,
            heard: Timestamp(row.get("heard")?),
            forgotten: uint(row, "forgotten")?,
            seq: uint(row, "seq")?,
            prev: id(row, "prev", Hash)?,
            safe_pos: uint(row, "safe_pos")?,
            checked_at: row.get::<_, Option<i64>>("checked_at")?.map(Timestamp),
            grants: serde_json::from_str(&row.get::<_, String>("grants")?).unwrap_or_default(),
            remains: row.get("remains")?,
        })
    }
}

/// Where the phone stands; blank if it never was there.
pub(crate) fn of(db: &Connection, space: SpaceId) -> Result<SpaceStanding, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM space WHERE space = ?1")?;
    let found = statement.query_row(params![space.0], SpaceStanding::from_row).optional()?;
    Ok(found.unwrap_or_else(|| SpaceStanding::blank(space)))
}

/// All spaces.
pub(crate) fn all(db: &Connection) -> Result<Vec<SpaceStanding>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM space ORDER BY space")?;
    Ok(statement.query_map([], SpaceStanding::from_row)?.collect::<Result<_, _>>()?)
}

/// Writes where the phone stands.
pub(crate) fn put(work: &Work<'_>, s: &SpaceStanding) -> Result<(), StoreError> {
    let (backfill, place) = match s.backfill {
        Backfill::Start => (0, None),
        Backfill::After(place) => (1, Some(place)),
        Backfill::Done => (2, None),
    };
    let grants = serde_json::to_string(&s.grants).unwrap_or_default();
    work.tx.prepare_cached(include_str!("space/put.sql"))?.execute(params![
        s.space.0,
        s.timeline().map(|t| t.0),
        branches_bytes(&s.branches),
        int(s.cursor.map_or(0, |(_, pos)| pos)),
        s.epoch.map(|e| e.timeline.0),
        s.epoch.map(|e| int(e.n)),
        backfill,
        place.map(|p| p.key.0),
        place.map(|p| p.record.0),
        s.heard.0,
        int(s.forgotten),
        int(s.seq),
        s.prev.0,
        int(s.safe_pos),
        s.checked_at.map(|t| t.0),
        grants,
        s.remains
    ])?;
    Ok(())
}

/// Notes the end of the present replica's chain.
pub(crate) fn lengthen(work: &Work<'_>, space: SpaceId, seq: u64, prev: Hash) -> Result<(), StoreError> {
    let update = "UPDATE space SET seq = ?2, prev = ?3 WHERE space = ?1";
    if work.tx.prepare_cached(update)?.execute(params![space.0, int(seq), prev.0])? == 0 {
        put(work, &SpaceStanding { seq, prev, ..SpaceStanding::blank(space) })?;
    }
    Ok(())
}

/// The timelines of a space, as far as the phone was ever told: that of the rows held, and the space's history.
pub(crate) fn history(db: &Connection, space: SpaceId) -> Result<(Option<TimelineId>, Vec<Branch>), StoreError> {
    let mut statement = db.prepare_cached("SELECT timeline, branches FROM space WHERE space = ?1")?;
    let found = statement
        .query_row(params![space.0], |r| Ok((maybe_id(r, "timeline", TimelineId)?, r.get::<_, Vec<u8>>("branches")?)));
    Ok(found.optional()?.map(|(at, bytes)| (at, read_branches(&bytes))).unwrap_or_default())
}

/// The database's replica id now.
pub(crate) fn replica(db: &Connection) -> Result<ReplicaId, StoreError> {
    Ok(db.prepare_cached("SELECT replica FROM meta")?.query_row([], |r| id(r, "replica", ReplicaId))?)
}

/// How many changes this phone ever saved.
pub(crate) fn saves(db: &Connection) -> Result<u64, StoreError> {
    Ok(db.prepare_cached("SELECT saves FROM meta")?.query_row([], |r| uint(r, "saves"))?)
}

impl Store {
    /// Where the phone stands in a space.
    pub fn space(&self, space: SpaceId) -> Result<SpaceStanding, StoreError> {
        self.read(|db| of(db, space))
    }

    /// Every space that the phone has met.
    pub fn spaces(&self) -> Result<Vec<SpaceStanding>, StoreError> {
        self.read(all)
    }

    /// The database's replica id now.
    pub fn replica(&self) -> Result<ReplicaId, StoreError> {
        self.read(replica)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_read_back_as_written() {
        let list = vec![Branch { id: TimelineId([7; 16]), from: 0 }, Branch { id: TimelineId([9; 16]), from: 1 << 40 }];
        assert_eq!(read_branches(&branches_bytes(&list)), list);
    }
}
