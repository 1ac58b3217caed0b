//! What is said after a save: which record, how it stands.

use super::record_verb;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::Changed;
use gridwalk_app::read::card::read_basis;
use gridwalk_model::command::{Canvass, Charge, Command};
use gridwalk_model::id::DraftId;
use gridwalk_model::kind::{Kind, PARENT, UNIT};
use gridwalk_model::view::Held;
use gridwalk_model::{Basis, RecordId};
use serde_json::json;
use std::fmt::Write as _;

/// Executes, and says what was saved.
pub fn execute(phone: &Phone<'_>, command: &Command) -> Result<Answer, Failure> {
    execute_in(phone, command, None)
}

/// The same with what was typed into an open form, which the save ends.
pub fn execute_in(phone: &Phone<'_>, command: &Command, form: Option<DraftId>) -> Result<Answer, Failure> {
    let changed = phone.execute_in(command, form).map_err(|failure| {
        let kind = kind_of(phone, command);
        let failure = failure.about(kind);
        match (kind, failure.code()) {
            (Some(kind), "field_not_permitted") if makes(command) && matches!(failure.field(), Some(UNIT | PARENT)) => {
                failure.saying(phone.words.fill("cli.may_not_add", &[("kind", phone.words.kind(kind.name()))]))
            }
            (Some(kind), "step_not_open" | "unknown_step") if kind != Kind::Case => {
                let verb = match kind {
                    Kind::WorkItem => "work show",
                    Kind::Task | Kind::TaskFeedback => "task show",
                    Kind::Attendance => "activity show",
                    Kind::TrainingDone => "course list",
                    Kind::Objection => "objection list",
                    Kind::Handover => "handover",
                    Kind::Review => "review show",
                    _ => "history",
                };
                failure.then(phone.words.fill("cli.steps_shown_by", &[("verb", &format!("gridwalk {verb}"))]))
            }
            _ => failure,
        }
    })?;
    let mut answer = tell(phone, &changed)?;
    if command.name().starts_with("add_") {
        let found = phone.reader()?.candidates_of(changed.record)?;
        if !found.is_empty() {
            let _ = write!(
                answer.text,
                "\n  {}:{}",
                phone.words.get("cli.duplicates"),
                record_verb::drawn(phone.words, &found)
            );
        }
        answer.json["candidates"] = serde_json::to_value(&found).unwrap_or_default();
    }
    Ok(answer)
}

/// Whether a command makes a record.
fn makes(command: &Command) -> bool {
    command.name().starts_with("add_")
        || matches!(
            command,
            Command::OpenPost(_)
                | Command::ProposeWork(_)
                | Command::Charge(Charge::GiveTask(_) | Charge::GiveNotice(_))
        )
}

/// The kind whose fields a command writes, so that a refusal calls them what that kind calls them.
fn kind_of(phone: &Phone<'_>, command: &Command) -> Option<Kind> {
    let of_record = |record| Kind::from_name(&phone.reader().ok()?.store.row(record).ok()??.kind);
    match command {
        Command::EditRecord(edit) => of_record(edit.record),
        Command::TakeStep(step) => of_record(step.record),
        Command::MoveRecord(to) => of_record(to.record),
        Command::Decide(decide) => of_record(decide.record),
        Command::AddPlace(place) => Some(place.kind),
        Command::OpenPost(_) => Some(Kind::Post),
        Command::AddVillageHousehold(_) => Some(Kind::Household),
        Command::RecordVisit(_) => Some(Kind::Visit),
        Command::ReportCase(_) => Some(Kind::Case),
        Command::ProposeWork(_) => Some(Kind::WorkItem),
        Command::Charge(Charge::GiveTask(_)) => Some(Kind::Task),
        Command::Charge(Charge::FeedBack(_)) => Some(Kind::TaskFeedback),
        Command::Charge(Charge::GiveNotice(notice)) => Some(notice.kind()),
        Command::Charge(Charge::ReadNotice(_)) => Some(Kind::NoticeReceipt),
        Command::Charge(Charge::CheckOff(_)) => Some(Kind::TrainingDone),
        Command::Charge(Charge::SignUp(_) | Charge::ConfirmHours(_)) => Some(Kind::Attendance),
        Command::Charge(Charge::Object(_)) => Some(Kind::Objection),
        Command::CheckFacility(_) => Some(Kind::Facility),
        Command::MoveIn(_) | Command::MoveOut(_) => Some(Kind::Resident),
        Command::Canvass(Canvass::RecordAttempt(_)) => Some(Kind::Attempt),
        Command::Canvass(Canvass::TakeOff(_)) => Some(Kind::Target),
        _ => Kind::from_name(command.name().strip_prefix("add_")?),
    }
}

/// What a warning is about: a field, or what was done.
fn warned_of<'a>(words: &'a Words, kind: &str, field: &'a str) -> &'a str {
    let word = words.field(kind, field);
    let done = || words.find(&format!("undo_what.{field}")).unwrap_or(field);
    if word == field { done() } else { word }
}

/// What was saved, and how it stands.
pub fn tell(phone: &Phone<'_>, changed: &Changed) -> Result<Answer, Failure> {
    let words = phone.words;
    let reader = phone.reader()?;
    let row = reader.store.row(changed.record)?;
    let named = reader.title_of(changed.record)?;
    let kind = named.as_ref().and_then(|n| n.kind.clone()).unwrap_or_default();
    let title = named.as_ref().map(|n| words.titled(&kind, &n.title).into_owned()).unwrap_or_default();
    let status = row.as_ref().map(|r| r.status.clone()).unwrap_or_default();
    let mut text = format!("{}  {} {title}", words.badge("saved"), words.kind(&kind));
    if !status.is_empty() {
        let _ = write!(text, "  {}", words.case_status(&status));
    }
    if row.is_none() {
        let _ = write!(text, "  [{}]", words.get("cli.deleted"));
    }
    let _ = write!(text, "\n  id  {}", changed.record);
    let at_odds = reader.disagreement(changed.record)?;
    if let Some(at_odds) = &at_odds {
        let fields: Vec<_> = at_odds.fields.iter().map(|f| words.field(&at_odds.kind, &f.field)).collect();
        let _ = write!(text, "\n  ≠ {}: {}", words.get("sync.disagreement"), fields.join(words.comma()));
        let _ = write!(text, "\n→ gridwalk disagreements {}", changed.record);
    }
    for warning in &changed.warnings {
        let word = words.find(&format!("warning.{}", warning.code)).unwrap_or(warning.code);
        let of = warned_of(words, &kind, &warning.field);
        let _ = write!(text, "\n  ⚠ {}: {of}{}{word}", words.get("cli.warnings"), words.colon());
    }
    let saves: Vec<_> = changed.saved.iter().map(|s| s.save).collect();
    let ids: Vec<RecordId> = changed.changes.ids.iter().copied().collect();
    let model = json!({
        "record": changed.record, "kind": kind, "title": title, "case_status": status, "status": "saved",
        "saves": saves, "records": ids, "disagreement": at_odds, "warnings": changed.warnings,
    });
    Ok(Answer::new(text, &model))
}

/// The bases of an edit: as typed, or of what stands there now; of the record first.
pub fn bases(
    phone: &Phone<'_>,
    record: RecordId,
    typed: Option<&str>,
) -> Result<(RecordId, Basis, Vec<Basis>), Failure> {
    let reader = phone.reader()?;
    let text = match typed {
        Some(text) => text.to_owned(),
        None => match reader.card(record)? {
            Some(card) => card.basis,
            None => return Err(Failure::not_found(record.to_string())),
        },
    };
    let (basis, also) = read_basis(&text).ok_or_else(|| Failure::usage("not_a_basis", ""))?;
    // A basis was printed for the front of a group; naming any member of the group is naming it.
    let loaded = reader.load([record])?;
    let here = basis.record == record || also.iter().any(|b| b.record == record);
    let shown = if here || loaded.state(record).is_none() { basis.record } else { record };
    Ok((shown, basis, also))
}
