//! What noise cannot move: bytes, round trips, and that a killed first sync goes on where it was.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

use bytes::Bytes;
use futures_util::future::BoxFuture;
use gridwalk_app::transport::{Answer, Transport};
use gridwalk_app::{HttpOptions, HttpTransport, Step, SyncEngine};
use gridwalk_bench::county::County;
use gridwalk_bench::generator::Register;
use gridwalk_bench::wire::Relay;
use gridwalk_bench::{child, sync};
use gridwalk_server::{Server, ServerOptions, serving};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

const RESIDENTS: usize = 300;

/// The real server on a real socket, in a thread of its own, until the test's process ends.
fn serve(folder: &Path) -> String {
    let (say, hear) = std::sync::mpsc::channel();
    let server = Server::open(ServerOptions { durable: false, ..ServerOptions::new(folder) }).unwrap();
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            say.send(listener.local_addr().unwrap().to_string()).unwrap();
            serving::serve(&server, serving::Door::plain(listener), std::future::pending()).await.unwrap();
        });
    });
    hear.recv().unwrap()
}

/// Counts what pages weigh, as they travel.
struct Weighing(HttpTransport, AtomicU64);

impl Weighing {
    fn to(address: &str) -> Self {
        Self(HttpTransport::new(&format!("http://{address}"), &HttpOptions::default()).unwrap(), AtomicU64::new(0))
    }
}

impl Transport for Weighing {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let pull = request.uri().path() == "/v1/pull";
            let answer = self.0.send(request).await?;
            if pull {
                self.1.fetch_add(answer.body().len() as u64, Ordering::SeqCst);
            }
            Ok(answer)
        })
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn polls_and_single_edits_stay_within_their_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let county = County::build(&folder.path().join("server"), Register::new(1), RESIDENTS, 2).unwrap();
    let relay = Relay::start(&serve(&county.folder)).unwrap();
    let notebook = child::notebook(&folder.path().join("phone"), county.space, &county.server_key).unwrap();
    let figures = sync::single(&county, &relay, &notebook).unwrap();
    for figure in figures.iter().filter(|f| f.name != "edit_wire_author") {
        assert!(figure.ratio <= figure.goal, "{figure:?}");
    }
    let turns = |name: &str| {
        let figure = figures.iter().find(|f| f.name == name).unwrap();
        figure.raw.iter().find(|raw| raw.0 == "round trips").unwrap().1
    };
    assert!((turns("idle_wire") - 1.0).abs() < f64::EPSILON, "a poll is one round trip");
    assert!((turns("edit_wire_reader") - 1.0).abs() < f64::EPSILON, "and so is somebody else's edit");
    assert!((turns("edit_wire_author") - 2.0).abs() < f64::EPSILON, "a push and a pull");
}

#[test]
fn killed_after_every_page_a_first_sync_goes_on_there() {
    const PAGE: u64 = 8 * 1024;
    let folder = tempfile::tempdir().unwrap();
    let county = County::build(&folder.path().join("server"), Register::new(1), RESIDENTS, 1).unwrap();
    let address = serve(&county.folder);

    let whole = Weighing::to(&address);
    let notebook = child::notebook(&folder.path().join("whole"), county.space, &county.server_key).unwrap();
    notebook.store().set_page_bytes_aim(PAGE);
    let report = runtime().block_on(SyncEngine::new(notebook).sync_once(&whole)).unwrap();
    assert!(report.pages > 20, "{report:?}");

    let killed = Weighing::to(&address);
    let (mut pages, mut rows, mut last) = (0, 0, false);
    while !last {
        // A new process, as far as the phone can tell: only file and vault are left of the one before.
        let notebook = child::notebook(&folder.path().join("killed"), county.space, &county.server_key).unwrap();
        notebook.store().set_page_bytes_aim(PAGE);
        let mut engine = SyncEngine::new(notebook);
        loop {
            match runtime().block_on(engine.sync_step(&killed)).unwrap() {
                Step::Pulled { rows: more, agreed, .. } => {
                    (pages, rows) = (pages + 1, rows + more);
                    assert_ne!(agreed, Some(false));
                    if more > 0 {
                        break;
                    }
                }
                Step::Rested(_) => {
                    last = true;
                    break;
                }
                _ => {}
            }
        }
        assert!(pages < 10 * report.pages, "it does not get on");
    }
    assert_eq!(rows, report.rows, "each record came once");
    let (whole, killed) = (whole.1.load(Ordering::SeqCst), killed.1.load(Ordering::SeqCst));
    // Only the two pages that were asked for ahead come again; and each start asks the space that is complete once more: a page without
    // rows.
    assert!(killed <= 3 * whole + 600 * pages, "{killed} bytes of pages instead of {whole}");
}
