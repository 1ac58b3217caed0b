//! Somebody's data is erased: of a record, or of one of its fields, while phones are wherever they are.
//!
//! Owns the choice. Refuses to erase what nobody typed. Invariant: what the server held of it goes into the ledger as
//! erased, in the same breath; what only phones hold is still theirs.

use super::{Action, Family};
use crate::coverage::Situation;
use crate::dump::ServerDump;
use crate::ledger::Gone;
use crate::run::SimError;
use crate::world::World;
use gridwalk_model::erasure::{Erasure, REASONS};
use gridwalk_model::id::RecordId;
use gridwalk_model::op::Op;
use gridwalk_server::admin::{Admin, Erasing};
use gridwalk_server::erase;
use std::collections::BTreeSet;

/// The family.
pub const FAMILY: Family = Family { actions: &[Action::now(2, erase)], heal: None };

fn erase(world: &mut World, _: usize) -> Result<(), SimError> {
    let server = world.server_dump()?;
    let typed: Vec<_> = world.ledger.typed.iter().map(|t| (t.record, t.field.clone())).collect();
    let Some((record, field)) = world.pick(&typed) else { return Ok(()) };
    let places: BTreeSet<_> =
        world.server.server.read(|r| erase::whereabouts(r.tx, record))?.into_iter().map(|(_, id)| id).collect();
    let mut states = server.spaces.values().flat_map(|s| s.states.values()).filter(|s| places.contains(&s.record));
    if places.is_empty() || states.any(|state| state.kind() == "unit") {
        return Ok(());
    }
    let whole = world.chance(2);
    let fields = if whole { Vec::new() } else { vec![field] };
    let erasure = Erasure { fields: fields.iter().cloned().collect(), ..Erasure::default() };
    let gone = taken(world, &server, &places, &erasure)?;
    let reason = usize::try_from(world.next_token()).unwrap_or(0) % REASONS.len();
    let (reason, basis) = (REASONS[reason].to_owned(), "asked".to_owned());
    let wanted = Erasing { records: vec![record], fields, below: false, reason, basis, confirm: None };
    let admin = Admin::new(world.server.server.clone());
    let values = match admin.erase(&wanted) {
        Ok(counted) => counted.taken.values,
        // The kind of a record that moved or that a newer release wrote may not have the field.
        Err(gridwalk_server::ServerError::Refused(code)) => {
            world.note(format!("erase {record}: {code}"));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    if values == 0 {
        return Ok(());
    }
    let done = admin.erase(&Erasing { confirm: Some(values), ..wanted })?;
    world.coverage.saw(if whole { Situation::ErasedRecord } else { Situation::ErasedField });
    world.ledger.erase(gone);
    world.note(format!("erased {} values of {record}, all of it: {whole}", done.taken.values));
    Ok(())
}

/// What the server holds of these records and an erasure takes: values that nobody else's bodies hold, neither another
/// record's nor those that only phones have.
fn taken(
    world: &mut World,
    server: &ServerDump,
    places: &BTreeSet<RecordId>,
    erasure: &Erasure,
) -> Result<Vec<Gone>, SimError> {
    let bodies = || server.spaces.values().flat_map(|s| &s.inbox).filter_map(|received| received.change.as_ref());
    let (mut gone, mut elsewhere) = (Vec::new(), BTreeSet::new());
    let mut received = BTreeSet::new();
    for body in bodies() {
        received.extend(body.names());
        let taken = if places.contains(&body.change.record) { body.change.taken_by(erasure) } else { BTreeSet::new() };
        for (at, op) in (0..).zip(&body.change.ops) {
            let Op::Put { field, value: Some(value), .. } = op else { continue };
            if taken.contains(&at) {
                gone.push(Gone { field: field.clone(), value: value.clone() });
            } else {
                elsewhere.insert(format!("{value:?}"));
            }
        }
    }
    for phone in 0..world.phones.len() {
        let dump = world.phones[phone].dump()?;
        for own in dump.outbox.iter().chain(&dump.sent).chain(&dump.attention) {
            if own.change.names().iter().any(|name| received.contains(name)) {
                continue;
            }
            let values = own.change.change.ops.iter().filter_map(|op| match op {
                Op::Put { value: Some(value), .. } => Some(format!("{value:?}")),
                _ => None,
            });
            elsewhere.extend(values);
        }
    }
    gone.retain(|gone| !elsewhere.contains(&format!("{:?}", gone.value)));
    Ok(gone)
}
