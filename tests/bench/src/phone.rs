//! A phone on a scratch file: enrolled without a server, filled by pages as a first sync brings them.
//!
//! Owns how states come onto it. Refuses to measure. Invariant: everything on it came through the store's own doors.

use crate::fault::Fault;
use gridwalk_app::{Enrolment, KeyVault, MemoryVault, Notebook, NotebookOptions, OsIds, SystemClock, keys};
use gridwalk_model::admission::Branch;
use gridwalk_model::exchange::{Backfill, BackfillPlace, Epoch, Grant, Key, Page, PageRow};
use gridwalk_model::hash::Hash;
use gridwalk_model::state_codec::state_bytes;
use gridwalk_model::{AccountId, DeviceId, SpaceId, State, TimelineId, Timestamp, UnitId};
use gridwalk_store::PageOutcome;
use gridwalk_sync::enrol::SpaceInfo;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The role of whoever holds the phone.
const ROLE: &str = "gridworker";
/// Rows of one page.
pub const PAGE_ROWS: usize = 1000;

/// A phone that may be closed and opened again.
pub struct Phone {
    /// The notebook, open.
    pub notebook: Notebook,
    path: PathBuf,
    keys: Arc<MemoryVault>,
}

fn open(path: &Path, keys: &Arc<MemoryVault>) -> Result<Notebook, Fault> {
    let options = NotebookOptions {
        path: path.to_owned(),
        clock: Arc::new(SystemClock::new()),
        ids: Arc::new(OsIds),
        keys: keys.clone(),
    };
    Ok(Notebook::open(options)?)
}

impl Phone {
    /// A new phone whose person works in that unit of these spaces; the last one holds the reference data.
    pub fn enrolled(path: PathBuf, unit: UnitId, spaces: [SpaceId; 2]) -> Result<Self, Fault> {
        let keys = Arc::new(MemoryVault::default());
        let info = |space: SpaceId| SpaceInfo {
            space,
            reference: space == spaces[1],
            name: "海州区".to_owned(),
            units: vec![unit],
        };
        let enrolment = Enrolment {
            address: "http://localhost".to_owned(),
            device: DeviceId([0x44; 16]),
            device_name: "手机".to_owned(),
            account: AccountId([0x41; 16]),
            name: "王网格".to_owned(),
            roles: vec![ROLE.to_owned()],
            server_key: String::new(),
            spaces: spaces.map(info).to_vec(),
            ..Enrolment::default()
        };
        keys.keep(keys::ENROLMENT, &serde_json::to_vec(&enrolment)?)?;
        Ok(Self { notebook: open(&path, &keys)?, path, keys })
    }

    /// Opens the same file once more, beside what is open.
    pub fn again(&self) -> Result<Notebook, Fault> {
        open(&self.path, &self.keys)
    }

    /// Applies states of a space, in pages, as a backfill that ends with them.
    pub fn fill(&self, space: SpaceId, unit: UnitId, states: impl IntoIterator<Item = State>) -> Result<(), Fault> {
        let mut states = states.into_iter().peekable();
        while states.peek().is_some() {
            let page: Vec<State> = states.by_ref().take(PAGE_ROWS).collect();
            let ended = states.peek().is_none();
            self.apply(space, unit, &page, ended)?;
        }
        Ok(())
    }

    fn apply(&self, space: SpaceId, unit: UnitId, states: &[State], ended: bool) -> Result<(), Fault> {
        let (timeline, key) = (TimelineId([0x71; 16]), Key::unit(unit));
        let last = states.last().map_or_else(Default::default, |s| s.record);
        let row = |s: &State| PageRow::State { record: s.record, state: state_bytes(s).into(), held_by: vec![key] };
        let page = Page {
            space,
            answers: Hash::default(),
            branches: vec![Branch { id: timeline, from: 0 }],
            epoch: Epoch { timeline, n: 1 },
            cursor: 1 << 30,
            at_head: true,
            backfill: if ended { Backfill::Done } else { Backfill::After(BackfillPlace { key, record: last }) },
            now: Timestamp(crate::generator::BEGAN_MS),
            rows: states.iter().map(row).collect(),
            verdicts: Vec::new(),
            chain: (0, Hash::default()),
            digest: None,
            safe_pos: 0,
            grants: vec![Grant { unit, role: ROLE.to_owned(), kinds: Vec::new() }],
            elsewhere: Vec::new(),
            erased: Vec::new(),
        };
        let request = self.notebook.store().pull_request(space)?;
        match self.notebook.store().apply_page(&request, &page)? {
            PageOutcome::Applied(_) => Ok(()),
            PageOutcome::Stale => Err(Fault::Expected("a page that is not stale".to_owned())),
        }
    }

    /// Closes it and tells how large its files are, bytes.
    pub fn close(self) -> u64 {
        drop(self.notebook);
        bytes(&self.path)
    }
}

/// The size of a database's files, bytes.
pub fn bytes(path: &Path) -> u64 {
    let size = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        std::fs::metadata(name).map_or(0, |m| m.len())
    };
    size("") + size("-wal")
}
