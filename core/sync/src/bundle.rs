//! Bundles: changes that leave a phone without network, and the verdicts that come back the same way.
//!
//! Owns what stands inside a bundle's and a reply's seal, and the server's signature over a reply. Refuses to know storage
//! and who carries. Invariant: a bundle holds ordinary signed frames, so that whatever carried them the author is proved;
//! a reply counts only with the server's signature, for the device that it names.

use crate::frame_codec::{self, key};
use crate::seal::{self, Purpose, Unsealed};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::exchange::{PushFrame, PushReply};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, ReplicaId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::time::Timestamp;

/// The changes of one device that have no receipt, as it would push them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The device that signed the frames; the reply is sealed to its key.
    pub device: DeviceId,
    /// Its frames.
    pub frames: Vec<PushFrame>,
}

/// What became of one frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FrameOutcome {
    /// As if it had been pushed.
    Reply(PushReply),
    /// Nothing of it was done.
    Problem {
        /// The frame's space.
        space: SpaceId,
        /// The frame's replica.
        replica: ReplicaId,
        /// Stable code of the problem.
        code: String,
        /// With `gap`: the next seq that the server expects.
        expected: Option<u64>,
        /// With `clash`: the seq that is taken.
        seq: Option<u64>,
    },
}

/// What the server says of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleReply {
    /// The device that it is for.
    pub device: DeviceId,
    /// Hash of the bundle's seal.
    pub bundle: Hash,
    /// The server's time.
    pub at: Timestamp,
    /// What became of each frame, in order.
    pub outcomes: Vec<FrameOutcome>,
    /// The server's Ed25519 signature.
    pub signature: [u8; 64],
}

fn write_bundle(bundle: &Bundle) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(2).uint(1).bytes(&bundle.device.0).uint(2).array(bundle.frames.len());
    for frame in &bundle.frames {
        w.bytes(&frame_codec::frame_bytes(frame));
    }
    w.finish()
}

fn read_bundle(bytes: &[u8]) -> Result<Bundle, Malformed> {
    let mut r = Reader::new(bytes);
    r.map_of(2)?;
    key(&mut r, 1)?;
    let device = DeviceId(r.b16()?);
    key(&mut r, 2)?;
    let mut frames = Vec::new();
    for _ in 0..r.list(limits::BUNDLE_FRAMES_MAX)? {
        let frame = frame_codec::read_frame(r.bytes()?)?;
        if frame.device != device {
            return Err(Malformed::Shape);
        }
        frames.push(frame);
    }
    r.end()?;
    Ok(Bundle { device, frames })
}

/// Seals a bundle to the server.
pub fn seal_bundle(bundle: &Bundle, server: &VerifyingKey, seed: &[u8; 32]) -> Result<Vec<u8>, Unsealed> {
    seal::seal(server, Purpose::Bundle, None, &write_bundle(bundle), seed)
}

/// Opens a bundle with the server's key.
pub fn open_bundle(sealed: &[u8], server: &SigningKey) -> Result<Bundle, Unsealed> {
    let plain = seal::open(sealed, Purpose::Bundle, server, limits::BUNDLE_BYTES_MAX)?;
    read_bundle(&plain).map_err(|_| Unsealed::NotASeal)
}

fn write_body(w: &mut Writer, reply: &BundleReply) {
    w.uint(1).bytes(&reply.device.0).uint(2).bytes(&reply.bundle.0).uint(3).int(reply.at.0);
    w.uint(4).array(reply.outcomes.len());
    for outcome in &reply.outcomes {
        match outcome {
            FrameOutcome::Reply(reply) => w.array(2).uint(0).bytes(&frame_codec::reply_bytes(reply)),
            FrameOutcome::Problem { space, replica, code, expected, seq } => {
                w.array(6).uint(1).bytes(&space.0).bytes(&replica.0).text(code);
                maybe(w, *expected);
                maybe(w, *seq)
            }
        };
    }
}

fn maybe(w: &mut Writer, number: Option<u64>) -> &mut Writer {
    match number {
        Some(n) => w.uint(n),
        None => w.null(),
    }
}

fn read_maybe(r: &mut Reader<'_>) -> Result<Option<u64>, Malformed> {
    if r.null()? { Ok(None) } else { r.uint().map(Some) }
}

/// What the server's signature of a reply covers.
pub fn signed_bytes(reply: &BundleReply) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(5).uint(0).text("gridwalk bundle reply 1");
    write_body(&mut w, reply);
    w.finish()
}

fn reply_bytes(reply: &BundleReply) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(5);
    write_body(&mut w, reply);
    w.uint(5).bytes(&reply.signature);
    w.finish()
}

fn read_reply(bytes: &[u8]) -> Result<BundleReply, Malformed> {
    let mut r = Reader::new(bytes);
    r.map_of(5)?;
    key(&mut r, 1)?;
    let device = DeviceId(r.b16()?);
    key(&mut r, 2)?;
    let bundle = r.hash()?;
    key(&mut r, 3)?;
    let at = Timestamp(r.int()?);
    key(&mut r, 4)?;
    let count = r.list(limits::BUNDLE_FRAMES_MAX)?;
    let outcomes = (0..count).map(|_| read_outcome(&mut r)).collect::<Result<_, _>>()?;
    key(&mut r, 5)?;
    let signature = r.bytes()?.try_into().map_err(|_| Malformed::Shape)?;
    r.end()?;
    Ok(BundleReply { device, bundle, at, outcomes, signature })
}

fn read_outcome(r: &mut Reader<'_>) -> Result<FrameOutcome, Malformed> {
    match (r.array()?, r.uint()?) {
        (2, 0) => Ok(FrameOutcome::Reply(frame_codec::read_reply(r.bytes()?)?)),
        (6, 1) => Ok(FrameOutcome::Problem {
            space: SpaceId(r.b16()?),
            replica: ReplicaId(r.b16()?),
            code: r.text(limits::FIELD_NAME_BYTES_MAX)?,
            expected: read_maybe(r)?,
            seq: read_maybe(r)?,
        }),
        _ => Err(Malformed::Shape),
    }
}

/// Signs a reply with the server's key and seals it to its device.
pub fn seal_reply(
    mut reply: BundleReply,
    server: &SigningKey,
    device: &VerifyingKey,
    seed: &[u8; 32],
) -> Result<Vec<u8>, Unsealed> {
    reply.signature = server.sign(&signed_bytes(&reply)).to_bytes();
    seal::seal(device, Purpose::BundleReply, Some(reply.bundle), &reply_bytes(&reply), seed)
}

/// Opens a reply with the device's key; one that the server did not sign is none.
pub fn open_reply(sealed: &[u8], device: &SigningKey, server: &VerifyingKey) -> Result<BundleReply, Unsealed> {
    let plain = seal::open(sealed, Purpose::BundleReply, device, limits::BUNDLE_BYTES_MAX)?;
    let reply = read_reply(&plain).map_err(|_| Unsealed::NotASeal)?;
    let signature = Signature::from_bytes(&reply.signature);
    server.verify_strict(&signed_bytes(&reply), &signature).map_err(|_| Unsealed::Damaged)?;
    if seal::head(sealed)?.about == Some(reply.bundle) { Ok(reply) } else { Err(Unsealed::Damaged) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt;
    use gridwalk_model::exchange::{NamedVerdict, PushItem, Receipt, Verdict};
    use gridwalk_model::id::TimelineId;
    use gridwalk_model::name::Name;

    fn keys() -> (SigningKey, SigningKey) {
        (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]))
    }

    fn bundle(device: DeviceId) -> Bundle {
        let (_, phone) = keys();
        let items = vec![PushItem { seq: 1, hash: Hash([5; 32]), body: Some([1, 2, 3].as_slice().into()) }];
        let (space, replica) = (SpaceId([3; 16]), ReplicaId([4; 16]));
        let mut frame = PushFrame { space, replica, device, lost: None, items, signature: [0; 64] };
        frame_codec::sign(&mut frame, &phone);
        Bundle { device: DeviceId([6; 16]), frames: vec![frame] }
    }

    fn reply() -> BundleReply {
        let (server, _) = keys();
        let (space, replica) = (SpaceId([3; 16]), ReplicaId([4; 16]));
        let name = Name { replica, seq: 1, mark: Hash([5; 32]).mark() };
        let verdicts = vec![NamedVerdict { name, verdict: Verdict::Quarantined, pos: 9 }];
        let at = Timestamp(8);
        let mut made = Receipt { space, replica, upto: 1, chain: Hash([5; 32]), at, signature: [0; 64] };
        receipt::sign(&mut made, &server);
        let done = FrameOutcome::Reply(PushReply { timeline: TimelineId([8; 16]), verdicts, receipt: made });
        let gap = FrameOutcome::Problem { space, replica, code: "gap".into(), expected: Some(7), seq: None };
        let (device, bundle) = (DeviceId([6; 16]), Hash([9; 32]));
        BundleReply { device, bundle, at, outcomes: vec![done, gap], signature: [0; 64] }
    }

    #[test]
    fn a_bundle_comes_out_as_it_went_in() {
        let (server, phone) = keys();
        let whole = bundle(DeviceId([6; 16]));
        let sealed = seal_bundle(&whole, &server.verifying_key(), &[7; 32]).unwrap();
        let opened = open_bundle(&sealed, &server).unwrap();
        assert_eq!(opened, whole);
        assert!(frame_codec::verify(&opened.frames[0], &phone.verifying_key()));
        assert_eq!(open_bundle(&sealed, &phone), Err(Unsealed::Foreign));
    }

    #[test]
    fn a_bundle_of_two_devices_is_none() {
        let (server, _) = keys();
        let mixed = bundle(DeviceId([7; 16]));
        let sealed = seal_bundle(&mixed, &server.verifying_key(), &[7; 32]).unwrap();
        assert_eq!(open_bundle(&sealed, &server), Err(Unsealed::NotASeal));
    }

    #[test]
    fn a_reply_counts_for_its_device_and_from_its_server_alone() {
        let (server, phone) = keys();
        let sealed = seal_reply(reply(), &server, &phone.verifying_key(), &[7; 32]).unwrap();
        let opened = open_reply(&sealed, &phone, &server.verifying_key()).unwrap();
        assert_eq!(opened, BundleReply { signature: opened.signature, ..reply() });
        let stranger = SigningKey::from_bytes(&[3; 32]);
        assert_eq!(open_reply(&sealed, &stranger, &server.verifying_key()), Err(Unsealed::Foreign));
        assert_eq!(open_reply(&sealed, &phone, &stranger.verifying_key()), Err(Unsealed::Damaged));
        let forged = seal_reply(reply(), &stranger, &phone.verifying_key(), &[7; 32]).unwrap();
        assert_eq!(open_reply(&forged, &phone, &server.verifying_key()), Err(Unsealed::Damaged), "a carrier's own");
    }
}
