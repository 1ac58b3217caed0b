//! Sealing to one key: what only the holder of a device's or the server's signing key can open.
//!
//! Owns the seal (HPKE, RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305), its head and
//! what it is bound to. Refuses to know what is inside, and to make randomness: the seed of the one-time key comes in as
//! an argument. Invariant: a seal opens for its recipient and its purpose alone, with a head that nobody touched, and
//! with every byte as it was sealed; anything else is an error value. Who sealed is not told by the seal: what is inside
//! is signed by its author.

use crate::compress::{self, Unpack};
use crate::frame_codec::key;
use ed25519_dalek::{SigningKey, VerifyingKey};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::hash::Hash;
use gridwalk_model::limits;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use std::convert::Infallible;
use zeroize::Zeroizing;

/// What a seal is for: a seal made for one purpose opens for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// A phone's changes on their way to the server by another phone.
    Bundle,
    /// The server's verdicts on their way back.
    BundleReply,
    /// What is left on a revoked phone.
    HandOver,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::Bundle, Self::BundleReply, Self::HandOver];

    const fn code(self) -> u64 {
        match self {
            Self::Bundle => 1,
            Self::BundleReply => 2,
            Self::HandOver => 3,
        }
    }

    /// Stable name, for lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::BundleReply => "bundle_reply",
            Self::HandOver => "hand_over",
        }
    }
}

/// Says which key a seal is for, without saying whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// The id of a key.
    pub fn of(key: &VerifyingKey) -> Self {
        let hash = Hash::with_context("gridwalk 2026 sealing key id", &[key.to_montgomery().as_bytes()]);
        let mut id = [0; 8];
        id.copy_from_slice(&hash.0[..8]);
        Self(id)
    }
}

/// What stands outside a seal, for whoever carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealHead {
    /// What it is for.
    pub purpose: Purpose,
    /// Which key opens it.
    pub to: KeyId,
    /// The seal that this one answers.
    pub about: Option<Hash>,
}

/// Why a seal does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsealed {
    /// Not a seal of a version that is known.
    #[error("not a seal")]
    NotASeal,
    /// Sealed for another purpose.
    #[error("sealed for another purpose")]
    OtherPurpose,
    /// Sealed to another key.
    #[error("sealed to another key")]
    Foreign,
    /// Changed on its way.
    #[error("damaged on its way")]
    Damaged,
    /// Larger than its limit.
    #[error("larger than its limit")]
    TooLarge,
}

impl Unsealed {
    /// Stable code, the same whoever finds it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotASeal | Self::OtherPurpose => "not_a_bundle",
            Self::Foreign => "bundle_foreign",
            Self::Damaged => "bundle_damaged",
            Self::TooLarge => "bundle_too_large",
        }
    }
}

const FORMAT: u64 = 1;

/// The stream of a seed: the one-time key is drawn from it.
struct Drawn(blake3::OutputReader);

impl TryRng for Drawn {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Drawn {}

/// Hash of a seal's bytes: what parts, replies and receipts name it by.
pub fn seal_hash(sealed: &[u8]) -> Hash {
    Hash::with_context("gridwalk 2026 seal", &[sealed])
}

/// The head as it stands in front and as the seal is bound to it.
fn head_bytes(head: &SealHead) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(4).uint(FORMAT).uint(head.purpose.code()).bytes(&head.to.0);
    match &head.about {
        Some(about) => w.bytes(&about.0),
        None => w.null(),
    };
    w.finish()
}

fn read_head(r: &mut Reader<'_>) -> Result<SealHead, Malformed> {
    r.array_of(4)?;
    if r.uint()? != FORMAT {
        return Err(Malformed::Shape);
    }
    let code = r.uint()?;
    let purpose = Purpose::ALL.into_iter().find(|p| p.code() == code).ok_or(Malformed::Shape)?;
    let to = KeyId(r.bytes()?.try_into().map_err(|_| Malformed::Shape)?);
    let about = if r.null()? { None } else { Some(r.hash()?) };
    Ok(SealHead { purpose, to, about })
}

/// What the keys are bound to beside the head.
fn info(purpose: Purpose) -> [u8; 17] {
    let mut info = *b"gridwalk seal 1 .";
    info[16] = b'0' + u8::try_from(purpose.code()).unwrap_or(0);
    info
}

/// Seals to a device's or the server's key. `seed` must be fresh and secret: 32 random bytes for this one seal.
pub fn seal(
    to: &VerifyingKey,
    purpose: Purpose,
    about: Option<Hash>,
    plain: &[u8],
    seed: &[u8; 32],
) -> Result<Vec<u8>, Unsealed> {
    let head = SealHead { purpose, to: KeyId::of(to), about };
    let head = head_bytes(&head);
    let recipient = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to.to_montgomery().as_bytes())
        .map_err(|_| Unsealed::Foreign)?;
    let mut drawn = blake3::Hasher::new_derive_key("gridwalk 2026 one-time key of a seal");
    drawn.update(seed);
    let (once, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &recipient,
        &info(purpose),
        &compress::pack(plain),
        &head,
        &mut Drawn(drawn.finalize_xof()),
    )
    .map_err(|_| Unsealed::Foreign)?;
    let mut w = Writer::default();
    w.map(3).uint(1).raw(&head).uint(2).bytes(&once.to_bytes()).uint(3).bytes(&sealed);
    Ok(w.finish())
}

/// The parts of a seal: its head, its one-time key, what it holds.
fn parts(sealed: &[u8]) -> Result<(SealHead, &[u8], &[u8]), Malformed> {
    if sealed.len() > limits::SEALED_BYTES_MAX {
        return Err(Malformed::TooLarge);
    }
    let mut r = Reader::new(sealed);
    r.map_of(3)?;
    key(&mut r, 1)?;
    let head = read_head(&mut r)?;
    key(&mut r, 2)?;
    let once = r.bytes()?;
    key(&mut r, 3)?;
    let held = r.bytes()?;
    r.end()?;
    Ok((head, once, held))
}

fn unread(malformed: Malformed) -> Unsealed {
    if malformed == Malformed::TooLarge { Unsealed::TooLarge } else { Unsealed::NotASeal }
}

/// Reads what stands outside.
pub fn head(sealed: &[u8]) -> Result<SealHead, Unsealed> {
    parts(sealed).map(|(head, ..)| head).map_err(unread)
}

/// Opens a seal; at most `max` bytes come out.
pub fn open(sealed: &[u8], purpose: Purpose, key: &SigningKey, max: usize) -> Result<Vec<u8>, Unsealed> {
    let (head, once, held) = parts(sealed).map_err(unread)?;
    if head.purpose != purpose {
        return Err(Unsealed::OtherPurpose);
    }
    if head.to != KeyId::of(&key.verifying_key()) {
        return Err(Unsealed::Foreign);
    }
    let secret = Zeroizing::new(key.to_scalar_bytes());
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&*secret).map_err(|_| Unsealed::Damaged)?;
    let once = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(once).map_err(|_| Unsealed::Damaged)?;
    let packed = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &once,
        &info(purpose),
        held,
        &head_bytes(&head),
    )
    .map_err(|_| Unsealed::Damaged)?;
    compress::unpack(&packed, max).map_err(|e| match e {
        Unpack::TooLarge => Unsealed::TooLarge,
        Unpack::NotZstd => Unsealed::Damaged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key_of(n: u8) -> SigningKey {
        SigningKey::from_bytes(&[n; 32])
    }

    fn sealed(plain: &[u8]) -> Vec<u8> {
        seal(&key_of(1).verifying_key(), Purpose::Bundle, None, plain, &[9; 32]).unwrap()
    }

    #[test]
    fn only_the_recipient_opens_it_and_for_its_purpose() {
        let seal = sealed("王小明".as_bytes());
        assert_eq!(open(&seal, Purpose::Bundle, &key_of(1), 100), Ok("王小明".as_bytes().to_vec()));
        assert_eq!(open(&seal, Purpose::Bundle, &key_of(2), 100), Err(Unsealed::Foreign));
        assert_eq!(open(&seal, Purpose::HandOver, &key_of(1), 100), Err(Unsealed::OtherPurpose));
        assert_eq!(open(&seal, Purpose::Bundle, &key_of(1), 5), Err(Unsealed::TooLarge));
        assert_eq!(open(b"<html>", Purpose::Bundle, &key_of(1), 100), Err(Unsealed::NotASeal));
        let plain = "王小明".as_bytes();
        assert!(!seal.windows(plain.len()).any(|w| w == plain));
    }

    #[test]
    fn the_head_is_bound_to_what_is_inside() {
        let about = Hash([7; 32]);
        let seal = seal(&key_of(1).verifying_key(), Purpose::BundleReply, Some(about), b"word", &[9; 32]).unwrap();
        assert_eq!(head(&seal).unwrap().about, Some(about));
        let at = seal.windows(32).position(|w| w == about.0).unwrap();
        let mut bent = seal.clone();
        bent[at] ^= 1;
        assert_eq!(open(&bent, Purpose::BundleReply, &key_of(1), 100), Err(Unsealed::Damaged));
    }

    #[test]
    fn another_seed_gives_another_seal_and_the_same_seed_the_same() {
        let to = key_of(1).verifying_key();
        let of = |seed| seal(&to, Purpose::Bundle, None, b"word", &[seed; 32]).unwrap();
        assert_ne!(of(1), of(2));
        assert_eq!(of(1), of(1));
    }

    #[test]
    fn no_bit_can_be_turned() {
        let seal = sealed(b"word");
        for at in 0..seal.len() {
            for bit in 0..8 {
                let mut bent = seal.clone();
                bent[at] ^= 1 << bit;
                assert!(open(&bent, Purpose::Bundle, &key_of(1), 100).is_err(), "byte {at} bit {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_bent_seal_never_opens(
            plain in proptest::collection::vec(any::<u8>(), 0..300),
            at in any::<proptest::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let mut seal = sealed(&plain);
            prop_assert_eq!(open(&seal, Purpose::Bundle, &key_of(1), 300), Ok(plain));
            let at = at.index(seal.len());
            seal[at] ^= 1 << bit;
            prop_assert!(open(&seal, Purpose::Bundle, &key_of(1), 300).is_err());
            seal.truncate(at);
            prop_assert!(open(&seal, Purpose::Bundle, &key_of(1), 300).is_err());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(open(&bytes, Purpose::Bundle, &key_of(1), 300).is_err());
        }
    }
}
