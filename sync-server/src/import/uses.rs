//! Uses: where sensitive fields are in use, as an import asks for it.
//!
//! Owns the question for each unit, asked once. Refuses to leave anything out. Invariant: as it is at one moment.

use crate::error::Result;
use crate::field_use::uses_at;
use crate::store::Tx;
use crate::tree;
use gridwalk_model::id::UnitId;
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::field_use::{self, FieldUse};
use gridwalk_model::time::Timestamp;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Where sensitive fields are in use, each unit asked for once.
pub struct Uses<'a> {
    tx: &'a dyn Tx,
    now: Timestamp,
    known: RefCell<BTreeMap<UnitId, Over>>,
}

/// The statements over a unit, and the units that they stand at.
type Over = Rc<(Vec<FieldUse>, BTreeSet<UnitId>)>;

impl<'a> Uses<'a> {
    /// As it is at a moment.
    pub fn at(tx: &'a dyn Tx, now: Timestamp) -> Self {
        Self { tx, now, known: RefCell::default() }
    }

    /// Whether a field is in use in a unit.
    pub fn has(&self, unit: UnitId, kind: Kind, field: &str) -> Result<bool> {
        let known = self.known.borrow().get(&unit).cloned();
        let over = if let Some(over) = known {
            over
        } else {
            let units = tree::with_above(self.tx, &[unit], None)?;
            let over: Over = Rc::new((uses_at(self.tx, &units)?, units));
            self.known.borrow_mut().insert(unit, over.clone());
            over
        };
        Ok(field_use::in_use(&over.0, kind.name(), field, &over.1, self.now))
    }
}
