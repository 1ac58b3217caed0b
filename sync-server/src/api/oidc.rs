//! `GET /v1/login/oidc` and `GET /v1/login/oidc/back`: the way to an office's provider, and back.
//!
//! Owns the handlers and the cookie that a browser keeps meanwhile. Refuses to decide. Invariant: only the browser that was
//! sent there may come back; its cookie alone is `SameSite=Lax`, for it comes back from another site.

use super::read;
use crate::error::{Result, problem};
use crate::limits;
use crate::login::carrier;
use crate::login::{Token, oidc};
use crate::page;
use crate::rate;
use crate::server::Server;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use gridwalk_sync::ProblemCode;

/// `GET /v1/login/oidc`.
pub async fn go(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, _) = read(request, limits::BODY_BYTES_MAX).await?;
    rate::of_address(server.running(), "login", &parts.extensions)?;
    let (url, state) = oidc::begin(&server).await?;
    let mut response = Redirect::to(&url).into_response();
    carrier::set_state(&mut response, &state.text());
    Ok(response)
}

/// `GET /v1/login/oidc/back`. The page leads on by itself: cookies of this server are not sent along a way that began at
/// another site.
pub async fn back(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, _) = read(request, limits::BODY_BYTES_MAX).await?;
    rate::of_address(server.running(), "login", &parts.extensions)?;
    let kept = carrier::cookie(&parts.headers, carrier::STATE_COOKIE).and_then(Token::parse);
    let malformed = || problem(ProblemCode::Malformed, "not what a provider sends");
    let came = oidc::Back::read(&parts.uri).ok_or_else(malformed)?;
    let (opened, _) = oidc::back(&server, came, kept).await?;
    let mut response = page::logged_in(&parts.headers);
    carrier::set_cookies(&mut response, &opened);
    carrier::drop_state(&mut response);
    Ok(response)
}
