//! The inbox on SQLite: everything ever received, names of bodies, replicas.
//!
//! Owns the tables `inbox`, `name`, `replica`, `replica_space` and `frame`. Refuses to judge. Invariant: a hash once
//! noted under a dot stays; only a seq that was declared lost is filled later.

use super::SqlTx;
use super::cell::{b16, b16_or_null, count, fixed, hash, int, time, time_or_null};
use crate::error::Result;
use crate::store::{FrameRow, Inbox, InboxRow};
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::{DeviceId, RecordId, ReplicaId, SpaceId};
use gridwalk_model::name::{Mark, Name};
use gridwalk_model::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

fn parts(verdict: &Verdict) -> (i64, &str, &str) {
    match verdict {
        Verdict::Applied => (0, "", ""),
        Verdict::Quarantined => (1, "", ""),
        Verdict::Declined { reason } => (2, reason, ""),
        Verdict::Refused { code, hint } => (3, code, hint),
    }
}

fn verdict(row: &Row<'_>, at: usize) -> rusqlite::Result<Verdict> {
    Ok(match row.get::<_, i64>(at)? {
        0 => Verdict::Applied,
        1 => Verdict::Quarantined,
        2 => Verdict::Declined { reason: row.get(at + 1)? },
        _ => Verdict::Refused { code: row.get(at + 1)?, hint: row.get(at + 2)? },
    })
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<InboxRow> {
    Ok(InboxRow {
        space: SpaceId(b16(row, 0)?),
        replica: ReplicaId(b16(row, 1)?),
        seq: count(row, 2)?,
        hash: hash(row, 3)?,
        body: row.get::<_, Option<Vec<u8>>>(4)?.map(Into::into),
        device: DeviceId(b16(row, 5)?),
        record: b16_or_null(row, 6)?.map(RecordId),
        step: row.get(7)?,
        received_at: time(row, 8)?,
        first: (ReplicaId(b16(row, 9)?), count(row, 10)?),
        verdict: verdict(row, 11)?,
        verdict_pos: count(row, 14)?,
        effective: time_or_null(row, 15)?,
    })
}

impl Inbox for SqlTx<'_> {
    fn inbox(&self, space: SpaceId, replica: ReplicaId, seq: u64) -> Result<Option<InboxRow>> {
        let mut get = self.0.prepare_cached(include_str!("inbox.sql"))?;
        Ok(get.query_row(params![&space.0[..], &replica.0[..], int(seq)], from_row).optional()?)
    }

    fn inbox_put(&self, row: &InboxRow) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("inbox_put.sql"))?;
        let (verdict, code, hint) = parts(&row.verdict);
        put.execute(params![
            &row.space.0[..],
            &row.replica.0[..],
            int(row.seq),
            &row.hash.0[..],
            row.body.as_deref(),
            &row.device.0[..],
            row.record.as_ref().map(|r| &r.0[..]),
            row.step,
            row.received_at.0,
            &row.first.0.0[..],
            int(row.first.1),
            verdict,
            int(row.verdict_pos),
            code,
            hint,
            row.effective.map(|t| t.0),
        ])?;
        Ok(())
    }

    fn verdict_set(
        &self,
        space: SpaceId,
        first: (ReplicaId, u64),
        verdict: &Verdict,
        pos: u64,
        effective: Option<Timestamp>,
    ) -> Result<()> {
        let mut set = self.0.prepare_cached(include_str!("verdict_set.sql"))?;
        let (number, code, hint) = parts(verdict);
        let effective = effective.map(|t| t.0);
        set.execute(params![&space.0[..], &first.0.0[..], int(first.1), number, int(pos), code, hint, effective])?;
        Ok(())
    }

    fn first_of(&self, space: SpaceId, name: Name) -> Result<Option<(ReplicaId, u64)>> {
        let mut get = self.0.prepare_cached(include_str!("first_of.sql"))?;
        let first = |row: &Row<'_>| Ok((ReplicaId(b16(row, 0)?), count(row, 1)?));
        let key = params![&space.0[..], &name.replica.0[..], int(name.seq), &name.mark.0[..]];
        Ok(get.query_row(key, first).optional()?)
    }

    fn name_put(&self, space: SpaceId, name: Name, first: (ReplicaId, u64)) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("name_put.sql"))?;
        put.execute(params![
            &space.0[..],
            &name.replica.0[..],
            int(name.seq),
            &name.mark.0[..],
            &first.0.0[..],
            int(first.1)
        ])?;
        Ok(())
    }

    fn names_of(&self, space: SpaceId, first: (ReplicaId, u64)) -> Result<Vec<Name>> {
        let mut get = self.0.prepare_cached(include_str!("names_of.sql"))?;
        let name = |row: &Row<'_>| {
            Ok(Name { replica: ReplicaId(b16(row, 0)?), seq: count(row, 1)?, mark: Mark(fixed(row, 2)?) })
        };
        let names = get.query_map(params![&space.0[..], &first.0.0[..], int(first.1)], name)?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    fn quarantined(&self, space: Option<SpaceId>) -> Result<Vec<InboxRow>> {
        let mut get = self.0.prepare_cached(include_str!("quarantined.sql"))?;
        let space = space.as_ref().map(|s| &s.0[..]);
        Ok(get.query_map([space], from_row)?.collect::<Result<_, _>>()?)
    }

    fn quarantined_steps(&self, space: SpaceId, replica: ReplicaId, record: RecordId) -> Result<Vec<InboxRow>> {
        let mut get = self.0.prepare_cached(include_str!("quarantined_steps.sql"))?;
        let rows = get.query_map([&space.0[..], &replica.0[..], &record.0[..]], from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn replica_device(&self, replica: ReplicaId) -> Result<Option<DeviceId>> {
        let mut get = self.0.prepare_cached("SELECT device FROM replica WHERE id = ?")?;
        Ok(get.query_row([&replica.0[..]], |row| b16(row, 0).map(DeviceId)).optional()?)
    }

    fn replica_put(&self, replica: ReplicaId, device: DeviceId) -> Result<()> {
        let mut put = self.0.prepare_cached("INSERT INTO replica (id, device) VALUES (?, ?)")?;
        put.execute([&replica.0[..], &device.0[..]])?;
        Ok(())
    }

    fn upto(&self, space: SpaceId, replica: ReplicaId) -> Result<u64> {
        let mut get = self.0.prepare_cached("SELECT upto FROM replica_space WHERE replica = ? AND space = ?")?;
        Ok(get.query_row([&replica.0[..], &space.0[..]], |row| count(row, 0)).optional()?.unwrap_or(0))
    }

    fn upto_set(&self, space: SpaceId, replica: ReplicaId, upto: u64) -> Result<()> {
        let mut put =
            self.0.prepare_cached("INSERT OR REPLACE INTO replica_space (replica, space, upto) VALUES (?, ?, ?)")?;
        put.execute(params![&replica.0[..], &space.0[..], int(upto)])?;
        Ok(())
    }

    fn frame_put(&self, frame: &FrameRow) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("frame_put.sql"))?;
        put.execute(params![
            &frame.space.0[..],
            &frame.replica.0[..],
            &frame.device.0[..],
            &frame.carrier.0[..],
            frame.received_at.0,
            frame.signed,
            &frame.signature[..],
        ])?;
        Ok(())
    }
}
