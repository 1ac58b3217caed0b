//! Places and those who live there: added, moved, deleted, said to be the same.
//!
//! Owns these actions. Refuses units: they are administration. Invariant: names are tokens, so that each can be looked for.

use super::{Action, Family, any_row, execute, note_typed};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;
use gridwalk_model::RecordId;
use gridwalk_model::command::{
    AddBuilding, AddDwelling, AddHousehold, AddResident, Command, DeleteRecord, Edits, LinkSame, MoveRecord, Target,
    UnlinkSame,
};
use gridwalk_model::state::State;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[Action::now(5, add), Action::now(2, delete), Action::now(2, relocate), Action::now(2, same_as)],
    heal: None,
};

/// What is deleted now and then.
const DELETED: [&str; 7] = ["dwelling", "household", "resident", "address", "premises", "organisation", "facility"];
/// What moves to another grid, household or dwelling.
const MOVED: [&str; 7] = ["building", "household", "resident", "estate", "premises", "organisation", "facility"];

/// A building with two doors, a household behind each.
pub fn found(world: &mut World, phone: usize) -> Result<(), SimError> {
    if phone >= world.phones.len() {
        return Ok(());
    }
    let building = building(world, phone)?;
    for _ in 0..2 {
        let Some(dwelling) = building.map(|b| dwelling(world, phone, b)).transpose()?.flatten() else { continue };
        if let Some(household) = household(world, phone, dwelling)? {
            resident(world, phone, household)?;
        }
    }
    Ok(())
}

/// Adds something below something that is there.
pub fn add(world: &mut World, phone: usize) -> Result<(), SimError> {
    match any_row(world, phone, &["building", "dwelling", "household"])? {
        Some((record, kind)) if kind == "building" => dwelling(world, phone, record).map(drop),
        Some((record, kind)) if kind == "dwelling" => household(world, phone, record).map(drop),
        Some((record, _)) => resident(world, phone, record),
        None => building(world, phone).map(drop),
    }
}

fn building(world: &mut World, phone: usize) -> Result<Option<RecordId>, SimError> {
    let (record, name, unit) = (world.phones[phone].notebook()?.new_record()?, world.token(), world.phones[phone].unit);
    let edits = Edits::none().put("name", name.clone());
    let done = execute(world, phone, &Command::AddBuilding(AddBuilding { record, unit, edits }))?;
    if done.is_some() {
        note_typed(world, phone, record, "name", &name)?;
    }
    Ok(done.map(|d| d.record))
}

fn dwelling(world: &mut World, phone: usize, building: RecordId) -> Result<Option<RecordId>, SimError> {
    let (record, number) = (world.phones[phone].notebook()?.new_record()?, world.token());
    let edits = Edits::none().put("number", number.clone());
    let done = execute(world, phone, &Command::AddDwelling(AddDwelling { record, building, edits }))?;
    if done.is_some() {
        note_typed(world, phone, record, "number", &number)?;
    }
    Ok(done.map(|d| d.record))
}

fn household(world: &mut World, phone: usize, dwelling: RecordId) -> Result<Option<RecordId>, SimError> {
    let (record, label) = (world.phones[phone].notebook()?.new_record()?, world.token());
    let edits = Edits::none().put("label", label.clone());
    let done =
        execute(world, phone, &Command::AddHousehold(AddHousehold { record, dwelling, edits, residents: Vec::new() }))?;
    if done.is_some() {
        note_typed(world, phone, record, "label", &label)?;
    }
    Ok(done.map(|d| d.record))
}

fn resident(world: &mut World, phone: usize, household: RecordId) -> Result<(), SimError> {
    let (record, name) = (world.phones[phone].notebook()?.new_record()?, world.token());
    let edits = Edits::none().put("name", name.clone());
    if execute(world, phone, &Command::AddResident(AddResident { record, household, edits }))?.is_some() {
        note_typed(world, phone, record, "name", &name)?;
    }
    Ok(())
}

/// Deletes what stands on the screen.
pub fn delete(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &DELETED)? else { return Ok(()) };
    let basis = world.phones[phone].notebook()?.basis(record)?;
    execute(world, phone, &Command::DeleteRecord(DeleteRecord { record, basis, also: Vec::new() }))?;
    Ok(())
}

/// Moves a building to another grid, or a resident to another household.
pub fn relocate(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, kind)) = any_row(world, phone, &MOVED)? else { return Ok(()) };
    let to = match kind.as_str() {
        "household" => any_row(world, phone, &["dwelling"])?.map(|(r, _)| Target::Parent(r)),
        "resident" => any_row(world, phone, &["household"])?.map(|(r, _)| Target::Parent(r)),
        _ => world.pick(&world.server.city.grids.clone()).map(Target::Unit),
    };
    let Some(to) = to else { return Ok(()) };
    let basis = world.phones[phone].notebook()?.basis(record)?;
    if execute(world, phone, &Command::MoveRecord(MoveRecord { record, basis, also: Vec::new(), to }))?.is_some() {
        world.coverage.saw(Situation::Moved);
    }
    Ok(())
}

/// Says that two records are one thing, or takes it back.
pub fn same_as(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some(kind) = world.pick(&["household", "resident", "household", "resident", "organisation", "premises"]) else {
        return Ok(());
    };
    let (Some((one, _)), Some((other, _))) = (any_row(world, phone, &[kind])?, any_row(world, phone, &[kind])?) else {
        return Ok(());
    };
    let notebook = world.phones[phone].notebook()?;
    let links = notebook.store().predicted(one, notebook.now())?.state.links();
    if let Some(linked) = links.first().copied() {
        let (basis, back) = (notebook.basis(one)?, notebook.basis(linked)?);
        let known = |s: &State| !s.kinds.is_empty();
        let held = notebook.store().predicted(linked, notebook.now())?;
        let other_basis = known(&held.state).then_some(back);
        execute(world, phone, &Command::UnlinkSame(UnlinkSame { record: one, basis, other: linked, other_basis }))?;
        return Ok(());
    }
    let (basis, other) = (notebook.basis(one)?, notebook.basis(other)?);
    if execute(world, phone, &Command::LinkSame(LinkSame { basis, other }))?.is_some() {
        world.coverage.saw(Situation::SameAs);
    }
    Ok(())
}
