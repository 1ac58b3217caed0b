//! Everything ever received, by dot; names of bodies; replicas; frames.
//!
//! Owns what is asked of `inbox`, `name`, `replica`, `replica_space` and `frame`. Refuses to judge. Invariant: a hash
//! once noted under a dot stays; only a seq that was declared lost is filled later.

use super::cell::Row;
use super::{FrameRow, InboxRow, Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId, ReplicaId, SpaceId};
use gridwalk_model::name::{Mark, Name};
use gridwalk_model::time::Timestamp;

fn parts(verdict: &Verdict) -> (i64, &str, &str) {
    match verdict {
        Verdict::Applied => (0, "", ""),
        Verdict::Quarantined => (1, "", ""),
        Verdict::Declined { reason } => (2, reason, ""),
        Verdict::Refused { code, hint } => (3, code, hint),
    }
}

fn verdict(row: &dyn Row, at: usize) -> Result<Verdict> {
    Ok(match row.int(at)? {
        0 => Verdict::Applied,
        1 => Verdict::Quarantined,
        2 => Verdict::Declined { reason: row.text(at + 1)? },
        _ => Verdict::Refused { code: row.text(at + 1)?, hint: row.text(at + 2)? },
    })
}

fn from_row(row: &dyn Row) -> Result<InboxRow> {
    Ok(InboxRow {
        space: SpaceId(row.fixed(0)?),
        replica: ReplicaId(row.fixed(1)?),
        seq: row.count(2)?,
        hash: Hash(row.fixed(3)?),
        body: row.bytes_or_null(4)?.map(Into::into),
        device: DeviceId(row.fixed(5)?),
        record: row.id_or_null(6)?.map(RecordId),
        step: row.yes(7)?,
        received_at: row.time(8)?,
        first: (ReplicaId(row.fixed(9)?), row.count(10)?),
        verdict: verdict(row, 11)?,
        verdict_pos: row.count(14)?,
        effective: row.time_or_null(15)?,
    })
}

impl dyn Tx + '_ {
    /// What was received under a dot.
    pub fn inbox(&self, space: SpaceId, replica: ReplicaId, seq: u64) -> Result<Option<InboxRow>> {
        self.one(S::Inbox, cells![&space, &replica, seq], from_row)
    }

    /// Notes what was received.
    pub fn inbox_put(&self, row: &InboxRow) -> Result<()> {
        let (verdict, code, hint) = parts(&row.verdict);
        self.put(
            S::InboxPut,
            cells![
                &row.space,
                &row.replica,
                row.seq,
                &row.hash,
                row.body.as_deref(),
                &row.device,
                row.record.as_ref(),
                row.step,
                row.received_at,
                &row.first.0,
                row.first.1,
                verdict,
                code,
                hint,
                row.verdict_pos,
                row.effective,
            ],
        )
    }

    /// Puts what an erasure left of a body into its place.
    pub fn inbox_body_set(&self, row: &InboxRow, body: &[u8]) -> Result<()> {
        self.put(S::InboxBodySet, cells![&row.space, &row.replica, row.seq, body])
    }

    /// What was received of a record and never admitted.
    pub fn inbox_unadmitted(&self, space: SpaceId, record: RecordId) -> Result<Vec<InboxRow>> {
        self.all(S::InboxUnadmitted, cells![&space, &record], from_row)
    }

    /// Gives a verdict to the first delivery of a body.
    pub fn verdict_set(
        &self,
        space: SpaceId,
        first: (ReplicaId, u64),
        verdict: &Verdict,
        pos: u64,
        effective: Option<Timestamp>,
    ) -> Result<()> {
        let (number, code, hint) = parts(verdict);
        self.put(S::VerdictSet, cells![&space, &first.0, first.1, number, code, hint, pos, effective])
    }

    /// The first delivery of the body that bears this name.
    pub fn first_of(&self, space: SpaceId, name: Name) -> Result<Option<(ReplicaId, u64)>> {
        let first = |row: &dyn Row| Ok((ReplicaId(row.fixed(0)?), row.count(1)?));
        self.one(S::FirstOf, cells![&space, &name.replica, name.seq, &name.mark], first)
    }

    /// Notes a name of a body; one that is known stays as it is.
    pub fn name_put(&self, space: SpaceId, name: Name, first: (ReplicaId, u64)) -> Result<()> {
        self.put(S::NamePut, cells![&space, &name.replica, name.seq, &name.mark, &first.0, first.1])
    }

    /// All names of a body.
    pub fn names_of(&self, space: SpaceId, first: (ReplicaId, u64)) -> Result<Vec<Name>> {
        let name = |row: &dyn Row| {
            Ok(Name { replica: ReplicaId(row.fixed(0)?), seq: row.count(1)?, mark: Mark(row.fixed(2)?) })
        };
        self.all(S::NamesOf, cells![&space, &first.0, first.1], name)
    }

    /// What waits for a decision: in one space or in all.
    pub fn quarantined(&self, space: Option<SpaceId>) -> Result<Vec<InboxRow>> {
        self.all(S::Quarantined, cells![space.as_ref()], from_row)
    }

    /// How much waits for a decision, in each space where anything does.
    pub fn quarantined_counts(&self) -> Result<Vec<(SpaceId, u64)>> {
        self.all(S::QuarantinedCounts, &[], |row| Ok((SpaceId(row.fixed(0)?), row.count(1)?)))
    }

    /// Steps of a replica on a record that wait for a decision, in order of seq.
    pub fn quarantined_steps(&self, space: SpaceId, replica: ReplicaId, record: RecordId) -> Result<Vec<InboxRow>> {
        self.all(S::QuarantinedSteps, cells![&space, &replica, &record], from_row)
    }

    /// The device that a replica belongs to.
    pub fn replica_device(&self, replica: ReplicaId) -> Result<Option<DeviceId>> {
        self.one(S::ReplicaDevice, cells![&replica], |row| row.fixed(0).map(DeviceId))
    }

    /// Notes whose a replica is.
    pub fn replica_put(&self, replica: ReplicaId, device: DeviceId) -> Result<()> {
        self.put(S::ReplicaPut, cells![&replica, &device])
    }

    /// Up to which seq a replica has been received in a space.
    pub fn upto(&self, space: SpaceId, replica: ReplicaId) -> Result<u64> {
        Ok(self.one(S::Upto, cells![&space, &replica], |row| row.count(0))?.unwrap_or(0))
    }

    /// The same, with the hash of what was received under that seq; zero where it was declared lost.
    pub fn chain_end(&self, space: SpaceId, replica: ReplicaId) -> Result<(u64, Hash)> {
        let end = self.one(S::ChainEnd, cells![&space, &replica], |row| {
            let hash = if row.bytes_or_null(1)?.is_some() { Hash(row.fixed(1)?) } else { Hash::default() };
            Ok((row.count(0)?, hash))
        })?;
        Ok(end.unwrap_or_default())
    }

    /// Notes that.
    pub fn upto_set(&self, space: SpaceId, replica: ReplicaId, upto: u64) -> Result<()> {
        self.put(S::UptoSet, cells![&space, &replica, upto])
    }

    /// Keeps a frame's signature.
    pub fn frame_put(&self, frame: &FrameRow) -> Result<()> {
        let FrameRow { space, replica, device, carrier, received_at, signed, signature } = frame;
        let with = cells![space, replica, device, carrier, *received_at, signed.as_slice(), signature];
        self.put(S::FramePut, with)
    }
}
