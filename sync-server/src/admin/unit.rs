//! Units: added, renamed, moved, each as a change to the unit's record in the space of the tree.
//!
//! Owns which unit has a space of its own. Refuses to write rows beside the record's change. Invariant: a unit that has
//! no unit with a space of its own above it, and is no city, gets a space.

use super::{Admin, checked_name, place, post, power, reference_space};
use crate::console::{self, ConsoleWrite};
use crate::error::{Result, ServerError};
use crate::server::make_space;
use crate::store::{Tx, UnitRow};
use crate::tree;
use crate::writing::Writing;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{AccountId, RecordId, UnitId};
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::power::{POWERS, Power, Powers};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::unit_code::{Level, UnitCode};
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;
use std::collections::BTreeMap;

/// A unit to be made.
pub(super) struct NewUnit<'a> {
    /// Its code.
    pub(super) code: &'a UnitCode,
    /// Its name.
    pub(super) name: &'a str,
    /// Its level.
    pub(super) level: Level,
    /// Its kind.
    pub(super) kind: Option<&'a str>,
    /// The unit above.
    pub(super) above: Option<&'a UnitRow>,
}

impl Admin {
    /// All units, by code; only those at or below `below`, if given.
    pub fn units(&self, below: Option<&str>) -> Result<Vec<UnitRow>> {
        self.server.read(|r| {
            let mut units = r.tx.units()?;
            if let Some(code) = below {
                let inside = tree::with_below(r.tx, place::unit_coded(r.tx, code)?.id)?;
                units.retain(|unit| inside.contains(&unit.id));
            }
            // One that was taken away has neither a code nor a place.
            units
                .retain(|unit| !unit.code.is_empty() || r.tx.units_above(unit.id, None).is_ok_and(|up| !up.is_empty()));
            Ok(units)
        })
    }

    /// The days from which units are no more, of those that have one.
    pub fn unit_ends(&self) -> Result<BTreeMap<UnitId, i64>> {
        self.server.read(|r| {
            let mut all = BTreeMap::new();
            for unit in r.tx.units()? {
                all.extend(ends(r.tx, unit.id)?.map(|day| (unit.id, day)));
            }
            Ok(all)
        })
    }

    /// Adds a unit below the one that its code names, with a kind if it has one.
    pub fn add_unit(&self, code: &str, name: &str, kind: Option<&str>) -> Result<UnitRow> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            let code = UnitCode::parse(code).map_err(|_| ServerError::Refused("unit_code"))?;
            let level = code.level().ok_or(ServerError::Refused("unit_code"))?;
            let above = code.parent().ok_or(ServerError::Refused("level_root"))?;
            if w.tx.unit_by_code(&code.to_string())?.is_some() {
                return Err(ServerError::Refused("code_taken"));
            }
            // An old code is never given anew.
            if place::formerly(w.tx, &code)?.is_some() {
                return Err(ServerError::Refused("reused"));
            }
            let above = w.tx.unit_by_code(&above.to_string())?.ok_or(ServerError::NotFound("unit"))?;
            let meant = |kind: &str| CodeSet::UnitKind.meant(kind).ok_or(ServerError::Refused("unit_kind"));
            let kind = kind.map(meant).transpose()?;
            let name = checked_name(name)?;
            let unit = add(w, self.author(), &NewUnit { code: &code, name: &name, level, kind, above: Some(&above) })?;
            w.audit(self.by, "unit_added", &unit.id.to_string())?;
            Ok(unit)
        })
    }

    /// Takes a unit away in which nothing stands and nobody works: one that was added by mistake. Its code is free again.
    pub fn remove_unit(&self, code: &str) -> Result<UnitRow> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            let unit = place::unit_coded(w.tx, code)?;
            refuse_in_use(w.tx, unit.id, w.now.china_day())?;
            write(w, self.author(), unit.id, &[Wish::Delete])?;
            w.audit(self.by, "unit_removed", &unit.id.to_string())?;
            Ok(unit)
        })
    }

    /// Says by which number, and when, somebody at a unit can be called: a department's duty desk.
    pub fn set_duty(&self, code: &str, phone: &str, hours: Option<&str>) -> Result<UnitRow> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            let unit = place::unit_coded(w.tx, code)?;
            let phone = Kind::Unit.table().accept("duty_phone", phone.into());
            let mut wishes = vec![Wish::put("duty_phone", phone.map_err(|_| ServerError::Refused("phone_invalid"))?)];
            if let Some(hours) = hours {
                wishes.push(Wish::put("duty_hours", checked_name(hours)?));
            }
            write(w, self.author(), unit.id, &wishes)?;
            w.audit(self.by, "unit_duty_set", &unit.id.to_string())?;
            Ok(unit)
        })
    }

    /// Says what the law lets a department do to others: exactly these powers.
    pub fn set_powers(&self, code: &str, powers: &[String]) -> Result<UnitRow> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            let unit = place::unit_coded(w.tx, code)?;
            let known = |name: &String| Power::from_name(name).ok_or(ServerError::Refused("unit_power"));
            let wanted: Powers = powers.iter().map(known).collect::<Result<_>>()?;
            let row = w.tx.state(reference_space(w.tx)?.id, unit.id.record())?;
            let held = row.map(|row| read_state(&row.bytes)).transpose()?;
            let held = held.as_ref().map(Powers::of_unit).unwrap_or_default();
            let wish = |power: Power| {
                let (set, element) = (POWERS.to_owned(), Value::from(power.name()));
                match (held.has(power), wanted.has(power)) {
                    (false, true) => Some(Wish::Add { set, element }),
                    (true, false) => Some(Wish::Remove { set, element }),
                    _ => None,
                }
            };
            let wishes: Vec<Wish> = Power::ALL.into_iter().filter_map(wish).collect();
            if !wishes.is_empty() {
                write(w, self.author(), unit.id, &wishes)?;
                w.audit(self.by, "unit_powers_set", &unit.id.to_string())?;
            }
            Ok(unit)
        })
    }

    /// Gives a unit another name.
    pub fn rename_unit(&self, code: &str, name: &str) -> Result<UnitRow> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            let unit = place::unit_coded(w.tx, code)?;
            let name = checked_name(name)?;
            rename(w, self.author(), &unit, &name)?;
            w.audit(self.by, "unit_renamed", &unit.id.to_string())?;
            Ok(UnitRow { name, ..unit })
        })
    }

    /// Puts a unit, with all that is below it, below another one of the same space.
    pub fn move_unit(&self, code: &str, to: &str) -> Result<UnitRow> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            let (unit, to) = (place::unit_coded(w.tx, code)?, place::unit_coded(w.tx, to)?);
            check_move(w.tx, &unit, &to)?;
            write(w, self.author(), unit.id, &[Wish::put(PARENT, to.id.record())])?;
            w.audit(self.by, "unit_moved", &format!("{} {}", unit.id, to.id))?;
            Ok(unit)
        })
    }
}

/// The day from which a unit is no more, if it has one.
pub(super) fn ends(tx: &dyn Tx, unit: UnitId) -> Result<Option<i64>> {
    let row = tx.state(reference_space(tx)?.id, unit.record())?;
    let state = row.map(|row| read_state(&row.bytes)).transpose()?;
    Ok(state.and_then(|state| state.value("valid_to")?.as_int()))
}

fn check_move(tx: &dyn Tx, unit: &UnitRow, to: &UnitRow) -> Result<()> {
    if tree::with_above(tx, &[to.id], None)?.contains(&unit.id) {
        return Err(ServerError::Refused("move_below_itself"));
    }
    if tx.units_above(unit.id, None)? == [to.id] {
        return Err(ServerError::Refused("same_place"));
    }
    let level = |unit: &UnitRow| Level::from_name(&unit.level);
    match (level(unit), level(to)) {
        (Some(Level::City), _) => Err(ServerError::Refused("level_root")),
        (Some(below), Some(above)) if above >= below => Err(ServerError::Refused("move_level")),
        _ if unit.space != to.space && to.space != reference_space(tx)?.id => Err(ServerError::Refused("move_space")),
        _ => Ok(()),
    }
}

/// No if something stands in a unit, or somebody works there: units and records below it, roles, a county's space.
pub(super) fn refuse_in_use(tx: &dyn Tx, id: UnitId, day: i64) -> Result<()> {
    let unit = tx.unit(id)?.ok_or(ServerError::NotFound("unit"))?;
    let in_use = Err(ServerError::Refused("unit_in_use"));
    let reference = reference_space(tx)?.id;
    if matches!(Level::from_name(&unit.level), Some(Level::City | Level::County)) || !tx.units_below(id)?.is_empty() {
        return in_use;
    }
    let held = tx.granted_accounts()?.into_iter().map(|account| tx.grants(account)).collect::<Result<Vec<_>>>()?;
    if held.iter().flatten().any(|grant| grant.unit == id && grant.until.is_none()) {
        return in_use;
    }
    // A post that nobody fills holds nobody up: it goes with its unit.
    let empty = |state: &State| state.kind() == Kind::Post.name() && !post::is_filled(state, day);
    let below = tx.children(reference, id.record())?.into_iter().map(|record| (reference, record));
    let inside = tx.audience_records(unit.space, Key::unit(id))?.into_iter().map(|record| (unit.space, record));
    for (space, record) in below.chain(inside).filter(|(_, record)| *record != id.record()) {
        let state = tx.state(space, record)?.map(|row| read_state(&row.bytes)).transpose()?;
        if state.is_some_and(|state| !state.is_deleted() && state.moved_to().is_none() && !empty(&state)) {
            return in_use;
        }
    }
    Ok(())
}

/// Makes a unit, and its space if it is to have one.
pub(super) fn add(w: &Writing<'_>, author: AccountId, new: &NewUnit<'_>) -> Result<UnitRow> {
    let reference = reference_space(w.tx)?.id;
    let id = UnitId(w.running.options.ids.record(w.now).0);
    let space = match new.above.map(|above| above.space) {
        Some(space) if space != reference => space,
        _ if new.level == Level::City => reference,
        _ => make_space(w, new.name, false)?,
    };
    let mut wishes = vec![
        Wish::put("name", new.name),
        Wish::put("level", new.level.name()),
        Wish::put("code", new.code.to_string()),
    ];
    wishes.extend(new.above.map(|above| Wish::put(PARENT, above.id.record())));
    wishes.extend(new.kind.map(|kind| Wish::put("kind", kind)));
    write(w, author, id, &wishes)?;
    let kept = w.tx.unit(id)?.ok_or(ServerError::NotFound("unit"))?;
    if kept.space == space {
        return Ok(kept);
    }
    tree::assign_space(w, id, space)?;
    Ok(UnitRow { space, ..kept })
}

/// Gives a unit another name, and its space too if it is the unit's own.
pub(super) fn rename(w: &Writing<'_>, author: AccountId, unit: &UnitRow, name: &str) -> Result<()> {
    write(w, author, unit.id, &[Wish::put("name", name)])?;
    let space = w.space(unit.space)?;
    if space.name == unit.name {
        w.tx.space_rename(space.id, name)?;
    }
    Ok(())
}

/// Writes a change to a unit's record, as it is now.
pub(super) fn write(w: &Writing<'_>, author: AccountId, unit: UnitId, wishes: &[Wish]) -> Result<()> {
    write_record(w, author, Kind::Unit, unit.record(), unit, wishes)
}

/// Writes a change to a record in the space of the tree, as it is now: a unit's, or of something below it.
pub(super) fn write_record(
    w: &Writing<'_>,
    author: AccountId,
    kind: Kind,
    record: RecordId,
    unit: UnitId,
    wishes: &[Wish],
) -> Result<()> {
    let wanted = ConsoleWrite {
        author,
        machine: author == AccountId::default(),
        judged: false,
        space: reference_space(w.tx)?.id,
        record,
        kind: kind.name(),
        unit,
        wishes,
        basis: None,
    };
    console::write(w, &wanted)?;
    Ok(())
}
