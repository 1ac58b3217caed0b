//! Objections to a month's figures: raise, list, explain, decide, withdraw.

use super::numbers::{called, month_of};
use super::saved;
use crate::answer::Answer;
use crate::args::{ObjectionRaise, ObjectionVerb};
use crate::failure::Failure;
use crate::find;
use crate::line_text::moment;
use crate::phone::Phone;
use gridwalk_app::read::ObjectionLine;
use gridwalk_model::appraisal::Formulas;
use gridwalk_model::command::charge::{Charge, Object};
use gridwalk_model::command::{Command, TakeStep};
use gridwalk_model::kind::{Kind, objection};
use gridwalk_model::{RecordId, Value};
use std::fmt::Write as _;

/// One of the verbs on objections.
pub fn run(phone: &Phone<'_>, verb: &ObjectionVerb) -> Result<Answer, Failure> {
    match verb {
        ObjectionVerb::Raise(args) => raise(phone, args),
        ObjectionVerb::List { month } => list(phone, month.as_deref()),
        ObjectionVerb::Explain { objection, text } => step(phone, objection, objection::EXPLAIN, Some(("text", text))),
        ObjectionVerb::Uphold(args) => step(phone, &args.objection, objection::UPHOLD, Some(("reason", &args.reason))),
        ObjectionVerb::Dismiss(args) => {
            step(phone, &args.objection, objection::DISMISS, Some(("reason", &args.reason)))
        }
        ObjectionVerb::Withdraw { objection } => step(phone, objection, objection::WITHDRAW, None),
    }
}

/// The code of the figure that somebody means, or of what multiplies the score.
fn figure(name: &str) -> Result<String, Failure> {
    let formulas = Formulas::shipped();
    let countings =
        formulas.numbers.iter().map(|f| &f.counting).chain(formulas.adjustments.iter().map(|a| &a.counting));
    let mut meant = countings.filter(|counting| {
        let label = counting.label;
        [label.code, label.zh_hans, label.zh_hant, label.en].contains(&name)
    });
    meant.next().map(|counting| counting.code.to_owned()).ok_or_else(|| Failure::usage("no_such_number", name))
}

fn raise(phone: &Phone<'_>, args: &ObjectionRaise) -> Result<Answer, Failure> {
    let (month, number) = (month_of(phone, args.month.as_deref())?, figure(&args.number)?);
    let kinds = [Kind::Case, Kind::Target].map(Kind::name);
    let row = args.row.as_deref().map(|text| find::record(phone, text, &kinds)).transpose()?;
    let reader = phone.reader()?;
    let unit_of_row = row.map(|row| reader.store.row(row)).transpose()?.flatten().and_then(|row| row.unit);
    let unit = match (&args.unit, unit_of_row) {
        (Some(text), _) => find::unit(phone, text)?,
        (None, Some(unit)) => unit,
        (None, None) => find::own_unit(phone)?,
    };
    let (record, reason) = (phone.notebook.new_record()?, args.reason.clone());
    saved::execute(phone, &Command::Charge(Charge::Object(Object { record, unit, month, number, row, reason })))
}

fn list(phone: &Phone<'_>, month: Option<&str>) -> Result<Answer, Failure> {
    let month = month.map(|text| month_of(phone, Some(text))).transpose()?;
    let all = phone.reader()?.objections(month)?;
    let lines = all.iter().map(|line| text(phone, line)).collect::<Result<Vec<_>, Failure>>()?;
    let text = if lines.is_empty() { phone.words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &all))
}

fn text(phone: &Phone<'_>, line: &ObjectionLine) -> Result<String, Failure> {
    let words = phone.words;
    let whole = words.get("objection.whole_figure");
    let of = line.of_title.as_deref().or(line.of.is_some().then_some("…")).unwrap_or(whole);
    let mut text = format!(
        "{}  {}  {}  {}  {of}\n  {}\n  id  {}",
        words.case_status(&line.row.status),
        line.month,
        line.unit_name.as_deref().unwrap_or("…"),
        called(words, &line.number),
        line.row.title,
        line.row.record,
    );
    for said in &line.said {
        let what = said.text.as_deref().unwrap_or_default();
        let step = words.step(&said.step);
        let _ = write!(text, "\n  {}  {step}  {}  {what}", moment(said.at), phone.person(said.by)?);
    }
    if line.after_lock {
        let _ = write!(text, "\n  {}", words.get("objection.after_lock"));
    }
    Ok(text)
}

/// The objection that a text names: by id or reason.
fn named(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    let all = phone.reader()?.objections(None)?;
    match all.iter().filter(|line| line.row.title == text.trim()).collect::<Vec<_>>().as_slice() {
        [one] => Ok(one.row.record),
        _ => find::record(phone, text, &[Kind::Objection.name()]),
    }
}

fn step(phone: &Phone<'_>, text: &str, step: &str, answer: Option<(&str, &String)>) -> Result<Answer, Failure> {
    let (record, basis, _) = saved::bases(phone, named(phone, text)?, None)?;
    let answers = answer.map(|(name, text)| (name.to_owned(), Value::from(text.as_str()))).into_iter().collect();
    saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step: step.to_owned(), answers }))
}
