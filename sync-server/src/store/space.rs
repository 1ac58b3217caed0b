//! Spaces, their counters and timelines, and the server's own values.
//!
//! Owns what is asked of `space`, `branch` and `meta`. Refuses to know what a pos is for. Invariant: a pos is taken of
//! a space that is locked until the transaction ends, so that commits come in order of pos.

use super::cell::Row;
use super::{SpaceRow, Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::admission::Branch;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{SpaceId, TimelineId};
use gridwalk_model::time::Timestamp;

fn from_row(row: &dyn Row) -> Result<SpaceRow> {
    Ok(SpaceRow {
        id: SpaceId(row.fixed(0)?),
        name: row.text(1)?,
        reference: row.yes(2)?,
        pos: row.count(3)?,
        chain: Hash(row.fixed(4)?),
        safe_pos: row.count(5)?,
    })
}

impl dyn Tx + '_ {
    /// Adds a space.
    pub fn space_put(&self, space: &SpaceRow) -> Result<()> {
        let SpaceRow { id, name, reference, pos, chain, safe_pos } = space;
        self.put(S::SpacePut, cells![id, name.as_str(), *reference, *pos, chain, *safe_pos])?;
        self.standing_raise()
    }

    /// A space.
    pub fn space(&self, id: SpaceId) -> Result<Option<SpaceRow>> {
        self.one(S::Space, cells![&id], from_row)
    }

    /// A space that nobody else may write to until the transaction ends: what a job that will take a pos reads first.
    pub fn space_locked(&self, id: SpaceId) -> Result<Option<SpaceRow>> {
        self.one(S::SpaceLocked, cells![&id], from_row)
    }

    /// Gives a space another name.
    pub fn space_rename(&self, id: SpaceId, name: &str) -> Result<()> {
        self.put(S::SpaceRename, cells![&id, name])
    }

    /// All spaces, the reference space first.
    pub fn spaces(&self) -> Result<Vec<SpaceRow>> {
        self.all(S::Spaces, &[], from_row)
    }

    /// Notes the last pos that was taken and the end of the journal's chain.
    pub fn space_moved(&self, space: SpaceId, pos: u64, chain: Hash) -> Result<()> {
        self.put(S::SpaceMoved, cells![&space, pos, &chain])
    }

    /// Notes the time of the last receipt.
    pub fn received_last_set(&self, space: SpaceId, at: Timestamp) -> Result<()> {
        self.put(S::ReceivedLastSet, cells![&space, at])
    }

    /// How often units, grants, epochs, devices, spaces or timelines were written, and the greatest time that any space
    /// ever noted.
    pub fn standing(&self) -> Result<(u64, Timestamp)> {
        Ok(self.one(S::Standing, &[], |row| Ok((row.count(0)?, row.time(1)?)))?.unwrap_or_default())
    }

    /// What was read of these before holds no more. Whatever writes them says so itself.
    pub fn standing_raise(&self) -> Result<()> {
        self.put(S::StandingRaise, &[])
    }

    /// Notes up to where a verified backup reaches.
    pub fn safe_set(&self, space: SpaceId, pos: u64) -> Result<()> {
        self.put(S::SafeSet, cells![&space, pos])
    }

    /// The space's history, oldest first.
    pub fn branches(&self, space: SpaceId) -> Result<Vec<Branch>> {
        self.all(S::Branches, cells![&space], |row| Ok(Branch { id: TimelineId(row.fixed(0)?), from: row.count(1)? }))
    }

    /// Begins a timeline.
    pub fn branch_add(&self, space: SpaceId, branch: &Branch) -> Result<()> {
        self.put(S::BranchAdd, cells![&space, &branch.id, branch.from])?;
        self.standing_raise()
    }

    /// A value of the server's own.
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.one(S::Meta, cells![name], |row| row.bytes(0).map(<[u8]>::to_vec))
    }

    /// Sets a value of the server's own.
    pub fn meta_set(&self, name: &str, value: &[u8]) -> Result<()> {
        self.put(S::MetaSet, cells![name, value])
    }
}
