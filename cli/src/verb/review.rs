//! Reviews: the queue, approving, returning with comments; and what came back, corrected or explained.

use super::saved;
use crate::answer::Answer;
use crate::args::{Approve, Queue, Return, Returned, ReturnedCorrect, ReturnedVerb, ReviewVerb, Withdraw};
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use crate::{card_text, find, typed};
use gridwalk_app::read::{QueueFilter, QueueLine, ReturnedLine};
use gridwalk_model::command::{Command, EditRecord, ReviewRecord, TakeStep, Verdict};
use gridwalk_model::hint::Hint;
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::review::{ANSWER, REVIEWED, WITHDRAW};
use gridwalk_model::review::Review;
use gridwalk_model::{RecordId, Value};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One of the verbs of reviewers.
pub fn run(phone: &Phone<'_>, verb: &ReviewVerb) -> Result<Answer, Failure> {
    match verb {
        ReviewVerb::Queue(args) => queue(phone, args),
        ReviewVerb::Show(args) => show(phone, reviewed(phone, &args.record)?),
        ReviewVerb::Approve(args) => approve(phone, args),
        ReviewVerb::Return(args) => send_back(phone, args),
        ReviewVerb::Sample(verb) => super::sample::run(phone, verb),
        ReviewVerb::Backcheck(args) => super::sample::backcheck(phone, args),
        ReviewVerb::Withdraw(args) => withdraw(phone, args),
    }
}

/// What came back.
pub fn returned(phone: &Phone<'_>, args: &Returned) -> Result<Answer, Failure> {
    match &args.verb {
        None => list_returned(phone, args.all),
        Some(ReturnedVerb::Correct(args)) => correct(phone, args),
        Some(ReturnedVerb::Answer(args)) => {
            let review = newest(phone, reviewed(phone, &args.record)?, Review::is_returned)?;
            let answers = [("note".to_owned(), Value::from(args.note.as_str()))].into();
            step(phone, review, ANSWER, answers)
        }
    }
}

fn reviewed(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    let kinds: Vec<&str> = REVIEWED.iter().map(|k| k.name()).collect();
    find::record(phone, text, &kinds)
}

fn hints(words: &Words, hints: &[Hint]) -> String {
    let mut text = String::new();
    for hint in hints {
        let measured = hint.measured.to_string();
        let limit = hint.limit.map(|l| l.to_string()).unwrap_or_default();
        let places = [("measured", measured.as_str()), ("limit", limit.as_str())];
        let _ = write!(text, "\n    ⚑ {}", words.fill(&format!("hint.{}", hint.flag), &places));
    }
    text
}

fn queue(phone: &Phone<'_>, args: &Queue) -> Result<Answer, Failure> {
    let kind = |name: &String| {
        let kind = Kind::from_name(name).filter(|k| REVIEWED.contains(k));
        kind.ok_or_else(|| Failure::usage("no_such_kind", name))
    };
    let by = |text: &String| find::person(phone, text);
    let filter = QueueFilter {
        kinds: args.kind.iter().map(kind).collect::<Result<_, _>>()?,
        unit: args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?,
        by: args.by.as_ref().map(by).transpose()?,
        hinted: args.hinted,
        oldest_first: args.oldest,
        limit: args.limit,
    };
    let words = phone.words;
    let lines = phone.reader()?.review_queue(&filter)?;
    let mut text = format!("{} ({})", words.get("cli.to_review"), lines.len());
    if lines.is_empty() {
        let reviews = phone.reader()?.reviews();
        let _ = write!(text, "\n{}", words.get(if reviews { "cli.nothing_to_review" } else { "cli.not_a_reviewer" }));
    }
    for line in &lines {
        let standing = words.get(line_standing(line)).to_owned();
        let _ = write!(text, "\n{}  {}  [{standing}]", moment(line.row.changed_at), row(words, &line.row));
        if !line.changed.is_empty() {
            let _ = write!(
                text,
                "\n    {}: {}",
                words.get("cli.changed_in_review"),
                fields(words, &line.row.kind, &line.changed)
            );
        }
        text += &hints(words, &line.hints);
    }
    Ok(Answer::new(text, &lines))
}

const fn line_standing(line: &QueueLine) -> &'static str {
    use gridwalk_model::review::Standing;
    match line.standing {
        Standing::Unreviewed => "standing.unreviewed",
        Standing::Approved => "standing.approved",
        Standing::ChangedSince => "standing.changed_since",
        Standing::Returned => "standing.returned",
        Standing::Answered => "standing.answered",
    }
}

fn fields(words: &Words, kind: &str, names: &[String]) -> String {
    let word =
        |name: &String| if name.starts_with('@') { words.get("cli.steps") } else { words.field(kind, name) }.to_owned();
    names.iter().map(word).collect::<Vec<_>>().join(words.comma())
}

fn show(phone: &Phone<'_>, record: RecordId) -> Result<Answer, Failure> {
    let (words, reader) = (phone.words, phone.reader()?);
    let missing = || Failure::not_found(record.to_string());
    let card = reader.card(record)?.ok_or_else(missing)?;
    let review = reader.review(record)?.ok_or_else(missing)?;
    let mut text = card_text::card(words, &card);
    let _ = write!(text, "\n\n{}", words.get(&format!("standing.{}", review.standing.code())));
    text += &hints(words, &review.hints);
    for one in &review.reviews {
        text += &said(phone, &card.kind, one)?;
    }
    let mut model = serde_json::to_value(&card).unwrap_or_default();
    model["review"] = json!(review);
    Ok(Answer::new(text, &model))
}

fn said(phone: &Phone<'_>, kind: &str, review: &Review) -> Result<String, Failure> {
    let words = phone.words;
    let by = phone.person(review.by)?;
    let mut text = format!("\n  {}  {by}  {}", moment(review.at), words.case_status(&review.status));
    if let Some(note) = &review.note {
        let _ = write!(text, "  {note}");
    }
    for comment in &review.comments {
        let _ = write!(text, "\n    ✎ {}: {}", words.field(kind, &comment.field), comment.text);
    }
    if let Some(answer) = &review.answered {
        let note = answer.note.as_deref().unwrap_or_default();
        let _ = write!(text, "\n    ↩ {}  {}  {note}", moment(answer.at), words.step(ANSWER));
    }
    if !review.changed.is_empty() {
        let _ = write!(text, "\n    {}: {}", words.get("cli.changed_in_review"), fields(words, kind, &review.changed));
    }
    Ok(text)
}

fn review(
    phone: &Phone<'_>,
    record: RecordId,
    basis: Option<&str>,
    verdict: Verdict,
    note: Option<&String>,
) -> Result<Answer, Failure> {
    let (_, basis, also) = saved::bases(phone, record, basis)?;
    let command = ReviewRecord { record: phone.notebook.new_record()?, basis, also, verdict, note: note.cloned() };
    let answer = saved::execute(phone, &Command::ReviewRecord(command))?;
    let mut model = answer.json;
    model["subject"] = json!(record);
    Ok(Answer { json: model, ..answer })
}

fn approve(phone: &Phone<'_>, args: &Approve) -> Result<Answer, Failure> {
    let records = args.records.iter().map(|text| reviewed(phone, text)).collect::<Result<Vec<_>, _>>()?;
    if let [only] = records.as_slice() {
        return review(phone, *only, args.basis.as_deref(), Verdict::Approve, args.note.as_ref());
    }
    let (mut approved, mut left) = (Vec::new(), Vec::new());
    for record in records {
        let view = phone.reader()?.review(record)?.ok_or_else(|| Failure::not_found(record.to_string()))?;
        if view.hints.is_empty() {
            review(phone, record, None, Verdict::Approve, args.note.as_ref())?;
            approved.push(record);
        } else {
            left.push(record);
        }
    }
    let words = phone.words;
    let mut text = format!("{} {}", words.badge("approved"), approved.len());
    if !left.is_empty() {
        let ids: Vec<String> = left.iter().map(ToString::to_string).collect();
        let _ = write!(text, "\n{} {}\n  {}", words.get("cli.left_to_look_at"), left.len(), ids.join("\n  "));
    }
    Ok(Answer::new(text, &json!({ "approved": approved, "left": left })))
}

fn send_back(phone: &Phone<'_>, args: &Return) -> Result<Answer, Failure> {
    let record = reviewed(phone, &args.record)?;
    let mut comments = BTreeMap::new();
    let kind = phone.reader()?.store.row(record)?.and_then(|row| Kind::from_name(&row.kind));
    for text in &args.fields {
        let (name, comment) = typed::pair(text)?;
        let name = kind.map_or_else(|| name.to_owned(), |kind| typed::field_named(phone.words, kind, name));
        comments.insert(name, comment.to_owned());
    }
    review(phone, record, args.basis.as_deref(), Verdict::Return(comments), args.note.as_ref())
}

/// The newest review of a record of which `fits` holds, or the review that was named itself.
fn newest(phone: &Phone<'_>, record: RecordId, fits: impl Fn(&Review) -> bool) -> Result<RecordId, Failure> {
    let reader = phone.reader()?;
    if reader.store.row(record)?.is_some_and(|r| r.kind == Kind::Review.name()) {
        return Ok(record);
    }
    let view = reader.review(record)?.ok_or_else(|| Failure::not_found(record.to_string()))?;
    let found = view.reviews.into_iter().find(fits);
    found.map(|r| r.review).ok_or_else(|| Failure::not_found(record.to_string()))
}

fn withdraw(phone: &Phone<'_>, args: &Withdraw) -> Result<Answer, Failure> {
    let kinds: Vec<&str> = REVIEWED.iter().map(|k| k.name()).chain([Kind::Review.name()]).collect();
    let review = newest(phone, find::record(phone, &args.record, &kinds)?, Review::counts)?;
    let answers = args.reason.iter().map(|r| ("reason".to_owned(), Value::from(r.as_str()))).collect();
    step(phone, review, WITHDRAW, answers)
}

fn step(phone: &Phone<'_>, review: RecordId, step: &str, answers: BTreeMap<String, Value>) -> Result<Answer, Failure> {
    let basis = phone.notebook.basis(review)?;
    saved::execute(phone, &Command::TakeStep(TakeStep { record: review, basis, step: step.to_owned(), answers }))
}

fn list_returned(phone: &Phone<'_>, all: bool) -> Result<Answer, Failure> {
    let lines = phone.reader()?.returned(all)?;
    Ok(Answer::new(drawn(phone, &lines)?, &lines))
}

/// What came back, as text.
pub fn drawn(phone: &Phone<'_>, lines: &[ReturnedLine]) -> Result<String, Failure> {
    let words = phone.words;
    let mut text = format!("{} ({})", words.badge("returned"), lines.len());
    for line in lines {
        let _ = write!(text, "\n{}  {}", moment(line.review.at), row(words, &line.row));
        if let Some(note) = &line.review.note {
            let _ = write!(text, "\n    {note}");
        }
        for field in &line.fields {
            let shown = phone.field_text(&line.row.kind, &field.field, &field.value)?;
            let _ = write!(text, "\n    ✎ {} ({shown}): {}", words.field(&line.row.kind, &field.field), field.text);
        }
        if line.edited_unaware {
            let changed = fields(words, &line.row.kind, &line.review.changed);
            let _ = write!(text, "\n    ⚠ {}: {changed}", words.get("cli.edited_unaware"));
        }
    }
    if !lines.is_empty() {
        text += "\n→ gridwalk returned correct RECORD --set FIELD=VALUE";
    }
    Ok(text)
}

fn correct(phone: &Phone<'_>, args: &ReturnedCorrect) -> Result<Answer, Failure> {
    let named = reviewed(phone, &args.record)?;
    let kind = phone.reader()?.store.row(named)?.and_then(|r| Kind::from_name(&r.kind));
    let kind = kind.ok_or_else(|| Failure::not_found(&args.record))?;
    let edits = typed::edits(phone, kind, &args.edits)?;
    let (record, basis, also) = saved::bases(phone, named, args.basis.as_deref())?;
    saved::execute(phone, &Command::EditRecord(EditRecord { record, basis, also, edits }))
}
