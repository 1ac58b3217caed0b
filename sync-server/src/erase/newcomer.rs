//! Newcomers whose time is over: what they said of themselves goes, and what they reported stays as what it is.
//!
//! Owns the periods' meaning and what is forgotten. Refuses to end anybody's role. Invariant: whoever has a role, or may
//! still be confirmed, is not forgotten.

use super::{list, remains};
use crate::error::Result;
use crate::limits;
use crate::store::{JoinedRow, Tx};
use crate::writing::Writing;
use gridwalk_model::id::{AccountId, RecordId};
use gridwalk_model::role::Role;
use gridwalk_model::time::Timestamp;

/// Somebody of whom nothing is to be kept any more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NewcomerDue {
    /// The account.
    pub account: AccountId,
    /// Since when.
    pub since: Timestamp,
    /// Why: `refused`, `unconfirmed` or `ended`.
    pub why: &'static str,
}

/// Those who joined by a poster and whose time is over: refused, never confirmed, or without any role since then.
pub fn due(tx: &dyn Tx, now: Timestamp) -> Result<Vec<NewcomerDue>> {
    let mut due = Vec::new();
    for joined in tx.joined_all()?.into_iter().filter(|joined| !joined.phone.is_empty()) {
        if let Some((since, why)) = since(tx, &joined)?.filter(|(since, _)| *since <= now) {
            due.push(NewcomerDue { account: joined.account, since, why });
        }
    }
    Ok(due)
}

fn since(tx: &dyn Tx, joined: &JoinedRow) -> Result<Option<(Timestamp, &'static str)>> {
    let grants = tx.grants(joined.account)?;
    let living: Vec<_> = grants.iter().filter(|grant| grant.until.is_none()).collect();
    let ended = grants.iter().filter_map(|grant| grant.until).max();
    Ok(match (joined.refused_at, ended) {
        (Some(at), _) if living.is_empty() => Some((at.plus_ms(limits::NEWCOMER_KEPT_MS), "refused")),
        (None, Some(at)) if living.is_empty() => Some((at.plus_ms(limits::NEWCOMER_KEPT_MS), "ended")),
        _ if !living.is_empty() && living.iter().all(|grant| grant.role == Role::Newcomer.name()) => {
            Some((joined.joined_at.plus_ms(limits::NEWCOMER_UNCONFIRMED_KEPT_MS), "unconfirmed"))
        }
        _ => None,
    })
}

/// Forgets one of them, and notes it in the list.
pub fn erase(w: &Writing<'_>, account: AccountId) -> Result<()> {
    forget(w, account)?;
    list::keep_newcomer(w, account)
}

/// Takes away name, number and whatever else they said; their devices get no more and give no more.
pub(super) fn forget(w: &Writing<'_>, account: AccountId) -> Result<()> {
    let Some(mut row) = w.tx.account(account)? else { return Ok(()) };
    row.name.clear();
    w.tx.account_put(&row)?;
    w.tx.joined_erase(account)?;
    for device in w.tx.devices(account)? {
        crate::grant::revoke(w, device.id, None)?;
        if let Some(mut device) = w.tx.device(device.id)? {
            device.name.clear();
            w.tx.device_put(&device)?;
        }
    }
    for grant in w.tx.grants(account)?.iter().filter(|grant| grant.until.is_none()) {
        crate::grant::ungrant(w, grant.id, None)?;
    }
    remains::note(w, RecordId(account.0))?;
    w.touch_rights(account);
    w.audit(None, "newcomer_erased", &account.to_string())
}
