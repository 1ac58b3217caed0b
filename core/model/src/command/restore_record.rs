//! Restore a record that somebody deleted: whoever writes its kind may, not only who deleted it.

use super::{Actor, Decision, Write, home_unit};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Confirmation, Kind, PARENT};
use crate::op::{Op, RESTORED};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// A record that is to live again.
#[derive(Debug, Clone, PartialEq)]
pub struct RestoreRecord {
    /// The record.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
}

impl RestoreRecord {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        if self.basis.record != self.record {
            return Err(Rejection::BasisOfAnotherRecord);
        }
        let state = held.state(self.record).ok_or(Rejection::UnknownRecord)?;
        let kind = Kind::from_name(state.kind()).ok_or(Rejection::UnknownKind { kind: state.kind().to_owned() })?;
        if !state.is_deleted() {
            return Err(Rejection::NotDeleted);
        }
        let above: Vec<_> = state.head_ids(PARENT).into_iter().filter_map(|parent| held.state(parent)).collect();
        if !above.is_empty() && above.iter().all(|parent| parent.is_deleted()) {
            return Err(Rejection::ParentDeleted);
        }
        kind.table().permits(&Op::Add { set: RESTORED.to_owned(), element: Value::Bool(true) }, actor.roles)?;
        Ok(Write {
            record: self.record,
            kind: state.kind().to_owned(),
            unit: home_unit(held, self.record).unwrap_or_default(),
            basis: self.basis.clone(),
            wishes: vec![word(actor)],
            instead_of: None,
        }
        .into())
    }
}

/// The word that a deletion does not cover, as it has not seen it.
pub(crate) fn word(actor: &Actor) -> Wish {
    let said = Confirmation { at: actor.now, by: actor.account };
    Wish::Add { set: RESTORED.to_owned(), element: said.to_value() }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOUSEHOLD, Notebook, RESIDENT, actor, street};
    use super::super::{Command, DeleteRecord};
    use super::*;
    use crate::role::Role;

    fn restore(notebook: &Notebook, record: RecordId) -> Command {
        Command::RestoreRecord(RestoreRecord { record, basis: notebook.basis(record) })
    }

    #[test]
    fn what_one_deleted_another_restores_the_place_above_first() {
        let mut notebook = street();
        let worker = actor(Role::Gridworker);
        let living = restore(&notebook, RESIDENT).decide(&notebook.held, &worker);
        assert_eq!(living.unwrap_err(), Rejection::NotDeleted);
        for record in [RESIDENT, HOUSEHOLD] {
            let delete = DeleteRecord { record, basis: notebook.basis(record), also: Vec::new() };
            notebook.do_as(Role::Gridworker, &Command::DeleteRecord(delete)).unwrap();
        }
        let alone = restore(&notebook, RESIDENT).decide(&notebook.held, &worker);
        assert_eq!(alone.unwrap_err(), Rejection::ParentDeleted, "a resident without a household is nowhere");
        let volunteer = restore(&notebook, HOUSEHOLD).decide(&notebook.held, &actor(Role::Volunteer));
        assert!(matches!(volunteer.unwrap_err(), Rejection::FieldNotPermitted { .. }));
        for record in [HOUSEHOLD, RESIDENT] {
            let again = restore(&notebook, record);
            notebook.do_as(Role::VillageSupervisor, &again).unwrap();
            let state = &notebook.held[&record];
            assert!(!state.is_deleted() && !state.is_edited_after_deletion(), "it was said, not guessed");
        }
    }
}
