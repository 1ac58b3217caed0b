//! A phone's store on a scratch file and a server in memory that admits, judges and folds: enough to talk to.
//!
//! Owns both ends' fixtures. Refuses to check anything: the tests do. Invariant: the server admits through the model,
//! and every page is one snapshot of it.

#![allow(dead_code, reason = "each test crate uses its own part of the desk")]
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

pub mod server;

use gridwalk_model::exchange::{PullRequest, PushReply, Verdict};
use gridwalk_model::id::DraftId;
use gridwalk_model::wish::Wish;
use gridwalk_model::{AccountId, Basis, DeviceId, RecordId, SpaceId, Timestamp, UnitId};
use gridwalk_store::{
    Applied, DatabaseKey, DraftRequest, OpenOptions, PageOutcome, ReplicaMark, SaveRequest, Saved, Store,
};
pub use server::Server;
use std::cell::Cell;
use std::path::PathBuf;

/// The space of all tests.
pub const SPACE: SpaceId = SpaceId([0x51; 16]);
/// The unit of all tests.
pub const UNIT: UnitId = UnitId([0x61; 16]);
/// The mark of the first start.
pub const FIRST: [u8; 16] = [1; 16];

/// A record's id by number.
pub fn record(n: u8) -> RecordId {
    RecordId([n; 16])
}

/// A phone: its store, its clock, its numbers.
pub struct Desk {
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub clock: Cell<i64>,
    pub author: AccountId,
    pub mark: Cell<[u8; 16]>,
    drafts: Cell<u8>,
    starts: Cell<u32>,
    #[cfg(feature = "planted")]
    planted: Option<gridwalk_store::Planted>,
}

fn options(phone: u8, held: Option<[u8; 16]>, next: [u8; 16], start: u32) -> OpenOptions {
    let mut made = 0_u32;
    let options = OpenOptions::new(ReplicaMark { held, next }, move || {
        made += 1;
        let mut id = [phone; 16];
        id[8..12].copy_from_slice(&start.to_be_bytes());
        id[12..].copy_from_slice(&made.to_be_bytes());
        id
    });
    OpenOptions { key: key(), ..options }
}

/// The key of all databases of the tests: with encryption built in, every test runs on encrypted files.
pub fn key() -> Option<DatabaseKey> {
    cfg!(feature = "encrypted").then(|| DatabaseKey::new(KEY.into()))
}

/// Its bytes.
pub const KEY: [u8; 32] = [0xc4; 32];

impl Desk {
    /// A new phone.
    pub fn new() -> Self {
        Self::number(1)
    }

    /// A new phone of that number.
    pub fn number(phone: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("phone.db"), options(phone, None, FIRST, 1)).unwrap();
        Self {
            folder,
            store,
            clock: Cell::new(1_000),
            author: AccountId([phone; 16]),
            mark: Cell::new(FIRST),
            drafts: Cell::new(0),
            starts: Cell::new(1),
            #[cfg(feature = "planted")]
            planted: None,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("phone.db")
    }

    /// A connection behind the store's back.
    pub fn raw(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        if cfg!(feature = "encrypted") {
            let digits = "c4".repeat(KEY.len());
            connection.execute_batch(&format!("PRAGMA key = \"x'{digits}'\"")).unwrap();
        }
        connection
    }

    /// Plants a bug that outlives kills.
    #[cfg(feature = "planted")]
    pub fn plant(&mut self, bug: gridwalk_store::Planted) {
        self.store.plant(bug).unwrap();
        self.planted = Some(bug);
    }

    /// Killed and started again.
    pub fn reopen(&mut self) {
        self.starts.set(self.starts.get() + 1);
        let (held, starts) = (self.mark.get(), self.starts.get());
        let mut next = [7; 16];
        next[..4].copy_from_slice(&starts.to_be_bytes());
        self.store = Store::open(&self.path(), options(self.author.0[0], Some(held), next, starts)).unwrap();
        self.mark.set(next);
        #[cfg(feature = "planted")]
        if let Some(bug) = self.planted {
            self.store.plant(bug).unwrap();
        }
    }

    /// The files as they are on the disk now, as a backup takes them.
    pub fn image(&self) -> Vec<(&'static str, Vec<u8>)> {
        let read = |name| std::fs::read(self.folder.path().join(name)).map(|bytes| (name, bytes));
        ["phone.db", "phone.db-wal"].into_iter().filter_map(|name| read(name).ok()).collect()
    }

    /// A phone with another one's files, not opened yet: its store is a scratch one.
    pub fn from_image(image: &[(&'static str, Vec<u8>)]) -> Self {
        let scratch = Self::new();
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in image {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        Self { folder, ..scratch }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.set(self.clock.get() + 1);
        Timestamp(self.clock.get())
    }

    pub fn request(&self, record: RecordId, wishes: &[Wish], basis: Basis) -> SaveRequest {
        SaveRequest {
            record,
            space: SPACE,
            kind: "building".into(),
            unit: UNIT,
            author: self.author,
            device: DeviceId(self.author.0),
            machine: false,
            typed_at: self.now(),
            heard: None,
            wishes: wishes.to_vec(),
            draft: basis.draft,
            basis,
            instead_of: None,
            salt: [9; 16],
        }
    }

    /// Looks at the record as it is now, and saves.
    pub fn save(&self, record: RecordId, wishes: &[Wish]) -> Saved {
        let basis = self.store.begin(record, self.now()).unwrap();
        self.store.save(&self.request(record, wishes, basis)).unwrap()
    }

    /// Opens a form.
    pub fn open_draft(&self, record: RecordId) -> Basis {
        self.drafts.set(self.drafts.get() + 1);
        let draft = DraftId([self.drafts.get(); 16]);
        let request = DraftRequest {
            draft,
            record,
            space: SPACE,
            kind: "building".into(),
            content: "{}".into(),
            opened_at: self.now(),
        };
        self.store.open_draft(&request).unwrap()
    }

    /// Every value that stands in a field of the author's view.
    pub fn text(&self, record: RecordId, field: &str) -> Vec<String> {
        let state = self.store.predicted(record, self.now()).unwrap().state;
        let heads = state.fields.get(field).map(|r| r.heads.clone()).unwrap_or_default();
        heads.iter().filter_map(|h| h.value.as_ref()?.as_text().map(str::to_owned)).collect()
    }

    /// Pushes until nothing waits, or until the replies change nothing more: those of a timeline that the phone does
    /// not hold yet are left to the next page.
    pub fn push(&self, server: &mut Server) {
        let mut before = Vec::new();
        loop {
            let frames = self.store.frames(None, 3).unwrap();
            if frames.is_empty() || frames == before {
                return;
            }
            for frame in &frames {
                self.take(frame, server.push(frame));
            }
            before = frames;
        }
    }

    /// Takes the server's answer to a frame.
    pub fn take(&self, frame: &gridwalk_store::Outgoing, answer: Result<PushReply, server::Problem>) {
        match answer {
            Ok(reply) => {
                self.store.apply_push_reply(&reply).unwrap();
            }
            Err(server::Problem::Clash(seq)) => {
                self.store.on_clash(frame.space, frame.replica, seq).unwrap();
            }
            Err(server::Problem::Gap(expected)) => {
                let lost = self.store.on_gap(frame.space, frame.replica, expected).unwrap();
                assert_eq!(lost, None, "nothing is lost here");
            }
        }
    }

    /// Pulls until the head.
    pub fn pull(&self, server: &Server) -> Applied {
        for _ in 0..200 {
            let request = self.store.pull_request(SPACE).unwrap();
            match self.apply(&request, server) {
                PageOutcome::Applied(applied) if !applied.more => return applied,
                _ => {}
            }
        }
        panic!("the head is never reached");
    }

    /// Applies the server's page for a request.
    pub fn apply(&self, request: &PullRequest, server: &Server) -> PageOutcome {
        self.store.apply_page(request, &server.page(request, self.author)).unwrap()
    }

    pub fn sync(&self, server: &mut Server) -> Applied {
        self.pull(server);
        self.push(server);
        self.pull(server)
    }
}

/// A refusal with this code.
pub fn refused(code: &str) -> Verdict {
    Verdict::Refused { code: code.into(), hint: String::new() }
}
