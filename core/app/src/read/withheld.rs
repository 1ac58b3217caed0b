//! What is withheld: sensitive fields that nobody stated a purpose for where the record is.
//!
//! Owns the way from a record's unit to the statements that cover it. Refuses to decide what a field is: the model's
//! tables say so. Invariant: a value of a field that is not in use is in no read model; that there are such values is
//! told to those alone who switch fields on and off.

use super::{Loaded, Reader};
use gridwalk_model::command::{Action, Decision, home_unit, sensitive_in};
use gridwalk_model::kind::field_use::{self, FieldUse};
use gridwalk_model::kind::{Kind, field_use::SWITCHERS};
use gridwalk_model::rejection::Rejection;
use gridwalk_model::state::State;
use gridwalk_model::view::{GroupView, Held};
use gridwalk_model::{RecordId, UnitId, limits};
use gridwalk_store::{RowFilter, StoreError};
use std::collections::BTreeSet;

/// The statements that cover a unit, and the units that they may stand at: itself and those above.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsesOver {
    /// The statements.
    pub uses: Vec<FieldUse>,
    /// The units.
    pub units: BTreeSet<UnitId>,
}

impl Reader<'_> {
    /// The statements of use that cover a unit.
    pub fn uses_over(&self, unit: UnitId) -> Result<UsesOver, StoreError> {
        let mut over = UsesOver::default();
        let mut at = Some(unit.record());
        while let Some(record) = at.filter(|_| over.units.len() < limits::UNIT_DEPTH_MAX) {
            over.units.insert(record.unit());
            let kind = Some(Kind::FieldUse.name().to_owned());
            for row in self.store.rows(&RowFilter { kind, ..RowFilter::children(record) })? {
                let shown = self.load([row.record])?;
                over.uses.extend(shown.state(row.record).and_then(FieldUse::of));
            }
            at = self.store.row(record)?.and_then(|row| row.parent);
        }
        Ok(over)
    }

    /// No if a decision fills a sensitive field where it is not in use; `held` is what it was decided over.
    pub fn refuse_unused(&self, decision: &Decision, held: &impl Held) -> Result<Result<(), Rejection>, StoreError> {
        for (unit, kind, field) in decision.sensitive(held, self.actor.today()) {
            let over = self.uses_over(unit)?;
            if !field_use::in_use(&over.uses, kind.name(), field.name, &over.units, self.actor.now) {
                return Ok(Err(Rejection::FieldNotInUse { field: field.name }));
            }
        }
        Ok(Ok(()))
    }

    /// Names of the sensitive fields and sets that are not in use for what is shown.
    pub(super) fn not_in_use(
        &self,
        loaded: &Loaded,
        view: &GroupView<'_>,
    ) -> Result<BTreeSet<&'static str>, StoreError> {
        let Some(kind) = Kind::from_name(view.front().map_or("", State::kind)) else { return Ok(BTreeSet::new()) };
        let members = view.members.iter().copied();
        let sensitive = sensitive_in(kind.table(), members, self.actor.today());
        let mut names: BTreeSet<&'static str> = sensitive.into_iter().map(|f| f.name).collect();
        if names.is_empty() {
            return Ok(names);
        }
        let over = home_unit(loaded, view.shown).map(|unit| self.uses_over(unit)).transpose()?.unwrap_or_default();
        names.retain(|name| !field_use::in_use(&over.uses, kind.name(), name, &over.units, self.actor.now));
        Ok(names)
    }

    /// Names of fields and sets of a record that this reader is not shown: those that the roles do not read, and sensitive
    /// ones that are not in use.
    pub fn not_shown(&self, record: RecordId) -> Result<BTreeSet<&'static str>, StoreError> {
        let loaded = self.load([record])?;
        let Some(view) = super::shown(&loaded, record) else { return Ok(BTreeSet::new()) };
        let mut names = self.not_in_use(&loaded, &view)?;
        let kind = Kind::from_name(view.front().map_or("", State::kind));
        names.extend(kind.into_iter().flat_map(|k| k.table().hidden_from(self.actor.roles)));
        Ok(names)
    }

    /// Those of them that have a value, for whoever switches fields on and off; for others nothing.
    pub(super) fn withheld(&self, view: &GroupView<'_>, not_in_use: &BTreeSet<&'static str>) -> Vec<&'static str> {
        if !self.actor.roles.meets(SWITCHERS) {
            return Vec::new();
        }
        let held = |name: &str| {
            let heads = view.members.iter().filter_map(|m| m.fields.get(name)).flat_map(|r| &r.heads);
            heads.into_iter().any(|h| h.value.is_some()) || !view.set(name).is_empty()
        };
        not_in_use.iter().copied().filter(|name| held(name)).collect()
    }
}

/// What may be done, without the fields that are not in use.
pub(super) fn without(actions: Vec<Action>, not_in_use: &BTreeSet<&'static str>) -> Vec<Action> {
    let keep = |action: Action| match action {
        Action::Edit { mut fields } => {
            fields.retain(|f| !not_in_use.contains(f));
            (!fields.is_empty()).then_some(Action::Edit { fields })
        }
        Action::Decide { mut fields } => {
            fields.retain(|f| !not_in_use.contains(f.as_str()));
            (!fields.is_empty()).then_some(Action::Decide { fields })
        }
        other => Some(other),
    };
    actions.into_iter().filter_map(keep).collect()
}
