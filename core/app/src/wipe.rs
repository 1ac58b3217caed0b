//! The wipe: a phone that changes hands holds nothing any more.
//!
//! Owns the order. Refuses to wipe what nobody else has, unless told so. Invariant: the key of the database goes first, so
//! that a wipe that is cut short has made everything unreadable already.

use crate::error::AppError;
use crate::keys::{self, KeyVault};
use crate::notebook::Notebook;
use gridwalk_store::{OutboxStatus, Store};
use std::path::Path;

impl Notebook {
    /// How much a wipe would lose: changes without a verdict, what its author was to look at, open forms, and pictures
    /// that the server was not given.
    pub fn unsent(&self) -> Result<usize, AppError> {
        let is_here_alone = |status| matches!(status, OutboxStatus::Saved | OutboxStatus::Sent);
        let waits = self.store().outbox()?.iter().filter(|item| is_here_alone(item.status)).count();
        let (attention, drafts) = (self.store().attention()?.len(), self.store().drafts()?.len());
        Ok(waits + attention + drafts + self.store().pictures_waiting()?.len())
    }
}

/// Forgets the keys, then removes the files. The database must be closed.
pub fn wipe(path: &Path, vault: &dyn KeyVault) -> Result<(), AppError> {
    for name in keys::ALL {
        vault.forget(name)?;
    }
    Ok(Store::remove(path)?)
}
