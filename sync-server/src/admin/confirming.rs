//! Phones that wait: enrolled, and told nothing until somebody compared six digits.
//!
//! Owns who waits and the confirmation. Refuses to confirm what was not compared: the digits must be given. Invariant: a
//! phone that waits is told no record and nothing is taken from it.

use super::{Admin, account_named, power};
use crate::error::{Result, ServerError};
use crate::store::DeviceRow;
use crate::writing::Writing;
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

/// Confirms a phone if the digits are those that it shows; else that is noted.
pub(super) fn compared(w: &Writing<'_>, by: Option<AccountId>, device: &DeviceRow, digits: &str) -> Result<Result<()>> {
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let detail = format!("account {} device {}", device.account, device.id);
    if fingerprint(&device.public_key).replace(' ', "") != digits {
        w.audit(by, "device_not_confirmed", &detail)?;
        return Ok(Err(ServerError::Refused("fingerprint_differs")));
    }
    w.tx.device_waiting_end(device.id)?;
    w.touch_rights(device.account);
    w.audit(by, "device_confirmed", &detail)?;
    Ok(Ok(()))
}

impl Admin {
    /// Phones that wait for a confirmation, the longest first.
    pub fn waiting_devices(&self) -> Result<Vec<WaitingDevice>> {
        self.server.read(|r| {
            let mut waiting = Vec::new();
            for (id, since) in r.tx.devices_waiting()? {
                let Some(device) = r.tx.device(id)?.filter(|d| d.revoked_at.is_none()) else { continue };
                let login = r.tx.account(device.account)?.map(|account| account.login).unwrap_or_default();
                let fingerprint = fingerprint(&device.public_key);
                waiting.push(WaitingDevice { device, login, fingerprint, since });
            }
            Ok(waiting)
        })
    }

    /// Confirms the phone of this account that shows these digits.
    pub fn confirm(&self, login: &str, digits: &str) -> Result<DeviceId> {
        let shown: String = digits.chars().filter(char::is_ascii_digit).collect();
        self.act_by(|w| {
            let account = account_named(w.tx, login)?;
            power::receives(&w.reading(), self.by, account.id)?;
            let devices = w.tx.devices(account.id)?.into_iter().filter(|d| d.revoked_at.is_none());
            let mut waiting = Vec::new();
            for device in devices {
                if w.tx.device_waiting(device.id)?.is_some() {
                    waiting.push(device);
                }
            }
            let shows = |device: &&DeviceRow| fingerprint(&device.public_key).replace(' ', "") == shown;
            let found = waiting.iter().find(shows).or(waiting.first());
            let device = found.ok_or(ServerError::Refused("nobody_waits"))?;
            Ok(compared(w, self.by, device, &shown)?.map(|()| device.id))
        })?
    }
}
