//! Grants and devices: what administration gives and takes.
//!
//! Owns the acts, their audit rows and the epochs that follow. Refuses to say who may do them: the caller has asked.
//! Invariant: a grant is ended, never deleted; a device is revoked, never deleted.

use crate::error::{Result, ServerError};
use crate::login::ended_of;
use crate::rights;
use crate::store::{DeviceRow, GrantRow};
use crate::writing::Writing;
use gridwalk_model::id::{AccountId, DeviceId, UnitId};
use gridwalk_model::role::{Role, Roles};

/// What is to be granted.
#[derive(Debug, Clone)]
pub struct NewGrant<'a> {
    /// To whom.
    pub account: AccountId,
    /// The unit, with all below.
    pub unit: UnitId,
    /// The role's name.
    pub role: &'a str,
    /// Names of kinds; none: those of the role, as each version knows them.
    pub kinds: &'a [&'a str],
    /// Who grants it.
    pub by: Option<AccountId>,
}

/// Grants; the grant's number.
pub fn grant(w: &Writing<'_>, new: &NewGrant<'_>) -> Result<i64> {
    w.tx.account(new.account)?.ok_or(ServerError::NotFound("account"))?;
    w.tx.unit(new.unit)?.ok_or(ServerError::NotFound("unit"))?;
    let id = w.tx.grant_add(&GrantRow {
        id: 0,
        account: new.account,
        unit: new.unit,
        role: new.role.to_owned(),
        kinds: new.kinds.iter().map(|k| (*k).to_owned()).collect(),
        since: w.now,
        until: None,
    })?;
    let detail = format!("grant {id}: account {} unit {} role {}", new.account, new.unit, new.role);
    w.audit(new.by, "granted", &detail)?;
    if Role::from_name(new.role).is_some_and(|role| Roles::POWERS.has(role)) {
        // Whoever comes to a power logs in with what a power asks for.
        ended_of(w, new.by, new.account, None, "power granted")?;
    }
    rights::raise_epochs(w, new.account)?;
    Ok(id)
}

/// Withdraws a grant; withdrawing it twice changes nothing.
pub fn ungrant(w: &Writing<'_>, id: i64, by: Option<AccountId>) -> Result<()> {
    let grant = w.tx.grant(id)?.ok_or(ServerError::NotFound("grant"))?;
    if grant.until.is_some() {
        return Ok(());
    }
    w.tx.grant_end(id, w.now)?;
    w.audit(by, "withdrawn", &format!("grant {id}: account {} unit {}", grant.account, grant.unit))?;
    ended_of(w, by, grant.account, None, "role withdrawn")?;
    rights::raise_epochs(w, grant.account)
}

/// Revokes a device: what it still pushes waits for a decision, and it is told to hand over and purge.
pub fn revoke(w: &Writing<'_>, device: DeviceId, by: Option<AccountId>) -> Result<()> {
    let row = w.tx.device(device)?.ok_or(ServerError::NotFound("device"))?;
    if row.revoked_at.is_some() {
        return Ok(());
    }
    w.audit(by, "revoked", &format!("device {device} account {}", row.account))?;
    w.touch_rights(row.account);
    ended_of(w, by, row.account, Some(device), "device revoked")?;
    w.tx.device_put(&DeviceRow { revoked_at: Some(w.now), ..row })
}
