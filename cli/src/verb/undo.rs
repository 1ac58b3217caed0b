//! Undo: what can be undone and what that would do; then doing it.

use super::saved;
use crate::answer::Answer;
use crate::args::Undo as Args;
use crate::failure::Failure;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::read::{UndoLine, UndoPart};
use gridwalk_model::command::Command;
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
        let text = if text.is_empty() { phone.words.get("cli.nothing").to_owned() } else { text.join("\n") };
        return Ok(Answer::new(text, &lines));
    }
    let reader = phone.reader()?;
    let save = if let Some(save) = args.save {
        save
    } else {
        let lines = reader.undo_list(LOOKED_THROUGH)?;
        let last = lines.into_iter().find(|line| !line.undone && line.undoes.is_none());
        last.ok_or_else(|| Failure::not_found("undo"))?.command
    };
    let missing = || Failure::not_found(save.to_string());
    let line = reader.undo_line_of(save, args.reason.clone())?.ok_or_else(missing)?;
    let undo = reader.undo_of(save, args.reason.clone(), args.rest)?.ok_or_else(missing)?;
    if !args.rest
        && let Some(hindrance) = line.hindrances.first()
    {
        let told: Vec<String> = line.hindrances.iter().map(|h| hindered(phone.words, &line, h)).collect();
        return Err(Failure::coded("hindrance", hindrance.code, 3, told.join("; ")));
    }
    let mut answer = saved::execute(phone, &Command::Undo(undo))?;
    answer.json["undone"] = json!(line);
    if args.rest {
        for hindrance in &line.hindrances {
            let _ = write!(answer.text, "\n  ⚠ {}", hindered(phone.words, &line, hindrance));
        }
    }
    Ok(answer)
}

fn parts(words: &Words, parts: &[UndoPart]) -> String {
    let part = |part: &UndoPart| {
        let what = part.what.iter().map(|name| what(words, &part.kind, name).to_owned());
        let what = what.collect::<Vec<_>>().join("、");
        format!("{} {} ({what})", words.kind(&part.kind), words.title(&part.kind, &part.title))
    };
    parts.iter().map(part).collect::<Vec<_>>().join("; ")
}

fn what<'a>(words: &'a Words, kind: &str, name: &'a str) -> &'a str {
    let done = format!("undo_what.{}", name.trim_start_matches('@'));
    match words.find(&done) {
        Some(word) => word,
        None if words.field(kind, name) == name => words.step(name),
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
    let title = about.map(|part| words.title(kind, &part.title)).unwrap_or_default();
    let mut text = format!("{title}: {}", words.get(&format!("hindrance.{}", hindrance.code)));
    if let Some(name) = &hindrance.what {
        let _ = write!(text, " ({})", what(words, kind, name));
    }
    if let (Some(by), Some(at)) = (hindrance.by, hindrance.at) {
        let _ = write!(text, "  {by}  {}", moment(at));
    }
    if !hindrance.ways.is_empty() {
        let ways: Vec<&str> = hindrance.ways.iter().map(|step| words.step(step)).collect();
        let _ = write!(text, " → {}", ways.join(" · "));
    }
    text
}
