//! Proof that a request comes from a device: HTTP message signatures (RFC 9421) over a content digest (RFC 9530).
//!
//! Owns which parts of a request are covered and how they are written. Refuses to look keys up and to remember nonces.
//! Invariant: method, path, query, content digest, time, nonce and key id are covered, in this order, always.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use gridwalk_model::id::DeviceId;
use gridwalk_model::time::Timestamp;
use sfv::{BareItem, Dictionary, ListEntry, Parser};

/// Names of the three headers.
pub const DIGEST_HEADER: &str = "content-digest";
/// What is covered, and by whom.
pub const INPUT_HEADER: &str = "signature-input";
/// The signature.
pub const SIGNATURE_HEADER: &str = "signature";

/// The parts of a request that are covered.
#[derive(Debug, Clone, Copy)]
pub struct Covered<'a> {
    /// `POST`, `GET`, …
    pub method: &'a str,
    /// The path with its leading slash.
    pub path: &'a str,
    /// The query without its question mark; empty if there is none.
    pub query: &'a str,
    /// The body as it travels (packed).
    pub body: &'a [u8],
}

/// What a request claims, before its signature is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who says to have sent it.
    pub device: DeviceId,
    /// When, seconds since 1970 by the sender's clock with the offset learned from replies.
    pub created_s: i64,
    /// Used once.
    pub nonce: String,
    params: String,
    signature: [u8; 64],
    digest: String,
}

/// Why a claim does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoProof {
    /// A header is missing or not of its form.
    #[error("signature headers missing or malformed")]
    Headers,
    /// The body is not the one that was signed.
    #[error("content digest does not match")]
    Digest,
    /// The key did not sign this.
    #[error("signature does not verify")]
    Signature,
}

fn digest_of(body: &[u8]) -> String {
    use sha2::Digest as _;
    format!("sha-256=:{}:", BASE64.encode(&sha2::Sha256::digest(body)))
}

fn base(covered: &Covered<'_>, digest: &str, params: &str) -> String {
    let Covered { method, path, query, .. } = covered;
    format!(
        "\"@method\": {method}\n\"@path\": {path}\n\"@query\": ?{query}\n\"content-digest\": {digest}\n\"@signature-params\": {params}"
    )
}

const COMPONENTS: &str = "(\"@method\" \"@path\" \"@query\" \"content-digest\")";

/// The headers that prove a request: name and value.
pub fn headers(
    covered: &Covered<'_>,
    device: DeviceId,
    key: &SigningKey,
    now: Timestamp,
    nonce: [u8; 16],
) -> [(&'static str, String); 3] {
    let digest = digest_of(covered.body);
    let created = now.0.div_euclid(1000);
    let nonce = BASE64URL_NOPAD.encode(&nonce);
    let params = format!("{COMPONENTS};created={created};nonce=\"{nonce}\";keyid=\"{device}\";alg=\"ed25519\"");
    let signature = key.sign(base(covered, &digest, &params).as_bytes());
    [
        (DIGEST_HEADER, digest),
        (INPUT_HEADER, format!("gw={params}")),
        (SIGNATURE_HEADER, format!("gw=:{}:", BASE64.encode(&signature.to_bytes()))),
    ]
}

/// Reads the claim from the three headers.
pub fn claim(digest: &str, input: &str, signature: &str) -> Result<Claim, NoProof> {
    let dictionary: Dictionary = Parser::new(input).parse().map_err(|_| NoProof::Headers)?;
    let Some(ListEntry::InnerList(list)) = dictionary.get("gw") else { return Err(NoProof::Headers) };
    let text = |name: &str| match list.params.get(name) {
        Some(BareItem::String(s)) => Ok(s.as_str().to_owned()),
        _ => Err(NoProof::Headers),
    };
    let Some(BareItem::Integer(created)) = list.params.get("created") else { return Err(NoProof::Headers) };
    let device = text("keyid")?.parse().map_err(|_| NoProof::Headers)?;
    let params = input.trim().strip_prefix("gw=").ok_or(NoProof::Headers)?;
    if text("alg")? != "ed25519" || !params.starts_with(COMPONENTS) || dictionary.len() != 1 {
        return Err(NoProof::Headers);
    }
    let signatures: Dictionary = Parser::new(signature).parse().map_err(|_| NoProof::Headers)?;
    let Some(ListEntry::Item(item)) = signatures.get("gw") else { return Err(NoProof::Headers) };
    let BareItem::ByteSequence(bytes) = &item.bare_item else { return Err(NoProof::Headers) };
    Ok(Claim {
        device,
        created_s: i64::from(*created),
        nonce: text("nonce")?,
        params: params.to_owned(),
        signature: bytes.as_slice().try_into().map_err(|_| NoProof::Headers)?,
        digest: digest.to_owned(),
    })
}

impl Claim {
    /// Checks the body and the signature against the device's key.
    pub fn verify(&self, covered: &Covered<'_>, key: &VerifyingKey) -> Result<(), NoProof> {
        self.verify_head(covered, key)?;
        self.verify_body(covered.body)
    }

    /// Checks that this is the body that was signed for.
    pub fn verify_body(&self, body: &[u8]) -> Result<(), NoProof> {
        if digest_of(body) == self.digest { Ok(()) } else { Err(NoProof::Digest) }
    }

    /// Checks the signature against the device's key: all that can be asked before the body is here, of which only the
    /// digest is covered.
    pub fn verify_head(&self, covered: &Covered<'_>, key: &VerifyingKey) -> Result<(), NoProof> {
        let base = base(covered, &self.digest, &self.params);
        key.verify_strict(base.as_bytes(), &Signature::from_bytes(&self.signature)).map_err(|_| NoProof::Signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_proves_itself_and_nothing_else() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let covered = Covered { method: "POST", path: "/v1/push", query: "", body: b"body" };
        let device = DeviceId([9; 16]);
        let [digest, input, signature] = headers(&covered, device, &key, Timestamp(1_700_000_000_000), [1; 16]);
        let claim = claim(&digest.1, &input.1, &signature.1).unwrap();
        assert_eq!((claim.device, claim.created_s), (device, 1_700_000_000));
        assert_eq!(claim.verify(&covered, &key.verifying_key()), Ok(()));
        let other = Covered { path: "/v1/pull", ..covered };
        assert_eq!(claim.verify(&other, &key.verifying_key()), Err(NoProof::Signature));
        let other = Covered { body: b"bodz", ..covered };
        assert_eq!(claim.verify_head(&other, &key.verifying_key()), Ok(()), "of the body nothing is asked yet");
        assert_eq!(claim.verify(&other, &key.verifying_key()), Err(NoProof::Digest));
        let stranger = SigningKey::from_bytes(&[4; 32]);
        assert_eq!(claim.verify(&covered, &stranger.verifying_key()), Err(NoProof::Signature));
    }

    #[test]
    fn odd_headers_are_refused() {
        assert_eq!(claim("", "", "").unwrap_err(), NoProof::Headers);
        assert_eq!(claim("sha-256=:AA==:", "gw=(\"@method\");created=1", "gw=:AA==:").unwrap_err(), NoProof::Headers);
    }
}
