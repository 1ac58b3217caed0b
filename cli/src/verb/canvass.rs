//! The places of a campaign's list: list them, stand before one, add one, take one off, and what is needed.

use super::campaign::{code, named, standing};
use super::saved;
use super::visit::call_back_text;
use crate::answer::Answer;
use crate::args::{AddTarget as AddArgs, Attempt, CanvassVerb, Gone, Needs, Targets};
use crate::failure::Failure;
use crate::line_text::{badges, moment};
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::coverage::AttemptLine;
use gridwalk_app::read::{NeedLine, TargetLine};
use gridwalk_model::call_back::Proposal;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::canvass::{AddTarget, Canvass, RaisedAsk, RecordAttempt, TakeOff};
use gridwalk_model::command::{Command, Edits};
use gridwalk_model::coverage::Which;
use gridwalk_model::kind::{Kind, Shape, attempt};
use gridwalk_model::{RecordId, Timestamp};
use serde_json::json;
use std::fmt::Write as _;

/// One of the verbs on places of a list.
pub fn run(phone: &Phone<'_>, verb: &CanvassVerb) -> Result<Answer, Failure> {
    match verb {
        CanvassVerb::List(args) => list(phone, args),
        CanvassVerb::Call(args) => call(phone, args),
        CanvassVerb::Add(args) => add(phone, args),
        CanvassVerb::Gone(args) => gone(phone, args),
        CanvassVerb::Back(args) => take_off(phone, target(phone, &args.target, args.campaign.as_deref())?, None, None),
        CanvassVerb::Needs(args) => needs(phone, args),
    }
}

/// A place of a list: of that campaign, or of any.
fn target(phone: &Phone<'_>, text: &str, campaign: Option<&str>) -> Result<RecordId, Failure> {
    let campaign = campaign.map(|name| named(phone, Some(name))).transpose()?;
    find::record_below(phone, text, &[Kind::Target.name()], campaign)
}

const PLACES: [&str; 2] = ["building", "estate"];

fn list(phone: &Phone<'_>, args: &Targets) -> Result<Answer, Failure> {
    let which = Which::from_name(&args.which).ok_or_else(|| Failure::usage("which_places", args.which.as_str()))?;
    let campaign = named(phone, args.campaign.as_deref())?;
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let building = args.building.as_deref().map(|text| find::record(phone, text, &PLACES)).transpose()?;
    let mut lines = phone.reader()?.listing(campaign, unit)?.lines(which);
    lines.retain(|line| building.is_none() || line.building == building);
    let text = lines.iter().map(|l| line(phone.words, l)).collect::<Vec<_>>().join("\n");
    Ok(Answer::new(if lines.is_empty() { phone.words.get("cli.nothing").to_owned() } else { text }, &lines))
}

/// A place with its last attempt.
pub fn line(words: &Words, place: &TargetLine) -> String {
    let building = place.building_name.as_deref().unwrap_or_default();
    let mut text = format!("{}  {building} {}  {}", place.record, place.label, standing(words, place.standing));
    if place.found {
        let _ = write!(text, "  [{}]", words.get("canvass.found"));
    }
    if place.struck_off {
        let _ = write!(text, "  [{}]", words.get("canvass.struck_off"));
    }
    if !place.doubles.is_empty() {
        let _ = write!(text, "  [{}]", words.get("canvass.doubles"));
    }
    if let Some(left) = &place.left {
        let reason = words.code(CodeSet::TargetLeft.name(), &left.reason);
        let note = left.note.as_deref().unwrap_or_default();
        let _ = write!(text, "  [{}: {reason} {note} {}]", words.get("canvass.left"), moment(left.at));
    }
    if let Some(again) = come_again(words, place.agreed_at, place.call_back.as_ref()) {
        let _ = write!(text, "\n    {again}");
    }
    for attempt in &place.attempts {
        let _ = write!(text, "\n    {}", attempt_text(words, attempt));
    }
    text + &badges(words, &place.badges)
}

fn attempt_text(words: &Words, attempt: &AttemptLine) -> String {
    let mut text = format!("{}  {}", moment(attempt.at), standing(words, &attempt.outcome));
    for need in &attempt.needs {
        let _ = write!(text, "  {}", words.code(CodeSet::CanvassNeed.name(), need));
    }
    for said in [&attempt.need, &attempt.finding].into_iter().flatten() {
        let _ = write!(text, "  {said}");
    }
    if let Some(status) = &attempt.raised_status {
        let _ = write!(text, "  → {} {}", words.get("kind.case"), words.case_status(status));
    }
    text
}

fn call(phone: &Phone<'_>, args: &Attempt) -> Result<Answer, Failure> {
    let target = target(phone, &args.target, args.campaign.as_deref())?;
    let mut edits = Edits::none();
    for (field, text) in [("need", &args.say), ("finding", &args.finding)] {
        edits = text.iter().fold(edits, |edits, text| edits.put(field, text.as_str()));
    }
    edits = args.people.iter().fold(edits, |edits, people| edits.put("people", *people));
    if args.from_paper {
        edits = edits.put("from_paper", true);
    }
    if let Some(text) = &args.at_point {
        edits = edits.put("where", typed::value(phone, Shape::Point, text)?);
    }
    if let Some(text) = &args.again {
        let wrong = || Failure::usage("not_a_moment", text.as_str());
        edits = edits.put(attempt::AGAIN_AT, typed::moment(text).ok_or_else(wrong)?);
    }
    let needs = args.needs.iter().map(|need| code(phone, CodeSet::CanvassNeed, need)).collect::<Result<Vec<_>, _>>()?;
    let wrong = || Failure::usage("not_a_moment", args.at.as_deref().unwrap_or_default());
    let at = args.at.as_deref().map(|text| typed::moment(text).map(Timestamp).ok_or_else(wrong)).transpose()?;
    let ask = if args.raise { Some(raised(phone, target, &needs, args.say.as_deref())?) } else { None };
    let (record, outcome) = (phone.notebook.new_record()?, code(phone, CodeSet::CanvassOutcome, &args.outcome)?);
    let attempt = RecordAttempt { record, target, outcome, at, needs, edits, ask };
    let mut answer = saved::execute(phone, &Command::Canvass(Canvass::RecordAttempt(attempt)))?;
    let place = phone.reader()?.target_line(target)?;
    let (agreed, proposed) = place.map(|place| (place.agreed_at, place.call_back)).unwrap_or_default();
    if let Some(text) = come_again(phone.words, agreed, proposed.as_ref()) {
        let _ = write!(answer.text, "\n  {text}");
    }
    answer.json["agreed_at"] = json!(agreed);
    answer.json["call_back"] = json!(proposed);
    Ok(answer)
}

/// When to come again: as agreed, or the hour that is proposed.
fn come_again(words: &Words, agreed: Option<Timestamp>, proposed: Option<&Proposal>) -> Option<String> {
    let at_agreed = agreed.map(|at| format!("{}  {}", words.field("attempt", attempt::AGAIN_AT), moment(at)));
    at_agreed.or_else(|| proposed.map(|proposal| call_back_text(words, proposal)))
}

/// The case of a need: where, and what is needed.
fn raised(phone: &Phone<'_>, target: RecordId, needs: &[String], say: Option<&str>) -> Result<RaisedAsk, Failure> {
    let place = phone.reader()?.store.row(target)?.map(|row| row.title).unwrap_or_default();
    let needs: Vec<&str> = needs.iter().map(|need| phone.words.code(CodeSet::CanvassNeed.name(), need)).collect();
    let what = if needs.is_empty() { say.unwrap_or_default().to_owned() } else { needs.join(phone.words.comma()) };
    let title: String = format!("{place} {what}").chars().take(80).collect();
    Ok(RaisedAsk { record: phone.notebook.new_record()?, title })
}

fn add(phone: &Phone<'_>, args: &AddArgs) -> Result<Answer, Failure> {
    let campaign = named(phone, args.campaign.as_deref())?;
    let building = args.building.as_deref().map(|text| find::record(phone, text, &PLACES)).transpose()?;
    let unit = match (&args.unit, building) {
        (Some(text), _) => Some(find::unit(phone, text)?),
        (None, Some(_)) => None,
        (None, None) => Some(find::own_unit(phone)?),
    };
    let sort = typed::value(phone, Shape::Code(CodeSet::TargetSort), &args.sort)?;
    let edits = typed::edits(phone, Kind::Target, &args.edits)?.put("sort", sort);
    let (record, label) = (phone.notebook.new_record()?, args.label.clone());
    let command = AddTarget { record, campaign, unit, building, place: None, label, edits };
    saved::execute(phone, &Command::Canvass(Canvass::AddTarget(command)))
}

fn gone(phone: &Phone<'_>, args: &Gone) -> Result<Answer, Failure> {
    let reason = code(phone, CodeSet::TargetLeft, &args.reason)?;
    take_off(phone, target(phone, &args.target, args.campaign.as_deref())?, Some(reason), args.note.clone())
}

fn take_off(
    phone: &Phone<'_>,
    named: RecordId,
    reason: Option<String>,
    note: Option<String>,
) -> Result<Answer, Failure> {
    let (record, basis, also) = saved::bases(phone, named, None)?;
    let command = TakeOff { record, basis, also, reason, note };
    saved::execute(phone, &Command::Canvass(Canvass::TakeOff(command)))
}

fn needs(phone: &Phone<'_>, args: &Needs) -> Result<Answer, Failure> {
    let campaign = named(phone, args.campaign.as_deref())?;
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let (words, found) = (phone.words, phone.reader()?.needs(campaign, unit)?);
    let line = |need: &NeedLine| {
        let building = need.building_name.as_deref().unwrap_or_default();
        format!("{}  {building} {}  {}", need.target, need.label, attempt_text(words, &need.attempt))
    };
    let text = found.iter().map(line).collect::<Vec<_>>().join("\n");
    Ok(Answer::new(if found.is_empty() { words.get("cli.nothing").to_owned() } else { text }, &found))
}
