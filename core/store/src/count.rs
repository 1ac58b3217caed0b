//! What was counted over rows, as long as it still holds: an idle phone sums nothing twice.
//!
//! Owns the memory of sums between two pages. Refuses to sum. Invariant: a sum is taken for known only if no connection
//! has written anything since it was counted; whatever was written may have been a row.

use crate::error::StoreError;
use gridwalk_model::SpaceId;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Sums over the rows of spaces as they were counted last, and how far the database had been written then.
#[derive(Default)]
pub(crate) struct Counted {
    sums: BTreeMap<SpaceId, u128>,
    written: Option<Written>,
    is_new: bool,
    /// How many rows were read to be summed or verified.
    pub rows: u64,
}

/// Rises with everything that this connection writes, and changes with what another one commits.
type Written = (u64, i64);

fn written(db: &Connection) -> Result<Written, StoreError> {
    let by_others = db.prepare_cached("PRAGMA data_version")?.query_row([], |r| r.get(0))?;
    Ok((db.total_changes(), by_others))
}

impl Counted {
    /// The sums that still hold; to be asked before a transaction writes.
    pub fn still(&self, db: &Connection) -> Result<BTreeMap<SpaceId, u128>, StoreError> {
        let holds = self.written.is_some() && self.written == Some(written(db)?);
        Ok(if holds { self.sums.clone() } else { BTreeMap::new() })
    }

    /// Keeps sums that hold to the end of this transaction.
    pub fn keep(&mut self, sums: BTreeMap<SpaceId, u128>) {
        (self.sums, self.is_new) = (sums, true);
    }

    /// The transaction writes nothing more: what it counted holds from here on.
    pub fn close(&mut self, db: &Connection) -> Result<(), StoreError> {
        if std::mem::take(&mut self.is_new) {
            self.written = Some(written(db)?);
        }
        Ok(())
    }
}
