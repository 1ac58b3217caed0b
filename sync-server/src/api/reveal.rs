//! `POST /v1/reveal`: a value that a mask hides is told for a reason, and the audit says to whom and why.
//!
//! Owns who may ask, and the audit's line. Refuses a question without a reason. Invariant: no value leaves without a line
//! in the audit, written in the transaction that reads it; a record that is not the caller's to see is answered like one
//! that does not exist.

use crate::api::{living_device, read_signed};
use crate::error::{Result, ServerError, problem};
use crate::limits;
use crate::mask::Reader;
use crate::rights;
use crate::server::{Running, Server};
use crate::store::DeviceRow;
use crate::writing::Writing;
use axum::Json;
use axum::extract::{Request, State};
use gridwalk_model::kind::Kind;
use gridwalk_model::row::plain_text;
use gridwalk_model::state_codec::read_state;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::reveal::{RevealRequest, Revealed};
use http::request::Parts;

/// `POST /v1/reveal`.
pub async fn reveal(State(server): State<Server>, request: Request) -> Result<Json<Revealed>> {
    let (parts, body) = read_signed(&server, request, limits::BODY_BYTES_MAX).await?;
    Ok(Json(server.running().work(move |running| reveal_now(running, &parts, &body)).await?))
}

fn reveal_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<Revealed> {
    let device = living_device(running, parts, body)?;
    let asked: RevealRequest =
        serde_json::from_slice(body).map_err(|_| problem(ProblemCode::Malformed, "not the expected JSON"))?;
    let reason = asked.reason.trim();
    if reason.is_empty() || reason.len() > limits::REASON_BYTES_MAX {
        return Err(problem(ProblemCode::Malformed, "a reason is missing or too long"));
    }
    running.write(|w| shown(w, &device, &asked))
}

/// The values, with the audit's line. Who handles the record may ask as well: the line says so.
fn shown(w: &Writing<'_>, device: &DeviceRow, asked: &RevealRequest) -> Result<Revealed> {
    let none = || ServerError::NotFound("record");
    let r = w.reading();
    let scope = rights::scope(&r, device.account, asked.space)?;
    let held_by = rights::held_by(&scope, &w.tx.audience(asked.space, asked.record)?);
    if held_by.is_empty() {
        return Err(none());
    }
    let state = read_state(&w.tx.state(asked.space, asked.record)?.ok_or_else(none)?.bytes)?;
    let field = Kind::from_name(state.kind()).and_then(|kind| kind.table().field(&asked.field)).ok_or_else(none)?;
    let sight = Reader { account: device.account, scope: &scope }.sight(&r, &state, &held_by)?;
    let handles = sight.handles && field.handled.is_some() && field.read.meets(sight.roles);
    if !handles && !field.known.meets(sight.roles) {
        return Err(ServerError::Refused("reveal_not_permitted"));
    }
    let heads = state.fields.get(field.name).into_iter().flat_map(|r| r.heads.iter().rev());
    let values = heads.filter_map(|head| plain_text(field.shape, head.value.as_ref()?)).collect();
    let (space, record, name, reason) = (asked.space, asked.record, field.name, asked.reason.trim());
    let detail = format!("device {} space {space} record {record} field {name}: {reason}", device.id);
    w.audit(Some(device.account), "revealed", &detail)?;
    Ok(Revealed { values })
}
