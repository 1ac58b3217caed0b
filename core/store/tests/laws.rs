//! Laws of the phone under random saves, pushes, pulls, losses, kills, moves, refusals and restores.
//!
//! Two phones and a server in memory. After every step: what a person typed is in their view, replaced by a change
//! that saw it, or listed (invariant 1); a record that only one phone writes never disagrees with itself (2). At the
//! end everything is settled, the rows held are the scope (7), and views built again are the same bytes.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]
#![allow(clippy::expect_used, reason = "the same")]

mod desk;

use desk::{Desk, SPACE, Server, record, refused};
use gridwalk_model::exchange::{Page, PullRequest, Verdict};
use gridwalk_model::name::hits;
use gridwalk_model::state_codec::state_bytes;
use gridwalk_model::wish::Wish;
use gridwalk_model::{Basis, Name, RecordId, ReplicaId};
use gridwalk_store::{Left, PageOutcome};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const FIELDS: [&str; 2] = ["name", "address"];
/// Records that only the first phone writes, only the second, both.
const RECORDS: u8 = 6;

#[derive(Debug, Clone)]
enum Step {
    Save { phone: usize, record: u8, field: usize },
    Open { phone: usize, record: u8, field: usize },
    SaveDraft { phone: usize, nth: usize },
    Correct { phone: usize },
    Push { phone: usize, lose: bool },
    Pull { phone: usize, lose: bool, keep: bool },
    Late { nth: usize },
    Kill { phone: usize, copied: bool },
    Hide { phone: usize, record: u8, hide: bool },
    Recut { phone: usize },
    Judge { how: u8 },
    Decide { approve: bool },
    Backup,
    Restore,
    Safe,
}

fn step() -> impl Strategy<Value = Step> {
    let phone = 0..2_usize;
    let at = (phone.clone(), 0..RECORDS, 0..FIELDS.len());
    prop_oneof![
        8 => at.clone().prop_map(|(phone, record, field)| Step::Save { phone, record, field }),
        3 => at.prop_map(|(phone, record, field)| Step::Open { phone, record, field }),
        3 => (phone.clone(), 0..4_usize).prop_map(|(phone, nth)| Step::SaveDraft { phone, nth }),
        2 => phone.clone().prop_map(|phone| Step::Correct { phone }),
        8 => (phone.clone(), prop::bool::weighted(0.3)).prop_map(|(phone, lose)| Step::Push { phone, lose }),
        10 => (phone.clone(), prop::bool::weighted(0.15), prop::bool::weighted(0.2))
            .prop_map(|(phone, lose, keep)| Step::Pull { phone, lose, keep }),
        2 => (0..4_usize).prop_map(|nth| Step::Late { nth }),
        2 => (phone.clone(), prop::bool::weighted(0.3)).prop_map(|(phone, copied)| Step::Kill { phone, copied }),
        3 => (phone.clone(), 0..RECORDS, any::<bool>()).prop_map(|(phone, record, hide)| Step::Hide { phone, record, hide }),
        1 => phone.prop_map(|phone| Step::Recut { phone }),
        3 => (0..5_u8).prop_map(|how| Step::Judge { how }),
        2 => any::<bool>().prop_map(|approve| Step::Decide { approve }),
        1 => Just(Step::Backup),
        1 => Just(Step::Restore),
        1 => Just(Step::Safe),
    ]
}

/// One value that somebody typed.
struct Typed {
    phone: usize,
    record: RecordId,
    field: usize,
    text: String,
    save: u64,
    /// All names that its body ever had.
    names: Vec<Name>,
    seen: Vec<Name>,
    corrected: bool,
}

struct Open {
    phone: usize,
    basis: Basis,
    field: usize,
}

struct World {
    phones: Vec<Desk>,
    server: Server,
    backup: Server,
    typed: Vec<Typed>,
    drafts: Vec<Open>,
    late: Vec<(usize, PullRequest, Page)>,
    restores: u8,
}

impl World {
    fn new() -> Self {
        let mut server = Server::default();
        server.rows_max = 2;
        Self {
            phones: vec![Desk::number(1), Desk::number(2)],
            backup: server.clone(),
            server,
            typed: Vec::new(),
            drafts: Vec::new(),
            late: Vec::new(),
            restores: 0,
        }
    }

    fn may_write(phone: usize, n: u8) -> bool {
        usize::from(n / 2) == phone || n >= 4
    }

    /// People type on what a list shows them, or make something new.
    fn can_type(&self, phone: usize, n: u8) -> bool {
        let new = || !self.typed.iter().any(|t| t.phone == phone && t.record == record(n));
        Self::may_write(phone, n) && (self.phones[phone].store.row(record(n)).unwrap().is_some() || new())
    }

    fn save(&mut self, phone: usize, basis: Basis, field: usize, instead_of: Option<u64>) {
        let desk = &self.phones[phone];
        let text = format!("v{}", self.typed.len());
        let record = basis.record;
        let mut request = desk.request(record, &[Wish::put(FIELDS[field], text.as_str())], basis);
        request.instead_of = instead_of;
        let saved = desk.store.save(&request).unwrap();
        let change = desk.store.outbox().unwrap().into_iter().find(|o| o.save == saved.save).unwrap().change;
        let seen = change.change.seen.clone();
        let names = vec![saved.name];
        self.typed.push(Typed { phone, record, field, text, save: saved.save, names, seen, corrected: false });
    }

    /// Names that restamping added.
    fn learn_names(&mut self) {
        for (phone, desk) in self.phones.iter().enumerate() {
            for left in desk.store.hand_over().unwrap().0 {
                let Left::Change { save, change, .. } = left else { continue };
                let typed = self.typed.iter_mut().find(|t| t.phone == phone && t.save == save).unwrap();
                assert!(hits(&typed.names, &change.names()), "a restamped change keeps its names");
                typed.names.extend(change.names());
            }
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Save { phone, record: n, field } if self.can_type(phone, n) => {
                let desk = &self.phones[phone];
                let basis = desk.store.begin(record(n), desk.now()).unwrap();
                self.save(phone, basis, field, None);
            }
            Step::Open { phone, record: n, field } if self.can_type(phone, n) && self.drafts.len() < 4 => {
                let basis = self.phones[phone].open_draft(record(n));
                self.drafts.push(Open { phone, basis, field });
            }
            Step::SaveDraft { phone, nth } => {
                let mine: Vec<usize> = (0..self.drafts.len()).filter(|d| self.drafts[*d].phone == phone).collect();
                if let Some(at) = mine.get(nth % mine.len().max(1)) {
                    let open = self.drafts.remove(*at);
                    self.save(phone, open.basis, open.field, None);
                }
            }
            Step::Correct { phone } => self.correct(phone),
            Step::Push { phone, lose } => {
                for frame in self.phones[phone].store.frames(None, 2).unwrap() {
                    let answer = self.server.push(&frame);
                    if !lose {
                        self.phones[phone].take(&frame, answer);
                    }
                }
            }
            Step::Pull { phone, lose, keep } => {
                let request = self.phones[phone].store.pull_request(SPACE).unwrap();
                let page = self.server.page(&request, self.phones[phone].author);
                if !lose {
                    self.phones[phone].store.apply_page(&request, &page).unwrap();
                }
                if lose || keep {
                    self.late.push((phone, request, page));
                }
            }
            Step::Late { nth } if !self.late.is_empty() => {
                let (phone, request, page) = self.late.remove(nth % self.late.len());
                self.phones[phone].store.apply_page(&request, &page).unwrap();
            }
            Step::Kill { phone, copied } => {
                if copied {
                    self.phones[phone].mark.set([0xee; 16]);
                }
                self.phones[phone].reopen();
            }
            Step::Hide { phone, record: n, hide } => self.server.hide(self.phones[phone].author, record(n), hide),
            Step::Recut { phone } => self.server.recut(self.phones[phone].author),
            Step::Judge { how } => {
                self.server.judge = match how {
                    0 => refused("not_in_scope"),
                    1 => Verdict::Quarantined,
                    _ => Verdict::Applied,
                }
            }
            Step::Decide { approve } => self.server.decide(approve),
            Step::Backup => self.backup = self.server.clone(),
            Step::Restore if self.restores < 3 => {
                self.restores += 1;
                self.server = self.backup.restored(0x80 + self.restores);
                self.backup = self.server.clone();
            }
            Step::Safe => self.server.safe_pos = self.backup.pos.min(self.server.pos),
            _ => {}
        }
    }

    fn correct(&mut self, phone: usize) {
        let desk = &self.phones[phone];
        let Some(item) = desk.store.attention().unwrap().into_iter().next() else { return };
        let basis = desk.store.begin(item.record, desk.now()).unwrap();
        let original = self.typed.iter_mut().find(|t| t.phone == phone && t.save == item.save).unwrap();
        original.corrected = true;
        let field = original.field;
        self.save(phone, basis, field, Some(item.save));
    }

    /// No dot names two bodies.
    fn check_dots(&self) {
        let mut bodies: BTreeMap<(ReplicaId, u64), usize> = BTreeMap::new();
        for (nth, typed) in self.typed.iter().enumerate() {
            for name in &typed.names {
                let first = *bodies.entry((name.replica, name.seq)).or_insert(nth);
                assert_eq!(first, nth, "a seq was given out twice");
            }
        }
    }

    /// Invariant 1, and invariant 2 where one phone writes alone.
    fn check(&mut self) {
        self.learn_names();
        self.check_dots();
        for (phone, desk) in self.phones.iter().enumerate() {
            let outbox = desk.store.outbox().unwrap();
            let left = desk.store.hand_over().unwrap().1;
            let kept: BTreeSet<u64> = left.changes.iter().map(|(save, _)| *save).collect();
            let listed: BTreeSet<u64> = desk.store.attention().unwrap().iter().map(|a| a.save).collect();
            for typed in self.typed.iter().filter(|t| t.phone == phone && !t.corrected && !listed.contains(&t.save)) {
                let own = outbox.iter().find(|o| o.save == typed.save);
                if own.is_none() && desk.store.confirmed(typed.record).unwrap().is_none() {
                    let given = typed.names.iter().any(|n| self.server.has_received(*n));
                    assert!(given || kept.contains(&typed.save), "invariant 1: {} is nowhere", typed.text);
                    continue;
                }
                let shown = desk.text(typed.record, FIELDS[typed.field]).contains(&typed.text);
                let replaced = self
                    .typed
                    .iter()
                    .any(|w| w.record == typed.record && w.field == typed.field && hits(&w.seen, &typed.names));
                assert!(shown || replaced, "invariant 1: {} is not in its author's view", typed.text);
            }
            for n in (0..4).filter(|n| Self::may_write(phone, *n)) {
                for field in FIELDS {
                    let values = desk.text(record(n), field);
                    assert!(values.len() < 2, "invariant 2: {n} disagrees with itself: {values:?}");
                }
            }
        }
        for n in 0..4 {
            let heads = self.server.states.get(&record(n)).into_iter().flat_map(|s| s.fields.values());
            assert!(heads.clone().all(|r| r.heads.len() < 2), "invariant 2 at the server: {n}");
        }
    }

    /// Everything gets through.
    fn heal(&mut self) {
        self.server.judge = Verdict::Applied;
        for open in std::mem::take(&mut self.drafts) {
            self.save(open.phone, open.basis, open.field, None);
        }
        for _ in 0..6 {
            for phone in 0..2 {
                self.phones[phone].sync(&mut self.server);
            }
            self.server.decide(true);
            self.check();
        }
        for desk in &self.phones {
            assert!(desk.store.outbox().unwrap().is_empty(), "no queue waits");
            assert_eq!(desk.pull(&self.server).mismatch, None);
            assert_eq!(desk.store.counts().unwrap().leaving, 0, "nothing stays leaving");
            for (record, state) in self.server.scope(desk.author) {
                let held = desk.store.confirmed(record).unwrap();
                let held = held.expect("invariant 7: in scope and not held");
                assert_eq!(state_bytes(&held), state_bytes(&state));
            }
            let held = desk.store.counts().unwrap().records;
            assert_eq!(held, self.server.scope(desk.author).len() as u64, "invariant 7: held beyond the scope");
        }
    }
}

/// Everything that the views hold, ids of rows left out.
fn dump(desk: &Desk) -> Vec<String> {
    let db = desk.raw();
    db.execute_batch(include_str!("laws/vocabulary.sql")).unwrap();
    let mut lines = Vec::new();
    for sql in include_str!("laws/dump.sql").split(';').filter(|s| !s.trim().is_empty()) {
        let mut statement = db.prepare(sql).unwrap();
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> =
                (0..width).map(|i| format!("{:?}", row.get::<_, rusqlite::types::Value>(i).unwrap())).collect();
            lines.push(cells.join("|"));
        }
    }
    lines
}

fn run(steps: &[Step]) {
    run_in(World::new(), steps);
}

fn run_in(mut world: World, steps: &[Step]) {
    for step in steps {
        world.take(step);
        world.check();
    }
    rebuilt_is_the_same(&world);
    world.heal();
    rebuilt_is_the_same(&world);
}

fn rebuilt_is_the_same(world: &World) {
    for desk in &world.phones {
        let before = dump(desk);
        desk.store.rebuild_views(|_, _| {}).unwrap();
        similar_asserts::assert_eq!(before, dump(desk));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_typed_is_lost_and_the_rows_held_are_the_scope(steps in prop::collection::vec(step(), 10..70)) {
        run(&steps);
    }
}

#[test]
fn views_with_everything_in_them_are_rebuilt_the_same() {
    let (desk, mut server) = (Desk::new(), Server::default());
    for n in 1..=8 {
        desk.save(record(n), &[Wish::put("name", format!("楼{n}")), Wish::put("address", "解放路 12 号")]);
    }
    desk.sync(&mut server);
    let point = gridwalk_model::geo::Point::from_degrees(34.6, 119.2).unwrap();
    desk.save(record(1), &[Wish::put("point", point.to_value())]);
    desk.save(record(2), &[Wish::Link { other: record(3) }]);
    desk.save(record(3), &[Wish::Link { other: record(2) }]);
    desk.save(record(4), &[Wish::Delete]);
    desk.open_draft(record(5));
    server.hide(desk.author, record(5), true);
    server.hide(desk.author, record(6), true);
    desk.sync(&mut server);
    desk.save(record(9), &[Wish::put("name", "新")]);
    let request = desk.store.pull_request(SPACE).unwrap();
    assert!(matches!(desk.apply(&request, &server), PageOutcome::Applied(_)));
    let before = dump(&desk);
    assert!(before.len() > 100, "{}", before.len());
    let mut told = Vec::new();
    desk.store.rebuild_views(|done, total| told.push((done, total))).unwrap();
    similar_asserts::assert_eq!(before, dump(&desk));
    assert_eq!(told.last().map(|t| t.0), told.last().map(|t| t.1));
}

/// Each planted bug is found, and the laws hold on the same schedules without it.
#[cfg(feature = "planted")]
mod planted {
    use super::*;
    use gridwalk_store::Planted;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    const SCHEDULES_MAX: usize = 400;

    fn schedules_until_found(bug: Planted) -> Option<usize> {
        let mut runner = TestRunner::deterministic();
        let schedules = prop::collection::vec(step(), 20..70);
        (1..=SCHEDULES_MAX).find(|_| {
            let steps = schedules.new_tree(&mut runner).unwrap().current();
            let mut world = World::new();
            for desk in &mut world.phones {
                desk.plant(bug);
            }
            catch_unwind(AssertUnwindSafe(|| run_in(world, &steps))).is_err()
        })
    }

    #[test]
    fn each_planted_bug_is_found() {
        for bug in [
            Planted::OutboxDroppedOnVerdict,
            Planted::HeadsDropped,
            Planted::LeftSkippedWhenPending,
            Planted::SeqReused,
            Planted::AcknowledgedByWatermark,
        ] {
            let found = schedules_until_found(bug);
            println!("{bug:?}: {found:?}");
            assert!(found.is_some(), "{bug:?} was not found in {SCHEDULES_MAX} schedules");
        }
    }
}
