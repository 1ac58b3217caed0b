//! Tokens: 256 random bits that stand for a session.
//!
//! Owns their text and the form in which they are kept. Refuses to know sessions and clocks. Invariant: the token itself
//! is given out once and kept nowhere; what is kept is a hash that does not lead back, and differs by what it is for.

use crate::ids::Ids;
use data_encoding::BASE64URL_NOPAD;
use gridwalk_model::hash::Hash;
use std::fmt;
use zeroize::Zeroizing;

/// Random bytes of a token.
const BYTES: usize = 32;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// To ask.
    Access,
    /// To renew a session, once.
    Renewal,
}

/// A token in the clear, gone from memory when dropped.
#[derive(Clone)]
pub struct Token(Zeroizing<[u8; BYTES]>);

impl Token {
    /// A new one.
    pub fn new(ids: &dyn Ids) -> Self {
        Self(Zeroizing::new(ids.b32()))
    }

    /// Reads one as it travels.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(text.trim().as_bytes()).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// As it travels.
    pub fn text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0[..])
    }

    /// What is kept of it.
    pub fn hash(&self, of: Use) -> Hash {
        let context = match of {
            Use::Access => "gridwalk 2026 access token",
            Use::Renewal => "gridwalk 2026 renewal token",
        };
        Hash::with_context(context, &[&self.0[..]])
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SystemIds;

    #[test]
    fn what_is_kept_is_neither_the_token_nor_good_for_another_use() {
        let token = Token::new(&SystemIds);
        let text = token.text();
        assert_eq!(text.len(), 43);
        let read = Token::parse(&text).unwrap();
        assert_eq!(read.hash(Use::Access), token.hash(Use::Access));
        assert_ne!(token.hash(Use::Access), token.hash(Use::Renewal));
        assert_ne!(token.hash(Use::Access).0, *token.0);
        assert_eq!(format!("{token:?}"), "Token(…)");
        for other in ["", "AAAA", &text[1..], &format!("{text}A"), "网格"] {
            assert!(Token::parse(other).is_none(), "{other}");
        }
    }
}
