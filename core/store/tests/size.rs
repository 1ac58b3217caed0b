//! A street's whole register on one phone: small in every run, whole as a measurement
//! (`RESIDENTS=100000 cargo test --release -p gridwalk-store --test size -- --nocapture`). Times are printed, never judged.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]
#![allow(clippy::print_stdout, reason = "a measurement prints")]

mod desk;

use desk::{Desk, SPACE, UNIT};
use gridwalk_model::admission::Branch;
use gridwalk_model::exchange::{Backfill, BackfillPlace, Epoch, Key, Page, PageRow, digest_share};
use gridwalk_model::hash::Hash;
use gridwalk_model::limits::{VERIFIED_ROWS_MAX, VERIFY_TURN_MS};
use gridwalk_model::state::{Head, Register, Tag};
use gridwalk_model::state_codec::{FOLD_VERSION, state_bytes};
use gridwalk_model::{AccountId, Name, RecordId, State, TimelineId, Timestamp, Value};
use gridwalk_store::{PageOutcome, RowFilter};
use std::sync::Arc;
use std::time::Instant;

const SURNAMES: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
const GIVEN: &[&str] =
    &["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明"];

fn resident(n: u32) -> State {
    let mut id = [0; 16];
    id[12..].copy_from_slice(&n.to_be_bytes());
    let mut state = State::new(RecordId(id));
    state.kinds = vec!["resident".into()];
    state.named = vec![UNIT];
    state.pos = u64::from(n) + 1;
    let name = Name { seq: u64::from(n) + 1, ..Name::default() };
    let effective = Timestamp(i64::from(n));
    let tag = Arc::new(Tag { effective, id: name, names: vec![name], author: AccountId::default() });
    let pick = |list: &[&'static str], by: u32| list[(n / by) as usize % list.len()];
    let full = format!("{}{}{}", pick(SURNAMES, 1), pick(GIVEN, 10), pick(GIVEN, 160));
    for (field, value) in [("name", Value::Text(full)), ("phone", Value::Text(format!("139{n:08}")))] {
        let head = Head { tag: tag.clone(), value: Some(value), replaced: None, gone: false };
        state.fields.insert(field.into(), Register { heads: vec![head], early: Vec::new() });
    }
    state
}

fn fill(desk: &Desk, residents: u32, stride: u32) {
    let key = Key::unit(UNIT);
    for from in (0..residents).step_by(stride as usize) {
        let states: Vec<State> = (from..from + stride).map(resident).collect();
        let last = states.last().unwrap().record;
        let end = from + stride >= residents;
        let row = |s: &State| PageRow::State { record: s.record, state: state_bytes(s).into(), held_by: vec![key] };
        let backfill = if end { Backfill::Done } else { Backfill::After(BackfillPlace { key, record: last }) };
        take(desk, &Page { backfill, rows: states.iter().map(row).collect(), ..idle(residents) });
    }
}

/// A page to a phone that has everything.
fn idle(residents: u32) -> Page {
    let timeline = TimelineId([0x71; 16]);
    Page {
        space: SPACE,
        answers: Hash::default(),
        branches: vec![Branch { id: timeline, from: 0 }],
        epoch: Epoch { timeline, n: 0 },
        cursor: u64::from(residents),
        at_head: true,
        backfill: Backfill::Done,
        now: Timestamp(1),
        rows: Vec::new(),
        verdicts: Vec::new(),
        chain: (0, Hash::default()),
        digest: None,
        safe_pos: 0,
        grants: Vec::new(),
        elsewhere: Vec::new(),
        erased: Vec::new(),
    }
}

fn take(desk: &Desk, page: &Page) {
    let request = desk.store.pull_request(SPACE).unwrap();
    let PageOutcome::Applied(applied) = desk.store.apply_page(&request, page).unwrap() else { panic!() };
    assert_eq!(applied.mismatch, None);
}

/// What it costs to know that all rows are there: once after anything was written, and never while the phone is idle.
fn check(desk: &Desk, residents: u32) {
    let share = |n| digest_share(resident(n).record, u64::from(n) + 1, FOLD_VERSION);
    let digest = Some((0..residents).map(share).fold(0_u128, u128::wrapping_add));
    let page = |now| Page { digest, now: Timestamp(now), ..idle(residents) };
    let rows = |what: &str, now: i64| {
        let before = desk.store.rows_checked();
        timed(what, || take(desk, &page(now)));
        desk.store.rows_checked() - before
    };
    let all = u64::from(residents);
    assert_eq!(rows("a page with all rows summed", 1), all);
    assert_eq!(rows("an idle page", 2), 0);
    assert_eq!(rows("a page with the next rows verified", 1 + VERIFY_TURN_MS), all.min(VERIFIED_ROWS_MAX as u64));
    assert_eq!(rows("an idle page", 2 + VERIFY_TURN_MS), 0);
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    result
}

/// How many segments of full text are merged into one, of both tables.
fn merged_by(desk: &Desk) -> [i64; 2] {
    let of = |table: &str| format!("SELECT coalesce(max(v), 4) FROM {table}_config WHERE k = 'automerge'");
    ["view_search", "view_gram"].map(|table| desk.raw().query_row(&of(table), [], |r| r.get(0)).unwrap())
}

#[test]
fn full_text_is_merged_more_seldom_only_while_a_backfill_runs() {
    let desk = Desk::new();
    assert_eq!(merged_by(&desk), [4, 4]);
    let place = BackfillPlace { key: Key::unit(UNIT), record: RecordId([1; 16]) };
    take(&desk, &Page { backfill: Backfill::After(place), ..idle(0) });
    assert_eq!(merged_by(&desk), [8, 8]);
    take(&desk, &idle(0));
    assert_eq!(merged_by(&desk), [4, 4]);
}

/// How many residents an ordinary run has.
const FEW: u32 = 2_000;

#[test]
fn a_street_on_one_phone() {
    let residents = std::env::var("RESIDENTS").map_or(FEW, |n| n.parse().unwrap());
    let desk = Desk::new();
    timed("residents pulled", || fill(&desk, residents, 2000));
    let first = timed("first page of the list", || {
        desk.store.rows(&RowFilter { limit: 50, ..RowFilter::kind("resident") }).unwrap()
    });
    assert_eq!(first.len(), 50);
    for query in ["王", "王伟", "王伟芳", "wwf", "ww", "wang", "139000001", "39", "0012 王"] {
        let found = timed(query, || desk.store.search(query, &["resident"], 50).unwrap());
        assert!(!found.is_empty(), "{query}");
    }
    check(&desk, residents);
    timed("a save", || desk.save(RecordId([9; 16]), &[gridwalk_model::wish::Wish::put("name", "新")]));
    timed("rebuild", || desk.store.rebuild_views(|_, _| {}).unwrap());
    assert_eq!(desk.store.counts().unwrap().records, u64::from(residents));
    println!("{} MB", std::fs::metadata(desk.path()).unwrap().len() / 1_000_000);
}
