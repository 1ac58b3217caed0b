//! One recorded fill: the form, its steps and what engines reported after each.
//!
//! Owns reading the fills' layout and comparing states. Refuses to count. Invariant: what is disputed counts with either
//! engine's value.

use gridwalk_forms::definition::{ControlKind, NodeKind};
use gridwalk_forms::run::{Attachment, Form, Run, Situation, Violation};
use gridwalk_forms::tree::Spot;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The states of all nodes, by path.
type States = BTreeMap<String, Map<String, Json>>;

fn kind(run: &Run, spot: Spot) -> &'static str {
    let id = run.definition_of(spot);
    let Some(node) = run.form().definition().node(id) else { return "" };
    if id.0 == 0 {
        return "root";
    }
    if node.repeat.is_some() {
        return "repeat-instance";
    }
    let is_group = run
        .form()
        .definition()
        .children(id)
        .any(|child| run.form().definition().node(child).is_some_and(|node| node.kind == NodeKind::Element));
    if is_group {
        return "group";
    }
    let fixed =
        node.bind.as_ref().and_then(|bind| bind.readonly.as_deref()).is_some_and(|text| text.trim() == "true()");
    match run.standing(spot).control {
        None | Some(ControlKind::Action) => "model-value",
        Some(ControlKind::Input) if fixed => "note",
        Some(ControlKind::SelectOne) => "select1",
        Some(ControlKind::SelectMany) => "select",
        Some(ControlKind::Rank) => "rank",
        Some(ControlKind::Range) => "range",
        Some(ControlKind::Upload) => "upload",
        Some(ControlKind::Trigger) => "trigger",
        _ => "input",
    }
}

fn masked(value: &str) -> String {
    match value.split_once("uuid:") {
        Some((before, after)) => format!("{before}uuid:*{}", after.get(36..).unwrap_or("")),
        None => value.to_owned(),
    }
}

fn choices(run: &Run, spot: Spot) -> Json {
    use sha2::{Digest, Sha256};
    let all = run.choices(spot);
    let rows: Vec<Json> = all.iter().map(|choice| json!([choice.value, choice.label])).collect();
    if rows.len() <= 60 {
        return Json::Array(rows);
    }
    let text: String = all.iter().flat_map(|choice| [&choice.value, "\t", &choice.label, "\n"]).collect();
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(text));
    json!({ "count": rows.len(), "sha256": hash })
}

fn state(run: &Run, spot: Spot) -> Map<String, Json> {
    let standing = run.standing(spot);
    let kind = kind(run, spot);
    let mut fields = Map::new();
    fields.insert("kind".into(), json!(kind));
    fields.insert("relevant".into(), json!(standing.relevant));
    fields.insert("readonly".into(), json!(standing.readonly));
    fields.insert("required".into(), json!(standing.required));
    if let Some(label) = standing.label {
        fields.insert("label".into(), json!(masked(&label)));
    }
    if let Some(hint) = standing.hint {
        fields.insert("hint".into(), json!(hint));
    }
    if !matches!(kind, "root" | "group" | "repeat-instance") {
        let violation = standing.violation.as_ref().map(|(violation, _)| *violation);
        fields.insert("value".into(), json!(masked(&standing.value)));
        fields.insert("constraint_ok".into(), json!(violation != Some(Violation::Constraint)));
        fields.insert("required_ok".into(), json!(violation != Some(Violation::Required)));
        if let Some((violation, message)) = standing.violation {
            let name = if violation == Violation::Constraint { "constraint" } else { "required" };
            fields.insert("violation".into(), json!(name));
            if let Some(message) = message {
                fields.insert("message".into(), json!(message));
            }
        }
        if standing.relevant && matches!(kind, "select1" | "select" | "rank") {
            fields.insert("choices".into(), choices(run, spot));
        }
    }
    fields
}

fn gather(run: &Run, spot: Spot, states: &mut States) {
    states.insert(run.path(spot), state(run, spot));
    for repeat in run.repeats(spot) {
        let mut fields = Map::new();
        let relevant = run.is_repeat_relevant(repeat, spot);
        fields.insert("count".into(), json!(run.copies(repeat, spot).len()));
        fields.insert("relevant".into(), json!(relevant));
        if let Some(label) = run.label(repeat, spot).filter(|_| relevant) {
            fields.insert("label".into(), json!(label));
        }
        let kind = if run.is_counted(repeat) { "repeat-range:controlled" } else { "repeat-range:uncontrolled" };
        fields.insert("kind".into(), json!(kind));
        let Some(node) = run.form().definition().node(repeat) else { continue };
        let name = &node.name;
        states.insert(format!("{}/{name}#range", run.path(spot)), fields);
    }
    for child in run.below(spot) {
        let id = run.definition_of(child);
        if run.form().definition().node(id).is_some_and(|node| node.kind == NodeKind::Element) {
            gather(run, child, states);
        }
    }
}

/// What a fill came to: observations that agree and differ.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Steps (the opening among them) of which everything agreed.
    pub steps_agreed: usize,
    /// All steps, the opening among them.
    pub steps: usize,
    /// Observations that agreed.
    pub agreed: usize,
    /// All observations.
    pub total: usize,
    /// What differs.
    pub differences: Vec<String>,
}

struct Judge<'a> {
    disputed: &'a Json,
    volatile: Vec<String>,
}

impl Judge<'_> {
    /// Whether the other engine reported this of a node at this very step. What follows from a value (whether it is right,
    /// the words for it) counts when the value is the other engine's.
    fn either(&self, path: &str, step: i64, field: &str, own: &Map<String, Json>, want: Option<&Json>) -> bool {
        let Some(entries) = self.disputed[path].as_array() else { return false };
        let got = own.get(field);
        entries.iter().filter(|entry| entry[0].as_i64() == Some(step)).any(|entry| match (entry[1].as_str(), field) {
            (Some("value"), "relevant") => got.and_then(Json::as_bool) == entry[3].as_bool(),
            (Some("value"), "value") => got.and_then(Json::as_str) == entry[2].as_str(),
            (Some("value"), "constraint_ok" | "required_ok" | "violation" | "message") => own["value"] == entry[2],
            (Some("order"), "value") => {
                let sorted = |json: Option<&Json>| {
                    let mut tokens: Vec<String> =
                        json.and_then(Json::as_str).unwrap_or("").split(' ').map(str::to_owned).collect();
                    tokens.sort();
                    tokens
                };
                sorted(got) == sorted(want)
            }
            _ => false,
        })
    }
}

fn agree(field: &str, got: Option<&Json>, want: Option<&Json>) -> bool {
    match (field, got, want) {
        ("type", _, _) => true,
        ("choices", Some(Json::Object(got)), Some(Json::Object(want))) => {
            got["count"] == want["count"] && got["sha256"] == want["sha256"]
        }
        (_, got, want) => got == want || (got.is_none() && want == Some(&Json::Null)),
    }
}

fn compare(got: &States, want: &States, step: i64, judge: &Judge<'_>, outcome: &mut Outcome) {
    let before = outcome.differences.len();
    for (path, fields) in want {
        let empty = Map::new();
        let own = got.get(path).unwrap_or(&empty);
        if judge.volatile.contains(path) {
            continue;
        }
        let extra = own.keys().filter(|key| !fields.contains_key(*key) && !path.ends_with("#range"));
        for field in fields.keys().chain(extra) {
            if path.ends_with("#range") && matches!(field.as_str(), "readonly" | "required") {
                continue;
            }
            let (got, want) = (own.get(field), fields.get(field));
            outcome.total += 1;
            if agree(field, got, want) || judge.either(path, step, field, own, want) {
                outcome.agreed += 1;
            } else {
                outcome.differences.push(format!("step {step} {path} {field}: got {got:?} want {want:?}"));
            }
        }
    }
    for path in got.keys().filter(|path| !want.contains_key(*path)) {
        outcome.differences.push(format!("step {step} {path}: not there"));
    }
    outcome.steps += 1;
    outcome.steps_agreed += usize::from(outcome.differences.len() == before);
}

fn take(run: &mut Run, step: &Json) -> Result<(), String> {
    let path = step["path"].as_str().unwrap_or("");
    let said = |fault: gridwalk_forms::run::RunFault| fault.to_string();
    match step["op"].as_str() {
        Some("set") => {
            let spot = run.node(path).ok_or_else(|| format!("no node {path}"))?;
            let text = match &step["value"] {
                Json::String(text) => text.clone(),
                Json::Null => String::new(),
                other => other.to_string(),
            };
            run.set(spot, &text).map_err(said)
        }
        Some("add-repeat") => {
            let (repeat, parent) = run.repeat(path.trim_end_matches("#range")).ok_or("no repeat")?;
            let after = step["after"].as_i64().unwrap_or(-1);
            run.add_copy(repeat.0, parent, usize::try_from(after + 1).unwrap_or(0)).map(|_| ()).map_err(said)
        }
        Some("remove-repeat") => {
            let (repeat, parent) = run.repeat(path.trim_end_matches("#range")).ok_or("no repeat")?;
            let index = usize::try_from(step["index"].as_i64().unwrap_or(0)).unwrap_or(0);
            run.remove_copy(repeat.0, parent, index).map_err(said)
        }
        Some("language") => {
            run.set_language(step["language"].as_str().unwrap_or(""));
            Ok(())
        }
        other => Err(format!("no such step {other:?}")),
    }
}

fn apply(want: &mut States, step: &Json) {
    for path in step["removed"].as_array().into_iter().flatten() {
        want.remove(path.as_str().unwrap_or(""));
    }
    for (path, fields) in step["changed"].as_object().into_iter().flatten() {
        let Some(fields) = fields.as_object() else {
            want.remove(path);
            continue;
        };
        let known = want.entry(path.clone()).or_default();
        if fields.contains_key("+") {
            known.clear();
        }
        for (field, value) in fields.iter().filter(|(field, _)| *field != "+") {
            if value.is_null() {
                known.remove(field)
            } else {
                known.insert(field.clone(), value.clone())
            };
        }
    }
}

/// Replays a fill of a definition.
pub fn check(definition: gridwalk_forms::definition::FormDefinition, fill: &Json) -> Outcome {
    let mut outcome = Outcome::default();
    let attachments: Vec<Attachment> = fill["attachments"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(address, content)| Attachment {
            address: address.clone(),
            content: content.as_str().unwrap_or("").to_owned(),
        })
        .collect();
    let properties = fill["preload"].as_object().into_iter().flatten();
    let situation = Situation {
        now_ms: 1_710_520_245_000,
        zone_minutes: 0,
        seed: 1,
        properties: properties.map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").to_owned())).collect(),
    };
    let mut run = Run::open(Form::new(definition, &attachments), situation);
    let mut want: States = fill["initial"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(path, fields)| (path.clone(), fields.as_object().cloned().unwrap_or_default()))
        .collect();
    for fields in want.values_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    let volatile = fill["final_xml_volatile"].as_array().into_iter().flatten();
    let judge = Judge {
        disputed: &fill["javarosa_4_3_0"]["disputed"],
        volatile: volatile.map(|path| path.as_str().unwrap_or("").to_owned()).collect(),
    };
    let mut got = States::new();
    gather(&run, run.root(), &mut got);
    compare(&got, &want, -1, &judge, &mut outcome);
    for (index, step) in (0i64..).zip(fill["steps"].as_array().into_iter().flatten()) {
        let refused = take(&mut run, step);
        if let (Err(fault), true) = (&refused, step["error"].is_null()) {
            outcome.differences.push(format!("step {index} {} refused: {fault}", step["path"]));
        }
        apply(&mut want, step);
        let mut got = States::new();
        gather(&run, run.root(), &mut got);
        compare(&got, &want, index, &judge, &mut outcome);
    }
    if let (Some(record), true, true) = (
        fill["final_xml"].as_str(),
        judge.disputed.is_null() || judge.disputed == &json!({}),
        judge.volatile.is_empty(),
    ) {
        outcome.total += 1;
        let (got, want) = (plain(&run.submission()), plain(record));
        if got == want {
            outcome.agreed += 1;
        } else {
            outcome.differences.push(format!("record: got {got} want {want}"));
        }
    }
    outcome
}

/// A record without the namespaces and ids that differ each time.
fn plain(record: &str) -> String {
    let mut text = String::new();
    for (index, part) in record.split("uuid:").enumerate() {
        if index > 0 {
            text.push_str("uuid:*");
        }
        let rest = if index > 0 && !part.starts_with('*') {
            part.get(36..).unwrap_or("")
        } else {
            part.trim_start_matches('*')
        };
        text.push_str(rest);
    }
    while let Some(at) = text.find(" xmlns") {
        let Some(end) =
            text[at..].find('"').and_then(|open| text[at + open + 1..].find('"').map(|close| at + open + 2 + close))
        else {
            break;
        };
        text.replace_range(at..end, "");
    }
    text
}
