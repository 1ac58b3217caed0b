//! Handover: somebody leaves, or is substituted for some days; their roles go to somebody else on a day.
//!
//! Owns the plans and their doing. Refuses to move any work by itself: the successor takes the leases over. Invariant: a
//! role that ended on a day ended on that day, whenever it was noted; so what was typed before counts as typed before.

use super::grant::living;
use super::{Admin, GrantView, account_named, post, power};
use crate::console::{self, ConsoleWrite};
use crate::error::{Result, ServerError};
use crate::grant::{self, NewGrant};
use crate::login::ended_of;
use crate::rights;
use crate::role_kinds::kinds_of;
use crate::server::Server;
use crate::store::{AccountRow, PlannedRow};
use crate::writing::Writing;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::id::{AccountId, RecordId, UnitId};
use gridwalk_model::kind::{Kind, UNIT, handover, review};
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::time::Timestamp;
use gridwalk_model::wish::Wish;
use std::collections::{BTreeMap, BTreeSet};

/// What a handover came to.
#[derive(Debug, Clone)]
pub struct HandedOver {
    /// The roles that go.
    pub grants: Vec<GrantView>,
    /// The handovers that the successor is offered.
    pub handovers: Vec<RecordId>,
    /// When they go.
    pub at: Timestamp,
    /// Whether that day is still to come.
    pub planned: bool,
}

impl Admin {
    /// All roles of an account end on a day, or at once, and are a successor's from then on.
    pub fn leave(&self, login: &str, successor: Option<&str>, on: Option<i64>) -> Result<HandedOver> {
        self.act_by(|w| {
            power::manages_people(w.tx, self.by)?;
            let account = account_named(w.tx, login)?;
            let successor = successor.map(|login| account_named(w.tx, login)).transpose()?;
            let at = on.map_or(w.now, Timestamp::of_china_day);
            let done = self.hand_over(w, &account, successor.as_ref(), (at, on, None))?;
            for view in &done.grants {
                let g = &view.grant;
                let (unit, role) = (g.unit, g.role.clone());
                w.tx.planned_add(&PlannedRow {
                    id: 0,
                    at,
                    begins: false,
                    account: account.id,
                    unit,
                    role,
                    kinds: Vec::new(),
                })?;
            }
            w.audit(self.by, "left", &format!("account {} from {}", account.id, date(at.china_day())))?;
            do_due(w, self.by)?;
            Ok(done)
        })
    }

    /// Somebody does an account's work from one day until another; the account keeps its own roles.
    pub fn substitute(&self, login: &str, by: &str, from: i64, until: i64) -> Result<HandedOver> {
        if until <= from {
            return Err(ServerError::Refused("dates_order"));
        }
        self.act_by(|w| {
            power::manages_people(w.tx, self.by)?;
            let account = account_named(w.tx, login)?;
            let successor = account_named(w.tx, by)?;
            let before: BTreeSet<(UnitId, String)> =
                living(w.tx, successor.id)?.into_iter().map(|g| (g.grant.unit, g.grant.role)).collect();
            let done = self.hand_over(
                w,
                &account,
                Some(&successor),
                (Timestamp::of_china_day(from), Some(from), Some(until)),
            )?;
            for view in done.grants.iter().filter(|v| !before.contains(&(v.grant.unit, v.grant.role.clone()))) {
                let (unit, role, kinds) = (view.grant.unit, view.grant.role.clone(), Vec::new());
                let (account, at) = (successor.id, Timestamp::of_china_day(until));
                w.tx.planned_add(&PlannedRow { id: 0, at, begins: false, account, unit, role, kinds })?;
            }
            let days = format!("{} {}", date(from), date(until));
            w.audit(self.by, "substituted", &format!("account {} by {} {days}", account.id, successor.id))?;
            do_due(w, self.by)?;
            Ok(done)
        })
    }

    /// Plans the successor's roles, and offers the work.
    fn hand_over(
        &self,
        w: &Writing<'_>,
        account: &AccountRow,
        successor: Option<&AccountRow>,
        (at, since, until): (Timestamp, Option<i64>, Option<i64>),
    ) -> Result<HandedOver> {
        let grants = living(w.tx, account.id)?;
        if grants.is_empty() || successor.is_some_and(|s| s.id == account.id) {
            return Err(ServerError::Refused("nothing_to_hand_over"));
        }
        let mut handovers = Vec::new();
        if let Some(successor) = successor {
            let held = living(w.tx, successor.id)?;
            let roles: Roles = held.iter().chain(&grants).filter_map(|g| Role::from_name(&g.grant.role)).collect();
            if !roles.keeps_powers_apart() {
                return Err(ServerError::Refused("powers_apart"));
            }
            for view in &grants {
                let g = &view.grant;
                // A list that somebody chose may lack what the hand-over itself needs.
                let of_role = Role::from_name(&g.role).filter(|_| !g.kinds.is_empty()).map(kinds_of);
                let kinds: BTreeSet<String> = of_role.unwrap_or_default().into_iter().chain(g.kinds.clone()).collect();
                let (unit, role, kinds) = (g.unit, g.role.clone(), kinds.into_iter().collect());
                w.tx.planned_add(&PlannedRow { id: 0, at, begins: true, account: successor.id, unit, role, kinds })?;
            }
            let days = (since.unwrap_or(w.now.china_day()), until);
            let units: BTreeSet<UnitId> = grants.iter().map(|g| g.grant.unit).collect();
            for unit in units {
                handovers.push(self.offer(w, unit, account.id, successor.id, days)?);
            }
        }
        Ok(HandedOver { planned: at > w.now, grants, handovers, at })
    }

    fn offer(
        &self,
        w: &Writing<'_>,
        unit: UnitId,
        from: AccountId,
        to: AccountId,
        (since, until): (i64, Option<i64>),
    ) -> Result<RecordId> {
        let space = w.tx.unit(unit)?.ok_or(ServerError::NotFound("unit"))?.space;
        let record = w.running.options.ids.record(w.now);
        let (step, offered) = (handover::OFFER.to_owned(), handover::OFFERED.to_owned());
        let mut wishes = vec![
            Wish::put(UNIT, unit.record()),
            Wish::put(handover::FROM, review::account(from)),
            Wish::put(handover::TO, review::account(to)),
            Wish::put(handover::SINCE, since),
        ];
        wishes.extend(until.map(|day| Wish::put(handover::UNTIL, day)));
        wishes.push(Wish::Step { step, to: offered, answers: BTreeMap::new() });
        let wanted = ConsoleWrite {
            author: self.author(),
            machine: self.by.is_none(),
            judged: false,
            space,
            record,
            kind: Kind::Handover.name(),
            unit,
            wishes: &wishes,
            basis: None,
        };
        console::write(w, &wanted)?;
        Ok(record)
    }
}

/// Does what is planned and due; each on its own day.
/// A day as the audit says it.
fn date(day: i64) -> String {
    CivilDate::from_days(day).map_or_else(|| day.to_string(), |date| date.to_string())
}

fn do_due(w: &Writing<'_>, by: Option<AccountId>) -> Result<()> {
    let mut came = Vec::new();
    for plan in w.tx.planned_due(w.now)? {
        let same = |g: &GrantView| g.grant.unit == plan.unit && g.grant.role == plan.role;
        let found = living(w.tx, plan.account)?.into_iter().find(same);
        match (plan.begins, found) {
            (true, None) => {
                let kinds: Vec<&str> = plan.kinds.iter().map(String::as_str).collect();
                let (account, unit, role) = (plan.account, plan.unit, plan.role.as_str());
                grant::grant(w, &NewGrant { account, unit, role, kinds: &kinds, by })?;
                came.push((account, plan.role.clone(), unit));
            }
            (false, Some(view)) => {
                w.tx.grant_end(view.grant.id, plan.at.max(view.grant.since))?;
                w.audit(by, "withdrawn", &format!("grant {}: account {}", view.grant.id, plan.account))?;
                ended_of(w, by, plan.account, None, "role withdrawn")?;
                rights::raise_epochs(w, plan.account)?;
                post::left(w, by, (plan.account, &plan.role), plan.unit)?;
            }
            (true, Some(_)) | (false, None) => {}
        }
        w.tx.planned_done(plan.id, w.now)?;
    }
    // Who comes takes the post of who went.
    for (account, role, unit) in came {
        post::came(w, by, (account, &role), unit, None)?;
    }
    Ok(())
}

/// Looks whether something that is planned is due, and does it.
pub(crate) fn keep_plans(server: &Server) -> Result<()> {
    if server.read(|r| Ok(r.tx.planned_due(r.now)?.is_empty()))? {
        return Ok(());
    }
    server.write(|w| do_due(w, None))
}
