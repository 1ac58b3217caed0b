//! The worker over real HTTP on loopback: it syncs by itself, wakes when the server says so, and stops when told.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::{Field, GRID, Phone};
use gridwalk_app::{HttpOptions, HttpTransport, SyncWorker, WorkerStatus};
use gridwalk_model::command::{AddBuilding, Command, Edits};
use gridwalk_model::id::RecordId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Longer than anything here takes, so that a hang is a failure.
const PATIENCE_S: u64 = 60;

fn add_building(phone: &Phone, name: &str) -> RecordId {
    let record = phone.notebook.new_record().unwrap();
    let edits = Edits::none().put("name", name);
    phone.notebook.execute(&Command::AddBuilding(AddBuilding { record, unit: GRID, edits })).unwrap().record
}

async fn until(sessions: &mut watch::Receiver<WorkerStatus>, done: impl Fn(&WorkerStatus) -> bool) {
    tokio::time::timeout(Duration::from_secs(PATIENCE_S), sessions.wait_for(|s| done(s))).await.unwrap().unwrap();
}

fn worker(phone: &Phone, address: &str) -> SyncWorker {
    let transport = HttpTransport::new(address, &HttpOptions::default()).unwrap();
    SyncWorker::start(Arc::clone(&phone.notebook), Arc::new(transport)).unwrap()
}

#[tokio::test]
async fn a_save_on_one_phone_appears_on_another_by_itself() {
    let (field, ann, bob) = tokio::task::spawn_blocking(|| {
        let mut field = Field::new();
        let (ann, bob) = (field.phone(0), field.phone(0));
        (field, ann, bob)
    })
    .await
    .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = field.server().router();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let (of_ann, of_bob) = (worker(&ann, &address), worker(&bob, &address));
    let (mut at_ann, mut at_bob) = (of_ann.follow(), of_bob.follow());
    let rested = |s: &WorkerStatus| s.report.as_ref().is_some_and(gridwalk_app::SyncReport::is_done);
    until(&mut at_ann, rested).await;
    until(&mut at_bob, rested).await;

    let building = add_building(&ann, "三号楼");
    until(&mut at_ann, |_| ann.waiting() == 0).await;
    until(&mut at_bob, |_| bob.heads(building, "name") == ["三号楼"]).await;

    let before = of_bob.status().sessions;
    of_bob.now();
    until(&mut at_bob, |s| s.sessions > before).await;
    of_ann.stop();
    of_bob.stop();
    serving.abort();
}

#[test]
fn without_a_line_it_waits_longer_each_time_and_stops_at_once() {
    let mut field = Field::new();
    let ann = field.phone(0);
    add_building(&ann, "三号楼");
    // Nobody listens on the port of discard.
    let worker = worker(&ann, "http://127.0.0.1:9");
    let mut sessions = worker.follow();
    field::wait(until(&mut sessions, |s| s.sessions >= 1 && !s.syncing));
    let status = worker.status();
    assert_eq!((status.failures, status.error), (1, None), "{status:?}");
    worker.stop();
    assert_eq!(ann.waiting(), 1, "what was typed is still here");
}
