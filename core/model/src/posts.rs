//! Posts: how the posts of somebody lie to the units that a case names.
//!
//! Owns the two answers that guards need: who speaks for a unit, and who works for it. Refuses to know grants and trees: a
//! phone and a server find them in what they hold. Invariant: it says something of the units that were asked about alone.

use crate::id::UnitId;
use std::collections::BTreeSet;

/// To which of the units that were asked about somebody's posts lie how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posts {
    /// Those that they have a post in, or in a unit above.
    over: BTreeSet<UnitId>,
    /// Those below which they have one.
    under: BTreeSet<UnitId>,
}

impl Posts {
    /// Of these units, by the units of somebody's posts; `is_within` tells whether a unit is one of these or below one.
    pub fn of<E>(
        units: &[UnitId],
        posts: &BTreeSet<UnitId>,
        mut is_within: impl FnMut(UnitId, &BTreeSet<UnitId>) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let mut found = Self::default();
        for unit in units {
            if is_within(*unit, posts)? {
                found.over.insert(*unit);
            }
            let alone = BTreeSet::from([*unit]);
            for post in posts {
                if is_within(*post, &alone)? {
                    found.under.insert(*unit);
                }
            }
        }
        Ok(found)
    }

    /// The same where nobody here can tell how a unit lies to them: it is taken to be theirs.
    #[must_use]
    pub fn or_unknown(mut self, units: impl IntoIterator<Item = UnitId>) -> Self {
        self.over.extend(units);
        self
    }

    /// Whether they speak for a unit: they have a post in it or above.
    pub fn speak_for(&self, unit: UnitId) -> bool {
        self.over.contains(&unit)
    }

    /// Whether they work for a unit: they have a post in it, above or below.
    pub fn work_for(&self, unit: UnitId) -> bool {
        self.over.contains(&unit) || self.under.contains(&unit)
    }
}
