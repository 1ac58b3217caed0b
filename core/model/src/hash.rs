//! Hashes of bodies: BLAKE3, 32 bytes, each with a context so that no two uses can be mistaken for one another; of files
//! without one, so that other programs tell the same.
//!
//! Owns the contexts. Refuses to know what is hashed. Invariant: a context string never changes its meaning.

use std::fmt;

/// BLAKE3 of a change's bytes as received.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Hash of a change's body.
    pub fn of_body(bytes: &[u8]) -> Self {
        Self::with_context("gridwalk 2026 change body", &[bytes])
    }

    /// Hash of parts under a context; each part is preceded by its length.
    pub fn with_context(context: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// BLAKE3 of a picture's bytes without a context: what `b3sum` says of the file.
    pub fn of_content(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The first eight bytes: enough to tell two bodies of one dot apart.
    pub fn mark(&self) -> crate::name::Mark {
        let mut mark = [0; 8];
        mark.copy_from_slice(&self.0[..8]);
        crate::name::Mark(mark)
    }

    /// Reads a hash from a slice of 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", data_encoding::HEXLOWER.encode(&self.0[..6]))
    }
}
