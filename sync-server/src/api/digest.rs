//! `POST /v1/digest` and `POST /v1/divergences`: a digest that did not agree is narrowed, and what came of it told.
//!
//! Owns the handlers. Refuses to compare and to count. Invariant: a fault of the server's own is mended before the phone
//! is told to pull.

use crate::api::{living_device, malformed, packed, read_signed, unpack};
use crate::auth;
use crate::error::{Result, problem};
use crate::server::{Running, Server};
use crate::{divergence, mend};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use gridwalk_model::digest::Outcome;
use gridwalk_model::limits;
use gridwalk_sync::{ProblemCode, digest_codec};
use http::request::Parts;

/// `POST /v1/digest`.
pub async fn digest(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, limits::DIGEST_BYTES_MAX).await?;
    server.running().work(move |running| digest_now(running, &parts, &body)).await
}

fn digest_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<Response> {
    let device = living_device(running, parts, body)?;
    auth::speaks(parts)?;
    let request = digest_codec::read_request(&unpack(body, limits::DIGEST_BYTES_MAX)?).map_err(malformed)?;
    let answered = running.read(|r| crate::digest::answer(r, &device, &request))?;
    if !answered.own_faults.is_empty() {
        let mended = mend::stride(running, request.space, &answered.own_faults)?;
        let (records, sums, whole) = (mended.records, mended.sums, mended.whole);
        tracing::error!(space = %request.space, records, sums, whole, "a sum did not agree with its own rows");
    }
    Ok(packed(&digest_codec::reply_bytes(&answered.reply)))
}

/// `POST /v1/divergences`.
pub async fn divergences(State(server): State<Server>, request: Request) -> Result<StatusCode> {
    let (parts, body) = read_signed(&server, request, limits::DIGEST_BYTES_MAX).await?;
    server.running().work(move |running| divergences_now(running, &parts, &body)).await
}

fn divergences_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<StatusCode> {
    let device = living_device(running, parts, body)?;
    let reports = digest_codec::read_reports(&unpack(body, limits::DIGEST_BYTES_MAX)?).map_err(malformed)?;
    if reports.iter().any(|r| r.outcome == Outcome::Open) {
        return Err(problem(ProblemCode::Malformed, "a report that has not come to an end"));
    }
    running.write(|w| divergence::keep(w, &device, &reports))?;
    Ok(StatusCode::NO_CONTENT)
}
