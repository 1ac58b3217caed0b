//! The card of a place with what is at it: an estate with its buildings, a building with its dwellings, premises with
//! their cases.
//!
//! Owns the order of what is below. Refuses to count what this phone does not hold. Invariant: what names the record as
//! its parent is on its card.

use super::Reader;
use super::card::Card;
use super::row_line::RowLine;
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::limits;
use gridwalk_model::view::Held;
use gridwalk_model::{RecordId, UnitId};
use gridwalk_store::{RowFilter, StoreError};
use std::collections::BTreeMap;

/// A record with what is above and below it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PlaceCard {
    /// The record itself.
    #[serde(flatten)]
    pub card: Card,
    /// What it is in, the nearest first.
    pub address: Vec<RowLine>,
    /// What is directly below it, kind by kind.
    pub below: Vec<Below>,
    /// The units that what is below an estate is at home in, where they are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitCount>,
    /// The premises that an organisation uses, wherever they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub premises: Vec<RowLine>,
}

/// How much of a place lies in a unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnitCount {
    /// The unit.
    pub unit: UnitId,
    /// Its name, as far as this phone knows it.
    pub name: Option<String>,
    /// How many records.
    pub count: usize,
}

/// Records of one kind below another.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Below {
    /// The kind.
    pub kind: &'static str,
    /// They, in the order of their lists.
    pub rows: Vec<RowLine>,
}

impl Reader<'_> {
    /// The card of a record with what is around it; `None` if it is not on this phone.
    pub fn place_card(&self, record: RecordId) -> Result<Option<PlaceCard>, StoreError> {
        let Some(card) = self.card(record)? else { return Ok(None) };
        let mut rows = self.store.children(card.record)?;
        let mut below = Vec::new();
        for kind in Kind::ALL {
            let (of_kind, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.kind == kind.name());
            rows = rest;
            if !of_kind.is_empty() {
                below.push(Below { kind: kind.name(), rows: of_kind.into_iter().map(RowLine::from).collect() });
            }
        }
        let address = self.above(card.record)?;
        let units = if card.kind == Kind::Estate.name() { self.units_of(&below)? } else { Vec::new() };
        let is_organisation = card.kind == Kind::Organisation.name();
        let premises = if is_organisation { self.premises_of(card.record)? } else { Vec::new() };
        Ok(Some(PlaceCard { card, address, below, units, premises }))
    }

    /// The units of what is below; nothing where it is one.
    fn units_of(&self, below: &[Below]) -> Result<Vec<UnitCount>, StoreError> {
        let mut counts: BTreeMap<UnitId, usize> = BTreeMap::new();
        for unit in below.iter().flat_map(|b| &b.rows).filter_map(|row| row.unit) {
            *counts.entry(unit).or_default() += 1;
        }
        if counts.len() < 2 {
            return Ok(Vec::new());
        }
        counts.into_iter().map(|(unit, count)| Ok(UnitCount { unit, name: self.unit_name(unit)?, count })).collect()
    }

    /// The premises that name an organisation, or one that is the same thing.
    fn premises_of(&self, organisation: RecordId) -> Result<Vec<RowLine>, StoreError> {
        let group = self.store.members(organisation)?;
        let mut found = Vec::new();
        for row in self.each_row(RowFilter::kind(Kind::Premises.name())) {
            let row = row?;
            let loaded = self.load([row.record])?;
            let used_by = loaded.state(row.record).map(|s| s.head_ids("organisation")).unwrap_or_default();
            if used_by.iter().any(|by| *by == organisation || group.contains(by)) {
                found.push(RowLine::from(row));
            }
        }
        Ok(found)
    }

    /// What a record is in, the nearest first.
    pub fn above(&self, record: RecordId) -> Result<Vec<RowLine>, StoreError> {
        let loaded = self.load([record])?;
        let mut above = Vec::new();
        let mut at = record;
        while let Some(parent) = loaded.state(at).and_then(|s| s.head_ids(PARENT).first().copied()) {
            if above.len() >= limits::PARENTS_DEPTH_MAX {
                break;
            }
            above.extend(self.store.row(parent)?.map(RowLine::from));
            at = parent;
        }
        Ok(above)
    }
}
