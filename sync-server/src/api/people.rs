//! `POST /v1/people`: what colleagues are called whom the caller meets in records that they see.
//!
//! Owns who may know whose name. Refuses to list accounts. Invariant: a name is told only with a record that the caller
//! sees and that names the person in what the caller is given of it; any other question is answered like one about
//! nobody.

use crate::api::{living_device, read_signed};
use crate::error::{Result, problem};
use crate::limits as own_limits;
use crate::mask::{self, Reader};
use crate::newcomer;
use crate::rights::{self, Scope};
use crate::server::{Running, Server};
use crate::writing::Reading;
use axum::Json;
use axum::extract::{Request, State};
use gridwalk_model::change::SealedChange;
use gridwalk_model::id::{AccountId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::state_codec::read_state;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::people::{PeopleRequest, PeopleTold, PersonMet, PersonNamed};
use http::request::Parts;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// `POST /v1/people`.
pub async fn people(State(server): State<Server>, request: Request) -> Result<Json<PeopleTold>> {
    let (parts, body) = read_signed(&server, request, own_limits::BODY_BYTES_MAX).await?;
    Ok(Json(server.running().work(move |running| people_now(running, &parts, &body)).await?))
}

fn people_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<PeopleTold> {
    let device = living_device(running, parts, body)?;
    let asked: PeopleRequest =
        serde_json::from_slice(body).map_err(|_| problem(ProblemCode::Malformed, "not the expected JSON"))?;
    if asked.people.len() > limits::PEOPLE_ASKED_MAX {
        return Err(problem(ProblemCode::TooLarge, "more people than are asked at once"));
    }
    running.read(|r| named(r, device.account, &asked.people))
}

/// The names of those whom the caller may know of.
fn named(r: &Reading<'_>, caller: AccountId, asked: &[PersonMet]) -> Result<PeopleTold> {
    let mut scopes: BTreeMap<SpaceId, Scope> = BTreeMap::new();
    // Whoever nobody knows is nobody's colleague: they are told no names, and what they are called is the reporter's
    // contact, for whoever may read that.
    if newcomer::is_one(r, caller)? {
        return Ok(PeopleTold { people: Vec::new() });
    }
    let (mut told, mut people) = (BTreeSet::new(), Vec::new());
    for met in asked {
        if told.contains(&met.account) || newcomer::is_one(r, met.account)? {
            continue;
        }
        let scope = match scopes.entry(met.space) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(rights::scope(r, caller, met.space)?),
        };
        if !is_met(r, &Reader { account: caller, scope }, met)? {
            continue;
        }
        if let Some(account) = r.tx.account(met.account)? {
            told.insert(account.id);
            people.push(PersonNamed { account: account.id, name: account.name });
        }
    }
    Ok(PeopleTold { people })
}

/// Whether what the reader is given of the record, or of its history, names the person.
fn is_met(r: &Reading<'_>, reader: &Reader<'_>, met: &PersonMet) -> Result<bool> {
    let held_by = rights::held_by(reader.scope, &r.tx.audience(met.space, met.record)?);
    let state = if held_by.is_empty() { None } else { r.tx.state(met.space, met.record)? };
    let Some(row) = state else { return Ok(false) };
    let whole = read_state(&row.bytes)?;
    let given = read_state(&reader.state(r, &row.kind, &held_by, row.bytes)?)?;
    if given.people().contains(&met.account) {
        return Ok(true);
    }
    let sight = reader.sight(r, &whole, &held_by)?;
    let entries = r.tx.journal_of(met.space, met.record)?;
    for entry in entries.iter().rev().take(own_limits::HISTORY_ENTRIES_MAX) {
        let Some(body) = r.tx.inbox(met.space, entry.replica, entry.seq)?.and_then(|b| b.body) else { continue };
        if SealedChange::open(&body)?.change.author == met.account && mask::body(&sight, body)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
