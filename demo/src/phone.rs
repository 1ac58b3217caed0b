//! A phone with the person who carries it: the real core on its own files, real HTTP.
//!
//! Owns opening, enrolling, doing and syncing. Refuses to know what is done and when. Invariant: whatever the person
//! does goes through `Notebook::execute`.

use crate::error::{DemoError, Result};
use crate::sabotage::Swallowing;
use gridwalk_app::read::Reader;
use gridwalk_app::{
    AppError, FileVault, HttpOptions, HttpTransport, Notebook, NotebookOptions, OsIds, Step, SyncEngine, SyncReport,
    SystemClock,
};
use gridwalk_model::command::Command;
use gridwalk_model::{Basis, RecordId, Role, UnitId, limits};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Somebody's place in the organisation.
#[derive(Debug, Clone)]
pub struct Post {
    /// What the person types.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Code of the unit of the role.
    pub unit_code: String,
    /// Name of that unit.
    pub unit_name: String,
    /// Which of the city's grids it is, if it is one.
    pub grid: Option<usize>,
}

/// What the syncs of a phone came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    /// Syncs that were answered.
    pub syncs: u64,
    /// Changes pushed.
    pub pushed: u64,
    /// States pulled.
    pub rows: u64,
    /// Records that left.
    pub left: u64,
    /// Digests that agreed with the server's.
    pub agreed: u64,
    /// Digests that did not.
    pub differing: u64,
}

/// What one sync came to.
#[derive(Debug, Clone, Default)]
pub struct Synced {
    /// The sum of its steps.
    pub report: SyncReport,
    in_replies: BTreeMap<&'static str, u64>,
    in_pages: BTreeMap<&'static str, u64>,
}

impl Synced {
    fn add(&mut self, step: &Step) {
        self.report.add(step);
        match step {
            Step::Pushed { verdicts, .. } => {
                for (code, n) in verdicts {
                    *self.in_replies.entry(code).or_default() += n;
                }
            }
            Step::Pulled { verdicts, .. } => {
                for (code, n) in verdicts {
                    let most = self.in_pages.entry(code).or_default();
                    *most = (*most).max(*n);
                }
            }
            _ => {}
        }
    }

    /// Changes by verdict. A page tells again what the reply to a push has told, and beside it what was decided since.
    pub fn verdicts(&self) -> BTreeMap<&'static str, u64> {
        let mut all = self.in_replies.clone();
        for (code, n) in &self.in_pages {
            let told = all.entry(code).or_default();
            *told = (*told).max(*n);
        }
        all
    }
}

/// A phone.
pub struct Phone {
    /// Who carries it.
    pub post: Post,
    /// The unit of the post.
    pub unit: UnitId,
    /// The database.
    pub notebook: Arc<Notebook>,
    /// The way to the server.
    pub line: Arc<Swallowing<HttpTransport>>,
    /// What its syncs came to.
    pub sums: Sums,
    engine: SyncEngine,
}

impl Phone {
    /// Opens a new phone in a folder and enrols it.
    pub async fn enrol(post: Post, unit: UnitId, folder: &Path, address: &str, code: &str) -> Result<Self> {
        let failed = |source: AppError| DemoError::Phone { login: post.login.clone(), source };
        let folder = folder.join(&post.login);
        std::fs::create_dir_all(&folder)?;
        let notebook = Notebook::open(NotebookOptions {
            path: folder.join("gridwalk.db"),
            clock: Arc::new(SystemClock::new()),
            ids: Arc::new(OsIds),
            keys: Arc::new(FileVault::new(folder.join("keys"))),
        });
        let notebook = Arc::new(notebook.map_err(failed)?);
        let http = HttpTransport::new(address, &HttpOptions::default()).map_err(|e| failed(e.into()))?;
        let line = Arc::new(Swallowing::new(http));
        notebook.enrol(&*line, address, code, &post.name).await.map_err(failed)?;
        let engine = SyncEngine::new(Arc::clone(&notebook));
        Ok(Self { post, unit, notebook, line, sums: Sums::default(), engine })
    }

    /// Syncs to the end of one session.
    pub async fn sync(&mut self) -> Result<Synced> {
        let mut synced = Synced::default();
        for _ in 0..limits::SYNC_STEPS_MAX {
            let step = self.engine.sync_step(&*self.line).await;
            let step = step.map_err(|source| DemoError::Phone { login: self.post.login.clone(), source })?;
            synced.add(&step);
            if let Step::Rested(_) = step {
                break;
            }
        }
        let report = &synced.report;
        self.sums.syncs += 1;
        self.sums.pushed += report.pushed;
        self.sums.rows += report.rows;
        self.sums.left += report.left;
        self.sums.agreed += report.agreed;
        self.sums.differing += report.mismatch.len() as u64;
        Ok(synced)
    }

    /// Does what the person wants; the record, or nothing if the model or the phone's knowledge stands against it.
    pub fn execute(&self, command: &Command) -> Result<Option<RecordId>> {
        match self.notebook.execute(command) {
            Ok(changed) => Ok(Some(changed.record)),
            Err(AppError::Rejected(_)) => Ok(None),
            Err(source) => Err(self.failed(source)),
        }
    }

    /// Reads screens as this person.
    pub fn reader(&self) -> Result<Reader<'_>> {
        let actor = self.notebook.actor().map_err(|e| self.failed(e))?;
        Ok(Reader { store: self.notebook.store(), actor })
    }

    /// What stands on the screen of a record now; nothing if it is not here.
    pub fn open(&self, record: RecordId) -> Result<Option<Basis>> {
        let here = self.read(|p| Ok(p.notebook.store().row(record)?.is_some()))?;
        if !here {
            return Ok(None);
        }
        self.notebook.basis(record).map(Some).map_err(|e| self.failed(e))
    }

    /// A new record's id.
    pub fn new_record(&self) -> Result<RecordId> {
        self.notebook.new_record().map_err(|e| self.failed(e))
    }

    /// Reads from the phone.
    pub fn read<T>(&self, read: impl FnOnce(&Self) -> std::result::Result<T, AppError>) -> Result<T> {
        read(self).map_err(|e| self.failed(e))
    }

    /// How many own changes wait for a sync.
    pub fn waiting(&self) -> Result<u64> {
        self.read(|p| Ok(p.notebook.store().counts()?.undecided()))
    }

    fn failed(&self, source: AppError) -> DemoError {
        DemoError::Phone { login: self.post.login.clone(), source }
    }
}
