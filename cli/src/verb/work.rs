//! The work list: propose, admit, withdraw, what is due, what was done, what is asked twice.

use super::plan::day_text;
use super::{register, saved};
use crate::answer::Answer;
use crate::args::{WorkAdmit, WorkDone, WorkDue, WorkPropose, WorkReason, WorkTwice, WorkVerb};
use crate::failure::Failure;
use crate::line_text::row;
use crate::phone::Phone;
use crate::words::Words;
use crate::{card_text, find, typed};
use gridwalk_app::read::work::{WorkCount, WorkDue as DueView, WorkItemLine};
use gridwalk_model::command::{Command, DoWork, Edits, ProposeWork, TakeStep};
use gridwalk_model::kind::work_item::{self, WorkItem};
use gridwalk_model::kind::{Kind, work_done};
use gridwalk_model::view::GroupView;
use gridwalk_model::view::Held as _;
use gridwalk_model::{RecordId, Timestamp, UnitId, work_catalog};
use serde_json::json;
use std::fmt::Write as _;

/// One of the verbs on the work list.
pub fn run(phone: &Phone<'_>, verb: &WorkVerb) -> Result<Answer, Failure> {
    match verb {
        WorkVerb::List(args) => list(phone, args.all),
        WorkVerb::Show(args) => show(phone, &args.item),
        WorkVerb::Due(args) => due(phone, args),
        WorkVerb::Done(args) => done(phone, args),
        WorkVerb::Propose(args) => propose(phone, args),
        WorkVerb::Admit(args) => admit(phone, args),
        WorkVerb::Decline(args) => reason(phone, "decline", args),
        WorkVerb::Withdraw(args) => reason(phone, work_item::TAKE_BACK, args),
        WorkVerb::Import(args) => import(phone, args.unit.as_deref()),
        WorkVerb::Twice(args) => twice(phone, args),
    }
}

/// The item that a text names: by id, title or number.
fn item(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    let all = phone.reader()?.work_list(true)?;
    let named = |line: &&WorkItemLine| line.row.title == text.trim() || line.row.subtitle == text.trim();
    match all.iter().filter(named).collect::<Vec<_>>().as_slice() {
        [one] => Ok(one.row.record),
        _ => find::record(phone, text, &[Kind::WorkItem.name()]),
    }
}

fn unit_of(phone: &Phone<'_>, named: Option<&str>) -> Result<UnitId, Failure> {
    named.map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))
}

fn line(words: &Words, item: &WorkItemLine) -> String {
    let days = match (item.from, item.until) {
        (Some(from), Some(until)) => format!("{}…{}", day_text(from), day_text(until)),
        _ => String::new(),
    };
    let (category, sort) = (words.code("work_category", &item.category), words.code("work_sort", &item.sort));
    format!("{}  {category} {sort}  {days}", row(words, &item.row)).trim_end().to_owned()
}

fn list(phone: &Phone<'_>, all: bool) -> Result<Answer, Failure> {
    let items = phone.reader()?.work_list(all)?;
    let lines: Vec<String> = items.iter().map(|item| line(phone.words, item)).collect();
    // What waits for admission is not nothing: whoever may let it in has to hear of it.
    let others = lines.is_empty() && !all && !phone.reader()?.work_list(true)?.is_empty();
    let text = match lines.is_empty() {
        true if others => phone.words.get("cli.all_items").to_owned(),
        true => phone.words.get("cli.nothing").to_owned(),
        false => lines.join("\n"),
    };
    Ok(Answer::new(text, &items))
}

fn show(phone: &Phone<'_>, named: &str) -> Result<Answer, Failure> {
    let record = item(phone, named)?;
    let mut answer = register::show(phone, Kind::WorkItem, record)?;
    if let Some(card) = phone.reader()?.card(record)? {
        answer.text += &card_text::open_steps(phone.words, &card);
    }
    Ok(answer)
}

fn count_text(words: &Words, count: &WorkCount) -> String {
    let parts = [("done", count.done), ("open", count.open), ("today", count.today), ("overdue", count.overdue)];
    let drawn = parts.into_iter().filter(|(_, n)| *n > 0);
    let drawn: Vec<String> = drawn.map(|(code, n)| format!("{} {n}", words.get(&format!("due.{code}")))).collect();
    format!("{}/{}  {}", count.done, count.targets, drawn.join(" · ")).trim_end().to_owned()
}

fn due(phone: &Phone<'_>, args: &WorkDue) -> Result<Answer, Failure> {
    let words = phone.words;
    let unit = args.within.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let only = args.item.as_deref().map(|text| item(phone, text)).transpose()?;
    let list = phone.reader()?.work_due(unit, only, args.limit)?;
    let drawn = |due: &DueView| -> Result<String, Failure> {
        let mut text = format!("{}\n  {}", line(words, &due.item), count_text(words, &due.count));
        for part in due.by_unit.iter().filter(|part| due.by_unit.len() > 1 || part.last.is_some()) {
            let name = part.name.as_deref().unwrap_or("…");
            let _ = write!(text, "\n    {name}  {}", count_text(words, &part.count));
            if let (Some(at), Some(by)) = (part.last, part.done_by) {
                let _ = write!(text, "  {} {}", day_text(at.china_day()), phone.person(by)?);
            }
        }
        for place in &due.places {
            let by = place.by.map(day_text).unwrap_or_default();
            let _ = write!(
                text,
                "\n    {}  {} {by}",
                row(words, &place.row),
                words.get(&format!("due.{}", place.due.code()))
            );
        }
        Ok(text)
    };
    let lines: Vec<String> = list.iter().map(drawn).collect::<Result<_, _>>()?;
    let text = if lines.is_empty() { words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &list))
}

fn done(phone: &Phone<'_>, args: &WorkDone) -> Result<Answer, Failure> {
    let named = item(phone, &args.item)?;
    let reader = phone.reader()?;
    let loaded = reader.load([named])?;
    let asked = loaded.state(named).map(|state| WorkItem::of(&GroupView::alone(state)));
    let asked = asked.ok_or_else(|| Failure::not_found(args.item.as_str()))?;
    let kinds: Vec<&str> = match Kind::from_name(&asked.target) {
        Some(kind) => vec![kind.name()],
        None => work_done::ABOVE.iter().map(|kind| kind.name()).collect(),
    };
    let place = match args.place.as_deref() {
        named if asked.target == Kind::Unit.name() => unit_of(phone, named)?.record(),
        Some(named) => find::record(phone, named, &kinds)?,
        None => {
            let of: Vec<&str> = kinds.iter().map(|kind| phone.words.kind(kind)).collect();
            let failure = Failure::usage("which_place", &asked.title).with("kinds", of.join(" / "));
            let value = if asked.fact.is_some() { " --value …" } else { "" };
            return Err(failure.then(format!(
                "gridwalk work done '{}' {}{value}",
                asked.title,
                of.first().unwrap_or(&"…")
            )));
        }
    };
    let (_, basis, _) = saved::bases(phone, place, None)?;
    let kept_in = Kind::from_name(&asked.target).and_then(|kind| asked.kept_in(kind));
    let value = match (&args.value, kept_in) {
        (Some(text), Some(field)) => Some(typed::value(phone, field.shape, text)?),
        (Some(text), None) => Some(text.as_str().into()),
        (None, _) => None,
    };
    let wrong = || Failure::usage("not_a_moment", args.at.as_deref().unwrap_or_default());
    let at = args.at.as_deref().map(|text| typed::moment(text).map(Timestamp).ok_or_else(wrong)).transpose()?;
    let record = phone.notebook.new_record()?;
    let note = args.note.clone();
    saved::execute(phone, &Command::DoWork(DoWork { record, item: named, basis, at, value, note }))
}

fn propose(phone: &Phone<'_>, args: &WorkPropose) -> Result<Answer, Failure> {
    let mut edits = Edits::none().put("title", args.title.as_str());
    let texts = [
        ("category", Some(&args.category)),
        ("sort", Some(&args.sort)),
        (work_item::TARGET, Some(&args.target)),
        (work_item::FACT, args.fact.as_ref()),
        ("number", args.number.as_ref()),
        ("standard", args.standard.as_ref()),
        (work_item::PURPOSE, args.purpose.as_ref()),
    ];
    for (name, text) in texts {
        if let (Some(text), Some(field)) = (text, Kind::WorkItem.table().field(name)) {
            edits = edits.put(name, typed::value(phone, field.shape, text)?);
        }
    }
    edits = args.every.map_or(edits.clone(), |days| edits.put(work_item::EVERY_DAYS, days));
    let (record, unit) = (phone.notebook.new_record()?, unit_of(phone, args.unit.as_deref())?);
    saved::execute(phone, &Command::ProposeWork(ProposeWork { record, unit, edits }))
}

fn step(phone: &Phone<'_>, named: &str, step: &str, answers: &[String]) -> Result<Answer, Failure> {
    let (record, basis, _) = saved::bases(phone, item(phone, named)?, None)?;
    let status = phone.reader()?.store.row(record)?.map(|r| r.status).unwrap_or_default();
    let answers = typed::answers(phone, Kind::WorkItem.steps().row(&status, step), answers)?;
    saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step: step.to_owned(), answers }))
}

fn admit(phone: &Phone<'_>, args: &WorkAdmit) -> Result<Answer, Failure> {
    let unit = unit_of(phone, args.unit.as_deref())?;
    let answers = [
        format!("begins={}", args.from),
        format!("ends={}", args.until),
        format!("purpose={}", args.purpose),
        format!("for_unit={unit}"),
    ];
    step(phone, &args.item, work_item::ADMIT, &answers)
}

fn reason(phone: &Phone<'_>, code: &str, args: &WorkReason) -> Result<Answer, Failure> {
    step(phone, &args.item, code, &[format!("reason={}", args.reason)])
}

fn import(phone: &Phone<'_>, unit: Option<&str>) -> Result<Answer, Failure> {
    let unit = unit_of(phone, unit)?;
    let here: Vec<String> = phone.reader()?.work_list(true)?.into_iter().map(|line| line.row.subtitle).collect();
    let missing = work_catalog::sample_items().iter().filter(|item| !here.iter().any(|number| number == item.number));
    let mut records = Vec::new();
    for item in missing {
        let record = phone.notebook.new_record()?;
        let edits = item.edits(phone.words.language());
        phone.execute(&Command::ProposeWork(ProposeWork { record, unit, edits }))?;
        records.push(record);
    }
    let text = format!("{} {}", phone.words.get("cli.imported"), records.len());
    Ok(Answer::new(text, &json!({ "proposed": records.len(), "records": records })))
}

fn twice(phone: &Phone<'_>, args: &WorkTwice) -> Result<Answer, Failure> {
    let (words, reader) = (phone.words, phone.reader()?);
    let unit = args.within.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let year = args.year.unwrap_or_else(|| reader.actor.now.china_year());
    let found = reader.asked_twice(year, unit)?;
    let mut text = String::new();
    if !found.items.is_empty() {
        let _ = write!(text, "{}:", words.get("cli.asked_by_items"));
    }
    for fact in &found.items {
        let titles: Vec<&str> = fact.items.iter().map(|item| item.title.as_str()).collect();
        let _ = write!(text, "\n  {}  {}", words.fact(&fact.fact), titles.join(words.comma()));
    }
    if !found.places.is_empty() {
        let _ = write!(text, "\n{} ({year}):", words.get("cli.asked_places"));
    }
    for place in &found.places {
        let days: Vec<String> = place.at.iter().map(|at| day_text(at.china_day())).collect();
        let _ =
            write!(text, "\n  {}  {}  {}", row(words, &place.row), words.fact(&place.fact), days.join(words.comma()));
    }
    let text = if text.is_empty() { words.get("cli.nothing").to_owned() } else { text.trim_start().to_owned() };
    Ok(Answer::new(text, &found))
}
