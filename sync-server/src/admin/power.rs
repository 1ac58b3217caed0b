//! Powers: what somebody may do to the server, its units and tables, to other people, and to what others typed.
//!
//! Owns the rules, one for each sort of act; `act` says which act is whose. Refuses to know verbs and routes. Invariant:
//! nobody comes to a power by giving its holder a password: only whoever has the machine itself gives holders of powers what
//! they log in with; and what no rule opens is done by nobody but the machine.

use super::arrival;
use crate::error::{Result, ServerError};
use crate::login::session::roles_of;
use crate::rights;
use crate::store::{InboxRow, Tx};
use crate::writing::Reading;
use gridwalk_model::change::SealedChange;
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::time::Timestamp;
use std::collections::BTreeSet;

/// What is said to whoever lacks the power.
pub(super) const LACKING: ServerError = ServerError::Refused("power_lacking");

/// Whether somebody may give an account what it logs in with: a password, a code, a second factor taken off. The security
/// administrator may, where the account holds no power; whoever has the machine may always.
pub(super) fn gives_credentials(tx: &dyn Tx, by: Option<AccountId>, to: AccountId) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    let may = roles_of(tx, by)?.has(Role::SecurityAdmin) && !roles_of(tx, to)?.meets(Roles::POWERS);
    if may { Ok(()) } else { Err(LACKING) }
}

/// Whether somebody may let another person's phone in, or say yes or no to whoever joined: the supervisor who has them in hand may,
/// and whoever may give them what they log in with.
pub(super) fn receives(r: &Reading<'_>, by: Option<AccountId>, whom: AccountId) -> Result<()> {
    let in_hand = by.map_or(Ok(false), |by| arrival::is_in_hand(r, by, whom))?;
    if in_hand { Ok(()) } else { gives_credentials(r.tx, by, whom) }
}

/// Whether somebody may say who works here, as what and with which phones: the security administrator may.
pub(super) fn manages_people(tx: &dyn Tx, by: Option<AccountId>) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    if roles_of(tx, by)?.has(Role::SecurityAdmin) { Ok(()) } else { Err(LACKING) }
}

/// Whether somebody may hang posters in a unit and take them down: whoever supervises it may, and whoever runs the system.
pub(super) fn hangs_posters(r: &Reading<'_>, by: Option<AccountId>, unit: UnitId) -> Result<()> {
    let supervises = by.map_or(Ok(false), |by| arrival::supervises(r, by, unit))?;
    if supervises { Ok(()) } else { runs_the_system(r.tx, by) }
}

/// Whether somebody may say how the server works: the system administrator may.
pub(super) fn runs_the_system(tx: &dyn Tx, by: Option<AccountId>) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    if roles_of(tx, by)?.has(Role::SystemAdmin) { Ok(()) } else { Err(LACKING) }
}

/// Whether somebody may say by which tables a unit reckons: who administers it, or a unit above it, may.
pub(super) fn rules(r: &Reading<'_>, by: Option<AccountId>, unit: UnitId) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    let above = r.with_above(&[unit], None)?;
    let living = |g: &&crate::store::GrantRow| g.until.is_none() && above.contains(&g.unit);
    let may = r.grants(by)?.iter().filter(living).any(|g| g.role == Role::SystemAdmin.name());
    if may { Ok(()) } else { Err(ServerError::Refused("not_a_system_admin")) }
}

/// Whether somebody may say who fills the posts of a unit: whoever supervises it may, and whoever says who works here.
pub(super) fn fills_posts(r: &Reading<'_>, by: Option<AccountId>, unit: UnitId) -> Result<()> {
    let supervises = by.map_or(Ok(false), |by| arrival::supervises(r, by, unit))?;
    if supervises { Ok(()) } else { manages_people(r.tx, by) }
}

/// Whether somebody may put a place into another unit, or back: whoever supervises a unit in which it stood since then.
pub(super) fn moves_places(
    r: &Reading<'_>,
    by: Option<AccountId>,
    (space, record): (SpaceId, RecordId),
    since: Timestamp,
) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    let homes = r.tx.homes_since(space, record, since)?.unwrap_or_default();
    supervises_one(r, by, &homes)
}

/// Whether somebody may decide about a change that waits: whoever supervises the unit of its record may, but for their own.
pub(super) fn decides(r: &Reading<'_>, by: AccountId, row: &InboxRow) -> Result<()> {
    let change = row.body.as_deref().and_then(|body| SealedChange::open(body).ok()).map(|sealed| sealed.change);
    let homes = match (&change, row.record) {
        (Some(change), _) if change.author == by => return Err(LACKING),
        (Some(change), _) => rights::homes(r, change, r.tx.state(row.space, change.record)?.as_ref())?,
        (None, Some(record)) => r.tx.home(row.space, record)?.unwrap_or_default(),
        (None, None) => Vec::new(),
    };
    // One that has no home any more is decided where it was typed.
    let homes = if homes.is_empty() { change.iter().map(|change| change.unit).collect() } else { homes };
    supervises_one(r, by, &homes)
}

/// Whether somebody may look at what a person's phone left behind: that person, whoever supervises a unit in which they
/// work or worked, and whoever says who works here.
pub(super) fn opens_left_over(r: &Reading<'_>, by: Option<AccountId>, of: AccountId) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    let held = r.grants(of)?;
    let power = held.iter().any(|g| Role::from_name(&g.role).is_none_or(|role| Roles::POWERS.has(role)));
    let units: BTreeSet<UnitId> = held.iter().map(|g| g.unit).filter(|_| !power).collect();
    let is_theirs = by == of || supervises_one(r, by, &units.into_iter().collect::<Vec<_>>()).is_ok();
    if is_theirs { Ok(()) } else { manages_people(r.tx, Some(by)) }
}

/// Whether somebody may read what administration did: the auditor may, and does nothing else.
pub(super) fn reads_the_audit(tx: &dyn Tx, by: Option<AccountId>) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    if roles_of(tx, by)?.has(Role::SecurityAuditor) { Ok(()) } else { Err(LACKING) }
}

/// Whether somebody supervises a unit, or one above it.
pub(super) fn supervises(r: &Reading<'_>, by: AccountId, unit: UnitId) -> Result<()> {
    supervises_one(r, by, &[unit])
}

fn supervises_one(r: &Reading<'_>, by: AccountId, units: &[UnitId]) -> Result<()> {
    for unit in units {
        if arrival::supervises(r, by, *unit)? {
            return Ok(());
        }
    }
    Err(LACKING)
}

/// Whether somebody may end an account's sessions: the security administrator anybody's, everybody their own.
pub(super) fn ends_sessions(tx: &dyn Tx, by: Option<AccountId>, of: AccountId) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    if by == of || roles_of(tx, by)?.has(Role::SecurityAdmin) { Ok(()) } else { Err(LACKING) }
}

/// Whether somebody may see an account's sessions: whoever may end them, and the auditor.
pub(super) fn sees_sessions(tx: &dyn Tx, by: Option<AccountId>, of: AccountId) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    if roles_of(tx, by)?.has(Role::SecurityAuditor) { Ok(()) } else { ends_sessions(tx, Some(by), of) }
}

/// Whether somebody may erase personal data: the security administrator may.
pub(super) fn erases(tx: &dyn Tx, by: Option<AccountId>) -> Result<()> {
    let Some(by) = by else { return Ok(()) };
    let may = roles_of(tx, by)?.has(Role::SecurityAdmin);
    if may { Ok(()) } else { Err(ServerError::Refused("erase_power")) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn whatever_a_login_may_do_asks_for_a_power() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/admin");
        let mut found = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            for act in text.split("self.act_by(").skip(1) {
                found += 1;
                let asks = ["power::", "self.may_undo", "self.switchable"].iter().any(|asks| act.contains(asks));
                assert!(asks, "{}: an act by a login asks for no power: {}", path.display(), &act[..80.min(act.len())]);
            }
        }
        assert!(found > 30, "{found}");
    }
}
