//! What is left in the file of rows that are no longer the phone's to hold.
//!
//! Owns the writing anew of the file after a change of scope or mask. Refuses to say what a phone may hold. Invariant: the
//! mark that something may remain goes only when the file and its log were written without it; until then each complete
//! page tries again.

use crate::error::StoreError;
use crate::space;
use crate::store::Store;
use gridwalk_model::SpaceId;
use rusqlite::{Connection, ErrorCode, params};

/// Writes the file anew: full text without what was taken out of it, all pages, and no log. Says whether nobody was in the
/// way and there was room.
fn write_anew(db: &Connection) -> Result<bool, StoreError> {
    let written = db
        .execute_batch(include_str!("remains/write_anew.sql"))
        .and_then(|()| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)));
    match written {
        Ok(busy) => Ok(!busy),
        Err(e) if is_in_the_way(&e) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

fn is_in_the_way(error: &rusqlite::Error) -> bool {
    let codes = [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked, ErrorCode::DiskFull];
    error.sqlite_error_code().is_some_and(|code| codes.contains(&code))
}

impl Store {
    /// After a complete page: if rows of another scope or mask stood in the space, nothing of them is left in the file.
    pub(crate) fn leave_no_remains(&self, space: SpaceId) -> Result<(), StoreError> {
        if !self.read(|db| Ok(space::of(db, space)?.remains))? {
            return Ok(());
        }
        self.drop_readers();
        self.with_writer(|db| {
            if write_anew(db)? {
                db.execute("UPDATE space SET remains = 0 WHERE space = ?1", params![space.0])?;
            }
            Ok(())
        })
    }
}
