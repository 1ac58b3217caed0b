//! Rows of folded histories.

use super::*;
use crate::admission::{Circumstances, Known, admit};
use crate::change::Change;
use crate::hash::Hash;
use crate::id::{AccountId, DeviceId, ReplicaId, SpaceId, TimelineId};
use crate::journal::Entry;
use crate::kind::{PARENT, UNIT, case};
use crate::name::Name;
use crate::op::Op;
use crate::time::Timestamp;
use crate::view::view_of;
use crate::{fold, kind};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A journal of some records, each change by a replica of its own.
#[derive(Default)]
struct Journal {
    states: BTreeMap<RecordId, State>,
    pos: u64,
}

fn record(n: u8) -> RecordId {
    RecordId([n; 16])
}

impl Journal {
    /// Admits one change by a person who had seen this.
    fn save(&mut self, kind: &str, record: RecordId, seen: &[Name], ops: Vec<Op>) -> Name {
        self.pos += 1;
        let change = Change {
            space: SpaceId::default(),
            replica: ReplicaId([u8::try_from(self.pos).unwrap(); 16]),
            seq: 1,
            prev: Hash::default(),
            record,
            kind: kind.to_owned(),
            unit: UnitId([200; 16]),
            author: AccountId([u8::try_from(self.pos).unwrap(); 16]),
            machine: false,
            device: DeviceId::default(),
            typed_at: Timestamp(i64::try_from(self.pos).unwrap()),
            heard: Timestamp(0),
            seen: seen.to_vec(),
            was: Vec::new(),
            instead_of: None,
            salt: [0; 16],
            ops,
            extra: Vec::new(),
        };
        let sealed = change.seal().unwrap();
        let now = Timestamp(1000);
        let state = self.states.entry(record).or_insert_with(|| State::new(record));
        let at = Circumstances {
            pos: self.pos,
            received_at: now,
            first_received_at: now,
            workflow: kind::workflow_of(kind),
            branches: &[],
            approved_by: None,
        };
        let known = |_: Name| Ok::<_, std::convert::Infallible>(Some(Known::Admitted(Timestamp(0))));
        let stamps = admit(state, &sealed.change, &at, known).unwrap();
        fold::apply(state, &Entry::admitted(stamps, sealed.clone()));
        sealed.name()
    }

    fn row(&self, record: RecordId) -> Row {
        row(&view_of(&self.states, record).unwrap())
    }
}

fn step(step: &str, to: &str) -> Op {
    Op::Step { step: step.to_owned(), to: to.to_owned(), answers: BTreeMap::new() }
}

#[test]
fn a_resident_is_found_by_every_value_at_odds() {
    let mut journal = Journal::default();
    let r = record(1);
    let first = journal.save("resident", r, &[], vec![Op::put("name", "王小明"), Op::put("birth", -7306)]);
    let calm = journal.row(r);
    assert_eq!((calm.title.as_str(), calm.subtitle.as_str(), calm.status.as_str()), ("王小明", "1949-12-31", ""));
    assert_eq!(calm.flags, RowFlags { typed: true, ..RowFlags::default() });
    assert_eq!(calm.units, [UnitId([200; 16])], "the unit that the change named, for want of a head");

    journal.save("resident", r, &[first], vec![Op::put("name", "王晓明"), Op::put(PARENT, record(7))]);
    journal.save("resident", r, &[first], vec![Op::put("name", "王小敏"), Op::put(PARENT, record(8))]);
    let odd = journal.row(r);
    assert!(odd.flags.disagreement);
    assert_eq!(odd.title, "王小敏", "the later one is shown");
    assert_eq!(odd.search_text, "王晓明\n王小敏");
    assert_eq!(odd.parents, [record(7), record(8)], "two moves at once hide it from nobody");
    for spelling in ["wxm", "wangxiaomin", "wangxiaoming"] {
        assert!(odd.search_initials.contains(spelling), "{}", odd.search_initials);
    }
}

#[test]
fn policies_choose_without_a_disagreement() {
    let mut journal = Journal::default();
    let r = record(1);
    let first = journal.save("case", r, &[], vec![Op::put("title", "松动招牌"), Op::put("level", "2")]);
    journal.save("case", r, &[first], vec![Op::put("level", "4")]);
    journal.save("case", r, &[first], vec![Op::put("level", "3")]);
    assert!(!journal.row(r).flags.disagreement, "the graver level counts");
    journal.save("case", r, &[first], vec![Op::put("title", "招牌松动")]);
    assert!(!journal.row(r).flags.disagreement, "it had seen the only title");
    journal.save("case", r, &[], vec![Op::put("title", "掉招牌")]);
    assert!(journal.row(r).flags.disagreement);
}

#[test]
fn a_case_has_status_point_and_overtaken_steps() {
    let mut journal = Journal::default();
    let r = record(1);
    let point = Point::from_degrees(34.6, 119.2).unwrap();
    let open = vec![
        Op::put("category", "sign_loose"),
        Op::put("place", "海州路8号"),
        Op::put("point", point.to_value()),
        Op::put(UNIT, record(50)),
        Op::put("reporter_phone", "13812345678"),
        step("report", "reported"),
    ];
    journal.save("case", r, &[], open);
    let row = journal.row(r);
    assert_eq!(
        (row.title.as_str(), row.status.as_str(), row.subtitle.as_str()),
        ("sign_loose", "reported", "海州路8号")
    );
    assert_eq!((row.point, row.units), (Some(point), vec![UnitId([50; 16])]));
    assert!(!row.search_text.contains("138"), "no search finds a complainant");
    journal.save("case", r, &[], vec![step("accept", "accepted")]);
    journal.save("case", r, &[], vec![step("accept", "accepted")]);
    assert!(journal.row(r).flags.overtaken);
    assert_eq!(journal.row(r).status, "accepted");
}

#[test]
fn the_unit_that_holds_a_case() {
    let mut journal = Journal::default();
    let r = record(1);
    let dispatch = |unit: u8| Op::Step {
        step: "dispatch".to_owned(),
        to: "dispatched".to_owned(),
        answers: BTreeMap::from([("unit".to_owned(), Value::Id(record(unit)))]),
    };
    let way = [
        (step("report", "reported"), None),
        (step("accept", "accepted"), None),
        (dispatch(5), Some(5)),
        (dispatch(6), Some(6)),
        (step("take", "taken"), Some(6)),
        (dispatch(7), Some(6)), // overtaken: it was taken by then
        (step("recall", "accepted"), None),
        (dispatch(8), Some(8)),
        (step("void", "voided"), None),
    ];
    for (op, unit) in way {
        journal.save("case", r, &[], vec![op.clone()]);
        assert_eq!(case::dispatched_to(&journal.states[&r]), unit.map(|u| UnitId([u; 16])), "{op:?}");
    }
    let ever: Vec<u8> = case::ever_dispatched_to(&journal.states[&r]).iter().map(|u| u.0[0]).collect();
    assert_eq!(ever, [5, 6, 8]);
    let mut solved = Journal::default();
    solved.save("case", r, &[], vec![step("report", "reported")]);
    solved.save("case", r, &[], vec![step("solve_on_spot", "handled")]);
    assert_eq!(case::dispatched_to(&solved.states[&r]), None);
}

#[test]
fn deleted_and_edited() {
    let mut journal = Journal::default();
    let r = record(1);
    let first = journal.save("building", r, &[], vec![Op::put("name", "3号楼")]);
    let delete = Op::Delete { timeline: TimelineId::default(), pos: 0, own: vec![first] };
    journal.save("building", r, &[first], vec![delete]);
    assert!(view_of(&journal.states, r).is_none());
    journal.save("building", r, &[first], vec![Op::put("floors", 6)]);
    assert!(journal.row(r).flags.edited_after_deletion);
}

#[test]
fn more_heads_than_anybody_can_look_through() {
    let mut journal = Journal::default();
    let r = record(1);
    for n in 0..=limits::HEADS_ATTENTION {
        assert!(journal.states.is_empty() || !journal.row(r).flags.more_heads, "{n} heads");
        journal.save("household", r, &[], vec![Op::put("label", format!("{n}"))]);
    }
    assert!(journal.row(r).flags.more_heads);
}

#[test]
fn two_records_of_one_building() {
    let mut journal = Journal::default();
    journal.save("building", record(1), &[], vec![Op::put("name", "三号楼"), Op::Link { other: record(2) }]);
    let alias = Op::Add { set: "alias".to_owned(), element: "红砖楼".into() };
    journal.save("building", record(2), &[], vec![Op::put("name", "3号楼"), alias, Op::Link { other: record(1) }]);
    let row = journal.row(record(2));
    assert_eq!(row.record, record(1));
    assert!(row.flags.disagreement);
    assert!(row.search_text.contains("红砖楼") && row.search_initials.contains("hzl"));
}

#[test]
fn kinds_of_a_later_version_have_rows_too() {
    let mut journal = Journal::default();
    let r = record(1);
    journal.save("campaign", r, &[], vec![Op::put(UNIT, record(9)), Op::put("name", "甲")]);
    journal.save("campaign", r, &[], vec![Op::put("name", "乙")]);
    let row = journal.row(r);
    assert_eq!((row.kind.as_str(), row.title.as_str(), row.units.as_slice()), ("campaign", "", &[UnitId([9; 16])][..]));
    assert!(row.flags.disagreement);
}

#[test]
fn doors_sort_by_size_and_visits_by_time() {
    let mut journal = Journal::default();
    let doors = [("1", 2, "201"), ("1", 10, "1001"), ("2", 1, "101")];
    let made: Vec<String> = doors
        .into_iter()
        .zip(1u8..)
        .map(|((entrance, floor, number), n)| {
            let ops = vec![Op::put("entrance", entrance), Op::put("floor", floor), Op::put("number", number)];
            journal.save("dwelling", record(n), &[], ops);
            journal.row(record(n)).sort
        })
        .collect();
    assert!(made.is_sorted(), "{made:?}");
    journal.save("visit", record(8), &[], vec![Op::put("at", 1_000)]);
    journal.save("visit", record(9), &[], vec![Op::put("at", 2_000)]);
    assert!(journal.row(record(9)).sort < journal.row(record(8)).sort, "the newest first");
}

proptest! {
    #[test]
    fn any_values_in_any_field_have_a_row(
        kind in proptest::sample::select(&Kind::ALL[..]),
        typed in proptest::collection::vec((any::<proptest::sample::Index>(), any::<i64>(), ".{0,8}", any::<bool>()), 1..8),
    ) {
        let mut journal = Journal::default();
        for (index, number, text, as_text) in typed {
            let field = index.get(kind.table().fields).name;
            let value = if as_text { Value::Text(text) } else { Value::Int(number) };
            journal.save(kind.name(), record(1), &[], vec![Op::put(field, value)]);
        }
        let row = journal.row(record(1));
        prop_assert_eq!(&row, &journal.row(record(1)));
        prop_assert!(row.kind == kind.name() && !row.units.is_empty());
    }
}

#[test]
fn nobody_finds_a_child_by_its_number() {
    let mut journal = Journal::default();
    let born = |text: &str| Value::Int(CivilDate::parse(text).unwrap().days());
    let of = |name: &str, birth: &str| {
        vec![Op::put("name", name), Op::put("birth", born(birth)), Op::put("id_number", "990706195001011234")]
    };
    journal.save("resident", record(1), &[], of("王大", "19500101"));
    journal.save("resident", record(2), &[], of("王小", "19690101"));
    let found = |n: u8| row(&view_of(&journal.states, record(n)).unwrap()).search_text;
    assert!(found(1).contains("990706195001011234"));
    assert!(!found(2).contains("990706"), "one year old on the day of writing: {}", found(2));
}
