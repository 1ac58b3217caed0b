//! `PUT /v1/pictures/{space}/{record}/{hash}/{offset}` and `GET /v1/pictures/{space}/{record}/{hash}`: a picture's bytes,
//! after the change that names it.
//!
//! Owns who may give and who may see one. Refuses a picture that no change names. Invariant: what is not the caller's to see
//! is answered like what does not exist; whoever attached a picture may give its bytes, also where the record has left
//! their scope since.

use crate::api::history::entries;
use crate::api::{living_device, read_signed};
use crate::error::{Result, ServerError, problem};
use crate::picture::Piece;
use crate::rights;
use crate::server::{Running, Server};
use crate::store::DeviceRow;
use crate::writing::Reading;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use gridwalk_model::Entry;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::op::Op;
use gridwalk_model::picture::{Media, elements_of, hash_of};
use gridwalk_model::state_codec::read_state;
use gridwalk_model::value::Value;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::picture::PictureTaken;
use http::header;
use http::request::Parts;

/// Which picture of which record.
#[derive(Debug, Clone, Copy)]
struct Named {
    space: SpaceId,
    record: RecordId,
    hash: Hash,
}

const NONE: ServerError = ServerError::NotFound("picture");

impl Named {
    fn of(space: &str, record: &str, hash: &str) -> Result<Self> {
        let bytes = data_encoding::HEXLOWER.decode(hash.as_bytes()).ok();
        let hash = bytes.and_then(|bytes| Hash::from_slice(&bytes)).ok_or(NONE)?;
        Ok(Self { space: space.parse().map_err(|_| NONE)?, record: record.parse().map_err(|_| NONE)?, hash })
    }
}

/// `PUT /v1/pictures/{space}/{record}/{hash}/{offset}`.
pub async fn put(
    State(server): State<Server>,
    Path((space, record, hash, offset)): Path<(String, String, String, String)>,
    request: Request,
) -> Result<Json<PictureTaken>> {
    let (parts, body) = read_signed(&server, request, limits::PICTURE_PIECE_BYTES_MAX).await?;
    let work = move |running: &Running| put_now(running, &parts, &body, [&space, &record, &hash, &offset]);
    Ok(Json(server.running().work(work).await?))
}

fn put_now(running: &Running, parts: &Parts, body: &[u8], path: [&String; 4]) -> Result<PictureTaken> {
    let device = living_device(running, parts, body)?;
    let [space, record, hash, offset] = path;
    let named = Named::of(space, record, hash)?;
    let offset = offset.parse().map_err(|_| problem(ProblemCode::Malformed, "the offset is no number"))?;
    let element = running.read(|r| attached(r, &device, named))?.ok_or(NONE)?;
    if running.disk_is_short() {
        return Err(ServerError::DiskFull);
    }
    let size = element.as_map().and_then(|map| map.get("size")?.as_int()).and_then(|n| u64::try_from(n).ok());
    let size = size.ok_or_else(|| problem(ProblemCode::Malformed, "the change does not say how large it is"))?;
    let Named { record, hash, .. } = named;
    running.pictures.take(&Piece { hash, size, record, device: device.id, offset, bytes: body })
}

/// `GET /v1/pictures/{space}/{record}/{hash}`.
pub async fn get(
    State(server): State<Server>,
    Path((space, record, hash)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, 0).await?;
    let work = move |running: &Running| get_now(running, &parts, &body, &space, &record, &hash);
    server.running().work(work).await
}

fn get_now(running: &Running, parts: &Parts, body: &[u8], space: &str, record: &str, hash: &str) -> Result<Response> {
    let device = living_device(running, parts, body)?;
    let named = Named::of(space, record, hash)?;
    let (_, records) = running.read(|r| seen(r, &device, named))?.ok_or(NONE)?;
    let bytes = running.pictures.read(named.hash, &records)?.ok_or(NONE)?;
    let kind = Media::sniff(&bytes).ok_or(NONE)?.name();
    // Nothing that anybody attached is ever run as a page.
    Ok(([(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], bytes).into_response())
}

/// What the record says of the picture now, for whoever sees it; with the ids that the record has had.
fn seen(r: &Reading<'_>, device: &DeviceRow, named: Named) -> Result<Option<(Value, Vec<RecordId>)>> {
    let Named { space, record, hash } = named;
    let scope = rights::scope(r, device.account, space)?;
    if rights::held_by(&scope, &r.tx.audience(space, record)?).is_empty() {
        return Ok(None);
    }
    let Some(row) = r.tx.state(space, record)? else { return Ok(None) };
    let state = read_state(&row.bytes)?;
    let element = elements_of(&state, hash).first().map(|element| (*element).clone());
    Ok(element.map(|element| (element, [vec![record], state.origins()].concat())))
}

/// What a change says of the picture: one that stands in the record, for whoever sees that, or one of the caller's own.
fn attached(r: &Reading<'_>, device: &DeviceRow, named: Named) -> Result<Option<Value>> {
    if let Some((element, _)) = seen(r, device, named)? {
        return Ok(Some(element));
    }
    let attaches = |op: &Op| op.attached().filter(|element| hash_of(element) == Some(named.hash)).cloned();
    let entries = entries(r, named.space, named.record)?;
    let changes = entries.iter().filter_map(Entry::change);
    Ok(changes.filter(|change| change.author == device.account).flat_map(|change| &change.ops).find_map(attaches))
}
