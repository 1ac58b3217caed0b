//! Add an activity for volunteers; whoever adds it organises it.

use crate::command::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::addressed::ORGANISER;
use crate::kind::field::MOMENT_MS;
use crate::kind::{Kind, UNIT, activity};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;

/// An activity.
#[derive(Debug, Clone, PartialEq)]
pub struct AddActivity {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit below which everybody is told of it.
    pub unit: UnitId,
    /// What it is, when and where.
    pub edits: Edits,
}

impl AddActivity {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Activity)?;
        let mut edits = self.edits.clone();
        let organiser = Value::Id(RecordId(actor.account.0));
        edits.fields.entry(ORGANISER.to_owned()).or_insert(Some(organiser));
        let at = |field: &str| edits.fields.get(field)?.as_ref().and_then(Value::as_int);
        let (from, until) = (at(activity::FROM), at(activity::UNTIL));
        if let Some(from) = from.filter(|from| until.is_some_and(|until| until <= *from)) {
            return Err(Rejection::OutOfRange { field: activity::UNTIL, min: from, max: MOMENT_MS.1 });
        }
        Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?.into())
    }
}
