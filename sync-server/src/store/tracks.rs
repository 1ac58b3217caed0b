//! Tracks that their people shared: beside the journal, in a file that fades.
//!
//! Owns the file `tracks.db`. Refuses to judge who sees what. Invariant: nothing in the file is older or finer than a
//! track may be at the time of the last look, what went is overwritten, and no backup holds it.

use crate::error::{Result, ServerError};
use gridwalk_model::id::{AccountId, RecordId, SpaceId};
use gridwalk_model::time::Timestamp;
use gridwalk_model::track::{TrackPoint, aged};
use gridwalk_sync::track_codec::{read_track, track_bytes};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Name of the file in the server's folder.
const TRACKS: &str = "tracks.db";

/// The shared tracks of a server.
pub struct Tracks(Mutex<Connection>);

/// A track that its person shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedTrack {
    /// The patrol.
    pub patrol: RecordId,
    /// The space that it lives in.
    pub space: SpaceId,
    /// Whose it is.
    pub account: AccountId,
    /// What is left of it.
    pub track: Vec<TrackPoint>,
}

impl Tracks {
    /// Opens the file of a folder, and takes out of it what may not be kept any more.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self> {
        let db = Connection::open(folder.join(TRACKS))?;
        db.execute_batch(include_str!("tracks.sql"))?;
        let tracks = Self(Mutex::new(db));
        tracks.fade(now)?;
        Ok(tracks)
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a track as far as it may be kept.
    pub fn put(&self, shared: &SharedTrack, now: Timestamp) -> Result<()> {
        let left = aged(&shared.track, now);
        if left.is_empty() {
            return self.take_back(shared.patrol);
        }
        let row = params![&shared.patrol.0[..], &shared.space.0[..], &shared.account.0[..], track_bytes(&left)];
        self.db().prepare_cached(include_str!("track_put.sql"))?.execute(row)?;
        Ok(())
    }

    /// Its person takes it back, or it is gone with age.
    pub fn take_back(&self, patrol: RecordId) -> Result<()> {
        self.db().prepare_cached("DELETE FROM track WHERE patrol = ?")?.execute(params![&patrol.0[..]])?;
        Ok(())
    }

    /// What is left of a track at a time.
    pub fn of(&self, patrol: RecordId, now: Timestamp) -> Result<Option<SharedTrack>> {
        let found = {
            let db = self.db();
            let mut get = db.prepare_cached("SELECT space, account, points FROM track WHERE patrol = ?")?;
            let row = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?, r.get::<_, Vec<u8>>(2)?));
            get.query_row(params![&patrol.0[..]], row).optional()?
        };
        let Some((space, account, points)) = found else { return Ok(None) };
        let track = aged(&read_track(&points).map_err(ServerError::Stored)?, now);
        Ok(Some(SharedTrack { patrol, space: SpaceId(space), account: AccountId(account), track }))
    }

    /// Takes out of the file what may not be kept any more; how many tracks that touched.
    pub fn fade(&self, now: Timestamp) -> Result<usize> {
        let patrols: Vec<RecordId> = {
            let db = self.db();
            let mut get = db.prepare_cached("SELECT patrol FROM track")?;
            get.query_map([], |r| r.get(0).map(RecordId))?.collect::<std::result::Result<_, _>>()?
        };
        let mut touched = 0;
        for patrol in patrols {
            let kept = self.of(patrol, Timestamp(i64::MIN))?;
            let left = self.of(patrol, now)?;
            if kept != left {
                touched += 1;
                left.map_or(Ok(()), |left| self.put(&left, now))?;
            }
        }
        Ok(touched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_model::geo::Point;
    use gridwalk_model::limits;

    #[test]
    fn a_shared_track_fades_and_leaves_no_byte() {
        let folder = tempfile::tempdir().unwrap();
        let start = Timestamp(1_760_000_000_000);
        let later = |ms: i64| Timestamp(start.0 + ms);
        let point = |n: i32| TrackPoint {
            at: Point { accuracy_cm: Some(500), ..Point::new(307_512_345 + n * 7_919, 1_207_654_321).unwrap() },
            when: later(i64::from(n) * 60_000),
        };
        let (patrol, space, account) = (RecordId([1; 16]), SpaceId([2; 16]), AccountId([3; 16]));
        let shared = SharedTrack { patrol, space, account, track: (0..20).map(point).collect() };
        let file = || std::fs::read(folder.path().join(TRACKS)).unwrap();
        let fine = track_bytes(&shared.track[3..4])[1..].to_vec();
        let has = |bytes: &[u8]| file().windows(bytes.len()).any(|w| w == bytes);

        let tracks = Tracks::open(folder.path(), start).unwrap();
        tracks.put(&shared, later(2_000_000)).unwrap();
        assert_eq!(tracks.of(patrol, later(2_000_000)).unwrap(), Some(shared));
        assert!(has(&fine), "it is there, so that the next lines can fail");
        assert_eq!(tracks.fade(later(2_000_000)).unwrap(), 0);
        drop(tracks);

        let week = later(limits::TRACK_COARSE_MS + 2_000_000);
        let tracks = Tracks::open(folder.path(), week).unwrap();
        let coarse = tracks.of(patrol, week).unwrap().unwrap().track;
        assert!(!coarse.is_empty() && coarse.iter().all(|p| p.at.accuracy_cm.is_none()), "{coarse:?}");
        assert!(!has(&fine), "the fine points are overwritten");
        let cell = track_bytes(&coarse[..1])[1..].to_vec();
        assert!(has(&cell));
        assert_eq!(tracks.fade(later(limits::TRACK_GONE_MS + 2_000_000)).unwrap(), 1);
        assert!(!has(&cell) && tracks.of(patrol, week).unwrap().is_none(), "after a month nothing is left");
    }
}
