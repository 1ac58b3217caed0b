//! Who sees what, and the digests.
//!
//! Owns what is asked of `audience` and `digest`. Refuses to know how keys are found. Invariant: a record has one row a
//! key.

use super::cell::{Row, json_list};
use super::{AudienceRow, Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{RecordId, SpaceId};
use std::sync::Arc;

/// A row of a key, with the bytes of its record's state.
pub type SeenRow = (AudienceRow, Option<Arc<[u8]>>);

fn from_row(row: &dyn Row) -> Result<AudienceRow> {
    Ok(AudienceRow {
        key: Key(row.fixed(0)?),
        record: RecordId(row.fixed(1)?),
        kind: row.text(2)?,
        pos: row.count(3)?,
        here: row.yes(4)?,
    })
}

impl dyn Tx + '_ {
    /// The keys of a record, those that it left included.
    pub fn audience(&self, space: SpaceId, record: RecordId) -> Result<Vec<AudienceRow>> {
        self.all(S::Audience, cells![&space, &record], from_row)
    }

    /// Writes one key of a record.
    pub fn audience_put(&self, space: SpaceId, row: &AudienceRow) -> Result<()> {
        self.put(S::AudiencePut, cells![&space, &row.key, &row.record, row.kind.as_str(), row.pos, row.here])
    }

    /// A record changed for all who see it.
    pub fn audience_moved(&self, space: SpaceId, record: RecordId, pos: u64) -> Result<()> {
        self.put(S::AudienceMoved, cells![&space, &record, pos])
    }

    /// Takes a key of a record out without a trace (only a planted bug does).
    pub fn audience_drop(&self, space: SpaceId, key: Key, record: RecordId) -> Result<()> {
        self.put(S::AudienceDrop, cells![&space, &key, &record])
    }

    /// Rows of a key after a pos, by pos.
    pub fn audience_tail(
        &self,
        space: SpaceId,
        key: Key,
        kinds: &[String],
        after: u64,
        limit: usize,
    ) -> Result<Vec<AudienceRow>> {
        self.all(S::AudienceTail, cells![&space, &key, after, json_list(kinds).as_str(), limit], from_row)
    }

    /// Rows of a key that are here, after a record, by record, each with the bytes of the record's state.
    pub fn audience_backfill(
        &self,
        space: SpaceId,
        key: Key,
        kinds: &[String],
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<SeenRow>> {
        let after = after.map_or(Vec::new(), |r| r.0.to_vec());
        let kinds = json_list(kinds);
        let with = cells![&space, &key, after.as_slice(), kinds.as_str(), limit];
        let seen = |row: &dyn Row| {
            let (record, kind, pos) = (RecordId(row.fixed(0)?), row.text(1)?, row.count(2)?);
            Ok((AudienceRow { key, record, kind, pos, here: true }, row.bytes_or_null(3)?.map(Arc::from)))
        };
        self.all(S::AudienceBackfill, with, seen)
    }

    /// Records that a key sees.
    pub fn audience_records(&self, space: SpaceId, key: Key) -> Result<Vec<RecordId>> {
        self.all(S::AudienceRecords, cells![&space, &key], |row| row.fixed(0).map(RecordId))
    }

    /// Whether a key sees any record of a space, or ever saw one.
    pub fn audience_any(&self, space: SpaceId, key: Key) -> Result<bool> {
        Ok(self.one(S::AudienceAny, cells![&space, &key], |row| row.int(0))?.is_some())
    }

    /// The sum of a key and kind.
    pub fn digest(&self, space: SpaceId, key: Key, kind: &str) -> Result<u128> {
        let sum = self.one(S::Digest, cells![&space, &key, kind], |row| row.fixed(0).map(u128::from_be_bytes))?;
        Ok(sum.unwrap_or(0))
    }

    /// Sets it.
    pub fn digest_set(&self, space: SpaceId, key: Key, kind: &str, sum: u128) -> Result<()> {
        self.put(S::DigestSet, cells![&space, &key, kind, &sum.to_be_bytes()])
    }

    /// Records of a kind that a key sees, after a record, by record, with the pos of their states: what its sum is over.
    pub fn audience_counted(
        &self,
        space: SpaceId,
        key: Key,
        kind: &str,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<(RecordId, u64)>> {
        let after = after.map_or(Vec::new(), |r| r.0.to_vec());
        let counted = |row: &dyn Row| Ok((RecordId(row.fixed(0)?), row.count(1)?));
        self.all(S::AudienceCounted, cells![&space, &key, kind, after.as_slice(), limit], counted)
    }

    /// A record that somebody sees and that has no state: there should be none.
    pub fn audience_orphan(&self, space: SpaceId) -> Result<Option<RecordId>> {
        self.one(S::AudienceOrphan, cells![&space], |row| row.fixed(0).map(RecordId))
    }

    /// All sums of a space.
    pub fn digests(&self, space: SpaceId) -> Result<Vec<(Key, String, u128)>> {
        let sum = |row: &dyn Row| Ok((Key(row.fixed(0)?), row.text(1)?, u128::from_be_bytes(row.fixed(2)?)));
        self.all(S::Digests, cells![&space], sum)
    }

    /// The sums of a key, by kind.
    pub fn digests_of(&self, space: SpaceId, key: Key) -> Result<Vec<(String, u128)>> {
        let sum = |row: &dyn Row| Ok((row.text(0)?, u128::from_be_bytes(row.fixed(1)?)));
        self.all(S::DigestsOf, cells![&space, &key], sum)
    }
}
