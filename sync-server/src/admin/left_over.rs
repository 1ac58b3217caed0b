//! What phones left behind: revoked ones, and ones that somebody rescued it from.
//!
//! Owns the keeping and the opening of a sealed hand-over for whoever decides on it. Refuses to list: the audit names each by its hash.
//! Invariant: opening one leaves a row in the audit.

use super::{Admin, power};
use crate::bundle::not_opened;
use crate::erase::remains;
use crate::error::{Result, ServerError, problem};
use gridwalk_model::hash::Hash;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::handover::{self, HandOver};

impl Admin {
    /// Keeps what somebody rescued from a phone and brought by hand; whose it was, and what it holds. Twice changes nothing.
    pub fn keep_rescued(&self, sealed: &[u8]) -> Result<HandOver> {
        self.act(|w| {
            let left = handover::open_left(sealed, &w.running.key).map_err(not_opened)?;
            let unknown = || problem(ProblemCode::AuthorUnknown, "no device has the id of the rescued one");
            let device = w.tx.device(left.device)?.ok_or_else(unknown)?;
            let seal = handover::hash_of(sealed);
            if w.tx.hand_over_at(seal)?.is_none() {
                let kept =
                    remains::without_erased(w.tx, &left)?.map(|kept| remains::seal_anew(w, &kept)).transpose()?;
                w.tx.hand_over_put(seal, left.device, w.now, kept.as_deref().unwrap_or(sealed))?;
                w.audit(Some(device.account), "rescued", &format!("device {} bundle {seal}", left.device))?;
            }
            Ok(left)
        })
    }

    /// Opens what a revoked phone handed over, by the hash of its seal.
    pub fn left_over(&self, seal: Hash) -> Result<HandOver> {
        self.act_by(|w| {
            let sealed = w.tx.hand_over(seal)?.ok_or(ServerError::NotFound("hand-over"))?;
            let left = handover::open_left(&sealed, &w.running.key).map_err(not_opened)?;
            if self.by.is_some() {
                let device = w.tx.device(left.device)?.ok_or(power::LACKING)?;
                power::opens_left_over(&w.reading(), self.by, device.account)?;
            }
            w.audit(self.by, "left_over_opened", &format!("device {} bundle {seal}", left.device))?;
            Ok(left)
        })
    }
}
