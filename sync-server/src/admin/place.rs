//! Where units are: by code, and in which spaces.
//!
//! Owns the way from a unit to the spaces that it reaches into. Refuses to know records other than units.
//! Invariant: a unit of a county has that county's space; what is above all counties has that of the tree.

use super::{grant, reference_space};
use crate::error::{Result, ServerError};
use crate::former;
use crate::store::{Tx, UnitRow};
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::unit_code::UnitCode;
use gridwalk_sync::enrol::SpaceInfo;
use std::collections::{BTreeMap, BTreeSet};

/// The unit with this code, in any padding; an old code finds the unit that had it.
pub(super) fn unit_coded(tx: &dyn Tx, code: &str) -> Result<UnitRow> {
    let code = UnitCode::parse(code).map_err(|_| ServerError::Refused("unit_code"))?;
    if let Some(unit) = tx.unit_by_code(&code.to_string())? {
        return Ok(unit);
    }
    formerly(tx, &code)?.ok_or(ServerError::NotFound("unit"))
}

/// The unit that had this code in an earlier edition; one that still has a code before one that ended.
pub(super) fn formerly(tx: &dyn Tx, code: &UnitCode) -> Result<Option<UnitRow>> {
    let units = former::units(tx, &code.to_string())?;
    let mut rows: Vec<UnitRow> =
        units.into_iter().filter_map(|unit| tx.unit(unit).transpose()).collect::<Result<_>>()?;
    rows.sort_by(|a, b| (a.code.is_empty(), &a.code, a.id).cmp(&(b.code.is_empty(), &b.code, b.id)));
    Ok(rows.into_iter().next())
}

/// The codes that units had before and that none has now.
pub(super) fn former_codes(tx: &dyn Tx) -> Result<BTreeSet<String>> {
    let (mut former, mut here) = (BTreeSet::new(), BTreeSet::new());
    for unit in tx.units()? {
        former.extend(former::codes(tx, unit.id)?);
        here.insert(unit.code);
    }
    Ok(former.difference(&here).cloned().collect())
}

/// The spaces in which records of this unit or of units below it may live.
pub(super) fn spaces_below(tx: &dyn Tx, unit: UnitId) -> Result<BTreeSet<SpaceId>> {
    let reference = reference_space(tx)?.id;
    let (mut spaces, mut met, mut queue) = (BTreeSet::new(), BTreeSet::new(), vec![unit]);
    while let Some(unit) = queue.pop() {
        let Some(row) = tx.unit(unit)? else { continue };
        if row.space == reference {
            queue.extend(tx.units_below(unit)?.into_iter().filter(|below| met.insert(*below)));
        } else {
            spaces.insert(row.space);
        }
    }
    Ok(spaces)
}

/// The spaces that an account works in now, that of the tree first; without units those in which only single records are
/// its to see.
pub fn spaces_of(tx: &dyn Tx, account: AccountId) -> Result<Vec<SpaceInfo>> {
    let mut units: BTreeMap<SpaceId, BTreeSet<UnitId>> = BTreeMap::new();
    let grants = grant::living(tx, account)?;
    for grant in &grants {
        let unit = grant.grant.unit;
        for space in spaces_below(tx, unit)? {
            units.entry(space).or_default().insert(unit);
        }
    }
    let granted: BTreeSet<UnitId> = grants.iter().map(|g| g.grant.unit).collect();
    let mut infos = Vec::new();
    for space in tx.spaces()? {
        let here = if space.reference { Some(&granted) } else { units.get(&space.id) };
        let here: Vec<UnitId> = here.into_iter().flatten().copied().collect();
        if !here.is_empty() || reaches(tx, space.id, account, &granted)? {
            infos.push(SpaceInfo { space: space.id, reference: space.reference, name: space.name, units: here });
        }
    }
    Ok(infos)
}

/// Whether records of a space in which an account has no unit belong to one of its units all the same, or are its own.
fn reaches(tx: &dyn Tx, space: SpaceId, account: AccountId, granted: &BTreeSet<UnitId>) -> Result<bool> {
    let keys = granted.iter().map(|unit| Key::unit(*unit)).chain([Key::author(account)]);
    for key in keys.filter(|_| !granted.is_empty()) {
        if tx.audience_any(space, key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Names of the roles that an account has anywhere.
pub(crate) fn roles_of(tx: &dyn Tx, account: AccountId) -> Result<Vec<String>> {
    let roles: BTreeSet<String> = grant::living(tx, account)?.into_iter().map(|g| g.grant.role).collect();
    Ok(roles.into_iter().collect())
}
