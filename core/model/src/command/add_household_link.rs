//! Add a household link: neighbouring households with one head, in a unit.

use super::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, UNIT};
use crate::rejection::Rejection;
use crate::view::Held;

/// A household link in a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct AddHouseholdLink {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit that it is in.
    pub unit: UnitId,
    /// What is known about it; a label at least.
    pub edits: Edits,
}

impl AddHouseholdLink {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::HouseholdLink)?;
        Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &self.edits, actor)?.into())
    }
}
