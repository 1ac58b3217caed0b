//! A phone of a simulated world: the real notebook and engine on a file, killed and opened again.
//!
//! Owns its clock, its vault and its place in the world. Refuses to decide anything. Invariant: whatever outlives a kill is
//! in the file or the vault, as on a real phone.

use crate::dump::{Held, Own, PhoneDump};
use crate::machine::{PhoneClock, Secrets, SeededIds, SimVault, TrueTime};
use crate::plant::Plant;
use crate::power::{Power, Socket};
use crate::run::SimError;
use crate::server::SimServer;
use crate::transport::Network;
use gridwalk_app::sync_engine::SyncEngine;
use gridwalk_app::{Joiner, Notebook, NotebookOptions, Poster};
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::{AccountId, DeviceId, DraftId, RecordId, UnitId};
use gridwalk_model::state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Pages so small that most pulls take several.
const PAGE_BYTES: u64 = 700;

/// A phone.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that a checker or a count asks for")]
pub struct SimPhone {
    /// Its place in the world.
    pub index: usize,
    /// Whose it is.
    pub account: AccountId,
    /// Its enrolment.
    pub device: DeviceId,
    /// All enrolments that it had.
    pub devices: BTreeSet<DeviceId>,
    /// Who counts as the writer of what is typed on it: another one once it was put back to an older state.
    pub writer: usize,
    /// Number of its account's login.
    pub login: usize,
    /// The unit that its person works in.
    pub unit: UnitId,
    /// Its person's role.
    pub role: &'static str,
    /// Whether its person joined by a poster.
    pub joined: bool,
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
    vault: Arc<SimVault>,
    plant: Option<Plant>,
    power: Option<Arc<Power>>,
    is_weak: bool,
    running: Option<SyncEngine>,
}

/// A copy of a phone's database, with what its vault held then.
#[derive(Debug, Clone)]
pub struct Image {
    /// The phone.
    pub phone: usize,
    /// The copy.
    pub file: PathBuf,
    /// The vault.
    pub secrets: Secrets,
    /// How many values had been typed in the world.
    pub typed: u64,
    /// The drafts that stood on it.
    pub drafts: BTreeSet<(DraftId, RecordId)>,
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
        let mut phone = Self::blank(index, post, folder, (seed, time, off_ms), plant);
        phone.enrol_with(server, network).await?;
        Ok(phone)
    }

    /// A new phone whose person scans a poster; no server hears of it yet.
    pub fn join(
        index: usize,
        (poster, unit): (&Poster, UnitId),
        folder: &std::path::Path,
        at: (u64, &TrueTime, i64),
        plant: Option<Plant>,
    ) -> Result<Self, SimError> {
        let post = Post { account: AccountId::default(), unit, role: "newcomer" };
        let mut phone = Self { joined: true, ..Self::blank(index, post, folder, at, plant) };
        let (name, number) = (format!("newcomer {index}"), "13957354321".to_owned());
        let joiner = Joiner { name, phone: number, device_name: "phone".to_owned() };
        let notebook = phone.notebook()?;
        notebook.join(poster, &joiner)?;
        phone.account = notebook.enrolment().map(|e| e.account).unwrap_or_default();
        phone.learn_device()?;
        Ok(phone)
    }

    fn blank(
        index: usize,
        post: Post,
        folder: &std::path::Path,
        (seed, time, off_ms): (u64, &TrueTime, i64),
        plant: Option<Plant>,
    ) -> Self {
        Self {
            index,
            account: post.account,
            device: DeviceId::default(),
            devices: BTreeSet::new(),
            writer: index,
            login: index,
            unit: post.unit,
            role: post.role,
            joined: false,
            clock: PhoneClock::new(time, off_ms),
            revoked: false,
            more: false,
            page_open: false,
            path: folder.join(format!("phone-{index}.db")),
            ids: Arc::new(SeededIds::new(seed, 100 + index as u64)),
            vault: Arc::new(SimVault::default()),
            plant,
            power: None,
            is_weak: seed.is_multiple_of(3),
            running: None,
        }
    }

    /// Enrols it, for the first time or anew.
    pub async fn enrol_with(&mut self, server: &SimServer, network: &Network) -> Result<(), SimError> {
        let code = server.enrol_code(self.login)?;
        let name = format!("phone {}", self.index);
        self.notebook()?.enrol(network, "simulated", &code, &name).await?;
        self.learn_device()
    }

    /// Looks up which device it is by now.
    pub fn learn_device(&mut self) -> Result<(), SimError> {
        self.device = self.notebook()?.enrolment().map(|e| e.device).unwrap_or_default();
        self.devices.insert(self.device);
        Ok(())
    }

    /// Copies its database, as a backup of the platform would.
    pub fn image(&mut self, file: PathBuf, typed: u64) -> Result<Image, SimError> {
        let drafts = self.notebook()?.store().drafts()?.into_iter().map(|d| (d.draft, d.record)).collect();
        self.kill();
        std::fs::copy(&self.path, &file)?;
        Ok(Image { phone: self.index, file, secrets: self.vault.copy(), typed, drafts })
    }

    /// All bytes of its database, the log's behind them.
    pub fn file(&self) -> Result<Vec<u8>, SimError> {
        let mut bytes = std::fs::read(&self.path)?;
        let log = self.path.with_extension("db-wal");
        if log.exists() {
            bytes.extend(std::fs::read(log)?);
        }
        Ok(bytes)
    }

    /// Puts the copy in place of its database; `with_vault`: what the vault held then comes back, too.
    pub fn put_back(&mut self, image: &Image, with_vault: bool, writer: usize) -> Result<(), SimError> {
        self.kill();
        std::fs::copy(&image.file, &self.path)?;
        if with_vault {
            self.vault = Arc::new(SimVault::holding(image.secrets.clone()));
        }
        self.writer = writer;
        self.learn_device()
    }

    /// Wipes it: keys and files are gone.
    pub fn wipe(&mut self) -> Result<(), SimError> {
        self.kill();
        Ok(gridwalk_app::wipe::wipe(&self.path, &*self.vault)?)
    }

    /// Another phone with a copy of this one's database; `with_mark`: the vault's copy holds the database's mark.
    pub fn cloned(
        &self,
        image: &Image,
        (seed, index, writer): (u64, usize, usize),
        folder: &Path,
        with_mark: bool,
    ) -> Result<Self, SimError> {
        let now = SimVault::holding(image.secrets.clone());
        let secrets = if with_mark { now.copy() } else { now.copy_without_mark() };
        let path = folder.join(format!("phone-{index}.db"));
        std::fs::copy(&image.file, &path)?;
        let mut clone = Self {
            index,
            account: self.account,
            device: self.device,
            devices: BTreeSet::new(),
            writer,
            login: self.login,
            unit: self.unit,
            role: self.role,
            joined: self.joined,
            clock: self.clock.copy(),
            revoked: false,
            more: false,
            page_open: false,
            path,
            ids: Arc::new(SeededIds::new(seed, 100 + index as u64)),
            vault: Arc::new(SimVault::holding(secrets)),
            plant: self.plant,
            power: None,
            is_weak: self.is_weak,
            running: None,
        };
        clone.learn_device()?;
        Ok(clone)
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
            let store = notebook.store();
            store.set_page_bytes_aim(PAGE_BYTES);
            plant_on(&notebook, self.plant)?;
            let power = Power::full(&self.path, &self.vault, self.is_weak);
            power.note_disk();
            store.stand_on(Box::new(Socket(power.clone())));
            self.power = Some(power);
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
        self.power = None;
        self.vault.set_dead(false);
    }

    /// Takes its power away: what never reached the disk is gone, too. True if that can take anything.
    pub fn cut_power(&mut self) -> Result<bool, SimError> {
        let power = self.power.clone();
        self.kill();
        Ok(power.map(|p| p.take_what_never_reached_the_disk()).transpose()?.unwrap_or(false))
    }

    /// Its power lasts for so many commits from now on.
    pub fn power_lasts(&mut self, commits: u32) -> Result<(), SimError> {
        self.engine()?;
        self.power.iter().for_each(|p| p.lasts(commits));
        Ok(())
    }

    /// Whether its power is gone.
    pub fn has_no_power(&self) -> bool {
        self.power.as_ref().is_some_and(|p| p.is_gone())
    }

    /// It starts, and dies when its database is open and its vault does not know of it.
    pub fn die_while_starting(&mut self) {
        self.kill();
        self.vault.set_dead(true);
        let died = self.engine().is_err();
        self.running.take_if(|_| died);
        self.kill();
    }

    /// What it holds.
    pub fn dump(&mut self) -> Result<PhoneDump, SimError> {
        let notebook = self.notebook()?;
        let store = notebook.store();
        let mut dump = PhoneDump::default();
        for held in store.held()? {
            let row = Held { space: held.space, leaving: held.leaving, timeline: held.timeline, state: held.state };
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
