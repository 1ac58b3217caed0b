//! What waits on this phone: outbox, needs attention, drafts.

use super::saved;
use crate::answer::Answer;
use crate::args::{AttentionVerb, DraftVerb};
use crate::card_text::value;
use crate::failure::Failure;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::{args, typed};
use gridwalk_model::command::{Command, Correct, again};
use gridwalk_model::id::DraftId;
use gridwalk_model::kind::Kind;
use gridwalk_model::view::Held;
use serde_json::json;
use std::fmt::Write as _;

/// Names of fields and steps in words.
fn what(phone: &Phone<'_>, kind: &str, names: &[String]) -> String {
    let word = |name: &String| {
        let field = phone.words.field(kind, name);
        if field == name { phone.words.step(name).to_owned() } else { field.to_owned() }
    };
    names.iter().map(word).collect::<Vec<_>>().join("、")
}

/// The outbox.
pub fn outbox(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let (words, lines) = (phone.words, phone.reader()?.outbox()?);
    let mut text = String::new();
    for line in &lines {
        let _ = writeln!(
            text,
            "{:>5}  {}  {} {}  {}  {}",
            line.save,
            words.badge(line.status),
            words.kind(&line.kind),
            words.title(&line.kind, &line.title),
            what(phone, &line.kind, &line.what),
            moment(line.typed_at)
        );
    }
    if lines.is_empty() {
        words.get("cli.outbox_empty").clone_into(&mut text);
    }
    Ok(Answer::new(text, &lines))
}

/// Needs attention.
pub fn attention(phone: &Phone<'_>, verb: Option<&AttentionVerb>) -> Result<Answer, Failure> {
    match verb {
        None => list(phone),
        Some(AttentionVerb::Correct(args)) => correct(phone, args),
        Some(AttentionVerb::Dismiss(args)) => {
            let gone = |_| Failure::of("no_such_item", 4).with("what", args.save.to_string());
            phone.notebook.store().put_aside(args.save).map_err(gone)?;
            Ok(Answer::new(phone.words.get("cli.dismissed"), &json!({ "dismissed": args.save })))
        }
    }
}

fn list(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let (words, items) = (phone.words, phone.reader()?.attention()?);
    let mut text = String::new();
    for item in &items {
        let sections = ["refusal", "rejection", "status", "problem", "cli"];
        let why = sections.iter().find_map(|s| words.find(&format!("{s}.{}", item.code))).unwrap_or(&item.code);
        let _ = write!(
            text,
            "{:>5}  ✖ {} {}  {}: {why}",
            item.save,
            words.kind(&item.kind),
            words.title(&item.kind, &item.title),
            what(phone, &item.kind, &item.what)
        );
        if !item.hint.is_empty() {
            let _ = write!(text, " ({})", item.hint);
        }
        for (field, typed) in &item.typed {
            let _ = write!(text, "\n         {} = {}", words.field(&item.kind, field), value(words, "", None, typed));
        }
        let _ = writeln!(
            text,
            "\n       → gridwalk attention correct {0} --set … | gridwalk attention dismiss {0}",
            item.save
        );
    }
    if items.is_empty() {
        words.get("cli.attention_empty").clone_into(&mut text);
    }
    Ok(Answer::new(text, &items))
}

fn correct(phone: &Phone<'_>, args: &args::Correct) -> Result<Answer, Failure> {
    let missing = || Failure::of("no_such_item", 4).with("what", args.save.to_string());
    let items = phone.notebook.store().attention()?;
    let item = items.into_iter().find(|i| i.save == args.save).ok_or_else(missing)?;
    let change = &item.change.change;
    let further = match Kind::from_name(&change.kind) {
        Some(kind) => typed::edits(phone, kind, &args.edits)?,
        None => gridwalk_model::command::Edits::none(),
    };
    let exists = phone.reader()?.load([item.record])?.state(item.record).is_some();
    let basis = phone.notebook.basis(item.record)?;
    let with = again(change, exists, &basis, &further).ok_or_else(|| Failure::of("cannot_correct", 3))?;
    let command = Command::Correct(Correct { save: args.save, record: item.record, with: Box::new(with) });
    saved::execute(phone, &command)
}

/// Drafts.
pub fn drafts(phone: &Phone<'_>, verb: Option<&DraftVerb>) -> Result<Answer, Failure> {
    let words = phone.words;
    if let Some(DraftVerb::Discard { draft }) = verb {
        let id: DraftId = draft.parse().map_err(|_| Failure::not_found(draft.as_str()))?;
        phone.notebook.discard_draft(id)?;
        return Ok(Answer::new(words.get("cli.discarded"), &json!({ "discarded": id })));
    }
    let drafts = phone.reader()?.drafts()?;
    let mut text = String::new();
    for draft in &drafts {
        let title = words.title(&draft.kind, &draft.title);
        let _ = write!(text, "{}  {} {title}  {}", draft.draft, words.kind(&draft.kind), moment(draft.opened_at));
        if draft.changed_since {
            let _ = write!(text, "  [{}]", words.get("cli.changed_since"));
        }
        let _ = writeln!(text, "\n  {}: {}", words.get("cli.basis"), draft.basis);
    }
    if drafts.is_empty() {
        words.get("cli.drafts_empty").clone_into(&mut text);
    }
    Ok(Answer::new(text, &drafts))
}
