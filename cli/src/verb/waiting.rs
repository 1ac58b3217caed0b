//! What waits on this phone: outbox, needs attention, drafts.

use super::saved;
use crate::answer::Answer;
use crate::args::{AttentionVerb, DraftVerb};
use crate::card_text::person;
use crate::failure::Failure;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::{args, typed};
use gridwalk_app::read::OvertakenView;
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
        let of_undo = phone.words.find(&format!("undo_what.{}", name.trim_start_matches('@')));
        match of_undo {
            Some(word) if field == name => word.to_owned(),
            _ if field == name => phone.words.step(name).to_owned(),
            _ => field.to_owned(),
        }
    };
    let mut words: Vec<String> = Vec::new();
    for name in names {
        let word = word(name);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(phone.words.comma())
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
            words.titled(&line.kind, &line.title),
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
        Some(AttentionVerb::Dismiss(args)) => dismiss(phone, &args.item),
    }
}

fn dismiss(phone: &Phone<'_>, item: &str) -> Result<Answer, Failure> {
    let said = phone.words.get("cli.dismissed");
    let steps = phone.reader()?.overtaken()?;
    if let Some(step) = steps.iter().find(|o| o.item == item) {
        phone.notebook.store().put_overtaken_aside(step.name)?;
        return Ok(Answer::new(said, &json!({ "dismissed": item })));
    }
    let missing = || Failure::of("no_such_item", 4).with("what", item);
    let save: u64 = item.parse().map_err(|_| missing())?;
    phone.notebook.store().put_aside(save).map_err(|_| missing())?;
    Ok(Answer::new(said, &json!({ "dismissed": save })))
}

/// Steps that did not take effect: mine, and the one that stood there by then.
fn overtaken(phone: &Phone<'_>, items: &[OvertakenView]) -> String {
    let words = phone.words;
    let mut text = String::new();
    for item in items {
        let (kind, title) = (words.kind(&item.kind), words.titled(&item.kind, &item.title));
        let _ = write!(text, "{}  ✖ {kind} {title}  {}", item.item, words.get("sync.overtaken"));
        let sides = [("sync.mine", Some(&item.mine)), ("sync.theirs", item.theirs.as_ref())];
        for (whose, side) in sides.into_iter().filter_map(|(whose, side)| Some((words.get(whose), side?))) {
            let by = person(words, side.by_name.as_deref(), side.by);
            let _ = write!(text, "\n         {whose} {}  {by}  {}", words.step(&side.step), moment(side.at));
        }
        let _ = writeln!(text, "\n       → gridwalk attention dismiss {}", item.item);
    }
    text
}

fn list(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let (words, reader) = (phone.words, phone.reader()?);
    let (items, steps) = (reader.attention()?, reader.overtaken()?);
    let mut text = String::new();
    for item in &items {
        let sections = ["refusal", "rejection", "status", "problem", "cli"];
        let why = sections.iter().find_map(|s| words.find(&format!("{s}.{}", item.code))).unwrap_or(&item.code);
        let _ = write!(
            text,
            "{:>5}  ✖ {} {}  {}: {why}",
            item.save,
            words.kind(&item.kind),
            words.titled(&item.kind, &item.title),
            what(phone, &item.kind, &item.what)
        );
        if !item.hint.is_empty() {
            let hint = item.hint.as_str();
            let known = [words.field(&item.kind, hint), words.kind(hint), words.step(hint)];
            let _ = write!(text, " ({})", known.into_iter().find(|word| *word != hint).unwrap_or(hint));
        }
        for (field, typed) in &item.typed {
            let shown = phone.field_text(&item.kind, field, typed)?;
            let _ = write!(text, "\n         {} = {shown}", words.field(&item.kind, field));
        }
        let _ = writeln!(
            text,
            "\n       → gridwalk attention correct {0} --set … | gridwalk attention dismiss {0}",
            item.save
        );
    }
    text += &overtaken(phone, &steps);
    if text.is_empty() {
        words.get("cli.attention_empty").clone_into(&mut text);
    }
    let all = items.iter().map(|i| json!(i)).chain(steps.iter().map(|s| json!(s)));
    Ok(Answer::new(text, &all.collect::<Vec<_>>()))
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
        let below = draft.below.as_ref().map(|named| named.title.as_str()).unwrap_or_default();
        let title = if below.is_empty() { words.titled(&draft.kind, &draft.title) } else { below.into() };
        let _ = write!(text, "{}  {} {title}  {}", draft.draft, words.kind(&draft.kind), moment(draft.opened_at));
        if draft.changed_since {
            let _ = write!(text, "  [{}]", words.get("cli.changed_since"));
        }
        text += &super::visit::kept_text(words, draft);
        let _ = writeln!(text, "\n  {}: {}", words.get("cli.basis"), draft.basis);
    }
    if drafts.is_empty() {
        words.get("cli.drafts_empty").clone_into(&mut text);
    }
    Ok(Answer::new(text, &drafts))
}
