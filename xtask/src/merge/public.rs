//! States and views in the words of the histories.
//!
//! Owns the form that is compared. Refuses to know how states came about. Invariant: nothing is left out that the form
//! has a word for.

use super::names::{name_text, text};
use super::vector::States;
use gridwalk_model::journal::{Entry, Outcome};
use gridwalk_model::op::{ATTACHED, Op};
use gridwalk_model::state::{Head, Register};
use gridwalk_model::view::{self, FieldView, Policy};
use gridwalk_model::{RecordId, State, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// A JSON value as the model's; what the model has no shape for is kept as the bytes of its text.
pub fn value_of(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(b) => Value::Bool(*b),
        Json::String(s) => Value::Text(s.clone()),
        Json::Number(n) => match (n.as_i64(), n.as_f64().and_then(Value::float)) {
            (Some(i), _) => Value::Int(i),
            (None, Some(x)) if !n.is_u64() => x,
            _ => kept(json),
        },
        Json::Array(list) => match list.iter().map(value_of).collect::<Option<_>>() {
            Some(list) => Value::List(list),
            None => kept(json),
        },
        Json::Object(map) => match map.iter().map(|(k, v)| Some((k.clone(), value_of(v)?))).collect::<Option<_>>() {
            Some(map) => Value::Map(map),
            None => kept(json),
        },
    })
}

fn kept(json: &Json) -> Value {
    Value::Bytes(canonical(json).into_bytes())
}

fn json_of(value: Option<&Value>) -> Json {
    match value {
        None => Json::Null,
        Some(Value::Bool(b)) => json!(b),
        Some(Value::Int(i)) => json!(i),
        Some(Value::Float(x)) => json!(x),
        Some(Value::Text(t)) => json!(t),
        Some(Value::Bytes(b)) => serde_json::from_slice(b).unwrap_or(Json::Null),
        Some(Value::Id(id)) => json!(text(&id.0)),
        Some(Value::List(list)) => list.iter().map(|v| json_of(Some(v))).collect(),
        Some(Value::Map(map)) => map.iter().map(|(k, v)| (k.clone(), json_of(Some(v)))).collect(),
    }
}

/// One text for one JSON value: keys sorted, nothing between, ASCII only.
pub fn canonical(json: &Json) -> String {
    match json {
        Json::Array(list) => format!("[{}]", list.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Json::Object(map) => {
            let mut rows: Vec<_> = map.iter().collect();
            rows.sort_by_key(|(k, _)| *k);
            let row = |(k, v): (&String, &Json)| format!("{}:{}", ascii(&json!(k)), canonical(v));
            format!("{{{}}}", rows.into_iter().map(row).collect::<Vec<_>>().join(","))
        }
        plain => ascii(plain),
    }
}

fn ascii(plain: &Json) -> String {
    let units: Vec<u16> = plain.to_string().encode_utf16().collect();
    let escaped = units.iter().map(|unit| match u8::try_from(*unit) {
        Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    });
    escaped.collect()
}

/// All states by record.
pub fn states(states: &States) -> Json {
    states.values().map(|s| (text(&s.record.0), state(s))).collect()
}

fn state(s: &State) -> Json {
    let sets = s.sets.iter().filter(|(n, set)| !set.adds.is_empty() && !n.starts_with('@'));
    let elements = |set: &gridwalk_model::state::ObservedSet| -> Json {
        let ids = |e: &Value| -> Vec<String> {
            let mut names: Vec<_> = set.adds.iter().filter(|a| a.element == *e).map(|a| a.tag.id).collect();
            names.sort_unstable();
            names.iter().map(name_text).collect()
        };
        set.elements().into_iter().map(|e| json!({"e": json_of(Some(e)), "ids": ids(e)})).collect()
    };
    let shown = s.instances.iter().map(|(k, i)| (k, i, heads_by_field(&i.fields)));
    let instances = shown.filter(|(_, i, f)| !i.adds.is_empty() || !f.is_empty());
    let attached = s.sets.get(ATTACHED).map(gridwalk_model::state::ObservedSet::elements).unwrap_or_default();
    json!({
        "fields": heads_by_field(&s.fields),
        "sets": sets.map(|(n, set)| (n.clone(), elements(set))).collect::<Map<_, _>>(),
        "links": s.links().iter().map(|r| text(&r.0)).collect::<Vec<_>>(),
        "attachments": attached.into_iter().map(|v| json_of(Some(v))).collect::<Vec<_>>(),
        "instances": instances.map(|(k, i, f)| (k.clone(), json!({"alive": i.alive(), "fields": f}))).collect::<Map<_, _>>(),
        "steps": s.steps.iter().map(step).collect::<Vec<_>>(),
        "deleted": s.is_deleted(),
        "edited_after_deletion": s.is_edited_after_deletion(),
        "opaque": opaque(s),
    })
}

fn heads_by_field(fields: &BTreeMap<String, Register>) -> Map<String, Json> {
    let held = fields.iter().filter(|(_, r)| !r.heads.is_empty());
    held.map(|(f, r)| (f.clone(), r.heads.iter().map(head).collect())).collect()
}

fn head(h: &Head) -> Json {
    json!({
        "id": name_text(&h.tag.id), "v": json_of(h.value.as_ref()), "author": text(&h.tag.author.0),
        "eff": h.tag.effective.0, "replaced": json_of(h.replaced.as_ref()),
    })
}

fn step(s: &gridwalk_model::state::Step) -> Json {
    let outcome = match s.outcome {
        Outcome::Applied => "applied".to_owned(),
        Outcome::Overtaken(None) => "overtaken by nothing".to_owned(),
        Outcome::Overtaken(Some(by)) => format!("overtaken by {}", name_text(&by)),
    };
    json!({"id": name_text(&s.tag.id), "step": s.step, "to": s.to, "outcome": outcome})
}

fn opaque(s: &State) -> Vec<Json> {
    let mut kept: Vec<_> = s.opaque.iter().map(|(name, op)| (*name, unknown_text(op))).collect();
    kept.sort();
    let op = |t: &str| serde_json::from_str::<Json>(t).unwrap_or(Json::Null);
    kept.iter().map(|(name, t)| json!({"id": name_text(name), "op": op(t)})).collect()
}

fn unknown_text(op: &Op) -> String {
    let Op::Unknown { raw, .. } = op else { return String::new() };
    let mut r = gridwalk_model::codec::Reader::new(raw);
    let read = r.array_of(2).and_then(|()| r.uint()).and_then(|_| r.text(usize::MAX));
    read.unwrap_or_default()
}

/// Adds to each state the names of values that are heads no more, by effective time, then dot.
pub fn add_history(found: &mut Json, entries: &[(RecordId, Entry)], states: &States) -> Result<(), String> {
    for state in states.values() {
        let mut gone: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (_, entry) in entries.iter().filter(|(r, _)| *r == state.record) {
            let Entry::Change { stamps, change, id, .. } = entry else { continue };
            for op in change.change.ops.iter().filter(|_| !stamps.erased) {
                let Op::Put { field, within, .. } = op else { continue };
                let register = state.register(within.as_deref(), field);
                if !register.is_some_and(|r| r.heads.iter().any(|h| h.tag.id == *id)) {
                    let key = within.iter().fold(String::new(), |_, w| format!("{w}/")) + field;
                    gone.entry(key).or_default().push((stamps.effective, *id));
                }
            }
        }
        let sorted = gone.into_iter().map(|(key, mut names)| {
            names.sort_unstable();
            (key, names.iter().map(|(_, n)| Json::from(name_text(n))).collect())
        });
        let row =
            found.get_mut(text(&state.record.0)).and_then(Json::as_object_mut).ok_or("a state without its row")?;
        row.insert("history".to_owned(), Json::Object(sorted.collect()));
    }
    Ok(())
}

fn policy(field: &str) -> Policy {
    match field {
        "last" => Policy::Latest,
        "level" => Policy::Max,
        _ => Policy::Review,
    }
}

fn field(f: &FieldView<'_>) -> Json {
    let odds: Vec<_> = f.at_odds.iter().map(|v| json_of(*v)).collect();
    json!({"value": json_of(f.value), "id": name_text(&f.head.tag.id), "at_odds": odds})
}

/// What a reader sees who holds these states: a row for each group, under the id it is shown as.
pub fn view(states: &States) -> Json {
    let rows = states.keys().filter_map(|r| view::view_of(states, *r).filter(|v| v.shown == *r));
    rows.map(|v| (text(&v.shown.0), row(&v))).collect()
}

fn row(v: &view::GroupView<'_>) -> Json {
    let fields = v.field_names().into_iter().filter_map(|f| Some((f.to_owned(), field(&v.field(f, policy(f))?))));
    let set = |n: &str| v.set(n).into_iter().map(|e| json_of(Some(e))).collect::<Json>();
    let instances = v.instances().into_iter().map(|(key, list)| {
        let names = list.iter().flat_map(|i| i.fields.keys());
        let shown = names.filter_map(|f| Some((f.clone(), field(&view::instance_field(&list, f, policy(f))?))));
        (key.to_owned(), Json::Object(shown.collect()))
    });
    json!({
        "group": v.group.iter().map(|r| text(&r.0)).collect::<Vec<_>>(),
        "fields": Json::Object(fields.collect()),
        "sets": v.set_names().into_iter().map(|n| (n.to_owned(), set(n))).collect::<Map<_, _>>(),
        "instances": Json::Object(instances.collect()),
        "status": v.front().map_or("", State::status),
        "overtaken": v.overtaken().iter().map(name_text).collect::<Vec<_>>(),
        "edited_after_deletion": v.is_edited_after_deletion(),
    })
}
