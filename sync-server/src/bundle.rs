//! Bundles: sealed frames that somebody else carries here, and the sealed verdicts that go back.
//!
//! Owns the way from a seal to `ingest` and back. Refuses to tell the carrier anything of what is inside. Invariant: a
//! frame from a bundle is taken as if its author had pushed it, as often as it comes and whoever brings it; a frame that
//! comes to nothing does not keep the others back.

use crate::error::{Result, ServerError, problem};
use crate::ingest;
use crate::server::Running;
use ed25519_dalek::VerifyingKey;
use gridwalk_model::exchange::PushFrame;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DeviceId;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::bundle::{self, BundleReply, FrameOutcome};
use gridwalk_sync::seal::{self, Unsealed};

/// What became of a bundle: for its carrier, who sees no more.
#[derive(Debug, Clone)]
pub struct TakenBundle {
    /// Hash of its seal.
    pub seal: Hash,
    /// The verdicts, sealed to the author.
    pub reply: Vec<u8>,
    /// How many frames it held.
    pub frames: usize,
    /// How many of them came to nothing.
    pub refused: usize,
}

pub(crate) fn not_opened(why: Unsealed) -> ServerError {
    match why {
        Unsealed::NotASeal | Unsealed::OtherPurpose => problem(ProblemCode::Malformed, "not a bundle"),
        Unsealed::Foreign => problem(ProblemCode::BundleForeign, "sealed to another server"),
        Unsealed::TooLarge => problem(ProblemCode::TooLarge, "the bundle is larger than its limit"),
        Unsealed::Damaged => problem(ProblemCode::BundleDamaged, "the bundle was changed on its way"),
    }
}

/// Takes a bundle that a device brought.
pub fn take(running: &Running, carrier: DeviceId, sealed: &[u8]) -> Result<TakenBundle> {
    let opened = bundle::open_bundle(sealed, &running.key).map_err(not_opened)?;
    let unknown = || problem(ProblemCode::AuthorUnknown, "no device has the id of the bundle's author");
    let author = running.read(|r| r.tx.device(opened.device))?.ok_or_else(unknown)?;
    let key = VerifyingKey::from_bytes(&author.public_key).map_err(|_| unknown())?;
    let mut outcomes = Vec::with_capacity(opened.frames.len());
    for frame in &opened.frames {
        outcomes.push(push(running, carrier, frame)?);
    }
    let refused = outcomes.iter().filter(|o| matches!(o, FrameOutcome::Problem { .. })).count();
    let (bundle, frames) = (seal::seal_hash(sealed), outcomes.len());
    let at = running.write(|w| {
        let detail = format!("bundle {bundle} of device {} by device {carrier}, {frames} frames", author.id);
        w.audit(Some(author.account), "bundle_taken", &detail)?;
        Ok(w.now)
    })?;
    let reply = BundleReply { device: author.id, bundle, at, outcomes, signature: [0; 64] };
    let sealed = bundle::seal_reply(reply, &running.key, &key, &running.options.ids.b32());
    let reply = sealed.map_err(|_| unknown())?;
    Ok(TakenBundle { seal: bundle, reply, frames, refused })
}

/// One frame; what concerns it alone is told to its author, a fault ends the whole.
fn push(running: &Running, carrier: DeviceId, frame: &PushFrame) -> Result<FrameOutcome> {
    let told = |code: ProblemCode, expected, seq| FrameOutcome::Problem {
        space: frame.space,
        replica: frame.replica,
        code: code.name().to_owned(),
        expected,
        seq,
    };
    match ingest::push(running, carrier, frame.clone()) {
        Ok(reply) => Ok(FrameOutcome::Reply(reply)),
        Err(ServerError::Problem(problem)) => Ok(told(problem.code, problem.expected, problem.seq)),
        Err(ServerError::NotFound(_)) => Ok(told(ProblemCode::NotFound, None, None)),
        Err(fault) => Err(fault),
    }
}
