//! Months locked, and whether units are ranked.
//!
//! Owns who locks, when that may be, and what is told of a lock; the switch of a county or city for ranking. Refuses to count.
//! Invariant: a month is locked once it is over and every objection to it was decided, and never opened again; nobody is
//! ranked but units of a township's level and above, and nobody before the switch is on.

use super::appraisal::MonthAsked;
use super::{Admin, place, power, reference_space, unit};
use crate::appraisal::locked::LockedMonth;
use crate::appraisal::{catch_up, facts};
use crate::error::{Result, ServerError};
use crate::store::month_lock::MonthLockRow;
use crate::store::{Tx, UnitRow};
use crate::writing::{Reading, Writing};
use gridwalk_model::appraisal::{Month, ObjectionFact, Sheet};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, RecordId, UnitId};
use gridwalk_model::kind::{Kind, PARENT, month_lock};
use gridwalk_model::state_codec::read_state;
use gridwalk_model::time::Timestamp;
use gridwalk_model::unit_code::Level;
use gridwalk_model::view::{GroupView, Policy};
use gridwalk_model::wish::Wish;

/// The field of a unit that says whether those below it are ranked.
pub const RANKS: &str = "ranks";

/// A lock, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LockView {
    /// The month.
    pub month: Month,
    /// Code of the unit that it is locked for, with all below.
    pub unit_code: String,
    /// Since when.
    pub at: Timestamp,
    /// Login of whoever locked it.
    pub by: Option<String>,
    /// The hash of what was counted.
    pub hash: String,
    /// Rows that were counted.
    pub rows: usize,
}

/// An objection, as lists have it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ObjectionView {
    /// What is known of it.
    #[serde(flatten)]
    pub fact: ObjectionFact,
    /// Code of its unit.
    pub unit_code: String,
    /// Login of whoever raised it.
    pub by_login: Option<String>,
    /// Whether a lock of the month does not have it as it stands.
    pub after_lock: bool,
}

/// A unit among others.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RankedUnit {
    /// Its place; shared by units of one score, none where nothing is counted.
    pub place: Option<usize>,
    /// The unit.
    pub unit: RecordId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its numbers.
    #[serde(flatten)]
    pub sheet: Sheet,
}

impl Admin {
    /// Locks a month of a county: from now on nothing changes its figures.
    pub fn lock_month(&self, month: Month, unit_code: &str) -> Result<LockView> {
        self.keep_facts_up()?;
        self.act_by(|w| {
            let r = w.reading();
            let unit = place::unit_coded(w.tx, unit_code)?;
            if let Some(by) = self.by {
                power::supervises(&r, by, unit.id)?;
            }
            if !is_uppermost(&r, &unit)? {
                return Err(ServerError::Refused("month_lock_unit"));
            }
            if w.now < month.ends() {
                return Err(ServerError::Refused("month_not_over"));
            }
            if w.tx.month_lock(unit.space, month)?.is_some() {
                return Err(ServerError::Refused("month_is_locked"));
            }
            catch_up(w.tx, unit.space)?;
            let counted = facts(w.tx, unit.space, month)?;
            if counted.iter().any(|fact| fact.objection().is_some_and(ObjectionFact::is_open)) {
                return Err(ServerError::Refused("objections_open"));
            }
            let rows = counted.len();
            let locked = LockedMonth { by: self.by, ..LockedMonth::of(w.tx, (unit.id, month), w.now, counted)? };
            let (bytes, hash) = locked.document()?;
            let row = MonthLockRow { unit: unit.id, at: w.now, by: self.author(), hash, bytes };
            w.tx.month_lock_put(unit.space, month, &row)?;
            self.tell_lock(w, &unit, month, hash)?;
            w.audit(self.by, "month_locked", &format!("{} {month} {hash}", unit.id))?;
            lock_view(w.tx, month, &row, rows)
        })
    }

    /// Every phone below hears that the month is locked.
    fn tell_lock(&self, w: &Writing<'_>, unit: &UnitRow, month: Month, hash: Hash) -> Result<()> {
        let wishes = [
            Wish::put(PARENT, unit.id.record()),
            Wish::put(month_lock::MONTH, month.to_string().as_str()),
            Wish::put(month_lock::AT, w.now.0),
            Wish::put(month_lock::HASH, hash.to_string().as_str()),
        ];
        let record = month_lock::lock_of(unit.id, month);
        unit::write_record(w, self.author(), Kind::MonthLock, record, unit.id, &wishes)
    }

    /// Gives out what was counted of a month that is locked, as one document with its hash, to whoever supervises the
    /// county; that it was given out is audited.
    pub fn export_month(&self, month: Month, unit_code: &str) -> Result<(LockView, Vec<u8>)> {
        self.act_by(|w| {
            let unit = place::unit_coded(w.tx, unit_code)?;
            let supervises = |unit| self.by.map_or(Ok(()), |by| power::supervises(&w.reading(), by, unit));
            supervises(unit.id)?;
            let row = w.tx.month_lock(unit.space, month)?.ok_or(ServerError::Refused("month_not_locked"))?;
            supervises(row.unit)?;
            let rows = LockedMonth::read(&row.bytes)?.facts.len();
            w.audit(self.by, "month_exported", &format!("{} {month} {}", row.unit, row.hash))?;
            Ok((lock_view(w.tx, month, &row, rows)?, row.bytes))
        })
    }

    /// The objections to a month in a unit and below, those that nobody decided first.
    pub fn objections(&self, month: Month, unit_code: &str) -> Result<Vec<ObjectionView>> {
        self.keep_facts_up()?;
        self.server().read(|r| {
            let unit = place::unit_coded(r.tx, unit_code)?;
            if let Some(by) = self.by() {
                power::supervises(r, by, unit.id)?;
            }
            let below = crate::tree::with_below(r.tx, unit.id)?;
            let mut views = Vec::new();
            for space in r.tx.spaces()?.into_iter().filter(|space| !space.reference) {
                let locked = r.tx.month_lock(space.id, month)?.map(|row| LockedMonth::read(&row.bytes)).transpose()?;
                for fact in facts(r.tx, space.id, month)? {
                    let Some(found) = fact.objection().filter(|found| below.contains(&found.unit)) else { continue };
                    let after_lock = locked.as_ref().is_some_and(|locked| !locked.facts.contains(&fact));
                    let login = |by: AccountId| Ok::<_, ServerError>(r.tx.account(by)?.map(|account| account.login));
                    views.push(ObjectionView {
                        unit_code: r.tx.unit(found.unit)?.map(|unit| unit.code).unwrap_or_default(),
                        by_login: found.by.map(login).transpose()?.flatten(),
                        fact: found.clone(),
                        after_lock,
                    });
                }
            }
            views.sort_by_key(|view| (!view.fact.is_open(), view.fact.record));
            Ok(views)
        })
    }

    /// Says whether units below a county or a city are ranked.
    pub fn set_ranking(&self, unit_code: &str, on: bool) -> Result<UnitRow> {
        self.act_by(|w| {
            let unit = place::unit_coded(w.tx, unit_code)?;
            if let Some(by) = self.by {
                power::supervises(&w.reading(), by, unit.id)?;
            }
            ranked_level(&unit)?;
            if ranks(w.tx, unit.id)? != on {
                unit::write(w, self.author(), unit.id, &[Wish::put(RANKS, on)])?;
                w.audit(self.by, "ranking_switched", &format!("{} {}", unit.id, if on { "on" } else { "off" }))?;
            }
            Ok(unit)
        })
    }

    /// The units below a county or a city by their score, where that is switched on.
    pub fn ranking(&self, month: Month, unit_code: &str) -> Result<Vec<RankedUnit>> {
        let (above, below) = self.server().read(|r| {
            let unit = place::unit_coded(r.tx, unit_code)?;
            if let Some(by) = self.by() {
                power::supervises(r, by, unit.id)?;
            }
            let level = ranked_level(&unit)?;
            if !ranks(r.tx, unit.id)? {
                return Err(ServerError::Refused("ranking_off"));
            }
            let mut below = Vec::new();
            for id in r.tx.units_below(unit.id)? {
                below.extend(r.tx.unit(id)?.filter(|below| Level::from_name(&below.level) == Some(level)));
            }
            Ok((unit, below))
        })?;
        let mut ranked = Vec::new();
        for unit in below {
            let view = self.appraised_month(&MonthAsked { month, unit: &unit.code, by: None })?;
            if view.own {
                return Err(power::LACKING);
            }
            let (code, name) = (unit.code, unit.name);
            ranked.push(RankedUnit { place: None, unit: unit.id.record(), code, name, sheet: view.all });
        }
        debug_assert!(above.level != Level::Grid.name(), "grids are not ranked");
        ranked.sort_by(|a, b| (b.sheet.score, &a.code).cmp(&(a.sheet.score, &b.code)));
        for n in 0..ranked.len() {
            let ahead = ranked.iter().filter(|other| other.sheet.score > ranked[n].sheet.score).count();
            ranked[n].place = ranked[n].sheet.score.map(|_| ahead + 1);
        }
        Ok(ranked)
    }
}

/// The level of those that are ranked below a unit: counties of a city, townships of a county, and nobody below.
fn ranked_level(unit: &UnitRow) -> Result<Level> {
    match Level::from_name(&unit.level) {
        Some(Level::City) => Ok(Level::County),
        Some(Level::County) => Ok(Level::Township),
        _ => Err(ServerError::Refused("ranking_level")),
    }
}

/// Whether units below this one are ranked: nobody is before somebody switched it on.
fn ranks(tx: &dyn Tx, unit: UnitId) -> Result<bool> {
    let row = tx.state(reference_space(tx)?.id, unit.record())?;
    let state = row.map(|row| read_state(&row.bytes)).transpose()?;
    let of = |state| GroupView::alone(state).field(RANKS, Policy::Review)?.value?.as_bool();
    Ok(state.as_ref().and_then(of).unwrap_or(false))
}

/// Whether a unit is the one above all others of its space.
fn is_uppermost(r: &Reading<'_>, unit: &UnitRow) -> Result<bool> {
    if unit.space == reference_space(r.tx)?.id {
        return Ok(false);
    }
    for above in r.with_above(&[unit.id], None)?.iter().filter(|above| **above != unit.id) {
        if r.tx.unit(*above)?.is_some_and(|above| above.space == unit.space) {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn lock_view(tx: &dyn Tx, month: Month, row: &MonthLockRow, rows: usize) -> Result<LockView> {
    let by = Some(row.by).filter(|by| *by != AccountId::default());
    Ok(LockView {
        month,
        unit_code: tx.unit(row.unit)?.map(|unit| unit.code).unwrap_or_default(),
        at: row.at,
        by: by.map(|by| tx.account(by)).transpose()?.flatten().map(|account| account.login),
        hash: row.hash.to_string(),
        rows,
    })
}
