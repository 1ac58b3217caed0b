//! Codes on door plates, and what happened to a record.

use super::{record_verb, saved};
use crate::answer::Answer;
use crate::args::{History, Reveal, Scan};
use crate::card_text;
use crate::failure::Failure;
use crate::find;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::typed;
use crate::words::Words;
use gridwalk_app::server_history::DoneLine;
use gridwalk_model::command::{AttachCode, Command};
use gridwalk_model::kind::Kind;
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
    let record = find::deleted(phone, &args.record)?;
    if !args.server {
        return record_verb::history(phone, record);
    }
    let words = phone.words;
    let transport = phone.transport(&phone.enrolment()?.address)?;
    let told = phone.notebook.server_history(&*transport, record).await?;
    let mut text = format!("{} {}", words.kind(&told.kind), words.titled(&told.kind, &told.title));
    for line in &told.lines {
        let _ = write!(text, "\n  {}  {}", moment(line.at), done(words, &told.kind, line));
        let _ = write!(text, "  {}", card_text::person(words, line.by_name.as_deref(), line.by));
        if let Some(by) = line.approved_by {
            let name = card_text::person(words, line.approved_by_name.as_deref(), by);
            let _ = write!(text, "  [{} {name}]", words.badge("approved"));
        }
    }
    Ok(Answer::new(text, &told))
}

/// What a line of the server's history says was done.
fn done(words: &Words, kind: &str, line: &DoneLine) -> String {
    let value =
        || card_text::of_field(words, &line.name, (line.shape, line.code_set), &line.value, line.value_named.as_ref());
    let name = words.field(kind, &line.name);
    if line.erased {
        return format!("{name}  {}", words.get("cli.erased_since"));
    }
    match line.what {
        "field" => format!("{name}  {}", value()),
        "added" => format!("{name}  ＋ {}", value()),
        "removed" => format!("{name}  －"),
        "confirmed" => name.to_owned(),
        "step" => {
            let to = line.value.as_str().unwrap_or_default();
            format!("{} → {}", words.step(&line.name), words.case_status(to))
        }
        "link" => format!("{}  {}", words.get("undo_what.same"), value()),
        "unlink" => words.get("undo_what.apart").to_owned(),
        what => words.find(&format!("undo_what.{what}")).unwrap_or(words.get("cli.other_change")).to_owned(),
    }
}

/// A hidden value, told by the server for a reason.
pub async fn reveal(phone: &Phone<'_>, args: &Reveal) -> Result<Answer, Failure> {
    let record = find::record(phone, &args.record, &[])?;
    let transport = phone.transport(&phone.enrolment()?.address)?;
    let kind = phone.reader()?.store.row(record)?.and_then(|row| Kind::from_name(&row.kind));
    let field = kind.map_or_else(|| args.field.clone(), |kind| typed::field_named(phone.words, kind, &args.field));
    let told = phone.notebook.reveal(&*transport, record, &field, &args.reason).await?;
    Ok(Answer::new(told.values.join("\n"), &told))
}
