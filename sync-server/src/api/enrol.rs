//! `POST /v1/enrol` and `GET /v1/me`: a phone with a one-time code becomes a device, and asks later who it is.
//!
//! Owns the handlers. Refuses to ask for a signature at enrolment: there is no key yet. Invariant: whatever is wrong
//! with a code, the answer is the same.

use super::{living_device, read, read_signed};
use crate::admin::enrolment;
use crate::error::{Result, problem};
use crate::limits;
use crate::rate;
use crate::server::Server;
use axum::Json;
use axum::extract::{Request, State};
use gridwalk_sync::ProblemCode;
use gridwalk_sync::enrol::{EnrolRequest, Enrolled, Me};

/// `POST /v1/enrol`.
pub async fn enrol(State(server): State<Server>, request: Request) -> Result<Json<Enrolled>> {
    let (parts, body) = read(request, limits::BODY_BYTES_MAX).await?;
    rate::of_address(server.running(), "enrol", &parts.extensions)?;
    let request: EnrolRequest =
        serde_json::from_slice(&body).map_err(|_| problem(ProblemCode::Malformed, "not the JSON of an enrolment"))?;
    let enrolled = server.running().work(move |running| running.write(|w| enrolment::enrol(w, &request))).await?;
    Ok(Json(enrolled))
}

/// `GET /v1/me`.
pub async fn me(State(server): State<Server>, request: Request) -> Result<Json<Me>> {
    let (parts, body) = read_signed(&server, request, limits::BODY_BYTES_MAX).await?;
    let me = server.running().work(move |running| {
        let device = living_device(running, &parts, &body)?;
        running.read(|r| enrolment::me_of(r, device.account))
    });
    Ok(Json(me.await?))
}
