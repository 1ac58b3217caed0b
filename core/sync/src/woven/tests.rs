//! What is woven comes back as it was, and nothing that comes in its place does harm.
//!
//! Owns the laws of the woven form. Refuses to know what states mean. Invariant: bytes that were not woven here are read as
//! a fault or not at all.

use super::*;
use gridwalk_model::hash::Hash;
use gridwalk_model::value::Value;
use proptest::prelude::*;

fn there_and_back(rows: &[PageRow]) -> Option<Vec<PageRow>> {
    let mut w = Writer::default();
    if !write_rows(&mut w, rows) {
        return None;
    }
    let bytes = w.finish();
    let mut r = Reader::new(&bytes);
    let back = read_rows(&mut r).unwrap();
    r.end().unwrap();
    Some(back)
}

fn id(n: u64) -> RecordId {
    let mut id = [0; 16];
    id.copy_from_slice(&Hash::of_body(&n.to_le_bytes()).0[..16]);
    RecordId(id)
}

fn row(n: u64, fields: &[(String, Value)]) -> PageRow {
    let mut w = Writer::default();
    w.array(3).bytes(&id(n).0).uint(1000 + n).array(fields.len());
    for (name, value) in fields {
        w.array(3).text(name).uint(0).value(value);
    }
    PageRow::State { record: id(n), state: w.finish().into(), held_by: vec![Key([n.to_le_bytes()[0] % 3; 16])] }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (0..50_i64).prop_map(Value::Int),
        "[a-z0-9王]{0,8}".prop_map(Value::Text),
        "[0-9]{11}".prop_map(Value::Text),
        any::<[u8; 16]>().prop_map(|b| Value::Id(RecordId(b))),
        any::<[u8; 16]>().prop_map(|b| Value::Bytes(b.to_vec())),
        (-1e6..1e6_f64).prop_filter_map("a number", Value::float),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::btree_map("[a-c]{1,2}", inner, 0..4).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_woven_unravels_to_the_same_bytes(
        records in prop::collection::vec(prop::collection::vec(("[a-d]{1,2}", any_value()), 0..6), 16..40),
        left in prop::collection::vec(any::<bool>(), 40),
    ) {
        let rows: Vec<PageRow> = (0..).zip(&records).zip(left).map(|((n, fields), left)| {
            if left { PageRow::Left { record: id(n) } } else { row(n, fields) }
        }).collect();
        prop_assert_eq!(there_and_back(&rows).unwrap(), rows);
    }

    #[test]
    fn no_bytes_upset_it(bytes in prop::collection::vec(any::<u8>(), 0..60), cut in 0..400_usize) {
        let _any = read_rows(&mut Reader::new(&bytes));
        let odd: Vec<PageRow> = (0..20).map(|n| PageRow::State { record: id(n), state: bytes.clone().into(), held_by: vec![] }).collect();
        if let Some(back) = there_and_back(&odd) {
            prop_assert_eq!(back, odd);
        }
        let mut w = Writer::default();
        let rows: Vec<PageRow> = (0..20).map(|n| row(n, &[("phone".into(), Value::Int(n.cast_signed()))])).collect();
        prop_assert!(write_rows(&mut w, &rows));
        let mut whole = w.finish();
        let at = cut % whole.len();
        whole[at] ^= 0x41;
        let _changed = read_rows(&mut Reader::new(&whole));
        whole.truncate(at);
        prop_assert!(read_rows(&mut Reader::new(&whole)).is_err());
    }
}

#[test]
fn a_bomb_of_shapes_stops_at_the_limit() {
    let mut w = Writer::default();
    w.map(7).uint(1).uint(4000).uint(2).array(2).uint(1).bytes(&[&[0x50][..], &[7; 16]].concat());
    w.uint(3).array(2).uint(1).bytes(&[1]).uint(4).array(1).array(1).bytes(&vec![0; 100_000]);
    w.uint(5).array(1).array(0).uint(6).array(2).uint(1).bytes(&[0]).uint(7).array(0);
    assert_eq!(read_rows(&mut Reader::new(&w.finish())), Err(Malformed::TooLarge));
}

#[test]
fn what_all_rows_share_travels_once() {
    let fields = |n: u64| -> Vec<(String, Value)> {
        (0..20).map(|f| (format!("a_long_name_of_a_field_{f}"), Value::Int((n + f).cast_signed()))).collect()
    };
    let rows: Vec<PageRow> = (0..100).map(|n| row(n, &fields(n))).collect();
    let mut w = Writer::default();
    assert!(write_rows(&mut w, &rows));
    let plain: usize = rows.iter().map(|r| if let PageRow::State { state, .. } = r { state.len() } else { 0 }).sum();
    assert!(w.finish().len() * 10 < plain);
}
