//! A secret as somebody typed or sent it, until it is compared or kept as something else.
//!
//! Owns its way out of memory. Refuses to know what it is for. Invariant: it is in no log and no error text, and its bytes are
//! overwritten when it is dropped.

use std::fmt;
use std::ops::Deref;
use zeroize::Zeroizing;

/// A secret in the clear: a password, a one-time code, what a server proves its name with.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ClearText(Zeroizing<String>);

impl From<String> for ClearText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Deref for ClearText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClearText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClearText(…)")
    }
}

impl serde::Serialize for ClearText {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ClearText {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::{LoginRequest, oidc};

    #[test]
    fn a_secret_is_read_and_written_as_text_and_shown_to_no_log() {
        let asked: LoginRequest = serde_json::from_str(r#"{"login":"li","password":"correct horse"}"#).unwrap();
        assert_eq!(&*asked.password, "correct horse");
        assert_eq!(serde_json::to_value(&asked).unwrap()["password"], "correct horse");
        let secret = ClearText::from("correct horse".to_owned());
        let (issuer, client, address) = ("i".to_owned(), "c".to_owned(), "a".to_owned());
        let settings = oidc::Settings { issuer, client, secret: secret.clone(), address, authority_pem: None };
        for shown in [format!("{secret:?}"), format!("{settings:?}"), format!("{:?}", Some(&secret))] {
            assert!(!shown.contains("horse"), "{shown}");
        }
    }
}
