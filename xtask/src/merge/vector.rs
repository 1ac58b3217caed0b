//! One history: its entries as the model's journal, what is expected of them, and the comparison.
//!
//! Owns the reading of the format. Refuses to know how entries fold. Invariant: stamps are taken as they stand; only a
//! phone's own changes are predicted.

use super::difference::{self, Difference};
use super::names::{name, op_name, padded};
use super::public;
use gridwalk_model::admission::{self, Branch};
use gridwalk_model::hash::Hash;
use gridwalk_model::journal::{Entry, Outcome, Stamps};
use gridwalk_model::name::tidy;
use gridwalk_model::workflow::Workflow;
use gridwalk_model::{
    AccountId, Change, DeviceId, Name, Op, RecordId, SealedChange, SpaceId, State, TimelineId, Timestamp, UnitId,
    change_codec, codec, fold, state_codec,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The workflow that predicts a phone's own steps.
const WORKFLOW: [(&str, &str, &str); 5] = [
    ("new", "start", "doing"),
    ("new", "close", "done"),
    ("doing", "close", "done"),
    ("doing", "hand", "new"),
    ("done", "reopen", "doing"),
];

/// The code under which operations that the model does not know are kept.
pub const UNKNOWN_CODE: u64 = 1 << 32;

/// States by record.
pub type States = BTreeMap<RecordId, State>;

/// A history with its expectations.
#[derive(Deserialize)]
pub struct Vector {
    #[serde(default)]
    note: String,
    changes: Vec<EntryText>,
    expected_state: Json,
    expected_view: Json,
    phone: Option<PhoneText>,
}

#[derive(Deserialize)]
struct EntryText {
    rec: String,
    pos: u64,
    #[serde(default)]
    received_at: i64,
    effective: Option<i64>,
    #[serde(default)]
    early: Vec<String>,
    change: Option<ChangeText>,
    outcome: Option<String>,
    covers: Option<u64>,
    #[serde(default)]
    erased: bool,
    alias: Option<String>,
    of: Option<String>,
    erase: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct ChangeText {
    id: String,
    #[serde(default)]
    was: Vec<String>,
    rec: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    typed_at: i64,
    #[serde(default)]
    heard: i64,
    #[serde(default)]
    seen: Vec<String>,
    ops: Vec<Map<String, Json>>,
}

#[derive(Deserialize)]
struct PhoneText {
    after: usize,
    now: i64,
    outbox: Vec<ChangeText>,
    timelines: Vec<TimelineText>,
    expected_state: Json,
    expected_view: Json,
}

#[derive(Deserialize)]
struct TimelineText {
    id: String,
    from: u64,
}

impl Vector {
    /// Reads a history from its JSON.
    pub fn read(json: Json) -> Result<Self, String> {
        serde_json::from_value(json).map_err(|e| e.to_string())
    }

    /// The rule that it shows.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The first place where what was folded is not what was expected.
    pub fn mismatch(&self) -> Result<Option<Difference>, String> {
        let entries = self.entries()?;
        let server = fold_all(&entries);
        let mut found = public::states(&server);
        public::add_history(&mut found, &entries, &server)?;
        Ok(difference::first("expected_state", Some(&self.expected_state), Some(&found))
            .or_else(|| difference::first("expected_view", Some(&self.expected_view), Some(&public::view(&server))))
            .or_else(|| through_bytes(&entries, &server))
            .or(self.phone.as_ref().map_or(Ok(None), |p| p.mismatch(&entries))?))
    }

    fn entries(&self) -> Result<Vec<(RecordId, Entry)>, String> {
        (0..).zip(&self.changes).map(|(i, e)| e.read().map_err(|why| format!("changes[{i}]: {why}"))).collect()
    }
}

/// Every record's entries, folded.
fn fold_all(entries: &[(RecordId, Entry)]) -> States {
    let mut states = States::new();
    for (record, entry) in entries {
        fold::apply(states.entry(*record).or_insert_with(|| State::new(*record)), entry);
    }
    states
}

/// Changes and states must come back from their bytes.
fn through_bytes(entries: &[(RecordId, Entry)], states: &States) -> Option<Difference> {
    let lost = |at: String| Some(Difference { at, expected: None, found: None });
    for (_, entry) in entries {
        if let Entry::Change { change, id, .. } = entry
            && change_codec::read_change(&change.bytes).ok().as_ref() != Some(&*change.change)
        {
            return lost(format!("the bytes of {}", super::names::name_text(id)));
        }
    }
    let changed = |s: &&State| state_codec::read_state(&state_codec::state_bytes(s)).ok().as_ref() != Some(*s);
    states.values().find(changed).and_then(|s| lost(format!("the bytes of {}", super::names::text(&s.record.0))))
}

impl PhoneText {
    fn mismatch(&self, entries: &[(RecordId, Entry)]) -> Result<Option<Difference>, String> {
        let confirmed = fold_all(entries.get(..self.after).ok_or("phone.after lies beyond the journal")?);
        let read = |(i, c): (usize, &ChangeText)| c.seal().map_err(|why| format!("phone.outbox[{i}]: {why}"));
        let outbox: Vec<SealedChange> = self.outbox.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let branch = |t: &TimelineText| Ok(Branch { id: TimelineId(padded(&t.id)?), from: t.from });
        let branches: Vec<Branch> = self.timelines.iter().map(branch).collect::<Result<_, String>>()?;
        let workflow = Workflow::new(1, WORKFLOW);
        let mut states = States::new();
        for record in entries.iter().map(|(r, _)| *r) {
            let nothing = State::new(record);
            let own = outbox.iter().filter(|c| c.change.record == record);
            let held = confirmed.get(&record).unwrap_or(&nothing);
            states.insert(record, admission::predict(held, own, Timestamp(self.now), &workflow, &branches));
        }
        let (found, view) = (public::states(&states), public::view(&states));
        Ok(difference::first("phone.expected_state", Some(&self.expected_state), Some(&found))
            .or_else(|| difference::first("phone.expected_view", Some(&self.expected_view), Some(&view)))
            .or_else(|| through_bytes(&[], &states)))
    }
}

impl EntryText {
    fn read(&self) -> Result<(RecordId, Entry), String> {
        let record = RecordId(padded(&self.rec)?);
        let entry = match (&self.change, &self.alias, &self.of, &self.erase) {
            (Some(change), None, None, None) => self.admitted(change)?,
            (None, Some(alias), Some(of), None) => Entry::Alias { pos: self.pos, alias: name(alias)?, of: name(of)? },
            (None, None, None, Some(names)) => {
                names.iter().try_for_each(|n| name(n).map(|_| ()))?;
                Entry::Erase { pos: self.pos, erasure: None }
            }
            _ => return Err("neither a change, nor an alias, nor an erasure".to_owned()),
        };
        Ok((record, entry))
    }

    fn admitted(&self, change: &ChangeText) -> Result<Entry, String> {
        if change.rec != self.rec {
            return Err(format!("a change of {} under {}", change.rec, self.rec));
        }
        let stamps = Stamps {
            pos: self.pos,
            received_at: Timestamp(self.received_at),
            effective: Timestamp(self.effective.ok_or("lacks \"effective\"")?),
            early: all(&self.early, name)?,
            also_seen: Vec::new(),
            also_seen_in: BTreeMap::new(),
            outcome: self.outcome.as_deref().map(outcome).transpose()?,
            covers: self.covers,
            approved_by: None,
            workflow_version: 1,
            erased: self.erased,
        };
        Ok(Entry::admitted(stamps, change.seal()?))
    }
}

impl ChangeText {
    /// A change under its short name: the hash is made up from the name's mark, so that the name comes out right.
    fn seal(&self) -> Result<SealedChange, String> {
        let id = name(&self.id)?;
        let mut hash = Hash::default();
        hash.0[..8].copy_from_slice(&id.mark.0);
        let op = |(i, o): (usize, &Map<String, Json>)| read_op(o).map_err(|why| format!("operation {i} {why}"));
        let change = Change {
            space: SpaceId::default(),
            replica: id.replica,
            seq: id.seq,
            prev: Hash::default(),
            record: RecordId(padded(&self.rec)?),
            kind: "thing".to_owned(),
            unit: UnitId::default(),
            author: AccountId(padded(&self.author)?),
            machine: self.author.starts_with("sys"),
            device: DeviceId::default(),
            typed_at: Timestamp(self.typed_at),
            heard: Timestamp(self.heard),
            seen: all(&self.seen, name)?,
            was: all(&self.was, name)?,
            instead_of: None,
            salt: [0; 16],
            ops: self.ops.iter().enumerate().map(op).collect::<Result<_, _>>()?,
            extra: Vec::new(),
        };
        Ok(SealedChange { bytes: change_codec::change_bytes(&change).into(), hash, change: change.into() })
    }
}

fn all<T: Ord>(texts: &[String], read: fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    texts.iter().map(|t| read(t)).collect::<Result<_, _>>().map(tidy)
}

fn outcome(text: &str) -> Result<Outcome, String> {
    match text.strip_prefix("overtaken by ") {
        None if text == "applied" => Ok(Outcome::Applied),
        None => Err(format!("{text:?} is no outcome of a step")),
        Some("nothing") => Ok(Outcome::Overtaken(None)),
        Some(by) => name(by).map(|n| Outcome::Overtaken(Some(n))),
    }
}

/// An operation of the history as the model's. What an erasure blanked (`v`, `e`) may be missing.
fn read_op(op: &Map<String, Json>) -> Result<Op, String> {
    let kind = op.get("op").and_then(Json::as_str).ok_or("lacks \"op\"")?;
    let lacks = |key: &str| format!("({kind}) lacks {key:?}");
    let text = |key: &str| op.get(key).and_then(Json::as_str).map(str::to_owned).ok_or_else(|| lacks(key));
    let list = |key: &str| -> Result<Vec<String>, String> {
        op.get(key).cloned().and_then(|v| serde_json::from_value(v).ok()).ok_or_else(|| lacks(key))
    };
    let element = || op.get("e").and_then(public::value_of).unwrap_or(gridwalk_model::Value::Bool(false));
    let within = op.get("in").and_then(Json::as_str).map(str::to_owned);
    Ok(match (kind, within) {
        ("put" | "clear", within) => {
            let seen: Option<Vec<Name>> = op.get("seen").map(|_| all(&list("seen")?, name)).transpose()?;
            let value = if kind == "put" { op.get("v").and_then(public::value_of) } else { None };
            Op::Put { field: text("f")?, value, within, seen }
        }
        ("add", Some(within)) => Op::AddInstance { within },
        ("remove", Some(within)) => Op::RemoveInstance { within, dots: all(&list("dots")?, name)? },
        ("add", None) => Op::Add { set: text("set")?, element: element() },
        ("remove", None) => Op::Remove { set: text("set")?, dots: all(&list("dots")?, op_name)? },
        ("step", _) => Op::Step { step: text("step")?, to: text("to")?, answers: BTreeMap::new() },
        ("link", _) => Op::Link { other: RecordId(padded(op.get("e").and_then(Json::as_str).unwrap_or(""))?) },
        ("unlink", _) => Op::Unlink { dots: all(&list("dots")?, op_name)? },
        ("attach", _) => Op::Attach { element: element() },
        ("delete", _) => Op::Delete {
            timeline: TimelineId(padded(&text("timeline")?)?),
            pos: op.get("pos").and_then(Json::as_u64).ok_or_else(|| lacks("pos"))?,
            own: all(&list("own")?, name)?,
        },
        _ => {
            let mut w = codec::Writer::default();
            w.array(2).uint(UNKNOWN_CODE).text(&public::canonical(&Json::Object(op.clone())));
            Op::Unknown { code: UNKNOWN_CODE, raw: w.finish() }
        }
    })
}
