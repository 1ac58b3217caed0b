//! Real encodings against `docs/protocol/gridwalk.cddl`, and wrong ones.
//!
//! Owns the comparison of code and contract. Refuses to know what the bytes mean. Invariant: a rule that accepts
//! everything fails here.

use crate::changes::{change, value};
use crate::golden;
use gridwalk_model::admission::predict;
use gridwalk_model::codec::{self, Writer};
use gridwalk_model::state_codec::state_bytes;
use gridwalk_model::workflow::Workflow;
use gridwalk_model::{Change, SealedChange, State, Timestamp};
use proptest::prelude::*;

const CONTRACT: &str = include_str!("../../../../docs/protocol/gridwalk.cddl");

/// Whether the bytes are what the rule says.
fn accepts(rule: &str, bytes: &[u8]) -> Result<(), String> {
    let text = format!("start-here = {rule}\n{CONTRACT}");
    cddl::validate_cbor_from_slice(&text, bytes, None).map_err(|e| e.to_string())
}

fn state_of(changes: &[Change]) -> Vec<u8> {
    let record = changes[0].record;
    let own: Vec<SealedChange> = changes.iter().map(|c| Change { record, ..c.clone() }.seal().unwrap()).collect();
    state_bytes(&predict(&State::new(record), &own, Timestamp(5), &Workflow::default(), &[]))
}

#[test]
fn one_of_everything_keeps_the_contract() {
    let everything = golden::everything();
    assert_eq!(accepts("change", &everything.clone().seal().unwrap().bytes), Ok(()));
    assert_eq!(accepts("state", &state_of(&[everything.clone(), Change { seq: 9, ..everything }])), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn changes_and_states_keep_the_contract(changes in proptest::collection::vec(change(), 1..3), value in value()) {
        for one in &changes {
            prop_assert_eq!(accepts("change", &one.clone().seal().unwrap().bytes), Ok(()));
        }
        prop_assert_eq!(accepts("state", &state_of(&changes)), Ok(()));
        prop_assert_eq!(accepts("value", &codec::value_bytes(&value)), Ok(()));
    }
}

#[test]
fn wrong_ones_break_it() {
    let with = |key: u64, raw: &[u8]| {
        let mut rows = crate::rows(&[]);
        rows.retain(|(k, _)| *k != key);
        rows.push((key, raw.to_vec()));
        rows.sort();
        crate::written(&rows)
    };
    assert_eq!(accepts("change", &with(6, &[0x61, b'k'])), Ok(()), "the way of bending is sound");
    for (key, raw, why) in [
        (0, &[0x02][..], "another format"),
        (1, &[0x41, 0x00], "a short id"),
        (3, &[0x20], "a negative seq"),
        (6, &[0x40], "a kind of bytes"),
        (10, &[0x61, b'x'], "a time of text"),
        (13, &[0x80], "no operation"),
        (13, &[0x81, 0x82, 0x03, 0x61], "cut"),
        (13, &[0x81, 0x83, 0x03, 0x01, 0x01], "a set named by a number"),
        (13, &[0x81, 0x82, 0x05, 0xf6], "an instance named by nothing"),
        (14, &[0xf4], "a default written out"),
        (15, &[0x81, 0x82, 0x01, 0x02], "a name of two parts"),
    ] {
        assert!(accepts("change", &with(key, raw)).is_err(), "{why}");
    }
    let mut missing = crate::rows(&[]);
    missing.retain(|(k, _)| *k != 12);
    assert!(accepts("change", &crate::written(&missing)).is_err(), "without salt");
    let state = state_of(&[golden::everything()]);
    let mut shorter = state.clone();
    shorter.pop();
    shorter[0] = 0x8e;
    assert!(accepts("state", &shorter).is_err(), "a state of fourteen parts");
    let mut w = Writer::default();
    w.text("x");
    assert!(accepts("state", &w.finish()).is_err());
}
