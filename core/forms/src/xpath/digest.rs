//! Digests and base64 (ODK XForms, `digest` and `base64-decode`).
//!
//! Owns which algorithms there are. Refuses to keep secrets: these are for comparing. Invariant: a digest is of the
//! text's UTF-8 bytes.

use data_encoding::{BASE64, HEXLOWER};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The digest of a text, or nothing if there is no such algorithm or encoding.
pub fn digest(text: &str, algorithm: &str, encoding: &str) -> Option<String> {
    let bytes = match algorithm {
        "MD5" => Md5::digest(text).to_vec(),
        "SHA-1" => Sha1::digest(text).to_vec(),
        "SHA-256" => Sha256::digest(text).to_vec(),
        "SHA-384" => Sha384::digest(text).to_vec(),
        "SHA-512" => Sha512::digest(text).to_vec(),
        _ => return None,
    };
    match encoding {
        "base64" => Some(BASE64.encode(&bytes)),
        "hex" => Some(HEXLOWER.encode(&bytes)),
        _ => None,
    }
}

/// The first eight bytes of a text's SHA-256, as a number: the seed of a text that is no number.
pub fn seed_of_text(text: &str) -> i64 {
    Sha256::digest(text).iter().take(8).fold(0u64, |seed, byte| seed << 8 | u64::from(*byte)).cast_signed()
}

/// The text that base64 stands for; empty if it is none.
pub fn base64_decode(text: &str) -> String {
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let bytes = BASE64
        .decode(plain.as_bytes())
        .or_else(|_| data_encoding::BASE64_NOPAD.decode(plain.trim_end_matches('=').as_bytes()));
    bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
