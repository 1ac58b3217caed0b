//! A server in memory: inbox, verdicts, journal, states, scope and pages of one space.

use super::SPACE;
use gridwalk_model::admission::{Branch, Circumstances, Known, admit};
use gridwalk_model::exchange::{
    Backfill, BackfillPlace, Epoch, Key, NamedVerdict, Page, PageRow, PullRequest, PushReply, Receipt, Verdict,
    digest_share,
};
use gridwalk_model::hash::Hash;
use gridwalk_model::journal::Entry;
use gridwalk_model::state_codec::{FOLD_VERSION, state_bytes};
use gridwalk_model::{
    AccountId, Name, RecordId, ReplicaId, SealedChange, State, TimelineId, Timestamp, UnitId, fold, kind,
};
use gridwalk_store::Outgoing;
use std::collections::{BTreeMap, BTreeSet};

/// The whole frame fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Another body bears this seq.
    Clash(u64),
    /// This seq comes next.
    Gap(u64),
}

#[derive(Debug, Clone)]
struct Received {
    hash: Hash,
    change: Option<SealedChange>,
    /// The dot that the body was first received under.
    canon: (ReplicaId, u64),
    verdict: Verdict,
    pos: u64,
}

/// The server.
#[derive(Debug, Clone)]
pub struct Server {
    pub branches: Vec<Branch>,
    pub pos: u64,
    pub now: i64,
    inbox: BTreeMap<(ReplicaId, u64), Received>,
    upto: BTreeMap<ReplicaId, u64>,
    bodies: BTreeMap<Name, (ReplicaId, u64)>,
    pub states: BTreeMap<RecordId, State>,
    /// Pos of each record's last audience change.
    moved: BTreeMap<RecordId, u64>,
    effective: BTreeMap<Name, Timestamp>,
    /// Bodies admitted, by first name: each at most once.
    pub journal: Vec<Name>,
    /// Records outside each account's scope.
    pub hidden: BTreeMap<AccountId, BTreeSet<RecordId>>,
    epoch: BTreeMap<AccountId, u64>,
    /// What the next changes get.
    pub judge: Verdict,
    pub rows_max: usize,
    pub safe_pos: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            branches: vec![Branch { id: TimelineId([0x71; 16]), from: 0 }],
            pos: 0,
            now: 10_000,
            inbox: BTreeMap::new(),
            upto: BTreeMap::new(),
            bodies: BTreeMap::new(),
            states: BTreeMap::new(),
            moved: BTreeMap::new(),
            effective: BTreeMap::new(),
            journal: Vec::new(),
            hidden: BTreeMap::new(),
            epoch: BTreeMap::new(),
            judge: Verdict::Applied,
            rows_max: 1000,
            safe_pos: 0,
        }
    }
}

impl Server {
    pub fn timeline(&self) -> TimelineId {
        self.branches.last().unwrap().id
    }

    fn bump(&mut self) -> u64 {
        self.pos += 1;
        self.now += 1;
        self.pos
    }

    /// This image is put back: a new timeline branches off it.
    pub fn restored(&self, mark: u8) -> Self {
        let mut server = self.clone();
        server.branches.push(Branch { id: TimelineId([mark; 16]), from: self.pos });
        server
    }

    pub fn push(&mut self, frame: &Outgoing) -> Result<PushReply, Problem> {
        let mut verdicts = Vec::new();
        for item in &frame.items {
            let dot = (frame.replica, item.seq);
            let next = self.upto.get(&frame.replica).copied().unwrap_or(0) + 1;
            match self.inbox.get(&dot) {
                Some(r) if r.hash != item.hash => return Err(Problem::Clash(item.seq)),
                Some(_) => {}
                None if item.seq > next => return Err(Problem::Gap(next)),
                None => self.receive(dot, item.hash, item.body.as_deref()),
            }
            if item.body.is_none() {
                self.withdraw(dot);
            }
            let canon = &self.inbox[&self.inbox[&dot].canon];
            let name = Name { replica: dot.0, seq: dot.1, mark: item.hash.mark() };
            verdicts.push(NamedVerdict { name, verdict: canon.verdict.clone(), pos: canon.pos });
        }
        let upto = self.upto.get(&frame.replica).copied().unwrap_or(0);
        let chain = self.inbox.get(&(frame.replica, upto)).map(|r| r.hash).unwrap_or_default();
        let receipt =
            Receipt { space: SPACE, replica: frame.replica, upto, chain, at: Timestamp(self.now), signature: [0; 64] };
        Ok(PushReply { timeline: self.timeline(), verdicts, receipt })
    }

    fn receive(&mut self, dot: (ReplicaId, u64), hash: Hash, body: Option<&[u8]>) {
        self.upto.insert(dot.0, dot.1);
        let change = body.map(|b| SealedChange::open(b).unwrap());
        let names = change
            .as_ref()
            .map_or_else(|| vec![Name { replica: dot.0, seq: dot.1, mark: hash.mark() }], SealedChange::names);
        let canon = names.iter().find_map(|n| self.bodies.get(n)).copied().unwrap_or(dot);
        for name in names {
            self.bodies.entry(name).or_insert(canon);
        }
        let verdict = if change.is_none() { super::refused("withdrawn") } else { self.judge.clone() };
        let apply = canon == dot && verdict == Verdict::Applied;
        let pos = if canon == dot { self.bump() } else { self.inbox[&canon].pos };
        self.inbox.insert(dot, Received { hash, change, canon, verdict, pos });
        if apply {
            self.admit(dot);
        } else if canon != dot {
            self.alias(canon, dot);
        }
    }

    fn alias(&mut self, canon: (ReplicaId, u64), dot: (ReplicaId, u64)) {
        let (of, alias) = (self.name(canon), self.name(dot));
        let Some(change) = self.inbox[&canon].change.clone() else { return };
        let record = change.change.record;
        if self.inbox[&canon].verdict == Verdict::Applied {
            let pos = self.bump();
            fold::apply(self.states.get_mut(&record).unwrap(), &Entry::Alias { pos, alias, of });
            self.moved.insert(record, pos);
        }
    }

    fn name(&self, dot: (ReplicaId, u64)) -> Name {
        Name { replica: dot.0, seq: dot.1, mark: self.inbox[&dot].hash.mark() }
    }

    fn withdraw(&mut self, dot: (ReplicaId, u64)) {
        let canon = self.inbox[&dot].canon;
        if self.inbox[&canon].verdict == Verdict::Quarantined {
            self.set(canon, Verdict::Declined { reason: "withdrawn".into() });
        }
    }

    fn set(&mut self, dot: (ReplicaId, u64), verdict: Verdict) {
        let pos = self.bump();
        let received = self.inbox.get_mut(&dot).unwrap();
        received.verdict = verdict;
        received.pos = pos;
    }

    fn admit(&mut self, dot: (ReplicaId, u64)) {
        let received = self.inbox[&dot].clone();
        let change = received.change.clone().unwrap();
        let c = change.change.clone();
        let state = self.states.entry(c.record).or_insert_with(|| State::new(c.record));
        let at = Circumstances {
            pos: received.pos,
            received_at: Timestamp(self.now),
            first_received_at: Timestamp(self.now),
            workflow: kind::workflow_of(&c.kind),
            branches: &self.branches,
            approved_by: None,
        };
        let (bodies, inbox, effective) = (&self.bodies, &self.inbox, &self.effective);
        let stamps = admit(state, &c, &at, |name| {
            let Some(found) = bodies.get(&name).and_then(|canon| inbox.get(canon)) else { return Ok::<_, ()>(None) };
            let canon = Name { replica: found.canon.0, seq: found.canon.1, mark: found.hash.mark() };
            Ok(Some(match effective.get(&canon) {
                Some(at) => Known::Admitted(*at),
                None => Known::Waiting(found.change.as_ref().map(|c| c.change.clone())),
            }))
        })
        .unwrap();
        self.effective.insert(change.name(), stamps.effective);
        let first = *change.names().first().unwrap();
        assert!(!change.names().iter().any(|n| self.journal.contains(n)), "a body is journalled once");
        self.journal.push(first);
        fold::apply(self.states.get_mut(&c.record).unwrap(), &Entry::admitted(stamps, change));
        self.moved.insert(c.record, received.pos);
    }

    /// Whether a body of this name lies here, whatever became of it.
    pub fn has_received(&self, name: Name) -> bool {
        self.bodies.contains_key(&name)
    }

    /// A supervisor decides everything that waits.
    pub fn decide(&mut self, approve: bool) {
        self.decide_some(usize::MAX, approve);
    }

    /// A supervisor decides the first thing that waits.
    pub fn decide_first(&mut self, approve: bool) {
        self.decide_some(1, approve);
    }

    fn decide_some(&mut self, most: usize, approve: bool) {
        let waiting: Vec<_> = self
            .inbox
            .iter()
            .filter(|(d, r)| r.canon == **d && r.verdict == Verdict::Quarantined)
            .map(|(d, _)| *d)
            .take(most)
            .collect();
        for dot in waiting {
            if approve {
                self.set(dot, Verdict::Applied);
                self.admit(dot);
            } else {
                self.set(dot, Verdict::Declined { reason: "not so".into() });
            }
        }
    }

    /// Hides a record from an account, or shows it again, as a move out of or into its scope does.
    pub fn hide(&mut self, account: AccountId, record: RecordId, hide: bool) {
        let hidden = self.hidden.entry(account).or_default();
        let changed = if hide { hidden.insert(record) } else { hidden.remove(&record) };
        if changed && self.states.contains_key(&record) {
            let pos = self.bump();
            self.moved.insert(record, pos);
        }
    }

    /// The account's scope is cut anew: everything is served again, and what is not is swept.
    pub fn recut(&mut self, account: AccountId) {
        *self.epoch.entry(account).or_default() += 1;
    }

    pub fn sees(&self, account: AccountId, record: RecordId) -> bool {
        !self.hidden.get(&account).is_some_and(|h| h.contains(&record))
    }

    /// Everything in an account's scope.
    pub fn scope(&self, account: AccountId) -> BTreeMap<RecordId, State> {
        self.states.iter().filter(|(r, _)| self.sees(account, **r)).map(|(r, s)| (*r, s.clone())).collect()
    }

    pub fn page(&self, request: &PullRequest, account: AccountId) -> Page {
        let timeline = self.timeline();
        let epoch = Epoch { timeline, n: self.epoch.get(&account).copied().unwrap_or(0) };
        let (mut cursor, mut backfill) = match request.cursor {
            Some((t, pos)) if t == timeline => (pos, request.backfill),
            _ => (self.pos, Backfill::Start),
        };
        if request.epoch != Some(epoch) {
            backfill = Backfill::Start;
        }
        let mut tail: Vec<(u64, RecordId)> =
            self.moved.iter().filter(|(_, p)| **p > cursor).map(|(r, p)| (*p, *r)).collect();
        tail.sort_unstable();
        let at_head = tail.len() <= self.rows_max;
        tail.truncate(self.rows_max);
        cursor = if at_head { self.pos } else { tail.last().unwrap().0 };
        let mut records: BTreeSet<RecordId> = tail.into_iter().map(|(_, r)| r).collect();
        let key = Key::unit(UnitId([0x61; 16]));
        if at_head && backfill != Backfill::Done {
            let after = if let Backfill::After(place) = backfill { Some(place.record) } else { None };
            let rest: Vec<RecordId> =
                self.scope(account).into_keys().filter(|r| after.is_none_or(|a| *r > a)).collect();
            let served: Vec<RecordId> = rest.iter().copied().take(self.rows_max).collect();
            backfill = match served.last() {
                Some(last) if served.len() < rest.len() => Backfill::After(BackfillPlace { key, record: *last }),
                _ => Backfill::Done,
            };
            records.extend(served);
        }
        let mut verdicts = Vec::new();
        for name in &request.asked {
            let Some(found) = self.inbox.get(&(name.replica, name.seq)) else { continue };
            let canon = &self.inbox[&found.canon];
            let name = Name { mark: found.hash.mark(), ..*name };
            verdicts.push(NamedVerdict { name, verdict: canon.verdict.clone(), pos: canon.pos });
            if canon.verdict == Verdict::Applied {
                records.insert(canon.change.as_ref().unwrap().change.record);
            }
        }
        let row = |record: RecordId| {
            if self.sees(account, record) {
                PageRow::State { record, state: state_bytes(&self.states[&record]).into(), held_by: vec![key] }
            } else {
                PageRow::Left { record }
            }
        };
        let complete = at_head && backfill == Backfill::Done;
        let sum = |total: u128, (r, s): (&RecordId, &State)| total.wrapping_add(digest_share(*r, s.pos, FOLD_VERSION));
        let upto = self.upto.get(&request.replica).copied().unwrap_or(0);
        Page {
            space: SPACE,
            answers: Hash::default(),
            branches: self.branches.clone(),
            epoch,
            cursor,
            at_head,
            backfill,
            now: Timestamp(self.now),
            rows: records.into_iter().filter(|r| self.states.contains_key(r)).map(row).collect(),
            verdicts,
            chain: (upto, self.inbox.get(&(request.replica, upto)).map(|r| r.hash).unwrap_or_default()),
            digest: complete.then(|| self.scope(account).iter().fold(0, sum)),
            safe_pos: self.safe_pos,
            grants: Vec::new(),
            elsewhere: Vec::new(),
            erased: Vec::new(),
        }
    }
}
