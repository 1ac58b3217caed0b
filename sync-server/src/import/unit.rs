//! Units of an import: the one that it is for, and those below that rows name.
//!
//! Owns finding a unit by code, by name or by a group's number. Refuses units that are not below the one that was named.
//! Invariant: a name that several units have finds none.

use crate::admin::unit_of_code;
use crate::error::{Result, ServerError};
use crate::store::{Tx, UnitRow};
use crate::tree;
use gridwalk_model::check::half_width;
use gridwalk_model::id::UnitId;
use gridwalk_model::unit_code::{Level, UnitCode};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The units below one, by code and by name.
pub struct Units {
    /// The unit of the import.
    pub base: UnitRow,
    below: BTreeSet<UnitId>,
    by_code: HashMap<String, UnitId>,
    by_name: BTreeMap<String, Vec<UnitId>>,
    villages: HashMap<UnitId, UnitId>,
}

/// Why a cell names no unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoUnit {
    /// None is called so.
    Unknown,
    /// Several are.
    Ambiguous,
}

impl Units {
    /// The units below the one with this code; it must lie inside a county.
    pub fn below(tx: &dyn Tx, code: &str) -> Result<Self> {
        let base = unit_of_code(tx, code)?;
        let reference = tx.spaces()?.into_iter().find(|space| space.reference);
        if reference.is_some_and(|space| space.id == base.space) {
            return Err(ServerError::Refused("import_unit"));
        }
        let below = tree::with_below(tx, base.id)?;
        let (mut by_code, mut by_name, mut villages) = (HashMap::new(), BTreeMap::<_, Vec<_>>::new(), HashMap::new());
        for id in &below {
            let Some(unit) = tx.unit(*id)? else { continue };
            by_code.insert(unit.code.clone(), *id);
            by_name.entry(plain(&unit.name)).or_default().push(*id);
            villages.insert(*id, village(tx, &unit)?);
        }
        Ok(Self { base, below, by_code, by_name, villages })
    }

    /// The unit that a cell names.
    pub fn named(&self, tx: &dyn Tx, cell: &str) -> Result<std::result::Result<UnitId, NoUnit>> {
        if let Ok(code) = UnitCode::parse(cell) {
            if let Some(id) = self.by_code.get(&code.to_string()) {
                return Ok(Ok(*id));
            }
            // A code of an earlier edition.
            return Ok(match unit_of_code(tx, cell) {
                Ok(unit) if self.below.contains(&unit.id) => Ok(unit.id),
                Ok(_) | Err(ServerError::NotFound(_)) => Err(NoUnit::Unknown),
                Err(fault) => return Err(fault),
            });
        }
        let wanted = plain(cell);
        if let Some(ids) = self.by_name.get(&wanted) {
            return Ok(if let [id] = ids.as_slice() { Ok(*id) } else { Err(NoUnit::Ambiguous) });
        }
        let called = self.by_name.iter().filter(|(name, _)| ends_with(name, &wanted));
        let ends: Vec<UnitId> = called.flat_map(|(_, ids)| ids.clone()).collect();
        Ok(match ends.as_slice() {
            [id] => Ok(*id),
            [] => Err(NoUnit::Unknown),
            _ => Err(NoUnit::Ambiguous),
        })
    }

    /// The village that a unit lies in: what tells equal names of buildings apart.
    pub fn village(&self, unit: UnitId) -> UnitId {
        self.villages.get(&unit).copied().unwrap_or(unit)
    }
}

fn village(tx: &dyn Tx, unit: &UnitRow) -> Result<UnitId> {
    let mut at = unit.clone();
    for _ in 0..gridwalk_model::limits::UNIT_DEPTH_MAX {
        if at.level == Level::Village.name() {
            return Ok(at.id);
        }
        let Some(above) = tx.units_above(at.id, None)?.first().copied() else { break };
        let Some(above) = tx.unit(above)? else { break };
        at = above;
    }
    Ok(unit.id)
}

/// Whether a name ends so, and not in the middle of a number: `11组` does not end with `1组`.
fn ends_with(name: &str, wanted: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let before = name.strip_suffix(wanted).filter(|_| !wanted.is_empty());
    before.is_some_and(|before| !(digit(wanted.chars().next()) && digit(before.chars().last())))
}

/// Half-width, without spaces, numerals as digits, without `第`, so that `第三组` and `3组` are one.
fn plain(name: &str) -> String {
    const TENS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digit =
        |c: char| TENS.iter().position(|ten| *ten == c).and_then(|n| char::from_digit(u32::try_from(n).ok()?, 10));
    let half = half_width(name);
    let signs = half.chars().filter(|c| !c.is_whitespace() && *c != '第');
    signs.map(|c| digit(c).unwrap_or(c)).collect::<String>().replace("村民小组", "组").replace("小组", "组")
}

#[cfg(test)]
mod tests {
    use super::{ends_with, plain};

    #[test]
    fn groups_and_grids_are_called_in_many_ways() {
        assert_eq!(plain("第三村民小组"), plain("３ 组"));
        assert_eq!(plain("府南社区第1网格"), plain("府南社区第一网格"));
        assert_ne!(plain("3组"), plain("13组"));
        assert!(ends_with("府南社区1网格", "1网格") && ends_with("沙杭村1组", "村1组"));
        assert!(!ends_with("府南社区11网格", "1网格") && !ends_with("府南社区", ""));
    }
}
