//! Accounts: made, listed, given a new password.
//!
//! Owns what a login is. Refuses to keep a password. Invariant: a login is unique and never changes.

use super::{Admin, EnrolCode, GrantView, Password, account_named, checked_name, grant, password, place, post, power};
use crate::error::{Result, ServerError};
use crate::limits;
use crate::login::ended_of;
use crate::store::{AccountRow, DeviceRow};
use crate::writing::Writing;
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_model::limits::ENROL_CODE_VALID_MS;
use gridwalk_model::time::Timestamp;

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// What the person types.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The password that the person chose; one is made up if there is none.
    pub password: Option<Password>,
}

/// An account with what belongs to it.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// The account.
    pub account: AccountRow,
    /// What it may do now.
    pub grants: Vec<GrantView>,
    /// Its phones, revoked ones included.
    pub devices: Vec<DeviceRow>,
}

impl NewAccount {
    /// An account with a password made up.
    pub fn new(login: &str, name: &str) -> Self {
        Self { login: login.to_owned(), name: name.to_owned(), password: None }
    }
}

impl Admin {
    /// Makes an account; gives it back with the password that was made up, if one was.
    pub fn add_account(&self, new: &NewAccount) -> Result<(AccountId, Option<Password>)> {
        self.add_account_with(new, None)
    }

    /// The same, with a role in a unit (by code) at once: both or neither.
    pub fn add_account_with(
        &self,
        new: &NewAccount,
        role: Option<(&str, &str)>,
    ) -> Result<(AccountId, Option<Password>)> {
        let secret = self.secret(new.password.as_ref())?;
        self.act_by(|w| {
            power::manages_people(w.tx, self.by)?;
            let kept = if secret.made_up.is_some() { password::given(&secret.kept) } else { secret.kept.clone() };
            let id = put_account(w, new, kept)?;
            w.audit(self.by, "account_added", &id.to_string())?;
            if let Some((role, unit_code)) = role {
                let unit = place::unit_coded(w.tx, unit_code)?;
                grant::put_grant(w, self.by, id, role, &unit, &[])?;
                post::came(w, self.by, (id, role), unit.id, None)?;
            }
            Ok(id)
        })
        .map(|id| (id, secret.made_up))
    }

    /// Gives an account another password; gives it back if it was made up.
    pub fn set_password(&self, login: &str, chosen: Option<&Password>) -> Result<Option<Password>> {
        let secret = self.secret(chosen)?;
        self.act_by(|w| {
            let mut account = account_named(w.tx, login)?;
            power::gives_credentials(w.tx, self.by, account.id)?;
            // Two people know what one of them gave the other.
            let own = chosen.is_some() && self.by.is_none_or(|by| by == account.id);
            account.password = if own { secret.kept.clone() } else { password::given(&secret.kept) };
            w.tx.account_put(&account)?;
            w.audit(self.by, "password_set", &account.id.to_string())?;
            ended_of(w, self.by, account.id, None, "password").map(drop)
        })?;
        Ok(secret.made_up)
    }

    /// All accounts, by login.
    pub fn accounts(&self) -> Result<Vec<AccountView>> {
        self.server.read(|r| {
            let view = |account: AccountRow| {
                let grants = grant::living(r.tx, account.id)?;
                let devices = r.tx.devices(account.id)?;
                Ok(AccountView { account, grants, devices })
            };
            r.tx.accounts()?.into_iter().map(view).collect()
        })
    }

    /// Makes a one-time code for one phone of this account, and says until when it can be used. The phone that comes with it
    /// counts as confirmed: whoever makes many at once stands beside them.
    pub fn enrol_code(&self, login: &str) -> Result<(EnrolCode, Timestamp)> {
        self.code_for(login, false)
    }

    /// The same for a phone that waits until somebody has confirmed its fingerprint.
    pub fn enrol_code_to_confirm(&self, login: &str) -> Result<(EnrolCode, Timestamp)> {
        self.code_for(login, true)
    }

    fn code_for(&self, login: &str, waits: bool) -> Result<(EnrolCode, Timestamp)> {
        let code = EnrolCode::new(self.server.running().options.ids.b16());
        let until = self.act_by(|w| {
            power::manages_people(w.tx, self.by)?;
            let account = account_named(w.tx, login)?;
            let until = w.now.plus_ms(ENROL_CODE_VALID_MS);
            w.tx.enrol_code_put(code.hash(), account.id, w.now, until)?;
            if waits {
                w.tx.enrol_code_waits_set(code.hash())?;
            }
            w.audit(self.by, "enrol_code_made", &account.id.to_string())?;
            Ok(until)
        })?;
        Ok((code, until))
    }

    /// Revokes one phone of an account, or all that are not revoked yet; says which.
    pub fn revoke(&self, login: &str, only: Option<DeviceId>) -> Result<Vec<DeviceId>> {
        self.act_by(|w| {
            power::manages_people(w.tx, self.by)?;
            let account = account_named(w.tx, login)?;
            let devices = w.tx.devices(account.id)?;
            if only.is_some_and(|id| devices.iter().all(|d| d.id != id)) {
                return Err(ServerError::NotFound("device"));
            }
            let wanted = devices.iter().filter(|d| d.revoked_at.is_none() && only.is_none_or(|id| id == d.id));
            let revoked: Vec<DeviceId> = wanted.map(|d| d.id).collect();
            revoked.iter().try_for_each(|device| crate::grant::revoke(w, *device, self.by))?;
            Ok(revoked)
        })
    }

    /// Hashes a password outside any transaction: it takes long on purpose.
    pub(super) fn secret(&self, chosen: Option<&Password>) -> Result<Secret> {
        let ids = &self.server.running().options.ids;
        let made_up = chosen.is_none().then(|| {
            let mut random = [0; 10];
            ids.fill(&mut random);
            Password::generated(&random)
        });
        let password = chosen.or(made_up.as_ref()).ok_or(ServerError::Cut)?;
        let kept = password.hash(&ids.b16()).ok_or(ServerError::Cut)?;
        Ok(Secret { kept, made_up })
    }
}

/// What is kept of a password, and the password if it was made up.
pub(super) struct Secret {
    pub(super) kept: String,
    pub(super) made_up: Option<Password>,
}

/// Writes a new account's row.
pub(super) fn put_account(w: &Writing<'_>, new: &NewAccount, password: String) -> Result<AccountId> {
    let (login, name) = (checked_login(&new.login)?, checked_name(&new.name)?);
    if w.tx.account_by_login(&login)?.is_some() {
        return Err(ServerError::Refused("account_exists"));
    }
    let id = AccountId(w.running.options.ids.b16());
    w.tx.account_put(&AccountRow { id, login, name, password, made_at: w.now })?;
    Ok(id)
}

pub(super) fn checked_login(text: &str) -> Result<String> {
    let login = text.trim();
    let fits = (1..=limits::LOGIN_CHARS_MAX).contains(&login.chars().count())
        && login.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if fits { Ok(login.to_owned()) } else { Err(ServerError::Refused("login_invalid")) }
}
