//! Cases: report, list, show, and every step.

use super::{picture, register, saved};
use crate::answer::Answer;
use crate::args::{BoardArgs, BoardName, CaseList, CaseVerb, Dispatch, Report, Shortcut, Triage, Verify};
use crate::failure::Failure;
use crate::line_text::{moment, row, rows};
use crate::phone::Phone;
use crate::words::Words;
use crate::{card_text, find, typed};
use gridwalk_app::read::case_board::Board;
use gridwalk_app::read::case_list::CaseFilter;
use gridwalk_app::read::{CallLine, HoldLine};
use gridwalk_model::command::{Command, ReportCase, TakeStep};
use gridwalk_model::guard::PICTURE;
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::{RecordId, Timestamp};
use std::fmt::Write as _;
use std::path::Path;

/// One of the verbs on cases.
pub fn run(phone: &Phone<'_>, verb: &CaseVerb) -> Result<Answer, Failure> {
    let short = |step: &str, args: &Shortcut| shortcut(phone, step, args);
    match verb {
        CaseVerb::Report(args) => report(phone, args),
        CaseVerb::Show(args) => show(phone, find::record(phone, &args.record, &[Kind::Case.name()])?),
        CaseVerb::List(args) => list(phone, args),
        CaseVerb::Edit(args) => register::edit(phone, Kind::Case, args),
        CaseVerb::Board(args) => board(phone, args),
        CaseVerb::Step(args) => match &args.picture {
            Some(file) => step_on_picture(phone, &args.record, &args.code, &args.answers, file),
            None => step(phone, &args.record, &args.code, &args.answers, args.basis.as_deref()),
        },
        CaseVerb::Dispatch(args) => dispatch(phone, args),
        CaseVerb::Triage(args) => triage(phone, args),
        CaseVerb::Confirm(args) => short("confirm", args),
        CaseVerb::TurnDown(args) => short("turn_down", args),
        CaseVerb::Accept(args) => short("accept", args),
        CaseVerb::Take(args) => short("take", args),
        CaseVerb::Handle(args) => short("handle", args),
        CaseVerb::Verify(args) => verify(phone, args),
        CaseVerb::Rework(args) => short("rework", args),
        CaseVerb::HandBack(args) => short("hand_back", args),
        CaseVerb::Close(args) => short("close", args),
    }
}

fn report(phone: &Phone<'_>, args: &Report) -> Result<Answer, Failure> {
    let edits = typed::edits(phone, Kind::Case, &args.edits)?.put("title", args.title.as_str());
    let edits = phone.notebook.with_contact(edits)?;
    let places: Vec<&str> = Kind::PLACES.iter().map(|kind| kind.name()).collect();
    let parent = args.at.as_deref().map(|text| find::record(phone, text, &places)).transpose()?;
    let unit = match (&args.unit, parent) {
        (Some(text), _) => Some(find::unit(phone, text)?),
        (None, Some(_)) => None,
        (None, None) => Some(find::own_unit(phone)?),
    };
    let answers = args.note.iter().map(|note| ("note".to_owned(), note.as_str().into())).collect();
    let record = phone.notebook.new_record()?;
    saved::execute(phone, &Command::ReportCase(ReportCase { record, unit, parent, edits, answers }))
}

fn step(
    phone: &Phone<'_>,
    named: &str,
    step: &str,
    answers: &[String],
    basis: Option<&str>,
) -> Result<Answer, Failure> {
    let named = find::record(phone, named, &[Kind::Case.name()])?;
    let (record, basis, _) = saved::bases(phone, named, basis)?;
    let status = phone.reader()?.store.row(record)?.map(|r| r.status).unwrap_or_default();
    let asked =
        Kind::Case.steps().row(&status, step).or_else(|| Kind::Case.steps().rows.iter().find(|r| r.step == step));
    let answers = typed::answers(phone, asked, answers)?;
    saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step: step.to_owned(), answers }))
}

/// A step that asks for one text at most: it goes where the step asks for it.
fn shortcut(phone: &Phone<'_>, code: &str, args: &Shortcut) -> Result<Answer, Failure> {
    let rows = Kind::Case.steps().rows.iter().filter(|r| r.step == code);
    let asked = rows
        .flat_map(|r| &r.asks)
        .find(|a| a.required && matches!(a.shape, Shape::Text { .. }))
        .map_or("note", |a| a.name);
    let answers: Vec<String> = args.note.iter().map(|note| format!("{asked}={note}")).collect();
    step(phone, &args.record, code, &answers, None)
}

fn verify(phone: &Phone<'_>, args: &Verify) -> Result<Answer, Failure> {
    let note: Vec<String> = args.note.iter().map(|note| format!("note={note}")).collect();
    match &args.picture {
        Some(file) => step_on_picture(phone, &args.record, "verify", &note, file),
        None => step(phone, &args.record, "verify", &note, None),
    }
}

/// Attaches a picture to a case, and takes a step that rests on it.
fn step_on_picture(
    phone: &Phone<'_>,
    named: &str,
    code: &str,
    answers: &[String],
    file: &Path,
) -> Result<Answer, Failure> {
    let record = find::record(phone, named, &[Kind::Case.name()])?;
    let hash = picture::attach(phone, record, file)?;
    let answers: Vec<String> = answers.iter().cloned().chain([format!("{PICTURE}={hash}")]).collect();
    step(phone, &record.to_string(), code, &answers, None)
}

fn dispatch(phone: &Phone<'_>, args: &Dispatch) -> Result<Answer, Failure> {
    let mut answers = vec![format!("unit={}", args.to)];
    answers.extend(args.joint.iter().map(|joint| format!("joint={joint}")));
    answers.extend(args.due.iter().map(|due| format!("due={due}")));
    answers.extend(args.note.iter().map(|note| format!("note={note}")));
    step(phone, &args.record, "dispatch", &answers, None)
}

fn list(phone: &Phone<'_>, args: &CaseList) -> Result<Answer, Failure> {
    let words = phone.words;
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let filter = CaseFilter { unit, status: args.status.clone(), open: args.open, limit: args.limit };
    let view = phone.reader()?.case_list(&filter)?;
    let counts: Vec<_> = view.counts.iter().map(|c| format!("{} {}", words.case_status(&c.status), c.count)).collect();
    Ok(Answer::new(format!("{}\n{}", counts.join(" · "), rows(words, &view.rows)), &view))
}

/// A board: one case a line, with what it waits for below.
fn board(phone: &Phone<'_>, args: &BoardArgs) -> Result<Answer, Failure> {
    let words = phone.words;
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let which = match args.which {
        BoardName::Called => Board::Called,
        BoardName::Held => Board::Held,
        BoardName::Owed => Board::Owed,
        BoardName::Overdue => Board::Overdue,
        BoardName::FollowUp => Board::FollowUp,
    };
    let lines = phone.reader()?.case_board(which, unit)?;
    let mut text: Vec<String> = Vec::new();
    for line in &lines {
        let mut told = row(words, &line.row);
        match which {
            Board::Called => told += &calls(words, &line.calls),
            Board::Held => told += &line.hold.as_ref().map(|hold| held(words, hold)).unwrap_or_default(),
            Board::Owed => told += &owed(words, &line.owed, line.first_receiver_name.as_deref()),
            Board::Overdue => told += &due(words, line.deadline),
            Board::FollowUp => told += &line.follow_up.as_ref().map(|day| format!("  {day}")).unwrap_or_default(),
        }
        text.push(told);
    }
    let text = if text.is_empty() { words.get("cli.nothing").to_owned() } else { text.join("\n") };
    Ok(Answer::new(text, &lines))
}

fn calls(words: &Words, calls: &[CallLine]) -> String {
    calls.iter().fold(String::new(), |text, call| {
        let unit = call.unit_name.clone().unwrap_or_else(|| call.unit.to_string());
        let by = card_text::person(words, call.by_name.as_deref(), call.by);
        let stands = match (call.answered, call.late) {
            (Some(at), _) => format!("{} {}", words.get("cli.case_answered"), moment(at)),
            (None, true) => words.get("cli.case_call_late").to_owned(),
            (None, false) => moment(call.due),
        };
        format!("{text}\n  {}  {unit}  {by} {} → {stands}", words.get("cli.case_call"), moment(call.at))
    })
}

fn held(words: &Words, hold: &HoldLine) -> String {
    let next = hold.next_on.as_deref().unwrap_or_default();
    let HoldLine { reason, leader, team, plan, .. } = hold;
    format!("\n  {}  {reason} · {leader} · {team} · {plan} · {next}", words.get("cli.case_held"))
}

fn owed(words: &Words, lines: &[String], by: Option<&str>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: Vec<&str> = lines.iter().map(|line| words.code("case_line", line)).collect();
    let by = by.map(|name| format!(" · {} {name}", words.get("cli.case_first"))).unwrap_or_default();
    format!("\n  {}  {}{by}", words.get("cli.case_owed"), lines.join("、"))
}

fn due(words: &Words, deadline: Option<Timestamp>) -> String {
    deadline.map(|at| format!("\n  {}  {}", words.get("cli.case_deadline"), moment(at))).unwrap_or_default()
}

/// What nobody has looked at yet, the longest waiting first, with whoever saw it.
fn triage(phone: &Phone<'_>, args: &Triage) -> Result<Answer, Failure> {
    let words = phone.words;
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let view = phone.reader()?.triage(unit, args.limit)?;
    let mut text = format!("{} {}", words.get("cli.triage"), view.count);
    for line in &view.rows {
        let _ = write!(text, "\n{}\n    {}", row(words, &line.row), moment(line.since));
        let by = [line.reporter_name.as_deref(), line.reporter_phone.as_deref()];
        for said in by.into_iter().flatten() {
            let _ = write!(text, "  {said}");
        }
        let steps: Vec<_> = line.steps.iter().map(|step| words.step(step)).collect();
        let _ = write!(text, "\n    → {}", steps.join(" · "));
    }
    if view.rows.is_empty() {
        words.get("cli.triage_none").clone_into(&mut text);
    }
    Ok(Answer::new(text, &view))
}

fn show(phone: &Phone<'_>, record: RecordId) -> Result<Answer, Failure> {
    let words = phone.words;
    let case = phone.reader()?.case(record)?.ok_or_else(|| Failure::not_found(record.to_string()))?;
    let mut text = card_text::card(words, &case.card);
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
    text += &due(words, case.deadline);
    text += &calls(words, &case.calls);
    text += &case.hold.as_ref().map(|hold| held(words, hold)).unwrap_or_default();
    let first = case.first_receiver.as_ref().and_then(|who| who.name.as_deref());
    text += &owed(words, &case.owed, first);
    if let Some(day) = &case.next_recheck {
        let _ = write!(text, "\n  {}  {day}", words.get("cli.case_recheck"));
    }
    text += &card_text::open_steps(words, &case.card);
    Ok(Answer::new(text, &case))
}
