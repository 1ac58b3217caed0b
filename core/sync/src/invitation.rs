//! The invitation to enrol: where the server is, which key it has, and the one-time code, as one text for a QR code.
//!
//! Owns the text. Refuses to know how codes are made. Invariant: a text that was cut off or changed is no invitation.

use crate::pin::Pin;
use data_encoding::BASE32_NOPAD;
use gridwalk_model::hash::Hash;
use std::fmt;
use std::str::FromStr;

/// What an invitation begins with.
const MARK: &str = "gridwalk1";
/// What stands between its parts: in no address, code or pin.
const GAP: char = '|';

/// What a phone must know to enrol.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The server's address, `https://host:port`.
    pub address: String,
    /// The one-time code.
    pub code: String,
    /// The server's key; none where a public authority vouches for it.
    pub pin: Option<Pin>,
}

/// A text was no invitation, or not a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an invitation")]
pub struct NotAnInvitation;

impl Invitation {
    /// Whether a text means to be an invitation.
    pub fn is_meant(text: &str) -> bool {
        text.trim().starts_with(MARK)
    }

    fn body(&self) -> String {
        let pin = self.pin.map(|pin| pin.to_string()).unwrap_or_default();
        format!("{MARK}{GAP}{}{GAP}{}{GAP}{pin}", self.address, self.code)
    }
}

/// Four signs that tell a whole text from a part of one.
fn sum(body: &str) -> String {
    let hash = Hash::with_context("gridwalk 2026 invitation", &[body.as_bytes()]);
    BASE32_NOPAD.encode(&hash.0[..5])
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body();
        write!(f, "{body}{GAP}{}", sum(&body))
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invitation({}, …)", self.address)
    }
}

impl FromStr for Invitation {
    type Err = NotAnInvitation;

    fn from_str(text: &str) -> Result<Self, NotAnInvitation> {
        let (body, told) = text.trim().rsplit_once(GAP).ok_or(NotAnInvitation)?;
        let parts: Vec<&str> = body.split(GAP).collect();
        let [MARK, address, code, pin] = parts[..] else { return Err(NotAnInvitation) };
        if sum(body) != told || address.is_empty() || code.is_empty() {
            return Err(NotAnInvitation);
        }
        let pin = if pin.is_empty() { None } else { Some(pin.parse().map_err(|_| NotAnInvitation)?) };
        Ok(Self { address: address.to_owned(), code: code.to_owned(), pin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_read_whole_or_not_at_all() {
        let pin = Some(Pin::of_spki(b"a key"));
        for pin in [pin, None] {
            let code = "0000-1111-2222-3333-4444-5555-6666".to_owned();
            let invitation = Invitation { address: "https://10.0.0.7:8443".to_owned(), code, pin };
            let text = invitation.to_string();
            assert!(Invitation::is_meant(&text) && text.len() < 150, "{text}");
            assert_eq!(text.parse(), Ok(invitation.clone()));
            assert!(!format!("{invitation:?}").contains("1111"), "no code in a log");
            for at in 0..text.len() {
                assert_eq!(text[..at].parse::<Invitation>(), Err(NotAnInvitation), "{at}");
                let mut other = text.clone().into_bytes();
                other[at] = if other[at] == b'7' { b'8' } else { b'7' };
                assert_eq!(String::from_utf8(other).unwrap().parse::<Invitation>(), Err(NotAnInvitation), "{at}");
            }
        }
    }
}
