//! Blanked operations cover what they covered and say nothing.

use super::*;
use crate::admission::predict;
use crate::fold;
use crate::id::{DeviceId, RecordId, SpaceId, UnitId};
use crate::journal::{Entry, Stamps};
use crate::state_codec::{read_state, state_bytes};
use crate::workflow::Workflow;

const RECORD: RecordId = RecordId([2; 16]);

fn change(seq: u64, seen: Vec<Name>, ops: Vec<Op>) -> SealedChange {
    let change = Change {
        space: SpaceId([1; 16]),
        replica: ReplicaId([7; 16]),
        seq,
        prev: Hash::default(),
        record: RECORD,
        kind: "resident".to_owned(),
        unit: UnitId([3; 16]),
        author: AccountId([4; 16]),
        machine: false,
        device: DeviceId([5; 16]),
        typed_at: Timestamp(10),
        heard: Timestamp(9),
        seen,
        was: Vec::new(),
        instead_of: None,
        salt: [6; 16],
        ops,
        extra: vec![(40, vec![0x61, 0x78])],
    };
    change.seal().unwrap()
}

fn entry(pos: u64, change: SealedChange) -> Entry {
    let stamps = Stamps {
        pos,
        received_at: Timestamp(10),
        effective: Timestamp(10),
        early: Vec::new(),
        also_seen: Vec::new(),
        also_seen_in: BTreeMap::new(),
        outcome: None,
        covers: None,
        approved_by: None,
        workflow_version: 1,
        erased: false,
    };
    Entry::admitted(stamps, change)
}

fn of(fields: &[&str]) -> Erasure {
    let fields = fields.iter().map(|f| (*f).to_owned()).collect();
    Erasure { fields, reason: "period_over".to_owned(), at: Timestamp(50), by: AccountId([8; 16]) }
}

fn typed() -> Vec<Op> {
    let answers = [("note", Value::from("CANARY-step")), ("from", Value::Id(RecordId([9; 16])))];
    vec![
        Op::put("name", "CANARY-name"),
        Op::put("health", "CANARY-health"),
        Op::put(PARENT, Value::Id(RecordId([8; 16]))),
        Op::Add { set: "tags".to_owned(), element: "CANARY-tag".into() },
        Op::Attach { element: "CANARY-picture".into() },
        Op::Step {
            step: "start".to_owned(),
            to: "doing".to_owned(),
            answers: answers.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        },
    ]
}

fn says(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

#[test]
fn a_field_that_was_erased_is_gone_from_the_body_and_the_rest_stands() {
    let body = change(1, vec![], typed());
    let places = body.change.taken_by(&of(&["health", "tags"]));
    assert_eq!(places, BTreeSet::from([1, 3]));
    let left = body.without(&places);
    assert!(!says(&left.bytes, "CANARY-health") && !says(&left.bytes, "CANARY-tag"));
    assert!(says(&left.bytes, "CANARY-name") && says(&left.bytes, "CANARY-step"));
    assert_eq!((left.change.salt, left.names()), ([0; 16], body.names()));
    let kept = SealedChange::kept(&left.bytes, body.hash).unwrap();
    assert_eq!(kept, left, "it reads back under its name");
    assert!(
        SealedChange::kept(&body.bytes, left.hash).is_ok() && SealedChange::kept(&body.bytes, Hash([0; 32])).is_err()
    );
    assert!(left.change.taken_by(&of(&["health", "tags"])).is_empty(), "nothing more to take");
    let state = fold::fold(RECORD, &[entry(1, left)]);
    assert!(state.fields["health"].heads.is_empty() && state.sets["tags"].adds.is_empty());
    assert_eq!(state.fields["name"].heads.len(), 1);
}

#[test]
fn of_a_whole_record_its_place_and_its_steps_stay_and_nothing_typed() {
    let body = change(1, vec![], typed());
    let left = body.without(&body.change.taken_by(&of(&[])));
    assert!(!says(&left.bytes, "CANARY"), "{:?}", left.change);
    let state = fold::fold(RECORD, &[entry(1, left)]);
    assert_eq!(state.head_ids(PARENT), [RecordId([8; 16])]);
    assert_eq!((state.steps[0].to.as_str(), state.steps[0].answers.len()), ("doing", 1), "who had it stays");
}

#[test]
fn what_an_erased_write_covered_stays_covered_and_what_came_after_stands() {
    let first = change(1, vec![], vec![Op::put("health", "CANARY-1")]);
    let second = change(2, vec![first.name()], vec![Op::put("health", "CANARY-2"), Op::put("name", "who")]);
    let third = change(3, vec![second.name()], vec![Op::put("health", "CANARY-3")]);
    let blank = |c: &SealedChange| c.without(&c.change.taken_by(&of(&["health"])));
    let state = fold::fold(RECORD, &[entry(1, first.clone()), entry(2, blank(&second))]);
    assert!(state.fields["health"].heads.is_empty(), "the first one does not come back");
    let state = fold::fold(RECORD, &[entry(1, blank(&first)), entry(2, blank(&second)), entry(3, third)]);
    let heads = &state.fields["health"].heads;
    assert_eq!(heads[0].value, Some("CANARY-3".into()));
    assert!(!says(&state_bytes(&state), "CANARY-2"), "nor as what was replaced");
    let own = [first, blank(&second)];
    let state = predict(&State::default(), &own, Timestamp(100), &Workflow::default(), &[]);
    assert!(state.fields["health"].heads.is_empty(), "an own change that was blanked is predicted so");
}

#[test]
fn a_state_says_what_was_erased_when_and_why() {
    let body = change(1, vec![], typed());
    let left = body.without(&body.change.taken_by(&of(&["health"])));
    let mark = |pos, erasure| Entry::Erase { pos, erasure: Some(Box::new(erasure)) };
    let entries = [entry(1, left), mark(2, of(&["health"]))];
    let state = fold::fold(RECORD, &entries);
    assert_eq!(state.erased("health").unwrap(), Erased { at: Timestamp(50), reason: "period_over".to_owned() });
    assert_eq!((state.erased("name"), state.erased_whole(), state.erased_pos()), (None, None, 2));
    assert_eq!(read_state(&state_bytes(&state)).unwrap(), state);
    let again = Erasure { at: Timestamp(70), reason: "unlawful".to_owned(), ..of(&["health"]) };
    let state = fold::fold(RECORD, &[entries[0].clone(), entries[1].clone(), mark(3, again), mark(4, of(&[]))]);
    assert_eq!(state.erased("health").unwrap().reason, "unlawful", "the newest word");
    assert_eq!(state.sets[ERASED].adds.len(), 2);
    assert!(state.erased_whole().is_some() && state.erased("name").is_some());
}

#[test]
fn who_did_not_know_of_an_erasure_waits_only_with_what_it_was_about() {
    let mark = Entry::Erase { pos: 2, erasure: Some(Box::new(of(&["health"]))) };
    let state = fold::fold(RECORD, &[entry(1, change(1, vec![], typed())), mark]);
    let late = |field: &str, heard: i64| {
        let body = change(5, vec![], vec![Op::put(field, "x")]);
        Change { heard: Timestamp(heard), ..(*body.change).clone() }
    };
    assert!(state.is_unaware_of_erasure(&late("health", 49)));
    assert!(!state.is_unaware_of_erasure(&late("health", 50)), "its writer knew");
    assert!(!state.is_unaware_of_erasure(&late("name", 10)), "nothing of it was erased");
}

#[test]
fn a_body_that_calls_blank_what_is_not_is_none() {
    let body = change(1, vec![], typed());
    let left = body.change.without(&BTreeSet::from([0]));
    let lie = Change { ops: body.change.ops.clone(), ..left.clone() };
    assert_eq!(lie.seal(), Err(Malformed::NotDeterministic));
    assert_eq!(
        Change { extra: vec![(BLANKED, places_bytes(&BTreeSet::from([6])))], ..left }.seal(),
        Err(Malformed::NotDeterministic)
    );
}

#[test]
fn behind_a_mask_what_was_blanked_is_still_called_so() {
    let body = change(1, vec![], typed());
    let left = body.change.without(&BTreeSet::from([0, 3]));
    let part = left.with_only(&[1, 3, 5], left.extra.clone());
    assert_eq!((part.ops.len(), part.blanked()), (3, BTreeSet::from([1])));
    assert!(left.with_only(&[1], Vec::new()).blanked().is_empty());
}

#[test]
fn what_an_erasure_says_reads_back() {
    for erasure in [of(&[]), of(&["health", "name"])] {
        let mut w = Writer::default();
        erasure.write(&mut w);
        assert_eq!(Erasure::read(&mut Reader::new(&w.finish())).unwrap(), erasure);
    }
}
