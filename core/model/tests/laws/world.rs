//! Phones that play a history against the server.
//!
//! Owns drafts, outboxes, what a form has seen, restamping. Refuses to judge what comes out. Invariant: every phone is
//! honest: what a change says it has seen stood on the screen or was written there by this phone and could still get
//! lost, with what own unsafe changes among it had seen.

use crate::history::{Event, History, Right, Wish};
use crate::server::{Backup, Server, Verdict, blank, workflow};
use gridwalk_model::admission::{Branch, predict};
use gridwalk_model::hash::Hash;
use gridwalk_model::journal::Entry;
use gridwalk_model::name::{hits, tidy};
use gridwalk_model::op::LINKS;
use gridwalk_model::{
    AccountId, Change, DeviceId, Name, Op, RecordId, ReplicaId, SealedChange, SpaceId, State, Timestamp, UnitId, Value,
};
use std::collections::BTreeMap;

/// The records that all histories are about.
pub const RECORDS: [RecordId; 2] = [RecordId([1; 16]), RecordId([2; 16])];
const FIELDS: [&str; 5] = ["f", "f", "f", "g", "last"];
const ROWS: [&str; 2] = ["rows/1", "rows/2"];
const STEPS: [(&str, &str); 4] = [("start", "doing"), ("close", "done"), ("hand", "new"), ("reopen", "doing")];

/// A form that is open.
#[derive(Debug, Clone)]
struct Draft {
    record: RecordId,
    screen: State,
    own: Vec<Name>,
    /// Own changes that could still get lost when the form was opened, or were saved since, with what they had seen.
    had_seen: Vec<(Vec<Name>, Vec<Name>)>,
    branch: Branch,
    pos: u64,
}

/// One phone.
#[derive(Debug, Clone)]
pub struct Phone {
    pub author: AccountId,
    pub replica: ReplicaId,
    pub seq: u64,
    heard: i64,
    clock_off: i64,
    pub outbox: Vec<SealedChange>,
    pub sent: Vec<SealedChange>,
    /// Refused and declined: a restored server may still take their bundled copies.
    attention: Vec<SealedChange>,
    /// How-manieth each was typed: the order of the outbox, whatever leaves it and comes back.
    typed: BTreeMap<Name, usize>,
    confirmed: BTreeMap<RecordId, State>,
    drafts: Vec<Draft>,
    branches: Vec<Branch>,
}

impl Phone {
    /// What stands on the screen.
    pub fn screen(&self, record: RecordId, now: i64) -> State {
        let nothing = State::new(record);
        let confirmed = self.confirmed.get(&record).unwrap_or(&nothing);
        let own = self.outbox.iter().filter(|c| c.change.record == record);
        predict(confirmed, own, Timestamp(now), &workflow(), &self.branches)
    }

    /// Own changes that could still get lost, or come back.
    fn own(&self) -> impl Iterator<Item = &SealedChange> {
        self.outbox.iter().chain(&self.sent).chain(&self.attention)
    }

    fn begin(&self, record: RecordId, now: i64) -> Draft {
        let pos = self.confirmed.get(&record).map_or(0, |s| s.pos);
        let branch = *self.branches.last().unwrap();
        let had_seen = self.own().map(|c| (c.names(), c.change.seen.clone())).collect();
        Draft { record, screen: self.screen(record, now), own: Vec::new(), had_seen, branch, pos }
    }
}

impl Draft {
    /// The names, and of own changes among them every name and what they had seen: also of those that were refused while
    /// the form was open.
    fn closure(&self, names: Vec<Name>) -> Vec<Name> {
        let own = self.had_seen.iter().filter(|(own, _)| hits(own, &names));
        let further: Vec<Name> = own.flat_map(|(own, seen)| own.iter().chain(seen).copied()).collect();
        tidy(names.into_iter().chain(further).collect())
    }
}

/// Server and phones in the middle of a history.
pub struct World {
    pub server: Server,
    pub phones: Vec<Phone>,
    pub backups: Vec<Backup>,
    /// Every body that was ever given to the server.
    pub arrivals: Vec<SealedChange>,
    bundles: Vec<SealedChange>,
    typed: u64,
    replicas: u8,
}

impl World {
    pub fn new(history: &History) -> Self {
        let phone = |i: u8| Phone {
            author: AccountId([i + 1; 16]),
            replica: ReplicaId([i + 1; 16]),
            seq: 0,
            heard: 0,
            clock_off: if i == 0 { history.clock_off } else { 0 },
            outbox: Vec::new(),
            sent: Vec::new(),
            attention: Vec::new(),
            typed: BTreeMap::new(),
            confirmed: BTreeMap::new(),
            drafts: Vec::new(),
            branches: Server::new().branches,
        };
        let mut world = Self {
            server: Server::new(),
            phones: (0..u8::try_from(history.phones).unwrap()).map(phone).collect(),
            backups: Vec::new(),
            arrivals: Vec::new(),
            bundles: Vec::new(),
            typed: 0,
            replicas: 100,
        };
        if history.crowd && history.phones > 1 {
            for i in 0..history.phones {
                world.save(i, false, 0, &[Wish::Put { field: 0, same: false }], 0);
                if i % 3 != 2 {
                    world.push(i, &[Right::Has]);
                }
            }
        }
        world
    }

    /// Plays one event.
    pub fn play(&mut self, tick: i64, event: &Event) {
        self.server.now += tick;
        match event {
            Event::Begin { phone, record } => {
                let (i, now) = self.phone(*phone);
                let draft = self.phones[i].begin(RECORDS[*record], now);
                self.phones[i].drafts.push(draft);
            }
            Event::Save { phone, open, record, wishes, clock } => {
                let (i, _) = self.phone(*phone);
                self.save(i, *open, *record, wishes, *clock);
            }
            Event::Push { phone, rights } => self.push(phone % self.phones.len(), rights),
            Event::Pull { phone, safe } => self.pull(phone % self.phones.len(), *safe),
            Event::Decide { pick, approve } => {
                let rows = &self.server.rows;
                let waiting = (0..rows.len()).filter(|i| rows[*i].verdict == Verdict::Quarantined);
                if let Some(at) = choose(waiting, *pick) {
                    self.server.decide(at, *approve);
                }
            }
            Event::Bundle { phone } => {
                let phone = &self.phones[phone % self.phones.len()];
                self.bundles.extend(phone.outbox.iter().take(2).cloned());
            }
            Event::Deliver { pick, right } => {
                if let Some(at) = choose(0..self.bundles.len(), *pick) {
                    let change = self.bundles.remove(at);
                    self.give(&change, *right);
                }
            }
            Event::Again { pick } => {
                if let Some(change) = self.journalled(*pick) {
                    self.server.receive(&change, Verdict::Applied);
                }
            }
            Event::Erase { pick } => {
                let journal = &self.server.journal;
                let whole = |e: &Entry| matches!(e, Entry::Change { stamps, .. } if !stamps.erased);
                if let Some(at) = choose((0..journal.len()).filter(|i| whole(&journal[*i].1)), *pick) {
                    self.server.erase(at);
                }
            }
            Event::Backup => self.backups.push(self.server.backup()),
            Event::Restore { pick } => {
                if let Some(at) = choose(0..self.backups.len(), *pick) {
                    let backup = self.backups[at].clone();
                    self.backups.retain(|b| b.journal <= backup.journal);
                    self.server.restore(&backup);
                }
            }
            Event::Restamp { phone, bundled } => {
                let i = phone % self.phones.len();
                if *bundled {
                    self.bundles.extend(self.phones[i].outbox.iter().cloned());
                }
                self.restamp(i);
            }
            Event::Clone { phone } => self.clone_of(phone % self.phones.len()),
        }
    }

    /// A whole body of the journal.
    pub fn journalled(&self, pick: usize) -> Option<SealedChange> {
        let whole = self.server.journal.iter().filter_map(|(_, e)| match e {
            Entry::Change { stamps, change, .. } if !stamps.erased => Some(change.clone()),
            _ => None,
        });
        choose(whole, pick)
    }

    fn phone(&self, pick: usize) -> (usize, i64) {
        let i = pick % self.phones.len();
        (i, self.server.now + self.phones[i].clock_off)
    }

    fn push(&mut self, i: usize, rights: &[Right]) {
        for (change, right) in self.phones[i].outbox.clone().iter().zip(rights) {
            if self.give(change, *right) == Verdict::Clash {
                self.restamp(i);
                break;
            }
        }
    }

    fn give(&mut self, change: &SealedChange, right: Right) -> Verdict {
        let verdict = match right {
            _ if self.server.is_erased(change.change.record, &change.names()) => Verdict::Applied,
            Right::Has => Verdict::Applied,
            Right::Withdrawn => Verdict::Quarantined,
            Right::None => Verdict::Refused,
        };
        self.arrivals.push(change.clone());
        self.server.receive(change, verdict)
    }

    fn pull(&mut self, i: usize, safe: bool) {
        let (server, phone) = (&self.server, &mut self.phones[i]);
        if phone.branches != server.branches {
            let (kept, mut lost): (Vec<_>, Vec<_>) =
                phone.sent.drain(..).partition(|c| server.row_of(&c.names()).is_some());
            phone.sent = kept;
            lost.append(&mut phone.outbox);
            lost.sort_by_key(|c| c.names().iter().find_map(|n| phone.typed.get(n)).copied());
            (phone.outbox, phone.branches) = (lost, server.branches.clone());
        }
        (phone.confirmed, phone.heard) = (server.held(), server.now);
        let mut stay = Vec::new();
        for change in phone.outbox.drain(..) {
            match server.row_of(&change.names()).map(|r| r.verdict) {
                None | Some(Verdict::Quarantined) => stay.push(change),
                Some(Verdict::Applied) => phone.sent.push(change),
                Some(_) => phone.attention.push(change),
            }
        }
        let oldest = self.backups.iter().map(|b| b.journal).min().unwrap_or(server.journal.len());
        let is_safe =
            |c: &SealedChange| c.names().iter().any(|n| server.admitted.get(n).is_some_and(|at| *at < oldest));
        phone.sent.retain(|c| !(safe && is_safe(c)));
        phone.outbox = stay;
        for change in phone.outbox.iter_mut().chain(&mut phone.sent).chain(&mut phone.attention) {
            if server.is_erased(change.change.record, &change.names()) {
                *change = blank(change);
            }
        }
        let forgotten = |c: &SealedChange| server.is_erased(c.change.record, &c.names());
        self.bundles.retain(|c| !forgotten(c));
    }

    /// A new replica id; what is unsent gets new names and keeps its old ones. `seen` stays as it is.
    fn restamp(&mut self, i: usize) {
        self.replicas += 1;
        let phone = &mut self.phones[i];
        (phone.replica, phone.seq) = (ReplicaId([self.replicas; 16]), 0);
        for change in &mut phone.outbox {
            phone.seq += 1;
            let again =
                Change { replica: phone.replica, seq: phone.seq, was: change.names(), ..(*change.change).clone() };
            *change = again.seal().unwrap();
            let names = change.names();
            let meant = phone.drafts.iter_mut().flat_map(|d| &mut d.had_seen).filter(|(own, _)| hits(own, &names));
            meant.for_each(|(own, _)| own.clone_from(&names));
        }
    }

    fn clone_of(&mut self, i: usize) {
        if self.phones.len() == 1 {
            return;
        }
        let Some(first) = self.phones[i].outbox.first() else { return };
        self.typed += 1;
        let other = Change {
            author: AccountId([99; 16]),
            seen: Vec::new(),
            was: Vec::new(),
            ops: vec![Op::put("f", i64::try_from(self.typed).unwrap())],
            ..(*first.change).clone()
        };
        self.give(&other.seal().unwrap(), Right::Has);
    }

    fn save(&mut self, i: usize, open: bool, record: usize, wishes: &[Wish], clock: i64) {
        let now = self.server.now + self.phones[i].clock_off + clock;
        let phone = &mut self.phones[i];
        let draft =
            if open && !phone.drafts.is_empty() { phone.drafts.remove(0) } else { phone.begin(RECORDS[record], now) };
        let other = if draft.record == RECORDS[0] { RECORDS[1] } else { RECORDS[0] };
        let link = wishes.iter().find(|w| matches!(w, Wish::Link | Wish::Unlink)).cloned();
        self.write(i, &draft, wishes, now);
        if let Some(wish) = link {
            let other_side = self.phones[i].begin(other, now);
            self.write(i, &other_side, &[wish], now);
        }
    }

    fn write(&mut self, i: usize, draft: &Draft, wishes: &[Wish], now: i64) {
        let mut form = Form { phone: &self.phones[i], draft, seen: Vec::new(), ops: Vec::new() };
        for wish in wishes {
            self.typed += 1;
            form.act(wish, self.typed);
        }
        let Form { seen, ops, .. } = form;
        if ops.is_empty() {
            return;
        }
        let phone = &mut self.phones[i];
        phone.seq += 1;
        let change = Change {
            space: SpaceId([9; 16]),
            replica: phone.replica,
            seq: phone.seq,
            prev: Hash::default(),
            record: draft.record,
            kind: "thing".to_owned(),
            unit: UnitId([8; 16]),
            author: phone.author,
            machine: phone.author == AccountId([3; 16]),
            device: DeviceId([7; 16]),
            typed_at: Timestamp(now),
            heard: Timestamp(phone.heard),
            seen: draft.closure(tidy(seen)),
            was: Vec::new(),
            instead_of: None,
            salt: [6; 16],
            ops,
            extra: Vec::new(),
        };
        let change = change.seal().unwrap();
        for open in phone.drafts.iter_mut().filter(|d| d.record == draft.record) {
            open.own.push(change.name());
            open.had_seen.push((change.names(), change.change.seen.clone()));
        }
        phone.typed.insert(change.name(), phone.typed.len());
        phone.outbox.push(change);
    }
}

/// A form being filled in: wishes become operations with the dots of the screen.
struct Form<'a> {
    phone: &'a Phone,
    draft: &'a Draft,
    seen: Vec<Name>,
    ops: Vec<Op>,
}

impl Form<'_> {
    fn act(&mut self, wish: &Wish, typed: u64) {
        let value = |same: bool| if same { Value::Int(0) } else { Value::Int(i64::try_from(typed).unwrap()) };
        let element = |e: usize| Value::Text(["k", "m", "n"][e].to_owned());
        let row = |r: usize| ROWS[r].to_owned();
        match wish {
            Wish::Put { field, same } => self.put(FIELDS[*field], Some(value(*same)), None),
            Wish::Clear { field } => self.put(FIELDS[*field], None, None),
            Wish::Cell { row, same } => self.put("n", Some(value(*same)), Some(ROWS[*row])),
            Wish::ClearCell { row } => self.put("n", None, Some(ROWS[*row])),
            Wish::AddRow { row: r } => self.ops.push(Op::AddInstance { within: row(*r) }),
            Wish::RemoveRow { row: r } => self.remove_row(row(*r)),
            Wish::Add { element: e } => self.ops.push(Op::Add { set: "tags".to_owned(), element: element(*e) }),
            Wish::Remove { element: e } => {
                let dots = self.adds_of("tags", &element(*e));
                self.ops.push(Op::Remove { set: "tags".to_owned(), dots });
            }
            Wish::Attach { element: e } => self.ops.push(Op::Attach { element: element(*e) }),
            Wish::Link => self.ops.push(Op::Link { other: self.other() }),
            Wish::Unlink => {
                let dots = self.adds_of(LINKS, &Value::Id(self.other()));
                self.ops.push(Op::Unlink { dots });
            }
            Wish::Step { step } => {
                let (step, to) = STEPS[*step];
                if !self.ops.iter().any(|o| matches!(o, Op::Step { .. })) {
                    let answers = BTreeMap::from([("why".to_owned(), value(false))]);
                    self.ops.push(Op::Step { step: step.to_owned(), to: to.to_owned(), answers });
                }
            }
            Wish::Delete => self.delete(),
            Wish::Unknown { data } => {
                self.ops.push(Op::Unknown { code: 77, raw: vec![0x82, 0x18, 77, data & 0x0f] });
            }
        }
    }

    fn other(&self) -> RecordId {
        if self.draft.record == RECORDS[0] { RECORDS[1] } else { RECORDS[0] }
    }

    fn put(&mut self, field: &str, value: Option<Value>, within: Option<&str>) {
        let same = |o: &Op| matches!(o, Op::Put { field: f, within: w, .. } if f == field && w.as_deref() == within);
        if self.ops.iter().any(same) {
            return;
        }
        let heads = self.draft.screen.register(within, field).into_iter().flat_map(|r| &r.heads);
        self.seen.extend(heads.flat_map(|h| h.tag.names.clone()));
        self.seen.extend(&self.draft.own);
        let own = self.phone.own().filter(|c| c.change.record == self.draft.record);
        let writes =
            |op: &Op| matches!(op, Op::Put { field: f, within: w, .. } if f == field && w.as_deref() == within);
        self.seen.extend(own.filter(|c| c.change.ops.iter().any(writes)).flat_map(SealedChange::names));
        self.ops.push(Op::Put { field: field.to_owned(), value, within: within.map(str::to_owned), seen: None });
    }

    fn adds_of(&self, set: &str, element: &Value) -> Vec<gridwalk_model::OpName> {
        let adds = self.draft.screen.sets.get(set).into_iter().flat_map(|s| &s.adds);
        tidy(adds.filter(|a| a.element == *element).flat_map(gridwalk_model::state::Add::names).collect())
    }

    fn remove_row(&mut self, within: String) {
        let instance = self.draft.screen.instances.get(&within).cloned().unwrap_or_default();
        let heads = instance.fields.values().flat_map(|r| &r.heads).map(|h| &h.tag);
        let found = instance.adds.iter().chain(heads).flat_map(|t| t.names.clone());
        let dots = self.draft.closure(tidy(found.chain(self.draft.own.clone()).collect()));
        self.ops.push(Op::RemoveInstance { within, dots });
    }

    fn delete(&mut self) {
        if !self.ops.is_empty() {
            return;
        }
        let unsafe_own =
            self.phone.own().filter(|c| c.change.record == self.draft.record).flat_map(SealedChange::names);
        let own = tidy(unsafe_own.chain(self.draft.own.clone()).collect());
        self.ops.push(Op::Delete { timeline: self.draft.branch.id, pos: self.draft.pos, own });
    }
}

fn choose<T>(items: impl IntoIterator<Item = T>, pick: usize) -> Option<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    if items.is_empty() { None } else { Some(items.swap_remove(pick % items.len())) }
}
