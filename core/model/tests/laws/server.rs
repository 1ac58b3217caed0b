//! A server that is nothing but the model: inbox, journal, states as bytes.
//!
//! Owns admission in some order, aliases, erasure and restore. Refuses to judge rights. Invariant: a state lives here
//! only as its bytes, so that every fold goes through the codec.

use gridwalk_model::admission::{Branch, Circumstances, Known, admit};
use gridwalk_model::journal::Entry;
use gridwalk_model::name::{hits, tidy};
use gridwalk_model::state_codec::{read_state, state_bytes};
use gridwalk_model::workflow::Workflow;
use gridwalk_model::{Name, Op, RecordId, SealedChange, State, TimelineId, Timestamp, change_codec, fold};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Applied,
    Quarantined,
    Refused,
    Declined,
    /// The same dot, another body.
    Clash,
}

/// A body as received.
#[derive(Debug, Clone)]
pub struct Row {
    pub change: SealedChange,
    pub names: Vec<Name>,
    pub verdict: Verdict,
    pub at: Timestamp,
}

impl Row {
    fn has_step(&self) -> bool {
        self.change.change.step().is_some()
    }
}

/// The list of erasures of one record; it outlives every restore.
#[derive(Debug, Clone, Default)]
pub struct Erased {
    pub names: BTreeSet<Name>,
    pub at: i64,
}

/// A copy of the database.
#[derive(Debug, Clone)]
pub struct Backup {
    pub journal: usize,
    rows: Vec<Row>,
    inbox: BTreeMap<Name, usize>,
}

/// One space.
#[derive(Debug, Clone)]
pub struct Server {
    pub now: i64,
    pub journal: Vec<(RecordId, Entry)>,
    pub rows: Vec<Row>,
    pub inbox: BTreeMap<Name, usize>,
    pub admitted: BTreeMap<Name, usize>,
    pub states: BTreeMap<RecordId, Vec<u8>>,
    pub branches: Vec<Branch>,
    pub erased: BTreeMap<RecordId, Erased>,
    pub workflow: Workflow,
}

/// The workflow that all histories use.
pub fn workflow() -> Workflow {
    let rows = [("new", "start", "doing"), ("new", "close", "done"), ("doing", "close", "done")];
    Workflow::new(1, rows.into_iter().chain([("doing", "hand", "new"), ("done", "reopen", "doing")]))
}

/// The shape of a change under its old names.
pub fn blank(change: &SealedChange) -> SealedChange {
    let shape = change.change.shape();
    SealedChange { bytes: change_codec::change_bytes(&shape).into(), hash: change.hash, change: Arc::new(shape) }
}

impl Server {
    pub fn new() -> Self {
        Self {
            now: 0,
            journal: Vec::new(),
            rows: Vec::new(),
            inbox: BTreeMap::new(),
            admitted: BTreeMap::new(),
            states: BTreeMap::new(),
            branches: vec![Branch { id: TimelineId([0; 16]), from: 0 }],
            erased: BTreeMap::new(),
            workflow: workflow(),
        }
    }

    pub fn state(&self, record: RecordId) -> State {
        self.states.get(&record).map_or_else(|| State::new(record), |b| read_state(b).unwrap())
    }

    pub fn held(&self) -> BTreeMap<RecordId, State> {
        self.states.keys().map(|r| (*r, self.state(*r))).collect()
    }

    pub fn is_erased(&self, record: RecordId, names: &[Name]) -> bool {
        self.erased.get(&record).is_some_and(|e| names.iter().any(|n| e.names.contains(n)))
    }

    pub fn row_of(&self, names: &[Name]) -> Option<&Row> {
        names.iter().find_map(|n| self.inbox.get(n)).map(|i| &self.rows[*i])
    }

    /// One delivery. The same body under a new name is an alias, never a second entry.
    pub fn receive(&mut self, change: &SealedChange, verdict: Verdict) -> Verdict {
        let (names, id) = (change.names(), change.name());
        if let Some(at) = names.iter().find_map(|n| self.inbox.get(n)).copied() {
            self.learn_names(at, &names);
            return self.rows[at].verdict;
        }
        let same_dot = |r: &Row| (r.change.change.replica, r.change.change.seq) == (id.replica, id.seq);
        if self.rows.iter().any(same_dot) {
            return Verdict::Clash;
        }
        let erased = self.is_erased(change.change.record, &names);
        let change = if erased { blank(change) } else { change.clone() };
        let mut row = Row { change, names, verdict, at: Timestamp(self.now) };
        if !erased && verdict == Verdict::Applied && self.must_wait(&row) {
            row.verdict = Verdict::Quarantined;
        }
        self.take(row)
    }

    /// Admission of a body in whatever order, with no guard against clones or erasures: laws of merging only.
    pub fn admit_any(&mut self, change: &SealedChange) {
        let names = change.names();
        if let Some(at) = names.iter().find_map(|n| self.inbox.get(n)).copied() {
            self.learn_names(at, &names);
        } else {
            self.take(Row { change: change.clone(), names, verdict: Verdict::Applied, at: Timestamp(self.now) });
        }
    }

    fn take(&mut self, row: Row) -> Verdict {
        let (verdict, at) = (row.verdict, self.rows.len());
        self.inbox.extend(row.names.iter().map(|n| (*n, at)));
        self.rows.push(row);
        if verdict == Verdict::Applied {
            self.admit(at);
        }
        verdict
    }

    fn learn_names(&mut self, at: usize, names: &[Name]) {
        for name in names.iter().filter(|n| !self.inbox.contains_key(n)).copied().collect::<Vec<_>>() {
            self.inbox.insert(name, at);
            let row = &mut self.rows[at];
            row.names = tidy(row.names.iter().copied().chain([name]).collect());
            if row.verdict != Verdict::Applied {
                continue;
            }
            let (record, of) = (row.change.change.record, row.change.name());
            self.admitted.insert(name, self.admitted[&of]);
            if self.is_erased(record, &[of]) {
                self.erased.entry(record).or_default().names.insert(name);
            }
            self.append(record, Entry::Alias { pos: self.journal.len() as u64 + 1, alias: name, of });
        }
    }

    fn must_wait(&self, row: &Row) -> bool {
        let change = &row.change.change;
        let waiting = |r: &Row| {
            let c = &r.change.change;
            r.verdict == Verdict::Quarantined
                && r.has_step()
                && (c.record, c.replica) == (change.record, change.replica)
        };
        (row.has_step() && self.rows.iter().any(waiting))
            || self.erased.get(&change.record).is_some_and(|e| change.heard.0 < e.at)
    }

    /// A supervisor's word on a quarantined change and on the steps that wait with it.
    pub fn decide(&mut self, at: usize, approve: bool) {
        let it = self.rows[at].clone();
        let key = |r: &Row| (r.change.change.record, r.change.change.replica);
        let mut together: Vec<usize> = (0..self.rows.len())
            .filter(|i| {
                let r = &self.rows[*i];
                *i == at || (it.has_step() && r.has_step() && r.verdict == Verdict::Quarantined && key(r) == key(&it))
            })
            .collect();
        together.sort_by_key(|i| self.rows[*i].change.name());
        for i in together {
            self.rows[i].verdict = if approve { Verdict::Applied } else { Verdict::Declined };
            if approve {
                self.admit(i);
            }
        }
    }

    fn admit(&mut self, at: usize) {
        let row = self.rows[at].clone();
        let (change, id) = (row.change.change.clone(), row.change.name());
        let circumstances = Circumstances {
            pos: self.journal.len() as u64 + 1,
            received_at: Timestamp(self.now),
            first_received_at: row.at,
            workflow: &self.workflow,
            branches: &self.branches,
            approved_by: None,
        };
        let look_up = |name: Name| Ok::<_, Infallible>(self.known(name));
        let Ok(mut stamps) = admit(&self.state(change.record), &change, &circumstances, look_up);
        stamps.erased = self.is_erased(change.record, &row.names);
        self.admitted.extend(row.names.iter().map(|n| (*n, self.journal.len())));
        self.append(change.record, Entry::Change { stamps, change: row.change, names: row.names, id });
    }

    fn known(&self, name: Name) -> Option<Known> {
        if let Some((_, Entry::Change { stamps, .. })) = self.admitted.get(&name).map(|at| &self.journal[*at]) {
            return Some(Known::Admitted(stamps.effective));
        }
        self.inbox.get(&name).map(|at| Known::Waiting(Some(self.rows[*at].change.change.clone())))
    }

    fn append(&mut self, record: RecordId, entry: Entry) {
        let mut state = self.state(record);
        fold::apply(&mut state, &entry);
        self.states.insert(record, state_bytes(&state));
        self.journal.push((record, entry));
    }

    /// Blanks the body, keeps its shape, folds the record again.
    pub fn erase(&mut self, at: usize) {
        let pos = self.journal.len() as u64 + 1;
        let record = self.journal[at].0;
        let gone: BTreeSet<Name> = self.admitted.iter().filter(|(_, i)| **i == at).map(|(n, _)| *n).collect();
        if let Entry::Change { stamps, change, .. } = &mut self.journal[at].1 {
            stamps.erased = true;
            *change = blank(change);
        }
        for row in self.rows.iter_mut().filter(|r| r.names.iter().any(|n| gone.contains(n))) {
            row.change = blank(&row.change);
        }
        let list = self.erased.entry(record).or_default();
        list.names.extend(gone);
        list.at = self.now;
        self.journal.push((record, Entry::Erase { pos, erasure: None }));
        self.states.insert(record, state_bytes(&self.fold(record)));
    }

    /// The record's entries folded from nothing.
    pub fn fold(&self, record: RecordId) -> State {
        fold::fold(record, self.journal.iter().filter(|(r, _)| *r == record).map(|(_, e)| e))
    }

    pub fn backup(&self) -> Backup {
        Backup { journal: self.journal.len(), rows: self.rows.clone(), inbox: self.inbox.clone() }
    }

    /// An older copy takes the database's place: a new timeline; erasures are made again.
    pub fn restore(&mut self, backup: &Backup) {
        self.journal.truncate(backup.journal);
        (self.rows, self.inbox) = (backup.rows.clone(), backup.inbox.clone());
        let mark = u8::try_from(self.branches.len()).unwrap();
        self.branches.push(Branch { id: TimelineId([mark; 16]), from: backup.journal as u64 });
        for i in 0..self.rows.len() {
            if self.is_erased(self.rows[i].change.change.record, &self.rows[i].names) {
                self.rows[i].change = blank(&self.rows[i].change);
            }
        }
        self.admitted.clear();
        for i in 0..self.journal.len() {
            let (record, entry) = self.journal[i].clone();
            match entry {
                Entry::Change { mut stamps, change, names, id } => {
                    self.admitted.extend(names.iter().map(|n| (*n, i)));
                    if self.is_erased(record, &names) {
                        stamps.erased = true;
                        self.journal[i].1 = Entry::Change { stamps, change: blank(&change), names, id };
                    }
                }
                Entry::Alias { alias, of, .. } => {
                    self.admitted.insert(alias, self.admitted[&of]);
                }
                Entry::Carried { .. } | Entry::Erase { .. } => {}
            }
        }
        let records: BTreeSet<RecordId> = self.journal.iter().map(|(r, _)| *r).collect();
        self.states = records.into_iter().map(|r| (r, state_bytes(&self.fold(r)))).collect();
    }

    /// All names by which the journal knows a body.
    pub fn all_names(&self, id: Name) -> Vec<Name> {
        let Some(at) = self.admitted.get(&id) else { return vec![id] };
        self.admitted.iter().filter(|(_, i)| *i == at).map(|(n, _)| *n).collect()
    }

    /// Whether the change wrote the place and had seen one of the names there.
    pub fn has_seen(change: &SealedChange, within: Option<&str>, field: &str, names: &[Name]) -> bool {
        change.change.ops.iter().any(|op| match op {
            Op::Put { field: f, within: w, seen, .. } => {
                f == field && w.as_deref() == within && hits(names, seen.as_ref().unwrap_or(&change.change.seen))
            }
            _ => false,
        })
    }
}
