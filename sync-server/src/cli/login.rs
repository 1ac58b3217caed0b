//! What people log in with, and their sessions: codes of a first login, sessions listed and ended, a lost second factor.
//!
//! Owns these parts of the verb `user`. Refuses to show a token, a secret or a code twice. Invariant: with `--by` an act is
//! judged by that administrator's powers, without it by having the machine.

use super::reply::{Failure, Reply};
use super::{Context, acting};
use gridwalk_model::Timestamp;
use gridwalk_server::ServerError;
use gridwalk_server::admin::SessionView;
use gridwalk_server::login::Stage;
use gridwalk_server::page::moment;
use gridwalk_server::store::SessionId;
use serde_json::{Value, json};

/// A one-time code with which a person chooses a password.
pub(super) fn code(context: &Context<'_>, login: &str, by: Option<&str>) -> Result<Reply, Failure> {
    let admin = acting(context, by)?;
    let (code, until) = admin.login_code(login).map_err(|e| context.failure(&e))?;
    let Timestamp(until_ms) = until;
    let said = context.language.say("say.login_code", &[("login", login), ("time", &moment(until))]);
    let json = json!({ "login": login, "code": code.to_string(), "until": until_ms });
    Ok(Reply::new(format!("{said}\n\n  {code}\n"), json))
}

/// Sessions that go on, or the end of one or all.
pub(super) fn sessions(
    context: &Context<'_>,
    login: &str,
    end: Option<&str>,
    by: Option<&str>,
) -> Result<Reply, Failure> {
    let admin = acting(context, by)?;
    let language = context.language;
    let Some(which) = end else {
        let sessions = admin.sessions(login).map_err(|e| context.failure(&e))?;
        let lines: Vec<String> = sessions.iter().map(|view| line(context, view)).collect();
        let text = if lines.is_empty() { language.word("say.no_sessions") } else { lines.join("\n") };
        return Ok(Reply::new(text, json!({ "sessions": sessions.iter().map(session_json).collect::<Vec<_>>() })));
    };
    let missing = || context.failure(&ServerError::NotFound("session"));
    let only = if which == "all" { None } else { Some(SessionId::parse(which).ok_or_else(missing)?) };
    let ended = admin.end_sessions(login, only).map_err(|e| context.failure(&e))?;
    let text = language.say("say.sessions_ended", &[("login", login), ("count", &ended.to_string())]);
    Ok(Reply::new(text, json!({ "login": login, "ended": ended })))
}

/// A lost second factor is taken off.
pub(super) fn second_factor(context: &Context<'_>, login: &str, by: Option<&str>) -> Result<Reply, Failure> {
    let admin = acting(context, by)?;
    admin.reset_second_factor(login).map_err(|e| context.failure(&e))?;
    let text = context.language.say("say.second_factor_reset", &[("login", login)]);
    Ok(Reply::new(text, json!({ "login": login, "second_factor": Value::Null })))
}

fn line(context: &Context<'_>, view: &SessionView) -> String {
    let browser = || context.language.word("say.session_browser");
    let device = view.device_name.clone().unwrap_or_else(browser);
    let (id, begun, seen) = (view.session.id, moment(view.session.begun_at), moment(view.session.seen_at));
    let stage = context.language.word(&format!("say.session_{}", Stage::of(&view.session).name()));
    format!("{id}\t{device}\t{begun}\t{seen}\t{stage}")
}

fn session_json(view: &SessionView) -> Value {
    let session = &view.session;
    json!({
        "session": session.id.to_string(), "device": session.device, "device_name": view.device_name,
        "stage": Stage::of(session).name(), "begun_at": session.begun_at, "seen_at": session.seen_at,
        "until": session.until,
    })
}
