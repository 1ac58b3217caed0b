//! Report a case: something at a place that somebody must settle.

use super::{Actor, Blank, Decision, Edits, home_unit, parent_unit};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, PARENT, UNIT, case, case_file};
use crate::rejection::Rejection;
use crate::role::Roles;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use crate::workflow::START;
use std::collections::BTreeMap;

/// A case at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportCase {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit; that of the building or dwelling if nothing is said.
    pub unit: Option<UnitId>,
    /// The building or dwelling, if it is at one.
    pub parent: Option<RecordId>,
    /// What is known; a title at least.
    pub edits: Edits,
    /// Answers to what the report asks.
    pub answers: BTreeMap<String, Value>,
}

impl ReportCase {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Case)?;
        let mut edits = self.edits.clone();
        if let Some(parent) = self.parent {
            parent_unit(held, parent, Kind::PLACES)?;
            edits = edits.put(PARENT, parent);
        }
        let of_parent = || home_unit(held, self.parent?);
        let unit = self.unit.or_else(of_parent).ok_or(Rejection::MissingField { field: UNIT })?;
        // What comes from somebody whom nobody knows yet is not filed before somebody looked.
        let step = if actor.roles.only(Roles::CONFINED) { case::SUBMIT } else { case::REPORT };
        let answers = match step {
            case::REPORT => case_file::reported_by(actor.roles, self.answers.clone()),
            _ => self.answers.clone(),
        };
        let row = Kind::Case.steps().check(Kind::Case.name(), START, step, actor.roles, &answers)?;
        let mut write = blank.write(unit, Some((UNIT, unit.record())), &edits, actor)?;
        write.wishes.push(Wish::Step { step: step.to_owned(), to: row.to.to_owned(), answers });
        Ok(write.into())
    }
}
