//! The poster of a grid: all that a phone needs to begin with, as one text for a QR code that hangs on a gate.
//!
//! Owns the text. Refuses to know who joins and how codes are kept. Invariant: a text that was cut off or changed is no
//! poster; what stands in it is enough to type a report where there is no network at all.

use crate::pin::Pin;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{SpaceId, UnitId};
use std::fmt;
use std::str::FromStr;

/// What a poster begins with; a later form of the text begins otherwise.
const MARK: &str = "gridwalkposter1";
/// What stands between its parts: in no address, id, key or pin, and taken out of the unit's name.
const GAP: char = '|';
/// Random bytes of a poster's code.
pub const POSTER_CODE_BYTES: usize = 16;
/// The version of the sentence on privacy that this program shows before anybody joins.
pub const SENTENCE_VERSION: u32 = 1;

/// The code of a poster: whoever has it may join, and it may be used again and again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PosterCode([u8; POSTER_CODE_BYTES]);

/// A poster as a phone reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poster {
    /// The server's address, `https://host:port`.
    pub address: String,
    /// The server's key; none where a public authority vouches for it.
    pub pin: Option<Pin>,
    /// The server's Ed25519 public key: receipts are checked with it, and bundles sealed to it.
    pub server_key: [u8; 32],
    /// The space of the organisation tree.
    pub reference: SpaceId,
    /// The space that reports are written to.
    pub space: SpaceId,
    /// The grid.
    pub unit: UnitId,
    /// Its name, as it stands on the paper.
    pub unit_name: String,
    /// The code.
    pub code: PosterCode,
}

/// A text was no poster, or not a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a poster")]
pub struct NotAPoster;

impl PosterCode {
    /// A code of these random bytes.
    pub const fn new(random: [u8; POSTER_CODE_BYTES]) -> Self {
        Self(random)
    }

    /// What is kept of it.
    pub fn hash(&self) -> Hash {
        Hash::with_context("gridwalk 2026 poster code", &[&self.0])
    }
}

impl fmt::Display for PosterCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for PosterCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PosterCode(…)")
    }
}

impl FromStr for PosterCode {
    type Err = NotAPoster;

    fn from_str(text: &str) -> Result<Self, NotAPoster> {
        fixed(text).map(Self)
    }
}

impl Poster {
    /// Whether a text means to be a poster.
    pub fn is_meant(text: &str) -> bool {
        text.trim().starts_with("gridwalkposter")
    }

    fn body(&self) -> String {
        let pin = self.pin.map(|pin| pin.to_string()).unwrap_or_default();
        let id = |id: &[u8; 16]| BASE64URL_NOPAD.encode(id);
        let parts = [
            MARK.to_owned(),
            self.address.clone(),
            pin,
            BASE64URL_NOPAD.encode(&self.server_key),
            id(&self.reference.0),
            id(&self.space.0),
            id(&self.unit.0),
            self.unit_name.replace(GAP, "/"),
            self.code.to_string(),
        ];
        parts.join(&GAP.to_string())
    }
}

/// Eight signs that tell a whole text from a part of one.
fn sum(body: &str) -> String {
    let hash = Hash::with_context("gridwalk 2026 poster", &[body.as_bytes()]);
    BASE32_NOPAD.encode(&hash.0[..5])
}

fn fixed<const N: usize>(text: &str) -> Result<[u8; N], NotAPoster> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| NotAPoster)?;
    bytes.try_into().map_err(|_| NotAPoster)
}

impl fmt::Display for Poster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body();
        write!(f, "{body}{GAP}{}", sum(&body))
    }
}

impl FromStr for Poster {
    type Err = NotAPoster;

    fn from_str(text: &str) -> Result<Self, NotAPoster> {
        let (body, told) = text.trim().rsplit_once(GAP).ok_or(NotAPoster)?;
        let parts: Vec<&str> = body.split(GAP).collect();
        let [MARK, address, pin, server_key, reference, space, unit, unit_name, code] = parts[..] else {
            return Err(NotAPoster);
        };
        if sum(body) != told || address.is_empty() {
            return Err(NotAPoster);
        }
        Ok(Self {
            address: address.to_owned(),
            pin: if pin.is_empty() { None } else { Some(pin.parse().map_err(|_| NotAPoster)?) },
            server_key: fixed(server_key)?,
            reference: SpaceId(fixed(reference)?),
            space: SpaceId(fixed(space)?),
            unit: UnitId(fixed(unit)?),
            unit_name: unit_name.to_owned(),
            code: code.parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poster(pin: Option<Pin>) -> Poster {
        Poster {
            address: "https://10.0.0.7:8443".to_owned(),
            pin,
            server_key: [7; 32],
            reference: SpaceId([1; 16]),
            space: SpaceId([2; 16]),
            unit: UnitId([3; 16]),
            unit_name: "光明社区第一网格".to_owned(),
            code: PosterCode::new([4; POSTER_CODE_BYTES]),
        }
    }

    #[test]
    fn a_poster_is_read_whole_or_not_at_all() {
        for pin in [Some(Pin::of_spki(b"a key")), None] {
            let poster = poster(pin);
            let text = poster.to_string();
            assert!(Poster::is_meant(&text) && text.len() < 300, "{} bytes make too fine a code", text.len());
            assert_eq!(text.parse(), Ok(poster.clone()));
            assert_eq!(format!(" {text}\n").parse(), Ok(poster));
            for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
                assert_eq!(text[..at].parse::<Poster>(), Err(NotAPoster), "{at}");
                let mut other = text.clone().into_bytes();
                if other[at].is_ascii() {
                    other[at] = if other[at] == b'7' { b'8' } else { b'7' };
                    assert_eq!(String::from_utf8(other).unwrap().parse::<Poster>(), Err(NotAPoster), "{at}");
                }
            }
        }
    }

    #[test]
    fn a_code_is_in_no_log_and_what_is_kept_is_not_the_code() {
        let code = PosterCode::new([9; POSTER_CODE_BYTES]);
        assert_eq!(format!("{code:?}"), "PosterCode(…)");
        assert_ne!(code.hash().0[..POSTER_CODE_BYTES], [9; POSTER_CODE_BYTES]);
        assert_eq!(code.to_string().parse(), Ok(code));
        assert_eq!("x".parse::<PosterCode>(), Err(NotAPoster));
    }

    #[test]
    fn a_name_with_the_gap_in_it_does_not_break_the_text() {
        let named = Poster { unit_name: "甲|乙".to_owned(), ..poster(None) };
        assert_eq!(named.to_string().parse::<Poster>().map(|p| p.unit_name), Ok("甲/乙".to_owned()));
    }
}
