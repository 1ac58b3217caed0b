//! The network of a simulated world: it loses, delays, doubles, cuts and answers with errors.
//!
//! Owns the faults and what is under way. Refuses to know what phones do about them. Invariant: what reaches the server
//! is a request that a phone really signed, and what reaches a phone is an answer of the real router or of a fault.

use crate::coverage::Situation;
use crate::instance::Health;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use gridwalk_app::transport::{Answer, Transport, TransportError};
use gridwalk_model::exchange::PageRow;
use gridwalk_model::id::DeviceId;
use gridwalk_model::limits::SEALED_BYTES_MAX;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::{ReplicaId, State};
use gridwalk_sync::handover::HandOver;
use gridwalk_sync::{PROTOCOL_HEADER, PROTOCOL_VERSIONS, Problem, ProblemCode, compress, frame_codec, page_codec};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use tower::ServiceExt as _;

/// What nothing between phone and server lets through. As long as this no hash and no signature holds it by chance: three
/// bytes of it once stood in a change's hash, and its number could not be offered either.
pub const POISON: &str = "毒药勿过";

/// No page is larger when unpacked.
const PAGE_BYTES_MAX: usize = 1 << 24;

/// A request without its connection.
type Parked = Request<Bytes>;

/// Opens what a revoked phone sealed to the server.
type Opener = Box<dyn Fn(&[u8]) -> Option<HandOver> + Send>;

/// What the network remembers.
struct Memory {
    rng: ChaCha8Rng,
    doors: Vec<Door>,
    /// How far devices get that do not get everywhere.
    reaches: BTreeMap<DeviceId, Reach>,
    /// Devices of another release: the protocol version that they say.
    speaks: BTreeMap<DeviceId, u32>,
    /// Which door each device came to last.
    came_to: BTreeMap<DeviceId, usize>,
    /// Whether a server is at a push.
    at_push: bool,
    /// Probability of any fault, in a hundred.
    faults: u32,
    under_way: Vec<Parked>,
    delivered: BTreeSet<([u8; 16], [u8; 16], u64)>,
    saw: Vec<Situation>,
    handed_over: Vec<HandOver>,
    opener: Option<Opener>,
    dying: Option<Dying>,
    died: bool,
    replicas: BTreeSet<ReplicaId>,
    pages: Vec<(DeviceId, Vec<State>)>,
    said: Said,
}

/// What was really said, by route: bodies of requests and of their answers, the first ones of each.
pub type Said = BTreeMap<String, Vec<(Bytes, Bytes)>>;

/// Of each route that many are kept.
const SAID_MAX: usize = 48;

/// A way to a server, which may be dead.
#[derive(Clone)]
pub struct Door {
    /// What it answers with.
    pub router: axum::Router,
    /// Whether it lives, if it can die.
    pub health: Option<Arc<Health>>,
}

impl Door {
    fn is_gone(&self) -> bool {
        self.health.as_ref().is_some_and(|health| health.is_gone())
    }
}

/// How far a phone gets while the network is parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To no server.
    Nowhere,
    /// To this one only.
    Only(usize),
}

/// When a phone dies while its request is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dying {
    /// Before anybody has it.
    Before,
    /// When the server has done what it asks.
    After,
}

/// One network that all phones share.
#[derive(Clone)]
pub struct Network(Arc<Mutex<Memory>>);

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Delivered,
    Lost,
    Delayed,
    Doubled,
    ReplyLost,
    ReplyCut,
    Answered(StatusCode),
}

impl Network {
    /// A network in front of this router.
    pub fn new(router: axum::Router, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(7_000);
        let memory = Memory {
            rng,
            doors: vec![Door { router, health: None }],
            reaches: BTreeMap::new(),
            speaks: BTreeMap::new(),
            came_to: BTreeMap::new(),
            at_push: false,
            faults: 40,
            under_way: Vec::new(),
            delivered: BTreeSet::new(),
            saw: Vec::new(),
            handed_over: Vec::new(),
            opener: None,
            dying: None,
            died: false,
            replicas: BTreeSet::new(),
            pages: Vec::new(),
            said: Said::new(),
        };
        Self(Arc::new(Mutex::new(memory)))
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on so many requests in a hundred meet a fault; as many as before it is given back.
    pub fn set_faults(&self, percent: u32) -> u32 {
        std::mem::replace(&mut self.memory().faults, percent)
    }

    /// The server came back as another process.
    pub fn set_router(&self, router: axum::Router) {
        self.set_doors(vec![Door { router, health: None }]);
    }

    /// These servers answer from now on.
    pub fn set_doors(&self, doors: Vec<Door>) {
        self.memory().doors = doors;
    }

    /// The network is parted: these devices get only so far, everybody else everywhere.
    pub fn part(&self, reaches: BTreeMap<DeviceId, Reach>) {
        self.memory().reaches = reaches;
    }

    /// Whether it is parted.
    pub fn is_parted(&self) -> bool {
        !self.memory().reaches.is_empty()
    }

    /// This device is of a release that speaks another version; `None`: of this one.
    pub fn speak(&self, device: DeviceId, version: Option<u32>) {
        let mut memory = self.memory();
        match version {
            Some(version) => memory.speaks.insert(device, version),
            None => memory.speaks.remove(&device),
        };
    }

    /// All devices are of this release.
    pub fn speak_alike(&self) {
        self.memory().speaks.clear();
    }

    /// Whether a server is at a push now.
    pub fn is_at_push(&self) -> bool {
        self.memory().at_push
    }

    /// The server's machine is off: nobody answers, and nothing of it is kept alive here.
    pub fn unplug(&self) {
        self.set_router(axum::Router::new());
    }

    /// What happened since this was asked last.
    pub fn take_saw(&self) -> Vec<Situation> {
        std::mem::take(&mut self.memory().saw)
    }

    /// What revoked phones hand over is sealed to the server; this is how the world learns what it was.
    pub fn set_opener(&self, opener: impl Fn(&[u8]) -> Option<HandOver> + Send + 'static) {
        self.memory().opener = Some(Box::new(opener));
    }

    /// What of revoked phones the server took since this was asked last.
    pub fn take_handed_over(&self) -> Vec<HandOver> {
        std::mem::take(&mut self.memory().handed_over)
    }

    /// The phone that asks next dies over it; `None`: nobody does.
    pub fn let_die(&self, dying: Option<Dying>) {
        let mut memory = self.memory();
        (memory.dying, memory.died) = (dying, false);
    }

    /// Ends when a phone has died over its request.
    pub async fn died(&self) {
        std::future::poll_fn(|_| if self.memory().died { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Every replica of which a frame ever arrived.
    pub fn replicas(&self) -> BTreeSet<ReplicaId> {
        self.memory().replicas.clone()
    }

    /// How many requests are under way.
    pub fn under_way(&self) -> usize {
        self.memory().under_way.len()
    }

    /// Lets the oldest request that is under way arrive; nobody waits for its answer any more.
    pub async fn deliver_late(&self) {
        let request = {
            let mut memory = self.memory();
            if memory.under_way.is_empty() {
                return;
            }
            memory.under_way.remove(0)
        };
        let Some(door) = self.door(&request) else { return };
        let _nobody_waits = self.served(door, request).await;
    }

    /// The server that a request comes to, unless it comes to none.
    fn door(&self, request: &Parked) -> Option<Door> {
        let device = device_of(request);
        let mut memory = self.memory();
        let reach = device.and_then(|device| memory.reaches.get(&device).copied());
        let many = memory.doors.len();
        let at = match reach {
            Some(Reach::Nowhere) => {
                memory.saw.push(Situation::CutOff);
                return None;
            }
            Some(Reach::Only(at)) => {
                memory.saw.push(Situation::OneServerOnly);
                at
            }
            None if many > 1 => memory.rng.random_range(0..many),
            None => 0,
        };
        let door = memory.doors.get(at).cloned()?;
        if door.is_gone() {
            memory.saw.push(Situation::ServerDead);
            return None;
        }
        if let Some(device) = device
            && memory.came_to.insert(device, at).is_some_and(|before| before != at)
        {
            memory.saw.push(Situation::OtherServer);
        }
        Some(door)
    }

    fn fate(&self) -> Fate {
        let mut memory = self.memory();
        let faults = memory.faults;
        if memory.rng.random_range(0..100) >= faults {
            return Fate::Delivered;
        }
        match memory.rng.random_range(0..7) {
            0 => Fate::Lost,
            1 => Fate::Delayed,
            2 => Fate::Doubled,
            3 => Fate::ReplyLost,
            4 => Fate::ReplyCut,
            5 => Fate::Answered(StatusCode::INTERNAL_SERVER_ERROR),
            _ => Fate::Answered(StatusCode::TOO_MANY_REQUESTS),
        }
    }

    /// The states of each page that the server told since this was asked last, and to which device.
    pub fn take_pages(&self) -> Vec<(DeviceId, Vec<State>)> {
        std::mem::take(&mut self.memory().pages)
    }

    /// What was said so far.
    pub fn take_said(&self) -> Said {
        std::mem::take(&mut self.memory().said)
    }

    /// One call of the real router; the states of a page are noted as they left it. Nobody answers if the server dies of it.
    async fn served(&self, door: Door, mut request: Parked) -> Option<Response<Bytes>> {
        let (is_pull, is_push) = (request.uri().path() == "/v1/pull", request.uri().path() == "/v1/push");
        let (version, asker) = self.as_it_speaks(&mut request);
        let device = asker.filter(|_| is_pull);
        let (route, asked) = (route(request.uri().path()), request.body().clone());
        self.memory().at_push = is_push;
        let answer = call(door.router.clone(), request).await;
        self.memory().at_push = false;
        if door.is_gone() {
            self.memory().saw.push(Situation::ServerDied);
            return None;
        }
        let (taken, newest) = (answer.status() == StatusCode::OK, PROTOCOL_VERSIONS[0]);
        match version {
            Some(version) if version < newest && is_push && taken => self.memory().saw.push(Situation::OldPushed),
            Some(version) if version < newest && is_pull && !taken => {
                self.memory().saw.push(Situation::OldToldToUpdate);
            }
            Some(version) if version > newest && is_pull && !taken => {
                self.memory().saw.push(Situation::NewerThanServer);
            }
            _ => {}
        }
        if answer.status() == StatusCode::OK {
            let mut memory = self.memory();
            let said = memory.said.entry(route).or_default();
            if said.len() < SAID_MAX {
                said.push((asked, answer.body().clone()));
            }
        }
        if let Some(device) = device.filter(|_| answer.status() == StatusCode::OK) {
            let page = compress::unpack(answer.body(), PAGE_BYTES_MAX).unwrap_or_default();
            let rows = page_codec::read_page(&page).map(|page| page.rows).unwrap_or_default();
            let states = rows.iter().filter_map(|row| match row {
                PageRow::State { state, .. } => read_state(state).ok(),
                PageRow::Left { .. } => None,
            });
            self.memory().pages.push((device, states.collect()));
        }
        Some(answer)
    }

    /// The asker, and the version that it says if it is of another release.
    fn as_it_speaks(&self, request: &mut Parked) -> (Option<u32>, Option<DeviceId>) {
        let device = device_of(request);
        let version = device.and_then(|device| self.memory().speaks.get(&device).copied());
        if let Some(version) = version {
            request.headers_mut().insert(PROTOCOL_HEADER, version.into());
        }
        (version, device)
    }

    /// Notes which changes a push brought; true if all of them had been brought before.
    fn note_push(&self, body: &[u8]) -> bool {
        let frame = compress::unpack(body, 1 << 20).ok().and_then(|b| frame_codec::read_frame(&b).ok());
        let Some(frame) = frame else { return false };
        let mut memory = self.memory();
        memory.replicas.insert(frame.replica);
        let mut all_known = !frame.items.is_empty();
        for item in &frame.items {
            all_known &= !memory.delivered.insert((frame.replica.0, frame.space.0, item.seq));
        }
        all_known
    }

    /// Nobody waits for an answer any more.
    async fn die(&self) -> Answer {
        self.memory().died = true;
        std::future::pending().await
    }

    async fn carry(&self, request: Parked) -> Answer {
        let dying = self.memory().dying.take();
        if dying == Some(Dying::Before) {
            return self.die().await;
        }
        let answer = self.carry_alive(request).await;
        if dying.is_some() { self.die().await } else { answer }
    }

    async fn carry_alive(&self, request: Parked) -> Answer {
        let fate = self.fate();
        let is_push = request.uri().path() == "/v1/push";
        let is_hand_over = request.uri().path() == "/v1/handover";
        if is_push && fate == Fate::Delivered && holds_poison(request.body()) {
            let problem = Problem::new(ProblemCode::TooLarge, "too large for something on the way");
            let mut answer = Response::new(Bytes::from(problem.to_json()));
            *answer.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            return Ok(answer);
        }
        if is_push && holds_poison(request.body()) {
            return Err(TransportError::unreachable("stopped on the way"));
        }
        match fate {
            Fate::Lost => return Err(TransportError::unreachable("lost")),
            Fate::Delayed => {
                self.memory().under_way.push(request);
                return Err(TransportError::unreachable("delayed"));
            }
            Fate::Answered(status) => {
                let mut answer = Response::new(Bytes::from_static(b"upstream"));
                *answer.status_mut() = status;
                return Ok(answer);
            }
            Fate::Doubled => self.memory().under_way.push(copy(&request)),
            Fate::Delivered | Fate::ReplyLost | Fate::ReplyCut => {}
        }
        let body = request.body().clone();
        let Some(door) = self.door(&request) else { return Err(TransportError::unreachable("no way")) };
        let Some(mut answer) = self.served(door, request).await else {
            return Err(TransportError::unreachable("no answer"));
        };
        if is_push && answer.status() == StatusCode::OK {
            if self.note_push(&body) {
                self.memory().saw.push(Situation::DuplicatePush);
            }
            if fate == Fate::ReplyLost {
                self.memory().saw.push(Situation::ReplyLost);
            }
        }
        if is_hand_over && answer.status() == StatusCode::OK {
            let sealed = compress::unpack(&body, SEALED_BYTES_MAX).unwrap_or_default();
            let mut memory = self.memory();
            let left = memory.opener.as_ref().and_then(|open| open(&sealed));
            memory.handed_over.extend(left);
        }
        if fate == Fate::ReplyLost {
            return Err(TransportError::unreachable("reply lost"));
        }
        if fate == Fate::ReplyCut {
            let at = answer.body().len() / 2;
            *answer.body_mut() = answer.body().slice(..at);
        }
        Ok(answer)
    }
}

/// `/v1/history` of `/v1/history/…`.
fn route(path: &str) -> String {
    path.split('/').take(3).collect::<Vec<_>>().join("/")
}

/// The device that signed a request.
fn device_of(request: &Parked) -> Option<DeviceId> {
    let signed = request.headers().get("signature-input")?.to_str().ok()?;
    signed.split_once("keyid=\"")?.1.split_once('"')?.0.parse().ok()
}

fn holds_poison(body: &[u8]) -> bool {
    let bytes = compress::unpack(body, 1 << 20).unwrap_or_default();
    bytes.windows(POISON.len()).any(|w| w == POISON.as_bytes())
}

fn copy(request: &Parked) -> Parked {
    let mut twin = Request::new(request.body().clone());
    *twin.method_mut() = request.method().clone();
    *twin.uri_mut() = request.uri().clone();
    *twin.headers_mut() = request.headers().clone();
    twin
}

/// One call of the real router.
pub(crate) async fn call(router: axum::Router, request: Parked) -> Response<Bytes> {
    let (head, body) = request.into_parts();
    let request = Request::from_parts(head, axum::body::Body::from(body));
    let (head, body) = match router.oneshot(request).await {
        Ok(answer) => answer.into_parts(),
        Err(never) => match never {},
    };
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    Response::from_parts(head, bytes)
}

impl Transport for Network {
    fn send(&self, request: Parked) -> BoxFuture<'_, Answer> {
        Box::pin(self.carry(request))
    }
}
