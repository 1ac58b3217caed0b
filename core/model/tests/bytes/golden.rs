//! Changes that were written once and must be read for ever: `tests/golden/changes-v1`.
//!
//! Owns the comparison and, under `GRIDWALK_WRITE_GOLDEN`, the writing of files that do not exist yet. Refuses to
//! change a file that exists. Invariant: bytes, hash and meaning of each stay what they were.

use gridwalk_model::hash::Hash;
use gridwalk_model::{
    AccountId, Change, DeviceId, Mark, Name, Op, OpName, RecordId, ReplicaId, SealedChange, SpaceId, TimelineId,
    Timestamp, UnitId, Value,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/changes-v1")
}

fn name(replica: u8, seq: u64) -> Name {
    Name { replica: ReplicaId([replica; 16]), seq, mark: Mark([replica; 8]) }
}

fn plain(seq: u64, ops: Vec<Op>) -> Change {
    Change {
        space: SpaceId([0x10; 16]),
        replica: ReplicaId([0x20; 16]),
        seq,
        prev: Hash::default(),
        record: RecordId([0x30; 16]),
        kind: "household".to_owned(),
        unit: UnitId([0x40; 16]),
        author: AccountId([0x50; 16]),
        machine: false,
        device: DeviceId([0x60; 16]),
        typed_at: Timestamp(1_767_225_600_000),
        heard: Timestamp(1_767_225_000_000),
        seen: Vec::new(),
        was: Vec::new(),
        instead_of: None,
        salt: [0x70; 16],
        ops,
        extra: Vec::new(),
    }
}

/// A change with every row and every operation.
pub fn everything() -> Change {
    let dot = |index| OpName { change: name(3, 4), index };
    let put = |field: &str, value: Option<Value>, within: Option<&str>, seen| Op::Put {
        field: field.to_owned(),
        value,
        within: within.map(str::to_owned),
        seen,
    };
    let map = BTreeMap::from([("b".to_owned(), Value::Int(-1)), ("aa".to_owned(), Value::List(vec![]))]);
    let ops = vec![
        put("head_name", Some("王小明".into()), None, None),
        put("phone", None, None, Some(vec![name(1, 1)])),
        put("born", Some(Value::Int(-7_000)), Some("members/1f"), Some(vec![])),
        put("area_m2", Value::float(88.5), None, None),
        put("lon", Value::float(119.221_610_7), None, None),
        put("photo", Some(Value::Bytes(vec![1, 2, 255])), None, None),
        put("dwelling", Some(Value::Id(RecordId([0x31; 16]))), None, None),
        put("more", Some(Value::Map(map)), None, None),
        Op::Add { set: "tags".to_owned(), element: Value::Bool(true) },
        Op::Remove { set: "tags".to_owned(), dots: vec![dot(0), dot(7)] },
        Op::AddInstance { within: "members/2e".to_owned() },
        Op::RemoveInstance { within: "members/3d".to_owned(), dots: vec![name(1, 1), name(1, 300)] },
        Op::Step {
            step: "hand_back".to_owned(),
            to: "dispatched".to_owned(),
            answers: BTreeMap::from([("reason".to_owned(), "不属本单位".into())]),
        },
        Op::Link { other: RecordId([0x32; 16]) },
        Op::Unlink { dots: vec![dot(70_000)] },
        Op::Attach { element: Value::Bytes(vec![9; 32]) },
        Op::Delete { timeline: TimelineId([0x80; 16]), pos: 5_000_000_000, own: vec![name(2, 2)] },
        Op::Unknown { code: 99, raw: vec![0x82, 0x18, 99, 0xa1, 0x01, 0xf6] },
    ];
    Change {
        machine: true,
        prev: Hash([0x90; 32]),
        seen: vec![name(1, 1), name(2, 2)],
        was: vec![name(5, 6)],
        instead_of: Some(name(7, 8)),
        extra: vec![(18, vec![0x01]), (300, vec![0x61, b'z'])],
        ..plain(41, ops)
    }
}

/// What stands in the folder, by name.
fn cases() -> Vec<(&'static str, &'static str, Change)> {
    let erased = everything().shape();
    let corrected = Change { instead_of: Some(name(7, 8)), ..plain(3, vec![Op::put("phone", "13000000000")]) };
    let restamped = Change { was: vec![name(1, 9), name(4, 2)], ..plain(5, vec![Op::clear("phone")]) };
    let step = Op::Step { step: "take".into(), to: "taken".into(), answers: BTreeMap::new() };
    vec![
        ("put", "one field written", plain(1, vec![Op::put("head_name", "张伟")])),
        (
            "everything",
            "every header row and every operation, with rows and an operation of a later version",
            everything(),
        ),
        ("erased", "what an erasure leaves of it", erased),
        ("corrected", "a change that corrects a refused one", corrected),
        ("restamped", "a change with former names; a field cleared", restamped),
        ("step", "a step without answers", Change { kind: "case".to_owned(), ..plain(24, vec![step]) }),
        (
            "unknown_kind",
            "a kind of a later version",
            Change { kind: "drone_flight".into(), ..plain(256, vec![Op::put("height_m", 120)]) },
        ),
    ]
}

macro_rules! kinds {
    ($list:ident, $name:ident($of:ident): $($shape:ident => $word:literal),+ $(,)?) => {
        const $list: &[&str] = &[$($word),+];

        /// A variant without a name here does not compile; one that no file holds fails.
        fn $name(of: &$of) -> &'static str {
            match of {
                $($of::$shape { .. } => $word),+
            }
        }
    };
}

kinds! { OPERATIONS, operation(Op):
    Put => "put", Add => "add", Remove => "remove", AddInstance => "add an instance",
    RemoveInstance => "remove an instance", Step => "step", Link => "link", Unlink => "unlink", Attach => "attach",
    Delete => "delete", Unknown => "one of a later version",
}

kinds! { VALUES, shape(Value):
    Bool => "bool", Int => "int", Float => "float", Text => "text", Bytes => "bytes", Id => "id", List => "list",
    Map => "map",
}

/// What some changes hold of all that a change may hold.
#[derive(Default)]
pub struct Covered(BTreeSet<&'static str>);

impl Covered {
    pub fn take(&mut self, change: Option<&Change>) {
        for op in change.into_iter().flat_map(|change| &change.ops) {
            self.0.insert(operation(op));
            match op {
                Op::Put { value: None, .. } => _ = self.0.insert(CLEARED),
                Op::Put { value: Some(value), .. } | Op::Add { element: value, .. } | Op::Attach { element: value } => {
                    self.value(value);
                }
                Op::Step { answers, .. } => answers.values().for_each(|v| self.value(v)),
                _ => {}
            }
        }
    }

    fn value(&mut self, value: &Value) {
        self.0.insert(shape(value));
        match value {
            Value::List(list) => list.iter().for_each(|v| self.value(v)),
            Value::Map(map) => map.values().for_each(|v| self.value(v)),
            _ => {}
        }
    }

    /// What is not there.
    pub fn missing(&self) -> Vec<&'static str> {
        let all = OPERATIONS.iter().chain(VALUES).chain(&[CLEARED]);
        all.copied().filter(|word| !self.0.contains(word)).collect()
    }
}

const CLEARED: &str = "a field cleared";

/// What these changes hold.
pub fn covered_by(changes: impl IntoIterator<Item = Change>) -> Covered {
    let mut covered = Covered::default();
    changes.into_iter().for_each(|change| covered.take(Some(&change)));
    covered
}

#[test]
fn the_changes_hold_every_operation_and_every_shape_of_a_value() {
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let row: serde_json::Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        let bytes = data_encoding::HEXLOWER.decode(row["bytes"].as_str().unwrap().as_bytes()).unwrap();
        (*SealedChange::open(&bytes).unwrap().change).clone()
    };
    assert_eq!(covered_by(std::fs::read_dir(folder()).unwrap().map(read)).missing(), Vec::<&str>::new());
    let all = OPERATIONS.iter().chain(VALUES).chain(&[CLEARED]).copied().collect::<Vec<_>>();
    assert_eq!(covered_by([]).missing(), all, "nothing is missed if it is not there");
}

#[test]
fn what_was_written_once_is_read_for_ever() {
    let write = std::env::var_os("GRIDWALK_WRITE_GOLDEN").is_some();
    for (id, note, change) in cases() {
        let path = folder().join(format!("{id}.json"));
        let sealed = change.seal().unwrap();
        if write && !path.exists() {
            let hex = data_encoding::HEXLOWER.encode(&sealed.bytes);
            let row = json!({"note": note, "bytes": hex, "hash": sealed.hash.to_string(), "diagnostic": minicbor::display(&sealed.bytes).to_string()});
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, serde_json::to_string_pretty(&row).unwrap() + "\n").unwrap();
        }
        let row: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let bytes = data_encoding::HEXLOWER.decode(text("bytes").as_bytes()).unwrap();
        let read = SealedChange::open(&bytes).unwrap();
        assert_eq!(*read.change, *sealed.change, "{id}: the meaning");
        assert_eq!(read.hash.to_string(), text("hash"), "{id}: the hash");
        assert_eq!(&*sealed.bytes, bytes, "{id}: encoded again");
    }
    // The diagnostic notation beside the bytes is for readers; nothing depends on its form.
    let files = std::fs::read_dir(folder()).unwrap().count();
    assert_eq!(files, cases().len(), "a file that no case names");
}
