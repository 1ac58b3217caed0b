//! Open a campaign in a unit: everybody who works below it sees it.

use crate::command::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::field::DATE_DAYS;
use crate::kind::{Kind, UNIT, campaign};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;

/// A campaign in a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct AddCampaign {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit over whose places it goes.
    pub unit: UnitId,
    /// What it is about; begins today if nothing is said.
    pub edits: Edits,
}

impl AddCampaign {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Campaign)?;
        let mut edits = self.edits.clone();
        let day = |edits: &Edits, field: &str| edits.fields.get(field)?.as_ref().and_then(Value::as_int);
        let from = day(&edits, campaign::FROM).unwrap_or_else(|| actor.today());
        edits.fields.entry(campaign::FROM.to_owned()).or_insert(Some(Value::Int(from)));
        if day(&edits, campaign::UNTIL).is_some_and(|until| until < from) {
            return Err(Rejection::OutOfRange { field: campaign::UNTIL, min: from, max: DATE_DAYS.1 });
        }
        Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?.into())
    }
}
