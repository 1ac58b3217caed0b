//! Move a record: a place to another unit, anything below a place to another parent.

use super::{Actor, Decision, Opened, edits, parent_unit};
use crate::basis::Basis;
use crate::id::{RecordId, UnitId};
use crate::kind::{Home, PARENT, UNIT};
use crate::limits;
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// Another home for a record.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveRecord {
    /// The record.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The same of the other members of its same-as group: what people see as one moves as one.
    pub also: Vec<Basis>,
    /// Where to.
    pub to: Target,
}

/// Where a record is moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A unit, for places.
    Unit(UnitId),
    /// A record above it, for what is below places.
    Parent(RecordId),
}

impl MoveRecord {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        let (field, id, unit) = match (opened.table.home, self.to) {
            (Home::Unit, Target::Unit(unit)) => (UNIT, unit.record(), unit),
            (Home::Parent(kinds), Target::Parent(parent)) => {
                if is_below(held, parent, self.record) {
                    return Err(Rejection::BelowItself);
                }
                (PARENT, parent, parent_unit(held, parent, kinds)?)
            }
            (_, Target::Unit(_)) => return Err(Rejection::WrongParent { kind: "unit".to_owned() }),
            (_, Target::Parent(parent)) => {
                let kind = held.state(parent).map_or("", |s| s.kind());
                return Err(Rejection::WrongParent { kind: kind.to_owned() });
            }
        };
        edits::permit(opened.table, field, actor.roles)?;
        let mut writes = Vec::new();
        for one in Opened::all(held, self.record, &self.basis, &self.also)? {
            if one.state.head_ids(field) == [id] && one.saw_all(None, field) {
                continue;
            }
            let mut write = one.write(vec![Wish::put(field, Value::Id(id))]);
            write.unit = unit;
            writes.push(write);
        }
        Decision::of(writes)
    }
}

/// Whether `record` is `above` or below it.
fn is_below(held: &impl Held, record: RecordId, above: RecordId) -> bool {
    let mut level = vec![record];
    for _ in 0..limits::PARENTS_DEPTH_MAX {
        if level.contains(&above) {
            return true;
        }
        level = level.iter().filter_map(|r| held.state(*r)).flat_map(|s| s.head_ids(PARENT)).collect();
    }
    false
}
