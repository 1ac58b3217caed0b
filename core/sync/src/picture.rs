//! A picture's way to the server and back: in pieces, each at the place where the last one ended.
//!
//! Owns the paths and the answer to a piece. Refuses to know what a picture shows. Invariant: an answer says how much is
//! there, so that whoever was cut off goes on from it.

use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, SpaceId};

/// What the server says to a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PictureTaken {
    /// How many bytes it has from the beginning: where the next piece begins.
    pub offset: u64,
    /// Whether it has all of it, and it is what its hash says.
    pub stored: bool,
}

/// Where a picture of a record is asked for.
pub fn path(space: SpaceId, record: RecordId, hash: Hash) -> String {
    format!("/v1/pictures/{space}/{record}/{hash}")
}

/// Where a piece of it is put that begins at an offset.
pub fn piece_path(space: SpaceId, record: RecordId, hash: Hash, offset: u64) -> String {
    format!("{}/{offset}", path(space, record, hash))
}

/// Whether these bytes are the content of that hash.
pub fn is_content(bytes: &[u8], hash: Hash) -> bool {
    Hash::of_content(bytes) == hash
}
