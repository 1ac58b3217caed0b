//! Enrolment: what a phone says to become a device, and what it is told. JSON, because a person may have to read it.
//!
//! Owns the shapes. Refuses to know how codes are kept. Invariant: the private key never leaves the phone.

use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, SpaceId, UnitId};

/// Six digits of a device's public key, for two people to compare: what stands on the phone and what the server has.
pub fn fingerprint(public_key: &[u8; 32]) -> String {
    let hash = Hash::with_context("gridwalk 2026 device fingerprint", &[public_key]);
    let number = hash.0.iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte)) % 1_000_000;
    format!("{:03} {:03}", number / 1000, number % 1000)
}

/// `POST /v1/enrol`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EnrolRequest {
    /// The one-time code, as typed.
    pub code: String,
    /// The device's Ed25519 public key, base64url.
    pub public_key: String,
    /// What the person calls the phone.
    pub device_name: String,
    /// Whose phone it is already: a code for somebody else makes nothing, and stays good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// `POST /v1/join`: somebody scanned a poster, and began by themselves. Signed by the key that it brings.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct JoinRequest {
    /// The poster's code.
    pub code: String,
    /// The device that the phone made itself.
    pub device: DeviceId,
    /// The account that the phone made itself.
    pub account: AccountId,
    /// The device's Ed25519 public key, base64url.
    pub public_key: String,
    /// What the person calls the phone.
    pub device_name: String,
    /// The person's name, as they wrote it.
    pub name: String,
    /// The person's phone number.
    pub phone: String,
    /// When they agreed to the sentence on privacy, by their clock, milliseconds.
    pub agreed_at: i64,
    /// The version of that sentence.
    pub sentence: u32,
}

/// One space that the account works in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SpaceInfo {
    /// The space.
    pub space: SpaceId,
    /// Whether it holds the reference data (units).
    pub reference: bool,
    /// Its name.
    pub name: String,
    /// Units of the account's grants there.
    pub units: Vec<UnitId>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Enrolled {
    /// The new device.
    pub device: DeviceId,
    /// The person's account.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// Names of the person's roles.
    pub roles: Vec<String>,
    /// The server's Ed25519 public key, base64url: receipts are checked with it.
    pub server_key: String,
    /// The spaces to pull.
    pub spaces: Vec<SpaceInfo>,
    /// The server's time, milliseconds.
    pub now: i64,
}

/// The answer to `GET /v1/me`: who the device's person is and where they work now; the phone asks at the start of a
/// session, so that a grant in a new space reaches it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Me {
    /// The person's account.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// Names of the person's roles.
    pub roles: Vec<String>,
    /// The spaces to pull.
    pub spaces: Vec<SpaceInfo>,
    /// The pins of the server's own key and of the one announced to come after it; none where a public authority vouches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<String>,
    /// The server's time, milliseconds.
    pub now: i64,
}

/// The answer to `GET /v1/handover/{seal}`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Vouched {
    /// Whether it stands in a verified backup, or long enough: the phone may drop its sealed copy.
    pub safe: bool,
}

/// `POST /v1/purged`: the phone says that nothing of these spaces is left on it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Purged {
    /// The spaces.
    pub spaces: Vec<SpaceId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_has_six_digits_and_hangs_on_the_key() {
        let prints: std::collections::BTreeSet<String> = (0..=255).map(|n| fingerprint(&[n; 32])).collect();
        assert!(
            prints.iter().all(|p| p.len() == 7 && p.chars().filter(char::is_ascii_digit).count() == 6),
            "{prints:?}"
        );
        assert!(prints.len() > 250);
        assert_eq!(fingerprint(&[7; 32]), fingerprint(&[7; 32]));
    }
}
