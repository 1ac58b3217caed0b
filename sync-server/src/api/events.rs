//! `GET /v1/events`: “something for you”.
//!
//! Owns the stream of hints. Refuses to carry data: a hint is a space's id. Invariant: a listener that was too slow is
//! told of every space that it may see, so that no hint is lost for good.

use crate::api::{living_device, read};
use crate::error::Result;
use crate::limits;
use crate::rights;
use crate::server::Server;
use axum::extract::{Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use gridwalk_model::id::{AccountId, SpaceId};
use std::convert::Infallible;
use std::time::Duration;
use tokio_stream::wrappers::BroadcastStream;

/// `GET /v1/events`.
pub async fn events(
    State(server): State<Server>,
    request: Request,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let (parts, body) = read(request, 0).await?;
    let hints = server.running().listen();
    let account = server.running().work(move |r| Ok(living_device(r, &parts, &body)?.account)).await?;
    let at_first = stream::iter(visible(&server, account));
    let later = BroadcastStream::new(hints).flat_map(move |hint| {
        let spaces = visible(&server, account);
        stream::iter(match hint {
            Ok(space) => spaces.into_iter().filter(|s| *s == space).collect(),
            Err(_too_slow) => spaces,
        })
    });
    let events = at_first.chain(later).map(|space| Ok(Event::default().event("space").data(space.to_string())));
    let alive = KeepAlive::new().interval(Duration::from_secs(limits::EVENTS_ALIVE_S));
    Ok(Sse::new(events).keep_alive(alive))
}

/// The spaces in which the account sees anything now.
fn visible(server: &Server, account: AccountId) -> Vec<SpaceId> {
    let spaces = server.read(|r| {
        let spaces = r.tx.spaces()?.into_iter().map(|s| s.id);
        let mut seen = Vec::new();
        for space in spaces {
            if !rights::scope(r, account, space)?.is_empty() {
                seen.push(space);
            }
        }
        Ok(seen)
    });
    spaces.unwrap_or_default()
}
