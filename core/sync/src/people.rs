//! The names of colleagues: what is asked, and what is told.
//!
//! Owns the two bodies of `POST /v1/people`. Refuses to be a list of staff: whoever asks names the record in which they
//! met the person. Invariant: one answer for each person that the server knows and the asker may know of, no other.

use gridwalk_model::id::{AccountId, RecordId, SpaceId};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PeopleRequest {
    /// The people; at most `limits::PEOPLE_ASKED_MAX`.
    pub people: Vec<PersonMet>,
}

/// A person, and where the asker met them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PersonMet {
    /// The person's account.
    pub account: AccountId,
    /// The space that the record lives in.
    pub space: SpaceId,
    /// A record that the asker sees and that names the person.
    pub record: RecordId,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PeopleTold {
    /// The people.
    pub people: Vec<PersonNamed>,
}

/// A person by name.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PersonNamed {
    /// The person's account.
    pub account: AccountId,
    /// The name as it stands at the server.
    pub name: String,
}
