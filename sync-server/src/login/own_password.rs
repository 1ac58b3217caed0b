//! A person's own password, changed by themselves: the old one is asked for.
//!
//! Owns the change. Refuses one for whoever has not shown all that they have to show, but for a password that was given to them: that is
//! changed before anything else. Invariant: with the change all sessions of the person end; whoever changed it goes on in another one.

use super::session::{self, Opened, Principal, Stage, ended_of};
use super::told::{PasswordRequest, SessionTold};
use crate::admin::Password;
use crate::error::{Result, ServerError, problem};
use crate::limits;
use crate::rate;
use crate::server::Running;
use axum::body::Bytes;
use gridwalk_sync::ProblemCode;
use http::request::Parts;
use std::sync::Arc;

/// Changes it.
pub async fn change(running: &Arc<Running>, parts: Parts, body: Bytes) -> Result<(Opened, SessionTold)> {
    let asked: PasswordRequest = serde_json::from_slice(&body)
        .map_err(|_| problem(ProblemCode::Malformed, "not the JSON of a change of password"))?;
    if asked.old.len() > limits::PASSWORD_BYTES_MAX {
        return Err(problem(ProblemCode::Malformed, "longer than any password"));
    }
    // Each hash takes its memory: they wait for each other.
    let one_of_few = running.hashing.acquire().await.map_err(|_| ServerError::Cut)?;
    let done = running.work(move |running| changed(running, &parts, &body, &asked)).await;
    drop(one_of_few);
    done
}

fn changed(running: &Running, parts: &Parts, body: &[u8], asked: &PasswordRequest) -> Result<(Opened, SessionTold)> {
    let who = session::who(running, parts, body)?;
    if !matches!(Stage::of(&who.session), Stage::Whole | Stage::PasswordNeeded) {
        return Err(problem(ProblemCode::SecondFactor, "the second factor was not shown yet"));
    }
    let chosen = Password::chosen(&asked.new)?;
    if asked.new == asked.old {
        return Err(ServerError::Refused("password_same"));
    }
    rate::of_login(running, &who.account.login, &parts.extensions)?;
    let good = Password::matches(&asked.old, Some(who.account.password.as_str()).filter(|kept| !kept.is_empty()));
    let kept = chosen.hash(&running.options.ids.b16()).ok_or(ServerError::Cut)?;
    running.write(|w| {
        let session =
            w.tx.session(who.session.id)?.filter(|s| session::goes_on(s, w.now)).ok_or_else(session::no_session)?;
        // It may have been changed since it was looked at.
        let account = w.tx.account(who.account.id)?.filter(|now| good && now.password == who.account.password);
        let Some(mut account) = account else {
            w.audit(Some(who.account.id), "login_failed", "change of password")?;
            return Ok(Err(problem(ProblemCode::LoginFailed, "the old password is wrong")));
        };
        account.password.clone_from(&kept);
        w.tx.account_put(&account)?;
        w.audit(Some(account.id), "password_set", &account.id.to_string())?;
        ended_of(w, Some(account.id), account.id, None, "password")?;
        let opened = session::begin_again(w, &session, stage_after(w, &who)?)?;
        Ok(Ok((opened.clone(), SessionTold::opened(&w.reading(), &opened)?)))
    })?
}

fn stage_after(w: &crate::writing::Writing<'_>, who: &Principal) -> Result<Stage> {
    match Stage::of(&who.session) {
        Stage::PasswordNeeded => session::after_the_first(w.tx, who.account.id, who.roles),
        stage => Ok(stage),
    }
}
