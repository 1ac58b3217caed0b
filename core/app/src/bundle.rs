//! Bundles: what waits leaves this phone sealed, by file, cable or camera, and the verdicts come back the same way.
//!
//! Owns the making of a bundle, the taking of what others hand over, and what a reply does. Refuses to cut and to show
//! codes: `gridwalk_sync::part` and the shells do. Invariant: making a bundle changes nothing here; a reply does no more
//! than the reply to a push would.

use crate::enrol;
use crate::error::AppError;
use crate::ids;
use crate::notebook::Notebook;
use crate::sync_engine::VerdictCounts;
use gridwalk_model::exchange::PushFrame;
use gridwalk_model::hash::Hash;
use gridwalk_model::limits;
use gridwalk_model::time::Timestamp;
pub use gridwalk_store::{Carried, CarriedKind, Carrying};
use gridwalk_sync::bundle::{self, Bundle, FrameOutcome};
use gridwalk_sync::frame_codec;
pub use gridwalk_sync::part;
use gridwalk_sync::seal::{self, KeyId, Purpose, Unsealed};
use zeroize::Zeroizing;

/// What leaves this phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBundle {
    /// Hash of its bytes: what a reply names it by.
    pub seal: Hash,
    /// Its bytes.
    pub sealed: Vec<u8>,
    /// How many changes it holds.
    pub changes: u64,
    /// How many did not fit; they go into the next one, once a reply to this one came.
    pub left_out: u64,
}

/// What a reply did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReplyTaken {
    /// When the server wrote it.
    pub at: Timestamp,
    /// Its verdicts, by code.
    pub verdicts: VerdictCounts,
    /// Codes of frames that came to nothing.
    pub problems: Vec<String>,
}

/// What became of a seal that was handed to this phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// It is for somebody else.
    Carrying(Carrying),
    /// It was a reply to this phone.
    Reply(ReplyTaken),
}

impl Notebook {
    /// Everything without a verdict, sealed to the server; `None` if nothing waits. It can be made again at any time.
    pub fn bundle(&self) -> Result<Option<MadeBundle>, AppError> {
        self.refuse_in_training()?;
        let enrolment = self.enrolment().ok_or(AppError::NotEnrolled)?;
        let key = enrol::device_key(self.keys())?;
        let room = limits::BUNDLE_BYTES_MAX - limits::BUNDLE_AROUND_BYTES;
        let bundling = self.store().frames_to_bundle(room, limits::BUNDLE_FRAMES_MAX)?;
        let sign = |(outgoing, lost): (gridwalk_store::Outgoing, Option<(u64, u64)>)| {
            let (space, replica, items) = (outgoing.space, outgoing.replica, outgoing.items);
            let device = enrolment.device;
            let mut frame = PushFrame { space, replica, device, lost, items, signature: [0; 64] };
            frame_codec::sign(&mut frame, &key);
            frame
        };
        let frames: Vec<PushFrame> = bundling.frames.into_iter().map(sign).collect();
        if frames.is_empty() {
            return Ok(None);
        }
        let changes = frames.iter().map(|f| f.items.len() as u64).sum();
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(ids::random(self.ids())?);
        let bundle = Bundle { device: enrolment.device, frames };
        let sealed = bundle::seal_bundle(&bundle, &enrolment.server_key()?, &seed)?;
        Ok(Some(MadeBundle { seal: seal::seal_hash(&sealed), sealed, changes, left_out: bundling.left_out }))
    }

    /// Takes what was handed to this phone: a reply for it takes effect, anything for others is carried on.
    pub fn receive(&self, sealed: &[u8]) -> Result<Received, AppError> {
        self.refuse_in_training()?;
        let enrolment = self.enrolment().ok_or(AppError::NotEnrolled)?;
        let head = seal::head(sealed)?;
        let kind = match head.purpose {
            Purpose::Bundle if head.to != KeyId::of(&enrolment.server_key()?) => return Err(Unsealed::Foreign.into()),
            Purpose::Bundle => CarriedKind::Bundle,
            Purpose::BundleReply => {
                if head.to == KeyId::of(&enrol::device_key(self.keys())?.verifying_key()) {
                    return self.take_bundle_reply(sealed).map(Received::Reply);
                }
                CarriedKind::BundleReply
            }
            Purpose::HandOver => return Err(Unsealed::OtherPurpose.into()),
        };
        let taken = self.store().carry(kind, seal::seal_hash(sealed), head.about, sealed, self.now())?;
        if taken == Carrying::Taken {
            self.note_carried();
        }
        Ok(Received::Carrying(taken))
    }

    /// Takes the sealed reply to a bundle of this phone, as if its verdicts had come with the reply to a push.
    pub fn take_bundle_reply(&self, sealed: &[u8]) -> Result<ReplyTaken, AppError> {
        let enrolment = self.enrolment().ok_or(AppError::NotEnrolled)?;
        let key = enrol::device_key(self.keys())?;
        let reply = bundle::open_reply(sealed, &key, &enrolment.server_key()?)?;
        if reply.device != enrolment.device {
            return Err(Unsealed::Foreign.into());
        }
        let mut taken = ReplyTaken { at: reply.at, verdicts: VerdictCounts::new(), problems: Vec::new() };
        for outcome in &reply.outcomes {
            match outcome {
                FrameOutcome::Reply(push) => {
                    let changed = self.store().apply_push_reply(push)?;
                    for named in &push.verdicts {
                        *taken.verdicts.entry(named.verdict.code()).or_default() += 1;
                    }
                    self.tell(changed)?;
                }
                FrameOutcome::Problem { space, replica, code, expected, seq } => {
                    match (expected, seq) {
                        (Some(expected), _) => drop(self.store().on_gap(*space, *replica, *expected)?),
                        (None, Some(seq)) => drop(self.store().on_clash(*space, *replica, *seq)?),
                        (None, None) => {}
                    }
                    taken.problems.push(code.clone());
                }
            }
        }
        Ok(taken)
    }
}
