//! What is left in the file of rows that are no longer the phone's to hold.
//!
//! Owns the writing anew of the file after a change of scope or mask. Refuses to say what a phone may hold. Invariant: the
//! mark that something may remain goes only when the file and its log were written without it; until then each complete
//! page tries again.

use crate::error::StoreError;
use crate::space;
use crate::store::Store;
use gridwalk_model::SpaceId;
use rusqlite::{Connection, params};

/// Whether it was done; not where somebody was in the way or there was no room.
fn unless_in_the_way(done: Result<bool, StoreError>) -> Result<bool, StoreError> {
    match done {
        Err(e) if e.is_transient() => Ok(false),
        other => other,
    }
}

impl Store {
    /// After a complete page: if rows of another scope or mask stood in the space, nothing of them is left in the file.
    pub(crate) fn leave_no_remains(&self, space: SpaceId) -> Result<(), StoreError> {
        if !self.read(|db| Ok(space::of(db, space)?.remains))? {
            return Ok(());
        }
        self.drop_readers();
        // Full text without what was taken out of it, all pages, and no log.
        let anew = |db: &Connection| Ok(db.execute_batch(include_str!("remains/write_anew.sql"))?);
        if unless_in_the_way(self.with_writer(anew).map(|()| true))? && unless_in_the_way(self.cut_log())? {
            let update = "UPDATE space SET remains = 0 WHERE space = ?1";
            self.with_writer(|db| Ok(db.execute(update, params![space.0]).map(drop)?))?;
        }
        Ok(())
    }
}
