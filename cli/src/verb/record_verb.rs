//! What is done with every record of the register: confirmed, looked back at, compared; and checks of facilities.

use super::{register, saved};
use crate::answer::Answer;
use crate::args::{Add, Check, Confirm, EveryVerb, FacilityVerb, PlaceVerb};
use crate::card_text;
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::Candidate;
use gridwalk_app::read::history::HistoryLine;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::{CheckFacility, Command, ConfirmUnchanged};
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::{Basis, RecordId, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One of the verbs that every record has.
pub fn run(phone: &Phone<'_>, kind: Kind, verb: &EveryVerb) -> Result<Answer, Failure> {
    match verb {
        EveryVerb::Confirm(args) => confirm(phone, kind, args),
        EveryVerb::History(args) => history(phone, find::record(phone, &args.record, &[kind.name()])?),
        EveryVerb::Candidates(args) => candidates(phone, kind, args),
    }
}

/// One of the verbs on a place.
pub fn place(phone: &Phone<'_>, kind: Kind, verb: &PlaceVerb) -> Result<Answer, Failure> {
    match verb {
        PlaceVerb::Register(verb) => register::run(phone, kind, verb),
        PlaceVerb::Every(verb) => run(phone, kind, verb),
    }
}

/// One of the verbs on facilities.
pub fn facility(phone: &Phone<'_>, verb: &FacilityVerb) -> Result<Answer, Failure> {
    match verb {
        FacilityVerb::Register(verb) => register::run(phone, Kind::Facility, verb),
        FacilityVerb::Every(verb) => run(phone, Kind::Facility, verb),
        FacilityVerb::Check(args) => check(phone, args),
    }
}

fn when(text: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    let read = |text: &str| typed::moment(text).map(Timestamp).ok_or_else(|| Failure::usage("not_a_moment", text));
    text.map(read).transpose()
}

fn confirm(phone: &Phone<'_>, kind: Kind, args: &Confirm) -> Result<Answer, Failure> {
    let named = find::record(phone, &args.screen.record, &[kind.name()])?;
    let (record, basis, _) = saved::bases(phone, named, args.screen.basis.as_deref())?;
    let at = when(args.at.as_deref())?;
    let members = if args.members { who_lives_in(phone, kind, record)? } else { Vec::new() };
    saved::execute(phone, &Command::ConfirmUnchanged(ConfirmUnchanged { record, basis, at, members }))
}

/// Those who live in a household, as they stand on its screen.
fn who_lives_in(phone: &Phone<'_>, kind: Kind, record: RecordId) -> Result<Vec<Basis>, Failure> {
    if kind != Kind::Household {
        return Err(Failure::usage("residents_of_households", "--members"));
    }
    let card = phone.reader()?.household_card(record)?;
    let residents = card.into_iter().flat_map(|card| card.residents);
    residents.map(|line| Ok(phone.notebook.basis(line.record)?)).collect()
}

fn check(phone: &Phone<'_>, args: &Check) -> Result<Answer, Failure> {
    let record = find::record(phone, &args.record, &[Kind::Facility.name()])?;
    let basis = phone.notebook.basis(record)?;
    let state = typed::value(phone, Shape::Code(CodeSet::FacilityState), &args.state)?;
    let state = state.as_text().unwrap_or_default().to_owned();
    let at = when(args.at.as_deref())?;
    saved::execute(phone, &Command::CheckFacility(CheckFacility { record, basis, state, at }))
}

/// The history of a record as far as this phone knows it.
pub fn history(phone: &Phone<'_>, record: RecordId) -> Result<Answer, Failure> {
    let words = phone.words;
    let view = phone.reader()?.history(record)?.ok_or_else(|| Failure::not_found(record.to_string()))?;
    let mut text = format!("{} {}", words.kind(&view.kind), words.titled(&view.kind, &view.title));
    for line in &view.lines {
        let _ = write!(text, "\n  {}  {}", when_done(words, line), history_line(words, &view.kind, line));
        let _ = write!(text, "  {}", card_text::person(words, line.by_name.as_deref(), line.by));
        if let Some(status) = line.status {
            let _ = write!(text, "  [{}]", words.badge(status));
        }
    }
    let _ = write!(text, "\n→ gridwalk history {} --server  {}", view.record, words.get("cli.whole_history"));
    Ok(Answer::new(text, &view))
}

/// When a line of a history was done, as far as this phone can tell.
fn when_done(words: &Words, line: &HistoryLine) -> String {
    line.at.map_or_else(|| words.get("cli.time_at_server").to_owned(), moment)
}

/// What a line of a history says was done.
fn history_line(words: &Words, kind: &str, line: &HistoryLine) -> String {
    let of = (line.shape, line.code_set);
    let value = || card_text::of_field(words, &line.name, of, &line.value, line.value_named.as_ref());
    let name = words.field(kind, &line.name);
    match line.what {
        "field" => {
            format!(
                "{name}  {} → {}",
                card_text::of_field(words, &line.name, of, &line.before, line.before_named.as_ref()),
                value()
            )
        }
        "step" => {
            let to = line.value.as_str().unwrap_or_default();
            format!("{} → {}", words.step(&line.name), words.case_status(to))
        }
        "set" => format!("{name}  ＋ {}", value()),
        "removed" => format!("{name}  － {}", value()),
        "confirmed" => name.to_owned(),
        what => words.find(&format!("undo_what.{what}")).unwrap_or(what).to_owned(),
    }
}

fn candidates(phone: &Phone<'_>, kind: Kind, args: &Add) -> Result<Answer, Failure> {
    let mut edits = typed::edits(phone, kind, &args.edits)?;
    if let (Some(title), Some(field)) = (&args.title, kind.table().title.first()) {
        edits = edits.put(field, title.as_str());
    }
    let mut fields = BTreeMap::new();
    for (name, value) in edits.fields {
        if let (Some(field), Some(value)) = (kind.table().field(&name), value) {
            fields.insert(name, field.shape.tidy(value));
        }
    }
    if let Some((field, place)) = register::place_of(phone, kind, args)? {
        fields.insert(field.to_owned(), place.into());
    }
    let found = phone.reader()?.candidates(kind, &fields, None)?;
    let text = if found.is_empty() { phone.words.get("cli.nothing").to_owned() } else { drawn(phone.words, &found) };
    Ok(Answer::new(text.trim_start().to_owned(), &found))
}

/// Candidates, a line each.
pub fn drawn(words: &Words, found: &[Candidate]) -> String {
    let mut text = String::new();
    for one in found {
        let agreed: Vec<&str> =
            one.agreed.iter().map(|code| words.find(&format!("duplicate.{code}")).unwrap_or(code)).collect();
        let likeness = words.find(&format!("duplicate.{}", one.likeness)).unwrap_or(one.likeness);
        let _ = write!(
            text,
            "\n  {}\n      {likeness} {}%  {}",
            row(words, &one.row),
            one.score,
            agreed.join(words.comma())
        );
    }
    text
}
