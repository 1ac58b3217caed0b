//! The offline lease: how long a phone shows what it holds without hearing of its server.
//!
//! Owns how much of it is spent. Refuses to know what it opens. Invariant: whatever the clocks say, one answer of the
//! server begins it anew, and nothing that was typed goes with it.

use super::passed::Mark;
use crate::error::AppError;
use crate::keys::{self, KeyVault};
use gridwalk_model::limits::{LEASE_MS, LEASE_NOTED_EVERY_MS};

/// What the vault holds of it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Kept {
    spent_ms: i64,
    at: Mark,
}

/// What a restart counts at most: a clock that comes up in 2099 does not end a lease alone.
const RESTART_MS: i64 = LEASE_MS / 2;

impl Kept {
    pub const fn new(at: Mark) -> Self {
        Self { spent_ms: 0, at }
    }

    pub fn load(vault: &dyn KeyVault) -> Result<Option<Self>, AppError> {
        let Some(bytes) = vault.load(keys::LEASE)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|_| AppError::EnrolmentDamaged)
    }

    pub fn keep(&self, vault: &dyn KeyVault) -> Result<(), AppError> {
        let bytes = serde_json::to_vec(self).map_err(|_| AppError::EnrolmentDamaged)?;
        Ok(vault.keep(keys::LEASE, &bytes)?)
    }

    /// What is left of it, milliseconds; none or less: it is over.
    pub fn left_ms(&self, now: &Mark) -> i64 {
        LEASE_MS.saturating_sub(self.spent_ms).saturating_sub(now.since(&self.at, RESTART_MS))
    }

    /// Notes what is spent, if that has become much since it was noted last or the machine was started since.
    pub fn note(&mut self, now: &Mark, vault: &dyn KeyVault) -> Result<(), AppError> {
        let since = now.since(&self.at, RESTART_MS);
        if since < LEASE_NOTED_EVERY_MS && self.at.is_of_run(now) {
            return Ok(());
        }
        *self = Self { spent_ms: self.spent_ms.saturating_add(since), at: *now };
        self.keep(vault)
    }

    /// The server answered: it begins anew.
    pub fn renew(&mut self, now: &Mark, vault: &dyn KeyVault) -> Result<(), AppError> {
        let is_fresh = self.spent_ms == 0 && self.at.is_of_run(now) && now.since(&self.at, 0) < LEASE_NOTED_EVERY_MS;
        if is_fresh {
            return Ok(());
        }
        *self = Self::new(*now);
        self.keep(vault)
    }
}
