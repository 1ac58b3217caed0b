//! Who asks: the request's signature, its time and its nonce.
//!
//! Owns the checks before a handler sees a body: all of them but the digest before the body is read. Refuses to know what
//! the body says. Invariant: a nonce is taken only after signature and digest hold, so that nobody can use up another's.

use crate::error::{Result, ServerError, problem};
use crate::rate;
use crate::server::Running;
use crate::standing;
use crate::store::DeviceRow;
use ed25519_dalek::VerifyingKey;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DeviceId;
use gridwalk_model::limits;
use gridwalk_sync::proof::{self, Claim, Covered, NoProof};
use gridwalk_sync::{PROTOCOL_HEADER, PROTOCOL_VERSIONS, PROTOCOL_VERSIONS_SERVED, Problem, ProblemCode};
use http::request::Parts;

/// How far a request's time may be off, seconds.
const WINDOW_S: i64 = limits::REQUEST_WINDOW_MS / 1000;

/// The device that a request proves to come from; it may be revoked.
pub fn device(running: &Running, parts: &Parts, body: &[u8]) -> Result<DeviceRow> {
    let device = proven(running, parts, body)?;
    running.read(|r| standing::device(r, device))
}

/// A claim that a device's key signed within the window; of the body nothing is known yet.
#[derive(Clone)]
struct Signed(Claim);

/// Asks of a request all that can be asked before its body is read, and notes the answer with it.
pub(crate) fn head(running: &Running, parts: &mut Parts) -> Result<()> {
    let signed = signed(running, parts)?;
    parts.extensions.insert(signed);
    Ok(())
}

fn signed(running: &Running, parts: &Parts) -> Result<Signed> {
    let claim = claim(parts).map_err(no_proof)?;
    let key = standing::key(running, claim.device)?;
    in_window(running, parts, (&claim, &key))?;
    Ok(Signed(claim))
}

/// Which device a request proves to come from; it may be revoked.
pub fn proven(running: &Running, parts: &Parts, body: &[u8]) -> Result<DeviceId> {
    let Signed(claim) = match parts.extensions.get::<Signed>() {
        Some(known) => known.clone(),
        None => signed(running, parts)?,
    };
    fresh(running, &claim, body)?;
    rate::of_device(running, claim.device)?;
    tracing::debug!(device = short_hash(claim.device), "signed");
    Ok(claim.device)
}

/// Whether a request was signed by the key that it brings itself, of a device that nobody knows yet.
pub fn brings_its_key(running: &Running, parts: &Parts, body: &[u8], own: (DeviceId, &VerifyingKey)) -> Result<()> {
    // The same words whatever is amiss: whoever asks is nobody yet.
    let unsigned = || problem(ProblemCode::BadSignature, "the request was not signed by the key that it brings");
    let claim = claim(parts).map_err(|_| unsigned())?;
    if claim.device != own.0 {
        return Err(unsigned());
    }
    in_window(running, parts, (&claim, own.1))?;
    fresh(running, &claim, body)
}

fn claim(parts: &Parts) -> std::result::Result<Claim, NoProof> {
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let [digest, input, signature] = [proof::DIGEST_HEADER, proof::INPUT_HEADER, proof::SIGNATURE_HEADER].map(header);
    proof::claim(digest, input, signature)
}

/// Whether the head of a request holds: signature and time.
fn in_window(running: &Running, parts: &Parts, (claim, key): (&Claim, &VerifyingKey)) -> Result<()> {
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let covered = Covered { method: parts.method.as_str(), path, query, body: &[] };
    claim.verify_head(&covered, key).map_err(no_proof)?;
    let now = running.now();
    if (claim.created_s - now.0.div_euclid(1000)).abs() > WINDOW_S {
        let mut off = Problem::new(ProblemCode::ClockOff, "the request's time is outside the window");
        off.now = Some(now.0);
        return Err(off.into());
    }
    Ok(())
}

/// Whether the body is the one that was signed for, under a nonce that nobody used.
fn fresh(running: &Running, claim: &Claim, body: &[u8]) -> Result<()> {
    claim.verify_body(body).map_err(no_proof)?;
    let now_s = running.now().0.div_euclid(1000);
    if !running.store.use_nonce(claim.device, &claim.nonce, claim.created_s, now_s - WINDOW_S)? {
        return Err(problem(ProblemCode::Replayed, "the nonce was used before"));
    }
    Ok(())
}

fn no_proof(e: NoProof) -> ServerError {
    problem(ProblemCode::BadSignature, &e.to_string())
}

/// Whether the phone speaks a protocol version that is served for every call. Pushing and handing over never ask.
pub fn speaks(parts: &Parts) -> Result<()> {
    let version = parts.headers.get(PROTOCOL_HEADER).and_then(|v| v.to_str().ok()?.trim().parse::<u32>().ok());
    match version {
        Some(version) if served().contains(&version) => Ok(()),
        Some(version) if version > PROTOCOL_VERSIONS[0] => {
            Err(problem(ProblemCode::ServerOld, "this server does not know so new a protocol version"))
        }
        _ => Err(problem(ProblemCode::UpdateNeeded, "this protocol version is not served for this call")),
    }
}

/// The protocol versions that are served for every call, newest first.
pub fn served() -> &'static [u32] {
    &PROTOCOL_VERSIONS[..PROTOCOL_VERSIONS.len().min(PROTOCOL_VERSIONS_SERVED)]
}

/// How a device is named in the log: enough to follow one through an hour, nothing to look somebody up by.
pub fn short_hash(device: DeviceId) -> String {
    let hash = Hash::with_context("gridwalk 2026 log device", &[&device.0]);
    data_encoding::HEXLOWER.encode(&hash.0[..4])
}
