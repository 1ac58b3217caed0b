//! Records under a command: one that is open on the screen, one that is still to be made, and where they are at home.
//!
//! Owns what has to hold before anything is written. Refuses to decide. Invariant: an opened record was on the screen, a
//! blank one is not here yet.

use super::{Actor, Edits, Write, edits};
use crate::basis::Basis;
use crate::id::{RecordId, UnitId};
use crate::kind::{Kind, KindTable, PARENT, UNIT};
use crate::limits;
use crate::op::LINKS;
use crate::rejection::Rejection;
use crate::state::State;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// The record that a basis is of, open for editing.
pub(super) struct Opened<'a> {
    pub(super) state: &'a State,
    pub(super) table: &'static KindTable,
    pub(super) unit: UnitId,
    pub(super) basis: &'a Basis,
}

impl<'a> Opened<'a> {
    /// Opens it; no if it is not here, of a kind of a later version, or was deleted already when it was opened. What
    /// was deleted since is edited all the same: the merge keeps it, flagged.
    pub(super) fn of(held: &'a impl Held, record: RecordId, basis: &'a Basis) -> Result<Self, Rejection> {
        if basis.record != record {
            return Err(Rejection::BasisOfAnotherRecord);
        }
        let state = held.state(record).ok_or(Rejection::UnknownRecord)?;
        let kind = Kind::from_name(state.kind()).ok_or(Rejection::UnknownKind { kind: state.kind().to_owned() })?;
        if state.is_deleted() && basis.pos == state.pos {
            return Err(Rejection::RecordDeleted);
        }
        let unit = home_unit(held, record).unwrap_or_default();
        Ok(Self { state, table: kind.table(), unit, basis })
    }

    /// The same for several records: those on the screen. Reviews that stood there, too, are not among what is edited.
    pub(super) fn all(
        held: &'a impl Held,
        record: RecordId,
        basis: &'a Basis,
        also: &'a [Basis],
    ) -> Result<Vec<Self>, Rejection> {
        let is_review = |b: &&Basis| held.state(b.record).is_some_and(|s| s.kind() == Kind::Review.name());
        let others = also.iter().filter(|b| !is_review(b)).map(|b| (b.record, b));
        std::iter::once((record, basis)).chain(others).map(|(r, b)| Self::of(held, r, b)).collect()
    }

    /// Two different records of one kind, of which something is said in common.
    pub(super) fn pair(held: &'a impl Held, one: &'a Basis, other: &'a Basis) -> Result<(Self, Self), Rejection> {
        if one.record == other.record {
            return Err(Rejection::SameAsItself);
        }
        let (one, other) = (Self::of(held, one.record, one)?, Self::of(held, other.record, other)?);
        if one.table.kind == other.table.kind { Ok((one, other)) } else { Err(Rejection::NotOneKind) }
    }

    pub(super) fn write(&self, wishes: Vec<Wish>) -> Write {
        Write {
            record: self.state.record,
            kind: self.state.kind().to_owned(),
            unit: self.unit,
            basis: self.basis.clone(),
            wishes,
            instead_of: None,
        }
    }

    /// Whether each head of the field that is here now stood on the screen.
    pub(super) fn saw_all(&self, within: Option<&str>, field: &str) -> bool {
        let seen = self.basis.field(within, field);
        let heads = self.state.register(within, field).into_iter().flat_map(|r| &r.heads);
        heads.into_iter().all(|h| crate::name::hits(&h.tag.names, seen))
    }
}

/// The unit that a record is at home in, by its own field or by those above it; the unit that its changes named where
/// no field says so.
pub fn home_unit(held: &impl Held, record: RecordId) -> Option<UnitId> {
    let mut at = record;
    for _ in 0..limits::PARENTS_DEPTH_MAX {
        let state = held.state(at)?;
        if state.kind() == Kind::Unit.name() {
            return Some(at.unit());
        }
        let shown = |field: &str| state.value(field)?.as_id();
        if let Some(unit) = shown(UNIT) {
            return Some(unit.unit());
        }
        match shown(PARENT) {
            Some(parent) if held.state(parent).is_some() => at = parent,
            _ => return state.named.first().copied(),
        }
    }
    None
}

/// A record that is still to be made: not here yet, with its kind's table.
pub(super) struct Blank {
    record: RecordId,
    kind: Kind,
}

impl Blank {
    /// No if the record is here already: pressed twice, or an id used again.
    pub(super) fn of(held: &impl Held, record: RecordId, kind: Kind) -> Result<Self, Rejection> {
        match held.state(record) {
            Some(state) if !state.kinds.is_empty() => Err(Rejection::RecordExists),
            _ => Ok(Self { record, kind }),
        }
    }

    /// The same for a record whose id follows from what it is about: one that was taken away is made again.
    pub(super) fn again(held: &impl Held, record: RecordId, kind: Kind) -> Result<Self, Rejection> {
        match held.state(record) {
            Some(state) if state.is_deleted() => Ok(Self { record, kind }),
            _ => Self::of(held, record, kind),
        }
    }

    /// The write that makes it: `home` first, then the edits; nothing required may be missing.
    pub(super) fn write(
        &self,
        unit: UnitId,
        home: Option<(&str, RecordId)>,
        edits: &Edits,
        actor: &Actor,
    ) -> Result<Write, Rejection> {
        let table = self.kind.table();
        let mut wishes = Vec::new();
        if let Some((field, id)) = home {
            edits::permit(table, field, actor.roles)?;
            wishes.push(Wish::put(field, Value::Id(id)));
        }
        wishes.extend(edits.wishes(table, actor.roles, |_, _| true)?);
        let has =
            |name: &str| wishes.iter().any(|w| matches!(w, Wish::Put { field, value: Some(_), .. } if field == name));
        if let Some(missing) = table.missing(has).into_iter().next() {
            return Err(missing);
        }
        let (record, kind) = (self.record, self.kind.name().to_owned());
        Ok(Write { record, kind, unit, basis: Basis::blank(record), wishes, instead_of: None })
    }
}

/// The parent of a new or moved record: here, alive, of one of the kinds that may be its parent.
pub(super) fn parent_unit(held: &impl Held, parent: RecordId, kinds: &[Kind]) -> Result<UnitId, Rejection> {
    let state = held.state(parent).ok_or(Rejection::UnknownParent)?;
    if state.is_deleted() {
        return Err(Rejection::ParentDeleted);
    }
    if !kinds.iter().any(|k| k.name() == state.kind()) {
        return Err(Rejection::WrongParent { kind: state.kind().to_owned() });
    }
    Ok(home_unit(held, parent).unwrap_or_default())
}

/// Whether the record says that the other is the same thing.
pub(super) fn says_same(state: &State, other: RecordId) -> bool {
    state.sets.get(LINKS).is_some_and(|s| s.adds.iter().any(|a| a.element.as_id() == Some(other)))
}
