//! Random changes, with everything that a change can hold.
//!
//! Owns the strategies. Refuses to know encodings, but for what a later version adds. Invariant: each change can be
//! sealed.

use gridwalk_model::codec::Writer;
use gridwalk_model::hash::Hash;
use gridwalk_model::{
    AccountId, Change, DeviceId, Mark, Name, Op, OpName, RecordId, ReplicaId, SpaceId, TimelineId, Timestamp, UnitId,
    Value,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

pub fn name() -> impl Strategy<Value = Name> {
    (any::<[u8; 16]>(), any::<u64>(), any::<[u8; 8]>()).prop_map(|(replica, seq, mark)| Name {
        replica: ReplicaId(replica),
        seq,
        mark: Mark(mark),
    })
}

fn op_name() -> impl Strategy<Value = OpName> {
    (name(), any::<u32>()).prop_map(|(change, index)| OpName { change, index })
}

fn float() -> impl Strategy<Value = Value> {
    let any_width = prop_oneof![any::<f64>(), any::<f32>().prop_map(f64::from), (-9..9_i32).prop_map(f64::from)];
    any_width.prop_filter_map("finite", Value::float)
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        float(),
        ".{0,12}".prop_map(Value::Text),
        vec(any::<u8>(), 0..9).prop_map(Value::Bytes),
        any::<[u8; 16]>().prop_map(|id| Value::Id(RecordId(id))),
    ]
}

/// Values of any depth.
pub fn deep_value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            btree_map("[a-z格]{0,8}", inner, 0..4).prop_map(Value::Map)
        ]
    })
}

/// Values without maps in maps, which the contract allows and its validator stumbles over.
pub fn value() -> impl Strategy<Value = Value> {
    let list = || vec(leaf(), 0..4).prop_map(Value::List);
    let map = || btree_map("[a-z格]{0,8}", prop_oneof![leaf(), list()], 0..4).prop_map(Value::Map);
    prop_oneof![4 => leaf(), 1 => list(), 1 => map(), 1 => vec(prop_oneof![leaf(), map()], 0..3).prop_map(Value::List)]
}

/// CBOR that no version knows yet, deterministic.
fn later() -> impl Strategy<Value = Vec<u8>> {
    value().prop_map(|v| {
        let mut w = Writer::default();
        w.map(2).uint(1).value(&v).uint(2).null();
        w.finish()
    })
}

pub fn op() -> impl Strategy<Value = Op> {
    let code = || "[a-z_]{1,12}";
    let key = || "[a-z]{1,6}/[0-9a-f]{4}";
    let names = || vec(name(), 0..3);
    let op_names = || vec(op_name(), 0..3);
    prop_oneof![
        4 => (code(), prop::option::of(value()), prop::option::of(key()), prop::option::of(names()))
            .prop_map(|(field, value, within, seen)| Op::Put { field, value, within, seen }),
        1 => (code(), value()).prop_map(|(set, element)| Op::Add { set, element }),
        1 => (code(), op_names()).prop_map(|(set, dots)| Op::Remove { set, dots }),
        1 => key().prop_map(|within| Op::AddInstance { within }),
        1 => (key(), names()).prop_map(|(within, dots)| Op::RemoveInstance { within, dots }),
        1 => any::<[u8; 16]>().prop_map(|id| Op::Link { other: RecordId(id) }),
        1 => op_names().prop_map(|dots| Op::Unlink { dots }),
        1 => value().prop_map(|element| Op::Attach { element }),
        1 => (12_u64..1 << 40, later()).prop_map(|(code, extra)| {
            let mut w = Writer::default();
            w.array(2).uint(code).raw(&extra);
            Op::Unknown { code, raw: w.finish() }
        }),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let step = (
        "[a-z]{1,9}",
        "[a-z]{1,9}",
        btree_map("[a-z]{1,5}", prop_oneof![leaf(), vec(leaf(), 0..4).prop_map(Value::List)], 0..3),
    )
        .prop_map(|(step, to, answers)| Op::Step { step, to, answers });
    let delete = (any::<[u8; 16]>(), any::<u64>(), vec(name(), 0..3)).prop_map(|(id, pos, own)| Op::Delete {
        timeline: TimelineId(id),
        pos,
        own,
    });
    (vec(op(), 1..5), prop::option::of(step), prop::option::of(delete)).prop_map(|(mut ops, step, delete)| {
        let mut written = std::collections::BTreeSet::new();
        ops.retain(|op| match op {
            Op::Put { field, within, .. } => written.insert((within.clone(), field.clone())),
            _ => true,
        });
        ops.extend(step.into_iter().chain(delete));
        ops
    })
}

/// A change as a writer makes it: lists in any order.
pub fn change() -> impl Strategy<Value = Change> {
    let ids = any::<[[u8; 16]; 7]>();
    let numbers = (1..=u64::MAX, any::<i64>(), any::<i64>(), any::<[u8; 32]>(), any::<bool>());
    let lists = (vec(name(), 0..4), vec(name(), 0..3), prop::option::of(name()));
    let extra = btree_map(18_u64..1 << 33, later(), 0..3);
    (ids, numbers, lists, extra, "[a-z_]{1,20}", ops()).prop_map(|(ids, numbers, lists, extra, kind, ops)| Change {
        space: SpaceId(ids[0]),
        replica: ReplicaId(ids[1]),
        seq: numbers.0,
        prev: Hash(numbers.3),
        record: RecordId(ids[2]),
        kind,
        unit: UnitId(ids[3]),
        author: AccountId(ids[4]),
        machine: numbers.4,
        device: DeviceId(ids[5]),
        typed_at: Timestamp(numbers.1),
        heard: Timestamp(numbers.2),
        seen: lists.0,
        was: lists.1,
        instead_of: lists.2,
        salt: ids[6],
        ops,
        extra: extra.into_iter().collect(),
    })
}
