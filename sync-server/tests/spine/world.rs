//! A server with a small county, and a clock and ids that can be repeated.

use crate::phone::Phone;
use crate::watched::Watched;
use axum::body::Body;
use ed25519_dalek::SigningKey;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;
use gridwalk_model::wish::Wish;
use gridwalk_model::{State, Value};
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::grant::{self, NewGrant};
use gridwalk_server::server::make_space;
use gridwalk_server::store::{AccountRow, DeviceRow, Statement};
use gridwalk_server::{Clock, Ids, Server, ServerOptions, sealing, tree, verify};
use gridwalk_sync::Problem;
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

pub const KINDS: [&str; 6] = ["building", "dwelling", "household", "resident", "case", "visit"];

pub struct TestClock(pub AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Default)]
pub struct TestIds(AtomicU64);

impl Ids for TestIds {
    fn fill(&self, bytes: &mut [u8]) {
        let n = self.0.fetch_add(1, Ordering::SeqCst);
        let hash = Hash::with_context("gridwalk test ids", &[&n.to_le_bytes()]);
        bytes.iter_mut().zip(hash.0.iter().cycle()).for_each(|(b, h)| *b = *h);
    }
}

pub struct World {
    pub server: Server,
    pub clock: Arc<TestClock>,
    pub ids: Arc<TestIds>,
    pub reference: SpaceId,
    pub space: SpaceId,
    pub admin: AccountId,
    pub runtime: tokio::runtime::Runtime,
    pub dir: tempfile::TempDir,
}

/// Units of the county: `unit(1)` is the city, 2 the county, 10 and 20 villages, 11, 12, 21 grids below them.
pub const fn unit(n: u8) -> UnitId {
    UnitId([n; 16])
}

pub const fn record(n: u8) -> RecordId {
    RecordId([n; 16])
}

const TREE: [(u8, u8, &str); 7] = [
    (1, 0, "city"),
    (2, 1, "county"),
    (10, 2, "village"),
    (20, 2, "village"),
    (11, 10, "grid"),
    (12, 10, "grid"),
    (21, 20, "grid"),
];

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(1_700_000_000_000)));
        let ids = Arc::new(TestIds::default());
        let server = Server::create(options(dir.path(), &clock, &ids)).unwrap();
        let admin = AccountId([0xAD; 16]);
        let (reference, space) = server
            .write(|w| {
                w.tx.account_put(&account_row(admin, "admin"))?;
                let reference = make_space(w, "city", true)?;
                let space = make_space(w, "county", false)?;
                for (n, parent, level) in TREE {
                    let mut wishes = vec![Wish::put("name", format!("unit {n}")), Wish::put("level", level)];
                    wishes.push(Wish::put("code", format!("{n}")));
                    if parent > 0 {
                        wishes.push(Wish::put("parent", unit(parent).record()));
                    }
                    write_unit(w, admin, reference, unit(n), &wishes)?;
                    if n == 2 {
                        tree::assign_space(w, unit(2), space)?;
                    }
                }
                Ok((reference, space))
            })
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Self { server, clock, ids, reference, space, admin, runtime, dir }
    }

    pub fn tick(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// A phone of a new account without rights.
    pub fn phone(&self, n: u8) -> Phone {
        let (account, device) = (AccountId([n; 16]), DeviceId([n; 16]));
        self.server.write(|w| w.tx.account_put(&account_row(account, &format!("person {n}")))).unwrap();
        let key = SigningKey::from_bytes(&[n; 32]);
        self.enrol(account, device, &key);
        Phone::new(account, device, ReplicaId([n; 16]), key)
    }

    pub fn enrol(&self, account: AccountId, device: DeviceId, key: &SigningKey) {
        let row = DeviceRow {
            id: device,
            account,
            name: "phone".into(),
            public_key: key.verifying_key().to_bytes(),
            enrolled_at: self.clock.now(),
            revoked_at: None,
            purged_at: None,
        };
        self.server.write(|w| w.tx.device_put(&row)).unwrap();
    }

    /// A gridworker's phone.
    pub fn worker(&self, n: u8, of: u8) -> Phone {
        let phone = self.phone(n);
        self.grant(&phone, of, "gridworker");
        phone
    }

    pub fn grant(&self, phone: &Phone, of: u8, role: &str) -> i64 {
        self.grant_kinds(phone, of, role, &KINDS)
    }

    /// The epochs of two phones' people in the county.
    pub fn epochs(&self, one: &Phone, other: &Phone) -> (u64, u64) {
        let epoch = |account| self.server.read(|r| r.tx.epoch(self.space, account)).unwrap();
        (epoch(one.account), epoch(other.account))
    }

    pub fn grant_kinds(&self, phone: &Phone, of: u8, role: &str, kinds: &[&str]) -> i64 {
        self.tick(1);
        let new = NewGrant { account: phone.account, unit: unit(of), role, kinds, by: Some(self.admin) };
        self.server.write(|w| grant::grant(w, &new)).unwrap()
    }

    pub fn ungrant(&self, id: i64) {
        self.tick(1);
        self.server.write(|w| grant::ungrant(w, id, Some(self.admin))).unwrap();
    }

    pub fn move_unit(&self, n: u8, below: u8) {
        self.tick(1);
        let wishes = [Wish::put("parent", unit(below).record())];
        self.server.write(|w| write_unit(w, self.admin, self.reference, unit(n), &wishes)).unwrap();
    }

    /// Sends a request and takes the answer.
    pub fn send(&self, request: http::Request<Vec<u8>>) -> (u16, Vec<u8>) {
        let response = self.runtime.block_on(self.server.router().oneshot(request.map(Body::from))).unwrap();
        let status = response.status().as_u16();
        let body = self.runtime.block_on(response.into_body().collect()).unwrap();
        (status, body.to_bytes().to_vec())
    }

    pub fn state(&self, id: RecordId) -> State {
        let row = self.server.read(|r| r.tx.state(self.space, id)).unwrap().unwrap();
        gridwalk_model::state_codec::read_state(&row.bytes).unwrap()
    }

    /// The values of a field's heads.
    pub fn values(&self, id: RecordId, field: &str) -> Vec<Value> {
        let state = self.state(id);
        let heads = state.fields.get(field).into_iter().flat_map(|r| &r.heads);
        heads.filter_map(|h| h.value.clone()).collect()
    }

    pub fn head(&self) -> u64 {
        self.server.read(|r| r.tx.space(self.space)).unwrap().unwrap().pos
    }

    /// The chain holds, and a fold of the whole journal gives the states stored, byte for byte, in all spaces.
    pub fn verify(&self) {
        let spaces = self.server.read(|r| r.tx.spaces()).unwrap();
        for space in spaces.into_iter().map(|s| s.id) {
            self.server
                .read(|r| {
                    assert!(verify::chain(r, space)?.is_ok(), "chain: {:?}", verify::chain(r, space)?);
                    assert!(verify::states(r, space)?.is_ok(), "states: {:?}", verify::states(r, space)?);
                    Ok(())
                })
                .unwrap();
        }
    }

    /// Closes the server, puts a copy of its folder back as of now in `keep`, and returns a function's worth of it.
    pub fn copy_folder(&self) -> tempfile::TempDir {
        self.server.close().unwrap();
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.dir.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        copy
    }

    /// Puts the seal beside a backup that is put back, as whoever keeps it apart does.
    pub fn keep_seal(&self, folder: &Path) {
        std::fs::copy(self.dir.path().join(sealing::FILE), folder.join(sealing::FILE)).unwrap();
    }

    /// The server goes on in a copy of its folder, on a store that counts what it is asked.
    pub fn count(&mut self) -> Arc<Mutex<BTreeMap<Statement, usize>>> {
        let copy = self.copy_folder();
        let counts = Arc::<Mutex<BTreeMap<Statement, usize>>>::default();
        let store = gridwalk_server::store::open(copy.path(), false, false).unwrap();
        let store = Arc::new(Watched { store, seen: counts.clone() });
        self.server = Server::on(options(copy.path(), &self.clock, &self.ids), store).unwrap();
        self.dir = copy;
        counts
    }

    /// The server dies and a copy of its folder takes its place.
    pub fn restore(&mut self, copy: tempfile::TempDir) {
        let options = ServerOptions { restored: true, ..options(copy.path(), &self.clock, &self.ids) };
        self.server = Server::open(options).unwrap();
        self.dir = copy;
    }
}

pub fn options(folder: &Path, clock: &Arc<TestClock>, ids: &Arc<TestIds>) -> ServerOptions {
    ServerOptions { clock: clock.clone(), ids: ids.clone(), inline: true, durable: false, ..ServerOptions::new(folder) }
}

fn account_row(id: AccountId, login: &str) -> AccountRow {
    AccountRow { id, login: login.into(), name: login.into(), password: String::new(), made_at: Timestamp(0) }
}

pub fn write_unit(
    w: &gridwalk_server::Writing<'_>,
    author: AccountId,
    space: SpaceId,
    unit: UnitId,
    wishes: &[Wish],
) -> gridwalk_server::Result<()> {
    let record = unit.record();
    let wanted =
        ConsoleWrite { author, machine: true, judged: false, space, record, kind: "unit", unit, wishes, basis: None };
    console::write(w, &wanted).map(|_| ())
}

/// The problem in an answer.
pub fn problem(answer: &(u16, Vec<u8>)) -> Problem {
    let problem: Problem = serde_json::from_slice(&answer.1).unwrap();
    assert_eq!(problem.status, answer.0);
    problem
}
