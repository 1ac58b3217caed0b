//! Contacts: values that not everybody may read, written by those who may and by those who may not; and another role.
//!
//! Owns these actions. Refuses to know who reads what: the field tables say so. Invariant: what is typed here is in no
//! other value, so that a search for its bytes finds itself only.

use super::{Action, Family, any_row, execute, note_typed};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::server::ALL_KINDS;
use crate::world::World;
use gridwalk_model::command::{Command, EditRecord, Edits};
use gridwalk_model::value::Value;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[Action::now(4, of_case), Action::now(3, of_premises), Action::now(1, another_role)],
    heal: None,
};

/// What hides in a record, and what anybody may read beside it.
const HIDDEN: [(&str, &str, &str); 2] = [("case", "reporter_phone", "title"), ("premises", "contact_name", "name")];

/// The roles between which somebody changes.
const ROLES: [&str; 2] = ["gridworker", "volunteer"];

/// A number that a search finds nowhere else.
pub(super) fn number(world: &mut World) -> Value {
    Value::from(format!("1391{:07}", world.next_token()))
}

/// Writes whom to call about a case, with its title now and then.
fn of_case(world: &mut World, phone: usize) -> Result<(), SimError> {
    let value = number(world);
    write(world, phone, HIDDEN[0], value)
}

/// Writes whom to ask for in a shop, with its name now and then.
fn of_premises(world: &mut World, phone: usize) -> Result<(), SimError> {
    let value = Value::from(format!("藏{}者", world.next_token()));
    write(world, phone, HIDDEN[1], value)
}

fn write(
    world: &mut World,
    phone: usize,
    (kind, hidden, open): (&str, &str, &str),
    value: Value,
) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &[kind])? else { return Ok(()) };
    let notebook = world.phones[phone].notebook()?;
    let shown = notebook.store().predicted(record, notebook.now())?;
    let basis = notebook.basis(record)?;
    let beside = world.chance(2).then(|| (open, world.token()));
    let typed: Vec<(&str, Value)> = [(hidden, value)].into_iter().chain(beside).collect();
    let edits = typed.iter().fold(Edits::none(), |edits, (field, value)| edits.put(field, value.clone()));
    let command = Command::EditRecord(EditRecord { record, basis, also: Vec::new(), edits });
    if let Some(changed) = execute(world, phone, &command)? {
        for saved in changed.saved.iter().filter(|_| shown.confirmed && !shown.leaving) {
            world.ledger.held.insert(saved.name);
        }
        for (field, value) in &typed {
            note_typed(world, phone, record, field, value)?;
        }
        if shown.state.is_masked(hidden) {
            world.coverage.saw(Situation::WroteUnderMask);
        }
    }
    Ok(())
}

/// Somebody is a volunteer today and a gridworker tomorrow.
fn another_role(world: &mut World, _: usize) -> Result<(), SimError> {
    if !world.chance(2) {
        return Ok(());
    }
    let Some(phone) = world.phones.iter().position(|phone| phone.account == world.volunteer) else { return Ok(()) };
    let (account, unit, role) = (world.phones[phone].account, world.phones[phone].unit, world.phones[phone].role);
    let role = if role == ROLES[0] { ROLES[1] } else { ROLES[0] };
    for (grant, of) in world.server.grants()? {
        if of == account {
            world.server.ungrant(grant)?;
        }
    }
    world.server.grant(account, unit, role, &ALL_KINDS)?;
    for other in world.phones.iter_mut().filter(|phone| phone.account == account) {
        other.role = role;
    }
    world.coverage.saw(Situation::AnotherRole);
    world.note(format!("phone {phone}: from now on a {role}"));
    Ok(())
}
