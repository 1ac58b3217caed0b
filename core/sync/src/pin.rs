//! The server's key as a phone knows it before it ever spoke with it: a hash that travels in the invitation.
//!
//! Owns the hash and its text. Refuses to know certificates: whoever has one hands over its public key. Invariant: a pin is
//! of a key, not of a certificate, so that a certificate is renewed without anybody noticing.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// SHA-256 of a key's SubjectPublicKeyInfo, as in RFC 7469.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin([u8; 32]);

/// A text was no pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a pin")]
pub struct NotAPin;

impl Pin {
    /// The pin of a key, by the DER of its SubjectPublicKeyInfo.
    pub fn of_spki(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl FromStr for Pin {
    type Err = NotAPin;

    fn from_str(text: &str) -> Result<Self, NotAPin> {
        let bytes = BASE64URL_NOPAD.decode(text.trim().as_bytes()).map_err(|_| NotAPin)?;
        bytes.try_into().map(Self).map_err(|_| NotAPin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_it_was_written() {
        let pin = Pin::of_spki(b"a key");
        let text = pin.to_string();
        assert_eq!((text.len(), text.parse()), (43, Ok(pin)));
        for wrong in ["", "x", &text[1..], &format!("{text}A"), "网格"] {
            assert_eq!(wrong.parse::<Pin>(), Err(NotAPin));
        }
    }
}
