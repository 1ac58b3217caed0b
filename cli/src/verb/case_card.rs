//! A case as text: its class, its clock, who has it, what is owed.
//!
//! Owns the lines below the card that only cases have. Refuses to reckon: it draws what the read model says. Invariant: what
//! is not so takes no line.

use crate::answer::Answer;
use crate::card_text;
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::verb::class::{clock_text, limit_text};
use crate::words::Words;
use gridwalk_app::read::{CallLine, ClassView, ClockLine, HoldLine};
use gridwalk_model::{RecordId, Timestamp};
use std::fmt::Write as _;

/// A case as its screen draws it.
pub fn show(phone: &Phone<'_>, record: RecordId) -> Result<Answer, Failure> {
    let words = phone.words;
    let case = phone.reader()?.case(record)?.ok_or_else(|| Failure::not_found(record.to_string()))?;
    let mut text = card_text::card(words, &case.card);
    if case.reporters.len() > 1 {
        let people = case.reporters.iter().map(|who| card_text::person(words, who.name.as_deref(), who.account));
        let people: Vec<String> = people.collect();
        let _ = write!(text, "\n  {}  {}", words.get("cli.case_reporters"), people.join(words.comma()));
    }
    if case.lines.len() > 1 {
        let lines: Vec<&str> = case.lines.iter().map(|line| words.code("case_line", line)).collect();
        let _ = write!(text, "\n  {}  {}", words.get("cli.case_lines"), lines.join(words.comma()));
    }
    if let Some(unit) = case.dispatched_to {
        let name = case.dispatched_to_name.clone().unwrap_or_else(|| unit.to_string());
        let _ = write!(text, "\n  {}  {name}", words.get("cli.case_lead"));
    }
    let joint = case.joint.iter().map(|unit| unit.name.clone().unwrap_or_else(|| unit.unit.to_string()));
    let joint: Vec<String> = joint.collect();
    if !joint.is_empty() {
        let _ = write!(text, "\n  {}  {}", words.get("cli.case_joint"), joint.join("、"));
    }
    if let Some(lease) = &case.lease {
        let who = card_text::person(words, lease.holder.name.as_deref(), lease.holder.account);
        let over = if lease.over { words.get("cli.case_lease_over") } else { "" };
        let _ = write!(text, "\n  {}  {who}  {} {over}", words.get("cli.case_lease"), moment(lease.since));
    }
    text += &class(words, case.class.as_ref());
    match &case.clock {
        Some(line) => text += &clock(words, line),
        None => text += &due(words, case.deadline),
    }
    if case.drill {
        let _ = write!(text, "\n  {}", words.get("cli.case_drill"));
    }
    for found in &case.found {
        let _ = write!(text, "\n  {}  {}", words.get("cli.case_found"), row(words, found));
    }
    for plan in &case.plans {
        let _ = write!(text, "\n  {}  {}", words.kind(&plan.kind), row(words, plan));
    }
    text += &calls(words, &case.calls);
    text += &case.hold.as_ref().map(|hold| held(words, hold)).unwrap_or_default();
    let first = case.first_receiver.as_ref().and_then(|who| who.name.as_deref());
    text += &owed(words, &case.owed, first);
    if let Some(day) = &case.next_recheck {
        let _ = write!(text, "\n  {}  {day}", words.get("cli.case_recheck"));
    }
    if let Some(unit) = case.proposed.as_ref().and_then(|view| view.unit_name.as_deref()) {
        let _ = write!(text, "\n  {}", words.fill("cli.class_proposed", &[("unit", unit)]));
    }
    text += &card_text::open_steps(words, &case.card);
    Ok(Answer::new(text, &case))
}

/// What it is about, with its conditions and who answers for such things.
fn class(words: &Words, view: Option<&ClassView>) -> String {
    let Some(view) = view else { return String::new() };
    let (class, language) = (&view.class, words.language());
    let mut text = format!("\n  {}  {}  {}", words.get("cli.case_class"), class.name.text(language), class.of);
    for (key, said) in [
        ("class_file", class.file_when.text(language).to_owned()),
        ("class_limit", limit_text(words, view.limit)),
        ("class_close", class.close_when.text(language).to_owned()),
        ("class_department", class.department_name(language).to_owned()),
    ] {
        let _ = write!(text, "\n    {}  {said}", words.get(&format!("cli.{key}")));
    }
    text
}

/// By when it is to be settled, how that stands, and how much time ran.
fn clock(words: &Words, line: &ClockLine) -> String {
    let mut text = String::new();
    if let Some(deadline) = &line.deadline {
        let by = line.limit.map(|limit| format!("  {}", limit_text(words, limit))).unwrap_or_default();
        let stands =
            line.standing.map(|s| words.get(&format!("clock.{}", s.clock_code())).to_owned()).unwrap_or_default();
        let due = clock_text(deadline.due);
        let _ = write!(text, "\n  {}  {due}{by}  {stands}", words.get("cli.case_deadline"));
        for year in &deadline.missing_years {
            let _ = write!(text, "\n  ⚠ {}", words.fill("clock.year_missing", &[("year", &year.to_string())]));
        }
    }
    let (urgent, work) = (span(words, line.urgent_minutes), span(words, line.work_minutes));
    let _ = write!(text, "\n  {}", words.fill("cli.case_ran", &[("urgent", &urgent), ("work", &work)]));
    if let Some(minutes) = line.arrived_minutes {
        let _ = write!(text, "\n  {}", words.fill("cli.case_arrived", &[("span", &span(words, minutes))]));
    }
    if let Some(at) = line.made_safe {
        let _ = write!(text, "\n  {}  {}", words.get("cli.case_made_safe"), moment(at));
    }
    text
}

/// Minutes as people say them: `2 小时 45 分`.
fn span(words: &Words, minutes: u64) -> String {
    let (hours, rest) = ((minutes / 60).to_string(), (minutes % 60).to_string());
    let key = if minutes < 60 { "cli.minutes" } else { "cli.hours_minutes" };
    words.fill(key, &[("hours", &hours), ("minutes", &rest)])
}

/// Calls, each with how it stands.
pub fn calls(words: &Words, calls: &[CallLine]) -> String {
    calls.iter().fold(String::new(), |text, call| {
        let unit = call.unit_name.clone().unwrap_or_else(|| call.unit.to_string());
        let by = card_text::person(words, call.by_name.as_deref(), call.by);
        let stands = match (call.answered, call.late) {
            (Some(at), _) => {
                let promised = call.promised.map(|due| format!("  {} {}", words.get("cli.case_deadline"), moment(due)));
                format!("{} {}{}", words.get("cli.case_answered"), moment(at), promised.unwrap_or_default())
            }
            (None, true) => words.get("cli.case_call_late").to_owned(),
            (None, false) => moment(call.due),
        };
        format!("{text}\n  {}  {unit}  {by} {} → {stands}", words.get("cli.case_call"), moment(call.at))
    })
}

/// How it is held.
pub fn held(words: &Words, hold: &HoldLine) -> String {
    let next = hold.next_on.as_deref().unwrap_or_default();
    let HoldLine { reason, leader, team, plan, .. } = hold;
    format!("\n  {}  {reason} · {leader} · {team} · {plan} · {next}", words.get("cli.case_held"))
}

/// The lines to which an answer is owed.
pub fn owed(words: &Words, lines: &[String], by: Option<&str>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: Vec<&str> = lines.iter().map(|line| words.code("case_line", line)).collect();
    let by = by.map(|name| format!(" · {} {name}", words.get("cli.case_first"))).unwrap_or_default();
    format!("\n  {}  {}{by}", words.get("cli.case_owed"), lines.join("、"))
}

/// By when it is to be settled.
pub fn due(words: &Words, deadline: Option<Timestamp>) -> String {
    deadline.map(|at| format!("\n  {}  {}", words.get("cli.case_deadline"), moment(at))).unwrap_or_default()
}
