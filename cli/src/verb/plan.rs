//! Visit plans: add, end, show, list, and what is due.

use super::{register, saved};
use crate::answer::Answer;
use crate::args::{List, PlanAdd, PlanDue, PlanEnd, PlanVerb};
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::{DueLine, PlanLine, VisitsDue};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::{AddVisitPlan, Command, Edits, EndVisitPlan};
use gridwalk_model::kind::{Kind, Shape, visit_plan};
use gridwalk_model::{RecordId, UnitId, Value};
use std::fmt::Write as _;

/// One of the verbs on visit plans.
pub fn run(phone: &Phone<'_>, verb: &PlanVerb) -> Result<Answer, Failure> {
    match verb {
        PlanVerb::Add(args) => add(phone, args),
        PlanVerb::End(args) => end(phone, args),
        PlanVerb::Edit(args) => register::edit(phone, Kind::VisitPlan, args),
        PlanVerb::Show(args) => register::show(phone, Kind::VisitPlan, plan(phone, &args.plan)?),
        PlanVerb::List(args) => list(phone, args),
        PlanVerb::Due(args) => due(phone, args),
    }
}

/// The kinds that have plans.
fn names() -> Vec<&'static str> {
    visit_plan::ABOVE.iter().map(|kind| kind.name()).collect()
}

/// A day as it is typed, days since 1970-01-01.
pub fn day(text: Option<&str>) -> Result<Option<i64>, Failure> {
    let read = |text: &str| CivilDate::parse(text.trim()).ok_or_else(|| Failure::usage("not_a_moment", text));
    Ok(text.map(read).transpose()?.map(CivilDate::days))
}

/// A day in the form in which it is typed.
pub fn day_text(day: i64) -> String {
    CivilDate::from_days(day).map_or_else(|| day.to_string(), |date| date.to_string())
}

/// The plan that a text names: a plan's id, or a door with just one plan in which somebody is still sent.
fn plan(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    let reader = phone.reader()?;
    if let Ok(id) = text.parse::<RecordId>()
        && reader.store.row(id)?.is_some_and(|row| row.kind == Kind::VisitPlan.name())
    {
        return Ok(id);
    }
    let door = find::record(phone, text, &names())?;
    let plans = reader.plans(None, Some(door), 0)?;
    let gone = |plan: &PlanLine| plan.standing == visit_plan::Standing::Ended;
    let standing: Vec<_> = plans.iter().filter(|plan| !gone(plan)).collect();
    match (standing.as_slice(), plans.as_slice()) {
        ([one], _) => Ok(one.row.record),
        ([], [one]) => Ok(one.row.record),
        ([], _) => Err(Failure::usage("nobodys_plan", text)),
        (several, _) => Err(Failure::several(text, several.iter().map(|plan| plan.row.clone()).collect())),
    }
}

fn add(phone: &Phone<'_>, args: &PlanAdd) -> Result<Answer, Failure> {
    let door = find::record(phone, &args.door, &names())?;
    let case = args.case.as_deref().map(|text| find::record(phone, text, &[Kind::Case.name()])).transpose()?;
    let purpose = typed::value(phone, Shape::Code(CodeSet::VisitPurpose), &args.purpose)?;
    let mut edits = Edits::none().put(visit_plan::PURPOSE, purpose);
    let consent_on = match (&args.consent_by, day(args.consent_on.as_deref())?) {
        (Some(_), None) => Some(phone.reader()?.actor.today()),
        (_, on) => on,
    };
    let numbers = [
        (visit_plan::EVERY_DAYS, args.every),
        (visit_plan::FROM, day(args.from.as_deref())?),
        (visit_plan::UNTIL, day(args.until.as_deref())?),
        (visit_plan::DUE, day(args.due.as_deref())?),
        (visit_plan::CONSENT_ON, consent_on),
    ];
    for (field, value) in numbers {
        edits = value.map_or(edits.clone(), |value| edits.put(field, value));
    }
    let texts = [(visit_plan::CONSENT_BY, &args.consent_by), ("visitor", &args.visitor), ("note", &args.note)];
    for (field, text) in texts {
        edits = text.as_deref().map_or(edits.clone(), |text| edits.put(field, text));
    }
    if let Some(resident) = &args.resident {
        edits = edits.put("resident", find::record(phone, resident, &[Kind::Resident.name()])?);
    }
    if args.mine {
        edits = edits.put(visit_plan::ACCOUNT, Value::Id(RecordId(phone.enrolment()?.account.0)));
    }
    let record = phone.notebook.new_record()?;
    saved::execute(phone, &Command::AddVisitPlan(AddVisitPlan { record, door, case, edits }))
}

fn end(phone: &Phone<'_>, args: &PlanEnd) -> Result<Answer, Failure> {
    let named = plan(phone, &args.plan)?;
    let (record, basis, _) = saved::bases(phone, named, args.basis.as_deref())?;
    let reason = typed::value(phone, Shape::Code(CodeSet::VisitPlanEnd), &args.reason)?;
    let reason = reason.as_text().unwrap_or_default().to_owned();
    let on = day(args.on.as_deref())?;
    saved::execute(phone, &Command::EndVisitPlan(EndVisitPlan { record, basis, reason, on }))
}

fn list(phone: &Phone<'_>, args: &List) -> Result<Answer, Failure> {
    let words = phone.words;
    let kinds: Vec<&str> = names().into_iter().chain([Kind::Unit.name()]).collect();
    let within = args.within.as_deref().map(|text| find::record(phone, text, &kinds)).transpose()?;
    let reader = phone.reader()?;
    let is_unit = |r: RecordId| reader.store.row(r).map(|row| row.is_none_or(|row| row.kind == Kind::Unit.name()));
    let (unit, door): (Option<UnitId>, _) = match within {
        Some(record) if is_unit(record)? => (Some(record.unit()), None),
        other => (None, other),
    };
    let plans = reader.plans(unit, door, args.limit)?;
    let line = |plan: &PlanLine| {
        let door = plan.door.as_ref().map(|d| d.title.as_str()).unwrap_or_default();
        let next = plan.next_due.map(day_text).unwrap_or_default();
        let standing = words.find(&format!("due.{}", plan.standing.code())).unwrap_or_default().to_owned();
        format!("{}  {door}  {standing} {next}", row(words, &plan.row)).trim_end().to_owned()
    };
    let lines: Vec<String> = plans.iter().map(line).collect();
    let text = if lines.is_empty() { words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &plans))
}

fn due(phone: &Phone<'_>, args: &PlanDue) -> Result<Answer, Failure> {
    let unit = args.within.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let due = phone.reader()?.visits_due(unit, args.mine)?.cut(args.limit);
    Ok(Answer::new(due_text(phone.words, &due), &due))
}

/// What is due, list by list.
pub fn due_text(words: &Words, due: &VisitsDue) -> String {
    let mut text = format!("{} {}", words.get("cli.done_today"), due.done);
    let lists = [("due.overdue", &due.overdue), ("due.today", &due.today), ("cli.coming", &due.coming)];
    for (word, lines) in lists.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        let _ = write!(text, "\n{} ({})", words.get(word), lines.len());
        for line in lines {
            let _ = write!(text, "\n  {}", due_line(words, line));
        }
    }
    if !due.call_backs.is_empty() {
        let _ = write!(text, "\n{} ({})", words.get("cli.call_backs"), due.call_backs.len());
    }
    for back in &due.call_backs {
        let when = back.when().map(moment).unwrap_or_default();
        let _ = write!(text, "\n  {}  {when}", row(words, &back.door));
    }
    text
}

fn due_line(words: &Words, line: &DueLine) -> String {
    let door = line.door.as_ref().map(|d| d.title.as_str()).unwrap_or_default();
    let purpose = line.purpose.as_deref().map(|code| words.code("visit_purpose", code)).unwrap_or_default();
    format!("{}  {door} {purpose}  {} {}", line.row.record, words.get("cli.due_by"), day_text(line.due))
}
