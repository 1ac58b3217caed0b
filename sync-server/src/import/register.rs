//! The register as it is: what stands below a unit, by the keys that a table would give it.
//!
//! Owns making keys of records. Refuses to change any. Invariant: a record and a row that say the same have the same key.

use super::key::{self, Key, Secret};
use super::natural_key::{building_key, dwelling_key, household_key, organisation_key, resident_key};
use super::unit::Units;
use crate::error::Result;
use crate::store::Tx;
use gridwalk_model::exchange::Key as AudienceKey;
use gridwalk_model::id::RecordId;
use gridwalk_model::kind::{Kind, PARENT, UNIT};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::value::Value;
use std::collections::HashMap;

/// Records by kind and key.
#[derive(Debug, Default)]
pub struct Register {
    by_key: HashMap<(Kind, Key), RecordId>,
}

/// Kinds that tables name, those above first.
const KINDS: [Kind; 7] =
    [Kind::Estate, Kind::Building, Kind::Dwelling, Kind::Household, Kind::Resident, Kind::Organisation, Kind::Premises];

/// What is known of records whose keys those below need.
#[derive(Default)]
struct Above {
    keys: HashMap<RecordId, Key>,
    names: HashMap<RecordId, String>,
    /// The door of a household.
    doors: HashMap<RecordId, Key>,
}

fn text<'a>(state: &'a State, field: &str) -> Option<&'a str> {
    state.value(field)?.as_text()
}

impl Register {
    /// All that stands below the unit of an import.
    pub fn load(tx: &dyn Tx, units: &Units, secret: &Secret) -> Result<Self> {
        let space = units.base.space;
        let mut by_kind: HashMap<Kind, Vec<RecordId>> = HashMap::new();
        for record in tx.audience_records(space, AudienceKey::unit(units.base.id))? {
            let Some(row) = tx.state(space, record)? else { continue };
            if let Some(kind) = Kind::from_name(&row.kind).filter(|kind| KINDS.contains(kind)) {
                by_kind.entry(kind).or_default().push(record);
            }
        }
        let (mut register, mut above) = (Self::default(), Above::default());
        for kind in KINDS {
            for record in by_kind.remove(&kind).unwrap_or_default() {
                let Some(row) = tx.state(space, record)? else { continue };
                let state = read_state(&row.bytes)?;
                if state.is_deleted() || state.moved_to().is_some() {
                    continue;
                }
                for key in keys_of(&state, kind, units, secret, &mut above).into_iter().flatten() {
                    register.by_key.entry((kind, key)).or_insert(record);
                }
            }
        }
        Ok(register)
    }

    /// The record of a key.
    pub fn find(&self, kind: Kind, key: Key) -> Option<RecordId> {
        self.by_key.get(&(kind, key)).copied()
    }
}

/// The keys of a record: the one by which it is told apart, and for a household that of its door alone.
fn keys_of(state: &State, kind: Kind, units: &Units, secret: &Secret, above: &mut Above) -> [Option<Key>; 2] {
    let record = state.record;
    let parent = state.value(PARENT).and_then(Value::as_id);
    let village = state.value(UNIT).and_then(Value::as_id).map(|unit| units.village(unit.unit())).unwrap_or_default();
    let name = text(state, "name").unwrap_or_default();
    let parent_key = parent.and_then(|parent| above.keys.get(&parent).copied());
    let key = match kind {
        Kind::Estate => {
            above.names.insert(record, key::bare(name));
            Some(secret.key(&[b"estate", &village.0, key::bare(name).as_bytes()]))
        }
        Kind::Building => {
            let estate = parent.and_then(|parent| above.names.get(&parent)).map_or("", String::as_str);
            Some(building_key(secret, village, estate, name))
        }
        Kind::Dwelling => parent_key.map(|building| {
            let part = |field: &str| text(state, field).map(key::part).unwrap_or_default();
            dwelling_key(secret, building, &part("entrance"), &part("number"))
        }),
        Kind::Household => {
            let Some(door) = parent_key else { return [None, None] };
            above.doors.insert(record, door);
            let keys = [text(state, "head").unwrap_or_default(), ""].map(|given| household_key(secret, door, given));
            above.keys.insert(record, keys[0]);
            return keys.map(Some);
        }
        Kind::Resident => parent.and_then(|household| above.doors.get(&household).copied()).map(|door| {
            resident_key(secret, door, text(state, "id_number"), name, state.value("birth").and_then(Value::as_int))
        }),
        Kind::Organisation => Some(organisation_key(secret, village, text(state, "uscc"), name)),
        Kind::Premises => {
            let at = parent_key.map(|key| data_encoding::HEXLOWER.encode(&key));
            let at = at.unwrap_or_else(|| text(state, "address").map(key::bare).unwrap_or_default());
            Some(secret.key(&[b"premises", &village.0, at.as_bytes(), key::bare(name).as_bytes()]))
        }
        _ => None,
    };
    if let Some(key) = key {
        above.keys.insert(record, key);
    }
    [key, None]
}
