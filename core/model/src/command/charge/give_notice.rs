//! Give a notice to all who work below a unit, for volunteers too where it says so.

use crate::command::{Actor, Blank, Decision, Edits};
use crate::id::{RecordId, UnitId};
use crate::kind::field::MOMENT_MS;
use crate::kind::{Kind, UNIT, notice};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;

/// A notice.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveNotice {
    /// The id that it is to have.
    pub record: RecordId,
    /// The unit below which it is read.
    pub unit: UnitId,
    /// Whether volunteers read it, too.
    pub volunteers: bool,
    /// What it says; it is in force from now on if nothing is said.
    pub edits: Edits,
}

impl GiveNotice {
    /// The kind of the record.
    pub const fn kind(&self) -> Kind {
        if self.volunteers { Kind::OpenNotice } else { Kind::Notice }
    }

    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, self.kind())?;
        let mut edits = self.edits.clone();
        let at = |edits: &Edits, field: &str| edits.fields.get(field)?.as_ref().and_then(Value::as_int);
        let from = at(&edits, notice::FROM).unwrap_or(actor.now.0);
        edits.fields.entry(notice::FROM.to_owned()).or_insert(Some(Value::Int(from)));
        if at(&edits, notice::UNTIL).is_some_and(|until| until <= from) {
            return Err(Rejection::OutOfRange { field: notice::UNTIL, min: from, max: MOMENT_MS.1 });
        }
        Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?.into())
    }
}
