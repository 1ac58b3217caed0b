//! The rule tables that hold at a unit, as this server holds them.
//!
//! Owns the way from a unit to the tables of the units above it. Refuses to read rows: the model does. Invariant: a phone
//! below the unit holds the same tables.

use crate::error::Result;
use crate::store::Tx;
use gridwalk_model::id::UnitId;
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::rule_table::RuleTable;
use gridwalk_model::limits;
use gridwalk_model::rule_book::RuleBook;
use gridwalk_model::state_codec::read_state;

/// A unit and those above it, in order.
pub fn chain(tx: &dyn Tx, unit: UnitId) -> Result<Vec<UnitId>> {
    let mut units = vec![unit];
    while let Some(at) = units.last().filter(|_| units.len() < limits::UNIT_DEPTH_MAX) {
        let Some(above) = tx.units_above(*at, None)?.first().copied().filter(|above| !units.contains(above)) else {
            break;
        };
        units.push(above);
    }
    Ok(units)
}

/// The tables that are told below these units.
pub fn at(tx: &dyn Tx, units: &[UnitId]) -> Result<RuleBook> {
    let Some(space) = tx.spaces()?.into_iter().find(|s| s.reference).map(|s| s.id) else {
        return Ok(RuleBook::default());
    };
    let mut tables = Vec::new();
    for unit in units {
        for record in tx.children(space, unit.record())? {
            let row = tx.state(space, record)?.filter(|row| row.kind == Kind::RuleTable.name());
            let state = row.map(|row| read_state(&row.bytes)).transpose()?;
            tables.extend(state.as_ref().and_then(RuleTable::of));
        }
    }
    Ok(RuleBook::new(tables))
}
