//! `GET /v1/events`: “something for you”.
//!
//! Owns the stream of hints. Refuses to carry data: a hint is a space's id. Invariant: a listener that was too slow, or
//! whose rights changed, is told of every space that it sees, so that no hint is lost for good; hints that come fast are
//! told as one, so that a busy hour does not keep five thousand phones awake.

use crate::api::{living_device, read_signed};
use crate::error::Result;
use crate::limits;
use crate::metrics::Listening;
use crate::rights;
use crate::server::{Hint, Server};
use axum::extract::{Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use gridwalk_model::id::{AccountId, SpaceId};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

/// One who listens.
struct Listener {
    server: Server,
    account: AccountId,
    hints: Receiver<Hint>,
    seen: BTreeSet<SpaceId>,
    quiet_until: Instant,
    _counted: Listening,
}

/// `GET /v1/events`.
pub async fn events(
    State(server): State<Server>,
    request: Request,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let (parts, body) = read_signed(&server, request, 0).await?;
    let hints = server.running().listen();
    let account = server.running().work(move |r| Ok(living_device(r, &parts, &body)?.account)).await?;
    let seen = visible(&server, account).await;
    let at_first = stream::iter(seen.clone());
    let counted = server.running().metrics.listening();
    let listener = Listener { server, account, hints, seen, quiet_until: Instant::now(), _counted: counted };
    let later = stream::unfold(listener, |mut listener| async {
        let told = listener.next().await?;
        Some((stream::iter(told), listener))
    });
    let spaces = at_first.chain(later.flatten());
    let events = spaces.map(|space| Ok(Event::default().event("space").data(space.to_string())));
    let alive = KeepAlive::new().interval(Duration::from_secs(limits::EVENTS_ALIVE_S));
    Ok(Sse::new(events).keep_alive(alive))
}

impl Listener {
    /// What to tell next; `None` when the server stops.
    async fn next(&mut self) -> Option<BTreeSet<SpaceId>> {
        let mut told = BTreeSet::new();
        while told.is_empty() {
            let first = self.hints.recv().await;
            if matches!(first, Err(RecvError::Closed)) {
                return None;
            }
            if self.quiet_until > Instant::now() {
                tokio::time::sleep_until(self.quiet_until).await;
            }
            self.take(first.ok(), &mut told).await;
            loop {
                match self.hints.try_recv() {
                    Ok(hint) => self.take(Some(hint), &mut told).await,
                    Err(TryRecvError::Lagged(_)) => self.take(None, &mut told).await,
                    Err(_) => break,
                }
            }
        }
        self.quiet_until = Instant::now() + Duration::from_millis(limits::EVENTS_APART_MS);
        Some(told)
    }

    /// Takes a hint; `None` stands for some that were missed.
    async fn take(&mut self, hint: Option<Hint>, told: &mut BTreeSet<SpaceId>) {
        match hint {
            Some(Hint::Space(space)) if self.seen.contains(&space) => {
                told.insert(space);
            }
            Some(Hint::Rights(account)) if account != self.account => {}
            Some(Hint::Space(_)) => {}
            Some(Hint::Rights(_)) | None => {
                told.extend(&self.seen);
                self.seen = visible(&self.server, self.account).await;
                told.extend(&self.seen);
            }
        }
    }
}

/// The spaces in which the account sees anything now.
async fn visible(server: &Server, account: AccountId) -> BTreeSet<SpaceId> {
    let seen = server.running().work(move |running| {
        running.read(|r| {
            let mut seen = BTreeSet::new();
            for space in r.tx.spaces()? {
                if !rights::scope(r, account, space.id)?.is_empty() {
                    seen.insert(space.id);
                }
            }
            Ok(seen)
        })
    });
    seen.await.unwrap_or_default()
}
