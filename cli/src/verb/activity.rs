//! Volunteers' activities: add, list, join, leave, confirm, and one's own hours.

use super::task::until_end;
use super::{register, saved};
use crate::answer::Answer;
use crate::args::{ActivityAdd, ActivityConfirm, ActivityVerb};
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::activity::ActivityLine;
use gridwalk_model::command::charge::{AddActivity, Charge, ConfirmHours, SignUp};
use gridwalk_model::command::{Command, Edits, TakeStep};
use gridwalk_model::kind::attendance::{self, attendance_of};
use gridwalk_model::kind::{Kind, activity};
use gridwalk_model::{RecordId, UnitId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One of the verbs on activities.
pub fn run(phone: &Phone<'_>, verb: &ActivityVerb) -> Result<Answer, Failure> {
    match verb {
        ActivityVerb::Add(args) => add(phone, args),
        ActivityVerb::List { all } => list(phone, *all),
        ActivityVerb::Show { activity } => show(phone, named(phone, activity)?),
        ActivityVerb::Join { activity } => join(phone, named(phone, activity)?),
        ActivityVerb::Leave { activity } => leave(phone, named(phone, activity)?),
        ActivityVerb::Confirm(args) => confirm(phone, args),
        ActivityVerb::Hours => hours(phone),
        ActivityVerb::Edit(args) => register::edit(phone, Kind::Activity, args),
    }
}

/// The activity that a text names: by id or title.
fn named(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    let all = phone.reader()?.activities(true)?;
    find::titled(phone, text, all.iter().map(|line| &line.row), &[Kind::Activity.name()])
}

fn add(phone: &Phone<'_>, args: &ActivityAdd) -> Result<Answer, Failure> {
    let unit = args.unit.as_deref().map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
    let begins = typed::moment(&args.from).ok_or_else(|| Failure::usage("not_a_moment", args.from.as_str()))?;
    let mut edits = Edits::none().put("title", args.title.as_str()).put(activity::FROM, begins);
    if let Some(text) = &args.until {
        edits = edits.put(activity::UNTIL, until_end(text)?);
    }
    for (field, text) in [("where", &args.place), ("text", &args.text)] {
        edits = text.iter().fold(edits, |edits, text| edits.put(field, text.as_str()));
    }
    edits = args.places.iter().fold(edits, |edits, places| edits.put(activity::PLACES, *places));
    let record = phone.notebook.new_record()?;
    saved::execute(phone, &Command::Charge(Charge::AddActivity(AddActivity { record, unit, edits })))
}

fn line(words: &Words, activity: &ActivityLine) -> String {
    let at = activity.from.map(moment).unwrap_or_default();
    let mut text = format!("{}  {at}", row(words, &activity.row));
    if let Some(status) = &activity.mine {
        let _ = write!(text, "  {}", words.case_status(status));
    }
    if let Some(coming) = activity.coming {
        let places = activity.places.map(|places| format!("/{places}")).unwrap_or_default();
        let _ = write!(text, "  {} {coming}{places}", words.get("activity.coming"));
    }
    if let Some(why) = &activity.called_off {
        let _ = write!(text, "  {}{}{why}", words.field("activity", activity::CALLED_OFF), words.colon());
    }
    text
}

fn list(phone: &Phone<'_>, all: bool) -> Result<Answer, Failure> {
    let activities = phone.reader()?.activities(all)?;
    let lines: Vec<String> = activities.iter().map(|activity| line(phone.words, activity)).collect();
    let text = if lines.is_empty() { phone.words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &activities))
}

/// Minutes as hours: 2 or 2.5.
fn hours_text(minutes: i64) -> String {
    let (whole, rest) = (minutes / 60, minutes % 60);
    let tenths = format!("{:02}", rest * 100 / 60);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{}", tenths.trim_end_matches('0')) }
}

fn show(phone: &Phone<'_>, activity: RecordId) -> Result<Answer, Failure> {
    let words = phone.words;
    let view = phone.reader()?.activity(activity)?.ok_or_else(|| Failure::not_found(activity.to_string()))?;
    let mut text = line(words, &view.line);
    if let Some(organiser) = view.line.organiser {
        let _ = write!(text, "\n  {} {}", words.field("activity", "organiser"), phone.person(organiser)?);
    }
    for said in [&view.line.place, &view.line.text].into_iter().flatten() {
        let _ = write!(text, "\n  {said}");
    }
    for one in &view.people {
        let hours = one.minutes.map(|minutes| words.fill("activity.hours", &[("hours", &hours_text(minutes))]));
        let hours = hours.unwrap_or_default();
        let _ = write!(text, "\n  {}  {}  {hours}", phone.person(one.who)?, words.case_status(&one.status));
    }
    Ok(Answer::new(text, &view))
}

fn join(phone: &Phone<'_>, activity: RecordId) -> Result<Answer, Failure> {
    let me = phone.enrolment()?;
    let own: Vec<UnitId> = me.spaces.iter().flat_map(|space| space.units.clone()).collect();
    let unit = own.first().copied().ok_or_else(|| Failure::usage("which_unit", "--unit"))?;
    let basis = phone.notebook.basis(attendance_of(activity, me.account))?;
    saved::execute(phone, &Command::Charge(Charge::SignUp(SignUp { activity, unit, basis })))
}

fn leave(phone: &Phone<'_>, activity: RecordId) -> Result<Answer, Failure> {
    let named = attendance_of(activity, phone.enrolment()?.account);
    let (record, basis, _) = saved::bases(phone, named, None)?;
    let (step, answers) = (attendance::LEAVE.to_owned(), BTreeMap::new());
    saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step, answers }))
}

fn confirm(phone: &Phone<'_>, args: &ActivityConfirm) -> Result<Answer, Failure> {
    let (activity, who) = (named(phone, &args.activity)?, find::person(phone, &args.person)?);
    let wrong = || Failure::usage("not_hours", args.hours.map(|hours| hours.to_string()).unwrap_or_default());
    let minutes = match args.hours {
        Some(hours) if (0.0..=1000.0).contains(&hours) => {
            Some(format!("{:.0}", hours * 60.0).parse().map_err(|_| wrong())?)
        }
        Some(_) => return Err(wrong()),
        None => None,
    };
    let unit = phone.reader()?.store.row(activity).ok().flatten().and_then(|row| row.unit);
    let unit = unit.map_or_else(|| find::own_unit(phone), Ok)?;
    let basis = phone.notebook.basis(attendance_of(activity, who))?;
    let note = args.note.clone();
    let command = ConfirmHours { activity, who, unit, basis, minutes, note };
    saved::execute(phone, &Command::Charge(Charge::ConfirmHours(command)))
}

fn hours(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let (words, own) = (phone.words, phone.reader()?.own_hours()?);
    let mut text = words.fill("activity.own_hours", &[("hours", &hours_text(own.minutes))]);
    for one in &own.activities {
        let hours = one.minutes.map(|minutes| words.fill("activity.hours", &[("hours", &hours_text(minutes))]));
        let hours = hours.unwrap_or_default();
        let _ = write!(text, "\n  {}  {}  {hours}  {}", one.title, words.case_status(&one.status), moment(one.at));
    }
    Ok(Answer::new(text, &own))
}
