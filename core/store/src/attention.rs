//! Needs attention: own changes that came back, whole and editable.
//!
//! Owns the list. Refuses to judge. Invariant: a change is listed at most once, and never again after it was corrected.

use crate::column::{int, uint};
use crate::error::StoreError;
use crate::own;
use crate::store::{Durability, Store, Work};
use gridwalk_model::{RecordId, SealedChange, SpaceId};
use rusqlite::{Connection, params};

/// One own change that its author must look at.
#[derive(Debug, Clone)]
pub struct AttentionItem {
    /// How-manieth save of this phone.
    pub save: u64,
    /// The space.
    pub space: SpaceId,
    /// The record.
    pub record: RecordId,
    /// Why, as a stable code; `declined` for a supervisor's decision.
    pub code: String,
    /// What would help, or the supervisor's words.
    pub hint: String,
    /// The change.
    pub change: SealedChange,
}

/// Lists a change, unless it stands there or was corrected.
pub(crate) fn list(work: &Work<'_>, save: u64, code: &str, hint: &str) -> Result<(), StoreError> {
    let insert = "INSERT OR IGNORE INTO attention (save, code, hint, fixed) VALUES (?1, ?2, ?3, 0)";
    work.tx.prepare_cached(insert)?.execute(params![int(save), code, hint])?;
    Ok(())
}

/// What it is listed for is another thing by now.
pub(crate) fn say(work: &Work<'_>, save: u64, code: &str) -> Result<(), StoreError> {
    let update = "UPDATE attention SET code = ?2, hint = '' WHERE save = ?1 AND fixed = 0";
    work.tx.prepare_cached(update)?.execute(params![int(save), code])?;
    Ok(())
}

/// It was admitted after all.
pub(crate) fn clear(work: &Work<'_>, save: u64) -> Result<(), StoreError> {
    work.tx.prepare_cached("DELETE FROM attention WHERE save = ?1 AND fixed = 0")?.execute(params![int(save)])?;
    Ok(())
}

/// It was corrected, or put aside by its author.
pub(crate) fn fix(work: &Work<'_>, save: u64) -> Result<(), StoreError> {
    let fix = "INSERT INTO attention VALUES (?1, 'corrected', '', 1) ON CONFLICT (save) DO UPDATE SET fixed = 1";
    work.tx.prepare_cached(fix)?.execute(params![int(save)])?;
    Ok(())
}

pub(crate) fn all(db: &Connection) -> Result<Vec<AttentionItem>, StoreError> {
    let mut statement = db.prepare_cached("SELECT save, code, hint FROM attention WHERE fixed = 0 ORDER BY save")?;
    let rows = statement.query_map([], |r| Ok((uint(r, "save")?, r.get("code")?, r.get("hint")?)))?;
    let listed: Vec<(u64, String, String)> = rows.collect::<Result<_, _>>()?;
    let item = |(save, code, hint)| {
        let own = own::by_save(db, save)?.ok_or(StoreError::Damaged)?;
        Ok(AttentionItem { save, space: own.space, record: own.record, code, hint, change: own.change })
    };
    listed.into_iter().map(item).collect()
}

impl Store {
    /// What its author must look at, oldest first.
    pub fn attention(&self) -> Result<Vec<AttentionItem>, StoreError> {
        self.read(all)
    }

    /// Puts an item aside: its author has looked at it and wants nothing more.
    pub fn put_aside(&self, save: u64) -> Result<(), StoreError> {
        let (found, _) = self.write(Durability::Full, |work| {
            let update = "UPDATE attention SET fixed = 1 WHERE save = ?1";
            Ok(work.tx.prepare_cached(update)?.execute(params![int(save)])?)
        })?;
        if found == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}
