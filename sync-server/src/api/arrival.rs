//! `GET /v1/arrivals`, `POST /v1/arrivals/phone`, `POST /v1/arrivals/newcomer`: who came, and what a supervisor says to it.
//!
//! Owns the handlers. Refuses to decide. Invariant: tries at a phone's digits have turns; whoever is not the caller's to decide
//! about is answered like nobody.

use super::{living_device, read_signed};
use crate::admin::arrival;
use crate::error::{Result, problem};
use crate::limits;
use crate::rate;
use crate::server::{Running, Server};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use gridwalk_sync::ProblemCode;
use gridwalk_sync::arrival::{Arrivals, NewcomerSeen, PhoneSeen};
use http::StatusCode;
use http::request::Parts;

/// `GET /v1/arrivals`.
pub async fn list(State(server): State<Server>, request: Request) -> Result<Json<Arrivals>> {
    let (parts, body) = read_signed(&server, request, limits::BODY_BYTES_MAX).await?;
    let arrived = server.running().work(move |running| {
        let device = living_device(running, &parts, &body)?;
        running.read(|r| arrival::arrivals(r, device.account))
    });
    Ok(Json(arrived.await?))
}

fn body_of<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|_| problem(ProblemCode::Malformed, "not the expected JSON"))
}

/// `POST /v1/arrivals/phone`.
pub async fn phone(State(server): State<Server>, request: Request) -> Result<StatusCode> {
    let (parts, body) = read_signed(&server, request, limits::BODY_BYTES_MAX).await?;
    server.running().work(move |running| confirmed(running, &parts, &body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn confirmed(running: &Running, parts: &Parts, body: &Bytes) -> Result<()> {
    let device = living_device(running, parts, body)?;
    let seen: PhoneSeen = body_of(body)?;
    rate::of_confirmation(running, device.account)?;
    running.write(|w| arrival::confirm(w, device.account, &seen))?
}

/// `POST /v1/arrivals/newcomer`.
pub async fn newcomer(State(server): State<Server>, request: Request) -> Result<StatusCode> {
    let (parts, body) = read_signed(&server, request, limits::BODY_BYTES_MAX).await?;
    let decided = server.running().work(move |running| {
        let device = living_device(running, &parts, &body)?;
        let seen: NewcomerSeen = body_of(&body)?;
        running.write(|w| arrival::decide(w, device.account, &seen))
    });
    decided.await?;
    Ok(StatusCode::NO_CONTENT)
}
