//! Phones that wait: enrolled, and told nothing until somebody compared six digits.
//!
//! Owns who waits and the confirmation. Refuses to confirm what was not compared: the digits must be given. Invariant: a
//! phone that waits is told no record and nothing is taken from it.

use super::{Admin, account_named};
use crate::error::{Result, ServerError};
use crate::store::{DeviceRow, Tx};
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_model::time::Timestamp;
use gridwalk_sync::enrol::fingerprint;

/// A phone that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingDevice {
    /// The phone.
    pub device: DeviceRow,
    /// Whose it is.
    pub login: String,
    /// The six digits that its person sees on it.
    pub fingerprint: String,
    /// Since when.
    pub since: Timestamp,
}

fn waiting_of(tx: &dyn Tx, account: AccountId, login: &str) -> Result<Vec<WaitingDevice>> {
    let mut waiting = Vec::new();
    for device in tx.devices(account)?.into_iter().filter(|d| d.revoked_at.is_none()) {
        if let Some(since) = tx.device_waiting(device.id)? {
            let fingerprint = fingerprint(&device.public_key);
            waiting.push(WaitingDevice { login: login.to_owned(), fingerprint, since, device });
        }
    }
    Ok(waiting)
}

impl Admin {
    /// Phones that wait for a confirmation, by login.
    pub fn waiting_devices(&self) -> Result<Vec<WaitingDevice>> {
        self.server.read(|r| {
            let accounts = r.tx.accounts()?;
            let waiting: Result<Vec<_>> = accounts.iter().map(|a| waiting_of(r.tx, a.id, &a.login)).collect();
            Ok(waiting?.into_iter().flatten().collect())
        })
    }

    /// Confirms the phone of this account that shows these digits.
    pub fn confirm(&self, login: &str, digits: &str) -> Result<DeviceId> {
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        self.act(|w| {
            let account = account_named(w.tx, login)?;
            let waiting = waiting_of(w.tx, account.id, login)?;
            if waiting.is_empty() {
                return Err(ServerError::Refused("nobody_waits"));
            }
            let same = |w: &&WaitingDevice| w.fingerprint.replace(' ', "") == digits;
            let found = waiting.iter().find(same).ok_or(ServerError::Refused("fingerprint_differs"))?;
            let id = found.device.id;
            w.tx.device_waiting_end(id)?;
            w.touch_rights(account.id);
            w.audit(self.by, "device_confirmed", &id.to_string())?;
            Ok(id)
        })
    }
}
