//! `POST /v1/bundle`: a device brings what another one sealed.
//!
//! Owns the handler. Refuses to open anything. Invariant: whoever brings it signs the request, and is told of the content
//! nothing but its fate as a whole.

use crate::api::{packed, read_signed, unpack};
use crate::auth;
use crate::bundle;
use crate::error::{Result, ServerError};
use crate::server::{Running, Server};
use axum::extract::{Request, State};
use axum::response::Response;
use gridwalk_model::limits;
use http::request::Parts;

/// `POST /v1/bundle`.
pub async fn bundle(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, limits::BUNDLE_SEALED_BYTES_MAX).await?;
    server.running().work(move |running| bundle_now(running, &parts, &body)).await
}

fn bundle_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<Response> {
    // A revoked device may still bring what others wrote: each frame is judged by its own author.
    let carrier = auth::device(running, parts, body)?;
    if running.disk_is_short() {
        return Err(ServerError::DiskFull);
    }
    let sealed = unpack(body, limits::BUNDLE_SEALED_BYTES_MAX)?;
    Ok(packed(&bundle::take(running, carrier.id, &sealed)?.reply))
}
