//! Moving, deleting and restoring, and two records for one thing.

use super::saved;
use crate::answer::Answer;
use crate::args::{Apart, Deleted, Move, OnScreen, Pair};
use crate::card_text;
use crate::failure::Failure;
use crate::find;
use crate::phone::Phone;
use gridwalk_model::RecordId;
use gridwalk_model::command::{Command, DeleteRecord, LinkSame, MoveRecord, RestoreRecord, Target, UnlinkSame};
use gridwalk_model::kind::{Home, Kind};
use std::fmt::Write as _;

/// Moves a record.
pub fn move_record(phone: &Phone<'_>, args: &Move) -> Result<Answer, Failure> {
    let named = find::record(phone, &args.record, &[])?;
    let (record, basis, also) = saved::bases(phone, named, args.basis.as_deref())?;
    let kind = phone.reader()?.store.row(record)?.map(|r| r.kind).unwrap_or_default();
    let to = match Kind::from_name(&kind).map(|k| k.table().home) {
        Some(Home::Parent(kinds)) => {
            let names: Vec<&str> = kinds.iter().map(|k| k.name()).collect();
            Target::Parent(find::record(phone, &args.to, &names)?)
        }
        _ => Target::Unit(find::unit(phone, &args.to)?),
    };
    saved::execute(phone, &Command::MoveRecord(MoveRecord { record, basis, also, to }))
}

/// Deletes a record.
pub fn delete(phone: &Phone<'_>, args: &OnScreen) -> Result<Answer, Failure> {
    let named = find::record(phone, &args.record, &[])?;
    let (record, basis, also) = saved::bases(phone, named, args.basis.as_deref())?;
    saved::execute(phone, &Command::DeleteRecord(DeleteRecord { record, basis, also }))
}

/// Says that two records are one thing.
pub fn same(phone: &Phone<'_>, args: &Pair) -> Result<Answer, Failure> {
    let (one, other) = (find::record(phone, &args.one, &[])?, find::record(phone, &args.other, &[])?);
    let (basis, other) = (phone.notebook.basis(one)?, phone.notebook.basis(other)?);
    saved::execute(phone, &Command::LinkSame(LinkSame { basis, other }))
}

/// Takes that back. Both names of one thing lead to it, so that one name and the only other member are enough.
pub fn apart(phone: &Phone<'_>, args: &Apart) -> Result<Answer, Failure> {
    let record = find::record(phone, &args.one, &[])?;
    let named = args.other.as_deref().map(|text| find::record(phone, text, &[])).transpose()?;
    let other = match named.filter(|other| *other != record) {
        Some(other) => other,
        None => only_other(phone, record, &args.one)?,
    };
    let basis = phone.notebook.basis(record)?;
    let held = phone.reader()?.load([other])?.has(other);
    let other_basis = if held { Some(phone.notebook.basis(other)?) } else { None };
    saved::execute(phone, &Command::UnlinkSame(UnlinkSame { record, basis, other, other_basis }))
}

/// The one record that is said to be the same; several are shown, and none is chosen.
fn only_other(phone: &Phone<'_>, record: RecordId, named: &str) -> Result<RecordId, Failure> {
    let reader = phone.reader()?;
    let others: Vec<RecordId> = reader.same_things(record)?;
    match others.as_slice() {
        [] => Err(gridwalk_model::Rejection::NotLinked.into()),
        [one] => Ok(*one),
        several => {
            let mut lines = Vec::new();
            for other in several {
                let title = reader.title_of(*other)?.map(|named| named.title).unwrap_or_default();
                lines.push(format!("gridwalk apart {named} {other}  {title}"));
            }
            Err(Failure::of("several_fit", 4).with("what", named).then(lines.join("\n")))
        }
    }
}

/// What was deleted.
pub fn deleted(phone: &Phone<'_>, args: &Deleted) -> Result<Answer, Failure> {
    let words = phone.words;
    let kind = match args.kind.as_deref() {
        Some(name) => Some(find::kind(phone, name)?),
        None => None,
    };
    let lines = phone.reader()?.deleted(kind, args.limit)?;
    let mut text = if lines.is_empty() { words.get("cli.nothing").to_owned() } else { String::new() };
    for line in &lines {
        let title = words.titled(&line.kind, &line.title);
        let _ = write!(text, "\n{}  {} {title}", line.record, words.kind(&line.kind));
        if !line.subtitle.is_empty() {
            let _ = write!(text, " · {}", line.subtitle);
        }
        if let Some(below) = &line.below {
            let title = words.titled(below.kind.as_deref().unwrap_or_default(), &below.title);
            let _ = write!(text, "  {title}");
        }
        let by = card_text::person(words, line.deleted_by_name.as_deref(), line.deleted_by);
        let _ = write!(text, "  [{} {by}]", words.get("cli.deleted"));
    }
    if !lines.is_empty() {
        let _ = write!(text, "\n→ {}", words.get("way_on.record_deleted"));
    }
    Ok(Answer::new(text.trim_start().to_owned(), &lines))
}

/// Makes a deleted record live again.
pub fn restore(phone: &Phone<'_>, args: &OnScreen) -> Result<Answer, Failure> {
    let named = find::deleted(phone, &args.record)?;
    let (record, basis, _) = saved::bases(phone, named, args.basis.as_deref())?;
    saved::execute(phone, &Command::RestoreRecord(RestoreRecord { record, basis }))
}
