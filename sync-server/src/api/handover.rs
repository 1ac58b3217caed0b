//! `POST /v1/handover` and `POST /v1/purged`: the end of a revoked device.
//!
//! Owns the keeping of sealed left-overs, their receipts and the word that they are safe. Refuses to read what is sealed
//! beyond whose it is.
//! Invariant: a receipt is given only for bytes that are on disk.

use crate::api::{packed, read_signed, unpack};
use crate::auth;
use crate::bundle::not_opened;
use crate::erase::remains;
use crate::error::{Result, ServerError, problem};
use crate::server::{Running, Server};
use crate::store::DeviceRow;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DeviceId;
use gridwalk_model::limits;
use gridwalk_sync::enrol::{Purged, Vouched};
use gridwalk_sync::{ProblemCode, handover};
use http::request::Parts;

/// Name of the value that tells up to when everything stands in a verified backup.
pub(crate) const BACKED_UP_AT: &str = "backed_up_at";

/// `POST /v1/handover`.
pub async fn hand_over(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, limits::SEALED_BYTES_MAX).await?;
    server.running().work(move |running| hand_over_now(running, &parts, &body)).await
}

fn hand_over_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<Response> {
    let device = auth::device(running, parts, body)?;
    let sealed = unpack(body, limits::SEALED_BYTES_MAX)?;
    let left = handover::open_left(&sealed, &running.key).map_err(not_opened)?;
    if !is_own(running, &device, left.device)? {
        return Err(problem(ProblemCode::Forbidden, "the left-overs of another device"));
    }
    let hash = handover::hash_of(&sealed);
    let receipt = running.write(|w| {
        // What was erased since it was typed is not kept, whoever still had it.
        let kept = remains::without_erased(w.tx, &left)?.map(|kept| remains::seal_anew(w, &kept)).transpose()?;
        w.tx.hand_over_put(hash, left.device, w.now, kept.as_deref().unwrap_or(&sealed))?;
        w.audit(Some(device.account), "handed_over", &format!("device {} bundle {hash}", left.device))?;
        Ok(handover::sign_receipt(hash, w.now, &w.running.key))
    })?;
    Ok(packed(&handover::receipt_bytes(&receipt)))
}

/// Whether what one device left may be given by another: an earlier enrolment of the same account, or one that this
/// server lost, whose sealed copy comes again.
fn is_own(running: &Running, device: &DeviceRow, left_on: DeviceId) -> Result<bool> {
    let left_on = if left_on == device.id { None } else { Some(running.read(|r| r.tx.device(left_on))?) };
    Ok(left_on.flatten().is_none_or(|d| d.account == device.account))
}

/// `GET /v1/handover/{seal}`.
pub async fn vouch(State(server): State<Server>, Path(seal): Path<String>, request: Request) -> Result<Json<Vouched>> {
    let (parts, body) = read_signed(&server, request, crate::limits::BODY_BYTES_MAX).await?;
    let safe = server.running().work(move |running| vouch_now(running, &parts, &body, &seal));
    Ok(Json(Vouched { safe: safe.await? }))
}

fn vouch_now(running: &Running, parts: &Parts, body: &[u8], seal: &str) -> Result<bool> {
    let device = auth::device(running, parts, body)?;
    let none = || ServerError::NotFound("hand-over");
    let bytes = data_encoding::HEXLOWER.decode(seal.as_bytes()).map_err(|_| none())?;
    let hash = Hash::from_slice(&bytes).ok_or_else(none)?;
    let (received_at, left_on) = running.read(|r| r.tx.hand_over_at(hash))?.ok_or_else(none)?;
    if !is_own(running, &device, left_on)? {
        return Err(none());
    }
    running.read(|r| {
        let backed_up = r.tx.meta(BACKED_UP_AT)?.and_then(|b| b.try_into().ok()).map(i64::from_be_bytes);
        let in_a_backup = backed_up.is_some_and(|at| received_at.0 < at);
        Ok(in_a_backup || r.now.0.saturating_sub(received_at.0) > limits::SENT_KEPT_MS)
    })
}

/// `POST /v1/purged`.
pub async fn purged(State(server): State<Server>, request: Request) -> Result<StatusCode> {
    let (parts, body) = read_signed(&server, request, crate::limits::BODY_BYTES_MAX).await?;
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
