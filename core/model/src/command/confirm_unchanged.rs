//! Confirm a record: somebody looked, and everything is as it is written.
//!
//! Confirmations stand beside each other in a set, so that two people who look on one day are both heard. A household is
//! confirmed by itself, or with those who live there where the person says so: one save, taken back as one.

use super::{Actor, Decision, Opened, edits};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{CONFIRMED, Confirmation, Kind, PARENT, address};
use crate::op::Op;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{Held, group_of};
use crate::wish::Wish;

/// Everything is as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmUnchanged {
    /// The record.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// When somebody looked; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
    /// Of a household: who lives there and is confirmed with it, as they stood on the screen.
    pub members: Vec<Basis>,
}

impl ConfirmUnchanged {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        let at = self.at.unwrap_or(actor.now);
        if at > actor.now {
            return Err(Rejection::NotYet { field: "at" });
        }
        if !self.members.is_empty() && opened.table.kind != Kind::Household {
            return Err(Rejection::WrongKind { wanted: Kind::Household.name() });
        }
        let (mut more, here) = (Vec::new(), group_of(held, self.record));
        for basis in &self.members {
            let member = Opened::of(held, basis.record, basis)?;
            if member.table.kind != Kind::Resident {
                return Err(Rejection::WrongKind { wanted: Kind::Resident.name() });
            }
            if !member.state.head_ids(PARENT).iter().any(|home| here.contains(home)) {
                return Err(Rejection::NotInHousehold);
            }
            more.push(member.write(wishes(&member, actor, at)?));
        }
        let wishes = wishes(&opened, actor, at)?;
        Ok(Decision { first: opened.write(wishes), more })
    }
}

/// The confirmation of a record that somebody looked at; an address is confirmed by it.
pub(super) fn wishes(opened: &Opened<'_>, actor: &Actor, at: Timestamp) -> Result<Vec<Wish>, Rejection> {
    let table = opened.table;
    let element = table.accept_element(CONFIRMED, Confirmation { at, by: actor.account }.to_value())?;
    table.permits(&Op::Add { set: CONFIRMED.to_owned(), element: element.clone() }, actor.roles)?;
    let mut wishes = vec![Wish::Add { set: CONFIRMED.to_owned(), element }];
    let confirmed = Value::from(address::LOOKED_AT);
    if table.kind == Kind::Address && opened.is_news(address::STATE, Some(&confirmed)) {
        edits::permit(table, address::STATE, actor.roles)?;
        wishes.push(Wish::put(address::STATE, confirmed));
    }
    Ok(wishes)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{BUILDING, HOUSEHOLD, RESIDENT, actor, street};
    use super::super::{AddHousehold, Command, Edits, NewResident};
    use super::*;
    use crate::role::Role;

    #[test]
    fn a_household_is_confirmed_alone_or_with_those_who_live_there() {
        let mut notebook = street();
        let (elsewhere, far) = (RecordId([71; 16]), RecordId([72; 16]));
        let other = AddHousehold {
            record: elsewhere,
            dwelling: BUILDING,
            edits: Edits::none().put("label", "李家"),
            residents: vec![NewResident { record: far, edits: Edits::none().put("name", "李二") }],
        };
        notebook.do_as(Role::Gridworker, &Command::AddHousehold(other)).unwrap();
        let confirmed = |notebook: &super::super::tests::Notebook, record: RecordId, with: &[RecordId]| {
            let members = with.iter().map(|r| notebook.basis(*r)).collect();
            let confirm = ConfirmUnchanged { record, basis: notebook.basis(record), at: None, members };
            let decision = Command::ConfirmUnchanged(confirm).decide(&notebook.held, &actor(Role::Gridworker))?;
            Ok::<_, Rejection>(decision.writes().map(|w| w.record).collect::<Vec<_>>())
        };
        assert_eq!(confirmed(&notebook, HOUSEHOLD, &[]), Ok(vec![HOUSEHOLD]));
        assert_eq!(confirmed(&notebook, HOUSEHOLD, &[RESIDENT]), Ok(vec![HOUSEHOLD, RESIDENT]), "one save");
        assert_eq!(confirmed(&notebook, HOUSEHOLD, &[far]), Err(Rejection::NotInHousehold));
        let wanted = Kind::Household.name();
        assert_eq!(confirmed(&notebook, BUILDING, &[RESIDENT]), Err(Rejection::WrongKind { wanted }));
        assert_eq!(
            confirmed(&notebook, HOUSEHOLD, &[BUILDING]),
            Err(Rejection::WrongKind { wanted: Kind::Resident.name() })
        );
    }
}
