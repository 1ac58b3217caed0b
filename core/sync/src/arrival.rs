//! Arrivals: phones that wait until somebody compared six digits, and people who joined by a poster, as a supervisor has them
//! in hand.
//!
//! Owns the bodies of `/v1/arrivals` and what is below it. Refuses to say who may: the server's rights do. Invariant: the
//! digits of a phone are in no answer; whoever confirms has them from the phone itself.

use gridwalk_model::id::{AccountId, DeviceId};

/// `GET /v1/arrivals`: those whom the asker may decide about.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Arrivals {
    /// Phones that wait.
    pub phones: Vec<ArrivedPhone>,
    /// People who joined and whom nobody has looked at.
    pub newcomers: Vec<Newcomer>,
}

/// A phone that waits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ArrivedPhone {
    /// The phone.
    pub device: DeviceId,
    /// What its person calls it.
    pub device_name: String,
    /// Whose it is.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// Names of the person's roles.
    pub roles: Vec<String>,
    /// Names of the units in which they work.
    pub units: Vec<String>,
    /// Since when it waits, milliseconds.
    pub since: i64,
}

/// Somebody who joined.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Newcomer {
    /// Their account.
    pub account: AccountId,
    /// Their name, as they wrote it.
    pub name: String,
    /// A trace of their phone number; their reports bear it whole, for whoever may have it shown.
    pub phone: String,
    /// Name of the grid.
    pub unit: String,
    /// When they joined, milliseconds.
    pub joined_at: i64,
}

/// `POST /v1/arrivals/phone`: somebody looked at a phone's screen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PhoneSeen {
    /// The phone.
    pub device: DeviceId,
    /// The digits that it shows.
    pub digits: String,
}

/// `POST /v1/arrivals/newcomer`: somebody looked at who joined.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NewcomerSeen {
    /// Their account.
    pub account: AccountId,
    /// Whether they are a volunteer from now on.
    pub accepted: bool,
    /// Why not, if they are not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
