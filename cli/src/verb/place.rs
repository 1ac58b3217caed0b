//! Moving, deleting, and two records for one thing.

use super::saved;
use crate::answer::Answer;
use crate::args::{Move, OnScreen, Pair};
use crate::failure::Failure;
use crate::find;
use crate::phone::Phone;
use gridwalk_model::command::{Command, DeleteRecord, LinkSame, MoveRecord, Target, UnlinkSame};
use gridwalk_model::kind::{Home, Kind};

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

/// Takes that back.
pub fn apart(phone: &Phone<'_>, args: &Pair) -> Result<Answer, Failure> {
    let (record, other) = (find::record(phone, &args.one, &[])?, find::record(phone, &args.other, &[])?);
    let basis = phone.notebook.basis(record)?;
    let held = phone.reader()?.load([other])?.has(other);
    let other_basis = if held { Some(phone.notebook.basis(other)?) } else { None };
    saved::execute(phone, &Command::UnlinkSame(UnlinkSame { record, basis, other, other_basis }))
}
