//! Cases of what a hand-over means for one record.

use super::*;
use crate::change::SealedChange;
use crate::fold::{apply, fold};
use crate::id::{AccountId, DeviceId, ReplicaId, TimelineId, UnitId};

const HOUSE: RecordId = RecordId([2; 16]);
const B: SpaceId = SpaceId([9; 16]);

fn change(replica: u8, machine: bool, ops: Vec<Op>) -> SealedChange {
    let change = Change {
        space: SpaceId([1; 16]),
        replica: ReplicaId([replica; 16]),
        seq: 1,
        prev: Hash::default(),
        record: HOUSE,
        kind: "case".to_owned(),
        unit: UnitId([3; 16]),
        author: AccountId([4; 16]),
        machine,
        device: DeviceId([5; 16]),
        typed_at: Timestamp(10),
        heard: Timestamp(0),
        seen: vec![],
        was: vec![],
        instead_of: None,
        salt: [6; 16],
        ops,
        extra: vec![],
    };
    change.seal().unwrap()
}

fn entry(pos: u64, change: SealedChange, outcome: Option<Outcome>, covers: Option<u64>) -> Entry {
    let stamps = Stamps {
        pos,
        received_at: Timestamp(50),
        effective: Timestamp(10),
        early: vec![],
        also_seen: vec![],
        also_seen_in: std::collections::BTreeMap::new(),
        outcome,
        covers,
        approved_by: None,
        workflow_version: 1,
        erased: false,
    };
    Entry::admitted(stamps, change)
}

fn step(name: &str, to: &str) -> Op {
    Op::Step { step: name.to_owned(), to: to.to_owned(), answers: BTreeMap::new() }
}

fn carry(state: &mut State, journal: &mut Vec<Entry>, here: &[Entry], workflow: &Workflow) {
    for due in lacking(HOUSE, here, journal) {
        let Entry::Change { stamps: before, change, names, id } = &here[due.index] else { panic!("a change") };
        let at = Arrival { pos: 100 + journal.len() as u64, received_at: Timestamp(90), state, workflow };
        let made = stamps(before, due.settled, &change.change, &at);
        let carriage = Carriage { covered: due.covered, ..Carriage::default() };
        let carried = Entry::Carried { stamps: made, change: change.clone(), names: names.clone(), id: *id, carriage };
        apply(state, &carried);
        journal.push(carried);
    }
}

#[test]
fn a_new_id_is_a_function_of_the_old_one_and_the_space() {
    let there = Destination::of(HOUSE, B);
    assert_eq!(there, Destination::of(HOUSE, B));
    assert_eq!(there.record.0[..6], HOUSE.0[..6], "the time in the id stays");
    assert_eq!((there.record.0[6] >> 4, there.record.0[8] >> 6), (7, 2), "a UUIDv7 still");
    let back = Destination::of(there.record, SpaceId([1; 16]));
    assert!(back.record != HOUSE && back.record != there.record, "back again is another record");
}

#[test]
fn a_state_says_where_it_went_and_where_it_came_from() {
    let there = Destination::of(HOUSE, B);
    let gone = change(1, true, vec![Op::put(MOVED_TO, there.to_value())]);
    assert!(is_note(&gone.change) && writes_reserved(&gone.change));
    let state = fold(HOUSE, &[entry(1, gone.clone(), None, None)]);
    assert_eq!((state.moved_to(), state.moved_by()), (Some(there), Some(gone.name())));
    let came = change(2, true, vec![Op::put(CAME_FROM, origins_value(&[RecordId([3; 16]), HOUSE]))]);
    let state = fold(there.record, &[entry(1, came, None, None)]);
    assert_eq!((state.origins(), state.moved_to()), (vec![RecordId([3; 16]), HOUSE], None));
    assert!(!is_note(&change(3, false, vec![Op::put(MOVED_TO, 1)]).change), "typed by a person");
}

#[test]
fn ids_of_what_moved_along_are_those_of_the_new_space() {
    let (old, new, other) = (RecordId([20; 16]), RecordId([21; 16]), RecordId([22; 16]));
    let list = Value::List(vec![Value::Id(old), Value::Id(other)]);
    let ops = vec![Op::put("parent", old), Op::Link { other: old }, Op::Add { set: "tags".to_owned(), element: list }];
    let moved = change(1, false, ops);
    assert_eq!(named_in(&moved.change), BTreeSet::from([old, other]));
    let carriage = Carriage { ids: vec![(old, new)], ..Carriage::default() };
    let here = carriage.translate(&moved.change);
    assert_eq!(named_in(&here), BTreeSet::from([new, other]));
}

#[test]
fn a_step_that_came_after_the_hand_over_is_decided_where_the_record_lives() {
    let workflow = Workflow::new(1, [("new", "report", "reported"), ("reported", "accept", "accepted")]);
    let reported = entry(1, change(1, false, vec![step("report", "reported")]), Some(Outcome::Applied), None);
    let gone = entry(2, change(2, true, vec![Op::put(MOVED_TO, Destination::of(HOUSE, B).to_value())]), None, None);
    let mut here = vec![reported, gone];
    let there = Destination::of(HOUSE, B).record;
    let (mut state, mut journal) = (State::new(there), Vec::new());
    carry(&mut state, &mut journal, &here, &workflow);
    assert_eq!(state.status(), "reported", "settled before: it stands");
    let late = change(3, false, vec![step("accept", "accepted")]);
    let by = fold(HOUSE, &here).moved_by();
    let at_home = crate::admission::outcome_of(&fold(HOUSE, &here), &late.change.ops[0], late.change.author, &workflow);
    assert_eq!(at_home, Some(Outcome::Overtaken(by)), "on a record that is gone nothing takes effect");
    here.push(entry(3, late.clone(), at_home, None));
    carry(&mut state, &mut journal, &here, &workflow);
    assert_eq!((state.status(), state.steps.len()), ("accepted", 2), "where it lives it takes effect");
    here.push(entry(4, change(4, false, vec![step("accept", "accepted")]), Some(Outcome::Overtaken(by)), None));
    carry(&mut state, &mut journal, &here, &workflow);
    assert_eq!(state.steps[2].outcome, Outcome::Overtaken(Some(late.name())), "and is overtaken there, once");
    carry(&mut state, &mut journal, &here, &workflow);
    assert_eq!(state.steps.len(), 3, "never twice");
}

#[test]
fn a_late_deletion_covers_what_it_covered_and_nothing_that_was_typed_since() {
    let typed = entry(1, change(1, false, vec![Op::put("title", 1)]), None, None);
    let gone = entry(2, change(2, true, vec![Op::put(MOVED_TO, Destination::of(HOUSE, B).to_value())]), None, None);
    let mut here = vec![typed, gone];
    let there = Destination::of(HOUSE, B).record;
    let (mut state, mut journal) = (State::new(there), Vec::new());
    carry(&mut state, &mut journal, &here, &Workflow::default());
    let delete = Op::Delete { timeline: TimelineId([1; 16]), pos: 1, own: vec![] };
    here.push(entry(3, change(3, false, vec![delete]), None, Some(1)));
    let mut deleted = state.clone();
    carry(&mut deleted, &mut journal.clone(), &here, &Workflow::default());
    assert!(deleted.is_deleted(), "what it covered, it covers");
    let native = entry(102, change(8, false, vec![Op::put("level", 2)]), None, None);
    apply(&mut state, &native);
    journal.push(native);
    carry(&mut state, &mut journal, &here, &Workflow::default());
    assert!(state.is_edited_after_deletion(), "{state:?}");
}
