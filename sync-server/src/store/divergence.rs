//! Reports of phones whose digest did not agree.
//!
//! Owns what is asked of `divergence`. Refuses to know how a phone found it. Invariant: a report counts once, however
//! often it is delivered.

use super::cell::Row;
use super::{DivergenceRow, Statement as S, Tx, cells};
use crate::error::{Result, ServerError};
use gridwalk_model::codec::Malformed;
use gridwalk_model::digest::{Divergence, Outcome};
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{DeviceId, SpaceId};
use gridwalk_model::time::Timestamp;

fn from_row(row: &dyn Row) -> Result<DivergenceRow> {
    let kinds = row.text(5)?.split(',').filter(|k| !k.is_empty()).map(str::to_owned).collect();
    let report = Divergence {
        id: row.fixed(0)?,
        space: SpaceId(row.fixed(2)?),
        found_at: Timestamp(row.int(4)?),
        kinds,
        keys: Key::unjoined(row.bytes(6)?),
        missing: row.count(7)?,
        other: row.count(8)?,
        extra: row.count(9)?,
        damaged: row.count(10)?,
        repaired: row.count(11)?,
        outcome: Outcome::from_code(&row.text(12)?).ok_or(ServerError::Stored(Malformed::Shape))?,
    };
    Ok(DivergenceRow { device: DeviceId(row.fixed(1)?), received_at: Timestamp(row.int(3)?), report })
}

impl dyn Tx + '_ {
    /// Keeps a report; false if it was known.
    pub fn divergence_put(&self, row: &DivergenceRow) -> Result<bool> {
        let d = &row.report;
        let keys: Vec<u8> = d.keys.iter().flat_map(|k| k.0).collect();
        let kinds = d.kinds.join(",");
        let with = cells![
            &d.id,
            &row.device,
            &d.space,
            row.received_at,
            d.found_at,
            kinds.as_str(),
            keys.as_slice(),
            d.missing,
            d.other,
            d.extra,
            d.damaged,
            d.repaired,
            d.outcome.code()
        ];
        Ok(self.run(S::DivergencePut, with)? > 0)
    }

    /// How many reports ended how, and how many records they were about.
    pub fn divergence_counts(&self) -> Result<Vec<(String, u64, u64)>> {
        self.all(S::DivergenceCounts, cells![], |row| Ok((row.text(0)?, row.count(1)?, row.count(2)?)))
    }

    /// The newest reports, newest first.
    pub fn divergences_newest(&self, limit: usize) -> Result<Vec<DivergenceRow>> {
        self.all(S::DivergencesNewest, cells![limit], from_row)
    }
}
