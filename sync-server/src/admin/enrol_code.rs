//! Enrolment codes: 128 random bits that make one phone a device, once.
//!
//! Owns their text and the form in which they are kept. Refuses to know accounts, clocks and storage.
//! Invariant: the code itself is shown once and kept nowhere; what is kept is a hash that does not lead back.
//!
//! The text is base32 in Crockford's alphabet (no I, L, O, U), 28 signs in seven groups of four; the last 12 bits are
//! a sum, so that a slip of the finger is known for what it is.

use gridwalk_model::hash::Hash;
use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random bytes of a code.
pub const CODE_BYTES: usize = 16;
/// Signs of its text, gaps not counted: 128 bits and a sum of 12.
const SIGNS: usize = 28;
const BITS_A_SIGN: usize = 5;
const GROUP: usize = 4;

/// A code as it is shown to the person who enrols a phone.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolCode([u8; CODE_BYTES]);

/// A text was no enrolment code: mistyped or cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an enrolment code")]
pub struct NotAnEnrolCode;

impl EnrolCode {
    /// A code of these random bytes.
    pub const fn new(random: [u8; CODE_BYTES]) -> Self {
        Self(random)
    }

    /// Reads a code as typed: small letters, gaps, and O, I, L for 0 and 1 are taken.
    pub fn parse(text: &str) -> Result<Self, NotAnEnrolCode> {
        let signs: Vec<u8> = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(five_bits)
            .collect::<Option<_>>()
            .ok_or(NotAnEnrolCode)?;
        if signs.len() != SIGNS {
            return Err(NotAnEnrolCode);
        }
        let mut random = [0; CODE_BYTES];
        let bits = signs.iter().flat_map(|sign| (0..BITS_A_SIGN).rev().map(move |b| sign >> b & 1));
        for (at, bit) in bits.take(CODE_BYTES * 8).enumerate() {
            random[at / 8] = random[at / 8] << 1 | bit;
        }
        let code = Self(random);
        if code.signs() == signs { Ok(code) } else { Err(NotAnEnrolCode) }
    }

    /// What is kept of it.
    pub fn hash(&self) -> Hash {
        Hash::with_context("gridwalk 2026 enrolment code", &[&self.0])
    }

    /// What is kept of one with which a person chooses a password: the one is never good for the other.
    pub fn login_hash(&self) -> Hash {
        Hash::with_context("gridwalk 2026 login code", &[&self.0])
    }

    fn signs(&self) -> Vec<u8> {
        let sum = Hash::with_context("gridwalk 2026 enrolment code sum", &[&self.0]);
        let bytes: Vec<u8> = self.0.iter().chain(&sum.0[..2]).copied().collect();
        let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
        (0..SIGNS).map(|sign| (0..BITS_A_SIGN).fold(0, |value, b| value << 1 | bit(sign * BITS_A_SIGN + b))).collect()
    }
}

impl fmt::Display for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, sign) in self.signs().into_iter().enumerate() {
            let gap = if at > 0 && at % GROUP == 0 { "-" } else { "" };
            write!(f, "{gap}{}", char::from(ALPHABET[usize::from(sign)]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolCode(…)")
    }
}

/// The value of a sign as people write it.
fn five_bits(sign: char) -> Option<u8> {
    let sign = match sign.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let at = ALPHABET.iter().position(|a| char::from(*a) == sign)?;
    u8::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back_as_people_write_it() {
        for seed in 0..=255u8 {
            let code = EnrolCode::new(*Hash::with_context("test", &[&[seed]]).0.first_chunk().unwrap());
            let text = code.to_string();
            assert_eq!(text.len(), 34);
            assert_eq!(EnrolCode::parse(&text), Ok(code.clone()));
            let loose = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            assert_eq!(EnrolCode::parse(&format!(" {loose}\n")), Ok(code));
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_no_code() {
        let text = EnrolCode::new([7; 16]).to_string();
        for at in (0..text.len()).filter(|at| &text[*at..=*at] != "-") {
            let other = if &text[at..=at] == "Z" { "Y" } else { "Z" };
            let slip = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(EnrolCode::parse(&slip), Err(NotAnEnrolCode), "{slip}");
        }
        for text in ["", "0", &text[1..], "UUUU-UUUU-UUUU-UUUU-UUUU-UUUU-UUUU", "网格"] {
            assert_eq!(EnrolCode::parse(text), Err(NotAnEnrolCode));
        }
    }

    #[test]
    fn what_is_kept_and_logged_is_not_the_code() {
        let code = EnrolCode::new([9; 16]);
        assert_ne!(code.hash().0[..16], code.0);
        assert_eq!(format!("{code:?}"), "EnrolCode(…)");
    }
}
