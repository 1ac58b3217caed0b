//! Sensitive fields: which of them a decision fills, so that whoever holds the statements of their use can refuse it.
//!
//! Owns what counts as filling one. Refuses to know where fields are in use. Invariant: taking a value away is never
//! refused for want of a purpose.

use super::Decision;
use crate::change::Change;
use crate::id::UnitId;
use crate::kind::{Field, Kind, KindTable};
use crate::op::Op;
use crate::wish::Wish;

impl Decision {
    /// The sensitive fields that it fills, each with its kind and the unit of its record.
    pub fn sensitive(&self) -> Vec<(UnitId, Kind, &'static Field)> {
        let mut found = Vec::new();
        for write in self.writes() {
            let Some(table) = Kind::from_name(&write.kind).map(Kind::table) else { continue };
            let filled = write.wishes.iter().filter_map(|w| match w {
                Wish::Put { field, value: Some(_), within: None } => Some(field),
                Wish::Add { set, .. } => Some(set),
                _ => None,
            });
            found.extend(filled.filter_map(|name| of(table, name)).map(|f| (write.unit, table.kind, f)));
        }
        found
    }
}

/// The sensitive fields that a change fills.
pub fn sensitive_of(change: &Change) -> Vec<&'static Field> {
    let Some(table) = Kind::from_name(&change.kind).map(Kind::table) else { return Vec::new() };
    let filled = change.ops.iter().filter_map(|op| match op {
        Op::Put { field, value: Some(_), within: None, .. } => Some(field),
        Op::Add { set, .. } => Some(set),
        _ => None,
    });
    filled.filter_map(|name| of(table, name)).collect()
}

fn of(table: &'static KindTable, name: &str) -> Option<&'static Field> {
    table.field(name).or_else(|| table.set(name)).filter(|f| f.sensitive.is_some())
}
