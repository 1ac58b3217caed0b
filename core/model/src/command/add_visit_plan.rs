//! Add a visit plan: a household, a door or premises is visited so often, or once because a case orders it.

use super::{Actor, Blank, Decision, Edits, parent_unit};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, field::DATE_DAYS, visit_plan};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;

/// A visit plan.
#[derive(Debug, Clone, PartialEq)]
pub struct AddVisitPlan {
    /// The id that it is to have.
    pub record: RecordId,
    /// What is visited: a kind of `visit_plan::ABOVE`.
    pub door: RecordId,
    /// The case that orders it.
    pub case: Option<RecordId>,
    /// What for, how often, from when to when, with whose consent.
    pub edits: Edits,
}

impl AddVisitPlan {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::VisitPlan)?;
        let unit = parent_unit(held, self.door, visit_plan::ABOVE)?;
        let today = actor.today();
        let mut edits = self.edits.clone();
        let from = edits.fields.entry(visit_plan::FROM.to_owned()).or_insert(Some(Value::Int(today))).clone();
        let said = |field: &str| edits.fields.get(field).cloned().flatten();
        let day = |field: &str| said(field).and_then(|v| v.as_int());
        if day(visit_plan::EVERY_DAYS).is_none() && day(visit_plan::DUE).is_none() {
            return Err(Rejection::MissingField { field: visit_plan::EVERY_DAYS });
        }
        for last in [visit_plan::UNTIL, visit_plan::DUE] {
            let min = from.as_ref().and_then(Value::as_int).unwrap_or(today);
            if day(last).is_some_and(|day| day < min) {
                return Err(Rejection::OutOfRange { field: last, min, max: DATE_DAYS.1 });
            }
        }
        let purpose = said(visit_plan::PURPOSE).and_then(|v| v.as_text().map(str::to_owned)).unwrap_or_default();
        let consent = said(visit_plan::CONSENT_BY).is_some() && said(visit_plan::CONSENT_ON).is_some();
        if !purpose.is_empty() && visit_plan::is_care(&purpose) && !consent {
            return Err(Rejection::ConsentMissing);
        }
        if day(visit_plan::CONSENT_ON).is_some_and(|on| on > today) {
            return Err(Rejection::NotYet { field: visit_plan::CONSENT_ON });
        }
        let mut more = Vec::new();
        if let Some(case) = self.case {
            edits = edits.put(visit_plan::CASE, case);
            more.push(self.ordered_by(held, case, actor)?);
        }
        let first = blank.write(unit, Some((PARENT, self.door)), &edits, actor)?;
        Ok(Decision { first, more })
    }

    /// The other side: the case holds the plan that it ordered.
    fn ordered_by(&self, held: &impl Held, case: RecordId, actor: &Actor) -> Result<super::Write, Rejection> {
        let basis = Basis::blank(case);
        let opened = super::Opened::of(held, case, &basis)?;
        if opened.table.kind != Kind::Case {
            return Err(Rejection::WrongKind { wanted: Kind::Case.name() });
        }
        let wishes =
            Edits::none().add(visit_plan::ORDERED, self.record).wishes(opened.table, actor.roles, |_, _| true)?;
        Ok(opened.write(wishes))
    }
}
