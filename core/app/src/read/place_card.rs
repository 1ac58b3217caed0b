//! The card of a place with what is at it: an estate with its buildings, a building with its dwellings, premises with
//! their cases.
//!
//! Owns the order of what is below. Refuses to count what this phone does not hold. Invariant: what names the record as
//! its parent is on its card.

use super::Reader;
use super::card::Card;
use super::row_line::RowLine;
use gridwalk_model::RecordId;
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::limits;
use gridwalk_model::view::Held;
use gridwalk_store::StoreError;

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
        Ok(Some(PlaceCard { card, address, below }))
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
