//! Keys: by which a row of a table is known again, and the record id that follows from it.
//!
//! Owns the one form of names and door numbers that keys are made of, and the derivation of ids. Refuses to know rows.
//! Invariant: keys and ids depend on the server's secret and on what the table says alone, so that a restored server that
//! imports a table again meets the records that phones still hold; who lacks the secret learns nothing from an id.

use gridwalk_model::check::half_width;
use gridwalk_model::door::{self, Blocks};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::id_number;

/// What a row, or a thing that it names, is known by.
pub type Key = [u8; 16];

/// The server's secret for keys.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Made of the server's signing key, in a space.
    pub fn new(server_key: &[u8; 32], space: SpaceId) -> Self {
        Self(Hash::with_context("gridwalk import secret", &[server_key, &space.0]).0)
    }

    fn short(&self, context: &str, parts: &[&[u8]]) -> Key {
        let all: Vec<&[u8]> = std::iter::once(self.0.as_slice()).chain(parts.iter().copied()).collect();
        let mut key = [0; 16];
        key.copy_from_slice(&Hash::with_context(context, &all).0[..16]);
        key
    }

    /// A key of these parts, the first saying what sort of thing it is.
    pub fn key(&self, parts: &[&[u8]]) -> Key {
        self.short("gridwalk import key", parts)
    }

    /// The record id of a key; `generation` counts how often the record of this key was undone. Records of one place
    /// stand together.
    pub fn record(&self, place: Key, key: Key, generation: u32) -> RecordId {
        let mut id = self.short("gridwalk import record", &[&key, &generation.to_be_bytes()]);
        id[..6].copy_from_slice(&place[..6]);
        // A UUID of version 8: its bits mean what its maker says.
        id[6] = (id[6] & 0x0f) | 0x80;
        id[8] = (id[8] & 0x3f) | 0x80;
        RecordId(id)
    }
}

/// Letters, digits and characters alone, half-width, in capitals.
pub fn bare(text: &str) -> String {
    half_width(text).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// A building's name as it is compared: `3幢`, `３号楼` and `三幢` are one.
pub fn building(name: &str) -> String {
    let read = door::read(name);
    let number = match &read.building {
        Blocks::Unsaid | Blocks::None => return bare(name),
        blocks => blocks.each().join(","),
    };
    format!("{}|{number}|{}", bare(&read.place), bare(&read.rest))
}

/// An entrance or a door without its word and leading zeros: `01单元` is `1`, `0101室` is `101`.
pub fn part(text: &str) -> String {
    let bare = bare(text);
    let short = ["单元", "门洞", "梯", "座", "室", "房", "号", "户"].iter().find_map(|word| bare.strip_suffix(word));
    let short = short.unwrap_or(&bare);
    let number = short.trim_start_matches('0');
    if number.is_empty() { short.to_owned() } else { number.to_owned() }
}

/// The eighteen characters of an identity number that can be compared.
pub fn id_text(text: &str) -> Option<String> {
    let read = id_number::read(text);
    let number = read.full.unwrap_or(read.number);
    let first = number.chars().next()?;
    (number.chars().count() >= 7 && !number.chars().all(|c| c == first)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_has_one_form() {
        assert_eq!(building("3幢"), building("３号楼"));
        assert_eq!(building("香樟苑3幢"), building("香樟苑 3 栋"));
        assert_ne!(building("3幢"), building("13幢"));
        assert_eq!(building("供销社大楼"), "供销社大楼");
        assert_eq!([part("01单元"), part("0101室"), part("a座"), part("0")], ["1", "101", "A", "0"]);
        assert_eq!(id_text("110105491231002"), id_text("11010519491231002x"));
        assert_eq!([id_text("无"), id_text("000000000000000000")], [None, None]);
    }

    #[test]
    fn ids_follow_from_keys_and_the_secret() {
        let (one, other) = (Secret::new(&[1; 32], SpaceId([1; 16])), Secret::new(&[2; 32], SpaceId([1; 16])));
        let key = one.key(&[b"resident", b"x"]);
        assert_eq!(one.record(key, key, 0), one.record(key, key, 0));
        assert_ne!(one.record(key, key, 0), one.record(key, key, 1));
        assert_ne!(one.key(&[b"ab", b"c"]), one.key(&[b"a", b"bc"]));
        assert_ne!(key, other.key(&[b"resident", b"x"]));
        let id = uuid::Uuid::from_bytes(one.record(key, key, 0).0);
        assert_eq!((id.get_version_num(), id.get_variant()), (8, uuid::Variant::RFC4122));
    }
}
