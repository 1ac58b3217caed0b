//! How sync stands: space by space, and when all was last checked against the server.

use super::Reader;
use gridwalk_model::exchange::Backfill;
use gridwalk_model::{SpaceId, Timestamp};
use gridwalk_store::{Counts, Repair, StoreError};

/// How sync stands.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SyncStatus {
    /// How much waits, and for what.
    pub counts: Counts,
    /// The spaces.
    pub spaces: Vec<SpaceLine>,
    /// The earliest of the times at which the spaces were checked against the server; `None` if one never was.
    pub checked_at: Option<Timestamp>,
}

/// One space.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SpaceLine {
    /// The space.
    pub space: SpaceId,
    /// Place in the space's order up to which this phone has everything that it may see.
    pub pos: u64,
    /// Whether the first load is complete.
    pub complete: bool,
    /// Server time of the last complete page.
    pub heard: Timestamp,
    /// Server time of the last check that agreed.
    pub checked_at: Option<Timestamp>,
    /// When and how much was last mended because a check had not agreed.
    pub repair: Option<Repair>,
}

impl Reader<'_> {
    /// How sync stands.
    pub fn sync_status(&self) -> Result<SyncStatus, StoreError> {
        let mut spaces: Vec<SpaceLine> = Vec::new();
        for s in self.store.spaces()? {
            spaces.push(SpaceLine {
                space: s.space,
                pos: s.cursor.map_or(0, |(_, pos)| pos),
                complete: s.backfill == Backfill::Done,
                heard: s.heard,
                checked_at: s.checked_at,
                repair: self.store.repair(s.space)?,
            });
        }
        let checked_at = spaces.iter().map(|s| s.checked_at).min().flatten();
        Ok(SyncStatus { counts: self.counts()?, spaces, checked_at })
    }
}
