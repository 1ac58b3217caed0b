//! The key of an encrypted database.
//!
//! Owns its bytes while the database is open and how a connection is told of it. Refuses to know where it lies in between:
//! that is the platform's keystore. Invariant: it is in no text that outlives the telling, and no log and no error shows it.

use crate::error::StoreError;
use rusqlite::Connection;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a key.
const BYTES: usize = 32;
const BEFORE: &[u8] = b"PRAGMA key = \"";
const AFTER: &[u8] = b"\"";
/// A raw key as SQLCipher reads it: `x'…'`.
const RAW: usize = 2 + 2 * BYTES + 1;

/// 32 random bytes that a database is encrypted under, without a pass phrase in between.
#[derive(Clone)]
pub struct DatabaseKey(Zeroizing<[u8; BYTES]>);

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseKey(…)")
    }
}

impl DatabaseKey {
    /// A key of these bytes.
    pub const fn new(bytes: Zeroizing<[u8; BYTES]>) -> Self {
        Self(bytes)
    }

    /// Tells a connection of it: the first thing that is said on it.
    pub(crate) fn tell(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut statement = Zeroizing::new([0; BEFORE.len() + RAW + AFTER.len()]);
        statement[..BEFORE.len()].copy_from_slice(BEFORE);
        statement[BEFORE.len()..BEFORE.len() + RAW].copy_from_slice(&*self.raw());
        statement[BEFORE.len() + RAW..].copy_from_slice(AFTER);
        let statement = std::str::from_utf8(&*statement).map_err(|_| StoreError::KeyDoesNotFit)?;
        connection.execute_batch(statement)?;
        // What does not fit is told as an error, and not on the program's own error output as well.
        Ok(connection.execute_batch("PRAGMA cipher_log_level = NONE")?)
    }

    /// A key for another use, from which this one cannot be had.
    pub(crate) fn derived(&self, context: &str) -> Zeroizing<[u8; BYTES]> {
        Zeroizing::new(blake3::derive_key(context, &*self.0))
    }

    /// The key as SQLCipher reads it.
    pub(crate) fn raw(&self) -> Zeroizing<[u8; RAW]> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut raw = Zeroizing::new([0; RAW]);
        raw[..2].copy_from_slice(b"x'");
        for (at, byte) in self.0.iter().enumerate() {
            raw[2 + 2 * at] = DIGITS[usize::from(byte >> 4)];
            raw[3 + 2 * at] = DIGITS[usize::from(byte & 15)];
        }
        raw[RAW - 1] = b'\'';
        raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_raw_and_shown_to_nobody() {
        let key = DatabaseKey::new(Zeroizing::new([0xa5; 32]));
        assert_eq!(std::str::from_utf8(&*key.raw()).unwrap(), format!("x'{}'", "a5".repeat(32)));
        assert_eq!(format!("{key:?}"), "DatabaseKey(…)");
    }
}
