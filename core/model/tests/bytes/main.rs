//! The bytes of changes and states: round trips, refusals, the contract, and what was written once.
//!
//! Owns the tests of the codec. Refuses to know transport and storage. Invariant: what a test calls malformed was made
//! from something well-formed by one step.
#![expect(clippy::unwrap_used, reason = "a test's failure is its message")]

mod changes;
mod contract;
mod golden;
mod history;
mod told;

use changes::{change, deep_value};
use gridwalk_model::admission::predict;
use gridwalk_model::change_codec;
use gridwalk_model::codec::{self, Malformed, Reader, Writer};
use gridwalk_model::state_codec::{read_state, state_bytes};
use gridwalk_model::workflow::Workflow;
use gridwalk_model::{Op, SealedChange, State, Timestamp};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_change_comes_back(change in change()) {
        let sealed = change.seal().unwrap();
        let back = SealedChange::open(&sealed.bytes).unwrap();
        prop_assert_eq!(&back, &sealed);
        prop_assert_eq!(change_codec::change_bytes(&back.change), &*sealed.bytes);
        let shape = back.change.shape();
        prop_assert_eq!(change_codec::read_change(&change_codec::change_bytes(&shape)).unwrap(), shape, "also as a shape");
    }

    #[test]
    fn a_value_comes_back(value in deep_value()) {
        let bytes = codec::value_bytes(&value);
        prop_assert_eq!(codec::check_deterministic(&bytes), Ok(()));
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(reader.value().unwrap(), value);
        prop_assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn a_state_comes_back(changes in proptest::collection::vec(change(), 1..6)) {
        let record = changes[0].record;
        let own: Vec<SealedChange> = changes
            .into_iter()
            .map(|c| gridwalk_model::Change { record, ..c }.seal().unwrap())
            .collect();
        let state = predict(&State::new(record), &own, Timestamp(5), &Workflow::default(), &[]);
        let bytes = state_bytes(&state);
        prop_assert_eq!(codec::check_deterministic(&bytes), Ok(()));
        prop_assert_eq!(read_state(&bytes).unwrap(), state);
    }

    #[test]
    fn cut_bent_and_random_bytes_never_panic(
        change in change(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        noise in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let sealed = change.seal().unwrap();
        let at = at.index(sealed.bytes.len());
        prop_assert!(SealedChange::open(&sealed.bytes[..at]).is_err(), "cut at {}", at);
        let mut bent = sealed.bytes.to_vec();
        bent[at] = byte;
        if let Ok(other) = SealedChange::open(&bent) {
            prop_assert_eq!(change_codec::change_bytes(&other.change), bent, "what can be read has one encoding");
        }
        let state = state_bytes(&predict(&State::default(), [&sealed], Timestamp(5), &Workflow::default(), &[]));
        let at = at % state.len();
        prop_assert!(read_state(&state[..at]).is_err());
        let mut bent = state.clone();
        bent[at] = byte;
        let _whatever = (read_state(&bent), read_state(&noise), SealedChange::open(&noise));
    }

    #[test]
    fn a_number_in_a_longer_form_is_refused(change in change()) {
        let sealed = change.seal().unwrap();
        // The header's map and the format stand first: 0xb?, 0x00, 0x01.
        let mut longer = sealed.bytes.to_vec();
        longer.splice(1..2, [0x18, 0x00]);
        prop_assert_eq!(SealedChange::open(&longer), Err(Malformed::NotDeterministic));
        let mut twice = sealed.bytes.to_vec();
        twice.push(0);
        prop_assert!(SealedChange::open(&twice).is_err(), "something follows");
    }
}

/// One change of everything that this version knows, as the bytes of its header's rows.
fn rows(extra: &[(u64, Vec<u8>)]) -> Vec<(u64, Vec<u8>)> {
    let sealed = golden::everything().seal().unwrap();
    let mut reader = Reader::new(&sealed.bytes);
    let entries = reader.map().unwrap();
    let mut rows: Vec<_> = (0..entries).map(|_| (reader.uint().unwrap(), reader.raw().unwrap().to_vec())).collect();
    rows.extend_from_slice(extra);
    rows
}

fn written(rows: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(rows.len());
    for (key, raw) in rows {
        w.uint(*key).raw(raw);
    }
    w.finish()
}

#[test]
fn one_meaning_has_one_encoding() {
    let open = |rows: &[(u64, Vec<u8>)]| SealedChange::open(&written(rows)).map(|_| ());
    assert_eq!(open(&rows(&[])), Ok(()));
    assert_eq!(open(&rows(&[(900, vec![0x01]), (901, vec![0x02])])), Ok(()), "rows of a later version");
    assert_eq!(open(&rows(&[(901, vec![0x02]), (900, vec![0x01])])), Err(Malformed::NotDeterministic), "not in order");
    assert_eq!(open(&rows(&[(900, vec![0x01]), (900, vec![0x01])])), Err(Malformed::NotDeterministic), "twice");
    assert_eq!(open(&rows(&[(900, vec![0x18, 0x01])])), Err(Malformed::NotDeterministic), "a longer form inside");
    assert_eq!(open(&rows(&[(900, vec![0x9f, 0xff])])), Err(Malformed::NotDeterministic), "indefinite length inside");
    let mut swapped = rows(&[]);
    swapped.swap(3, 4);
    assert_eq!(open(&swapped), Err(Malformed::NotDeterministic), "known rows not in order");
    let mut said_no = rows(&[]);
    said_no.retain(|(key, _)| *key != 14);
    said_no.insert(14, (14, vec![0xf4]));
    assert_eq!(open(&said_no), Err(Malformed::NotDeterministic), "a default written out");
    for missing in 0..14 {
        let mut fewer = rows(&[]);
        fewer.retain(|(key, _)| *key != missing);
        assert_eq!(open(&fewer), Err(Malformed::Incomplete), "without {missing}");
    }
    let mut unsorted = rows(&[]);
    let seen = unsorted.iter_mut().find(|(key, _)| *key == 15).unwrap();
    let names = Reader::new(&seen.1).names().unwrap();
    let mut w = Writer::default();
    w.names(&names.into_iter().rev().collect::<Vec<_>>());
    seen.1 = w.finish();
    assert_eq!(open(&unsorted), Err(Malformed::NotDeterministic), "names not in order");
}

#[test]
fn refusals_of_single_changes() {
    let base = golden::everything;
    let code = |change: gridwalk_model::Change| change.seal().unwrap_err().code();
    let ops = |ops: Vec<Op>| gridwalk_model::Change { ops, ..base() };
    assert_eq!(code(ops(vec![])), "incomplete");
    assert_eq!(code(gridwalk_model::Change { seq: 0, ..base() }), "incomplete");
    assert_eq!(code(gridwalk_model::Change { kind: String::new(), ..base() }), "incomplete");
    assert_eq!(code(ops(vec![Op::put("f", 1), Op::clear("f")])), "field_twice");
    let step = || Op::Step { step: "a".into(), to: "b".into(), answers: std::collections::BTreeMap::default() };
    assert_eq!(code(ops(vec![step(), step()])), "step_twice");
    assert_eq!(code(ops(vec![Op::put("f", "x".repeat(70_000))])), "too_large");
    assert_eq!(code(ops(vec![Op::put(&"f".repeat(65), 1)])), "too_large", "what could not be read is not sealed");
    assert_eq!(code(ops(vec![Op::put("f", 1); 600])), "too_large");
    let deep = (0..12).fold(gridwalk_model::Value::Int(1), |v, _| gridwalk_model::Value::List(vec![v]));
    assert_eq!(code(ops(vec![Op::put("f", deep)])), "too_large");
}

/// A version that knows neither links nor attachments nor some header rows: it takes them as unknown.
fn forget(change: &gridwalk_model::Change) -> gridwalk_model::Change {
    let unknown = |op: &Op| {
        let mut w = Writer::default();
        change_codec::write_op(&mut w, op);
        let raw = w.finish();
        let mut r = Reader::new(&raw);
        r.array().unwrap();
        Op::Unknown { code: r.uint().unwrap(), raw }
    };
    let ops = change.ops.iter().map(|op| match op {
        Op::Link { .. } | Op::Unlink { .. } | Op::Attach { .. } => unknown(op),
        known => known.clone(),
    });
    gridwalk_model::Change { ops: ops.collect(), ..change.clone() }
}

#[test]
fn a_tour_through_an_old_version_loses_nothing() {
    let mut new = golden::everything();
    new.kind = "drone_flight".to_owned();
    new.extra = vec![(40, vec![0x82, 0x01, 0xf6])];
    let sealed = new.seal().unwrap();
    let old = forget(&sealed.change);
    assert!(old.ops.iter().filter(|o| matches!(o, Op::Unknown { .. })).count() > 2, "the old version knows less");
    assert_eq!(change_codec::change_bytes(&old), &*sealed.bytes, "it relays the same bytes");
    let folded = |c: SealedChange| predict(&State::new(c.change.record), [&c], Timestamp(9), &Workflow::default(), &[]);
    let held_old = folded(SealedChange { change: old.into(), ..sealed.clone() });
    let back = read_state(&state_bytes(&held_old)).unwrap();
    assert_eq!(back.kind(), "drone_flight");
    let kept: Vec<_> = back.opaque.iter().map(|(_, op)| op.clone()).collect();
    for op in sealed.change.ops.iter().filter(|o| matches!(o, Op::Link { .. } | Op::Attach { .. } | Op::Unlink { .. }))
    {
        assert!(kept.contains(op), "a newer version finds {op:?} in the old one's state");
    }
}
