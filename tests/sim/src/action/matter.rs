//! Matters: cases reported and taken through their steps.
//!
//! Owns these actions. Refuses to know the workflow: it asks the table. Invariant: what a step asks for is answered.

use super::{Action, Family, any_row, execute, note_typed};
use crate::run::SimError;
use crate::world::World;
use gridwalk_model::command::{Command, Edits, ReportCase, TakeStep};
use gridwalk_model::kind::Kind;
use gridwalk_model::value::Value;
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
    let command =
        Command::ReportCase(ReportCase { record, unit: Some(unit), parent: None, edits, answers: BTreeMap::new() });
    if execute(world, phone, &command)?.is_some() {
        note_typed(world, phone, record, "title", &title)?;
        call.iter().try_for_each(|number| note_typed(world, phone, record, "reporter_phone", number))?;
    }
    Ok(())
}

/// Takes a step that the table allows in the status on the screen.
pub fn step(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &["case"])? else { return Ok(()) };
    let notebook = world.phones[phone].notebook()?;
    let shown = notebook.store().predicted(record, notebook.now())?.state;
    let roles = notebook.roles()?;
    let open = Kind::Case.steps().allowed(shown.status(), roles);
    let Some(row) = world.pick(&open) else { return Ok(()) };
    let grids = world.server.city.grids;
    let answers = row.asks.iter().filter(|a| a.required).map(|a| {
        let answer = if a.name == "unit" { Value::Id(grids[3].record()) } else { Value::from("办好了") };
        (a.name.to_owned(), answer)
    });
    let answers: BTreeMap<String, Value> = answers.collect();
    let basis = notebook.basis(record)?;
    execute(world, phone, &Command::TakeStep(TakeStep { record, basis, step: row.step.to_owned(), answers }))?;
    Ok(())
}
