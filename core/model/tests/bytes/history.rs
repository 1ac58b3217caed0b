//! Histories that were folded once and must fold to the same bytes for ever: `tests/golden/histories-v1`.
//!
//! Owns the form of the files, the comparison and, under `GRIDWALK_WRITE_GOLDEN`, the writing of files that do not exist
//! yet. Refuses to change a file that exists, and to decide stamps: they stand in the files. Invariant: what stands in a
//! file folds to the state that stands beside it, byte for byte, whether at once or entry by entry through the codec.

use crate::golden::{Covered, covered_by};
use crate::told;
use gridwalk_model::codec::{Reader, Writer};
use gridwalk_model::hash::Hash;
use gridwalk_model::journal::{Entry, Outcome, Stamps};
use gridwalk_model::moved::Carriage;
use gridwalk_model::state::{Add, Deletion, Head, Instance, ObservedSet, Register};
use gridwalk_model::state_codec::{FOLD_VERSION, read_state, state_bytes};
use gridwalk_model::{AccountId, Name, RecordId, SealedChange, SpaceId, State, Timestamp, fold};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Every version of the fold that was ever released; its folder stays.
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=FOLD_VERSION;

fn folder(version: u32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/histories-v{version}"))
}

/// A file.
#[derive(Serialize, Deserialize)]
struct History {
    note: String,
    record: RecordId,
    entries: Vec<Row>,
    /// The state that the entries fold to, and its hash.
    state: String,
    hash: String,
}

/// An entry of the journal; what its kind does not have is left out.
#[derive(Serialize, Deserialize, Default)]
struct Row {
    is: String,
    pos: u64,
    #[serde(flatten)]
    admitted: Option<Admitted>,
    #[serde(flatten)]
    carried: Option<Carried>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Admitted {
    received_at: i64,
    effective: i64,
    early: String,
    also_seen: String,
    outcome: Option<String>,
    overtaken_by: Option<String>,
    covers: Option<u64>,
    approved_by: Option<AccountId>,
    workflow_version: u32,
    erased: bool,
    names: String,
    id: String,
    body: String,
}

#[derive(Serialize, Deserialize)]
struct Carried {
    from: SpaceId,
    from_pos: u64,
    ids: Vec<(RecordId, RecordId)>,
    covered: String,
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn bytes(hex: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()
}

fn name_text(name: &Name) -> String {
    let mut w = Writer::default();
    w.name(name);
    hex(&w.finish())
}

fn names_text(names: &[Name]) -> String {
    let mut w = Writer::default();
    w.names(names);
    hex(&w.finish())
}

fn read_name(text: &str) -> Name {
    Reader::new(&bytes(text)).name().unwrap()
}

fn read_names(text: &str) -> Vec<Name> {
    Reader::new(&bytes(text)).names().unwrap()
}

fn row(entry: &Entry) -> Row {
    let pos = entry.pos();
    match entry {
        Entry::Change { stamps, change, names, id } => {
            Row { is: "change".into(), pos, admitted: Some(admitted(stamps, change, names, id)), ..Row::default() }
        }
        Entry::Carried { stamps, change, names, id, carriage } => {
            let Carriage { from, pos: from_pos, ids, covered } = carriage.clone();
            let carried = Some(Carried { from, from_pos, ids, covered: names_text(&covered) });
            let admitted = Some(admitted(stamps, change, names, id));
            Row { is: "carried".into(), pos, admitted, carried, ..Row::default() }
        }
        Entry::Alias { alias, of, .. } => {
            let (alias, of) = (Some(name_text(alias)), Some(name_text(of)));
            Row { is: "alias".into(), pos, alias, of, ..Row::default() }
        }
        Entry::Erase { .. } => Row { is: "erase".into(), pos, ..Row::default() },
    }
}

fn admitted(stamps: &Stamps, change: &SealedChange, names: &[Name], id: &Name) -> Admitted {
    let (outcome, overtaken_by) = match stamps.outcome {
        None => (None, None),
        Some(Outcome::Applied) => (Some("applied".to_owned()), None),
        Some(Outcome::Overtaken(by)) => (Some("overtaken".to_owned()), by.as_ref().map(name_text)),
    };
    Admitted {
        received_at: stamps.received_at.0,
        effective: stamps.effective.0,
        early: names_text(&stamps.early),
        also_seen: names_text(&stamps.also_seen),
        outcome,
        overtaken_by,
        covers: stamps.covers,
        approved_by: stamps.approved_by,
        workflow_version: stamps.workflow_version,
        erased: stamps.erased,
        names: names_text(names),
        id: name_text(id),
        body: hex(&change.bytes),
    }
}

fn entry(row: Row) -> Entry {
    let pos = row.pos;
    let Some(a) = row.admitted else {
        return match row.alias {
            Some(alias) => Entry::Alias { pos, alias: read_name(&alias), of: read_name(&row.of.unwrap()) },
            None => Entry::Erase { pos, erasure: None },
        };
    };
    let outcome = a.outcome.map(|word| match word.as_str() {
        "applied" => Outcome::Applied,
        "overtaken" => Outcome::Overtaken(a.overtaken_by.as_deref().map(read_name)),
        other => panic!("no outcome {other}"),
    });
    let stamps = Stamps {
        pos,
        received_at: Timestamp(a.received_at),
        effective: Timestamp(a.effective),
        early: read_names(&a.early),
        also_seen: read_names(&a.also_seen),
        also_seen_in: BTreeMap::new(),
        outcome,
        covers: a.covers,
        approved_by: a.approved_by,
        workflow_version: a.workflow_version,
        erased: a.erased,
    };
    let change = SealedChange::open(&bytes(&a.body)).unwrap();
    let (names, id) = (read_names(&a.names), read_name(&a.id));
    match row.carried {
        None => Entry::Change { stamps, change, names, id },
        Some(c) => {
            let covered = read_names(&c.covered);
            let carriage = Carriage { from: c.from, pos: c.from_pos, ids: c.ids, covered };
            Entry::Carried { stamps, change, names, id, carriage }
        }
    }
}

/// Writes what a version of the fold does not have yet.
fn write_missing() {
    for (id, note, record, entries) in told::histories() {
        let path = folder(FOLD_VERSION).join(format!("{id}.json"));
        if !path.exists() {
            let state = state_bytes(&fold::fold(record, &entries));
            let (rows, hash) = (entries.iter().map(row).collect(), Hash::of_body(&state).to_string());
            let history = History { note: note.to_owned(), record, entries: rows, state: hex(&state), hash };
            std::fs::create_dir_all(folder(FOLD_VERSION)).unwrap();
            std::fs::write(&path, serde_json::to_string_pretty(&history).unwrap() + "\n").unwrap();
        }
    }
}

fn files(version: u32) -> BTreeMap<String, History> {
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.unwrap().path();
        let history = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), history)
    };
    std::fs::read_dir(folder(version)).unwrap().map(read).collect()
}

fn entries_of(history: History) -> Vec<Entry> {
    history.entries.into_iter().map(entry).collect()
}

#[test]
fn what_was_folded_once_folds_to_the_same_bytes_for_ever() {
    if std::env::var_os("GRIDWALK_WRITE_GOLDEN").is_some() {
        write_missing();
    }
    let rewritten = |entries: &[Entry]| serde_json::to_value(entries.iter().map(row).collect::<Vec<_>>()).unwrap();
    for version in VERSIONS {
        for (id, history) in files(version) {
            let (record, due, hash) = (history.record, bytes(&history.state), history.hash.clone());
            let rows = serde_json::to_value(&history.entries).unwrap();
            let entries = entries_of(history);
            assert_eq!(rewritten(&entries), rows, "{id}: the file is read whole");
            let folded = fold::fold(record, &entries);
            let folded_bytes = state_bytes(&folded);
            if version == FOLD_VERSION {
                assert_eq!(hex(&folded_bytes), hex(&due), "{id}: the state, folded at once");
                assert_eq!(Hash::of_body(&folded_bytes).to_string(), hash, "{id}: its hash");
                assert_eq!(read_state(&due).unwrap(), folded, "{id}: the state, read");
            }
            let mut step_by_step = State::new(record);
            for entry in &entries {
                fold::apply(&mut step_by_step, entry);
                step_by_step = read_state(&state_bytes(&step_by_step)).unwrap();
            }
            assert_eq!(hex(&state_bytes(&step_by_step)), hex(&folded_bytes), "{id}: with the codec in between");
        }
    }
    let told: BTreeMap<&str, Vec<Entry>> = told::histories().into_iter().map(|(id, _, _, told)| (id, told)).collect();
    let newest = files(FOLD_VERSION);
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), newest.keys().map(String::as_str).collect::<Vec<_>>());
    for (id, history) in newest {
        assert_eq!(
            rewritten(&told[id.as_str()]),
            serde_json::to_value(&history.entries).unwrap(),
            "{id}: as it is told"
        );
    }
}

/// What of a state is there, by name; a new part of a state does not compile until it is named here.
fn parts_of(state: &State) -> BTreeSet<&'static str> {
    let State { record: _, pos: _, kinds, named, fields, sets, instances, steps, deletes, edits, opaque, masked: _ } =
        state;
    let mut found = BTreeSet::new();
    let mut see = |name, is: bool| {
        if is {
            found.insert(name);
        }
    };
    see("several kinds", kinds.len() > 1);
    see("several units", named.len() > 1);
    let registers = fields.values().chain(instances.values().flat_map(|i| i.fields.values()));
    for Register { heads, early } in registers {
        see("a disagreement", heads.len() > 1);
        see("a field covered early", !early.is_empty());
        for Head { tag, value, replaced, gone } in heads {
            see("a body of several names", tag.names.len() > 1);
            see("a field cleared", value.is_none());
            see("a value replaced", replaced.is_some());
            see("a head that a remove has seen", *gone);
        }
    }
    for ObservedSet { adds, early } in sets.values() {
        see("a set", !adds.is_empty());
        see("an add covered early", !early.is_empty());
        for Add { tag: _, index, element: _ } in adds {
            see("an add that is not its change's first", *index > 0);
        }
    }
    for Instance { adds, fields, early } in instances.values() {
        see("an instance", !adds.is_empty() && !fields.is_empty());
        see("an instance removed", adds.is_empty());
        see("an instance covered early", !early.is_empty());
    }
    for step in steps {
        see("a step applied", step.outcome == Outcome::Applied);
        see("a step overtaken by nothing", step.outcome == Outcome::Overtaken(None));
        see("a step overtaken by a step", matches!(step.outcome, Outcome::Overtaken(Some(_))));
        see("answers", !step.answers.is_empty());
    }
    for Deletion { id: _, author: _, covers, own } in deletes {
        see("a deletion", *covers > 0);
        see("a deletion that covers by name", !own.is_empty());
    }
    see("an edit after a deletion", !deletes.is_empty() && !edits.is_empty());
    see("an operation of a later version", !opaque.is_empty());
    found
}

/// All that `parts_of` can see.
const PARTS: usize = 22;

#[test]
fn the_histories_hold_everything_that_the_model_has() {
    let (mut covered, mut parts) = (Covered::default(), BTreeSet::new());
    let (mut entries, mut stamps) = (BTreeSet::new(), BTreeSet::new());
    for (_, history) in files(FOLD_VERSION) {
        let record = history.record;
        let told = entries_of(history);
        parts.extend(parts_of(&fold::fold(record, &told)));
        for entry in &told {
            covered.take(entry.change());
            entries.insert(match entry {
                Entry::Change { .. } => "change",
                Entry::Alias { .. } => "alias",
                Entry::Carried { .. } => "carried",
                Entry::Erase { .. } => "erase",
            });
            if let Entry::Change { stamps: s, .. } | Entry::Carried { stamps: s, .. } = entry {
                let seen = [
                    (!s.early.is_empty(), "early"),
                    (!s.also_seen.is_empty(), "also_seen"),
                    (s.covers.is_some(), "covers"),
                    (s.approved_by.is_some(), "approved_by"),
                    (s.workflow_version > 0, "workflow_version"),
                    (s.erased, "erased"),
                    (s.effective != s.received_at, "effective"),
                ];
                stamps.extend(seen.into_iter().filter(|(is, _)| *is).map(|(_, name)| name));
            }
        }
    }
    assert_eq!(covered.missing(), Vec::<&str>::new(), "operations and values");
    assert_eq!(entries.len(), 4, "{entries:?}");
    assert_eq!(stamps.len(), 7, "{stamps:?}");
    assert_eq!(parts.len(), PARTS, "{parts:?}");
    assert!(!covered_by([]).missing().is_empty(), "nothing covers nothing");
}
