//! Sensitive fields switched on and off, each time as a change to a record below the unit in the space of the tree; and
//! the values that are due for erasure.
//!
//! Owns who may switch, where, and what has to be stated. Refuses to erase and to show a value. Invariant: a field is
//! switched on with a purpose and a retention or not at all; switching off ends a record, and never deletes it.

use super::{Admin, grant, place, reference_space, unit};
use crate::error::{Result, ServerError};
use crate::field_use::uses_at;
use crate::store::{Tx, UnitRow};
use crate::writing::{Reading, Writing};
use gridwalk_model::command::sensitive_in;
use gridwalk_model::id::{RecordId, SpaceId, UnitId};
use gridwalk_model::kind::field_use::{self, DAYS, FROM, FieldUse, OF_FIELD, OF_KIND, PURPOSE, Standing, UNTIL};
use gridwalk_model::kind::{Field, Kind, PARENT};
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::time::Timestamp;
use gridwalk_model::unit_code::Level;
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;
use std::collections::{BTreeMap, BTreeSet};

/// How many states are read at a time when values are looked for.
const STRIDE: usize = 1000;

/// A sensitive field as it was switched on somewhere.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldUseView {
    /// Its record.
    pub record: RecordId,
    /// Code of the unit.
    pub unit_code: String,
    /// Name of the unit.
    pub unit_name: String,
    /// The kind.
    pub kind: String,
    /// The field.
    pub field: String,
    /// What for.
    pub purpose: String,
    /// How many days values stay after it was switched off.
    pub days: i64,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
    /// When values are due for erasure, where it was switched off.
    pub due_at: Option<Timestamp>,
    /// Whether it is in use now.
    pub on: bool,
}

/// What is to be switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPurpose {
    /// The kind's name.
    pub kind: String,
    /// The field's name.
    pub field: String,
    /// What for.
    pub purpose: String,
    /// How many days values stay after it is switched off.
    pub days: i64,
    /// Since when; now if nothing is said.
    pub from: Option<Timestamp>,
}

/// Values that are due for erasure: where they are, never what they say.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldDue {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// The field.
    pub field: String,
    /// Codes of the units that it is at home in.
    pub unit_codes: Vec<String>,
    /// Since when; at once where nobody ever stated a purpose.
    pub since: Option<Timestamp>,
}

impl Admin {
    /// Switches a sensitive field on in a unit and all below it; where it is on there already, its purpose and retention
    /// are stated anew.
    pub fn enable_field(&self, unit_code: &str, wanted: &FieldPurpose) -> Result<FieldUseView> {
        self.act_by(|w| {
            let unit = self.switchable(w, unit_code)?;
            let (kind, field) = sensitive(&wanted.kind, &wanted.field)?;
            let space = reference_space(w.tx)?.id;
            let fit = |field: &'static str, value: Value, code: &'static str| {
                let value = Kind::FieldUse.table().accept(field, value).map_err(|_| ServerError::Refused(code))?;
                Ok::<Wish, ServerError>(Wish::put(field, value))
            };
            let mut wishes = vec![
                fit(PURPOSE, wanted.purpose.as_str().into(), "purpose_missing")?,
                fit(DAYS, Value::Int(wanted.days), "days_invalid")?,
            ];
            let open = open_use(w.tx, space, unit.id, kind, field)?;
            if open.is_none() {
                wishes.push(Wish::put(PARENT, unit.id.record()));
                wishes.push(Wish::put(OF_KIND, kind.name()));
                wishes.push(Wish::put(OF_FIELD, field.name));
            }
            if open.is_none() || wanted.from.is_some() {
                wishes.push(fit(FROM, Value::Int(wanted.from.unwrap_or(w.now).0), "date_invalid")?);
            }
            let record = open.unwrap_or_else(|| w.running.options.ids.record(w.now));
            unit::write_record(w, self.author(), Kind::FieldUse, record, unit.id, &wishes)?;
            let detail =
                format!("{} {kind}.{} for {} days: {}", unit.id, field.name, wanted.days, wanted.purpose.trim());
            w.audit(self.by, "field_enabled", &detail)?;
            shown(w.tx, space, record, &unit, w.now)
        })
    }

    /// Switches a sensitive field off in a unit: its values are shown to nobody any more, and retention runs from now.
    pub fn disable_field(&self, unit_code: &str, kind: &str, field: &str) -> Result<FieldUseView> {
        self.act_by(|w| {
            let unit = self.switchable(w, unit_code)?;
            let (kind, field) = sensitive(kind, field)?;
            let space = reference_space(w.tx)?.id;
            let record = open_use(w.tx, space, unit.id, kind, field)?.ok_or(ServerError::NotFound("field_use"))?;
            unit::write_record(w, self.author(), Kind::FieldUse, record, unit.id, &[Wish::put(UNTIL, w.now.0)])?;
            w.audit(self.by, "field_disabled", &format!("{} {kind}.{}", unit.id, field.name))?;
            shown(w.tx, space, record, &unit, w.now)
        })
    }

    /// All statements, of a unit and all below it or of all units, by the codes of units.
    pub fn field_uses(&self, below: Option<&str>) -> Result<Vec<FieldUseView>> {
        let mut units = self.units(below)?;
        units.sort_by(|a, b| a.code.cmp(&b.code));
        self.server.read(|r| {
            let space = reference_space(r.tx)?.id;
            let mut views = Vec::new();
            for unit in &units {
                for (record, of) in uses_of(r.tx, space, unit.id)? {
                    views.push(view(record, of, unit, r.now));
                }
            }
            Ok(views)
        })
    }

    /// Values of sensitive fields that are due for erasure, of records in a unit and all below it or anywhere.
    pub fn fields_due(&self, below: Option<&str>) -> Result<Vec<FieldDue>> {
        let units: BTreeMap<UnitId, String> = self.units(below)?.into_iter().map(|u| (u.id, u.code)).collect();
        self.server.read(|r| {
            let mut due = Vec::new();
            for space in r.tx.spaces()?.into_iter().filter(|s| !s.reference) {
                due_in(r, space.id, &units, &mut due)?;
            }
            Ok(due)
        })
    }

    /// The unit, if whoever asks switches fields there: the machine's holder, or an account with that power over it.
    fn switchable(&self, w: &Writing<'_>, code: &str) -> Result<UnitRow> {
        let unit = place::unit_coded(w.tx, code)?;
        if matches!(Level::from_name(&unit.level), None | Some(Level::City)) {
            return Err(ServerError::Refused("field_use_level"));
        }
        let Some(by) = self.by else { return Ok(unit) };
        let above = w.with_above(&[unit.id], None)?;
        let grants = grant::living(w.tx, by)?.into_iter().filter(|g| above.contains(&g.grant.unit));
        let roles: Roles = grants.filter_map(|g| Role::from_name(&g.grant.role)).collect();
        if roles.meets(field_use::SWITCHERS) { Ok(unit) } else { Err(ServerError::Refused("not_an_administrator")) }
    }
}

fn sensitive(kind: &str, field: &str) -> Result<(Kind, &'static Field)> {
    let kind = Kind::from_name(kind).ok_or(ServerError::Refused("kind_unknown"))?;
    let found = kind.table().sensitive().find(|f| f.name == field);
    found.map(|field| (kind, field)).ok_or(ServerError::Refused("field_not_sensitive"))
}

fn uses_of(tx: &dyn Tx, space: SpaceId, unit: UnitId) -> Result<Vec<(RecordId, FieldUse)>> {
    let mut uses = Vec::new();
    for record in tx.children(space, unit.record())? {
        uses.extend(use_of(tx, space, record)?.map(|of| (record, of)));
    }
    Ok(uses)
}

fn use_of(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<Option<FieldUse>> {
    let row = tx.state(space, record)?.filter(|row| row.kind == Kind::FieldUse.name());
    Ok(row.map(|row| read_state(&row.bytes)).transpose()?.as_ref().and_then(FieldUse::of))
}

/// The record by which a field is on in a unit, or will be.
fn open_use(tx: &dyn Tx, space: SpaceId, unit: UnitId, kind: Kind, field: &Field) -> Result<Option<RecordId>> {
    let is_it = |of: &FieldUse| of.until.is_none() && of.kind == kind.name() && of.field == field.name;
    Ok(uses_of(tx, space, unit)?.into_iter().find(|(_, of)| is_it(of)).map(|(record, _)| record))
}

fn shown(tx: &dyn Tx, space: SpaceId, record: RecordId, unit: &UnitRow, now: Timestamp) -> Result<FieldUseView> {
    let of = use_of(tx, space, record)?.ok_or(ServerError::NotFound("field_use"))?;
    Ok(view(record, of, unit, now))
}

fn view(record: RecordId, of: FieldUse, unit: &UnitRow, now: Timestamp) -> FieldUseView {
    FieldUseView {
        record,
        unit_code: unit.code.clone(),
        unit_name: unit.name.clone(),
        on: of.is_on(now),
        due_at: of.due_at(),
        kind: of.kind,
        field: of.field,
        purpose: of.purpose,
        days: of.days,
        from: of.from,
        until: of.until,
    }
}

/// What is due in one space, of records at home in one of the units.
fn due_in(r: &Reading<'_>, space: SpaceId, units: &BTreeMap<UnitId, String>, due: &mut Vec<FieldDue>) -> Result<()> {
    let mut known: BTreeMap<Vec<UnitId>, Vec<FieldUse>> = BTreeMap::new();
    let mut after = None;
    loop {
        let rows = r.tx.states_after(space, after, STRIDE)?;
        after = rows.last().map(|row| row.record);
        for row in &rows {
            let Some(kind) = Kind::from_name(&row.kind).filter(|k| k.table().sensitive().next().is_some()) else {
                continue;
            };
            let state = read_state(&row.bytes)?;
            let held: Vec<&'static Field> = sensitive_in(kind.table(), [&state], r.now.china_day())
                .into_iter()
                .filter(|f| holds(&state, f))
                .collect();
            let homes = if held.is_empty() { Vec::new() } else { r.tx.home(space, row.record)?.unwrap_or_default() };
            if !homes.iter().any(|unit| units.contains_key(unit)) {
                continue;
            }
            let above = r.with_above(&homes, None)?;
            let uses = match known.get(&homes) {
                Some(uses) => uses,
                None => known.entry(homes.clone()).or_insert(uses_at(r.tx, &above)?),
            };
            due.extend(held.iter().filter_map(|field| due_of(&state, kind, field, uses, (&above, r.now))).map(
                |since| {
                    let codes = homes.iter().filter_map(|unit| units.get(unit).cloned()).collect();
                    FieldDue { unit_codes: codes, ..since }
                },
            ));
        }
        if after.is_none() {
            return Ok(());
        }
    }
}

fn due_of(
    state: &State,
    kind: Kind,
    field: &Field,
    uses: &[FieldUse],
    (above, now): (&BTreeSet<UnitId>, Timestamp),
) -> Option<FieldDue> {
    let since = match field_use::standing(uses, kind.name(), field.name, above, now) {
        Standing::InUse | Standing::StaysUntil(_) => return None,
        Standing::DueSince(since) => Some(since),
        Standing::NeverInUse => None,
    };
    let (record, kind, field) = (state.record, kind.name().to_owned(), field.name.to_owned());
    Some(FieldDue { record, kind, field, unit_codes: Vec::new(), since })
}

/// Whether a state holds a value of the field, whether it is shown or at odds with others.
fn holds(state: &State, field: &Field) -> bool {
    let heads = state.fields.get(field.name).into_iter().flat_map(|r| &r.heads);
    heads.into_iter().any(|h| h.value.is_some()) || state.sets.get(field.name).is_some_and(|s| !s.adds.is_empty())
}
