//! Grants: which role an account has in which unit, and what follows for its scope.
//!
//! Owns giving and withdrawing, with the post that a role in a grid fills. Refuses to judge changes. Invariant: a grant is ended, never deleted, and every change
//! of a scope raises the account's epoch in each space that it touches.

use super::{Admin, account_named, place, post, power};
use crate::error::{Result, ServerError};
use crate::grant::{self, NewGrant};
use crate::store::{GrantRow, PlannedRow, Tx, UnitRow};
use crate::writing::Writing;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::id::AccountId;
use gridwalk_model::kind::Kind;
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::time::Timestamp;

/// A living grant with its unit's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    /// The grant.
    pub grant: GrantRow,
    /// Code of its unit.
    pub unit_code: String,
    /// Name of its unit.
    pub unit_name: String,
}

impl Admin {
    /// Gives an account a role in a unit (by code, with all below). `kinds`: only these; none means those of the role.
    pub fn grant(&self, login: &str, role: &str, unit_code: &str, kinds: &[String]) -> Result<GrantView> {
        self.act_by(|w| {
            power::manages_people(w.tx, self.by)?;
            let account = account_named(w.tx, login)?;
            let unit = place::unit_coded(w.tx, unit_code)?;
            let view = put_grant(w, self.by, account.id, role, &unit, kinds)?;
            post::came(w, self.by, (account.id, role), unit.id, None)?;
            Ok(view)
        })
    }

    /// The same for a time: after its last day, days since 1970-01-01, the role ends by itself. Given again, the later word counts.
    pub fn grant_until(
        &self,
        login: &str,
        role: &str,
        unit_code: &str,
        kinds: &[String],
        last: i64,
    ) -> Result<GrantView> {
        self.act_by(|w| {
            power::manages_people(w.tx, self.by)?;
            if last < w.now.china_day() {
                return Err(ServerError::Refused("grant_over"));
            }
            let account = account_named(w.tx, login)?;
            let unit = place::unit_coded(w.tx, unit_code)?;
            let held = living(w.tx, account.id)?;
            let held = held.into_iter().find(|view| view.grant.unit == unit.id && view.grant.role == role);
            let view = if let Some(view) = held {
                view
            } else {
                let view = put_grant(w, self.by, account.id, role, &unit, kinds)?;
                post::came(w, self.by, (account.id, role), unit.id, None)?;
                view
            };
            forget_ends(w, &view.grant)?;
            let GrantRow { account, unit, role, .. } = view.grant.clone();
            let at = Timestamp::of_china_day(last.saturating_add(1));
            w.tx.planned_add(&PlannedRow { id: 0, at, begins: false, account, unit, role, kinds: Vec::new() })?;
            let day = CivilDate::from_days(last).map(|day| day.to_string()).unwrap_or_default();
            w.audit(self.by, "granted_until", &format!("grant {}: account {account} until {day}", view.grant.id))?;
            Ok(view)
        })
    }

    /// Withdraws a role of an account in a unit.
    pub fn ungrant(&self, login: &str, role: &str, unit_code: &str) -> Result<GrantView> {
        self.act_by(|w| {
            power::manages_people(w.tx, self.by)?;
            let account = account_named(w.tx, login)?;
            let unit = place::unit_coded(w.tx, unit_code)?;
            let found = living(w.tx, account.id)?.into_iter().find(|g| g.grant.unit == unit.id && g.grant.role == role);
            let view = found.ok_or(ServerError::NotFound("grant"))?;
            withdraw(w, self.by, &view.grant)?;
            Ok(view)
        })
    }
}

/// Grants what an account may hold; the post that goes with it is the caller's to fill.
pub(super) fn put_grant(
    w: &Writing<'_>,
    by: Option<AccountId>,
    account: AccountId,
    role: &str,
    unit: &UnitRow,
    kinds: &[String],
) -> Result<GrantView> {
    let role = Role::from_name(role).ok_or(ServerError::Refused("role_unknown"))?;
    if kinds.iter().any(|kind| Kind::from_name(kind).is_none()) {
        return Err(ServerError::Refused("kind_unknown"));
    }
    let before = living(w.tx, account)?;
    if before.iter().any(|g| g.grant.unit == unit.id && g.grant.role == role.name()) {
        return Err(ServerError::Refused("grant_exists"));
    }
    let held: Roles = before.iter().filter_map(|g| Role::from_name(&g.grant.role)).collect();
    if !held.and(role.into()).keeps_powers_apart() {
        return Err(ServerError::Refused("powers_apart"));
    }
    let names: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let id = grant::grant(w, &NewGrant { account, unit: unit.id, role: role.name(), kinds: &names, by })?;
    let grant = w.tx.grant(id)?.ok_or(ServerError::NotFound("grant"))?;
    Ok(GrantView { grant, unit_code: unit.code.clone(), unit_name: unit.name.clone() })
}

/// Ends that were planned for a role count no more: another word was given, or the role is gone.
fn forget_ends(w: &Writing<'_>, held: &GrantRow) -> Result<()> {
    let of_it = |plan: &PlannedRow| {
        !plan.begins && (plan.account, plan.unit, &plan.role) == (held.account, held.unit, &held.role)
    };
    for plan in w.tx.planned_due(Timestamp(i64::MAX))?.into_iter().filter(of_it) {
        w.tx.planned_done(plan.id, w.now)?;
    }
    Ok(())
}

/// Gives a role, and the post that goes with it.
pub(super) fn give(w: &Writing<'_>, new: &NewGrant<'_>) -> Result<i64> {
    let id = grant::grant(w, new)?;
    post::came(w, new.by, (new.account, new.role), new.unit, None)?;
    Ok(id)
}

/// Withdraws a role; the post that its account filled is empty.
pub(crate) fn withdraw(w: &Writing<'_>, by: Option<AccountId>, held: &GrantRow) -> Result<()> {
    grant::ungrant(w, held.id, by)?;
    forget_ends(w, held)?;
    post::left(w, by, (held.account, &held.role), held.unit)
}

/// What an account may do now.
pub(super) fn living(tx: &dyn Tx, account: AccountId) -> Result<Vec<GrantView>> {
    let grants = tx.grants(account)?.into_iter().filter(|g| g.until.is_none());
    let view = |grant: GrantRow| {
        let unit = tx.unit(grant.unit)?;
        let (unit_code, unit_name) = unit.map(|u| (u.code, u.name)).unwrap_or_default();
        Ok(GrantView { grant, unit_code, unit_name })
    };
    grants.map(view).collect()
}
