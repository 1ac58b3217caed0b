//! Forms: opened, left open, saved late, corrected; disagreements decided.
//!
//! Owns these actions. Refuses to look at another phone. Invariant: a form is saved with the basis that it was opened with.

use super::{Action, Family, any_row, execute, note_typed};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::transport::POISON;
use crate::world::World;
use gridwalk_model::command::{Command, Correct, Decide, EditRecord, Edits};
use gridwalk_model::op::Op;
use gridwalk_model::value::Value;
use gridwalk_model::{Basis, RecordId};

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::now(8, open),
        Action::now(10, save),
        Action::now(12, edit),
        Action::now(5, tag),
        Action::now(4, decide),
        Action::now(8, correct),
        Action::now(1, poison),
    ],
    heal: None,
};

const EDITABLE: [&str; 11] = [
    "building",
    "dwelling",
    "household",
    "resident",
    "case",
    "estate",
    "address",
    "premises",
    "organisation",
    "facility",
    "household_link",
];

/// Fields of a kind that take any text.
fn text_fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "building" | "estate" | "premises" | "organisation" => &["name", "address", "note"],
        "dwelling" => &["number", "entrance", "note"],
        "household" | "household_link" => &["label", "head", "note"],
        "resident" => &["name", "note"],
        "address" => &["text", "note"],
        "facility" => &["name", "place", "note"],
        _ => &["title", "description", "place"],
    }
}

/// Opens a form and leaves it open.
pub fn open(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, kind)) = any_row(world, phone, &EDITABLE)? else { return Ok(()) };
    let unit = world.phones[phone].unit;
    let draft = world.phones[phone].notebook()?.open_draft(record, &kind, unit, "{}")?;
    world.ledger.drafts.insert((phone, draft.draft, record));
    if is_held(world, phone, record)? {
        world.ledger.held_drafts.insert(draft.draft);
    }
    world.note(format!("phone {phone}: opened a form on {record}"));
    Ok(())
}

/// Saves an open form; now and then it is thrown away.
pub fn save(world: &mut World, phone: usize) -> Result<(), SimError> {
    let notebook = world.phones[phone].notebook()?;
    let drafts = notebook.store().drafts()?;
    let Some(draft) = world.pick(&drafts) else { return Ok(()) };
    let entry = (phone, draft.draft, draft.record);
    if world.chance(12) {
        notebook.discard_draft(draft.draft)?;
        world.ledger.drafts.remove(&entry);
        return Ok(());
    }
    if write(world, phone, draft.record, &draft.kind, draft.basis)? {
        world.ledger.drafts.remove(&entry);
    } else if notebook.store().draft(draft.draft)?.is_some() {
        notebook.discard_draft(draft.draft)?;
        world.ledger.drafts.remove(&entry);
    }
    Ok(())
}

/// Saves or throws away every open form of a phone.
pub fn settle_drafts(world: &mut World, phone: usize) -> Result<(), SimError> {
    while !world.phones[phone].notebook()?.store().drafts()?.is_empty() {
        save(world, phone)?;
        crate::run::check_now(world, phone)?;
    }
    Ok(())
}

/// Opens, types and saves at once.
pub fn edit(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, kind)) = any_row(world, phone, &EDITABLE)? else { return Ok(()) };
    let basis = world.phones[phone].notebook()?.basis(record)?;
    write(world, phone, record, &kind, basis).map(drop)
}

/// Whether a confirmed state stands under what is shown.
fn is_held(world: &mut World, phone: usize, record: RecordId) -> Result<bool, SimError> {
    let notebook = world.phones[phone].notebook()?;
    let shown = notebook.store().predicted(record, notebook.now())?;
    Ok(shown.confirmed && !shown.leaving)
}

/// Types into one or two fields and saves.
fn write(world: &mut World, phone: usize, record: RecordId, kind: &str, basis: Basis) -> Result<bool, SimError> {
    let Some(field) = world.pick(text_fields(kind)) else { return Ok(false) };
    let mut typed = vec![(field, world.token())];
    if world.chance(3)
        && let Some(second) = world.pick(text_fields(kind)).filter(|f| *f != field)
    {
        typed.push((second, world.token()));
    }
    let edits = typed.iter().fold(Edits::none(), |e, (field, value)| e.put(field, value.clone()));
    let held = match basis.draft {
        Some(draft) => world.ledger.held_drafts.contains(&draft),
        None => is_held(world, phone, record)?,
    };
    let command = Command::EditRecord(EditRecord { record, basis, also: Vec::new(), edits });
    let Some(done) = execute(world, phone, &command)? else { return Ok(false) };
    if held {
        world.ledger.held.extend(done.saved.iter().map(|s| s.name));
    }
    for (field, value) in typed {
        note_typed(world, phone, record, field, &value)?;
    }
    Ok(true)
}

/// Adds or removes a tag, and counts it when another phone does the opposite without knowing.
pub fn tag(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &["household"])? else { return Ok(()) };
    let (set, element) = ("needs", Value::from(if world.chance(2) { "phone_first" } else { "evening_visit" }));
    let notebook = world.phones[phone].notebook()?;
    let shown = notebook.store().predicted(record, notebook.now())?.state;
    let has = shown.sets.get(set).is_some_and(|s| s.elements().contains(&&element));
    let edits = if has { Edits::none().remove(set, element.clone()) } else { Edits::none().add(set, element.clone()) };
    let basis = notebook.basis(record)?;
    let command = Command::EditRecord(EditRecord { record, basis, also: Vec::new(), edits });
    if execute(world, phone, &command)?.is_some() && opposite_is_under_way(world, phone, record, has, &element)? {
        world.coverage.saw(Situation::SetConflict);
    }
    Ok(())
}

fn opposite_is_under_way(
    world: &mut World,
    phone: usize,
    record: RecordId,
    removed: bool,
    element: &Value,
) -> Result<bool, SimError> {
    for other in (0..world.phones.len()).filter(|o| *o != phone) {
        let notebook = world.phones[other].notebook()?;
        let opposite = notebook.store().outbox()?.into_iter().any(|o| {
            o.record == record
                && o.change.change.ops.iter().any(|op| match op {
                    Op::Add { element: e, .. } => removed && e == element,
                    Op::Remove { .. } => !removed,
                    _ => false,
                })
        });
        if opposite {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Decides a disagreement for one of its values.
pub fn decide(world: &mut World, phone: usize) -> Result<(), SimError> {
    let notebook = world.phones[phone].notebook()?;
    let rows = notebook.store().disagreements(50)?;
    let Some(row) = world.pick(&rows) else { return Ok(()) };
    let state = notebook.store().predicted(row.record, notebook.now())?.state;
    let odds: Vec<(String, Option<Value>)> = state
        .registers()
        .filter(|(within, _, r)| within.is_none() && r.heads.windows(2).any(|w| w[0].value != w[1].value))
        .map(|(_, field, r)| (field.to_owned(), r.heads[0].value.clone()))
        .collect();
    let Some((field, choice)) = world.pick(&odds) else { return Ok(()) };
    let basis = notebook.basis(row.record)?;
    let decide = Decide { record: row.record, basis, also: Vec::new(), field, within: None, choice: choice.clone() };
    if execute(world, phone, &Command::Decide(decide))?.is_some() {
        world.coverage.saw(Situation::Deciding);
        if let Some(value) = &choice {
            world.ledger.say_again(value);
        }
    }
    Ok(())
}

/// Corrects something that came back.
pub fn correct(world: &mut World, phone: usize) -> Result<(), SimError> {
    let notebook = world.phones[phone].notebook()?;
    let Some(item) = world.pick(&notebook.store().attention()?) else { return Ok(()) };
    let held = notebook.store().predicted(item.record, notebook.now())?;
    let kind = item.change.change.kind.clone();
    if held.state.kinds.is_empty() || !EDITABLE.contains(&kind.as_str()) {
        return Ok(());
    }
    let Some(field) = world.pick(text_fields(&kind)) else { return Ok(()) };
    let value = world.token();
    let basis = notebook.basis(item.record)?;
    let edits = Edits::none().put(field, value.clone());
    let with = Box::new(Command::EditRecord(EditRecord { record: item.record, basis, also: Vec::new(), edits }));
    let command = Command::Correct(Correct { save: item.save, record: item.record, with });
    if execute(world, phone, &command)?.is_some() {
        world.coverage.saw(Situation::Corrected);
        note_typed(world, phone, item.record, field, &value)?;
        // What the original typed was put right by its author: it need not be found any more.
        world.ledger.release(phone, &item.change);
    }
    Ok(())
}

/// Types what no line lets through: something between phone and server says that it is too large, always.
pub fn poison(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &["household", "resident"])? else { return Ok(()) };
    let basis = world.phones[phone].notebook()?.basis(record)?;
    let Value::Text(token) = world.token() else { return Ok(()) };
    let value = Value::Text(format!("{POISON}{token}"));
    let edits = Edits::none().put("note", value.clone());
    let command = Command::EditRecord(EditRecord { record, basis, also: Vec::new(), edits });
    if execute(world, phone, &command)?.is_some() {
        note_typed(world, phone, record, "note", &value)?;
        world.coverage.saw(Situation::Poison);
    }
    Ok(())
}
