//! Cases: report, list, show, and every step.

use super::case_card::{calls, due, held, owed, show};
use super::case_step::{as_typed, dispatch, shortcut, step, step_on_picture, verify};
use super::{case_near, class, register, saved};
use crate::answer::Answer;
use crate::args::{BoardArgs, BoardName, CaseList, CaseVerb, Report, Shortcut, Triage};
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::case_board::Board;
use gridwalk_app::read::case_list::{CaseFilter, CaseLine};
use gridwalk_model::Value;
use gridwalk_model::command::{Command, Edits, ReportCase};
use gridwalk_model::kind::{Kind, case, case_clock};
use gridwalk_model::matter::Matter;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One of the verbs on cases.
pub fn run(phone: &Phone<'_>, verb: &CaseVerb) -> Result<Answer, Failure> {
    let short = |step: &'static str, args: &Shortcut| shortcut(phone, step, args);
    match verb {
        CaseVerb::Report(args) => report(phone, args),
        CaseVerb::Near(args) => case_near::near(phone, args),
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
        CaseVerb::Way(verb) => as_typed(phone, &verb.typed()),
        CaseVerb::Answer(verb) => as_typed(phone, &verb.typed()),
        CaseVerb::Kind(verb) => as_typed(phone, &verb.typed()),
    }
}

fn report(phone: &Phone<'_>, args: &Report) -> Result<Answer, Failure> {
    let edits = typed::edits(phone, Kind::Case, &args.edits)?.put("title", args.title.as_str());
    let edits = phone.notebook.with_contact(found_in(phone, args, edits)?)?;
    let places: Vec<&str> = Kind::PLACES.iter().map(|kind| kind.name()).collect();
    let parent = args.at.as_deref().map(|text| find::record(phone, text, &places)).transpose()?;
    let unit = match (&args.unit, parent) {
        (Some(text), _) => Some(find::unit(phone, text)?),
        (None, Some(_)) => None,
        (None, None) => Some(find::own_unit(phone)?),
    };
    let mut answers: BTreeMap<String, Value> = BTreeMap::new();
    answers.extend(args.note.iter().map(|note| ("note".to_owned(), note.as_str().into())));
    let class = args.class.as_deref().map(|class| class::code_of(phone, class)).transpose()?;
    case_near::offer(phone, args, &edits, (unit, parent, class.as_deref()))?;
    answers.extend(class.map(|class| (case_clock::CLASS.to_owned(), class.as_str().into())));
    let record = phone.notebook.new_record()?;
    saved::execute(phone, &Command::ReportCase(ReportCase { record, unit, parent, edits, answers }))
}

/// What the report says of drills: that it is one, or in which it was found.
fn found_in(phone: &Phone<'_>, args: &Report, mut edits: Edits) -> Result<Edits, Failure> {
    let incident = Matter::Incident.name();
    if args.drill {
        let said = edits.fields.get("kind").and_then(Option::as_ref).and_then(Value::as_text);
        if said.is_some_and(|kind| kind != incident) {
            return Err(Failure::usage("drill_kind", said.unwrap_or_default()));
        }
        edits = edits.put("kind", incident).put(case::DRILL, true);
    }
    let Some(text) = &args.found_in else { return Ok(edits) };
    Ok(edits.put(case::FOUND_IN, find::record(phone, text, &[Kind::Case.name()])?))
}

fn list(phone: &Phone<'_>, args: &CaseList) -> Result<Answer, Failure> {
    let words = phone.words;
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let filter = CaseFilter { unit, status: args.status.clone(), open: args.open, mine: args.mine, limit: args.limit };
    let view = phone.reader()?.case_list(&filter)?;
    let counts: Vec<_> = view.counts.iter().map(|c| format!("{} {}", words.case_status(&c.status), c.count)).collect();
    let line = |line: &CaseLine| {
        let thanks = if line.thanked { format!("  {}", words.get("cli.case_thanks")) } else { String::new() };
        row(words, &line.row) + &thanks
    };
    let lines: Vec<String> = view.rows.iter().map(line).collect();
    let list = or_nothing(words, lines.join("\n"));
    Ok(Answer::new(format!("{}\n{list}", counts.join(" · ")), &view))
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
        BoardName::Warned => Board::Warned,
        BoardName::FollowUp => Board::FollowUp,
        BoardName::Alike => {
            let pairs = phone.reader()?.cases_alike(unit)?;
            return Ok(Answer::new(or_nothing(words, case_near::alike(phone, &pairs)), &pairs));
        }
        BoardName::Again => {
            let lines = phone.reader()?.cases_again(unit)?;
            return Ok(Answer::new(or_nothing(words, case_near::again(phone, &lines)), &lines));
        }
    };
    let lines = phone.reader()?.case_board(which, unit)?;
    let mut text: Vec<String> = Vec::new();
    for line in &lines {
        let mut told = row(words, &line.row);
        match which {
            Board::Called => told += &calls(words, &line.calls),
            Board::Held => told += &line.hold.as_ref().map(|hold| held(words, hold)).unwrap_or_default(),
            Board::Owed => told += &owed(words, &line.owed, line.first_receiver_name.as_deref()),
            Board::Overdue | Board::Warned => told += &due(words, line.deadline),
            Board::FollowUp => told += &line.follow_up.as_ref().map(|day| format!("  {day}")).unwrap_or_default(),
        }
        text.push(told);
    }
    Ok(Answer::new(or_nothing(words, text.join("\n")), &lines))
}

fn or_nothing(words: &Words, text: String) -> String {
    if text.is_empty() { words.get("cli.nothing").to_owned() } else { text }
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
