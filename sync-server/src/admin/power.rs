//! Powers: what one administrator may do to the account of another person.
//!
//! Owns the rules. Refuses to know verbs and routes. Invariant: nobody comes to a power by giving its holder a password:
//! only whoever has the machine itself gives holders of powers what they log in with.

use super::arrival;
use crate::error::{Result, ServerError};
use crate::login::session::roles_of;
use crate::store::Tx;
use crate::writing::Reading;
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::role::{Role, Roles};

const LACKING: ServerError = ServerError::Refused("power_lacking");

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
