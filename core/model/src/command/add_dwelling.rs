//! Add a dwelling: a door of a building.

use super::{Actor, Blank, Decision, Edits, parent_unit};
use crate::id::RecordId;
use crate::kind::{Kind, PARENT};
use crate::rejection::Rejection;
use crate::view::Held;

/// A dwelling in a building.
#[derive(Debug, Clone, PartialEq)]
pub struct AddDwelling {
    /// The id that it is to have.
    pub record: RecordId,
    /// The building.
    pub building: RecordId,
    /// What is known about it; a number at least.
    pub edits: Edits,
}

impl AddDwelling {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Dwelling)?;
        let unit = parent_unit(held, self.building, &[Kind::Building])?;
        let edits = self.edits.clone().with_door(&building_name(held, self.building));
        Ok(blank.write(unit, Some((PARENT, self.building)), &edits, actor)?.into())
    }
}

/// The name of a building; nothing if it is not here.
pub(super) fn building_name(held: &impl Held, building: RecordId) -> String {
    let name = || held.state(building)?.value("name")?.as_text();
    name().unwrap_or_default().to_owned()
}
