//! Arrivals as a supervisor has them in hand: phones that wait for a confirmation, and people who joined by a poster.
//!
//! Owns whom a supervisor may decide about. Refuses to tell a phone's digits: whoever confirms has them from its screen.
//! Invariant: a person is in a supervisor's hand where all that they hold lies in or below units that the supervisor has; nobody
//! confirms themselves, and nobody a holder of powers; anybody else is answered about as about nobody.

use super::{confirming, grant, poster};
use crate::error::{Result, ServerError};
use crate::limits::{ARRIVALS_LOOKED_AT_MAX, ARRIVALS_MAX};
use crate::store::{AccountRow, GrantRow};
use crate::writing::{Reading, Writing};
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::id_number::mask_phone;
use gridwalk_model::role::{Role, Roles};
use gridwalk_sync::arrival::{Arrivals, ArrivedPhone, Newcomer, NewcomerSeen, PhoneSeen};
use std::collections::BTreeSet;

/// The units that somebody supervises.
struct Hand {
    whose: AccountId,
    units: BTreeSet<UnitId>,
}

impl Hand {
    fn of(r: &Reading<'_>, whose: AccountId) -> Result<Self> {
        let supervises = |g: &&GrantRow| Role::from_name(&g.role).is_some_and(|role| Roles::SUPERVISORS.has(role));
        let grants = r.grants(whose)?;
        let units = grants.iter().filter(|g| g.until.is_none()).filter(supervises).map(|g| g.unit).collect();
        Ok(Self { whose, units })
    }

    /// Whether somebody is in this hand, by what they hold.
    fn holds(&self, r: &Reading<'_>, account: AccountId) -> Result<bool> {
        let grants = r.grants(account)?;
        let mut living = grants.iter().filter(|g| g.until.is_none()).peekable();
        if account == self.whose || self.units.is_empty() || living.peek().is_none() {
            return Ok(false);
        }
        for held in living {
            let power = Role::from_name(&held.role).is_none_or(|role| Roles::POWERS.has(role));
            if power || r.with_above(&[held.unit], None)?.is_disjoint(&self.units) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The account, if it is in this hand.
    fn one(&self, r: &Reading<'_>, account: AccountId) -> Result<AccountRow> {
        let found = if self.holds(r, account)? { r.tx.account(account)? } else { None };
        found.ok_or(ServerError::NotFound("arrival"))
    }
}

/// Whether somebody supervises a unit.
pub(super) fn supervises(r: &Reading<'_>, by: AccountId, unit: UnitId) -> Result<bool> {
    Ok(!r.with_above(&[unit], None)?.is_disjoint(&Hand::of(r, by)?.units))
}

/// Whether an account is one whose arrival another one may decide about.
pub(super) fn is_in_hand(r: &Reading<'_>, by: AccountId, account: AccountId) -> Result<bool> {
    Hand::of(r, by)?.holds(r, account)
}

/// Those whom somebody may decide about.
pub(crate) fn arrivals(r: &Reading<'_>, by: AccountId) -> Result<Arrivals> {
    let hand = Hand::of(r, by)?;
    let mut arrived = Arrivals::default();
    if hand.units.is_empty() {
        return Ok(arrived);
    }
    for (device, since) in r.tx.devices_waiting()? {
        let Some(device) = r.tx.device(device)?.filter(|d| d.revoked_at.is_none()) else { continue };
        if arrived.phones.len() == ARRIVALS_MAX || !hand.holds(r, device.account)? {
            continue;
        }
        let name = r.tx.account(device.account)?.map(|a| a.name).unwrap_or_default();
        let held = grant::living(r.tx, device.account)?;
        arrived.phones.push(ArrivedPhone {
            device: device.id,
            device_name: device.name,
            account: device.account,
            name,
            roles: held.iter().map(|g| g.grant.role.clone()).collect(),
            units: held.into_iter().map(|g| g.unit_name).collect(),
            since: since.0,
        });
    }
    for joined in r.tx.joined_undecided(Role::Newcomer.name(), ARRIVALS_LOOKED_AT_MAX)? {
        if arrived.newcomers.len() == ARRIVALS_MAX || !hand.holds(r, joined.account)? {
            continue;
        }
        let name = r.tx.account(joined.account)?.map(|a| a.name).unwrap_or_default();
        let unit = grant::living(r.tx, joined.account)?.into_iter().next().map(|g| g.unit_name).unwrap_or_default();
        let (account, phone, joined_at) = (joined.account, mask_phone(&joined.phone), joined.joined_at.0);
        arrived.newcomers.push(Newcomer { account, name, phone, unit, joined_at });
    }
    Ok(arrived)
}

/// Confirms a phone by the digits that it shows; wrong ones are noted, and tell nothing.
pub(crate) fn confirm(w: &Writing<'_>, by: AccountId, seen: &PhoneSeen) -> Result<Result<()>> {
    let (r, none) = (w.reading(), || ServerError::NotFound("arrival"));
    let device = w.tx.device(seen.device)?.filter(|d| d.revoked_at.is_none()).ok_or_else(none)?;
    Hand::of(&r, by)?.one(&r, device.account)?;
    w.tx.device_waiting(device.id)?.ok_or_else(none)?;
    confirming::compared(w, Some(by), &device, &seen.digits)
}

/// Accepts or refuses somebody who joined.
pub(crate) fn decide(w: &Writing<'_>, by: AccountId, seen: &NewcomerSeen) -> Result<()> {
    let r = w.reading();
    let account = Hand::of(&r, by)?.one(&r, seen.account)?;
    w.tx.joined(account.id)?.ok_or(ServerError::NotFound("arrival"))?;
    if seen.accepted {
        poster::accept(w, Some(by), &account)
    } else {
        poster::refuse(w, Some(by), &account, &seen.reason)
    }
}
