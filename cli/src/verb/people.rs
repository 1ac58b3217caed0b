//! Households and residents: villages, walking order, split and merge, moving in and out.

use super::{record_verb, register, saved};
use crate::answer::Answer;
use crate::args::{HouseholdVerb, Merge, MoveIn, MoveOut, Place, ResidentVerb, Split, Village};
use crate::failure::Failure;
use crate::find;
use crate::line_text::row;
use crate::phone::Phone;
use gridwalk_app::read::VillageGroup;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::command::{
    AddVillageHousehold, Command, Edits, MergeHouseholds, MoveIn as MoveInCommand, MoveOut as MoveOutCommand,
    NewResident, SetWalk, SplitHousehold,
};
use gridwalk_model::kind::Kind;
use gridwalk_model::walk_order::{self, WalkKey, WriterTag};
use gridwalk_model::{Basis, RecordId, UnitId};
use std::fmt::Write as _;

/// A household and the key that it is to have.
type Keyed = (RecordId, WalkKey);

/// One of the verbs on households.
pub fn household(phone: &Phone<'_>, verb: &HouseholdVerb) -> Result<Answer, Failure> {
    match verb {
        HouseholdVerb::Register(verb) => register::run(phone, Kind::Household, verb),
        HouseholdVerb::Every(verb) => record_verb::run(phone, Kind::Household, verb),
        HouseholdVerb::Village(args) => village(phone, args),
        HouseholdVerb::Walk(args) => walk(phone, find::unit(phone, &args.record)?),
        HouseholdVerb::Place(args) => place(phone, args),
        HouseholdVerb::Split(args) => split(phone, args),
        HouseholdVerb::Merge(args) => merge(phone, args),
    }
}

/// One of the verbs on residents.
pub fn resident(phone: &Phone<'_>, verb: &ResidentVerb) -> Result<Answer, Failure> {
    match verb {
        ResidentVerb::Register(verb) => register::run(phone, Kind::Resident, verb),
        ResidentVerb::Every(verb) => record_verb::run(phone, Kind::Resident, verb),
        ResidentVerb::MoveIn(args) => move_in(phone, args),
        ResidentVerb::MoveOut(args) => move_out(phone, args),
    }
}

fn one(phone: &Phone<'_>, text: &str, kind: Kind) -> Result<RecordId, Failure> {
    find::record(phone, text, &[kind.name()])
}

fn day(text: Option<&str>) -> Result<Option<CivilDate>, Failure> {
    let read = |text: &str| CivilDate::parse(text.trim()).ok_or_else(|| Failure::usage("not_a_moment", text));
    text.map(read).transpose()
}

fn unit_of(phone: &Phone<'_>, named: Option<&str>) -> Result<UnitId, Failure> {
    named.map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))
}

/// The key behind `after` (or at the beginning), and those that make room.
fn keys(
    phone: &Phone<'_>,
    group: &VillageGroup,
    at: usize,
    but: Option<RecordId>,
) -> Result<(WalkKey, Vec<Keyed>), Failure> {
    let writer = WriterTag::of(phone.notebook.store().replica().map_err(gridwalk_app::AppError::from)?);
    let full = || Failure::usage("walk_full", "");
    walk_order::insert(&group.keys(but), at, writer).ok_or_else(full)
}

fn behind(group: &VillageGroup, after: RecordId, but: Option<RecordId>) -> usize {
    let list = group.keys(but);
    list.iter().position(|(_, record)| *record == after).map_or(list.len(), |at| at + 1)
}

fn village(phone: &Phone<'_>, args: &Village) -> Result<Answer, Failure> {
    let unit = unit_of(phone, args.unit.as_deref())?;
    let group = phone.reader()?.village_group(unit)?;
    let after = args.after.as_deref().map(|text| one(phone, text, Kind::Household)).transpose()?;
    let at = after.map_or_else(|| group.keys(None).len(), |after| behind(&group, after, None));
    let (walk, room) = keys(phone, &group, at, None)?;
    make_room(phone, room)?;
    let resident = |name: &String| -> Result<NewResident, Failure> {
        Ok(NewResident { record: phone.notebook.new_record()?, edits: Edits::none().put("name", name.as_str()) })
    };
    let command = AddVillageHousehold {
        record: phone.notebook.new_record()?,
        house: phone.notebook.new_record()?,
        unit,
        house_name: args.label.clone(),
        walk: Some(walk),
        edits: Edits::none().put("label", args.label.as_str()),
        residents: args.residents.iter().map(resident).collect::<Result<_, _>>()?,
    };
    saved::execute(phone, &Command::AddVillageHousehold(command))
}

fn make_room(phone: &Phone<'_>, room: Vec<Keyed>) -> Result<(), Failure> {
    let mut moved = with_bases(phone, room)?;
    if moved.is_empty() {
        return Ok(());
    }
    let first = moved.remove(0);
    phone.execute(&Command::SetWalk(SetWalk { first, more: moved }))?;
    Ok(())
}

fn with_bases(phone: &Phone<'_>, keyed: Vec<Keyed>) -> Result<Vec<(Basis, WalkKey)>, Failure> {
    keyed.into_iter().map(|(record, key)| Ok((phone.notebook.basis(record)?, key))).collect()
}

fn place(phone: &Phone<'_>, args: &Place) -> Result<Answer, Failure> {
    let record = one(phone, &args.record, Kind::Household)?;
    let group = phone.reader()?.village_group(unit_of(phone, args.unit.as_deref())?)?;
    let after = args.after.as_deref().map(|text| one(phone, text, Kind::Household)).transpose()?;
    let at = after.map_or(0, |after| behind(&group, after, Some(record)));
    let (key, room) = keys(phone, &group, at, Some(record))?;
    let first = (phone.notebook.basis(record)?, key);
    saved::execute(phone, &Command::SetWalk(SetWalk { first, more: with_bases(phone, room)? }))
}

fn walk(phone: &Phone<'_>, unit: UnitId) -> Result<Answer, Failure> {
    let group = phone.reader()?.village_group(unit)?;
    let mut text = format!("{}  {}", group.unit_name.as_deref().unwrap_or("…"), group.households.len());
    for (nth, line) in group.households.iter().enumerate() {
        let _ = write!(text, "\n{:>4}  {}", nth + 1, row(phone.words, &line.row));
    }
    Ok(Answer::new(text, &group))
}

fn split(phone: &Phone<'_>, args: &Split) -> Result<Answer, Failure> {
    let household = one(phone, &args.record, Kind::Household)?;
    let mut residents = Vec::new();
    for text in &args.residents {
        residents.extend(group(phone, one(phone, text, Kind::Resident)?)?);
    }
    let above: Vec<&str> = gridwalk_model::kind::household::ABOVE.iter().map(|k| k.name()).collect();
    let command = SplitHousehold {
        record: phone.notebook.new_record()?,
        basis: phone.notebook.basis(household)?,
        dwelling: args.dwelling.as_deref().map(|text| find::record(phone, text, &above)).transpose()?,
        edits: Edits::none().put("label", args.label.as_str()),
        residents,
    };
    saved::execute(phone, &Command::SplitHousehold(command))
}

fn merge(phone: &Phone<'_>, args: &Merge) -> Result<Answer, Failure> {
    let ends = one(phone, &args.record, Kind::Household)?;
    let goes_on = one(phone, &args.into, Kind::Household)?;
    let card = phone.reader()?.household_card(ends)?.ok_or_else(|| Failure::not_found(&args.record))?;
    let mut residents = Vec::new();
    for resident in card.residents.iter().chain(&card.away) {
        residents.extend(group(phone, resident.record)?);
    }
    let (_, basis, also) = saved::bases(phone, ends, None)?;
    let command =
        MergeHouseholds { basis, also, into: phone.notebook.basis(goes_on)?, residents, on: day(args.on.as_deref())? };
    saved::execute(phone, &Command::MergeHouseholds(command))
}

fn move_in(phone: &Phone<'_>, args: &MoveIn) -> Result<Answer, Failure> {
    let (record, basis, also) = saved::bases(phone, one(phone, &args.record, Kind::Resident)?, None)?;
    let household = one(phone, &args.household, Kind::Household)?;
    let on = day(args.on.as_deref())?;
    saved::execute(phone, &Command::MoveIn(MoveInCommand { record, basis, also, household, on }))
}

fn move_out(phone: &Phone<'_>, args: &MoveOut) -> Result<Answer, Failure> {
    let (record, basis, also) = saved::bases(phone, one(phone, &args.record, Kind::Resident)?, None)?;
    let on = day(args.on.as_deref())?;
    saved::execute(phone, &Command::MoveOut(MoveOutCommand { record, basis, also, on, to: args.to.clone() }))
}

/// The bases of a record and of those that are the same thing: what people see as one goes as one.
fn group(phone: &Phone<'_>, record: RecordId) -> Result<Vec<Basis>, Failure> {
    let (_, basis, also) = saved::bases(phone, record, None)?;
    Ok(std::iter::once(basis).chain(also).collect())
}
