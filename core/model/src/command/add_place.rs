//! Add an estate, an address, premises, an organisation or a facility: what has a home unit and is no building.

use super::{Actor, Blank, Decision, Edits, home_unit, parent_unit};
use crate::id::{RecordId, UnitId};
use crate::kind::{Home, Kind, PARENT, Shape, UNIT, address};
use crate::rejection::Rejection;
use crate::view::Held;

/// Something at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct AddPlace {
    /// The id that it is to have.
    pub record: RecordId,
    /// Its kind.
    pub kind: Kind,
    /// The unit that it is in; that of what it is at if nothing is said.
    pub unit: Option<UnitId>,
    /// The estate, building, dwelling or premises that it is at.
    pub parent: Option<RecordId>,
    /// What is known about it.
    pub edits: Edits,
}

impl AddPlace {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let table = self.kind.table();
        if table.home != Home::Unit || matches!(self.kind, Kind::Case) {
            return Err(Rejection::UnknownKind { kind: self.kind.name().to_owned() });
        }
        let blank = Blank::of(held, self.record, self.kind)?;
        let mut edits = self.edits.clone();
        if let Some(parent) = self.parent {
            let kinds = match table.field(PARENT).map(|f| f.shape) {
                Some(Shape::Ref(kinds)) => kinds,
                _ => &[],
            };
            parent_unit(held, parent, kinds)?;
            edits = edits.put(PARENT, parent);
        }
        if self.kind == Kind::Address && !edits.fields.contains_key(address::STATE) {
            edits = edits.put(address::STATE, address::UNCONFIRMED);
        }
        let of_parent = || home_unit(held, self.parent?);
        let unit = self.unit.or_else(of_parent).ok_or(Rejection::MissingField { field: UNIT })?;
        Ok(blank.write(unit, Some((UNIT, unit.record())), &edits, actor)?.into())
    }
}
