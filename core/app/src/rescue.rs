//! Rescue: everything that a phone has alone, sealed to the server, for a phone that will not sync any more.
//!
//! Owns what goes into the two seals. Refuses to be stopped by a lock: nothing is shown, and only the server can open it.
//! Invariant: it changes nothing here; what waits leaves signed as it would be pushed, the rest for a person to look at.

use crate::bundle::MadeBundle;
use crate::error::AppError;
use crate::ids;
use crate::notebook::Notebook;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DeviceId;
use gridwalk_store::Left;
use gridwalk_sync::handover::{self, HandOver, LeftChange, LeftDraft, LeftPicture};
use gridwalk_sync::seal;
use zeroize::Zeroizing;

/// What is brought to the server by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescued {
    /// What waits, as its author would push it; none if nothing does.
    pub bundle: Option<MadeBundle>,
    /// What a person has to look at; none if there is nothing of that kind.
    pub left: Option<MadeLeft>,
}

/// Open forms, what needs attention, and what did not fit into the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeLeft {
    /// Hash of its bytes.
    pub seal: Hash,
    /// Its bytes.
    pub sealed: Vec<u8>,
    /// How many changes it holds.
    pub changes: usize,
    /// How many open forms it holds.
    pub drafts: usize,
    /// How many pictures it holds.
    pub pictures: usize,
    /// How many pictures did not fit, and are on this phone alone.
    pub pictures_left_out: usize,
}

/// What is left on a device, as it travels.
pub(crate) fn hand_over(device: DeviceId, left: Vec<Left>) -> HandOver {
    let (mut changes, mut drafts, mut pictures) = (Vec::new(), Vec::new(), Vec::new());
    for item in left {
        match item {
            Left::Change { change, attention, .. } => {
                let list = attention.unwrap_or_default();
                changes.push(LeftChange { list, body: change.bytes });
            }
            Left::Draft(draft) => drafts.push(LeftDraft {
                space: draft.space,
                record: draft.record,
                kind: draft.kind,
                basis: draft.basis.to_bytes(),
                content: draft.content,
            }),
            Left::Picture { of, bytes } => {
                pictures.push(LeftPicture { space: of.space, record: of.record, bytes });
            }
        }
    }
    HandOver { device, changes, drafts, pictures }
}

impl Notebook {
    /// Everything that the server has not said to be safe. It can be made again at any time.
    pub fn rescue(&self) -> Result<Rescued, AppError> {
        let enrolment = self.enrolment().ok_or(AppError::NotEnrolled)?;
        let bundle = self.bundle()?;
        let did_not_fit = bundle.as_ref().is_some_and(|made| made.left_out > 0);
        let alone = |item: &Left| did_not_fit || !matches!(item, Left::Change { attention: None, .. });
        let (left, _) = self.store().hand_over()?;
        let left = hand_over(enrolment.device, left.into_iter().filter(alone).collect());
        if left.changes.is_empty() && left.drafts.is_empty() && left.pictures.is_empty() {
            return Ok(Rescued { bundle, left: None });
        }
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(ids::random(self.ids())?);
        let sealed = handover::seal_left(&left, &enrolment.server_key()?, &seed)?;
        let (changes, drafts, pictures) = (left.changes.len(), left.drafts.len(), left.pictures.len());
        let pictures_left_out = self.store().pictures_waiting()?.len().saturating_sub(pictures);
        let seal = seal::seal_hash(&sealed);
        Ok(Rescued { bundle, left: Some(MadeLeft { seal, sealed, changes, drafts, pictures, pictures_left_out }) })
    }
}
