//! Merge households: those of one live in the other from now on.
//!
//! The household that ends is not deleted: whoever is added to it meanwhile, on another phone, stays in sight.

use super::{Actor, Decision, Opened, edits, split_household};
use crate::basis::Basis;
use crate::civil_date::CivilDate;
use crate::kind::{Kind, household};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::{Held, group_of};
use crate::wish::Wish;

/// A household that becomes part of another.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeHouseholds {
    /// What stood on the screen of the household that ends.
    pub basis: Basis,
    /// The same of the other members of its same-as group.
    pub also: Vec<Basis>,
    /// What stood on the screen of the one that goes on.
    pub into: Basis,
    /// What stood on the screen of the residents of the one that ends.
    pub residents: Vec<Basis>,
    /// The day; today if nothing is said.
    pub on: Option<CivilDate>,
}

impl MergeHouseholds {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let (ends, goes_on) = (&self.basis, &self.into);
        if ends.record == goes_on.record {
            return Err(Rejection::SameAsItself);
        }
        let all = Opened::all(held, ends.record, ends, &self.also)?;
        let other = Opened::of(held, goes_on.record, goes_on)?;
        if all.iter().chain([&other]).any(|one| one.table.kind != Kind::Household) {
            return Err(Rejection::WrongKind { wanted: Kind::Household.name() });
        }
        let today = actor.today();
        let on = self.on.map_or(today, CivilDate::days);
        if on > today {
            return Err(Rejection::NotYet { field: household::ENDED });
        }
        edits::permit(other.table, household::MERGED_INTO, actor.roles)?;
        if group_of(held, ends.record).contains(&goes_on.record) {
            return Err(Rejection::SameAsItself);
        }
        let wishes =
            vec![Wish::put(household::MERGED_INTO, Value::Id(goes_on.record)), Wish::put(household::ENDED, on)];
        let mut more = split_household::going(held, &self.residents, ends.record, goes_on.record, actor)?;
        for write in &mut more {
            write.unit = other.unit;
        }
        let mut writes: Vec<_> = all.iter().map(|one| one.write(wishes.clone())).collect();
        writes.append(&mut more);
        Decision::of(writes)
    }
}
