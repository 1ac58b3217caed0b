//! End a visit plan: nobody is sent any more. Consent that is taken back ends it the same day.

use super::{Actor, Decision, Opened, edits};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Kind, visit_plan};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// The end of a visit plan.
#[derive(Debug, Clone, PartialEq)]
pub struct EndVisitPlan {
    /// The plan.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// Why: a code of `visit_plan_end`.
    pub reason: String,
    /// The day, days since 1970-01-01; today if nothing is said.
    pub on: Option<i64>,
}

impl EndVisitPlan {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        if opened.table.kind != Kind::VisitPlan {
            return Err(Rejection::WrongKind { wanted: Kind::VisitPlan.name() });
        }
        let on = self.on.unwrap_or(actor.today());
        if on > actor.today() {
            return Err(Rejection::NotYet { field: visit_plan::ENDED });
        }
        let reason = opened.table.accept(visit_plan::END_REASON, Value::from(self.reason.as_str()))?;
        let mut wishes = Vec::new();
        let mut put = |field: &'static str, value: Value| -> Result<(), Rejection> {
            edits::permit(opened.table, field, actor.roles)?;
            if opened.is_news(field, Some(&value)) {
                wishes.push(Wish::put(field, value));
            }
            Ok(())
        };
        put(visit_plan::ENDED, Value::Int(on))?;
        put(visit_plan::END_REASON, reason)?;
        if self.reason == visit_plan::WITHDRAWN {
            put(visit_plan::CONSENT_WITHDRAWN, Value::Int(on))?;
        }
        if wishes.is_empty() {
            return Err(Rejection::NothingToDo);
        }
        Ok(opened.write(wishes).into())
    }
}
