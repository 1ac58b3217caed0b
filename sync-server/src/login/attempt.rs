//! Tries to log in: by login and password, or by the one-time code of a first login.
//!
//! Owns their order, their turns and their lines in the audit. Refuses to say what was wrong: whether there is such a
//! login, whether the password was wrong and whether the person has a role are one answer, after the same work.
//! Invariant: nothing that was typed stands in the audit, for people type passwords where logins belong.

use super::carrier::{self, Carrier};
use super::session::{self, Opened, ended_of};
use super::told::{LoginRequest, SessionTold};
use crate::admin::{EnrolCode, Password, password};
use crate::api::living_device;
use crate::error::{Result, ServerError, problem};
use crate::limits;
use crate::rate;
use crate::server::Running;
use crate::store::{AccountRow, DeviceRow};
use crate::writing::Writing;
use axum::body::Bytes;
use gridwalk_sync::ProblemCode;
use http::request::Parts;
use std::sync::Arc;

/// What came of a login that was good.
pub type LoggedIn = (Opened, SessionTold);

/// Why somebody was not let in; the audit is told, they are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Password,
    Code,
    NoRole,
    OtherDevice,
}

impl Refusal {
    const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::NoRole => "no role",
            Self::OtherDevice => "the device of somebody else",
        }
    }
}

fn login_failed() -> ServerError {
    problem(ProblemCode::LoginFailed, "login or password are wrong")
}

/// Logs in.
pub async fn log_in(running: &Arc<Running>, parts: Parts, body: Bytes) -> Result<LoggedIn> {
    let asked: LoginRequest =
        serde_json::from_slice(&body).map_err(|_| problem(ProblemCode::Malformed, "not the JSON of a login"))?;
    if asked.login.chars().count() > limits::LOGIN_CHARS_MAX || asked.password.len() > limits::PASSWORD_BYTES_MAX {
        return Err(problem(ProblemCode::Malformed, "longer than any login or password"));
    }
    rate::of_address(running, "login", &parts.extensions)?;
    if carrier::of(&parts) == Carrier::Browser {
        carrier::same_origin(&parts)?;
    }
    rate::of_login(running, asked.login.trim(), &parts.extensions)?;
    // Each hash takes its memory: they wait for each other, and the connections that wait are bounded.
    let one_of_few = running.hashing.acquire().await.map_err(|_| ServerError::Cut)?;
    let done = running.work(move |running| tried(running, &parts, &body, &asked)).await;
    drop(one_of_few);
    done
}

fn tried(running: &Running, parts: &Parts, body: &[u8], asked: &LoginRequest) -> Result<LoggedIn> {
    let device = match carrier::of(parts) {
        Carrier::Browser => None,
        Carrier::Device => Some(living_device(running, parts, body)?),
    };
    match &asked.code {
        Some(code) => by_code(running, asked, code, device.as_ref()),
        None => by_password(running, asked, device.as_ref()),
    }
}

fn by_password(running: &Running, asked: &LoginRequest, device: Option<&DeviceRow>) -> Result<LoggedIn> {
    let account = running.read(|r| r.tx.account_by_login(asked.login.trim()))?;
    let kept = account.as_ref().map(|a| a.password.as_str()).filter(|kept| !kept.is_empty());
    let good = Password::matches(&asked.password, kept);
    running.write(|w| {
        // The password may have been changed, or the account, since it was looked at.
        let now = w.tx.account_by_login(asked.login.trim())?;
        let same = now.as_ref().map(|a| &a.password) == account.as_ref().map(|a| &a.password);
        match now.as_ref().filter(|_| good && same) {
            Some(account) => entered(w, account, device),
            None => Ok(Err(refused(w, now.as_ref(), Refusal::Password)?)),
        }
    })?
}

/// The code is used up in the transaction that sets the password; a login that is not the code's leaves it as it is.
fn by_code(running: &Running, asked: &LoginRequest, code: &str, device: Option<&DeviceRow>) -> Result<LoggedIn> {
    let chosen = Password::chosen(&asked.password)?;
    let kept = chosen.hash(&running.options.ids.b16()).ok_or(ServerError::Cut)?;
    let hash = EnrolCode::parse(code).ok().map(|code| code.login_hash());
    running.write(|w| {
        let account = w.tx.account_by_login(asked.login.trim())?;
        let mut owner = None;
        if let Some(hash) = hash {
            w.tx.part(&mut |tx| {
                owner = tx.login_code_use(hash, w.now)?;
                let own = owner.is_none() || owner == account.as_ref().map(|a| a.id);
                if own { Ok(()) } else { Err(ServerError::Refused("code_of_another")) }
            })
            .or_else(|error| if error.code() == "code_of_another" { Ok(()) } else { Err(error) })?;
        }
        match account.filter(|account| Some(account.id) == owner) {
            Some(mut account) => {
                account.password.clone_from(&kept);
                w.tx.account_put(&account)?;
                w.audit(Some(account.id), "password_set", &account.id.to_string())?;
                ended_of(w, Some(account.id), account.id, None, "password")?;
                entered(w, &account, device)
            }
            None => Ok(Err(refused(w, None, Refusal::Code)?)),
        }
    })?
}

/// The first factor was right: the session, or the same refusal for whoever has no role or comes with another's device.
fn entered(w: &Writing<'_>, account: &AccountRow, device: Option<&DeviceRow>) -> Result<Result<LoggedIn>> {
    if device.is_some_and(|device| device.account != account.id) {
        return Ok(Err(refused(w, Some(account), Refusal::OtherDevice)?));
    }
    let given = password::is_given(&account.password);
    let Some(opened) = session::begin_lacking(w, account.id, device.map(|d| d.id), given)? else {
        return Ok(Err(refused(w, Some(account), Refusal::NoRole)?));
    };
    let told = SessionTold::opened(&w.reading(), &opened)?;
    w.audit(Some(account.id), "logged_in", &format!("session {} {}", opened.session.id, told.stage))?;
    Ok(Ok((opened, told)))
}

fn refused(w: &Writing<'_>, account: Option<&AccountRow>, why: Refusal) -> Result<ServerError> {
    w.audit(account.map(|a| a.id), "login_failed", why.name())?;
    Ok(login_failed())
}
