//! Add a household of a village: a house of its own in a group, without doors to count; one save.

use super::{Actor, Blank, Decision, Edits, NewResident};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, PARENT, UNIT, household};
use crate::rejection::Rejection;
use crate::view::Held;
use crate::walk_order::WalkKey;

/// The code of a house that a family built for itself.
const HOUSE: &str = "house";

/// A household with its house, in a villagers' group.
#[derive(Debug, Clone, PartialEq)]
pub struct AddVillageHousehold {
    /// The id that the household is to have.
    pub record: RecordId,
    /// The id that the house is to have.
    pub house: RecordId,
    /// The group, or the grid where nobody knows the group.
    pub unit: UnitId,
    /// What the house is called: a number, or the family's name.
    pub house_name: String,
    /// Its place in the walking order.
    pub walk: Option<WalkKey>,
    /// What is known about the household.
    pub edits: Edits,
    /// Those who live there, as far as they were met.
    pub residents: Vec<NewResident>,
}

impl AddVillageHousehold {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let house = Edits::none().put("name", self.house_name.as_str()).put("kind", HOUSE);
        let house = Blank::of(held, self.house, Kind::Building)?.write(
            self.unit,
            Some((UNIT, self.unit.record())),
            &house,
            actor,
        )?;
        let mut edits = self.edits.clone();
        if let Some(walk) = &self.walk {
            edits = edits.put(household::WALK, walk.as_str());
        }
        let blank = Blank::of(held, self.record, Kind::Household)?;
        let first = blank.write(self.unit, Some((PARENT, self.house)), &edits, actor)?;
        let mut more = vec![house];
        for resident in &self.residents {
            let blank = Blank::of(held, resident.record, Kind::Resident)?;
            more.push(blank.write(self.unit, Some((PARENT, self.record)), &resident.edits, actor)?);
        }
        Ok(Decision { first, more })
    }
}
