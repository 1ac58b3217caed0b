//! Put places of the register on a campaign's list: each once, whoever does it and however often.
//!
//! A target's id follows from campaign and place, so that two people who make the same list without a signal make the
//! same records. A place that left the list is not put on it again.

use crate::command::{Actor, Blank, Decision, Edits, Write, home_unit, parent_unit};
use crate::coverage;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, UNIT, target};
use crate::limits;
use crate::rejection::Rejection;
use crate::state::State;
use crate::view::Held;

/// Places of the register on a campaign's list.
#[derive(Debug, Clone, PartialEq)]
pub struct MakeBaseline {
    /// The campaign.
    pub campaign: RecordId,
    /// Estates, dwellings, village houses, premises and facilities; at most `limits::BASELINE_PLACES_MAX` at once.
    pub places: Vec<RecordId>,
}

/// The id of the target of a place in a campaign: the campaign's time, then a hash of both.
pub fn target_of(campaign: RecordId, place: RecordId) -> RecordId {
    RecordId::made_of("gridwalk 2026 target", campaign, &place.0)
}

impl MakeBaseline {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        parent_unit(held, self.campaign, &[Kind::Campaign])?;
        let most = limits::BASELINE_PLACES_MAX;
        if self.places.len() > most {
            let max = i64::try_from(most).unwrap_or(i64::MAX);
            return Err(Rejection::OutOfRange { field: target::PLACE, min: 1, max });
        }
        let mut writes = Vec::new();
        for place in &self.places {
            match Blank::of(held, target_of(self.campaign, *place), Kind::Target) {
                Ok(blank) => writes.push(self.write(held, actor, &blank, *place)?),
                // It is on the list, or left it.
                Err(Rejection::RecordExists) => {}
                Err(other) => return Err(other),
            }
        }
        Decision::of(writes)
    }

    fn write(&self, held: &impl Held, actor: &Actor, blank: &Blank, place: RecordId) -> Result<Write, Rejection> {
        let state = held.state(place).ok_or(Rejection::UnknownRecord)?;
        let kind = Kind::from_name(state.kind()).filter(|k| target::PLACES.contains(k));
        let kind = kind.ok_or_else(|| Rejection::UnknownKind { kind: state.kind().to_owned() })?;
        let unit = home_unit(held, place).unwrap_or_default();
        let edits = copied(held, state, kind).put(PARENT, self.campaign).put(target::PLACE, place);
        // Others may make the same record without a signal: what both write is equal, and no disagreement.
        blank.write(unit, Some((UNIT, unit.record())), &edits, actor)
    }
}

/// What stands on the street of a place, as a target bears it.
fn copied(held: &impl Held, state: &State, kind: Kind) -> Edits {
    let text = |state: &State, field: &str| state.value(field)?.as_text().map(str::to_owned);
    let sort = match kind {
        Kind::Dwelling | Kind::Building => "door",
        Kind::Premises => "premises",
        Kind::Facility => "facility",
        _ => "estate",
    };
    let mut edits = Edits::none().put("sort", sort);
    let mut put = |field: &str, value: Option<String>| {
        if let Some(value) = value {
            edits = std::mem::take(&mut edits).put(field, value);
        }
    };
    put("address", text(state, "address").or_else(|| text(state, "place")));
    let above = state.value(PARENT).and_then(crate::Value::as_id).and_then(|id| held.state(id));
    let building = above.filter(|s| [Kind::Building.name(), Kind::Estate.name()].contains(&s.kind()));
    put("building_name", building.and_then(|b| text(b, "name")));
    if kind == Kind::Dwelling {
        let (entrance, number) = (text(state, "entrance"), text(state, "number").unwrap_or_default());
        let address = building.and_then(|b| text(b, "address"));
        put("address", address);
        put(target::LABEL, Some(door_label(entrance.as_deref(), &number)));
        put("entrance", entrance);
        put("door", Some(number));
    } else {
        let named = || text(state, "kind").unwrap_or_else(|| kind.name().to_owned());
        put(target::LABEL, Some(text(state, "name").unwrap_or_else(named)));
    }
    if let Some(building) = building {
        edits = edits.put(target::BUILDING, building.record);
    }
    match state.value("floor") {
        Some(floor) if kind == Kind::Dwelling => edits.put("floor", floor.clone()),
        _ => edits,
    }
}

/// A door of a building as signs have it: `2单元501室`.
pub(super) fn door_label(entrance: Option<&str>, number: &str) -> String {
    let read = match entrance.map(str::trim).filter(|e| !e.is_empty()) {
        Some(entrance) if entrance.ends_with("单元") => coverage::door_in_building(&format!("{entrance}{number}")),
        Some(entrance) => coverage::door_in_building(&format!("{entrance}单元{number}")),
        None => coverage::door_in_building(number),
    };
    let text = read.canonical();
    if text.is_empty() { number.to_owned() } else { text }
}
