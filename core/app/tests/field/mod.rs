//! A field to test in: the real server in this process, phones on files, and a line between them that can be cut.
//!
//! Owns the set-up. Refuses to assert. Invariant: clock and ids are seeded, so that a test that fails fails again.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use bytes::Bytes;
use futures_util::future::BoxFuture;
use gridwalk_app::ids::NoRandomness;
use gridwalk_app::transport::Answer;
use gridwalk_app::*;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::wish::Wish;
use gridwalk_model::{Timestamp, Value};
use gridwalk_server::admin::Admin;
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::grant::{self, NewGrant};
use gridwalk_server::store::AccountRow;
use gridwalk_server::{Server, ServerOptions, server, tree};
use gridwalk_sync::{Problem, ProblemCode, compress, frame_codec};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

pub const EVERY_KIND: &[&str] = &[
    "unit",
    "estate",
    "building",
    "dwelling",
    "household",
    "resident",
    "address",
    "premises",
    "organisation",
    "facility",
    "case",
    "visit",
    "campaign",
    "target",
    "attempt",
    "visit_plan",
    "work_item",
    "work_done",
    "task",
    "task_feedback",
    "notice",
    "open_notice",
    "notice_receipt",
    "training",
    "training_done",
    "activity",
    "attendance",
    "check_point",
    "patrol",
    "emergency_plan",
    "objection",
    "month_lock",
];
pub const COUNTY: UnitId = UnitId([0xc0; 16]);
pub const GRID: UnitId = UnitId([0x61; 16]);
const START_MS: i64 = 1_760_000_000_000;

/// One time for the whole field, moved by hand.
#[derive(Clone, Default)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
    fn true_ms(&self) -> i64 {
        START_MS + self.0.load(Ordering::Relaxed)
    }
}

/// A phone's clock: off by so much.
pub struct Skewed(pub Hands, pub Arc<AtomicI64>);

impl Clock for Skewed {
    fn wall(&self) -> Timestamp {
        Timestamp(self.0.true_ms() + self.1.load(Ordering::Relaxed))
    }
    fn steady_ms(&self) -> i64 {
        self.0.true_ms() - START_MS
    }
}

impl gridwalk_server::Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.true_ms())
    }
}

/// Seeded bytes.
pub struct Seeded(u64, AtomicU64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(seed, AtomicU64::new(0))
    }
    fn bytes(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let n = self.1.fetch_add(1, Ordering::Relaxed);
            let hash = Hash::with_context("gridwalk 2026 test", &[&self.0.to_le_bytes(), &n.to_le_bytes()]);
            piece.copy_from_slice(&hash.0[..piece.len()]);
        }
    }
}

impl Ids for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self.bytes(bytes);
        Ok(())
    }
}

impl gridwalk_server::Ids for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.bytes(bytes);
    }
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Fine,
    /// No connection comes about.
    NoLine,
    /// It never arrives.
    Lost,
    /// The server acts on it, and its answer is lost.
    Cut,
    /// It arrives twice.
    Twice,
    /// Something between answers with this status and a page of words.
    Page(u16),
    /// The server answers with this problem.
    Problem(ProblemCode),
}

/// A line to the server.
#[derive(Clone)]
pub struct Line {
    pub server: Arc<Mutex<Server>>,
    /// What happens to the next requests of a path.
    pub faults: Arc<Mutex<VecDeque<(&'static str, Fault)>>>,
    /// Largest change that gets through.
    pub change_bytes_max: Option<usize>,
    /// Paths asked for.
    pub asked: Arc<Mutex<Vec<String>>>,
    /// Bodies that went there and came back: path, bytes of both.
    pub bytes: Arc<Mutex<Vec<(String, usize, usize)>>>,
    /// Whether to give way once before and once after each request.
    pub slow: bool,
    /// The protocol version that requests say, instead of the real one.
    pub spoken: Option<u32>,
}

fn answer(status: u16, body: Vec<u8>) -> http::Response<Bytes> {
    http::Response::builder().status(status).body(Bytes::from(body)).unwrap()
}

impl Line {
    pub fn fault(&self, path: &'static str, fault: Fault) {
        self.faults.lock().unwrap().push_back((path, fault));
    }

    fn fault_of(&self, path: &str) -> Fault {
        let mut faults = self.faults.lock().unwrap();
        // One that ends like a folder is for all that is below it.
        let at = faults.iter().position(|(p, _)| *p == path || (p.ends_with('/') && path.starts_with(p)));
        at.and_then(|at| faults.remove(at)).map_or(Fault::Fine, |(_, fault)| fault)
    }

    fn in_version(&self, mut request: http::Request<Bytes>) -> http::Request<Bytes> {
        if let Some(version) = self.spoken {
            request.headers_mut().insert(gridwalk_sync::PROTOCOL_HEADER, version.into());
        }
        request
    }

    async fn ask(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let server = self.server.lock().unwrap().clone();
        let (path, sent) = (request.uri().path().to_owned(), request.body().len());
        let answered = server.router().oneshot(request.map(axum::body::Body::from)).await.unwrap();
        let (parts, body) = answered.into_parts();
        let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
        self.bytes.lock().unwrap().push((path, sent, body.len()));
        http::Response::from_parts(parts, body)
    }

    fn too_large(&self, request: &http::Request<Bytes>) -> bool {
        let Some(max) = self.change_bytes_max.filter(|_| request.uri().path() == "/v1/push") else { return false };
        let frame = frame_codec::read_frame(&compress::unpack(request.body(), 1 << 20).unwrap()).unwrap();
        frame.items.iter().any(|i| i.body.as_ref().is_some_and(|b| b.len() > max))
    }

    async fn carry(&self, request: http::Request<Bytes>) -> Answer {
        let path = request.uri().path().to_owned();
        self.asked.lock().unwrap().push(path.clone());
        let request = self.in_version(request);
        if self.slow {
            give_way().await;
        }
        let lost = || TransportError::unreachable("cut");
        if self.too_large(&request) {
            return Ok(answer(413, Problem::new(ProblemCode::TooLarge, "").to_json()));
        }
        let answered = match self.fault_of(&path) {
            Fault::Fine => Ok(self.ask(request).await),
            Fault::NoLine => Err(TransportError::NoConnection("refused".into())),
            Fault::Lost => Err(lost()),
            Fault::Cut => {
                self.ask(request).await;
                Err(lost())
            }
            Fault::Twice => {
                let again = http::Request::from_parts(request.clone().into_parts().0, request.body().clone());
                let first = self.ask(request).await;
                self.ask(again).await;
                Ok(first)
            }
            Fault::Page(status) => Ok(answer(status, b"<html>words</html>".to_vec())),
            Fault::Problem(code) => Ok(answer(code.status(), Problem::new(code, "").to_json())),
        };
        if self.slow {
            give_way().await;
        }
        answered
    }
}

/// Gives way once: a place where whoever waits may be dropped.
async fn give_way() {
    let mut given = false;
    std::future::poll_fn(move |context| {
        if given {
            return std::task::Poll::Ready(());
        }
        given = true;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

impl Transport for Line {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Answer> {
        Box::pin(self.carry(request))
    }
}

/// Runs a future on this thread.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The field.
pub struct Field {
    pub folder: tempfile::TempDir,
    pub hands: Hands,
    pub line: Line,
    pub reference: SpaceId,
    pub county: SpaceId,
    phones: u64,
}

impl Field {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hands = Hands::default();
        let server = Server::create(options(&folder.path().join("server"), &hands, 1)).unwrap();
        let (reference, county) = server.write(lay_out).unwrap();
        let line = Line {
            server: Arc::new(Mutex::new(server)),
            faults: Arc::default(),
            change_bytes_max: None,
            asked: Arc::default(),
            bytes: Arc::default(),
            slow: false,
            spoken: None,
        };
        Self { folder, hands, line, reference, county, phones: 0 }
    }

    pub fn server(&self) -> Server {
        self.line.server.lock().unwrap().clone()
    }

    /// A new account with a grant on the county, and an enrolled phone of it.
    pub fn phone(&mut self, skew_ms: i64) -> Phone {
        let phone = self.stranger(skew_ms);
        self.grant(&phone);
        wait(phone.notebook.enrol(&self.line, "line", &self.code(&phone), "手机")).unwrap();
        phone
    }

    /// A phone that is not enrolled, of an account without grants.
    pub fn stranger(&mut self, skew_ms: i64) -> Phone {
        self.phones += 1;
        let (account, login) = (AccountId([u8::try_from(self.phones).unwrap(); 16]), format!("worker{}", self.phones));
        let row = |made_at| {
            let (login, name) = (login.clone(), "测试".to_owned());
            AccountRow { id: account, login, name, password: String::new(), made_at }
        };
        self.server().write(|w| w.tx.account_put(&row(w.now))).unwrap();
        let skew_ms = Arc::new(AtomicI64::new(skew_ms));
        let options = NotebookOptions {
            path: self.folder.path().join(format!("phone{}.db", self.phones)),
            clock: Arc::new(Skewed(self.hands.clone(), skew_ms.clone())),
            ids: Arc::new(Seeded::new(100 + self.phones)),
            keys: Arc::new(MemoryVault::default()),
        };
        let notebook = Arc::new(Notebook::open(options.clone()).unwrap());
        Phone { engine: SyncEngine::new(notebook.clone()), notebook, options, skew_ms, account, login }
    }

    /// Grants the county to a phone's person.
    pub fn grant(&self, phone: &Phone) {
        let account = phone.account;
        let new = NewGrant { account, unit: COUNTY, role: "gridworker", kinds: EVERY_KIND, by: None };
        self.server().write(|w| grant::grant(w, &new)).unwrap();
    }

    /// Grants the county to a phone's person in another role too.
    pub fn grant_role(&self, phone: &Phone, role: &str) {
        let new = NewGrant { account: phone.account, unit: COUNTY, role, kinds: EVERY_KIND, by: None };
        self.server().write(|w| grant::grant(w, &new)).unwrap();
    }

    /// A one-time code for a phone's person.
    pub fn code(&self, phone: &Phone) -> String {
        Admin::new(self.server()).enrol_code(&phone.login).unwrap().0.to_string()
    }

    /// How many devices a phone's person has at the server.
    pub fn devices_of(&self, phone: &Phone) -> usize {
        let accounts = Admin::new(self.server()).accounts().unwrap();
        accounts.into_iter().filter(|view| view.account.login == phone.login).map(|view| view.devices.len()).sum()
    }

    /// The server's files are put back as they were copied; `noticed`: a new timeline begins.
    pub fn put_back(&mut self, copy: &std::path::Path, noticed: bool) {
        let folder = copy.parent().unwrap();
        let seal = self.server().running().options.folder.join(gridwalk_server::sealing::FILE);
        let there = folder.join(gridwalk_server::sealing::FILE);
        if seal != there {
            std::fs::copy(seal, there).unwrap();
        }
        let put_back = ServerOptions { restored: noticed, ..options(folder, &self.hands, 99) };
        *self.line.server.lock().unwrap() = Server::open(put_back).unwrap();
    }
}

fn options(folder: &std::path::Path, hands: &Hands, seed: u64) -> ServerOptions {
    std::fs::create_dir_all(folder).unwrap();
    let mut options = ServerOptions::new(PathBuf::from(folder));
    options.clock = Arc::new(hands.clone());
    options.ids = Arc::new(Seeded::new(seed));
    options.inline = true;
    options.disk_free = Arc::new(|_| None);
    options
}

/// A reference space, a county with a space of its own, and a grid.
fn lay_out(w: &gridwalk_server::Writing<'_>) -> gridwalk_server::Result<(SpaceId, SpaceId)> {
    let reference = server::make_space(w, "city", true)?;
    let county = server::make_space(w, "county", false)?;
    let unit = |unit: UnitId, wishes: &[Wish]| {
        console::write(
            w,
            &ConsoleWrite {
                author: AccountId::default(),
                machine: true,
                judged: false,
                space: reference,
                record: unit.record(),
                kind: "unit",
                unit,
                wishes,
                basis: None,
            },
        )
    };
    unit(COUNTY, &[Wish::put("name", "南湖区"), Wish::put("level", "county")])?;
    tree::assign_space(w, COUNTY, county)?;
    let parent = Wish::put("parent", Value::Id(COUNTY.record()));
    unit(GRID, &[Wish::put("name", "第一网格"), Wish::put("level", "grid"), parent])?;
    Ok((reference, county))
}

/// The database's files as they lie there, log included.
fn copy_files(from: &std::path::Path, to: &std::path::Path) {
    for ending in ["", "-wal"] {
        let with = |path: &std::path::Path| PathBuf::from(format!("{}{ending}", path.display()));
        if with(from).exists() {
            std::fs::copy(with(from), with(to)).unwrap();
        }
    }
}

/// A phone.
pub struct Phone {
    pub notebook: Arc<Notebook>,
    pub engine: SyncEngine,
    pub options: NotebookOptions,
    /// How far its wall clock is off.
    pub skew_ms: Arc<AtomicI64>,
    /// Its person.
    pub account: AccountId,
    /// What its person logs in with.
    pub login: String,
}

impl Phone {
    pub fn sync(&mut self, line: &Line) -> SyncReport {
        wait(self.engine.sync_once(line)).unwrap()
    }

    /// Killed and opened again on the same file.
    pub fn kill(self) -> Self {
        let Self { notebook, engine, options, skew_ms, account, login } = self;
        drop((engine, notebook));
        let notebook = Arc::new(Notebook::open(options.clone()).unwrap());
        Self { engine: SyncEngine::new(notebook.clone()), notebook, options, skew_ms, account, login }
    }

    /// A copy of the whole phone, keystore and all: nothing tells it from the original.
    pub fn copy(&mut self, path: &std::path::Path) -> Self {
        let options = self.options.clone();
        let keys: Arc<dyn KeyVault> = Arc::new(MemoryVault::default());
        for name in keys::ALL {
            if let Some(secret) = options.keys.load(name).unwrap() {
                keys.keep(name, &secret).unwrap();
            }
        }
        copy_files(&options.path, path);
        let options = NotebookOptions { path: path.to_owned(), keys, ids: Arc::new(Seeded::new(777)), ..options };
        let notebook = Arc::new(Notebook::open(options.clone()).unwrap());
        let (skew_ms, account, login) = (self.skew_ms.clone(), self.account, self.login.clone());
        Self { engine: SyncEngine::new(notebook.clone()), notebook, options, skew_ms, account, login }
    }

    /// The texts of a field's heads, as its author sees them.
    pub fn heads(&self, record: RecordId, field: &str) -> Vec<String> {
        let state = self.notebook.store().predicted(record, self.notebook.now()).unwrap().state;
        let heads = state.fields.get(field).into_iter().flat_map(|f| &f.heads);
        let mut texts: Vec<String> = heads.filter_map(|h| h.value.as_ref()?.as_text().map(str::to_owned)).collect();
        texts.sort();
        texts
    }

    /// Somebody turns its wall clock.
    pub fn turn_clock(&self, skew_ms: i64) {
        self.skew_ms.store(skew_ms, Ordering::Relaxed);
    }

    /// Own changes that are not yet contained in a pulled state.
    pub fn waiting(&self) -> usize {
        self.notebook.store().outbox().unwrap().len()
    }
}
