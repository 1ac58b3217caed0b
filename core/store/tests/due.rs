//! What is due, done and counted: read along indices, whatever the phone holds, and the same as the records say.
//! `HOUSEHOLDS=35000 cargo test -p gridwalk-store --test due -- --nocapture` measures; times are printed, never judged.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]
#![allow(clippy::print_stdout, reason = "a measurement prints")]

mod desk;

use desk::{Desk, SPACE, UNIT, record};
use gridwalk_model::admission::Branch;
use gridwalk_model::exchange::{Backfill, Epoch, Key, Page, PageRow};
use gridwalk_model::hash::Hash;
use gridwalk_model::state::{Head, Register, Tag};
use gridwalk_model::state_codec::state_bytes;
use gridwalk_model::wish::Wish;
use gridwalk_model::{AccountId, Name, RecordId, State, TimelineId, Timestamp, Value, row};
use gridwalk_store::{DueQuery, PageOutcome};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::Instant;

/// How many households an ordinary run has.
const FEW: u32 = 400;

fn save(desk: &Desk, record: RecordId, kind: &str, wishes: &[Wish]) {
    let basis = desk.store.begin(record, desk.now()).unwrap();
    let mut request = desk.request(record, wishes, basis);
    request.kind = kind.into();
    desk.store.save(&request).unwrap();
}

/// The work of an item at households.
fn work(item: RecordId) -> DueQuery {
    let from = row::sort_within(item);
    let (kind, done) = ("household".to_owned(), "work_done".to_owned());
    DueQuery { kind, unit: None, done, upto: format!("{from}:"), from, titles: None }
}

fn visits(since: i64) -> DueQuery {
    let (kind, done, from) = ("household".to_owned(), "visit".to_owned(), String::new());
    let upto = row::sort_of_moment(Timestamp(since - 1));
    DueQuery { kind, unit: None, done, from, upto, titles: Some(vec!["seen", "no_change"]) }
}

#[test]
fn what_is_done_at_places_is_counted_as_the_records_say() {
    let desk = Desk::new();
    let (item, other) = (record(90), record(91));
    save(&desk, record(1), "dwelling", &[Wish::put("number", "1")]);
    for n in 2..=5 {
        save(&desk, record(n), "household", &[Wish::put("parent", record(1)), Wish::put("label", format!("{n}"))]);
    }
    save(&desk, record(5), "household", &[Wish::put("ended", 100)]);
    let did = |n: u8, place: u8, item: RecordId, at: i64| {
        let wishes = [Wish::put("parent", record(place)), Wish::put("item", item), Wish::put("at", at)];
        save(&desk, record(n), "work_done", &wishes);
    };
    did(20, 2, item, 1_000);
    did(21, 2, item, 3_000);
    did(22, 3, other, 9_000);
    did(23, 5, item, 1_000);
    let by_unit = desk.store.places_by_unit("household", None).unwrap();
    assert_eq!(by_unit.into_iter().collect::<Vec<_>>(), [(Some(UNIT), 3)], "the one that ended is no target");
    assert_eq!(desk.store.places_by_unit("household", Some(UNIT)).unwrap().values().sum::<u64>(), 3);
    let done = |query: &DueQuery| -> Vec<(RecordId, i64)> {
        desk.store.done_last(query).unwrap().into_iter().map(|last| (last.place, last.at.0)).collect()
    };
    assert_eq!(done(&work(item)), [(record(2), 3_000)], "the newest, of this item, where somebody lives");
    let open = |query: &DueQuery, limit| -> Vec<RecordId> {
        desk.store.places_open(query, limit).unwrap().into_iter().map(|row| row.record).collect()
    };
    assert_eq!(open(&work(item), 9), [record(3), record(4)]);
    assert_eq!(open(&work(item), 1), [record(3)]);
    // Two records of one household: what was done at either was done there.
    for (one, same) in [(3, 4), (4, 3)] {
        save(&desk, record(one), "household", &[Wish::Link { other: record(same) }]);
    }
    did(24, 4, item, 5_000);
    assert_eq!(done(&work(item)), [(record(2), 3_000), (record(3), 5_000)]);
    assert!(open(&work(item), 9).is_empty());

    let paid = |n: u8, place: u8, outcome: &str, at: i64| {
        save(
            &desk,
            record(n),
            "visit",
            &[Wish::put("parent", record(place)), Wish::put("outcome", outcome), Wish::put("at", at)],
        );
    };
    paid(30, 2, "seen", 500);
    paid(31, 2, "nobody_home", 2_000);
    paid(32, 3, "seen", 2_000);
    assert_eq!(done(&visits(1_000)), [(record(3), 2_000)], "met, and since the first day");
    assert_eq!(done(&visits(500)), [(record(2), 500), (record(3), 2_000)]);

    let whole = DueQuery { kind: "unit".to_owned(), ..work(other) };
    assert!(desk.store.done_in_units(&whole).unwrap().is_empty());
    save(
        &desk,
        record(25),
        "work_done",
        &[Wish::put("unit", RecordId(UNIT.0)), Wish::put("item", other), Wish::put("at", 7_000)],
    );
    let done = desk.store.done_in_units(&whole).unwrap();
    assert_eq!(
        (done.len(), done[0].place, done[0].at, done[0].by),
        (1, RecordId(UNIT.0), Timestamp(7_000), desk.author)
    );
}

fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let blank: Vec<Option<i64>> = vec![None; statement.parameter_count()];
    let rows = statement.query_map(rusqlite::params_from_iter(blank), |r| r.get(3)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn counts_and_queues_walk_along_indices() {
    let desk = Desk::new();
    desk.save(record(1), &[Wish::put("name", "1栋")]);
    let db = desk.raw();
    // statement, what its plan must hold, whether it may sort
    let rows: [(&str, &str, &[&str], bool); 9] = [
        ("typed", include_str!("../src/query/typed_since.sql"), &["view_row_typed (kind=? AND changed_at>?)"], false),
        (
            "oldest",
            include_str!("../src/query/typed_since_oldest.sql"),
            &["view_row_typed (kind=? AND changed_at>?)"],
            false,
        ),
        ("targets", include_str!("../src/due/targets.sql"), &["(kind=?"], true),
        ("ended", include_str!("../src/due/ended.sql"), &["view_row_ended (kind=?"], false),
        ("done", include_str!("../src/due/done.sql"), &["view_row_kind (kind=? AND sort>? AND sort<?)"], false),
        ("units", include_str!("../src/due/done_in_units.sql"), &["(parent=? AND kind=? AND sort>? AND sort<?)"], true),
        (
            "open",
            include_str!("../src/due/open.sql"),
            &["view_row_kind (kind=?)", "view_row_parent (parent=? AND kind=? AND sort>? AND sort<?)"],
            false,
        ),
        (
            "campaign",
            include_str!("../src/counted/targets.sql"),
            &["view_row_parent (parent=? AND kind=?)", "sqlite_autoindex_view_row_1 (record=?)"],
            true,
        ),
        ("attempts", include_str!("../src/counted/attempts.sql"), &["view_row_parent (parent=? AND kind=?)"], true),
    ];
    for (name, sql, wanted, sorts) in rows {
        let plan = plan(&db, sql);
        let walks = |step: &&String| {
            let through = step.strip_prefix("SCAN ").map(|rest| rest.split(' ').next().unwrap_or_default());
            // The units below one, and lists of words, are few.
            through.is_some_and(|table| !["b", "below", "json_each", "CONSTANT"].contains(&table))
        };
        let walks: Vec<&String> = plan.iter().filter(walks).collect();
        assert!(walks.is_empty(), "{name} walks: {walks:?} of {plan:#?}");
        for part in wanted {
            assert!(plan.iter().any(|step| step.contains(part)), "{name}: {part} is not in {plan:#?}");
        }
        assert!(sorts || !plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER")), "{name} sorts: {plan:#?}");
    }
}

fn state(n: u32, kind: &str, fields: Vec<(&str, Value)>) -> State {
    let mut id = [0; 16];
    id[12..].copy_from_slice(&n.to_be_bytes());
    let mut state = State::new(RecordId(id));
    state.kinds = vec![kind.into()];
    state.named = vec![UNIT];
    state.pos = u64::from(n) + 1;
    let name = Name { seq: u64::from(n) + 1, ..Name::default() };
    let tag = Arc::new(Tag { effective: Timestamp(1), id: name, names: vec![name], author: AccountId::default() });
    for (field, value) in fields {
        let head = Head { tag: tag.clone(), value: Some(value), replaced: None, gone: false };
        state.fields.insert(field.into(), Register { heads: vec![head], early: Vec::new() });
    }
    state
}

fn pull(desk: &Desk, states: &[State]) {
    let timeline = TimelineId([0x71; 16]);
    let (key, last) = (Key::unit(UNIT), states.iter().map(|s| s.pos).max().unwrap_or_default());
    let row = |s: &State| PageRow::State { record: s.record, state: state_bytes(s).into(), held_by: vec![key] };
    let page = Page {
        space: SPACE,
        answers: Hash::default(),
        branches: vec![Branch { id: timeline, from: 0 }],
        epoch: Epoch { timeline, n: 0 },
        cursor: last,
        at_head: true,
        backfill: Backfill::Done,
        now: Timestamp(1),
        rows: states.iter().map(row).collect(),
        verdicts: Vec::new(),
        chain: (0, Hash::default()),
        digest: None,
        safe_pos: 0,
        grants: Vec::new(),
        elsewhere: Vec::new(),
        erased: Vec::new(),
    };
    let request = desk.store.pull_request(SPACE).unwrap();
    assert!(matches!(desk.store.apply_page(&request, &page).unwrap(), PageOutcome::Applied(_)));
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    result
}

#[test]
fn a_streets_households_are_counted_without_opening_one() {
    let households = std::env::var("HOUSEHOLDS").map_or(FEW, |n| n.parse().unwrap());
    let desk = Desk::new();
    let item = record(90);
    for from in (0..households).step_by(2_000) {
        let all = from..households.min(from + 2_000);
        let homes = all.clone().map(|n| state(n, "household", vec![("label", format!("{n}户").into())]));
        let done = all.filter(|n| n % 4 != 0).map(|n| {
            let home = Value::Id(state(n, "", Vec::new()).record);
            let at = Value::Int(i64::from(n) * 1_000 + 1);
            state(households + n, "work_done", vec![("parent", home), ("item", Value::Id(item)), ("at", at)])
        });
        pull(&desk, &homes.chain(done).collect::<Vec<_>>());
    }
    let by_unit = timed("households by unit", || desk.store.places_by_unit("household", None).unwrap());
    let done = timed("done last", || desk.store.done_last(&work(item)).unwrap());
    let open = timed("the first fifty open", || desk.store.places_open(&work(item), 50).unwrap());
    assert_eq!(by_unit.values().sum::<u64>(), u64::from(households));
    assert_eq!(u32::try_from(done.len()), Ok(households - households.div_ceil(4)));
    assert_eq!(u32::try_from(open.len()), Ok(households.div_ceil(4).min(50)));
}
