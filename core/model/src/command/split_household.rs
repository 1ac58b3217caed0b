//! Split a household: some of its residents are a household of their own from now on.

use super::{Actor, Blank, Decision, Edits, Opened, edits, parent_unit};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, household};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::{Held, group_of};
use crate::wish::Wish;

/// A household out of another.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitHousehold {
    /// The id that the new household is to have.
    pub record: RecordId,
    /// What stood on the screen of the household that it was part of.
    pub basis: Basis,
    /// The door or house that the new one lives behind; that of the old one if nothing is said.
    pub dwelling: Option<RecordId>,
    /// What is known about the new household.
    pub edits: Edits,
    /// What stood on the screen of those who are in it from now on.
    pub residents: Vec<Basis>,
}

impl SplitHousehold {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let old = Opened::of(held, self.basis.record, &self.basis)?;
        if old.table.kind != Kind::Household {
            return Err(Rejection::WrongKind { wanted: Kind::Household.name() });
        }
        if self.residents.is_empty() {
            return Err(Rejection::NothingToDo);
        }
        let door = self.dwelling.or_else(|| old.state.head_ids(PARENT).first().copied());
        let door = door.ok_or(Rejection::UnknownParent)?;
        let unit = parent_unit(held, door, household::ABOVE)?;
        let edits = self.edits.clone().put(household::SPLIT_FROM, old.state.record);
        let blank = Blank::of(held, self.record, Kind::Household)?;
        let first = blank.write(unit, Some((PARENT, door)), &edits, actor)?;
        let more = going(held, &self.residents, old.state.record, self.record, actor)?;
        Ok(Decision { first, more })
    }
}

/// The writes by which residents go from one household to another; each must be in the first.
pub(super) fn going(
    held: &impl Held,
    residents: &[Basis],
    from: RecordId,
    to: RecordId,
    actor: &Actor,
) -> Result<Vec<super::Write>, Rejection> {
    let homes = group_of(held, from);
    let go = |basis: &Basis| {
        let one = Opened::of(held, basis.record, basis)?;
        if one.table.kind != Kind::Resident || !one.state.head_ids(PARENT).iter().any(|p| homes.contains(p)) {
            return Err(Rejection::NotInHousehold);
        }
        edits::permit(one.table, PARENT, actor.roles)?;
        Ok(one.write(vec![Wish::put(PARENT, Value::Id(to))]))
    };
    residents.iter().map(go).collect()
}
