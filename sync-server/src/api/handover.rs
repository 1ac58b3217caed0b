//! `POST /v1/handover` and `POST /v1/purged`: the end of a revoked device.
//!
//! Owns the keeping of sealed left-overs and their receipts. Refuses to read what is sealed beyond its shape.
//! Invariant: a receipt is given only for bytes that are on disk.

use crate::api::{malformed, packed, read, unpack};
use crate::auth;
use crate::error::{Result, problem};
use crate::server::{Running, Server};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use gridwalk_model::limits;
use gridwalk_sync::enrol::Purged;
use gridwalk_sync::{ProblemCode, handover};
use http::request::Parts;

/// `POST /v1/handover`.
pub async fn hand_over(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read(request, limits::HAND_OVER_BYTES_MAX).await?;
    server.running().work(move |running| hand_over_now(running, &parts, &body)).await
}

fn hand_over_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<Response> {
    let device = auth::device(running, parts, body)?;
    let bundle = unpack(body, limits::HAND_OVER_BYTES_MAX)?;
    if handover::read_bundle(&bundle).map_err(malformed)?.device != device.id {
        return Err(problem(ProblemCode::Forbidden, "the left-overs of another device"));
    }
    let hash = handover::bundle_hash(&bundle);
    let receipt = running.write(|w| {
        w.tx.hand_over_put(hash, device.id, w.now, &bundle)?;
        w.audit(Some(device.account), "handed_over", &format!("device {} bundle {hash}", device.id))?;
        Ok(handover::sign_receipt(hash, w.now, &w.running.key))
    })?;
    Ok(packed(&handover::receipt_bytes(&receipt)))
}

/// `POST /v1/purged`.
pub async fn purged(State(server): State<Server>, request: Request) -> Result<StatusCode> {
    let (parts, body) = read(request, crate::limits::BODY_BYTES_MAX).await?;
    server.running().work(move |running| purged_now(running, &parts, &body)).await
}

fn purged_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<StatusCode> {
    let device = auth::device(running, parts, body)?;
    let said: Purged =
        serde_json::from_slice(body).map_err(|_| problem(ProblemCode::Malformed, "not the expected JSON"))?;
    running.write(|w| {
        let spaces: Vec<String> = said.spaces.iter().map(ToString::to_string).collect();
        w.audit(Some(device.account), "purged", &format!("device {} spaces {}", device.id, spaces.join(" ")))?;
        let mut row = device.clone();
        row.purged_at = Some(w.now);
        w.tx.device_put(&row)
    })?;
    Ok(StatusCode::NO_CONTENT)
}
