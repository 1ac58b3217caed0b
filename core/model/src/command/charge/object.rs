//! Object to a row or a figure of a month. Whether the month is locked is asked where locks are held.

use crate::appraisal::Month;
use crate::appraisal::objection::is_figure;
use crate::command::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::objection::{MONTH, NUMBER, OBJECT, REASON, ROW};
use crate::kind::{Kind, UNIT};
use crate::rejection::Rejection;
use crate::view::Held;
use crate::wish::Wish;
use crate::workflow::START;
use std::collections::BTreeMap;

/// An objection.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit that is counted.
    pub unit: UnitId,
    /// The month.
    pub month: Month,
    /// The code of the figure, or of what multiplies the score.
    pub number: String,
    /// The row; the whole figure of the unit if there is none.
    pub row: Option<RecordId>,
    /// Why.
    pub reason: String,
}

impl Object {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Objection)?;
        let (steps, answers) = (Kind::Objection.steps(), BTreeMap::new());
        let row = steps.check(Kind::Objection.name(), START, OBJECT, actor.roles, &answers)?;
        if !is_figure(&self.number) {
            return Err(Rejection::UnknownCode { field: NUMBER, code_set: NUMBER });
        }
        if self.month > Month::of(actor.now) {
            return Err(Rejection::NotYet { field: MONTH });
        }
        let of = |record| held.state(record).map_or("", |state| state.kind());
        let counted = [Kind::Case, Kind::Target].map(Kind::name);
        if self.row.is_some_and(|record| !counted.contains(&of(record))) {
            return Err(Rejection::UnknownRecord);
        }
        let mut edits = Edits::none().put(MONTH, self.month.to_string().as_str()).put(NUMBER, self.number.as_str());
        edits = edits.put(REASON, self.reason.as_str());
        edits = self.row.map_or(edits.clone(), |record| edits.put(ROW, record));
        let mut write = blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?;
        write.wishes.push(Wish::Step { step: OBJECT.to_owned(), to: row.to.to_owned(), answers });
        Ok(write.into())
    }
}
