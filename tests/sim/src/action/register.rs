//! The register beyond homes: estates, addresses, premises, organisations, facilities, household links; visits, looks,
//! and everything that is confirmed.
//!
//! Owns these actions. Refuses to know what lies below what: commands say so. Invariant: names are tokens, so that each
//! can be looked for.

use super::{Action, Family, any_row, execute, note_typed};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;
use gridwalk_model::ReplicaId;
use gridwalk_model::command::{
    AddHouseholdLink, AddPlace, AddVillageHousehold, CheckFacility, Command, ConfirmUnchanged, Edits, Filled,
    MergeHouseholds, MoveIn, MoveOut, NewResident, RecordVisit, SetWalk, SplitHousehold,
};
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::walk_order::{self, WalkKey, WriterTag};
use rand::RngExt as _;
use std::collections::BTreeSet;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::now(5, place),
        Action::now(1, household_link),
        Action::now(1, village_household),
        Action::now(3, confirm),
        Action::now(2, check),
        Action::now(3, visit),
        Action::now(1, walk),
        Action::now(1, household),
        Action::now(1, move_house),
    ],
    heal: None,
};

/// What stands at places, with the field that names it and what it may stand at.
const PLACED: [(Kind, &str, &[&str]); 5] = [
    (Kind::Estate, "name", &[]),
    (Kind::Address, "text", &["building", "dwelling"]),
    (Kind::Premises, "name", &["building"]),
    (Kind::Organisation, "name", &["premises", "building"]),
    (Kind::Facility, "name", &["building", "estate"]),
];

/// Adds something at a place, or somewhere in the grid.
fn place(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (kind, field, above) = PLACED[world.rng.random_range(0..PLACED.len())];
    let parent = if world.chance(2) { any_row(world, phone, above)?.map(|(record, _)| record) } else { None };
    let unit = parent.is_none().then_some(world.phones[phone].unit);
    let (record, name) = (world.phones[phone].notebook()?.new_record()?, world.token());
    let named = Edits::none().put(field, name.clone());
    let edits = match kind {
        Kind::Premises => named.put("kind", "shop"),
        Kind::Facility => named.put("kind", "hydrant"),
        _ => named,
    };
    if execute(world, phone, &Command::AddPlace(AddPlace { record, kind, unit, parent, edits }))?.is_some() {
        note_typed(world, phone, record, field, &name)?;
        world.coverage.saw(Situation::Placed);
    }
    Ok(())
}

fn household_link(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (record, label, unit) =
        (world.phones[phone].notebook()?.new_record()?, world.token(), world.phones[phone].unit);
    let edits = Edits::none().put("label", label.clone());
    if execute(world, phone, &Command::AddHouseholdLink(AddHouseholdLink { record, unit, edits }))?.is_some() {
        note_typed(world, phone, record, "label", &label)?;
    }
    Ok(())
}

/// A house, a household in it and somebody who lives there, at once.
fn village_household(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (label, name, unit) = (world.token(), world.token(), world.phones[phone].unit);
    let notebook = world.phones[phone].notebook()?;
    let (record, house, resident) = (notebook.new_record()?, notebook.new_record()?, notebook.new_record()?);
    let command = Command::AddVillageHousehold(AddVillageHousehold {
        record,
        house,
        unit,
        house_name: "house".to_owned(),
        walk: None,
        edits: Edits::none().put("label", label.clone()),
        residents: vec![NewResident { record: resident, edits: Edits::none().put("name", name.clone()) }],
    });
    if execute(world, phone, &command)?.is_some() {
        note_typed(world, phone, record, "label", &label)?;
        note_typed(world, phone, resident, "name", &name)?;
    }
    Ok(())
}

/// Says that everything is as it is written.
fn confirm(world: &mut World, phone: usize) -> Result<(), SimError> {
    let kinds = ["building", "household", "resident", "estate", "premises", "organisation", "facility", "address"];
    let Some((record, _)) = any_row(world, phone, &kinds)? else { return Ok(()) };
    let basis = world.phones[phone].notebook()?.basis(record)?;
    let command = Command::ConfirmUnchanged(ConfirmUnchanged { record, basis, at: None, members: Vec::new() });
    if execute(world, phone, &command)?.is_some() {
        world.coverage.saw(Situation::Confirmed);
    }
    Ok(())
}

/// Looks at a facility.
fn check(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &["facility"])? else { return Ok(()) };
    let basis = world.phones[phone].notebook()?.basis(record)?;
    let state = if world.chance(2) { "intact" } else { "damaged" }.to_owned();
    execute(world, phone, &Command::CheckFacility(CheckFacility { record, basis, state, at: None })).map(drop)
}

/// Pays a visit.
fn visit(world: &mut World, phone: usize) -> Result<(), SimError> {
    let doors = ["dwelling", "household", "household_link"];
    let Some((door, _)) = any_row(world, phone, &doors)? else { return Ok(()) };
    let notebook = world.phones[phone].notebook()?;
    let command = Command::RecordVisit(RecordVisit {
        record: notebook.new_record()?,
        door,
        basis: notebook.basis(door)?,
        outcome: if world.chance(2) { "seen" } else { "nobody_home" }.to_owned(),
        at: None,
        filled: Filled { stood_at: None, opened_at: None },
        edits: Edits::none(),
        raised: Vec::new(),
        confirms: Vec::new(),
        plans: Vec::new(),
    });
    if execute(world, phone, &command)?.is_some() {
        world.coverage.saw(Situation::Visited);
    }
    Ok(())
}

/// Puts a household before or behind all others of the walk.
fn walk(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &["household"])? else { return Ok(()) };
    let notebook = world.phones[phone].notebook()?;
    let mut keys = BTreeSet::new();
    for row in notebook.store().rows(&gridwalk_store::RowFilter::kind("household"))? {
        let state = notebook.store().predicted(row.record, notebook.now())?.state;
        let heads = state.fields.get("walk").into_iter().flat_map(|register| &register.heads);
        keys.extend(heads.filter_map(|head| WalkKey::parse(head.value.as_ref()?.as_text()?)));
    }
    let writer = WriterTag::of(ReplicaId([u8::try_from(phone).unwrap_or(0); 16]));
    let (low, high) = if world.chance(2) { (None, keys.first()) } else { (keys.last(), None) };
    let Some(key) = walk_order::between(low, high, writer) else { return Ok(()) };
    let first = (notebook.basis(record)?, key);
    execute(world, phone, &Command::SetWalk(SetWalk { first, more: Vec::new() })).map(drop)
}

/// Splits a household, or merges it into another.
fn household(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (Some((home, _)), Some((into, _))) =
        (any_row(world, phone, &["household"])?, any_row(world, phone, &["household"])?)
    else {
        return Ok(());
    };
    let label = world.token();
    let notebook = world.phones[phone].notebook()?;
    let mut residents = Vec::new();
    for row in notebook.store().rows(&gridwalk_store::RowFilter::kind("resident"))? {
        let state = notebook.store().predicted(row.record, notebook.now())?.state;
        if state.head_ids(PARENT).contains(&home) {
            residents.push(notebook.basis(row.record)?);
        }
    }
    let basis = notebook.basis(home)?;
    if home != into && world.chance(2) {
        let into = notebook.basis(into)?;
        execute(
            world,
            phone,
            &Command::MergeHouseholds(MergeHouseholds { basis, also: Vec::new(), into, residents, on: None }),
        )?;
        return Ok(());
    }
    let record = notebook.new_record()?;
    residents.truncate(1);
    let edits = Edits::none().put("label", label.clone());
    let split = SplitHousehold { record, basis, dwelling: None, edits, residents };
    if execute(world, phone, &Command::SplitHousehold(split))?.is_some() {
        note_typed(world, phone, record, "label", &label)?;
    }
    Ok(())
}

/// Somebody moves into a household, or away.
fn move_house(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (Some((record, _)), Some((household, _))) =
        (any_row(world, phone, &["resident"])?, any_row(world, phone, &["household"])?)
    else {
        return Ok(());
    };
    let basis = world.phones[phone].notebook()?.basis(record)?;
    let command = if world.chance(3) {
        Command::MoveOut(MoveOut { record, basis, also: Vec::new(), on: None, to: None })
    } else {
        Command::MoveIn(MoveIn { record, basis, also: Vec::new(), household, on: None })
    };
    execute(world, phone, &command).map(drop)
}
