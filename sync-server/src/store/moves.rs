//! The queue of moves between spaces.
//!
//! Owns what is asked of `move_due`. Refuses to know what a move is. Invariant: a record stands in it once.

use super::{Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::id::{RecordId, SpaceId};

impl dyn Tx + '_ {
    /// Notes a record whose move is to be made or made whole.
    pub fn move_due_put(&self, space: SpaceId, record: RecordId) -> Result<()> {
        self.put(S::MoveDuePut, cells![&space, &record])
    }

    /// Takes it out; false if it was not there.
    pub fn move_due_drop(&self, space: SpaceId, record: RecordId) -> Result<bool> {
        Ok(self.run(S::MoveDueDrop, cells![&space, &record])? == 1)
    }

    /// Whether it stands in it.
    pub fn move_is_due(&self, space: SpaceId, record: RecordId) -> Result<bool> {
        Ok(self.one(S::MoveIsDue, cells![&space, &record], |row| row.int(0))?.is_some())
    }

    /// At most so many, in the order in which they were noted.
    pub fn moves_due(&self, limit: usize) -> Result<Vec<(SpaceId, RecordId)>> {
        self.all(S::MovesDue, cells![limit], |row| Ok((SpaceId(row.fixed(0)?), RecordId(row.fixed(1)?))))
    }
}
