//! Pairs that may be the same person or thing: those that the server told at the last sync, across grids, those in one place,
//! and those of what was typed here since.
//!
//! Owns which of them still count. Refuses to decide: a person says that two are the same, or that they are not.
//! Invariant: of a record that this phone does not hold a line has its unit and what agrees, and nothing else; a pair
//! about which somebody decided is not proposed again.

use super::row_line::RowLine;
use super::{Candidate, Reader, candidates};
use gridwalk_model::candidate::{Other, Told, traits_of};
use gridwalk_model::kind::{Kind, NOT_SAME};
use gridwalk_model::view::Held;
use gridwalk_model::{RecordId, UnitId, limits};
use gridwalk_store::StoreError;
use std::collections::BTreeSet;

/// Two records that may be one, or one and another that this phone does not hold.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DuplicateLine {
    /// The one here.
    pub row: RowLine,
    /// The other one, if it is here, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<RowLine>,
    /// The unit that the other one is at home in, as the server or this phone knows it.
    pub unit: Option<UnitId>,
    /// That unit's name.
    pub unit_name: Option<String>,
    /// Codes of what agrees.
    pub agreed: Vec<String>,
    /// How likely they are one, per cent.
    pub score: u32,
    /// Whether somebody here may decide: both are held.
    pub may_decide: bool,
    /// Whether the server told it.
    pub told: bool,
}

impl Reader<'_> {
    /// All pairs, the most alike first.
    pub fn duplicates(&self) -> Result<Vec<DuplicateLine>, StoreError> {
        let (mut lines, mut met) = (Vec::new(), BTreeSet::new());
        for told in self.store.told(limits::DUPLICATES_MAX)? {
            if let Some(line) = self.told_line(&told)? {
                met.extend(line.other.as_ref().map(|o| pair(line.row.record, o.record)));
                lines.push(line);
            }
        }
        for (one, found) in self.likely_siblings()? {
            let Some(row) = self.store.row(one)? else { continue };
            if met.insert(pair(one, found.row.record)) {
                lines.push(of_this_phone(row.into(), found));
            }
        }
        let printed = |kind: &str| Kind::from_name(kind).is_some_and(|kind| traits_of(kind).is_some());
        let typed: BTreeSet<RecordId> = self.store.outbox()?.into_iter().map(|item| item.record).collect();
        for record in typed {
            let Some(row) = self.store.row(record)?.filter(|row| printed(&row.kind)) else { continue };
            for found in self.candidates_of(record)? {
                if found.score >= limits::LIKELY_PERCENT && met.insert(pair(record, found.row.record)) {
                    lines.push(of_this_phone(row.clone().into(), found));
                }
            }
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.score));
        Ok(lines)
    }

    /// What the server told, if it still counts.
    fn told_line(&self, told: &Told) -> Result<Option<DuplicateLine>, StoreError> {
        let Some(row) = self.store.row(told.record)? else { return Ok(None) };
        let other = match told.other {
            Other::Unseen(_) => None,
            Other::Seen(other) => {
                let Some(row) = self.store.row(other)? else { return Ok(None) };
                if self.is_settled(told.record, other)? || !self.still_alike(told.record, other)? {
                    return Ok(None);
                }
                Some(RowLine::from(row))
            }
        };
        Ok(Some(DuplicateLine {
            row: row.into(),
            may_decide: other.is_some(),
            other,
            unit: Some(told.unit),
            unit_name: Some(told.unit_name.clone()).filter(|name| !name.is_empty()),
            agreed: told.agreed.clone(),
            score: told.score,
            told: true,
        }))
    }

    /// Whether somebody said what the two are: the same, or not.
    pub(super) fn is_settled(&self, one: RecordId, other: RecordId) -> Result<bool, StoreError> {
        if self.store.members(one)?.contains(&other) {
            return Ok(true);
        }
        let loaded = self.load([one, other])?;
        let says_not = |record: RecordId, with: RecordId| {
            let set = loaded.state(record).and_then(|s| s.sets.get(NOT_SAME));
            set.is_some_and(|s| s.adds.iter().any(|add| add.element.as_id() == Some(with)))
        };
        let gone = |record: RecordId| loaded.state(record).is_none_or(gridwalk_model::State::is_deleted);
        Ok(says_not(one, other) || says_not(other, one) || gone(one) || gone(other))
    }

    fn still_alike(&self, one: RecordId, other: RecordId) -> Result<bool, StoreError> {
        let loaded = self.load([one, other])?;
        let prints = |record: RecordId| loaded.state(record).map(candidates::prints_of).unwrap_or_default();
        Ok(gridwalk_model::duplicate::compare(&prints(one), &prints(other)).is_some())
    }
}

fn pair(one: RecordId, other: RecordId) -> (RecordId, RecordId) {
    (one.min(other), one.max(other))
}

fn of_this_phone(row: RowLine, found: Candidate) -> DuplicateLine {
    DuplicateLine {
        row,
        score: found.score,
        agreed: found.agreed.iter().map(|code| (*code).to_owned()).collect(),
        other: Some(found.row),
        unit: None,
        unit_name: None,
        may_decide: true,
        told: false,
    }
}
