//! Cards as text: fields, sets, steps, what may be done, the basis.

use crate::line_text::{badges, moment};
use crate::words::Words;
use gridwalk_app::read::Card;
use gridwalk_app::read::card::StepLine;
use gridwalk_model::Timestamp;
use gridwalk_model::command::Action;
use serde_json::Value as Json;
use std::fmt::Write as _;

/// A value as text, codes as words.
pub fn value(words: &Words, shape: &str, code_set: Option<&str>, value: &Json) -> String {
    match (code_set, value) {
        (Some(set), Json::String(code)) => words.code(set, code).to_owned(),
        (_, Json::Null) => words.get("cli.empty").to_owned(),
        (_, Json::Bool(yes)) => words.get(if *yes { "cli.yes" } else { "cli.no" }).to_owned(),
        (_, Json::Number(n)) if shape == "moment" => moment(Timestamp(n.as_i64().unwrap_or_default())),
        (_, Json::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

/// A card.
pub fn card(words: &Words, card: &Card) -> String {
    let mut text = format!("{} {}", words.kind(&card.kind), words.title(&card.kind, &card.title));
    if !card.status.is_empty() {
        let _ = write!(text, "  {}", words.case_status(&card.status));
    }
    text += &badges(words, &card.badges);
    if card.deleted {
        let _ = write!(text, "  [{}]", words.get("cli.deleted"));
    }
    let _ = write!(text, "\n  id  {}", card.record);
    if let Some(unit) = &card.unit_name {
        let _ = write!(text, "\n  {}  {unit}", words.get("kind.unit"));
    }
    for line in &card.fields {
        let titled = line.title.as_ref().zip(line.title_kind.as_ref());
        let titled = titled.map(|(title, kind)| words.title(kind, title).to_owned());
        let shown = titled.unwrap_or_else(|| value(words, line.shape, line.code_set, &line.value));
        let _ = write!(text, "\n  {}  {shown}", words.field(&card.kind, &line.field));
        if !line.at_odds.is_empty() {
            let all: Vec<_> = line.at_odds.iter().map(|v| value(words, line.shape, line.code_set, v)).collect();
            let _ = write!(text, "  [{}: {}]", words.get("sync.disagreement"), all.join(" ≠ "));
        }
    }
    for set in &card.sets {
        let elements: Vec<_> = set.elements.iter().map(|e| value(words, "", set.code_set, e)).collect();
        let _ = write!(text, "\n  {}  {}", words.field(&card.kind, &set.set), elements.join("、"));
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
    text += &steps(words, &card.steps);
    text
}

/// Why a field is not shown: it was sent, or it is for others.
fn not_shown(card: &Card, field: &&str) -> &'static str {
    if card.sent.contains(field) { "status.hidden" } else { "status.not_shown" }
}

/// The timeline.
fn steps(words: &Words, steps: &[StepLine]) -> String {
    let mut text = String::new();
    for step in steps {
        let _ = write!(text, "\n  {}  {}", moment(step.at), words.step(&step.step));
        if step.applied {
            let _ = write!(text, " → {}", words.case_status(&step.to));
        } else {
            let _ = write!(text, "  [{}]", words.get("sync.overtaken"));
        }
        for (name, answer) in &step.answers {
            let word = words.find(&format!("ask.{name}")).unwrap_or(name);
            let shape = if name == "due" { "moment" } else { "" };
            let shown = step.titles.get(name).cloned().unwrap_or_else(|| value(words, shape, None, answer));
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
            Some(format!("{} {step}{asked}", words.step(step)))
        }
        _ => None,
    });
    let steps: Vec<String> = steps.collect();
    if steps.is_empty() { String::new() } else { format!("\n{}: {}", words.get("cli.open_steps"), steps.join(" · ")) }
}
