//! Months that are locked, each as one document.
//!
//! Owns what is asked of `month_lock`. Refuses to read documents. Invariant: a month of a space is locked once; nothing is ever
//! written over it or taken away.

use super::{Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::appraisal::Month;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;

/// A month that is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthLockRow {
    /// The unit above all that was counted: a county.
    pub unit: UnitId,
    /// Since when.
    pub at: Timestamp,
    /// By whom; nobody where it was done at the machine.
    pub by: AccountId,
    /// The hash of the document.
    pub hash: Hash,
    /// The document.
    pub bytes: Vec<u8>,
}

impl dyn Tx + '_ {
    /// Locks a month of a space.
    pub fn month_lock_put(&self, space: SpaceId, month: Month, lock: &MonthLockRow) -> Result<()> {
        let MonthLockRow { unit, at, by, hash, bytes } = lock;
        self.put(S::MonthLockPut, cells![&space, i64::from(month.index()), unit, at.0, by, hash, bytes.as_slice()])
    }

    /// The lock of a month in a space.
    pub fn month_lock(&self, space: SpaceId, month: Month) -> Result<Option<MonthLockRow>> {
        self.one(S::MonthLock, cells![&space, i64::from(month.index())], |row| {
            Ok(MonthLockRow {
                unit: UnitId(row.fixed(0)?),
                at: Timestamp(row.int(1)?),
                by: AccountId(row.fixed(2)?),
                hash: Hash(row.fixed(3)?),
                bytes: row.bytes(4)?.to_vec(),
            })
        })
    }
}
