//! Cards as text: fields, sets, steps, what may be done, the basis.

use crate::line_text::{badges, moment};
use crate::verb::class::limit_text;
use crate::words::Words;
use gridwalk_app::read::card::StepLine;
use gridwalk_app::read::{Card, FieldLine, Named, PictureLine};
use gridwalk_model::command::Action;
use gridwalk_model::erasure::Erased;
use gridwalk_model::kind::{Kind, work_item};
use gridwalk_model::matter::{self, Matter};
use gridwalk_model::work_time::Limit;
use gridwalk_model::{AccountId, Timestamp};
use serde_json::{Map, Value as Json};
use std::fmt::Write as _;

/// A value as text: codes as words, moments and points as people write them.
pub fn value(words: &Words, shape: &str, code_set: Option<&str>, value: &Json) -> String {
    match (code_set, value) {
        (Some(set), Json::String(code)) => words.code(set, code).to_owned(),
        (_, Json::Null) => words.get("cli.empty").to_owned(),
        (_, Json::Bool(yes)) => words.get(if *yes { "cli.yes" } else { "cli.no" }).to_owned(),
        (_, Json::Number(n)) if shape == "moment" => moment(Timestamp(n.as_i64().unwrap_or_default())),
        (_, Json::String(hash)) if shape == "picture" => hash.chars().take(8).collect(),
        (_, Json::String(limit)) if shape == "limit" => {
            Limit::meant(limit).map_or_else(|| limit.clone(), |limit| limit_text(words, limit))
        }
        (_, Json::String(text)) => text.clone(),
        (_, Json::Array(list)) if shape == "texts" => {
            list.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("、")
        }
        (_, Json::Object(map)) => compound(words, shape, map),
        (_, Json::Array(list)) if shape == "polygon" => vertices(words, list.len()),
        (_, other) => other.to_string(),
    }
}

/// A value of several parts, as far as people read any of them.
fn compound(words: &Words, shape: &str, map: &Map<String, Json>) -> String {
    let text = |name: &str| map.get(name).and_then(Json::as_str).unwrap_or_default();
    let at = || moment(Timestamp(map.get("at").and_then(Json::as_i64).unwrap_or_default()));
    match shape {
        "point" => point(words, map).unwrap_or_default(),
        "confirmation" | "passing" => at(),
        "comment" => text("text").to_owned(),
        "polygon" => {
            let parts = map.get("parts").and_then(Json::as_array).into_iter().flatten();
            let rings = parts.filter_map(Json::as_array).flatten().filter_map(Json::as_array);
            vertices(words, rings.map(Vec::len).sum())
        }
        _ => Json::Object(map.clone()).to_string(),
    }
}

fn vertices(words: &Words, count: usize) -> String {
    words.fill("cli.vertices", &[("count", &count.to_string())])
}

/// Latitude, longitude and how sure that is.
fn point(words: &Words, map: &Map<String, Json>) -> Option<String> {
    let degrees = |name: &str| map.get(name).and_then(Json::as_i64).map(degrees);
    let mut text = format!("{}, {}", degrees("lat_e7")?, degrees("lon_e7")?);
    if let Some(cm) = map.get("accuracy_cm").and_then(Json::as_u64) {
        let _ = write!(text, "  ±{} m", cm.div_ceil(100));
    }
    if map.get("mock").and_then(Json::as_bool) == Some(true) {
        let _ = write!(text, "  [{}]", words.get("flag.mock_position"));
    }
    Some(text)
}

/// Ten-millionths of a degree as degrees, to a metre.
fn degrees(e7: i64) -> String {
    let (sign, e7) = if e7 < 0 { ("-", e7.unsigned_abs()) } else { ("", e7.unsigned_abs()) };
    let e5 = (e7 + 50) / 100;
    format!("{sign}{}.{:05}", e5 / 100_000, e5 % 100_000)
}

/// A value with what it stands for, where that is here.
pub fn named(words: &Words, (shape, code_set): (&str, Option<&str>), plain: &Json, named: Option<&Named>) -> String {
    match named {
        Some(Named { title, kind: Some(kind) }) => words.titled(kind, title).into_owned(),
        Some(Named { title, kind: None }) => title.clone(),
        None if matches!(shape, "account" | "record" | "unit") => {
            plain.as_str().map_or_else(|| value(words, shape, code_set, plain), |id| unknown(words, shape, id))
        }
        None => value(words, shape, code_set, plain),
    }
}

/// The same of a field, which may hold the name of another field.
pub fn of_field(words: &Words, field: &str, of: (&str, Option<&str>), plain: &Json, here: Option<&Named>) -> String {
    match plain.as_str() {
        Some(fact) if field == work_item::FACT => words.fact(fact),
        _ => named(words, of, plain, here),
    }
}

/// What is not on this phone, told from other such things.
fn unknown(words: &Words, shape: &str, id: &str) -> String {
    if shape == "account" && id.parse() == Ok(AccountId::default()) {
        return words.get("cli.administration").to_owned();
    }
    let key = if shape == "account" { "cli.unnamed" } else { "cli.not_on_phone" };
    words.fill(key, &[("id", &id[id.len().saturating_sub(6)..])])
}

/// What a person is called; what tells them from others where nobody told their name yet.
pub fn person(words: &Words, name: Option<&str>, account: AccountId) -> String {
    name.map_or_else(|| unknown(words, "account", &account.to_string()), str::to_owned)
}

/// A card.
pub fn card(words: &Words, card: &Card) -> String {
    let mut text = format!("{} {}", words.kind(&card.kind), words.titled(&card.kind, &card.title));
    if !card.status.is_empty() {
        let _ = write!(text, "  {}", words.status_of(matter_of(card), &card.status));
    }
    text += &badges(words, &card.badges);
    if card.deleted {
        let _ = write!(text, "  [{}]", words.get("cli.deleted"));
    }
    let _ = write!(text, "\n  id  {}", card.record);
    if let Some(gone) = &card.erased {
        let _ = write!(text, "\n  {}", erased(words, gone));
    }
    if let Some(unit) = &card.unit_name {
        let _ = write!(text, "\n  {}  {unit}", words.get("kind.unit"));
    }
    for line in &card.fields {
        let _ = write!(text, "\n  {}  {}", words.field(&card.kind, &line.field), field(words, line));
    }
    for set in &card.sets {
        let drawn =
            |e: &Json| named(words, (set.shape, set.code_set), e, set.named.get(e.as_str().unwrap_or_default()));
        let elements: Vec<_> = set.elements.iter().map(drawn).collect();
        let _ = write!(text, "\n  {}  {}", words.field(&card.kind, &set.set), elements.join(words.comma()));
    }
    for line in &card.pictures {
        let _ = write!(text, "\n{}", picture(words, line));
    }
    if let Some(confirmed) = card.confirmed {
        let _ = write!(text, "\n  {}  {}", words.get("cli.confirmed_last"), moment(confirmed.at));
    }
    for field in &card.hidden {
        let _ = write!(text, "\n  {}  {}", words.field(&card.kind, field), words.get(not_shown(card, field)));
        if let Some(trace) = card.traces.get(field) {
            let _ = write!(text, "  {trace}");
        }
    }
    for field in &card.withheld {
        let _ = write!(text, "\n  {}  {}", words.field(&card.kind, field), words.get("status.withheld"));
    }
    text += &steps(words, matter_of(card), &card.steps);
    text
}

/// What sort of matter a case is, by its field; of a case that says none the words of a hazard.
fn matter_of(card: &Card) -> Option<Matter> {
    let line = card.fields.iter().find(|line| card.kind == Kind::Case.name() && line.field == matter::FIELD)?;
    Matter::from_name(line.value.as_str()?)
}

/// That something was erased, when and why.
fn erased(words: &Words, gone: &Erased) -> String {
    let reason = words.get(&format!("erase_reason.{}", gone.reason)).to_owned();
    words.fill("cli.erased", &[("at", &moment(gone.at)), ("reason", &reason)])
}

/// What a field says, and what people say about it who disagree.
fn field(words: &Words, line: &FieldLine) -> String {
    if let Some(gone) = &line.erased {
        return erased(words, gone);
    }
    let of = (line.shape, line.code_set);
    let here = line.title.as_ref().map(|title| Named { title: title.clone(), kind: line.title_kind.clone() });
    let mut text = of_field(words, &line.field, of, &line.value, here.as_ref());
    if !line.at_odds.is_empty() {
        let drawn = |v: &Json| named(words, of, v, line.at_odds_named.get(v.as_str().unwrap_or_default()));
        let all: Vec<_> = line.at_odds.iter().map(drawn).collect();
        let _ = write!(text, "  [{}: {}]", words.get("sync.disagreement"), all.join(" ≠ "));
    }
    text
}

/// One picture of a card.
pub fn picture(words: &Words, line: &PictureLine) -> String {
    let PictureLine { n, width, height, size, .. } = line;
    let standing = format!("picture_standing.{}", line.standing.code());
    let standing = words.get(&standing);
    let size = size.div_ceil(1024);
    let mut text = format!("  {} {n}  {width}×{height}  {size} KB  {standing}", words.get("cli.picture"));
    if let Some(at) = line.taken_at {
        let _ = write!(text, "  {} {}", words.get("cli.picture_taken"), moment(at));
    }
    text
}

/// Why a field is not shown: it was sent, or it is for others.
fn not_shown(card: &Card, field: &&str) -> &'static str {
    if card.sent.contains(field) { "status.hidden" } else { "status.not_shown" }
}

/// The timeline.
fn steps(words: &Words, matter: Option<Matter>, steps: &[StepLine]) -> String {
    let mut text = String::new();
    for step in steps {
        let by = person(words, step.by_name.as_deref(), step.by);
        let _ = write!(text, "\n  {}  {by}  {}", moment(step.at), words.step_of(matter, &step.step));
        if step.applied {
            let _ = write!(text, " → {}", words.status_of(matter, &step.to));
        } else {
            let _ = write!(text, "  [{}]", words.get("sync.overtaken"));
        }
        for (name, answer) in &step.answers {
            let word = words.find(&format!("ask.{name}")).unwrap_or(name);
            let shape = step.shapes.get(name).copied().unwrap_or_default();
            let here = step.titles.get(name).map(|title| Named { title: title.clone(), kind: None });
            let shown = named(words, (shape, step.code_sets.get(name).copied()), answer, here.as_ref());
            let _ = write!(text, "  {word}: {shown}");
        }
    }
    text
}

/// The steps that may be taken.
pub fn open_steps(words: &Words, card: &Card) -> String {
    let steps = card.allowed_actions.iter().filter_map(|action| match action {
        Action::Step { step, asks, .. } => {
            let asked: Vec<_> = asks.iter().filter(|a| a.required).map(|a| a.name).collect();
            let asked = if asked.is_empty() { String::new() } else { format!(" ({})", asked.join(", ")) };
            Some(format!("{} {step}{asked}", words.step_of(matter_of(card), step)))
        }
        _ => None,
    });
    let steps: Vec<String> = steps.collect();
    let mut text = String::new();
    if !steps.is_empty() {
        let _ = write!(text, "\n{}: {}", words.get("cli.open_steps"), steps.join(" · "));
    }
    if !card.not_trained.is_empty() {
        let owed = card.not_trained.join(words.comma());
        let _ = write!(text, "\n⚠ {}{}{owed}", words.get("rejection.not_trained"), words.colon());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Language;
    use serde_json::json;

    #[test]
    fn points_are_degrees_and_never_json() {
        let (zh, en) = (Words::of(Language::Zh), Words::of(Language::En));
        let fix = json!({ "lat_e7": 307_512_345, "lon_e7": -1_207_600_000, "crs": "wgs84", "accuracy_cm": 1250 });
        assert_eq!(value(&zh, "point", None, &fix), "30.75123, -120.76000  ±13 m");
        assert_eq!(value(&zh, "limit", None, &json!("0.5 work_hour")), "0.5 工作时");
        let mock = json!({ "lat_e7": 5, "lon_e7": 0, "crs": "wgs84", "mock": true });
        let drawn = value(&en, "point", None, &mock);
        assert!(drawn.starts_with("0.00000, 0.00000  [") && !drawn.contains('{'), "{drawn}");
    }

    #[test]
    fn what_is_not_here_is_said_to_be_so() {
        let zh = Words::of(Language::Zh);
        let id = json!("0199aaaa-0000-7000-8000-0000000a1b2c");
        assert_eq!(named(&zh, ("account", None), &id, None), "姓名未同步（0a1b2c）");
        assert_eq!(named(&zh, ("record", None), &id, None), "不在本机（0a1b2c）");
        let ann = Named { title: "王安".to_owned(), kind: None };
        assert_eq!(named(&zh, ("account", None), &id, Some(&ann)), "王安");
        let visit = Named { title: "nobody_home".to_owned(), kind: Some("visit".to_owned()) };
        assert_eq!(named(&zh, ("record", None), &id, Some(&visit)), "家中无人");
    }
}
