//! Facts of objections: what an objection that was upheld leaves out.
//!
//! Owns the way from a record to what it takes out of a month. Refuses to decide: its workflow does. Invariant: what was not
//! upheld takes nothing out.

use super::condition::Item;
use super::fact::CaseFact;
use super::formula::Formulas;
use super::month::Month;
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::{Kind, home, objection};
use crate::state::State;
use crate::value::Value;
use crate::view::{Policy, show};

/// An objection as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ObjectionFact {
    /// The objection.
    pub record: RecordId,
    /// The unit that raised it: of a whole figure, the one whose figure it is.
    pub unit: UnitId,
    /// The month.
    pub month: Month,
    /// The code of the figure.
    pub number: String,
    /// The row; the whole figure of the unit where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RecordId>,
    /// How it stands: a status of its workflow.
    pub status: String,
    /// Who raised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
}

impl ObjectionFact {
    /// Of an objection; `None` of what is none, is deleted, or names no month.
    pub fn of(state: &State) -> Option<Self> {
        if state.kind() != Kind::Objection.name() || state.is_deleted() {
            return None;
        }
        let value = |name: &str| show(&state.fields.get(name)?.heads, Policy::Review)?.value;
        let text = |name: &str| value(name).and_then(Value::as_text);
        let raised = state.steps.iter().find(|step| step.step == objection::OBJECT);
        Some(Self {
            record: state.record,
            unit: home::own_units(state).first().copied().unwrap_or_default(),
            month: text(objection::MONTH)?.parse().ok()?,
            number: text(objection::NUMBER)?.to_owned(),
            row: value(objection::ROW).and_then(Value::as_id),
            status: state.status().to_owned(),
            by: raised.map(|step| step.tag.author),
        })
    }

    /// Whether nobody decided it yet.
    pub fn is_open(&self) -> bool {
        [objection::RAISED, objection::EXPLAINED].contains(&self.status.as_str())
    }

    /// Whether it was found to be right.
    pub fn is_upheld(&self) -> bool {
        self.status == objection::UPHELD
    }

    /// Whether it takes a row out of a figure.
    pub(super) fn takes_out(&self, number: &str, item: Item<'_>) -> bool {
        let named = |row: RecordId| match item {
            Item::Case(case) => case.record == row,
            Item::Seat(seat) => seat.targets.contains(&row),
        };
        let of_unit = || match item {
            Item::Case(case) => is_of(case, self.unit),
            Item::Seat(seat) => seat.unit == self.unit,
        };
        self.is_upheld() && self.number == number && self.row.map_or_else(of_unit, named)
    }
}

/// Whether a case is in a unit's own figure: by grid, or by the unit that leads.
fn is_of(case: &CaseFact, unit: UnitId) -> bool {
    case.unit == unit || case.lead == Some(unit)
}

/// Whether there is a figure or an adjustment of that code.
pub fn is_figure(code: &str) -> bool {
    let formulas = Formulas::shipped();
    let adjustments = || formulas.adjustments.iter().any(|a| a.counting.code == code);
    formulas.number(code).is_some() || adjustments()
}
