//! A phone of a simulated world: the real notebook and engine on a file, killed and opened again.
//!
//! Owns its clock, its vault and its place in the world. Refuses to decide anything. Invariant: whatever outlives a kill is
//! in the file or the vault, as on a real phone.

use crate::dump::{Held, Own, PhoneDump};
use crate::machine::{PhoneClock, SeededIds, TrueTime};
use crate::plant::Plant;
use crate::run::SimError;
use crate::server::SimServer;
use crate::transport::Network;
use gridwalk_app::sync_engine::SyncEngine;
use gridwalk_app::{MemoryVault, Notebook, NotebookOptions};
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, UnitId};
use gridwalk_model::state::State;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Pages so small that most pulls take several.
const PAGE_BYTES: u64 = 700;

/// A phone.
pub struct SimPhone {
    /// Its place in the world.
    pub index: usize,
    /// Whose it is.
    pub account: AccountId,
    /// Its enrolment.
    pub device: DeviceId,
    /// The unit that its person works in.
    pub unit: UnitId,
    /// Its person's role.
    pub role: &'static str,
    /// Its clock.
    pub clock: PhoneClock,
    /// Whether the server revoked it.
    pub revoked: bool,
    /// Whether the last page said that another waits.
    pub more: bool,
    /// Whether an unfinished pull was cut by a kill or a fault.
    pub page_open: bool,
    path: PathBuf,
    ids: Arc<SeededIds>,
    vault: Arc<MemoryVault>,
    plant: Option<Plant>,
    running: Option<SyncEngine>,
}

/// Where a phone works, and as what.
#[derive(Debug, Clone, Copy)]
pub struct Post {
    /// The account.
    pub account: AccountId,
    /// The unit.
    pub unit: UnitId,
    /// The role.
    pub role: &'static str,
}

impl SimPhone {
    /// A new phone, enrolled.
    pub async fn enrol(
        index: usize,
        post: Post,
        (server, network): (&SimServer, &Network),
        folder: &std::path::Path,
        (seed, time, off_ms): (u64, &TrueTime, i64),
        plant: Option<Plant>,
    ) -> Result<Self, SimError> {
        let mut phone = Self {
            index,
            account: post.account,
            device: DeviceId::default(),
            unit: post.unit,
            role: post.role,
            clock: PhoneClock::new(time, off_ms),
            revoked: false,
            more: false,
            page_open: false,
            path: folder.join(format!("phone-{index}.db")),
            ids: Arc::new(SeededIds::new(seed, 100 + index as u64)),
            vault: Arc::new(MemoryVault::default()),
            plant,
            running: None,
        };
        let notebook = phone.notebook()?;
        let code = server.enrol_code(index)?;
        notebook.enrol(network, "simulated", &code, &format!("phone {index}")).await?;
        phone.device = notebook.enrolment().map(|e| e.device).unwrap_or_default();
        Ok(phone)
    }

    /// The engine, opened if the phone was killed.
    pub fn engine(&mut self) -> Result<&mut SyncEngine, SimError> {
        if self.running.is_none() {
            let notebook = Notebook::open(NotebookOptions {
                path: self.path.clone(),
                clock: Arc::new(self.clock.clone()),
                ids: self.ids.clone(),
                keys: self.vault.clone(),
            })?;
            notebook.store().set_page_bytes_aim(PAGE_BYTES);
            plant_on(&notebook, self.plant)?;
            self.running = Some(SyncEngine::new(Arc::new(notebook)));
        }
        self.running.as_mut().ok_or_else(|| SimError::Setup("no engine".into()))
    }

    /// The notebook.
    pub fn notebook(&mut self) -> Result<Arc<Notebook>, SimError> {
        Ok(self.engine()?.notebook().clone())
    }

    /// Kills it: everything in memory is gone.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// What it holds.
    pub fn dump(&mut self) -> Result<PhoneDump, SimError> {
        let notebook = self.notebook()?;
        let store = notebook.store();
        let mut dump = PhoneDump::default();
        for held in store.held()? {
            let row = Held { space: held.space, leaving: held.leaving, state: held.state };
            dump.rows.insert(row.state.record, row);
        }
        for own in store.own_changes()? {
            let verdict = own.verdict.as_deref().map(verdict_of);
            let entry = Own { change: own.change, verdict };
            if own.in_outbox { dump.outbox.push(entry) } else { dump.sent.push(entry) }
        }
        for item in store.attention()? {
            let verdict = dump.outbox.iter().chain(&dump.sent).find(|o| o.change.name() == item.change.name());
            dump.attention.push(Own { verdict: verdict.and_then(|o| o.verdict.clone()), change: item.change });
        }
        dump.drafts = store.drafts()?.into_iter().map(|d| (d.draft, d.record)).collect();
        Ok(dump)
    }

    /// What its person sees of every record that it knows anything about.
    pub fn view(&mut self, dump: &PhoneDump) -> Result<BTreeMap<RecordId, State>, SimError> {
        let notebook = self.notebook()?;
        let now = notebook.now();
        let own = dump.outbox.iter().map(|o| o.change.change.record);
        let records: std::collections::BTreeSet<RecordId> = dump.rows.keys().copied().chain(own).collect();
        let mut view = BTreeMap::new();
        for record in records {
            let shown = notebook.store().predicted(record, now)?;
            if shown.space.is_some() {
                view.insert(record, shown.state);
            }
        }
        Ok(view)
    }
}

/// Plants a phone's bug, in a build that can.
#[cfg(feature = "planted")]
fn plant_on(notebook: &Notebook, plant: Option<Plant>) -> Result<(), SimError> {
    match plant {
        Some(Plant::Phone(bug)) => Ok(notebook.store().plant(bug)?),
        _ => Ok(()),
    }
}

/// This build cannot plant: `plant::by_name` has refused.
#[cfg(not(feature = "planted"))]
#[expect(clippy::unnecessary_wraps, reason = "its twin with the feature can fail")]
const fn plant_on(_notebook: &Notebook, _plant: Option<Plant>) -> Result<(), SimError> {
    Ok(())
}

fn verdict_of(code: &str) -> Verdict {
    match code {
        "applied" => Verdict::Applied,
        "quarantined" => Verdict::Quarantined,
        "declined" => Verdict::Declined { reason: String::new() },
        _ => Verdict::Refused { code: String::new(), hint: String::new() },
    }
}
