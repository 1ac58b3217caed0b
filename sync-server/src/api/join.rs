//! `POST /v1/join`: a phone that scanned a poster says who it is.
//!
//! Owns the handler: turns by address, by key and by poster, and the signature. Refuses to know what becomes of it.
//! Invariant: nothing is written for a key that nobody holds; whoever comes too often is told when to come again.

use super::read;
use crate::admin::{enrolment, joining};
use crate::auth;
use crate::error::{Result, problem};
use crate::limits;
use crate::rate;
use crate::server::Server;
use axum::Json;
use axum::extract::{Request, State};
use ed25519_dalek::VerifyingKey;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::enrol::{Enrolled, JoinRequest};

/// `POST /v1/join`.
pub async fn join(State(server): State<Server>, request: Request) -> Result<Json<Enrolled>> {
    let (parts, body) = read(request, limits::JOIN_BYTES_MAX).await?;
    rate::of_address(server.running(), "join", &parts.extensions)?;
    let malformed = || problem(ProblemCode::Malformed, "not the JSON of somebody who joins");
    let request: JoinRequest = serde_json::from_slice(&body).map_err(|_| malformed())?;
    let joined = server.running().work(move |running| {
        let public_key = enrolment::public_key(&request.public_key)?;
        let key = VerifyingKey::from_bytes(&public_key).map_err(|_| malformed())?;
        auth::brings_its_key(running, &parts, &body, (request.device, &key))?;
        running.read(|r| joining::take_turns(r, &request, public_key))?;
        running.write(|w| joining::join(w, &request, public_key))
    });
    Ok(Json(joined.await?))
}
