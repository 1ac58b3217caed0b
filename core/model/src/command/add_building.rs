//! Add a building: a place with a home unit.

use super::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, UNIT};
use crate::rejection::Rejection;
use crate::view::Held;

/// A building in a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct AddBuilding {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit that it stands in.
    pub unit: UnitId,
    /// What is known about it; a name at least.
    pub edits: Edits,
}

impl AddBuilding {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Building)?;
        Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &self.edits, actor)?.into())
    }
}
