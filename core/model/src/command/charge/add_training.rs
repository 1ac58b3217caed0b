//! Add a training: for which roles, what it says, for how long it counts, whether it is required.

use crate::command::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, UNIT, training};
use crate::rejection::Rejection;
use crate::view::Held;

/// A training.
#[derive(Debug, Clone, PartialEq)]
pub struct AddTraining {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit below which it is for everybody of its roles.
    pub unit: UnitId,
    /// What it says.
    pub edits: Edits,
}

impl AddTraining {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Training)?;
        if !self.edits.add.iter().any(|(set, _)| set == training::FOR_ROLES) {
            return Err(Rejection::MissingField { field: training::FOR_ROLES });
        }
        Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &self.edits, actor)?.into())
    }
}
