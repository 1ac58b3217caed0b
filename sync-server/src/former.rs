//! Former codes: which units had a code before, so that an old code finds its unit without a look at every unit.
//!
//! Owns the index, kept among the server's own values. Refuses to judge which of several units is meant. Invariant: it says
//! what the records of units say; it is written in the transaction that writes them, and filled once where it is missing.

use crate::error::Result;
use crate::server::Running;
use crate::store::Tx;
use gridwalk_model::id::UnitId;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use std::collections::BTreeSet;

/// The value that says that every unit of this database was looked at.
const FILLED: &str = "former codes are noted";

fn of_code(code: &str) -> String {
    format!("former code {code}")
}

fn of_unit(unit: UnitId) -> String {
    format!("former codes of {unit}")
}

/// The units that had a code before.
pub(crate) fn units(tx: &dyn Tx, code: &str) -> Result<Vec<UnitId>> {
    let bytes = tx.meta(&of_code(code))?.unwrap_or_default();
    Ok(bytes.chunks_exact(16).filter_map(UnitId::from_slice).collect())
}

/// The codes that a unit had before.
pub(crate) fn codes(tx: &dyn Tx, unit: UnitId) -> Result<BTreeSet<String>> {
    let bytes = tx.meta(&of_unit(unit))?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().map(str::to_owned).collect())
}

/// Notes what a unit's record says now.
pub(crate) fn note(tx: &dyn Tx, state: &State) -> Result<()> {
    let unit = state.record.unit();
    let said = state.sets.get("former_codes").into_iter().flat_map(|set| &set.adds);
    let said: BTreeSet<String> = said.filter_map(|add| add.element.as_text().map(str::to_owned)).collect();
    let before = codes(tx, unit)?;
    for code in before.symmetric_difference(&said) {
        let mut all = units(tx, code)?;
        all.retain(|other| *other != unit);
        if said.contains(code) {
            all.push(unit);
        }
        let bytes: Vec<u8> = all.iter().flat_map(|unit| unit.0).collect();
        tx.meta_set(&of_code(code), &bytes)?;
    }
    if before != said {
        tx.meta_set(&of_unit(unit), said.into_iter().collect::<Vec<_>>().join("\n").as_bytes())?;
    }
    Ok(())
}

/// Looks at every unit once, in a database that was written before there was an index.
pub(crate) fn fill(running: &Running) -> Result<()> {
    let filled = running.read(|r| Ok(r.tx.meta(FILLED)?.is_some()))?;
    if filled {
        return Ok(());
    }
    running.write(|w| {
        if let Some(space) = w.tx.spaces()?.into_iter().find(|space| space.reference) {
            for unit in w.tx.units()? {
                if let Some(row) = w.tx.state(space.id, unit.id.record())? {
                    note(w.tx, &read_state(&row.bytes)?)?;
                }
            }
        }
        w.tx.meta_set(FILLED, &[1])
    })
}
