//! Sensitive fields at ingest: whether a purpose was stated for what a change fills, as of what its author had heard.
//!
//! Owns the way from a record's units to the statements that cover them. Refuses to erase and to judge rights.
//! Invariant: a change that fills no sensitive field costs nothing here; one that fills one without a purpose is neither
//! admitted by itself nor refused: a person decides.

use crate::error::Result;
use crate::rights;
use crate::store::{StateRow, Tx};
use crate::writing::Reading;
use gridwalk_model::change::Change;
use gridwalk_model::command::{may_be_sensitive, sensitive_of};
use gridwalk_model::id::UnitId;
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::field_use::{self, FieldUse};
use gridwalk_model::state_codec::read_state;
use std::collections::BTreeSet;

/// The statements made at these units.
pub fn uses_at(tx: &dyn Tx, units: &BTreeSet<UnitId>) -> Result<Vec<FieldUse>> {
    let mut uses = Vec::new();
    let Some(space) = tx.spaces()?.into_iter().find(|s| s.reference).map(|s| s.id) else { return Ok(uses) };
    for unit in units {
        for record in tx.children(space, unit.record())? {
            let row = tx.state(space, record)?.filter(|row| row.kind == Kind::FieldUse.name());
            let state = row.map(|row| read_state(&row.bytes)).transpose()?;
            uses.extend(state.as_ref().and_then(FieldUse::of));
        }
    }
    Ok(uses)
}

/// The sensitive fields that a change fills for which nobody had stated a purpose, as of what its author had heard. How old
/// somebody was counts on the day of writing, as far as its author's clock can be believed.
pub fn unstated(r: &Reading<'_>, change: &Change, state: Option<&StateRow>) -> Result<Vec<&'static str>> {
    let may_be = may_be_sensitive(change);
    if may_be.is_empty() {
        return Ok(Vec::new());
    }
    let stands = state.filter(|_| may_be.iter().any(|field| field.of_children));
    let stands = stands.map(|row| read_state(&row.bytes)).transpose()?;
    let day = change.typed_at.max(change.heard).min(r.now).china_day();
    let filled = sensitive_of(change, stands.as_ref(), day);
    if filled.is_empty() {
        return Ok(Vec::new());
    }
    let units = r.with_above(&rights::homes(r, change, state)?, None)?;
    let uses = uses_at(r.tx, &units)?;
    let stated = |name: &str| field_use::in_use(&uses, &change.kind, name, &units, change.heard);
    Ok(filled.into_iter().map(|field| field.name).filter(|name| !stated(name)).collect())
}
