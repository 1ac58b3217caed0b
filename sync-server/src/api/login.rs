//! `POST /v1/login`, `POST /v1/login/totp`, `POST /v1/password`, `POST /v1/refresh`, `POST /v1/logout`, `GET /v1/session`: a person's session.
//!
//! Owns the handlers. Refuses to decide. Invariant: no answer with a token is kept by whatever stands in between.

use super::read;
use crate::auth;
use crate::error::{Result, problem};
use crate::limits;
use crate::login::carrier::{self, Carrier};
use crate::login::session::{self, Opened};
use crate::login::{RenewalRequest, SecondFactorRequest, SessionTold, Token, attempt, own_password, second};
use crate::rate;
use crate::server::{Running, Server};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use gridwalk_sync::ProblemCode;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};

/// The answer with a session's new tokens, in cookies if it is a browser's.
fn answered(opened: Option<&Opened>, told: SessionTold) -> Response {
    let mut response = Json(told).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(opened) = opened.filter(|opened| opened.session.device.is_none()) {
        carrier::set_cookies(&mut response, opened);
    }
    response
}

/// `POST /v1/login`.
pub async fn log_in(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read(request, limits::BODY_BYTES_MAX).await?;
    let (opened, told) = attempt::log_in(server.running(), parts, body).await?;
    Ok(answered(Some(&opened), told))
}

/// `POST /v1/login/totp`.
pub async fn second_factor(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read(request, limits::BODY_BYTES_MAX).await?;
    let work = move |running: &Running| {
        let who = session::who(running, &parts, &body)?;
        let asked: SecondFactorRequest = serde_json::from_slice(&body)
            .map_err(|_| problem(ProblemCode::Malformed, "not the JSON of a second factor"))?;
        second::answer(running, &who, &asked)
    };
    let (opened, told) = server.running().work(work).await?;
    Ok(answered(opened.as_ref(), told))
}

/// `POST /v1/refresh`. A browser's cookie is enough with the origin: its page has lost what else it knew, and the answer
/// is read by no other page.
pub async fn refresh(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read(request, limits::BODY_BYTES_MAX).await?;
    rate::of_address(server.running(), "refresh", &parts.extensions)?;
    let work = move |running: &Running| renewed(running, &parts, &body);
    let (opened, told) = server.running().work(work).await?;
    Ok(answered(Some(&opened), told))
}

fn renewed(running: &Running, parts: &Parts, body: &[u8]) -> Result<(Opened, SessionTold)> {
    let (token, device) = match carrier::of(parts) {
        Carrier::Browser => {
            let token = carrier::cookie(&parts.headers, carrier::RENEWAL_COOKIE).and_then(Token::parse);
            let token = token.ok_or_else(session::no_session)?;
            carrier::same_origin(parts)?;
            (token, None)
        }
        Carrier::Device => {
            let asked: Option<RenewalRequest> = serde_json::from_slice(body).ok();
            let token = asked.and_then(|asked| Token::parse(&asked.renewal?)).ok_or_else(session::no_session)?;
            (token, Some(auth::proven(running, parts, body)?))
        }
    };
    let renewed = running.write(|w| {
        let Some(opened) = session::renew(w, &token, device)? else { return Ok(None) };
        let told = SessionTold::opened(&w.reading(), &opened)?;
        Ok(Some((opened, told)))
    })?;
    renewed.ok_or_else(session::no_session)
}

/// `POST /v1/password`.
pub async fn password(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read(request, limits::BODY_BYTES_MAX).await?;
    let (opened, told) = own_password::change(server.running(), parts, body).await?;
    Ok(answered(Some(&opened), told))
}

/// `POST /v1/logout`.
pub async fn log_out(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read(request, limits::BODY_BYTES_MAX).await?;
    let work = move |running: &Running| {
        let who = session::who(running, &parts, &body)?;
        running.write(|w| {
            session::end(w, &who.session)?;
            w.audit(Some(who.account.id), "logged_out", &format!("session {}", who.session.id))
        })
    };
    server.running().work(work).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    carrier::drop_cookies(&mut response);
    Ok(response)
}

/// `GET /v1/session`.
pub async fn session(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read(request, limits::BODY_BYTES_MAX).await?;
    let work = move |running: &Running| {
        let who = session::who(running, &parts, &body)?;
        running.read(|r| SessionTold::of(r, &who.session))
    };
    Ok(answered(None, server.running().work(work).await?))
}
