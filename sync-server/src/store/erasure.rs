//! Bodies of which an erasure took something, by their names.
//!
//! Owns what is asked of `erasure`. Refuses to blank anything. Invariant: a name stands here once, with the newest word
//! of what is left of its body.

use super::cell::Row;
use super::{ErasureRow, Statement as S, Tx, cells};
use crate::error::{Result, ServerError};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::erasure::Erasure;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId, ReplicaId, SpaceId};
use gridwalk_model::name::{Mark, Name};

fn from_row(row: &dyn Row) -> Result<ErasureRow> {
    let place = |bytes: &[u8; 4]| u32::from_be_bytes(*bytes);
    let (places, rest) = row.bytes(8)?.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(ServerError::Stored(Malformed::Shape));
    }
    Ok(ErasureRow {
        space: SpaceId(row.fixed(0)?),
        name: Name { replica: ReplicaId(row.fixed(1)?), seq: row.count(2)?, mark: Mark(row.fixed(3)?) },
        record: RecordId(row.fixed(4)?),
        device: DeviceId(row.fixed(5)?),
        pos: row.count(6)?,
        admitted: row.yes(7)?,
        places: places.iter().map(place).collect(),
        rest: Hash(row.fixed(9)?),
        erasure: Erasure::read(&mut Reader::new(row.bytes(10)?)).map_err(ServerError::Stored)?,
    })
}

impl dyn Tx + '_ {
    /// Notes what is left of a body.
    pub fn erasure_put(&self, row: &ErasureRow) -> Result<()> {
        let ErasureRow { space, name, record, device, pos, admitted, places, rest, erasure } = row;
        let places: Vec<u8> = places.iter().flat_map(|place| place.to_be_bytes()).collect();
        let mut w = Writer::default();
        erasure.write(&mut w);
        let erasure = w.finish();
        let (replica, seq, mark) = (&name.replica, name.seq, &name.mark);
        let with = cells![
            space,
            replica,
            seq,
            mark,
            record,
            device,
            *pos,
            *admitted,
            places.as_slice(),
            rest,
            erasure.as_slice()
        ];
        self.put(S::ErasurePut, with)
    }

    /// What an erasure left of the body with this name, if one took something.
    pub fn erasure_of(&self, space: SpaceId, name: Name) -> Result<Option<ErasureRow>> {
        self.one(S::ErasureOf, cells![&space, &name.replica, name.seq, &name.mark], from_row)
    }

    /// At most so many of those that a device gave, which the journal names after a pos, in order of pos.
    pub fn erasures_of_device(
        &self,
        space: SpaceId,
        device: DeviceId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<ErasureRow>> {
        self.all(S::ErasuresOfDevice, cells![&space, &device, after, limit], from_row)
    }
}
