//! Cases: report, list, show, and every step.

use super::{register, saved};
use crate::answer::Answer;
use crate::args::{CaseList, CaseVerb, Dispatch, Report, Shortcut, Triage};
use crate::failure::Failure;
use crate::line_text::{moment, row, rows};
use crate::phone::Phone;
use crate::{card_text, find, typed};
use gridwalk_app::read::case_list::CaseFilter;
use gridwalk_model::RecordId;
use gridwalk_model::command::{Command, ReportCase, TakeStep};
use gridwalk_model::kind::Kind;
use std::fmt::Write as _;

/// One of the verbs on cases.
pub fn run(phone: &Phone<'_>, verb: &CaseVerb) -> Result<Answer, Failure> {
    let short = |step: &str, args: &Shortcut| shortcut(phone, step, args);
    match verb {
        CaseVerb::Report(args) => report(phone, args),
        CaseVerb::Show(args) => show(phone, find::record(phone, &args.record, &[Kind::Case.name()])?),
        CaseVerb::List(args) => list(phone, args),
        CaseVerb::Edit(args) => register::edit(phone, Kind::Case, args),
        CaseVerb::Step(args) => step(phone, &args.record, &args.code, &args.answers, args.basis.as_deref()),
        CaseVerb::Dispatch(args) => dispatch(phone, args),
        CaseVerb::Triage(args) => triage(phone, args),
        CaseVerb::Confirm(args) => short("confirm", args),
        CaseVerb::TurnDown(args) => short("turn_down", args),
        CaseVerb::Accept(args) => short("accept", args),
        CaseVerb::Take(args) => short("take", args),
        CaseVerb::Handle(args) => short("handle", args),
        CaseVerb::Verify(args) => short("verify", args),
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
    let asked = Kind::Case.steps().row(&status, step);
    let answers = typed::answers(phone, asked, answers)?;
    saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step: step.to_owned(), answers }))
}

/// A step that asks for one text at most: it goes where the step asks for it.
fn shortcut(phone: &Phone<'_>, code: &str, args: &Shortcut) -> Result<Answer, Failure> {
    let rows = Kind::Case.steps().rows.iter().filter(|r| r.step == code);
    let asked = rows.flat_map(|r| &r.asks).find(|a| a.required).map_or("note", |a| a.name);
    let answers: Vec<String> = args.note.iter().map(|note| format!("{asked}={note}")).collect();
    step(phone, &args.record, code, &answers, None)
}

fn dispatch(phone: &Phone<'_>, args: &Dispatch) -> Result<Answer, Failure> {
    let mut answers = vec![format!("unit={}", args.to)];
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
        let _ = write!(text, "\n  {}  {name}", words.case_status("dispatched"));
    }
    text += &card_text::open_steps(words, &case.card);
    Ok(Answer::new(text, &case))
}
