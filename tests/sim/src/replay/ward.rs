//! A ward with two phones: the desk that takes cases in, dispatches, verifies and closes, and the handler that settles them.
//!
//! Owns who does what when, and when the two hear of each other. Refuses shortcuts: every step is a command on a phone.
//! Invariant: a case is handled at its moment, by a phone that heard of it before, and never by who verifies it.

use super::row::Row;
use crate::machine::{PhoneClock, SeededIds, SimVault, TrueTime};
use crate::run::SimError;
use crate::transport;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use gridwalk_app::sync_engine::SyncEngine;
use gridwalk_app::transport::{Answer, Transport};
use gridwalk_app::{Notebook, NotebookOptions};
use gridwalk_model::command::{Command, Edits, ReportCase, TakeStep};
use gridwalk_model::id::{RecordId, UnitId};
use gridwalk_model::kind::case_file::OWN_LINE;
use gridwalk_model::value::Value;
use gridwalk_server::Server;
use gridwalk_server::admin::Admin;
use http::Request;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A phone that heard nothing for so long asks before its person goes on: half of what its lease allows.
const SILENT_MS: i64 = gridwalk_model::limits::LEASE_MS / 2;
/// A made-up world's seed.
const SEED: u64 = 311;

/// The way to the server in this process.
struct Line(axum::Router);

impl Transport for Line {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Answer> {
        let answer = transport::call(self.0.clone(), request);
        Box::pin(async move { Ok(answer.await) })
    }
}

/// A phone with its person.
pub struct Phone {
    engine: SyncEngine,
    line: Line,
    time: TrueTime,
    heard_ms: i64,
    runtime: tokio::runtime::Runtime,
}

impl Phone {
    /// Enrols it.
    pub fn enrol(server: &Server, time: &TrueTime, login: &str, path: &Path, of: u64) -> Result<Self, SimError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let code = Admin::new(server.clone()).enrol_code(login)?.0.to_string();
        let notebook = Notebook::open(NotebookOptions {
            path: path.to_owned(),
            clock: Arc::new(PhoneClock::new(time, 0)),
            ids: Arc::new(SeededIds::new(SEED, 100 + of)),
            keys: Arc::new(SimVault::default()),
        })?;
        let line = Line(server.router());
        runtime.block_on(notebook.enrol(&line, "simulated", &code, login))?;
        let engine = SyncEngine::new(Arc::new(notebook));
        let mut phone = Self { engine, line, time: time.clone(), heard_ms: time.now_ms(), runtime };
        phone.sync()?;
        Ok(phone)
    }

    /// Tells and hears everything.
    pub fn sync(&mut self) -> Result<(), SimError> {
        let report = self.runtime.block_on(self.engine.sync_once(&self.line))?;
        self.heard_ms = self.time.now_ms();
        let all = report.verdicts.iter().all(|(code, _)| *code == "applied");
        if all { Ok(()) } else { Err(SimError::Setup(format!("not everything was applied: {:?}", report.verdicts))) }
    }

    /// A phone that heard nothing for long asks first.
    fn is_silent(&self) -> bool {
        self.time.now_ms() - self.heard_ms > SILENT_MS
    }

    /// What it holds.
    pub fn notebook(&self) -> &Notebook {
        self.engine.notebook()
    }

    /// Takes a step.
    pub fn step(&self, record: RecordId, code: &str, answers: &[(&str, Value)]) -> Result<(), SimError> {
        let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let basis = self.notebook().basis(record)?;
        let step = TakeStep { record, basis, step: code.to_owned(), answers };
        self.notebook().execute(&Command::TakeStep(step))?;
        Ok(())
    }
}

/// A ward.
pub struct Ward {
    unit: UnitId,
    desk: Phone,
    handler: Phone,
    /// The cases, and the line of each to which an answer is owed.
    cases: BTreeMap<usize, (RecordId, Option<&'static str>)>,
    /// Those of which the handler has not heard.
    unheard: BTreeSet<usize>,
    /// Those that are handled and not closed.
    handled: BTreeSet<usize>,
}

impl Ward {
    /// A ward.
    pub const fn new(unit: UnitId, desk: Phone, handler: Phone) -> Self {
        Self { unit, desk, handler, cases: BTreeMap::new(), unheard: BTreeSet::new(), handled: BTreeSet::new() }
    }

    /// Whether nothing waits for the evening.
    pub fn is_settled(&self) -> bool {
        self.unheard.is_empty() && self.handled.is_empty()
    }

    /// The desk takes a case in and dispatches it; the file's target is the date that was agreed on.
    pub fn report(&mut self, number: usize, row: &Row) -> Result<(), SimError> {
        if self.desk.is_silent() {
            self.desk.sync()?;
        }
        let record = self.desk.notebook().new_record()?;
        let edits = Edits::none().put("title", row.title.as_str()).put("kind", "ask").add("lines", row.line);
        let edits = if row.place.is_empty() { edits } else { edits.put("place", row.place.as_str()) };
        let unit = Some(self.unit);
        let report = ReportCase { record, unit, parent: None, edits, answers: BTreeMap::new() };
        self.desk.notebook().execute(&Command::ReportCase(report))?;
        self.desk.step(record, "accept", &[])?;
        let mut answers = vec![("unit", Value::Id(self.unit.record())), ("class", row.class.as_str().into())];
        answers.extend(row.target.map(|target| ("due", Value::Int(target.0))));
        self.desk.step(record, "dispatch", &answers)?;
        let owed = Some(row.line).filter(|line| *line != OWN_LINE);
        self.cases.insert(number, (record, owed));
        self.unheard.insert(number);
        Ok(())
    }

    /// The handler settles a case, at the moment at which the file says that it was closed.
    pub fn handle(&mut self, number: usize) -> Result<(), SimError> {
        if self.unheard.contains(&number) {
            self.tell()?;
        }
        if self.handler.is_silent() {
            self.handler.sync()?;
        }
        let Some((record, _)) = self.cases.get(&number) else { return Err(SimError::Setup("no such case".into())) };
        self.handler.step(*record, "take", &[])?;
        self.handler.step(*record, "handle", &[("result", "办结".into())])?;
        self.handled.insert(number);
        Ok(())
    }

    /// The handler hears of all that was dispatched.
    fn tell(&mut self) -> Result<(), SimError> {
        self.desk.sync()?;
        self.handler.sync()?;
        self.unheard.clear();
        Ok(())
    }

    /// In the evening the desk verifies, answers and closes what was handled.
    pub fn end_day(&mut self) -> Result<(), SimError> {
        if self.is_settled() {
            return Ok(());
        }
        self.handler.sync()?;
        self.desk.sync()?;
        for number in std::mem::take(&mut self.handled) {
            let Some((record, owed)) = self.cases.get(&number).copied() else { continue };
            self.desk.step(record, "verify", &[])?;
            if let Some(line) = owed {
                self.desk.step(record, "reply", &[("line", line.into()), ("text", "已办结".into())])?;
            }
            self.desk.step(record, "close", &[])?;
        }
        self.tell()
    }
}
