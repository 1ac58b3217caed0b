//! Propose an item of the work list: it reaches nobody's phone before the county admits it.

use super::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, UNIT, work_item};
use crate::rejection::Rejection;
use crate::view::Held;
use crate::wish::Wish;
use crate::workflow::START;
use std::collections::BTreeMap;

/// An item of the work list.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposeWork {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit that proposes it: the county, a township, a department.
    pub unit: UnitId,
    /// What it asks.
    pub edits: Edits,
}

impl ProposeWork {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::WorkItem)?;
        let (steps, answers) = (Kind::WorkItem.steps(), BTreeMap::new());
        let row = steps.check(Kind::WorkItem.name(), START, work_item::PROPOSE, actor.roles, &answers)?;
        let said = |name: &str| self.edits.fields.get(name).and_then(|value| value.as_ref()?.as_text());
        if said("sort") == Some("visit") && said(work_item::TARGET) == Some(Kind::Unit.name()) {
            return Err(Rejection::WrongParent { kind: Kind::Unit.name().to_owned() });
        }
        let mut write = blank.write(self.unit, Some((UNIT, self.unit.record())), &self.edits, actor)?;
        write.wishes.push(Wish::Step { step: work_item::PROPOSE.to_owned(), to: row.to.to_owned(), answers });
        Ok(write.into())
    }
}
