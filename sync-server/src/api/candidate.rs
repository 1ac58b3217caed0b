//! `POST /v1/candidates`: which records that the account sees may be the same as others of the county.
//!
//! Owns the handler. Refuses to compare. Invariant: the answer is of one snapshot, and holds no print.

use crate::api::{living_device, malformed, packed, read_signed, unpack};
use crate::auth;
use crate::error::Result;
use crate::print;
use crate::server::{Running, Server};
use axum::extract::{Request, State};
use axum::response::Response;
use gridwalk_model::limits;
use gridwalk_sync::candidate_codec;
use http::request::Parts;

/// `POST /v1/candidates`.
pub async fn candidates(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, limits::TOLD_BYTES_MAX).await?;
    server.running().work(move |running| candidates_now(running, &parts, &body)).await
}

fn candidates_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<Response> {
    let device = living_device(running, parts, body)?;
    auth::speaks(parts)?;
    let bytes = unpack(body, limits::TOLD_BYTES_MAX)?;
    let request = candidate_codec::read_request(&bytes).map_err(malformed)?;
    let reply = running.read(|r| print::answer(r, &device, &request))?;
    Ok(packed(&candidate_codec::reply_bytes(&reply)))
}
