//! A phone as small as it can be: it seals, signs, pushes, pulls, and holds what pages say.

use crate::world::{World, unit};
use ed25519_dalek::SigningKey;
use gridwalk_model::change::{Change, SealedChange};
use gridwalk_model::exchange::{
    Backfill, Epoch, Key, Page, PageRow, PullRequest, PushFrame, PushItem, PushReply, Verdict, digest_share,
};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId};
use gridwalk_model::name::Name;
use gridwalk_model::op::Op;
use gridwalk_model::state_codec::{FOLD_VERSION, read_state};
use gridwalk_model::time::Timestamp;
use gridwalk_server::Clock;
use gridwalk_server::Ids;
use gridwalk_sync::proof::{self, Covered};
use gridwalk_sync::{PROTOCOL_HEADER, compress, frame_codec, page_codec, receipt};
use std::collections::BTreeMap;

/// What a phone holds of a space.
#[derive(Default, Clone, PartialEq, Debug)]
pub struct Held {
    pub cursor: Option<(TimelineId, u64)>,
    pub epoch: Option<Epoch>,
    pub backfill: Backfill,
    pub heard: Timestamp,
    pub rows: BTreeMap<RecordId, (Vec<u8>, Vec<Key>, Epoch)>,
}

#[derive(Clone)]
pub struct Phone {
    pub account: AccountId,
    pub device: DeviceId,
    pub replica: ReplicaId,
    pub key: SigningKey,
    pub last: BTreeMap<SpaceId, (u64, Hash)>,
    pub held: BTreeMap<SpaceId, Held>,
}

/// What is typed.
pub struct Typed<'a> {
    pub record: RecordId,
    pub kind: &'a str,
    pub unit: u8,
    pub ops: Vec<Op>,
    pub seen: Vec<Name>,
}

impl Phone {
    pub fn new(account: AccountId, device: DeviceId, replica: ReplicaId, key: SigningKey) -> Self {
        Self { account, device, replica, key, last: BTreeMap::new(), held: BTreeMap::new() }
    }

    /// A change with the next seq, sealed.
    pub fn save(&mut self, world: &World, typed: Typed<'_>) -> SealedChange {
        self.save_with(world, typed, |_| ())
    }

    pub fn save_with(&mut self, world: &World, typed: Typed<'_>, mend: impl FnOnce(&mut Change)) -> SealedChange {
        let space = world.space;
        let (seq, prev) = self.last.get(&space).copied().unwrap_or_default();
        let mut change = Change {
            space,
            replica: self.replica,
            seq: seq + 1,
            prev,
            record: typed.record,
            kind: typed.kind.into(),
            unit: unit(typed.unit),
            author: self.account,
            machine: false,
            device: self.device,
            typed_at: world.clock.now(),
            heard: self.held.get(&space).map(|h| h.heard).unwrap_or_default(),
            seen: typed.seen,
            was: Vec::new(),
            instead_of: None,
            salt: world.ids.b16(),
            ops: typed.ops,
            extra: Vec::new(),
        };
        mend(&mut change);
        let sealed = change.seal().unwrap();
        self.last.insert(space, (seq + 1, sealed.hash));
        sealed
    }

    /// A building in a grid, with a name.
    pub fn building(&mut self, world: &World, id: RecordId, grid: u8, name: &str) -> SealedChange {
        let ops = vec![Op::put("unit", unit(grid).record()), Op::put("name", name)];
        self.save(world, Typed { record: id, kind: "building", unit: grid, ops, seen: vec![] })
    }

    /// A dwelling below a building.
    pub fn dwelling(&mut self, world: &World, id: RecordId, building: RecordId, grid: u8) -> SealedChange {
        let ops = vec![Op::put("parent", building), Op::put("number", "501")];
        self.save(world, Typed { record: id, kind: "dwelling", unit: grid, ops, seen: vec![] })
    }

    /// A field written over what is seen.
    pub fn put(&mut self, world: &World, id: RecordId, kind: &str, op: Op, seen: Vec<Name>) -> SealedChange {
        self.save(world, Typed { record: id, kind, unit: 11, ops: vec![op], seen })
    }

    pub fn frame(&self, world: &World, changes: &[SealedChange]) -> PushFrame {
        let item = |c: &SealedChange| PushItem { seq: c.change.seq, hash: c.hash, body: Some(c.bytes.clone()) };
        self.frame_of(world, changes.iter().map(item).collect())
    }

    pub fn frame_of(&self, world: &World, items: Vec<PushItem>) -> PushFrame {
        let (space, replica, device) = (world.space, self.replica, self.device);
        let mut frame = PushFrame { space, replica, device, lost: None, items, signature: [0; 64] };
        frame_codec::sign(&mut frame, &self.key);
        frame
    }

    pub fn request(&self, world: &World, method: &str, path: &str, body: Vec<u8>) -> http::Request<Vec<u8>> {
        let covered = Covered { method, path, query: "", body: &body };
        let headers = proof::headers(&covered, self.device, &self.key, world.clock.now(), world.ids.b16());
        let mut request = http::Request::builder().method(method).uri(path).header(PROTOCOL_HEADER, "1");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(body).unwrap()
    }

    /// Pushes bytes as they are.
    pub fn push_bytes(&self, world: &World, bytes: Vec<u8>) -> (u16, Vec<u8>) {
        world.send(self.request(world, "POST", "/v1/push", bytes))
    }

    pub fn push_frame(&self, world: &World, frame: &PushFrame) -> (u16, Vec<u8>) {
        self.push_bytes(world, compress::pack(&frame_codec::frame_bytes(frame)))
    }

    /// Pushes and takes the reply; the receipt must hold.
    pub fn push(&self, world: &World, changes: &[SealedChange]) -> PushReply {
        let (status, body) = self.push_frame(world, &self.frame(world, changes));
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let reply = frame_codec::read_reply(&compress::unpack(&body, 1 << 24).unwrap()).unwrap();
        assert!(receipt::verify(&reply.receipt, &world.server.running().key.verifying_key()));
        reply
    }

    pub fn verdicts(&self, world: &World, changes: &[SealedChange]) -> Vec<&'static str> {
        self.push(world, changes).verdicts.iter().map(|v| v.verdict.code()).collect()
    }

    pub fn verdict(&self, world: &World, change: &SealedChange) -> Verdict {
        self.push(world, std::slice::from_ref(change)).verdicts[0].verdict.clone()
    }

    pub fn pull_request(&self, space: SpaceId, bytes_aim: u64, asked: &[Name]) -> PullRequest {
        let held = self.held.get(&space).cloned().unwrap_or_default();
        PullRequest {
            space,
            replica: self.replica,
            cursor: held.cursor,
            epoch: held.epoch,
            backfill: held.backfill,
            asked: asked.to_vec(),
            forgotten: 0,
            fold_version: FOLD_VERSION,
            bytes_aim,
            refetch: Vec::new(),
        }
    }

    pub fn pull_raw(&self, world: &World, request: &PullRequest) -> (u16, Vec<u8>) {
        let bytes = page_codec::request_bytes(request);
        world.send(self.request(world, "POST", "/v1/pull", compress::pack(&bytes)))
    }

    /// One page, applied.
    pub fn pull_page(&mut self, world: &World, space: SpaceId, bytes_aim: u64, asked: &[Name]) -> Page {
        let (status, body) = self.pull_raw(world, &self.pull_request(space, bytes_aim, asked));
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let page = page_codec::read_page(&compress::unpack(&body, 1 << 24).unwrap()).unwrap();
        self.apply(&page);
        page
    }

    fn apply(&mut self, page: &Page) {
        let held = self.held.entry(page.space).or_default();
        for row in &page.rows {
            match row {
                PageRow::State { record, state, held_by } => {
                    held.rows.insert(*record, (state.to_vec(), held_by.clone(), page.epoch));
                }
                PageRow::Left { record } => {
                    held.rows.remove(record);
                }
            }
        }
        held.cursor = Some((page.timeline(), page.cursor));
        held.epoch = Some(page.epoch);
        held.backfill = page.backfill;
        if page.backfill == Backfill::Done {
            held.rows.retain(|_, row| row.2 == page.epoch);
        }
        if let Some(digest) = page.digest {
            held.heard = page.now;
            assert_eq!(sum_of(held), digest, "the digest is the sum over what is held");
        }
    }

    /// Pulls until nothing waits; the pages.
    pub fn pull(&mut self, world: &World, bytes_aim: u64) -> Vec<Page> {
        self.pull_space(world, world.space, bytes_aim)
    }

    pub fn pull_space(&mut self, world: &World, space: SpaceId, bytes_aim: u64) -> Vec<Page> {
        let mut pages = Vec::new();
        loop {
            let page = self.pull_page(world, space, bytes_aim, &[]);
            let more = page.more();
            assert_eq!(page.digest.is_some(), !more, "a digest on the last page and only there");
            pages.push(page);
            if !more {
                return pages;
            }
            assert!(pages.len() < 10_000, "a pull that never ends");
        }
    }

    pub fn records(&self, world: &World) -> Vec<RecordId> {
        self.held.get(&world.space).map(|h| h.rows.keys().copied().collect()).unwrap_or_default()
    }
}

/// What the phone holds, summed by itself.
pub fn sum_of(held: &Held) -> u128 {
    let mut sum = 0_u128;
    for (record, (state, keys, _)) in &held.rows {
        let pos = read_state(state).unwrap().pos;
        for _ in keys {
            sum = sum.wrapping_add(digest_share(*record, pos, FOLD_VERSION));
        }
    }
    sum
}
