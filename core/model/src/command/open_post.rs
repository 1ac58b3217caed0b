//! Open a post below a unit: who fills it is known, or nobody does yet.
//!
//! Correcting one, and saying from which day it is empty, is an edit of the post's record.

use super::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, PARENT};
use crate::rejection::Rejection;
use crate::view::Held;

/// A post below a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenPost {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit that it is of.
    pub unit: UnitId,
    /// What is known about it; its role at least.
    pub edits: Edits,
}

impl OpenPost {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Post)?;
        let mut edits = self.edits.clone();
        if !edits.fields.contains_key("number") {
            edits = edits.put("number", 1);
        }
        Ok(blank.write(self.unit, Some((PARENT, self.unit.record())), &edits, actor)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::{GRID, NEW, actor, street};
    use crate::command::{Command, EditRecord};
    use crate::role::Role;

    #[test]
    fn supervisors_open_and_correct_posts_and_nobody_moves_one() {
        let mut notebook = street();
        let post = |edits: Edits| Command::OpenPost(OpenPost { record: NEW, unit: GRID, edits });
        let lawyer = || Edits::none().put("role", "legal_adviser").put("name", "周律师").put("phone", "0573-83000002");
        let table = [
            (Role::VillageSupervisor, lawyer(), Ok(())),
            (Role::SystemAdmin, lawyer(), Ok(())),
            (Role::Gridworker, lawyer(), Err("field_not_permitted")),
            (Role::Volunteer, lawyer(), Err("field_not_permitted")),
            (Role::VillageSupervisor, lawyer().clear("role"), Err("missing_field")),
            (Role::VillageSupervisor, lawyer().put("role", "king"), Err("unknown_code")),
            (Role::VillageSupervisor, lawyer().put("phone", "打电话"), Err("wrong_shape")),
        ];
        for (role, edits, wanted) in table {
            let told = post(edits).decide(&notebook.held, &actor(role)).map(drop).map_err(|why| why.code());
            assert_eq!(told, wanted, "{role:?}");
        }
        notebook.do_as(Role::VillageSupervisor, &post(lawyer())).unwrap();
        let edit = |notebook: &crate::command::tests::Notebook, edits: Edits| {
            Command::EditRecord(EditRecord { record: NEW, basis: notebook.basis(NEW), also: Vec::new(), edits })
        };
        let phone = edit(&notebook, Edits::none().put("phone", "13800000002"));
        assert_eq!(phone.decide(&notebook.held, &actor(Role::Gridworker)).unwrap_err().code(), "field_not_permitted");
        notebook.do_as(Role::VillageSupervisor, &phone).unwrap();
        for field in ["role", "number"] {
            let value = if field == "role" { "mediator".into() } else { crate::value::Value::Int(2) };
            let other = edit(&notebook, Edits::none().put(field, value));
            let why = other.decide(&notebook.held, &actor(Role::VillageSupervisor)).unwrap_err();
            assert_eq!(why.code(), "field_not_permitted", "{field} is what the post is");
        }
    }
}
