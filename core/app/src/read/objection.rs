//! Objections to a month's rows and figures, and which months are locked.
//!
//! Owns their lines. Refuses to count. Invariant: an objection that came after its month was locked says so; it changes no
//! figure of that month.

use super::row_line::RowLine;
use super::{Reader, StoreError, shown};
use gridwalk_model::appraisal::{Month, ObjectionFact};
use gridwalk_model::command::Command;
use gridwalk_model::command::charge::Charge;
use gridwalk_model::kind::{Kind, month_lock, objection};
use gridwalk_model::rejection::Rejection;
use gridwalk_model::state::State;
use gridwalk_model::view::Held as _;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId};
use gridwalk_store::{RowFilter, ViewRow};
use std::collections::BTreeSet;

/// What somebody said of an objection.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Said {
    /// The step by which they said it.
    pub step: String,
    /// What.
    pub text: Option<String>,
    /// Who.
    pub by: AccountId,
    /// What they are called, as far as that is known here.
    pub by_name: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An objection.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ObjectionLine {
    /// Its row; the title is the reason.
    #[serde(flatten)]
    pub row: RowLine,
    /// What its unit is called.
    pub unit_name: Option<String>,
    /// The month.
    pub month: Month,
    /// The code of the figure.
    pub number: String,
    /// The row that it is about; the whole figure of the unit where there is none.
    pub of: Option<RecordId>,
    /// What that is called.
    pub of_title: Option<String>,
    /// Whether nobody decided it yet.
    pub open: bool,
    /// When its month was locked.
    pub locked_at: Option<Timestamp>,
    /// Whether the lock does not know how it stands: it came, or was decided, later.
    pub after_lock: bool,
    /// Who raised it, answered, decided.
    pub said: Vec<Said>,
}

impl Reader<'_> {
    /// Objections, those that nobody decided first; of a month, or of all of them.
    pub fn objections(&self, month: Option<Month>) -> Result<Vec<ObjectionLine>, StoreError> {
        let mut list = Vec::new();
        for row in self.all_rows(RowFilter::kind(Kind::Objection.name()))? {
            list.extend(self.objection(row)?.filter(|line| month.is_none_or(|month| line.month == month)));
        }
        list.sort_by_key(|line| (!line.open, std::cmp::Reverse(line.month), line.row.record));
        Ok(list)
    }

    fn objection(&self, row: ViewRow) -> Result<Option<ObjectionLine>, StoreError> {
        let state = self.store.predicted(row.record, self.actor.now)?.state;
        let Some(fact) = ObjectionFact::of(&state) else { return Ok(None) };
        let said = self.said(&state)?;
        let locked_at = self.month_locked(fact.month, Some(fact.unit))?;
        let of_title = fact.row.map(|of| self.store.row(of)).transpose()?.flatten().map(|row| row.title);
        Ok(Some(ObjectionLine {
            unit_name: self.unit_name(fact.unit)?,
            month: fact.month,
            open: fact.is_open(),
            of: fact.row,
            of_title,
            after_lock: locked_at.is_some_and(|locked| said.iter().any(|said| said.at > locked)),
            locked_at,
            said,
            number: fact.number,
            row: row.into(),
        }))
    }

    fn said(&self, state: &State) -> Result<Vec<Said>, StoreError> {
        let mut said = Vec::new();
        for step in state.applied() {
            let text = ["text", objection::REASON].iter().find_map(|answer| step.answers.get(*answer)?.as_text());
            said.push(Said {
                step: step.step.clone(),
                text: text.map(str::to_owned),
                by: step.tag.author,
                by_name: self.person(step.tag.author)?,
                at: step.tag.effective,
            });
        }
        Ok(said)
    }

    /// Since when a month is locked, of a unit or of any, as far as this phone heard of it.
    pub fn month_locked(&self, month: Month, unit: Option<UnitId>) -> Result<Option<Timestamp>, StoreError> {
        for row in self.all_rows(RowFilter::kind(Kind::MonthLock.name()))? {
            let loaded = self.load([row.record])?;
            let Some((of, at)) = loaded.state(row.record).and_then(month_lock::locked) else { continue };
            let above: BTreeSet<UnitId> = row.parent.map(RecordId::unit).into_iter().collect();
            let covers = unit.is_none() || self.is_within(unit, &above)?;
            if of == month && covers && shown(&loaded, row.record).is_some() {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// No if a command objects to a month that is locked.
    pub fn refuse_locked(&self, command: &Command) -> Result<Result<(), Rejection>, StoreError> {
        let Command::Charge(Charge::Object(object)) = command else { return Ok(Ok(())) };
        let locked = self.month_locked(object.month, Some(object.unit))?.is_some();
        Ok(if locked { Err(Rejection::MonthLocked) } else { Ok(()) })
    }
}
