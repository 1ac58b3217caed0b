//! The hand-over of a revoked device: everything that is left on it, before it is purged.
//!
//! Owns the bytes, their seal to the server and what the receipt covers. Refuses to know storage. Invariant: a purge takes
//! only what a receipt names, and a receipt names the hash of the bytes as they travelled.

use crate::seal::{self, Purpose, Unsealed};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::time::Timestamp;
use std::sync::Arc;

/// An own change that is left on the phone: not confirmed, not safe yet, refused or declined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftChange {
    /// Where it stood: `outbox`, `sent` or `attention`.
    pub list: String,
    /// Its bytes.
    pub body: Arc<[u8]>,
}

/// A form that was open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftDraft {
    /// The space.
    pub space: SpaceId,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// The basis, as bytes.
    pub basis: Vec<u8>,
    /// What was typed, JSON.
    pub content: String,
}

/// A picture that the server was not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftPicture {
    /// The space.
    pub space: SpaceId,
    /// The record that it is attached to.
    pub record: RecordId,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Everything that is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The revoked device.
    pub device: DeviceId,
    /// Own changes.
    pub changes: Vec<LeftChange>,
    /// Open forms.
    pub drafts: Vec<LeftDraft>,
    /// Pictures; what does not fit travels in the next hand-over.
    pub pictures: Vec<LeftPicture>,
}

/// The server's signed word that it keeps a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOverReceipt {
    /// Hash of the bundle's bytes.
    pub bundle: Hash,
    /// The server's time.
    pub at: Timestamp,
    /// The server's Ed25519 signature.
    pub signature: [u8; 64],
}

/// Hash of a bundle's bytes.
pub fn bundle_hash(bytes: &[u8]) -> Hash {
    Hash::with_context("gridwalk 2026 hand-over", &[bytes])
}

/// Hash of a hand-over's bytes as they travelled, by which its receipt names it.
pub fn hash_of(bytes: &[u8]) -> Hash {
    if read_bundle(bytes).is_ok() { bundle_hash(bytes) } else { seal::seal_hash(bytes) }
}

/// The bytes of a bundle.
pub fn bundle_bytes(left: &HandOver) -> Vec<u8> {
    let mut w = Writer::default();
    // Without pictures it is what earlier versions wrote and read.
    w.array(if left.pictures.is_empty() { 3 } else { 4 }).bytes(&left.device.0).array(left.changes.len());
    for change in &left.changes {
        w.array(2).text(&change.list).bytes(&change.body);
    }
    w.array(left.drafts.len());
    for draft in &left.drafts {
        w.array(5).bytes(&draft.space.0).bytes(&draft.record.0).text(&draft.kind);
        w.bytes(&draft.basis).text(&draft.content);
    }
    if !left.pictures.is_empty() {
        w.array(left.pictures.len());
    }
    for picture in &left.pictures {
        w.array(3).bytes(&picture.space.0).bytes(&picture.record.0).bytes(&picture.bytes);
    }
    w.finish()
}

/// Seals a hand-over to the server.
pub fn seal_left(left: &HandOver, server: &VerifyingKey, seed: &[u8; 32]) -> Result<Vec<u8>, Unsealed> {
    seal::seal(server, Purpose::HandOver, None, &bundle_bytes(left), seed)
}

/// Opens a hand-over with the server's key. One of an earlier release, which travelled open, is read as it is.
pub fn open_left(bytes: &[u8], server: &SigningKey) -> Result<HandOver, Unsealed> {
    if let Ok(left) = read_bundle(bytes) {
        return Ok(left);
    }
    let plain = seal::open(bytes, Purpose::HandOver, server, limits::HAND_OVER_BYTES_MAX)?;
    read_bundle(&plain).map_err(|_| Unsealed::NotASeal)
}

/// Reads a bundle.
pub fn read_bundle(bytes: &[u8]) -> Result<HandOver, Malformed> {
    if bytes.len() > limits::HAND_OVER_BYTES_MAX {
        return Err(Malformed::TooLarge);
    }
    let mut r = Reader::new(bytes);
    let parts = r.array()?;
    if !(3..=4).contains(&parts) {
        return Err(Malformed::Shape);
    }
    let device = DeviceId(r.b16()?);
    let mut changes = Vec::new();
    for _ in 0..r.array()? {
        r.array_of(2)?;
        changes.push(LeftChange { list: r.text(limits::FIELD_NAME_BYTES_MAX)?, body: r.bytes()?.into() });
    }
    let mut drafts = Vec::new();
    for _ in 0..r.array()? {
        r.array_of(5)?;
        drafts.push(LeftDraft {
            space: SpaceId(r.b16()?),
            record: RecordId(r.b16()?),
            kind: r.text(limits::FIELD_NAME_BYTES_MAX)?,
            basis: r.bytes()?.to_vec(),
            content: r.text(limits::DRAFT_BYTES_MAX)?,
        });
    }
    let mut pictures = Vec::new();
    for _ in 0..if parts == 4 { r.array()? } else { 0 } {
        r.array_of(3)?;
        let (space, record) = (SpaceId(r.b16()?), RecordId(r.b16()?));
        pictures.push(LeftPicture { space, record, bytes: r.bytes()?.to_vec() });
    }
    r.end()?;
    Ok(HandOver { device, changes, drafts, pictures })
}

/// What a receipt's signature covers.
pub fn signed_bytes(receipt: &HandOverReceipt) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(3).text("gridwalk hand-over receipt 1").bytes(&receipt.bundle.0).int(receipt.at.0);
    w.finish()
}

/// A receipt for a bundle, signed with the server's key.
pub fn sign_receipt(bundle: Hash, at: Timestamp, key: &SigningKey) -> HandOverReceipt {
    let mut receipt = HandOverReceipt { bundle, at, signature: [0; 64] };
    receipt.signature = key.sign(&signed_bytes(&receipt)).to_bytes();
    receipt
}

/// Whether the server's key signed it.
pub fn verify_receipt(receipt: &HandOverReceipt, key: &VerifyingKey) -> bool {
    key.verify_strict(&signed_bytes(receipt), &Signature::from_bytes(&receipt.signature)).is_ok()
}

/// The bytes of a receipt.
pub fn receipt_bytes(receipt: &HandOverReceipt) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(3).bytes(&receipt.bundle.0).int(receipt.at.0).bytes(&receipt.signature);
    w.finish()
}

/// Reads a receipt.
pub fn read_receipt(bytes: &[u8]) -> Result<HandOverReceipt, Malformed> {
    let mut r = Reader::new(bytes);
    r.array_of(3)?;
    let (bundle, at) = (r.hash()?, Timestamp(r.int()?));
    let signature = r.bytes()?.try_into().map_err(|_| Malformed::Shape)?;
    r.end()?;
    Ok(HandOverReceipt { bundle, at, signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left() -> HandOver {
        HandOver {
            device: DeviceId([1; 16]),
            changes: vec![LeftChange { list: "attention".into(), body: Arc::from([1, 2, 3].as_slice()) }],
            drafts: vec![LeftDraft {
                space: SpaceId([2; 16]),
                record: RecordId([3; 16]),
                kind: "resident".into(),
                basis: vec![9],
                content: "{\"name\":\"小明\"}".into(),
            }],
            pictures: vec![LeftPicture { space: SpaceId([2; 16]), record: RecordId([4; 16]), bytes: vec![0xff; 3000] }],
        }
    }

    #[test]
    fn one_without_pictures_is_what_earlier_versions_wrote() {
        let plain = HandOver { pictures: vec![], ..left() };
        let bytes = bundle_bytes(&plain);
        assert_eq!((bytes[0], read_bundle(&bytes)), (0x83, Ok(plain)));
    }

    #[test]
    fn a_bundle_comes_back_as_it_was() {
        let bytes = bundle_bytes(&left());
        assert_eq!(read_bundle(&bytes), Ok(left()));
        assert!(read_bundle(&bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn only_the_server_opens_it_and_an_open_one_is_still_read() {
        let server = SigningKey::from_bytes(&[7; 32]);
        let sealed = seal_left(&left(), &server.verifying_key(), &[1; 32]).unwrap();
        assert_eq!(open_left(&sealed, &server), Ok(left()));
        assert_eq!(open_left(&sealed, &SigningKey::from_bytes(&[8; 32])), Err(Unsealed::Foreign));
        assert_eq!(open_left(&bundle_bytes(&left()), &server), Ok(left()));
        let name = "小明".as_bytes();
        assert!(!sealed.windows(name.len()).any(|w| w == name));
    }

    #[test]
    fn a_receipt_names_one_bundle_and_one_signer() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let receipt = sign_receipt(bundle_hash(&bundle_bytes(&left())), Timestamp(5), &key);
        let read = read_receipt(&receipt_bytes(&receipt)).unwrap();
        assert!(verify_receipt(&read, &key.verifying_key()));
        assert!(!verify_receipt(&read, &SigningKey::from_bytes(&[8; 32]).verifying_key()));
        let other = HandOverReceipt { bundle: Hash::default(), ..read };
        assert!(!verify_receipt(&other, &key.verifying_key()));
    }
}
