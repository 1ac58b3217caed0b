//! Push frames and their replies as CBOR with integer keys.
//!
//! Owns the bytes of `PushFrame` and `PushReply` and what a frame's signature covers. Refuses to judge changes.
//! Invariant: the signature covers replica, space, device, `lost` and every (seq, hash), never a body, so that it still
//! verifies when a body has been erased.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::exchange::{NamedVerdict, PushFrame, PushItem, PushReply, Receipt, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, ReplicaId, SpaceId, TimelineId};
use gridwalk_model::limits;
use gridwalk_model::time::Timestamp;

/// What the frame's signature covers.
pub fn signed_bytes(frame: &PushFrame) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(6).text("gridwalk frame 1").bytes(&frame.space.0).bytes(&frame.replica.0).bytes(&frame.device.0);
    write_lost(&mut w, frame.lost);
    w.array(frame.items.len());
    for item in &frame.items {
        w.array(2).uint(item.seq).bytes(&item.hash.0);
    }
    w.finish()
}

/// Signs a frame with the device's key.
pub fn sign(frame: &mut PushFrame, key: &SigningKey) {
    frame.signature = key.sign(&signed_bytes(frame)).to_bytes();
}

/// Whether the frame was signed by this key.
pub fn verify(frame: &PushFrame, key: &VerifyingKey) -> bool {
    key.verify_strict(&signed_bytes(frame), &Signature::from_bytes(&frame.signature)).is_ok()
}

fn write_lost(w: &mut Writer, lost: Option<(u64, u64)>) {
    match lost {
        Some((from, to)) => w.array(2).uint(from).uint(to),
        None => w.null(),
    };
}

/// The bytes of a frame.
pub fn frame_bytes(frame: &PushFrame) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(6).uint(1).bytes(&frame.space.0).uint(2).bytes(&frame.replica.0).uint(3).bytes(&frame.device.0).uint(4);
    write_lost(&mut w, frame.lost);
    w.uint(5).array(frame.items.len());
    for item in &frame.items {
        w.array(3).uint(item.seq).bytes(&item.hash.0);
        match &item.body {
            Some(body) => w.bytes(body),
            None => w.null(),
        };
    }
    w.uint(6).bytes(&frame.signature);
    w.finish()
}

/// Reads a frame.
pub fn read_frame(bytes: &[u8]) -> Result<PushFrame, Malformed> {
    if bytes.len() > limits::FRAME_BYTES_MAX {
        return Err(Malformed::TooLarge);
    }
    let mut r = Reader::new(bytes);
    r.map_of(6)?;
    key(&mut r, 1)?;
    let space = SpaceId(r.b16()?);
    key(&mut r, 2)?;
    let replica = ReplicaId(r.b16()?);
    key(&mut r, 3)?;
    let device = DeviceId(r.b16()?);
    key(&mut r, 4)?;
    let lost = if r.null()? {
        None
    } else {
        r.array_of(2)?;
        Some((r.uint()?, r.uint()?))
    };
    key(&mut r, 5)?;
    let mut items = Vec::new();
    for _ in 0..r.list(limits::FRAME_CHANGES_MAX)? {
        r.array_of(3)?;
        let (seq, hash) = (r.uint()?, r.hash()?);
        let body = if r.null()? { None } else { Some(r.bytes()?.into()) };
        items.push(PushItem { seq, hash, body });
    }
    key(&mut r, 6)?;
    let signature = signature(&mut r)?;
    r.end()?;
    Ok(PushFrame { space, replica, device, lost, items, signature })
}

/// Expects this integer key.
pub(crate) fn key(r: &mut Reader<'_>, expected: u64) -> Result<(), Malformed> {
    if r.uint()? == expected { Ok(()) } else { Err(Malformed::Shape) }
}

fn signature(r: &mut Reader<'_>) -> Result<[u8; 64], Malformed> {
    r.bytes()?.try_into().map_err(|_| Malformed::Shape)
}

/// Writes a verdict: name, code, pos, and two texts for those that have them.
pub(crate) fn write_verdict(w: &mut Writer, v: &NamedVerdict) {
    w.array(5).name(&v.name).uint(v.pos);
    match &v.verdict {
        Verdict::Applied => w.uint(0).text("").text(""),
        Verdict::Quarantined => w.uint(1).text("").text(""),
        Verdict::Declined { reason } => w.uint(2).text(reason).text(""),
        Verdict::Refused { code, hint } => w.uint(3).text(code).text(hint),
    };
}

/// Reads a verdict.
pub(crate) fn read_verdict(r: &mut Reader<'_>) -> Result<NamedVerdict, Malformed> {
    r.array_of(5)?;
    let (name, pos, code) = (r.name()?, r.uint()?, r.uint()?);
    let (first, second) = (r.text(limits::TEXT_BYTES_MAX)?, r.text(limits::TEXT_BYTES_MAX)?);
    let verdict = match code {
        0 => Verdict::Applied,
        1 => Verdict::Quarantined,
        2 => Verdict::Declined { reason: first },
        3 => Verdict::Refused { code: first, hint: second },
        _ => return Err(Malformed::Shape),
    };
    Ok(NamedVerdict { name, verdict, pos })
}

/// The bytes of a reply.
pub fn reply_bytes(reply: &PushReply) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(3).uint(1).bytes(&reply.timeline.0).uint(2).array(reply.verdicts.len());
    for verdict in &reply.verdicts {
        write_verdict(&mut w, verdict);
    }
    let receipt = &reply.receipt;
    w.uint(3).array(6).bytes(&receipt.space.0).bytes(&receipt.replica.0).uint(receipt.upto).bytes(&receipt.chain.0);
    w.int(receipt.at.0).bytes(&receipt.signature);
    w.finish()
}

/// Reads a reply.
pub fn read_reply(bytes: &[u8]) -> Result<PushReply, Malformed> {
    let mut r = Reader::new(bytes);
    r.map_of(3)?;
    key(&mut r, 1)?;
    let timeline = TimelineId(r.b16()?);
    key(&mut r, 2)?;
    let verdicts = (0..r.list(limits::FRAME_CHANGES_MAX)?).map(|_| read_verdict(&mut r)).collect::<Result<_, _>>()?;
    key(&mut r, 3)?;
    r.array_of(6)?;
    let receipt = Receipt {
        space: SpaceId(r.b16()?),
        replica: ReplicaId(r.b16()?),
        upto: r.uint()?,
        chain: r.hash()?,
        at: Timestamp(r.int()?),
        signature: signature(&mut r)?,
    };
    r.end()?;
    Ok(PushReply { timeline, verdicts, receipt })
}

/// Hash of a frame's or request's bytes, as replies refer to it.
pub fn request_hash(bytes: &[u8]) -> Hash {
    Hash::with_context("gridwalk 2026 request", &[bytes])
}
