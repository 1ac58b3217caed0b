//! Add a household behind a door, with those who live there: one save, one change each.

use super::{Actor, Blank, Decision, Edits, parent_unit};
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, household};
use crate::rejection::Rejection;
use crate::view::Held;

/// A household in a dwelling, with its residents.
#[derive(Debug, Clone, PartialEq)]
pub struct AddHousehold {
    /// The id that it is to have.
    pub record: RecordId,
    /// The dwelling, or the house where a village has no doors to count.
    pub dwelling: RecordId,
    /// What is known about it.
    pub edits: Edits,
    /// Those who live there, as far as they were met.
    pub residents: Vec<NewResident>,
}

/// A resident of a household that is being added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResident {
    /// The id that the resident's record is to have.
    pub record: RecordId,
    /// What is known; a name at least.
    pub edits: Edits,
}

impl AddHousehold {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Household)?;
        let unit = parent_unit(held, self.dwelling, household::ABOVE)?;
        if self.edits.fields.is_empty() && self.residents.is_empty() {
            return Err(Rejection::NothingToDo);
        }
        let first = blank.write(unit, Some((PARENT, self.dwelling)), &self.edits, actor)?;
        let more = self.residents.iter().map(|resident| {
            let blank = Blank::of(held, resident.record, Kind::Resident)?;
            blank.write(unit, Some((PARENT, self.record)), &resident.edits, actor)
        });
        Ok(Decision { first, more: more.collect::<Result<_, _>>()? })
    }
}
