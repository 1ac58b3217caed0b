//! Passwords of accounts: Argon2id (RFC 9106) in PHC text form.
//!
//! Owns hashing, checking and the making of a first password. Refuses to know accounts and storage; the salt and the
//! random bytes come in. Invariant: no password stands in a log, an error or a table.

use crate::limits::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, PASSWORD_LANES, PASSWORD_MEMORY_KIB, PASSWORD_PASSES};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::fmt;
use zeroize::Zeroizing;

/// A password in the clear, gone from memory when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error("password is shorter than {PASSWORD_CHARS_MIN} characters")]
    Short,
    /// Too long.
    #[error("password is longer than {PASSWORD_BYTES_MAX} bytes")]
    Long,
}

impl From<WeakPassword> for crate::error::ServerError {
    fn from(weak: WeakPassword) -> Self {
        Self::Refused(match weak {
            WeakPassword::Short => "password_short",
            WeakPassword::Long => "password_long",
        })
    }
}

/// What is kept of a password that somebody else gave begins with it: whoever logs in with one chooses another first.
const GIVEN: &str = "given:";

/// What is kept of a password that somebody else gave.
pub(crate) fn given(kept: &str) -> String {
    format!("{GIVEN}{kept}")
}

/// Whether somebody else gave the password of which this is kept.
pub(crate) fn is_given(kept: &str) -> bool {
    kept.starts_with(GIVEN)
}

impl Password {
    /// A password that a person chose.
    pub fn chosen(text: &str) -> Result<Self, WeakPassword> {
        if text.chars().count() < PASSWORD_CHARS_MIN {
            return Err(WeakPassword::Short);
        }
        if text.len() > PASSWORD_BYTES_MAX {
            return Err(WeakPassword::Long);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// A first password of ten random bytes: four groups of four small letters and digits.
    pub fn generated(random: &[u8; 10]) -> Self {
        let text = data_encoding::BASE32_NOPAD.encode(random).to_lowercase();
        let groups: Vec<&str> = [0, 4, 8, 12].iter().filter_map(|at| text.get(*at..at + 4)).collect();
        Self(Zeroizing::new(groups.join("-")))
    }

    /// The password in the clear, to be shown to its owner once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self, salt: &[u8; 16]) -> Option<String> {
        argon2().hash_password_with_salt(self.0.as_bytes(), salt).ok().map(|h: PasswordHash| h.to_string())
    }

    /// Whether it is the one that was kept. `kept: None` takes as long and says no: no one learns which accounts exist.
    pub fn matches(text: &str, kept: Option<&str>) -> bool {
        const NOBODY: &str =
            "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let told = kept.map(|kept| kept.strip_prefix(GIVEN).unwrap_or(kept));
        let Ok(hash) = PasswordHash::new(told.unwrap_or(NOBODY)) else { return false };
        text.len() <= PASSWORD_BYTES_MAX
            && Argon2::default().verify_password(text.as_bytes(), &hash).is_ok()
            && kept.is_some()
    }
}

/// Argon2id with the parameters of this version; what is kept names its own.
fn argon2() -> Argon2<'static> {
    let params = Params::new(PASSWORD_MEMORY_KIB, PASSWORD_PASSES, PASSWORD_LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_matches() {
        let password = Password::generated(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(password.reveal().len(), 19);
        let kept = password.hash(&[7; 16]).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(!kept.contains(password.reveal()));
        assert!(Password::matches(password.reveal(), Some(&kept)));
        assert!(!Password::matches("something else", Some(&kept)));
        assert!(is_given(&given(&kept)) && !is_given(&kept));
        assert!(Password::matches(password.reveal(), Some(&given(&kept))));
        assert!(!Password::matches("something else", Some(&given(&kept))));
        assert!(!Password::matches(password.reveal(), None));
        assert!(!Password::matches(password.reveal(), Some("not a hash")));
        assert_ne!(password.hash(&[8; 16]).unwrap(), kept, "salted");
    }

    #[test]
    fn short_and_endless_passwords_are_not_taken() {
        assert_eq!(Password::chosen("123456789").unwrap_err(), WeakPassword::Short);
        assert_eq!(Password::chosen(&"长".repeat(100)).unwrap_err(), WeakPassword::Long);
        assert_eq!(Password::chosen("走进千家万户的网格员").unwrap().reveal(), "走进千家万户的网格员");
        assert_eq!(format!("{:?}", Password::chosen("0123456789").unwrap()), "Password(…)");
    }
}
