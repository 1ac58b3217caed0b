//! Natural keys: what tells a building, a door, a household, a resident from others of a village.
//!
//! Owns of which words each is made. Refuses to read cells and records. Invariant: a record and a row that say the same
//! have the same key.

use super::key::{self, Key, Secret};
use gridwalk_model::id::UnitId;

/// The key of a building: its name in its estate, in its village.
pub fn building_key(secret: &Secret, village: UnitId, estate: &str, name: &str) -> Key {
    secret.key(&[b"building", &village.0, estate.as_bytes(), key::building(name).as_bytes()])
}

/// The key of a dwelling: entrance and number in its building, in the form of `key::part`.
pub fn dwelling_key(secret: &Secret, building: Key, entrance: &str, number: &str) -> Key {
    secret.key(&[b"dwelling", &building, entrance.as_bytes(), number.as_bytes()])
}

/// The key of a household: what tells it from others behind its door, or nothing.
pub fn household_key(secret: &Secret, door: Key, given: &str) -> Key {
    secret.key(&[b"household", &door, key::bare(given).as_bytes()])
}

/// The key of a resident: the identity number, or name and birth behind a door.
pub fn resident_key(secret: &Secret, door: Key, id: Option<&str>, name: &str, birth: Option<i64>) -> Key {
    if let Some(id) = id.and_then(key::id_text) {
        return secret.key(&[b"resident", b"id", id.as_bytes()]);
    }
    let birth = birth.map(|day| day.to_string()).unwrap_or_default();
    secret.key(&[b"resident", b"named", &door, key::bare(name).as_bytes(), birth.as_bytes()])
}

/// The key of an organisation: its code, or its name in its village.
pub fn organisation_key(secret: &Secret, village: UnitId, uscc: Option<&str>, name: &str) -> Key {
    match uscc {
        Some(uscc) => secret.key(&[b"organisation", b"uscc", uscc.as_bytes()]),
        None => secret.key(&[b"organisation", &village.0, key::bare(name).as_bytes()]),
    }
}
