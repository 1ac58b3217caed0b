//! `POST /v1/tracks` and `GET /v1/track/{space}/{patrol}`: a track that its person shares, beside the journal.
//!
//! Owns who may tell and who may see one. Refuses to keep it in a change: what is in the journal cannot fade. Invariant:
//! only whoever was on duty tells of it, points off duty are not taken, and only supervisors of the place see it.

use crate::api::{living_device, malformed, packed, read_signed, unpack};
use crate::error::{Result, ServerError};
use crate::server::{Running, Server};
use crate::store::tracks::SharedTrack;
use crate::writing::Reading;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use gridwalk_model::command::patrol::Duty;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{AccountId, RecordId, SpaceId};
use gridwalk_model::kind::Kind;
use gridwalk_model::limits;
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::state_codec::read_state;
use gridwalk_sync::track_codec;
use http::request::Parts;

/// `POST /v1/tracks`.
pub async fn tell(State(server): State<Server>, request: Request) -> Result<StatusCode> {
    let (parts, body) = read_signed(&server, request, limits::TRACK_TOLD_BYTES_MAX).await?;
    server.running().work(move |running| tell_now(running, &parts, &body)).await
}

fn tell_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<StatusCode> {
    let device = living_device(running, parts, body)?;
    let told = track_codec::read_told(&unpack(body, limits::TRACK_TOLD_BYTES_MAX)?).map_err(malformed)?;
    let duty = running.read(|r| duty(r, told.space, told.patrol))?;
    if duty.by != device.account {
        return Err(ServerError::NotFound("record"));
    }
    let Some(mut track) = told.track else {
        running.tracks.take_back(told.patrol)?;
        return Ok(StatusCode::NO_CONTENT);
    };
    track.retain(|point| duty.holds(device.account, point.when).is_ok());
    let shared = SharedTrack { patrol: told.patrol, space: told.space, account: device.account, track };
    running.tracks.put(&shared, running.options.clock.now())?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a patrol says of itself.
fn duty(r: &Reading<'_>, space: SpaceId, patrol: RecordId) -> Result<Duty> {
    let none = || ServerError::NotFound("record");
    let row = r.tx.state(space, patrol)?.filter(|row| row.kind == Kind::Patrol.name()).ok_or_else(none)?;
    Duty::of(&read_state(&row.bytes)?).ok_or_else(none)
}

/// `GET /v1/track/{space}/{patrol}`.
pub async fn track(
    State(server): State<Server>,
    Path((space, patrol)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, 0).await?;
    let none = |_| ServerError::NotFound("track");
    let (space, patrol) = (space.parse().map_err(none)?, patrol.parse().map_err(none)?);
    server.running().work(move |running| track_now(running, &parts, &body, space, patrol)).await
}

fn track_now(running: &Running, parts: &Parts, body: &[u8], space: SpaceId, patrol: RecordId) -> Result<Response> {
    let device = living_device(running, parts, body)?;
    let found = running.tracks.of(patrol, running.options.clock.now())?;
    let found = found.filter(|track| track.space == space && !track.track.is_empty());
    let shared = found.ok_or(ServerError::NotFound("track"))?;
    let sees = shared.account == device.account || running.read(|r| supervises(r, device.account, space, patrol))?;
    if !sees {
        return Err(ServerError::NotFound("track"));
    }
    Ok(packed(&track_codec::track_bytes(&shared.track)))
}

/// Whether an account is a supervisor of a unit that the patrol is in.
fn supervises(r: &Reading<'_>, account: AccountId, space: SpaceId, patrol: RecordId) -> Result<bool> {
    let rows = r.tx.audience(space, patrol)?;
    let leads = |role: &str| Role::from_name(role).is_some_and(|role| Roles::SUPERVISORS.has(role));
    let grants = r.grants(account)?;
    let leading = grants.iter().filter(|g| g.until.is_none() && leads(&g.role));
    Ok(leading.into_iter().any(|g| rows.iter().any(|row| row.here && row.key == Key::unit(g.unit))))
}
