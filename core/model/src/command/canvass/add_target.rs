//! Add a place to a campaign's list that the register did not know: found on the spot, and marked as such.
//!
//! Two people who find one door without a signal make two records; they count as one place, and are proposed as one.

use super::make_baseline::door_label;
use crate::command::{Actor, Blank, Decision, Edits, home_unit, parent_unit};
use crate::coverage::door_in_building;
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, PARENT, UNIT, target};
use crate::rejection::Rejection;
use crate::view::Held;

/// A place that was found on the spot.
#[derive(Debug, Clone, PartialEq)]
pub struct AddTarget {
    /// The id that it is to have.
    pub record: RecordId,
    /// The campaign.
    pub campaign: RecordId,
    /// The unit that it is in; that of its building or place if nothing is said.
    pub unit: Option<UnitId>,
    /// The building or estate that it is in.
    pub building: Option<RecordId>,
    /// The record of the register, if somebody added it there meanwhile.
    pub place: Option<RecordId>,
    /// What stands there: `2单元501`, or the name of premises.
    pub label: String,
    /// What is known about it beside that; a door if nothing else is said.
    pub edits: Edits,
}

impl AddTarget {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Target)?;
        parent_unit(held, self.campaign, &[Kind::Campaign])?;
        let unit = self.unit.or_else(|| home_unit(held, self.building.or(self.place)?));
        let unit = unit.filter(|u| *u != UnitId::default()).ok_or(Rejection::MissingField { field: UNIT })?;
        let mut edits = self.edits.clone().put(PARENT, self.campaign).put(target::FOUND, true);
        if let Some(building) = self.building {
            parent_unit(held, building, &[Kind::Building, Kind::Estate])?;
            edits = edits.put(target::BUILDING, building);
            if let Some(name) = held.state(building).and_then(|b| b.value("name")) {
                edits.fields.entry("building_name".to_owned()).or_insert_with(|| Some(name.clone()));
            }
        }
        if let Some(place) = self.place {
            parent_unit(held, place, target::PLACES)?;
            edits = edits.put(target::PLACE, place);
        }
        let sort = edits.fields.entry("sort".to_owned()).or_insert_with(|| Some("door".into()));
        let is_door = sort.as_ref().and_then(|s| s.as_text()) == Some("door");
        let label = if is_door && self.building.is_some() {
            tell_door(&mut edits, &self.label);
            door_label(None, &self.label)
        } else {
            self.label.trim().to_owned()
        };
        let edits = edits.put(target::LABEL, label);
        Ok(blank.write(unit, Some((UNIT, unit.record())), &edits, actor)?.into())
    }
}

/// Entrance, floor and door as far as the label tells them, so that it stands in the walking order.
fn tell_door(edits: &mut Edits, label: &str) {
    let read = door_in_building(label);
    let parts = [
        ("entrance", read.entrance.text().map(crate::Value::from)),
        ("floor", read.floor.map(|floor| crate::Value::Int(i64::from(floor)))),
        ("door", read.door.text().map(crate::Value::from)),
    ];
    for (field, value) in parts {
        if let Some(value) = value {
            edits.fields.entry(field.to_owned()).or_insert(Some(value));
        }
    }
}
