//! Add a resident to a household.

use super::{Actor, Blank, Decision, Edits, parent_unit};
use crate::id::RecordId;
use crate::kind::{Kind, PARENT};
use crate::rejection::Rejection;
use crate::view::Held;

/// A resident in a household.
#[derive(Debug, Clone, PartialEq)]
pub struct AddResident {
    /// The id that the record is to have.
    pub record: RecordId,
    /// The household.
    pub household: RecordId,
    /// What is known; a name at least.
    pub edits: Edits,
}

impl AddResident {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Resident)?;
        let unit = parent_unit(held, self.household, &[Kind::Household])?;
        Ok(blank.write(unit, Some((PARENT, self.household)), &self.edits, actor)?.into())
    }
}
