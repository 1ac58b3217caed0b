//! Who asks: the request's signature, its time and its nonce.
//!
//! Owns the checks before a handler sees a body. Refuses to know what the body says. Invariant: a nonce is taken only
//! after the signature holds, so that nobody can use up another's.

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

/// The device that a request proves to come from; it may be revoked.
pub fn device(running: &Running, parts: &Parts, body: &[u8]) -> Result<DeviceRow> {
    let device = proven(running, parts, body)?;
    running.read(|r| standing::device(r, device))
}

/// Which device a request proves to come from; it may be revoked.
pub fn proven(running: &Running, parts: &Parts, body: &[u8]) -> Result<DeviceId> {
    let claim = claim(parts).map_err(no_proof)?;
    let key = standing::key(running, claim.device)?;
    held(running, parts, body, (&claim, &key))?;
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
    held(running, parts, body, (&claim, own.1))
}

fn claim(parts: &Parts) -> std::result::Result<Claim, NoProof> {
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let [digest, input, signature] = [proof::DIGEST_HEADER, proof::INPUT_HEADER, proof::SIGNATURE_HEADER].map(header);
    proof::claim(digest, input, signature)
}

/// Whether a claim holds: signature, time, and a nonce that nobody used.
fn held(running: &Running, parts: &Parts, body: &[u8], (claim, key): (&Claim, &VerifyingKey)) -> Result<()> {
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    claim.verify(&Covered { method: parts.method.as_str(), path, query, body }, key).map_err(no_proof)?;
    let now = running.now();
    let window_s = limits::REQUEST_WINDOW_MS / 1000;
    let now_s = now.0.div_euclid(1000);
    if (claim.created_s - now_s).abs() > window_s {
        let mut off = Problem::new(ProblemCode::ClockOff, "the request's time is outside the window");
        off.now = Some(now.0);
        return Err(off.into());
    }
    if !running.store.use_nonce(claim.device, &claim.nonce, claim.created_s, now_s - window_s)? {
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
