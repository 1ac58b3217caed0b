//! Tasks from above: give, list, show, feed back, ask for more, withdraw.

use super::{picture, register, saved};
use crate::answer::Answer;
use crate::args::{TaskFeedback, TaskGive, TaskReturn, TaskVerb, TaskWithdraw};
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::task::{TaskCount, TaskLine, TaskUnit, TaskView};
use gridwalk_model::command::charge::{Charge, FeedBack, GiveTask};
use gridwalk_model::command::{Command, Edits, RestoreRecord, TakeStep};
use gridwalk_model::kind::task::Standing;
use gridwalk_model::kind::task_feedback::{self, feedback_of};
use gridwalk_model::kind::{Kind, task};
use gridwalk_model::unit_code::Level;
use gridwalk_model::{RecordId, UnitId, Value};
use std::fmt::Write as _;

/// One of the verbs on tasks.
pub fn run(phone: &Phone<'_>, verb: &TaskVerb) -> Result<Answer, Failure> {
    match verb {
        TaskVerb::Give(args) => give(phone, args),
        TaskVerb::List { all } => list(phone, *all),
        TaskVerb::Show { task } => show(phone, &view(phone, task)?),
        TaskVerb::Feedback(args) => feedback(phone, args),
        TaskVerb::Return(args) => ask_more(phone, args),
        TaskVerb::Withdraw(args) => withdraw(phone, args),
        TaskVerb::Edit(args) => register::edit(phone, Kind::Task, args),
    }
}

/// The task that a text names: by id or title.
fn named(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    let all = phone.reader()?.tasks(true)?;
    find::titled(phone, text, all.iter().map(|line| &line.row), &[Kind::Task.name()])
}

fn view(phone: &Phone<'_>, text: &str) -> Result<TaskView, Failure> {
    phone.reader()?.task(named(phone, text)?)?.ok_or_else(|| Failure::not_found(text))
}

fn give(phone: &Phone<'_>, args: &TaskGive) -> Result<Answer, Failure> {
    let unit = args.unit.as_deref().map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
    let mut targets = args.to.iter().map(|text| find::unit(phone, text)).collect::<Result<Vec<_>, _>>()?;
    for above in &args.grids_of {
        targets.extend(phone.reader()?.units_of_level(find::unit(phone, above)?, Level::Grid)?);
    }
    targets.sort_unstable();
    targets.dedup();
    let mut edits = Edits::none().put("title", args.title.as_str()).put(task::DUE, until_end(&args.due)?);
    edits = args.text.iter().fold(edits, |edits, text| edits.put("text", text.as_str()));
    for (fields, called) in [(task::NUMBERS, &args.number), (task::TEXTS, &args.answer)] {
        if let Some(more) = called.get(fields.len()) {
            return Err(Failure::usage("too_many_asked", more.as_str()));
        }
        edits = fields.iter().zip(called).fold(edits, |edits, (field, called)| edits.put(field, called.as_str()));
    }
    edits = targets.into_iter().fold(edits, |edits, unit| edits.add(task::TARGETS, unit.record()));
    let record = phone.notebook.new_record()?;
    saved::execute(phone, &Command::Charge(Charge::GiveTask(GiveTask { record, unit, edits })))
}

/// By when: a day alone is meant to its last minute.
pub fn until_end(text: &str) -> Result<i64, Failure> {
    let wrong = || Failure::usage("not_a_moment", text);
    let at = typed::moment(text).ok_or_else(wrong)?;
    let has_clock = text.contains(':') || text.trim().parse::<i64>().is_ok();
    Ok(if has_clock { at } else { at + 86_399_999 })
}

fn list(phone: &Phone<'_>, all: bool) -> Result<Answer, Failure> {
    let tasks = phone.reader()?.tasks(all)?;
    let lines: Vec<String> = tasks.iter().map(|task| line(phone.words, task)).collect();
    let text = if lines.is_empty() { phone.words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &tasks))
}

fn line(words: &Words, task: &TaskLine) -> String {
    let due = task.due.map(moment).unwrap_or_default();
    format!("{}  {} {due}  {}", row(words, &task.row), words.field("task", task::DUE), count_text(words, &task.count))
}

fn count_text(words: &Words, count: &TaskCount) -> String {
    let mut text = format!("{} {}/{}", words.get("task_standing.fed_back"), count.fed_back, count.targets);
    for (word, n) in [("task.open", count.open), ("task.late", count.late)] {
        if n > 0 {
            let _ = write!(text, " · {} {n}", words.get(word));
        }
    }
    text
}

fn show(phone: &Phone<'_>, view: &TaskView) -> Result<Answer, Failure> {
    let words = phone.words;
    let mut text = line(words, &view.line);
    if let Some(by) = view.line.given_by {
        let at = view.line.given_at.map(moment).unwrap_or_default();
        let unit = view.line.unit_name.as_deref().unwrap_or("…");
        let _ = write!(text, "\n  {}  {unit}  {}  {at}", words.get("task.given_by"), phone.person(by)?);
    }
    if let Some(about) = &view.text {
        let _ = write!(text, "\n  {about}");
    }
    if !view.asked.is_empty() {
        let called: Vec<&str> = view.asked.iter().map(|one| one.called.as_str()).collect();
        let _ = write!(text, "\n  {}  {}", words.get("task.asks"), called.join(words.comma()));
    }
    for sum in &view.sums {
        let n = sum.units.to_string();
        let _ = write!(
            text,
            "\n  {}",
            words.fill("task.sum", &[("called", &sum.called), ("sum", &sum.sum.to_string()), ("units", &n)])
        );
    }
    for unit in &view.units {
        let _ = write!(text, "\n{}", unit_text(phone, unit)?);
    }
    Ok(Answer::new(text, view))
}

fn unit_text(phone: &Phone<'_>, unit: &TaskUnit) -> Result<String, Failure> {
    let words = phone.words;
    let name = unit.name.clone().unwrap_or_else(|| unit.unit.to_string());
    let mut text = format!("  {name}  {}", words.get(&format!("task_standing.{}", unit.standing.code())));
    if unit.done == Some(false) {
        let _ = write!(text, "  {}", words.get("task.not_done"));
    }
    for answer in &unit.answers {
        let value = answer.value.as_str().map_or_else(|| answer.value.to_string(), str::to_owned);
        let _ = write!(text, "  {} {value}", answer.called);
    }
    text += &unit.note.as_ref().map(|note| format!("  {note}")).unwrap_or_default();
    if let (Some(at), Some(by)) = (unit.at, unit.by) {
        let _ = write!(text, "  {} {}", moment(at), phone.person(by)?);
    }
    if let Some(more) = &unit.asked_more {
        let _ = write!(text, "\n    ↩ {more}");
    }
    if unit.at_odds {
        let _ = write!(text, "  ≠ {}", words.get("sync.disagreement"));
    }
    Ok(text)
}

/// The unit that speaks: the one that was named, else the only one of this phone's that owes it.
fn speaks(phone: &Phone<'_>, view: &TaskView, named: Option<&str>) -> Result<UnitId, Failure> {
    if let Some(text) = named {
        return find::unit(phone, text);
    }
    match view.units.as_slice() {
        [one] => Ok(one.unit),
        [] => find::own_unit(phone),
        _ => Err(Failure::usage("which_unit", "--unit")),
    }
}

fn feedback(phone: &Phone<'_>, args: &TaskFeedback) -> Result<Answer, Failure> {
    let view = view(phone, &args.task)?;
    let (task, unit) = (view.line.row.record, speaks(phone, &view, args.unit.as_deref())?);
    let mut edits = Edits::none().put(task_feedback::DONE, !args.not_done);
    for pair in &args.set {
        let (called, typed) = typed::pair(pair)?;
        let asked = view.asked.iter().find(|one| one.called == called || one.field == called);
        let shape = asked.and_then(|one| Some((one.field, Kind::TaskFeedback.table().field(one.field)?.shape)));
        let (field, shape) = shape.ok_or_else(|| Failure::usage("not_asked", called))?;
        edits = edits.put(field, typed::value(phone, shape, typed)?);
    }
    edits = args.note.iter().fold(edits, |edits, note| edits.put("note", note.as_str()));
    let edits = picture::attached(phone, edits, &args.pictures, None)?;
    let record = feedback_of(task, unit);
    let basis = phone.notebook.basis(record)?;
    // What was undone by its author is said again.
    if phone.reader()?.load([record])?.is_gone(record) {
        phone.execute(&Command::RestoreRecord(RestoreRecord { record, basis }))?;
    }
    let basis = Some(phone.notebook.basis(record)?);
    saved::execute(phone, &Command::Charge(Charge::FeedBack(FeedBack { task, unit, basis, edits })))
}

fn ask_more(phone: &Phone<'_>, args: &TaskReturn) -> Result<Answer, Failure> {
    let view = view(phone, &args.task)?;
    let unit = find::unit(phone, &args.from)?;
    let back = view.units.iter().find(|one| one.unit == unit);
    let Some(record) = back.and_then(|one| one.feedback) else {
        let standing = back.map_or(Standing::Open, |one| one.standing);
        return Err(
            Failure::of("nothing_back", 3).with("what", phone.words.get(&format!("task_standing.{}", standing.code())))
        );
    };
    step(phone, record, task_feedback::ASK_MORE, &args.reason)
}

fn withdraw(phone: &Phone<'_>, args: &TaskWithdraw) -> Result<Answer, Failure> {
    step(phone, named(phone, &args.task)?, task::WITHDRAW, &args.reason)
}

fn step(phone: &Phone<'_>, named: RecordId, step: &str, reason: &str) -> Result<Answer, Failure> {
    let (record, basis, _) = saved::bases(phone, named, None)?;
    let answers = [("reason".to_owned(), Value::from(reason))].into();
    saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step: step.to_owned(), answers }))
}
