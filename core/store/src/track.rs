//! Tracks of patrols on this phone: recorded on duty, seen by their person first, faded by age, dropped at will.
//!
//! Owns the tables `track_point` and `track_word`. Refuses to put anything of a track into a change: what is once in the
//! journal cannot fade. Invariant: what was dropped or has faded is in no byte of the file any more.

use crate::column::id;
use crate::error::StoreError;
use crate::store::{Durability, Store};
use gridwalk_model::codec::{Reader, value_bytes};
use gridwalk_model::geo::Point;
use gridwalk_model::track::{TrackPoint, aged};
use gridwalk_model::{RecordId, Timestamp, limits};
use rusqlite::{Connection, OptionalExtension as _, params};

/// What its person said about a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackWord {
    /// The patrol.
    pub patrol: RecordId,
    /// Whether their supervisors may see it.
    pub shared: bool,
    /// When that was said.
    pub said_at: Timestamp,
    /// Whether the server knows.
    pub told: bool,
}

fn points(db: &Connection, patrol: RecordId) -> Result<Vec<TrackPoint>, StoreError> {
    let mut statement = db.prepare_cached("SELECT at, point FROM track_point WHERE patrol = ?1 ORDER BY at")?;
    let rows = statement.query_map(params![patrol.0], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, Vec<u8>>(1)?)))?;
    let mut track = Vec::new();
    for row in rows {
        let (at, bytes) = row?;
        let value = Reader::new(&bytes).value().map_err(|_| StoreError::Damaged)?;
        let at_point = Point::from_value(&value).ok_or(StoreError::Damaged)?;
        track.push(TrackPoint { at: at_point, when: Timestamp(at) });
    }
    Ok(track)
}

fn write(db: &Connection, patrol: RecordId, track: &[TrackPoint]) -> Result<(), StoreError> {
    let mut put = db.prepare_cached(include_str!("track/put.sql"))?;
    for point in track {
        put.execute(params![patrol.0, point.when.0, value_bytes(&point.at.to_value())])?;
    }
    Ok(())
}

fn word(db: &Connection, patrol: RecordId) -> Result<Option<TrackWord>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM track_word WHERE patrol = ?1")?;
    let read = |r: &rusqlite::Row<'_>| {
        let (shared, told) = (r.get("shared")?, r.get("told")?);
        Ok(TrackWord { patrol: id(r, "patrol", RecordId)?, shared, said_at: Timestamp(r.get("said_at")?), told })
    };
    Ok(statement.query_row(params![patrol.0], read).optional()?)
}

impl Store {
    /// Keeps a point of a track; of two at one moment the later one stays.
    pub fn keep_track_point(&self, patrol: RecordId, point: &TrackPoint) -> Result<(), StoreError> {
        let kept: i64 = self.read(|db| {
            let sql = "SELECT count(*) FROM track_point WHERE patrol = ?1";
            Ok(db.prepare_cached(sql)?.query_row(params![patrol.0], |r| r.get(0))?)
        })?;
        if usize::try_from(kept).unwrap_or(usize::MAX) >= limits::TRACK_POINTS_MAX {
            return Ok(());
        }
        self.write(Durability::Normal, |work| write(&work.tx, patrol, std::slice::from_ref(point)))?;
        Ok(())
    }

    /// The track of a patrol as this phone still has it, oldest point first.
    pub fn track(&self, patrol: RecordId) -> Result<Vec<TrackPoint>, StoreError> {
        self.read(|db| points(db, patrol))
    }

    /// What its person said about a track.
    pub fn track_word(&self, patrol: RecordId) -> Result<Option<TrackWord>, StoreError> {
        self.read(|db| word(db, patrol))
    }

    /// What was said about tracks that the server does not know yet.
    pub fn track_words_untold(&self) -> Result<Vec<TrackWord>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT patrol FROM track_word WHERE told = 0 ORDER BY said_at")?;
            let patrols = statement.query_map([], |r| id(r, "patrol", RecordId))?.collect::<Result<Vec<_>, _>>()?;
            Ok(patrols.into_iter().map(|p| word(db, p)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
    }

    /// The server knows what was said; what was said since is still to be told.
    pub fn track_word_told(&self, word: &TrackWord) -> Result<(), StoreError> {
        self.write(Durability::Normal, |work| {
            let told = params![word.patrol.0, word.said_at.0];
            work.tx.prepare_cached(include_str!("track/told.sql"))?.execute(told)?;
            Ok(())
        })?;
        Ok(())
    }

    /// Its person lets supervisors see a track.
    pub fn share_track(&self, patrol: RecordId, now: Timestamp) -> Result<(), StoreError> {
        self.say(patrol, true, now)
    }

    /// Its person drops a track: it is gone here, and wherever it was shared.
    pub fn drop_track(&self, patrol: RecordId, now: Timestamp) -> Result<(), StoreError> {
        let shared = self.track_word(patrol)?.is_some();
        self.wiped(|db| {
            db.prepare_cached("DELETE FROM track_point WHERE patrol = ?1")?.execute(params![patrol.0])?;
            Ok(true)
        })?;
        if shared { self.say(patrol, false, now) } else { Ok(()) }
    }

    /// Takes from all tracks what they may not keep at this time any more; whether anything went.
    pub fn fade_tracks(&self, now: Timestamp) -> Result<bool, StoreError> {
        let old = now.0.saturating_sub(limits::TRACK_COARSE_MS);
        let patrols = self.read(|db| {
            let mut statement = db.prepare_cached("SELECT DISTINCT patrol FROM track_point WHERE at <= ?1")?;
            Ok(statement.query_map(params![old], |r| id(r, "patrol", RecordId))?.collect::<Result<Vec<_>, _>>()?)
        })?;
        if patrols.is_empty() {
            return Ok(false);
        }
        self.wiped(|db| {
            let mut any = false;
            for patrol in patrols {
                let track = points(db, patrol)?;
                let left = aged(&track, now);
                if left != track {
                    any = true;
                    db.prepare_cached("DELETE FROM track_point WHERE patrol = ?1")?.execute(params![patrol.0])?;
                    write(db, patrol, &left)?;
                }
            }
            Ok(any)
        })
    }

    fn say(&self, patrol: RecordId, shared: bool, now: Timestamp) -> Result<(), StoreError> {
        self.write(Durability::Full, |work| {
            let said = params![patrol.0, shared, now.0];
            work.tx.prepare_cached(include_str!("track/say.sql"))?.execute(said)?;
            Ok(())
        })?;
        Ok(())
    }

    /// Deletes so that nothing of what is deleted stays in the file or beside it.
    fn wiped(&self, delete: impl FnOnce(&Connection) -> Result<bool, StoreError>) -> Result<bool, StoreError> {
        self.with_writer(|db| Ok(db.execute_batch("PRAGMA secure_delete = ON")?))?;
        let deleted = self.write(Durability::Full, |work| delete(&work.tx));
        self.with_writer(|db| Ok(db.execute_batch("PRAGMA secure_delete = OFF")?))?;
        let (any, _) = deleted?;
        if any {
            self.cut_log()?;
        }
        Ok(any)
    }
}
