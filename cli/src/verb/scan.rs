//! Codes on door plates, and what happened to a record.

use super::{record_verb, saved};
use crate::answer::Answer;
use crate::args::{History, Reveal, Scan};
use crate::card_text;
use crate::failure::Failure;
use crate::find;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use gridwalk_model::command::{AttachCode, Command};
use std::fmt::Write as _;

/// What may bear a plate.
const PLATED: [&str; 3] = ["estate", "building", "dwelling"];

/// What a code stands for; or attaches it.
pub fn scan(phone: &Phone<'_>, args: &Scan) -> Result<Answer, Failure> {
    let words = phone.words;
    if let Some(place) = &args.attach {
        let at = find::record(phone, place, &PLATED)?;
        let address = phone.reader()?.address_at(at)?;
        let (record, code) = (phone.notebook.new_record()?, args.text.clone());
        return saved::execute(phone, &Command::AttachCode(AttachCode { record, at, address, code }));
    }
    let scanned = phone.reader()?.scan(&args.text)?;
    let mut text = String::new();
    for line in &scanned.found {
        let _ = write!(text, "\n{}", row(words, &line.row));
        if let Some(at) = &line.at {
            let _ = write!(text, "\n  → {}", row(words, at));
        }
    }
    let text = if text.is_empty() { words.get("cli.not_scanned").to_owned() } else { text.trim_start().to_owned() };
    Ok(Answer::new(text, &scanned))
}

/// What happened to a record.
pub async fn history(phone: &Phone<'_>, args: &History) -> Result<Answer, Failure> {
    let record = find::record(phone, &args.record, &[])?;
    if !args.server {
        return record_verb::history(phone, record);
    }
    let words = phone.words;
    let transport = phone.transport(&phone.enrolment()?.address)?;
    let told = phone.notebook.server_history(&*transport, record).await?;
    let mut text = format!("{} {}", words.kind(&told.kind), words.title(&told.kind, &told.title));
    for line in &told.lines {
        let name = if line.what == "step" { words.step(&line.name) } else { words.field(&told.kind, &line.name) };
        let value = card_text::value(words, "", line.code_set, &line.value);
        let name = if line.name.is_empty() { line.what } else { name };
        let _ = write!(text, "\n  {}  {name}  {value}  {}", moment(line.at), line.by);
    }
    Ok(Answer::new(text, &told))
}

/// A hidden value, told by the server for a reason.
pub async fn reveal(phone: &Phone<'_>, args: &Reveal) -> Result<Answer, Failure> {
    let record = find::record(phone, &args.record, &[])?;
    let transport = phone.transport(&phone.enrolment()?.address)?;
    let told = phone.notebook.reveal(&*transport, record, &args.field, &args.reason).await?;
    Ok(Answer::new(told.values.join("\n"), &told))
}
