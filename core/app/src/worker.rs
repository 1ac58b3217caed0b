//! The sync worker: a thread of its own that syncs when there is reason to, and waits in between.
//!
//! Owns when to sync: at the start, when something was saved, when the server says so, when asked, and after a while.
//! Refuses to decide what. Invariant: it may be stopped at any await; what it was doing is done again by the next one.

pub mod events;

use crate::error::AppError;
use crate::ids;
use crate::notebook::Notebook;
use crate::sync_engine::{SyncEngine, SyncReport};
use crate::transport::Transport;
use gridwalk_sync::client::back_off_ms;
use gridwalk_sync::session::Rest;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How long a phone that has everything waits before it looks again by itself, milliseconds.
const IDLE_MS: u64 = 300_000;
/// How long saves are gathered before they are sent, milliseconds.
const GATHER_MS: u64 = 500;

/// What the last session came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerStatus {
    /// Whether a session runs now.
    pub syncing: bool,
    /// Sessions so far.
    pub sessions: u64,
    /// Sessions in a row that came to nothing.
    pub failures: u32,
    /// What the last one came to.
    pub report: Option<SyncReport>,
    /// The code of the error that ended it, if one did.
    pub error: Option<&'static str>,
}

/// What handle and thread share.
#[derive(Default)]
struct Shared {
    status: watch::Sender<WorkerStatus>,
    now: Notify,
    stop: Notify,
}

/// A running worker; dropping it stops it.
pub struct SyncWorker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl SyncWorker {
    /// Starts a worker on a thread of its own: the store blocks, and only this thread waits for it.
    pub fn start(notebook: Arc<Notebook>, transport: Arc<dyn Transport>) -> Result<Self, AppError> {
        let shared = Arc::new(Shared::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(AppError::Worker)?;
        let held = Arc::clone(&shared);
        let work = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = held.stop.notified() => {}
                    () = run(&held, notebook, &*transport) => {}
                }
            });
        };
        let thread = std::thread::Builder::new().name("gridwalk-sync".to_owned()).spawn(work);
        Ok(Self { shared, thread: Some(thread.map_err(AppError::Worker)?) })
    }

    /// Syncs now, however long it would have waited.
    pub fn now(&self) {
        self.shared.now.notify_one();
    }

    /// What the last session came to.
    pub fn status(&self) -> WorkerStatus {
        self.shared.status.borrow().clone()
    }

    /// Follows what its sessions come to.
    pub fn follow(&self) -> watch::Receiver<WorkerStatus> {
        self.shared.status.subscribe()
    }

    /// Stops it, at its next await, and waits until it has stopped.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.stop.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the sync worker ended in a panic");
        }
    }
}

impl Drop for SyncWorker {
    fn drop(&mut self) {
        self.end();
    }
}

/// How long to wait after a session, milliseconds.
pub fn pause_ms(rest: Option<&Rest>, failures: u32, random: u32) -> u64 {
    match rest {
        Some(Rest::Done) => IDLE_MS / 2 + u64::from(random) % IDLE_MS,
        Some(Rest::Later { after_s: Some(s) }) => {
            // The server's wish, with jitter on top, and never longer than the longest back-off.
            let asked = s.saturating_mul(1000).min(back_off_ms(u32::MAX, u32::MAX));
            asked.max(back_off_ms(failures, random)) + u64::from(random) % 1000
        }
        _ => back_off_ms(failures, random),
    }
}

/// Sessions and pauses, for ever; two futures in one task, nothing spawned.
async fn run(shared: &Shared, notebook: Arc<Notebook>, transport: &dyn Transport) {
    let hints = events::Hints::default();
    tokio::select! {
        () = sessions(shared, &hints, Arc::clone(&notebook), transport) => {}
        () = events::listen(&notebook, transport, &hints) => {}
    }
}

async fn sessions(shared: &Shared, hints: &events::Hints, notebook: Arc<Notebook>, transport: &dyn Transport) {
    let mut engine = SyncEngine::new(Arc::clone(&notebook));
    let mut failures: u32 = 0;
    loop {
        shared.status.send_modify(|s| s.syncing = true);
        let outcome = engine.sync_once(transport).await;
        let rest = outcome.as_ref().ok().and_then(|r| r.rest.clone());
        failures = if rest == Some(Rest::Done) { 0 } else { failures.saturating_add(1) };
        if let Err(e) = &outcome {
            tracing::warn!(error = e as &dyn std::error::Error, code = e.code(), "a sync session failed");
        }
        shared.status.send_modify(|s| {
            s.syncing = false;
            s.sessions += 1;
            s.failures = failures;
            s.error = outcome.as_ref().err().map(AppError::code);
            s.report = outcome.ok();
        });
        let random = ids::random(notebook.ids()).map_or(0, u32::from_le_bytes);
        let pause = Duration::from_millis(pause_ms(rest.as_ref(), failures.saturating_sub(1), random));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shared.now.notified() => {}
            new_space = hints.next() => if new_space { engine.meet_again() },
            () = gathered(&notebook), if failures == 0 => {}
        }
    }
}

/// Something was saved, and what follows at once is saved too.
async fn gathered(notebook: &Notebook) {
    notebook.saved().await;
    tokio::time::sleep(Duration::from_millis(GATHER_MS)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pause_is_bounded_and_longer_after_more_failures() {
        let longest = back_off_ms(u32::MAX, u32::MAX);
        for failures in 0..40 {
            for random in [0, 1, 77_777, u32::MAX] {
                for rest in [None, Some(Rest::Stalled), Some(Rest::Later { after_s: Some(u64::MAX) })] {
                    let pause = pause_ms(rest.as_ref(), failures, random);
                    assert!((1_000..=longest + 1_000).contains(&pause), "{pause}");
                }
            }
        }
        assert!(pause_ms(None, 8, 0) > pause_ms(None, 1, 0));
        assert!(pause_ms(Some(&Rest::Later { after_s: Some(90) }), 0, 0) >= 90_000, "the server's wish counts");
        assert!(pause_ms(Some(&Rest::Done), 0, u32::MAX) < 2 * IDLE_MS);
    }
}
