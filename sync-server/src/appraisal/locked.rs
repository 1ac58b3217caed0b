//! Locked months: what was counted, as one document with the formulas and the units that it was counted by.
//!
//! Owns the document. Refuses to lock: `admin` does. Invariant: a document says by itself all that its figures come from, so
//! that no later change of cases, formulas, codes or borders changes one of them.

use crate::error::{Result, ServerError};
use crate::store::Tx;
use gridwalk_model::appraisal::{Fact, Formulas, Month};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// A unit as it stood when the month was locked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LockedUnit {
    /// Its id.
    pub id: UnitId,
    /// The unit above it; none of the uppermost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<UnitId>,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A month as it was counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LockedMonth {
    /// The month.
    pub month: Month,
    /// The uppermost unit.
    pub unit: UnitId,
    /// Since when it is locked, which is as of when it was counted.
    pub at: Timestamp,
    /// Who locked it; none where it was done at the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// The tables of formulas by their names, as they were published.
    pub formulas: BTreeMap<String, String>,
    /// The units, each above those below it.
    pub units: Vec<LockedUnit>,
    /// What was counted.
    pub facts: Vec<Fact>,
}

impl LockedMonth {
    /// A unit with all below it and what was counted there, as they are now.
    pub fn of(tx: &dyn Tx, (unit, month): (UnitId, Month), at: Timestamp, facts: Vec<Fact>) -> Result<Self> {
        let (mut units, mut queue) = (Vec::new(), vec![(unit, None)]);
        while let Some((id, above)) = queue.pop() {
            let Some(row) = tx.unit(id)? else { continue };
            units.push(LockedUnit { id, above, code: row.code, name: row.name });
            queue.extend(tx.units_below(id)?.into_iter().map(|below| (below, Some(id))));
        }
        let formulas = Formulas::published().map(|(name, table)| (name.to_owned(), table.to_owned())).into();
        Ok(Self { month, unit, at, by: None, formulas, units, facts })
    }

    /// Reads a document.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|_| ServerError::Corrupt("a locked month does not read".to_owned()))
    }

    /// The document, and the hash by which anybody can tell that it is the same.
    pub fn document(&self) -> Result<(Vec<u8>, Hash)> {
        let bytes = serde_json::to_vec(self).map_err(|_| ServerError::Cut)?;
        let hash = hash_of(&bytes);
        Ok((bytes, hash))
    }

    /// A unit with all that was below it then.
    pub fn within(&self, unit: UnitId) -> BTreeSet<UnitId> {
        let mut all: BTreeSet<UnitId> = self.units.iter().filter(|u| u.id == unit).map(|u| u.id).collect();
        for below in &self.units {
            if below.above.is_some_and(|above| all.contains(&above)) {
                all.insert(below.id);
            }
        }
        all
    }

    /// Code and name of a unit then.
    pub fn called(&self, unit: UnitId) -> Option<(&str, &str)> {
        self.units.iter().find(|u| u.id == unit).map(|u| (u.code.as_str(), u.name.as_str()))
    }

    /// The formulas by which it was counted.
    pub fn rules(&self) -> &'static Formulas {
        static KNOWN: Mutex<Vec<(BTreeMap<String, String>, &'static Formulas)>> = Mutex::new(Vec::new());
        if Formulas::published().iter().all(|(name, table)| self.formulas.get(*name).is_some_and(|text| text == table))
        {
            return Formulas::shipped();
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rules)) = known.iter().find(|(texts, _)| *texts == self.formulas) {
            return rules;
        }
        // There is one for each version of the formulas that ever shipped, and it is read once a process.
        let text = |name: &str| -> &'static str { self.formulas.get(name).cloned().unwrap_or_default().leak() };
        let rules: &'static Formulas =
            Box::leak(Box::new(Formulas::read(text("numbers.csv"), text("adjustments.csv"))));
        known.push((self.formulas.clone(), rules));
        rules
    }
}

/// The hash of a document.
pub fn hash_of(bytes: &[u8]) -> Hash {
    Hash::with_context("gridwalk locked month", &[bytes])
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_model::appraisal::{Asked, sheet};

    /// A document of the first version that locked months: it is read, and counted by its own formulas, for ever.
    const FIRST: &str = include_str!("../../tests/golden/locked_month_1.json");

    #[test]
    fn a_document_once_locked_reads_and_counts_for_ever() {
        let locked = LockedMonth::read(FIRST.as_bytes()).unwrap();
        let asked = Asked { month: locked.month, now: locked.at, by: None };
        let counted = sheet(locked.rules(), locked.facts.iter(), &asked);
        let closing = counted.number("closing").unwrap();
        assert_eq!((closing.top, closing.base, closing.left_out.len()), (1, 2, 1), "an objection was upheld");
        assert_eq!(closing.left_out[0].reason, "objected");
        assert_eq!(counted.number("coverage").map(|n| (n.top, n.base)), Some((1, 1)));
        assert_eq!(locked.rules().numbers.len(), 3, "by the formulas of then, not those that ship");
        assert_eq!(counted.score, Some(750));
        let (bytes, hash) = locked.document().unwrap();
        assert_eq!(hash, hash_of(&bytes));
        assert_eq!(LockedMonth::read(&bytes).unwrap(), locked);
    }

    #[test]
    fn units_are_within_those_that_stood_above_them_then() {
        let id = |n: u8| UnitId([n; 16]);
        let unit = |n: u8, above: Option<u8>| LockedUnit {
            id: id(n),
            above: above.map(id),
            code: n.to_string(),
            name: String::new(),
        };
        let locked = LockedMonth {
            units: vec![unit(1, None), unit(2, Some(1)), unit(3, Some(1)), unit(4, Some(3))],
            ..LockedMonth::read(FIRST.as_bytes()).unwrap()
        };
        assert_eq!(locked.within(id(1)).len(), 4);
        assert_eq!(locked.within(id(3)), [id(3), id(4)].into());
        assert!(locked.within(id(9)).is_empty());
        assert_eq!((locked.called(id(4)), locked.called(id(9))), (Some(("4", "")), None));
    }
}
