//! What revoked phones left behind.
//!
//! Owns the opening of a sealed hand-over for whoever decides on it. Refuses to list: the audit names each by its hash.
//! Invariant: opening one leaves a row in the audit.

use super::Admin;
use crate::bundle::not_opened;
use crate::error::{Result, ServerError};
use gridwalk_model::hash::Hash;
use gridwalk_sync::handover::{self, HandOver};

impl Admin {
    /// Opens what a revoked phone handed over, by the hash of its seal.
    pub fn left_over(&self, seal: Hash) -> Result<HandOver> {
        self.act(|w| {
            let sealed = w.tx.hand_over(seal)?.ok_or(ServerError::NotFound("hand-over"))?;
            let left = handover::open_left(&sealed, &w.running.key).map_err(not_opened)?;
            w.audit(self.by, "left_over_opened", &format!("device {} bundle {seal}", left.device))?;
            Ok(left)
        })
    }
}
