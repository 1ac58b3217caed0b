//! Mending what is derived: audience rows that are not what their states say, and sums that are not over their rows.
//!
//! Owns the walk over the states of a space, in strides, and what is written then. Refuses to touch journal and states.
//! Invariant: a sum is made anew only after every state has been looked at, so that no lost row is hidden by a sum that
//! forgets it; a record whose rows were mended takes a new pos, so that every phone's tail brings it.

use crate::audience;
use crate::digest;
use crate::error::Result;
use crate::limits;
use crate::server::Running;
use crate::store::{StateRow, Tx};
use gridwalk_model::digest::Pair;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::state_codec::read_state;
use std::collections::BTreeSet;

/// Rows read at a time.
const STEP: usize = 500;

/// What a stride did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mended {
    /// Records whose audience rows were written anew.
    pub records: u64,
    /// Sums that were.
    pub sums: u64,
    /// Whether every state has been looked at.
    pub whole: bool,
}

/// Whether a record's rows are what its state says, or will be: what a place of another space makes due comes in a
/// transaction of its own.
pub fn is_whole(tx: &dyn Tx, space: SpaceId, row: &StateRow) -> Result<bool> {
    let due = audience::keys(tx, space, &read_state(&row.bytes)?, row.author)?;
    Ok(keys_here(tx, space, row)? == due || tx.move_is_due(space, row.record)?)
}

/// The keys that see a record by its rows.
pub fn keys_here(tx: &dyn Tx, space: SpaceId, row: &StateRow) -> Result<BTreeSet<Key>> {
    let rows = tx.audience(space, row.record)?;
    Ok(rows.iter().filter(|a| a.here && a.kind == row.kind).map(|a| a.key).collect())
}

fn place(space: SpaceId) -> String {
    format!("mend {space}")
}

/// Looks at the next states of a space and mends what is amiss; at the end of the walk the sums of these pairs, too.
pub fn stride(running: &Running, space: SpaceId, faults: &[Pair]) -> Result<Mended> {
    let (bad, upto) = running.read(|r| {
        let mut after = r.tx.meta(&place(space))?.and_then(|bytes| RecordId::from_slice(&bytes));
        let mut bad = Vec::new();
        for _ in 0..limits::MENDED_STATES_MAX / STEP {
            let states = r.tx.states_after(space, after, STEP)?;
            after = states.last().map(|row| row.record);
            for row in &states {
                if !is_whole(r.tx, space, row)? {
                    bad.push(row.record);
                }
            }
            if states.len() < STEP {
                return Ok((bad, None));
            }
        }
        Ok((bad, after))
    })?;
    running.write(|w| {
        let mut pairs: BTreeSet<Pair> = faults.iter().cloned().collect();
        let mut mended = Mended { whole: upto.is_none(), ..Mended::default() };
        for record in &bad {
            // It may have been written since it was looked at.
            let Some(row) = w.tx.state(space, *record)? else { continue };
            if !is_whole(w.tx, space, &row)? {
                let keys = audience::mend(w, space, &row)?;
                pairs.extend(keys.into_iter().map(|key| Pair { key, kind: row.kind.clone() }));
                mended.records += 1;
            }
        }
        w.tx.meta_set(&place(space), upto.as_ref().map_or(&[][..], |r| &r.0))?;
        if mended.whole {
            for pair in pairs {
                let sum = digest::counted(w.tx, space, &pair)?;
                if w.tx.digest(space, pair.key, &pair.kind)? != sum {
                    w.tx.digest_set(space, pair.key, &pair.kind, sum)?;
                    // No pos tells of it.
                    w.tx.standing_raise()?;
                    mended.sums += 1;
                }
            }
        }
        let detail = format!("space {space} records {} sums {}", mended.records, mended.sums);
        w.audit(None, "audience_mended", &detail)?;
        Ok(mended)
    })
}
