//! Trainings: add, list, show, check off, strike, and who goes without.

use super::plan::day_text;
use super::{register, saved};
use crate::answer::Answer;
use crate::args::{CourseAdd, CourseCheckOff, CourseStrike, CourseVerb};
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::course::TrainingLine;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::charge::{AddTraining, Charge, CheckOff};
use gridwalk_model::command::{Command, Edits, TakeStep};
use gridwalk_model::kind::training_done::done_of;
use gridwalk_model::kind::{Kind, Shape, training};
use gridwalk_model::{RecordId, Value};
use std::fmt::Write as _;

/// One of the verbs on trainings.
pub fn run(phone: &Phone<'_>, verb: &CourseVerb) -> Result<Answer, Failure> {
    match verb {
        CourseVerb::Add(args) => add(phone, args),
        CourseVerb::List => list(phone),
        CourseVerb::Show { training } => show(phone, named(phone, training)?),
        CourseVerb::CheckOff(args) => check_off(phone, args),
        CourseVerb::Strike(args) => strike(phone, args),
        CourseVerb::Missing { unit } => missing(phone, unit.as_deref()),
        CourseVerb::Edit(args) => register::edit(phone, Kind::Training, args),
    }
}

/// The training that a text names: by id or title.
fn named(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    let all = phone.reader()?.trainings()?;
    find::titled(phone, text, all.iter().map(|line| &line.row), &[Kind::Training.name()])
}

fn add(phone: &Phone<'_>, args: &CourseAdd) -> Result<Answer, Failure> {
    let unit = args.unit.as_deref().map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
    let mut edits = Edits::none().put("title", args.title.as_str());
    for (field, text) in [("text", &args.text), ("duty", &args.duty)] {
        edits = text.iter().fold(edits, |edits, text| edits.put(field, text.as_str()));
    }
    if args.required {
        edits = edits.put(training::REQUIRED, true);
    }
    edits = args.valid_days.iter().fold(edits, |edits, days| edits.put(training::VALID_DAYS, *days));
    for role in &args.roles {
        edits = edits.add(training::FOR_ROLES, typed::value(phone, Shape::Code(CodeSet::TrainedRole), role)?);
    }
    edits = args.questions.iter().fold(edits, |edits, ask| edits.add(training::QUESTIONS, ask.as_str()));
    let record = phone.notebook.new_record()?;
    saved::execute(phone, &Command::Charge(Charge::AddTraining(AddTraining { record, unit, edits })))
}

fn line(words: &Words, training: &TrainingLine) -> String {
    let roles: Vec<&str> =
        training.for_roles.iter().map(|role| words.code(CodeSet::TrainedRole.name(), role)).collect();
    let required = if training.required { words.get("course.required") } else { "" };
    let mine = match training.done_on {
        Some(day) => format!("{} {}", words.get("course.checked_off"), day_text(day)),
        None if training.owed => words.get("course.owed").to_owned(),
        None => String::new(),
    };
    format!("{}  {}  {required}  {mine}", row(words, &training.row), roles.join(words.comma())).trim_end().to_owned()
}

fn list(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let trainings = phone.reader()?.trainings()?;
    let lines: Vec<String> = trainings.iter().map(|training| line(phone.words, training)).collect();
    let text = if lines.is_empty() { phone.words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &trainings))
}

fn show(phone: &Phone<'_>, training: RecordId) -> Result<Answer, Failure> {
    let found = phone.reader()?.trainings()?.into_iter().find(|line| line.row.record == training);
    let found = found.ok_or_else(|| Failure::not_found(training.to_string()))?;
    let mut text = line(phone.words, &found);
    for said in [&found.duty, &found.text].into_iter().flatten() {
        let _ = write!(text, "\n  {said}");
    }
    for ask in &found.questions {
        let _ = write!(text, "\n  ? {ask}");
    }
    Ok(Answer::new(text, &found))
}

fn check_off(phone: &Phone<'_>, args: &CourseCheckOff) -> Result<Answer, Failure> {
    let (training, who) = (named(phone, &args.training)?, find::person(phone, &args.person)?);
    let unit = match &args.unit {
        Some(text) => find::unit(phone, text)?,
        None => phone.reader()?.unit_of_post(who)?.map_or_else(|| find::own_unit(phone), Ok)?,
    };
    let wrong = || Failure::usage("not_a_moment", args.on.as_deref().unwrap_or_default());
    let day = |text: &String| CivilDate::parse(text.trim()).map(CivilDate::days);
    let on = args.on.as_ref().map(|text| day(text).ok_or_else(wrong)).transpose()?;
    let (basis, online, note) = (phone.notebook.basis(done_of(training, who))?, args.online, args.note.clone());
    let command = CheckOff { training, who, unit, basis, on, online, note };
    saved::execute(phone, &Command::Charge(Charge::CheckOff(command)))
}

fn strike(phone: &Phone<'_>, args: &CourseStrike) -> Result<Answer, Failure> {
    let (training, who) = (named(phone, &args.training)?, find::person(phone, &args.person)?);
    let (record, basis, _) = saved::bases(phone, done_of(training, who), None)?;
    let answers = [("reason".to_owned(), Value::from(args.reason.as_str()))].into();
    saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step: "strike".to_owned(), answers }))
}

fn missing(phone: &Phone<'_>, unit: Option<&str>) -> Result<Answer, Failure> {
    let words = phone.words;
    let unit = unit.map(|text| find::unit(phone, text)).transpose()?;
    let found = phone.reader()?.untrained(unit)?;
    let mut lines = Vec::new();
    for one in &found {
        let name = one.name.clone().unwrap_or_else(|| one.account.to_string());
        let mut text = format!("{}  {name}  {}", one.unit_name.as_deref().unwrap_or("…"), one.title);
        for case in &one.taken {
            let _ = write!(text, "\n    ⚠ {} {}  {}", words.get("course.took"), case.title, moment(case.at));
        }
        lines.push(text);
    }
    let text = if lines.is_empty() { words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &found))
}
