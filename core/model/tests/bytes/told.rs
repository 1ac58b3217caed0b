//! The histories of `tests/golden`, as they are told: one rule of the fold each, together everything that a model has.
//!
//! Owns the stories and their stamps. Refuses to know files and expectations. Invariant: what is told here is what stands
//! in the newest version's folder; a story is added, never changed.

use gridwalk_model::hash::Hash;
use gridwalk_model::journal::{Entry, Outcome, Stamps};
use gridwalk_model::moved::Carriage;
use gridwalk_model::{
    AccountId, Change, DeviceId, Mark, Name, Op, OpName, RecordId, ReplicaId, SpaceId, TimelineId, Timestamp, UnitId,
    Value,
};
use std::collections::BTreeMap;

const RECORD: RecordId = RecordId([0x30; 16]);
const OTHER: RecordId = RecordId([0x32; 16]);
const NOON: i64 = 1_767_225_600_000;

/// A file's name, what it shows, its record, its entries.
pub type Told = (&'static str, &'static str, RecordId, Vec<Entry>);

/// Every history.
pub fn histories() -> Vec<Told> {
    [
        (
            "fields",
            "two writers disagree, a third decides, one clears; a value comes late and goes to history",
            fields(),
        ),
        ("values", "every shape of a value, one in the other", values()),
        ("sets", "a remove takes what it has seen; links and attachments; a remove that comes before its add", sets()),
        (
            "instances",
            "an edit keeps an instance alive; its fields stay hidden; a remove that comes first",
            instances(),
        ),
        ("steps", "a step applied, one overtaken by it, one by nothing; one approved later", steps()),
        ("deletes", "a deletion covers what was seen; an edit after it, a machine's, one covered by name", deletes()),
        ("names", "a body of two names, an alias for it, and what bodies not admitted had seen", names()),
        ("erased", "an erasure leaves shapes: what they covered stays covered", erased()),
        ("carried", "what comes after a record from another space, with ids that stand for others", carried()),
        ("later_version", "a kind, header rows and operations of a later version", later_version()),
    ]
    .map(|(id, note, entries)| (id, note, RECORD, entries))
    .into()
}

/// A journal as it grows: one entry a minute.
#[derive(Default)]
struct Journal(Vec<Entry>);

impl Journal {
    fn next(&self) -> u64 {
        self.0.len() as u64 + 1
    }

    fn stamps(&self) -> Stamps {
        let minute = i64::try_from(self.next()).unwrap() * 60_000;
        Stamps {
            pos: self.next(),
            received_at: Timestamp(NOON + minute),
            effective: Timestamp(NOON + minute - 1_000),
            early: vec![],
            also_seen: vec![],
            also_seen_in: BTreeMap::new(),
            outcome: None,
            covers: None,
            approved_by: None,
            workflow_version: 0,
            erased: false,
        }
    }

    fn admit(&mut self, change: Change) -> Name {
        self.stamped(change, |_| {})
    }

    fn stamped(&mut self, change: Change, stamp: impl Fn(&mut Stamps)) -> Name {
        let (mut stamps, change) = (self.stamps(), change.seal().unwrap());
        stamp(&mut stamps);
        let name = change.name();
        self.0.push(Entry::admitted(stamps, change));
        name
    }
}

/// What the person at a phone typed.
fn typed(phone: u8, seq: u64, seen: &[Name], ops: Vec<Op>) -> Change {
    Change {
        space: SpaceId([0x10; 16]),
        replica: ReplicaId([phone; 16]),
        seq,
        prev: Hash::default(),
        record: RECORD,
        kind: "household".to_owned(),
        unit: UnitId([0x40; 16]),
        author: AccountId([phone; 16]),
        machine: false,
        device: DeviceId([phone; 16]),
        typed_at: Timestamp(NOON),
        heard: Timestamp(NOON - 60_000),
        seen: seen.to_vec(),
        was: vec![],
        instead_of: None,
        salt: [0x70; 16],
        ops,
        extra: vec![],
    }
}

fn name_of(change: &Change) -> Name {
    change.clone().seal().unwrap().name()
}

fn within(key: &str, field: &str, value: i64) -> Op {
    Op::Put { field: field.into(), value: Some(value.into()), within: Some(key.into()), seen: None }
}

fn fields() -> Vec<Entry> {
    let mut j = Journal::default();
    let first = j.admit(typed(1, 1, &[], vec![Op::put("head_name", "张伟"), Op::put("phone", "13000000000")]));
    let mine = j.admit(typed(1, 2, &[first], vec![Op::put("head_name", "张玮")]));
    let theirs = j.admit(typed(2, 1, &[first], vec![Op::put("head_name", "章伟")]));
    let masked = Op::Put { field: "phone".into(), value: None, within: None, seen: Some(vec![first]) };
    j.admit(typed(3, 1, &[], vec![masked]));
    j.admit(typed(2, 2, &[mine, theirs], vec![Op::put("head_name", "张伟（大）")]));
    let late = typed(3, 2, &[], vec![Op::put("note", "晚到")]);
    let gone = name_of(&late);
    j.stamped(typed(2, 3, &[gone], vec![Op::put("note", "早到")]), |s| s.early = vec![gone]);
    j.admit(late);
    j.admit(typed(1, 3, &[], vec![Op::put("floor", 3)]));
    j.admit(Change { unit: UnitId([0x41; 16]), ..typed(2, 4, &[], vec![Op::put("floor", 4)]) });
    j.0
}

fn values() -> Vec<Entry> {
    let inner = Value::Map(BTreeMap::from([("格".to_owned(), Value::Int(-1)), ("aa".to_owned(), Value::Bool(false))]));
    let list = Value::List(vec![Value::Id(OTHER), inner, Value::List(vec![]), Value::Bytes(vec![])]);
    let mut j = Journal::default();
    j.admit(typed(
        1,
        1,
        &[],
        vec![
            Op::put("yes", true),
            Op::put("least", i64::MIN),
            Op::put("most", i64::MAX),
            Op::put("half", Value::float(0.5).unwrap()),
            Op::put("single", Value::float(f64::from(0.1_f32)).unwrap()),
            Op::put("double", Value::float(119.221_610_7).unwrap()),
            Op::put("text", "刘奶奶，三楼"),
            Op::put("empty", ""),
            Op::put("bytes", Value::Bytes(vec![0, 255])),
            Op::put("place", Value::Id(OTHER)),
            Op::put("list", list.clone()),
            Op::put("map", Value::Map(BTreeMap::from([("all".to_owned(), list)]))),
        ],
    ));
    j.0
}

fn sets() -> Vec<Entry> {
    let add = |text: &str| Op::Add { set: "tags".into(), element: text.into() };
    let dot = |change, index| OpName { change, index };
    let mut j = Journal::default();
    let first = j.admit(typed(1, 1, &[], vec![add("独居"), add("高龄"), Op::Link { other: OTHER }]));
    let picture = Value::Map(BTreeMap::from([("sha256".to_owned(), Value::Bytes(vec![9; 32]))]));
    let second = j.admit(typed(2, 1, &[], vec![add("独居"), Op::Attach { element: picture }]));
    j.admit(typed(3, 1, &[], vec![Op::Remove { set: "tags".into(), dots: vec![dot(first, 0), dot(first, 1)] }]));
    j.admit(typed(3, 2, &[], vec![Op::Unlink { dots: vec![dot(first, 2)] }, Op::Link { other: RecordId([0x33; 16]) }]));
    let late = typed(1, 2, &[second], vec![add("租户"), add("养犬")]);
    let gone = name_of(&late);
    let remove = Op::Remove { set: "tags".into(), dots: vec![dot(gone, 0)] };
    j.stamped(typed(2, 2, &[], vec![remove]), |s| s.early = vec![gone]);
    j.admit(late);
    j.0
}

fn instances() -> Vec<Entry> {
    let add = |key: &str| Op::AddInstance { within: key.into() };
    let remove = |key: &str, dots| Op::RemoveInstance { within: key.into(), dots };
    let mut j = Journal::default();
    let first = j.admit(typed(1, 1, &[], vec![add("members/1f"), within("members/1f", "age", 80), add("members/2e")]));
    j.admit(typed(2, 1, &[first], vec![within("members/1f", "age", 81)]));
    j.admit(typed(3, 1, &[first], vec![remove("members/1f", vec![first]), remove("members/2e", vec![first])]));
    let late = typed(1, 2, &[], vec![add("members/3d"), within("members/3d", "age", 7)]);
    let gone = name_of(&late);
    j.stamped(typed(2, 2, &[], vec![remove("members/3d", vec![gone])]), |s| s.early = vec![gone]);
    j.admit(late);
    j.admit(typed(2, 3, &[], vec![add("members/4c"), within("members/4c", "age", 30)]));
    j.0
}

fn steps() -> Vec<Entry> {
    let step = |step: &str, to: &str, reason: &str| Op::Step {
        step: step.into(),
        to: to.into(),
        answers: BTreeMap::from([("reason".to_owned(), reason.into())]),
    };
    let mut j = Journal::default();
    let taken = Op::Step { step: "take".into(), to: "taken".into(), answers: BTreeMap::new() };
    let first = j.stamped(typed(1, 1, &[], vec![taken]), |s| {
        (s.outcome, s.workflow_version) = (Some(Outcome::Applied), 3);
    });
    j.stamped(typed(2, 1, &[], vec![step("hand_back", "dispatched", "不属本单位")]), |s| {
        (s.outcome, s.workflow_version) = (Some(Outcome::Overtaken(Some(first))), 3);
    });
    j.stamped(typed(3, 1, &[], vec![step("close", "closed", "已办结")]), |s| {
        (s.outcome, s.workflow_version) = (Some(Outcome::Overtaken(None)), 3);
    });
    j.stamped(typed(2, 2, &[first], vec![step("close", "closed", "已清除"), Op::put("result", "ok")]), |s| {
        (s.outcome, s.workflow_version) = (Some(Outcome::Applied), 4);
        (s.approved_by, s.effective) = (Some(AccountId([0x55; 16])), Timestamp(NOON));
    });
    j.0
}

fn deletes() -> Vec<Entry> {
    let delete = |pos, own| vec![Op::Delete { timeline: TimelineId([0x80; 16]), pos, own }];
    let mut j = Journal::default();
    let first = j.admit(typed(1, 1, &[], vec![Op::put("name", "车棚")]));
    let unsafe_own = j.admit(typed(1, 2, &[first], vec![Op::put("floors", 1)]));
    j.stamped(typed(1, 3, &[], delete(1, vec![unsafe_own])), |s| s.covers = Some(1));
    j.admit(typed(2, 1, &[first], vec![Op::put("name", "新车棚")]));
    j.admit(Change { machine: true, ..typed(3, 1, &[], vec![Op::put("code", 7)]) });
    j.stamped(typed(3, 2, &[], delete(5, vec![])), |s| s.covers = Some(5));
    j.admit(typed(2, 2, &[], vec![Op::put("note", "还在")]));
    j.0
}

fn names() -> Vec<Entry> {
    let former = |seq| Name { replica: ReplicaId([9; 16]), seq, mark: Mark([9; 8]) };
    let mut j = Journal::default();
    let first = j.admit(typed(1, 1, &[], vec![Op::put("name", "一号楼")]));
    let named = Change { was: vec![former(1)], ..typed(4, 1, &[first], vec![Op::put("name", "二号楼")]) };
    let body = j.admit(named);
    j.0.push(Entry::Alias { pos: j.next(), alias: former(2), of: body });
    let other = j.admit(Change { was: vec![former(3)], ..typed(4, 2, &[], vec![Op::put("note", "甲")]) });
    j.admit(typed(2, 1, &[former(2)], vec![Op::put("name", "三号楼")]));
    j.stamped(typed(2, 2, &[former(4)], vec![Op::put("note", "乙")]), |s| s.also_seen = vec![other]);
    j.admit(Change { was: vec![former(5), former(6)], ..typed(4, 3, &[], vec![Op::put("floors", 6)]) });
    j.0
}

fn erased() -> Vec<Entry> {
    let mut j = Journal::default();
    let first = j.admit(typed(1, 1, &[], vec![Op::put("name", "王小明"), Op::put("phone", "13000000000")]));
    let tags = Op::Add { set: "tags".into(), element: "独居".into() };
    let step = Op::Step {
        step: "take".into(),
        to: "taken".into(),
        answers: BTreeMap::from([("reason".to_owned(), "他说了".into())]),
    };
    let ops = vec![
        Op::put("name", "王晓明"),
        tags,
        Op::Attach { element: Value::Bytes(vec![1; 32]) },
        Op::Link { other: OTHER },
        Op::AddInstance { within: "members/1f".into() },
        within("members/1f", "age", 80),
        step,
        Op::Unknown { code: 99, raw: vec![0x82, 0x18, 99, 0x01] },
    ];
    let whole = typed(2, 1, &[first], ops).seal().unwrap();
    let shape = whole.change.shape().seal().unwrap();
    let stamps = Stamps { erased: true, outcome: Some(Outcome::Applied), ..j.stamps() };
    j.0.push(Entry::Change { stamps, change: shape, names: whole.names(), id: whole.name() });
    j.0.push(Entry::Erase { pos: j.next(), erasure: None });
    j.admit(typed(1, 2, &[whole.name()], vec![Op::put("name", "（已更正）")]));
    j.0
}

fn carried() -> Vec<Entry> {
    let there = SpaceId([0x11; 16]);
    let mut j = Journal::default();
    let origins = Value::List(vec![Value::Id(RecordId([0x39; 16]))]);
    let first = j.admit(Change { machine: true, ..typed(5, 1, &[], vec![Op::put("@came_from", origins)]) });
    let mut carry = |change: Change, pos: u64, covers: Option<u64>, covered: Vec<Name>| {
        let change = Change { space: there, record: RecordId([0x39; 16]), ..change }.seal().unwrap();
        let (names, id) = (change.names(), change.name());
        let ids = vec![(OTHER, RecordId([0x3a; 16]))];
        let carriage = Carriage { from: there, pos, ids, covered };
        j.0.push(Entry::Carried { stamps: Stamps { covers, ..j.stamps() }, change, names, id, carriage });
        id
    };
    let below = carry(
        typed(1, 1, &[first], vec![Op::put("parent", Value::Id(OTHER)), Op::Link { other: OTHER }]),
        40,
        None,
        vec![],
    );
    let delete = Op::Delete { timeline: TimelineId([0x80; 16]), pos: 40, own: vec![] };
    carry(typed(1, 2, &[below], vec![delete]), 41, Some(0), vec![below]);
    carry(typed(2, 1, &[below], vec![Op::put("name", "还在")]), 42, None, vec![]);
    j.0
}

fn later_version() -> Vec<Entry> {
    let mut j = Journal::default();
    j.admit(Change { kind: "drone_flight".into(), ..typed(1, 1, &[], vec![Op::put("height_m", 120)]) });
    let later = Op::Unknown { code: 99, raw: vec![0x82, 0x18, 99, 0xa1, 0x01, 0xf6] };
    let extra = vec![(18, vec![0x01]), (300, vec![0x61, b'z'])];
    j.admit(Change { extra, ..typed(2, 1, &[], vec![later, Op::put("pilot", "李")]) });
    j.0
}
