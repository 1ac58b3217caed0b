//! Receipts: the server's signed word that it holds a replica's changes up to a seq.
//!
//! Owns what a receipt's signature covers. Refuses to know storage. Invariant: a receipt that does not verify is none.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use gridwalk_model::codec::Writer;
use gridwalk_model::exchange::Receipt;

/// What a receipt's signature covers.
pub fn signed_bytes(r: &Receipt) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(6)
        .text("gridwalk receipt 1")
        .bytes(&r.space.0)
        .bytes(&r.replica.0)
        .uint(r.upto)
        .bytes(&r.chain.0)
        .int(r.at.0);
    w.finish()
}

/// Signs with the server's key.
pub fn sign(receipt: &mut Receipt, key: &SigningKey) {
    receipt.signature = key.sign(&signed_bytes(receipt)).to_bytes();
}

/// Whether the server's key signed it.
pub fn verify(receipt: &Receipt, key: &VerifyingKey) -> bool {
    key.verify_strict(&signed_bytes(receipt), &Signature::from_bytes(&receipt.signature)).is_ok()
}
