//! Undo: what can be undone and what that would do; then doing it.

use super::saved;
use crate::answer::Answer;
use crate::args::Undo as Args;
use crate::card_text::person;
use crate::failure::Failure;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::read::{UndoLine, UndoPart};
use gridwalk_model::command::Command;
use gridwalk_model::kind::Kind;
use gridwalk_model::undo::Hindrance;
use serde_json::json;
use std::fmt::Write as _;

/// How many commands are looked through for the last one that is not undone.
const LOOKED_THROUGH: u32 = 50;

/// Lists what can be undone, or undoes a command.
pub fn run(phone: &Phone<'_>, args: &Args) -> Result<Answer, Failure> {
    if args.list {
        let lines = phone.reader()?.undo_list(args.limit)?;
        let text: Vec<String> = lines.iter().map(|line| drawn(phone.words, line)).collect();
        let nothing = || phone.words.get("cli.nothing_done_here").to_owned();
        let text = if text.is_empty() { nothing() } else { text.join("\n") };
        return Ok(Answer::new(text, &lines));
    }
    let save = match args.save {
        Some(save) => save,
        None => chosen(phone, args)?,
    };
    let reader = phone.reader()?;
    let missing = || Failure::of("no_such_command", 4).with("what", save.to_string());
    let line = reader.undo_line_of(save, args.reason.clone())?.ok_or_else(missing)?;
    let undo = reader.undo_of(save, args.reason.clone(), args.rest)?.ok_or_else(missing)?;
    if !args.rest && !line.hindrances.is_empty() {
        return Err(hindering(phone, &line));
    }
    let mut answer = saved::execute(phone, &Command::Undo(undo))?;
    let done = phone.words.fill("cli.undid", &[("act", &act(phone.words, &line))]);
    answer.text = format!("{done}\n{}", answer.text);
    answer.json["undone"] = json!(line);
    if args.rest {
        for hindrance in &line.hindrances {
            let _ = write!(answer.text, "\n  ⚠ {}", hindered(phone.words, &line, hindrance));
        }
    }
    Ok(answer)
}

/// The last command that is not put right; with `--older` the last of those that can be.
fn chosen(phone: &Phone<'_>, args: &Args) -> Result<u64, Failure> {
    let (words, reader) = (phone.words, phone.reader()?);
    let with_reason = |line: UndoLine| -> Result<UndoLine, Failure> {
        let again = args.reason.as_ref().map(|_| reader.undo_line_of(line.command, args.reason.clone())).transpose()?;
        Ok(again.flatten().unwrap_or(line))
    };
    let lines: Vec<UndoLine> = reader.undo_list(LOOKED_THROUGH)?.into_iter().filter(UndoLine::is_open).collect();
    let next = lines.iter().find(|line| line.is_free()).cloned();
    let Some(last) = lines.into_iter().next() else { return Err(Failure::of("nothing_done_here", 4)) };
    let last = with_reason(last)?;
    if args.rest || last.is_free() {
        return Ok(last.command);
    }
    let failure = hindering(phone, &last);
    match next {
        Some(next) if args.older => Ok(next.command),
        Some(next) => {
            let places = [("command", next.command.to_string()), ("act", act(words, &next))];
            let places: Vec<(&str, &str)> = places.iter().map(|(name, text)| (*name, text.as_str())).collect();
            Err(failure.then(words.fill("cli.undo_older", &places)))
        }
        None => Err(failure.then(words.get("cli.nothing_older"))),
    }
}

/// Which command it is that cannot be undone, why, and what can be done instead.
fn hindering(phone: &Phone<'_>, line: &UndoLine) -> Failure {
    let words = phone.words;
    let Some(first) = line.hindrances.first() else { return Failure::of("nothing_done_here", 4) };
    let told: Vec<String> = line.hindrances.iter().map(|h| hindered(words, line, h)).collect();
    let said = words.fill("cli.cannot_undo", &[("act", &act(words, line)), ("why", &told.join("；"))]);
    let mut failure = Failure::coded("hindrance", first.code, 3, String::new()).saying(said);
    for way in line.hindrances.iter().flat_map(|hindrance| ways(phone, line, hindrance)) {
        failure = failure.then(way);
    }
    if !line.will.is_empty() {
        let places = [("command", line.command.to_string())];
        failure = failure.then(words.fill("cli.undo_rest", &[(places[0].0, &places[0].1)]));
    }
    failure
}

/// What can be done instead: the steps that go on from here, by whom they are open to.
fn ways(phone: &Phone<'_>, line: &UndoLine, hindrance: &Hindrance) -> Vec<String> {
    let words = phone.words;
    let about = line.did.iter().find(|part| part.record == hindrance.record);
    let kind = about.and_then(|part| Kind::from_name(&part.kind));
    // The only step there is asks for a word that was not given.
    if let ([_], Some("reason" | "note")) = (hindrance.ways.as_slice(), hindrance.what.as_deref()) {
        return vec![words.fill("cli.undo_reason", &[("command", &line.command.to_string())])];
    }
    let row = phone.reader().ok().and_then(|reader| Some((reader.store.row(hindrance.record).ok()??.status, reader)));
    let (Some(kind), Some((status, reader))) = (kind, row) else { return Vec::new() };
    let open = kind.allowed_steps(&status, reader.actor.roles);
    let mine = open.iter().filter(|row| hindrance.ways.contains(&row.step));
    let mut told: Vec<String> = mine
        .map(|row| {
            let asks = row.asks.iter().filter(|ask| ask.required);
            let asks = asks.fold(String::new(), |text, ask| text + " --answer " + ask.name + "=…");
            let way = match kind {
                Kind::WorkItem => format!("gridwalk {} {}", work_way(row.step), hindrance.record),
                Kind::Review => format!("gridwalk review show {}", hindrance.record),
                Kind::Handover => "gridwalk handover".to_owned(),
                _ => format!("gridwalk case step {} {}{asks}", hindrance.record, row.step),
            };
            words.fill("cli.undo_instead", &[("step", words.step(row.step)), ("way", &way)])
        })
        .collect();
    if told.is_empty() && !hindrance.ways.is_empty() {
        let names: Vec<&str> = hindrance.ways.iter().map(|step| words.step(step)).collect();
        told.push(words.fill("cli.undo_by_others", &[("steps", &names.join(words.get("cli.or")))]));
    }
    told
}

/// The verb by which a step of the work list is taken, with what it asks for.
fn work_way(step: &str) -> String {
    match step {
        "admit" => "work admit --from … --until … --purpose …".to_owned(),
        "decline" => "work decline --reason …".to_owned(),
        _ => "work withdraw --reason …".to_owned(),
    }
}

/// A command in words: what was done, to what, when.
fn act(words: &Words, line: &UndoLine) -> String {
    let command = format!("command.{}", line.name);
    let step =
        line.did.first().and_then(|part| part.what.iter().find(|name| words.find(&format!("step.{name}")).is_some()));
    let name = match step {
        Some(step) if line.name == "take_step" => words.step(step),
        _ => words.get(&command),
    };
    let about = line.did.first().map(|p| format!("{} {}", words.kind(&p.kind), words.titled(&p.kind, &p.title)));
    format!("{name}  {}  {}", about.unwrap_or_default(), moment(line.at))
}

fn parts(words: &Words, parts: &[UndoPart]) -> String {
    let part = |part: &UndoPart| {
        let what = part.what.iter().map(|name| what(words, &part.kind, name).to_owned());
        let what = what.collect::<Vec<_>>().join(words.comma());
        format!("{} {} ({what})", words.kind(&part.kind), words.titled(&part.kind, &part.title))
    };
    parts.iter().map(part).collect::<Vec<_>>().join("; ")
}

fn what<'a>(words: &'a Words, kind: &str, name: &'a str) -> &'a str {
    let done = format!("undo_what.{}", name.trim_start_matches('@'));
    match words.find(&done) {
        Some(word) => word,
        None if words.field(kind, name) == name => {
            let step = words.step(name);
            if step == name { words.find(&format!("ask.{name}")).unwrap_or(name) } else { step }
        }
        None => words.field(kind, name),
    }
}

fn drawn(words: &Words, line: &UndoLine) -> String {
    let command = format!("command.{}", line.name);
    let mut text = format!("{:>5}  {}  {}", line.command, moment(line.at), words.get(&command));
    let _ = write!(text, "  {}", parts(words, &line.did));
    if line.undone {
        let _ = write!(text, "  [{}]", words.get("cli.undone"));
        return text;
    }
    if !line.will.is_empty() {
        let remedy = format!("remedy.{}", line.remedy);
        let _ = write!(text, "\n       ↶ {}: {}", words.get(&remedy), parts(words, &line.will));
    }
    for hindrance in &line.hindrances {
        let _ = write!(text, "\n       ⚠ {}", hindered(words, line, hindrance));
    }
    text
}

fn hindered(words: &Words, line: &UndoLine, hindrance: &Hindrance) -> String {
    let about = line.did.iter().find(|part| part.record == hindrance.record);
    let kind = about.map(|part| part.kind.as_str()).unwrap_or_default();
    let title = about.map(|part| words.titled(kind, &part.title).into_owned()).unwrap_or_default();
    let mut text = format!("{title}: {}", words.get(&format!("hindrance.{}", hindrance.code)));
    if let Some(name) = &hindrance.what {
        let _ = write!(text, " ({})", about_what(words, kind, hindrance, name));
    }
    if let (Some(by), Some(at)) = (hindrance.by, hindrance.at) {
        let name = person(words, line.people.get(&by).map(String::as_str), by);
        let _ = write!(text, "  {name}  {}", moment(at));
    }
    text
}

/// What a hindrance is about: a field, a step, a status, or a record that stands below.
fn about_what(words: &Words, kind: &str, hindrance: &Hindrance, name: &str) -> String {
    if hindrance.code == "has_below" {
        return name.to_owned();
    }
    let status = words.case_status(name);
    if hindrance.code == "no_step_back" && status != name {
        status.to_owned()
    } else {
        what(words, kind, name).to_owned()
    }
}
