//! `GET /v1/history/{space}/{record}`: what happened to a record, change by change.
//!
//! Owns the answer's shape. Refuses to tell a record that is not the caller's to see from one that does not exist.
//! Invariant: entries come in order of pos, as they were admitted.

use crate::api::{living_device, packed, read_signed};
use crate::error::{Result, ServerError};
use crate::journal_codec;
use crate::limits;
use crate::mask::{self, Reader};
use crate::rights;
use crate::server::{Running, Server};
use crate::store::row::EntryKind;
use crate::writing::Reading;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use gridwalk_model::codec::Writer;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::mask::Sight;
use gridwalk_model::state_codec::read_state;
use http::request::Parts;

/// `GET /v1/history/{space}/{record}`.
pub async fn history(
    State(server): State<Server>,
    Path((space, record)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, 0).await?;
    let none = |_| ServerError::NotFound("record");
    let (space, record) = (space.parse().map_err(none)?, record.parse().map_err(none)?);
    server.running().work(move |running| history_now(running, &parts, &body, space, record)).await
}

fn history_now(running: &Running, parts: &Parts, body: &[u8], space: SpaceId, record: RecordId) -> Result<Response> {
    let device = living_device(running, parts, body)?;
    running.read(|r| {
        let scope = rights::scope(r, device.account, space)?;
        let held_by = rights::held_by(&scope, &r.tx.audience(space, record)?);
        if held_by.is_empty() {
            return Err(ServerError::NotFound("record"));
        }
        let state = r.tx.state(space, record)?.ok_or(ServerError::NotFound("record"))?;
        let sight = Reader { account: device.account, scope: &scope }.sight(r, &read_state(&state.bytes)?, &held_by)?;
        Ok(packed(&history_bytes(r, space, record, &sight)?))
    })
}

/// CBOR: a list of `[kind, pos, entry, body or null]`, the newest entries within the limit; `kind` 0 for a change, 1 for
/// an alias, 2 for an erasure, 3 for what was carried here when the record moved from another space. A body is that
/// which was received, or what a mask leaves of it.
pub fn history_bytes(r: &Reading<'_>, space: SpaceId, record: RecordId, sight: &Sight) -> Result<Vec<u8>> {
    let rows = r.tx.journal_of(space, record)?;
    let rows = &rows[rows.len().saturating_sub(limits::HISTORY_ENTRIES_MAX)..];
    let mut w = Writer::default();
    w.array(rows.len());
    for row in rows {
        let kind = match row.kind {
            EntryKind::Change => 0,
            EntryKind::Alias => 1,
            EntryKind::Erase | EntryKind::Lost => 2,
            EntryKind::Carried => 3,
        };
        w.array(4).uint(kind).uint(row.pos).bytes(&row.entry);
        let has_body = matches!(row.kind, EntryKind::Change | EntryKind::Carried);
        let body = if has_body { r.tx.inbox(space, row.replica, row.seq)? } else { None };
        match body.and_then(|b| b.body).map(|body| mask::body(sight, body)).transpose()?.flatten() {
            Some(body) => w.bytes(&body),
            None => w.null(),
        };
    }
    Ok(w.finish())
}

/// The entries of a record as the model folds them.
pub fn entries(r: &Reading<'_>, space: SpaceId, record: RecordId) -> Result<Vec<gridwalk_model::Entry>> {
    let mut entries = Vec::new();
    for row in r.tx.journal_of(space, record)? {
        let body = r.tx.inbox(space, row.replica, row.seq)?.and_then(|i| i.body);
        entries.extend(journal_codec::entry(&row, body.as_deref())?);
    }
    Ok(entries)
}
