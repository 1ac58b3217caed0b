//! Posters of grids: made, listed, taken down; and what becomes of those who joined by them.
//!
//! Owns the acts of administration. Refuses to know how a phone joins. Invariant: a code is shown once and kept as a hash;
//! whoever joined stays a newcomer until somebody says yes, and each yes and no can be taken back.

use super::{Admin, account_named, grant, place, power, reference_space, staff_grant};
use crate::error::{Result, ServerError};
use crate::grant as grants;
use crate::limits;
use crate::store::{AccountRow, AuditRow, GrantRow, JoinedRow, PosterRow, Tx};
use crate::tls;
use crate::writing::Writing;
use gridwalk_model::id::AccountId;
use gridwalk_model::role::Role;
use gridwalk_model::time::Timestamp;
use gridwalk_model::unit_code::Level;
use gridwalk_sync::poster::{Poster, PosterCode};

/// A poster that was made: the only time that its code is told.
#[derive(Debug, Clone)]
pub struct MadePoster {
    /// Its number.
    pub id: i64,
    /// What the QR code holds.
    pub poster: Poster,
    /// Until when it may be used.
    pub until: Option<Timestamp>,
}

/// A poster as it stands in the list.
#[derive(Debug, Clone)]
pub struct PosterView {
    /// The poster.
    pub poster: PosterRow,
    /// Code of its grid.
    pub unit_code: String,
    /// Name of its grid.
    pub unit_name: String,
    /// How many joined by it.
    pub joined: u64,
}

/// Somebody who joined.
#[derive(Debug, Clone)]
pub struct NewcomerView {
    /// How they joined.
    pub joined: JoinedRow,
    /// What they are called here.
    pub login: String,
    /// Their name, as they wrote it.
    pub name: String,
    /// Names of the roles that they have now.
    pub roles: Vec<String>,
    /// Name of the grid of the poster.
    pub unit_name: String,
}

impl Admin {
    /// Makes a poster of a grid. `address`: where phones reach the server, if not as it was set.
    pub fn add_poster(&self, unit_code: &str, until: Option<Timestamp>, address: Option<&str>) -> Result<MadePoster> {
        let own = self.server.identity()?;
        let pin = own.as_ref().map(tls::Identity::pins).transpose()?.and_then(|pins| pins.first().copied());
        self.act_by(|w| {
            let address = address.map(str::to_owned).or(tls::address(w.tx)?);
            let address = address.ok_or(ServerError::Refused("poster_address"))?;
            let unit = place::unit_coded(w.tx, unit_code)?;
            power::hangs_posters(&w.reading(), self.by, unit.id)?;
            let reference = reference_space(w.tx)?.id;
            let grids = [Level::Grid.name(), Level::MicroGrid.name()];
            if unit.space == reference || !grids.contains(&unit.level.as_str()) {
                return Err(ServerError::Refused("poster_unit"));
            }
            if until.is_some_and(|until| until <= w.now) {
                return Err(ServerError::Refused("poster_until"));
            }
            let code = PosterCode::new(w.running.options.ids.b16());
            let id = w.tx.poster_add(code.hash(), unit.id, w.now, until)?;
            w.audit(self.by, "poster_made", &format!("poster {id} unit {}", unit.id))?;
            let poster = Poster {
                pin: pin.filter(|_| !address.starts_with("http://")),
                address,
                server_key: w.running.key.verifying_key().to_bytes(),
                reference,
                space: unit.space,
                unit: unit.id,
                unit_name: unit.name.clone(),
                code,
            };
            Ok(MadePoster { id, poster, until })
        })
    }

    /// All posters, by number.
    pub fn posters(&self) -> Result<Vec<PosterView>> {
        self.server.read(|r| {
            let joined = r.tx.joined_all()?;
            let view = |poster: PosterRow| {
                let unit = r.tx.unit(poster.unit)?;
                let (unit_code, unit_name) = unit.map(|u| (u.code, u.name)).unwrap_or_default();
                let joined = joined.iter().filter(|j| j.poster == poster.id).count() as u64;
                Ok(PosterView { poster, unit_code, unit_name, joined })
            };
            r.tx.posters()?.into_iter().map(view).collect()
        })
    }

    /// Takes a poster down: nobody joins by it any more; whoever did goes on.
    pub fn withdraw_poster(&self, id: i64) -> Result<()> {
        self.act_by(|w| {
            let poster = w.tx.poster(id)?.ok_or(ServerError::NotFound("poster"))?;
            power::hangs_posters(&w.reading(), self.by, poster.unit)?;
            if poster.withdrawn_at.is_some() {
                return Err(ServerError::Refused("poster_withdrawn"));
            }
            w.tx.poster_withdrawn_set(id, Some(w.now))?;
            w.audit(self.by, "poster_withdrawn", &format!("poster {id} unit {}", poster.unit))
        })
    }

    /// All who joined by posters, in the order in which they came.
    pub fn newcomers(&self) -> Result<Vec<NewcomerView>> {
        self.server.read(|r| {
            let view = |joined: JoinedRow| {
                let account = r.tx.account(joined.account)?.ok_or(ServerError::NotFound("account"))?;
                let poster = r.tx.poster(joined.poster)?.ok_or(ServerError::NotFound("poster"))?;
                let unit_name = r.tx.unit(poster.unit)?.map(|unit| unit.name).unwrap_or_default();
                let roles = grant::living(r.tx, joined.account)?.into_iter().map(|g| g.grant.role).collect();
                Ok(NewcomerView { joined, login: account.login, name: account.name, roles, unit_name })
            };
            r.tx.joined_all()?.into_iter().map(view).collect()
        })
    }

    /// Makes a volunteer of somebody who joined: what they wrote stays theirs.
    pub fn accept_newcomer(&self, login: &str) -> Result<()> {
        self.act_by(|w| {
            let account = account_named(w.tx, login)?;
            power::receives(&w.reading(), self.by, account.id)?;
            accept(w, self.by, &account)
        })
    }

    /// Says no to somebody who joined: nothing more is taken from their phone without a decision.
    pub fn refuse_newcomer(&self, login: &str, reason: &str) -> Result<()> {
        self.act_by(|w| {
            let account = account_named(w.tx, login)?;
            power::receives(&w.reading(), self.by, account.id)?;
            refuse(w, self.by, &account, reason)
        })
    }

    /// Makes a newcomer again of somebody who was accepted or refused, or takes that back.
    pub(super) fn newcomer_back(&self, w: &Writing<'_>, found: &GrantRow, was: &AuditRow, again: bool) -> Result<()> {
        let unit = w.tx.unit(found.unit)?.ok_or(ServerError::NotFound("unit"))?;
        let living = grant::living(w.tx, found.account)?;
        let held = |role: Role| living.iter().find(|g| g.grant.unit == unit.id && g.grant.role == role.name());
        let swap = |end: Option<Role>, begin: Option<Role>| {
            if let Some(role) = end {
                let held = held(role).ok_or(ServerError::Refused("nothing_to_undo"))?;
                grants::ungrant(w, held.grant.id, self.by)?;
            }
            let begin = begin.filter(|role| held(*role).is_none());
            begin.map_or(Ok(()), |role| staff_grant(w, self.by, found.account, role, &unit).map(drop))
        };
        let refused = was.code == "newcomer_refused";
        match (refused, again) {
            (false, true) => swap(Some(Role::Volunteer), Some(Role::Newcomer)),
            (false, false) => swap(Some(Role::Newcomer), Some(Role::Volunteer)),
            (true, true) => {
                w.tx.joined_refused_set(found.account, None, "")?;
                swap(None, Some(Role::Newcomer))
            }
            (true, false) => {
                let reason = was.detail.splitn(3, ": ").nth(2).unwrap_or_default();
                w.tx.joined_refused_set(found.account, Some(w.now), reason)?;
                swap(Some(Role::Newcomer), None)
            }
        }
    }
}

/// Takes back that a poster was made, or taken down.
pub(super) fn poster_back(w: &Writing<'_>, act: &AuditRow, hangs: bool) -> Result<()> {
    let id = act.detail.strip_prefix("poster ").and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    let poster = id.map(|id| w.tx.poster(id)).transpose()?.flatten().ok_or(ServerError::NotFound("poster"))?;
    if poster.withdrawn_at.is_none() == hangs {
        return Err(ServerError::Refused("nothing_to_undo"));
    }
    w.tx.poster_withdrawn_set(poster.id, if hangs { None } else { Some(w.now) })
}

/// Makes a volunteer of somebody who joined.
pub(super) fn accept(w: &Writing<'_>, by: Option<AccountId>, account: &AccountRow) -> Result<()> {
    let newcomer = newcomer(w.tx, account)?;
    let unit = w.tx.unit(newcomer.unit)?.ok_or(ServerError::NotFound("unit"))?;
    let volunteer = staff_grant(w, by, account.id, Role::Volunteer, &unit)?;
    grants::ungrant(w, newcomer.id, by)?;
    let detail = format!("grant {volunteer}: account {} instead of grant {}", account.id, newcomer.id);
    w.audit(by, "newcomer_accepted", &detail)
}

/// Says no to somebody who joined.
pub(super) fn refuse(w: &Writing<'_>, by: Option<AccountId>, account: &AccountRow, reason: &str) -> Result<()> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > limits::REASON_BYTES_MAX {
        return Err(ServerError::Refused("reason_missing"));
    }
    let newcomer = newcomer(w.tx, account)?;
    w.tx.joined_refused_set(account.id, Some(w.now), reason)?;
    grants::ungrant(w, newcomer.id, by)?;
    w.audit(by, "newcomer_refused", &format!("grant {}: account {}: {reason}", newcomer.id, account.id))
}

/// The grant by which somebody who joined is a newcomer.
fn newcomer(tx: &dyn Tx, account: &AccountRow) -> Result<GrantRow> {
    tx.joined(account.id)?.ok_or(ServerError::Refused("no_newcomer"))?;
    let mut living = grant::living(tx, account.id)?.into_iter().map(|view| view.grant);
    living.find(|grant| grant.role == Role::Newcomer.name()).ok_or(ServerError::Refused("no_newcomer"))
}

/// Whether a poster may be used now.
pub(crate) fn hangs(poster: &PosterRow, now: Timestamp) -> bool {
    poster.withdrawn_at.is_none() && poster.until.is_none_or(|until| now < until)
}

/// What somebody who joins is called: a login that says nothing of them.
pub(super) fn login_of(account: AccountId) -> String {
    format!("v-{}", data_encoding::HEXLOWER.encode(&account.0[..6]))
}
