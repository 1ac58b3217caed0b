//! Matters: cases reported and taken through their steps.
//!
//! Owns these actions. Refuses to know the workflow: it asks the table. Invariant: what a step asks for is answered.

use super::{Action, Family, any_row, execute, note_typed};
use crate::run::SimError;
use crate::world::World;
use gridwalk_model::case_class::{CaseClass, ClassBook};
use gridwalk_model::command::{Command, Edits, ReportCase, TakeStep};
use gridwalk_model::kind::{Kind, Shape, case_clock};
use gridwalk_model::picture::pictures_of;
use gridwalk_model::value::Value;
use gridwalk_model::{State, UnitId};
use std::collections::BTreeMap;

/// The family.
pub const FAMILY: Family = Family { actions: &[Action::now(4, report), Action::now(8, step)], heal: None };

/// Reports a case.
pub fn report(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (record, title, unit) =
        (world.phones[phone].notebook()?.new_record()?, world.token(), world.phones[phone].unit);
    let call = if world.chance(2) { Some(super::contact::number(world)) } else { None };
    let edits = Edits::none().put("title", title.clone());
    let edits = call.iter().fold(edits, |edits, number| edits.put("reporter_phone", number.clone()));
    let (edits, answers) = what(world, edits);
    let command = Command::ReportCase(ReportCase { record, unit: Some(unit), parent: None, edits, answers });
    if execute(world, phone, &command)?.is_some() {
        note_typed(world, phone, record, "title", &title)?;
        call.iter().try_for_each(|number| note_typed(world, phone, record, "reporter_phone", number))?;
    }
    Ok(())
}

/// Says of some cases what they are: a kind, and a class by which limit and date are stamped.
fn what(world: &mut World, edits: Edits) -> (Edits, BTreeMap<String, Value>) {
    let mut answers = BTreeMap::new();
    if !world.chance(3) {
        return (edits, answers);
    }
    let classes: Vec<&CaseClass> = ClassBook::shipped().all().collect();
    let Some(class) = world.pick(&classes) else { return (edits, answers) };
    answers.insert(case_clock::CLASS.to_owned(), class.of.to_string().into());
    let category = (!class.category.is_empty()).then_some(class.category.as_str());
    (category.into_iter().fold(edits.put("kind", class.kind.as_str()), |edits, of| edits.put("category", of)), answers)
}

/// Takes a step that is open on the screen.
pub fn step(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &["case"])? else { return Ok(()) };
    let notebook = world.phones[phone].notebook()?;
    let shown = notebook.store().predicted(record, notebook.now())?.state;
    let open = Kind::Case.steps().open_to(&shown, &notebook.actor()?);
    // Steps beside the way are many: most of the time somebody goes on, so that two meet.
    let on: Vec<_> = open.iter().copied().filter(|row| row.leads_on()).collect();
    let beside = on.is_empty() || world.chance(4);
    let Some(row) = world.pick(if beside { &open } else { &on }) else { return Ok(()) };
    let grids = world.server.city.grids;
    let answers =
        row.asks.iter().filter(|a| a.required).map(|a| (a.name.to_owned(), answer(a.shape, grids[3], &shown)));
    let answers: BTreeMap<String, Value> = answers.collect();
    let basis = notebook.basis(record)?;
    execute(world, phone, &Command::TakeStep(TakeStep { record, basis, step: row.step.to_owned(), answers }))?;
    Ok(())
}

/// An answer of a shape; the picture is one of those that are attached, if any is.
fn answer(shape: Shape, unit: UnitId, shown: &State) -> Value {
    match shape {
        Shape::UnitRef | Shape::Account => Value::Id(unit.record()),
        Shape::Units => Value::List(vec![Value::Id(unit.record())]),
        Shape::Date | Shape::Int { .. } => Value::Int(20_000),
        Shape::Moment => Value::Int(4_000_000_000_000),
        Shape::Bool => Value::Bool(false),
        Shape::Code(set) => Value::from(set.entries().first().map_or("", |entry| entry.code)),
        Shape::Picture => {
            let hash = pictures_of(shown).last().map_or([0; 32], |(picture, _)| picture.hash.0);
            Value::Bytes(hash.to_vec())
        }
        _ => Value::from("办好了"),
    }
}
