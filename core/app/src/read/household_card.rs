//! The household card: who lives here, how it was found last, what is open.

use super::card::Card;
use super::row_line::{self, RowLine};
use super::{Reader, shown};
use gridwalk_model::RecordId;
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::view::Held;
use gridwalk_store::StoreError;

/// A household with its residents and visits.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HouseholdCard {
    /// The household itself.
    #[serde(flatten)]
    pub card: Card,
    /// Building and dwelling above it, the nearest first.
    pub address: Vec<RowLine>,
    /// Those who live here.
    pub residents: Vec<RowLine>,
    /// Visits, the newest first.
    pub visits: Vec<RowLine>,
}

impl Reader<'_> {
    /// The card of a household; `None` if there is no such household on this phone.
    pub fn household_card(&self, record: RecordId) -> Result<Option<HouseholdCard>, StoreError> {
        let loaded = self.load([record])?;
        let Some(view) = shown(&loaded, record) else { return Ok(None) };
        if view.front().is_none_or(|f| f.kind() != Kind::Household.name()) {
            return Ok(None);
        }
        let card = self.card_of(&loaded, &view)?;
        let below = self.store.children(card.record)?;
        let of_kind = |kind: Kind| below.iter().filter(|r| r.kind == kind.name()).cloned().collect();
        let mut address = Vec::new();
        let mut at = view.shown;
        while let Some(parent) = loaded.state(at).and_then(|s| s.head_ids(PARENT).first().copied()) {
            if address.len() >= gridwalk_model::limits::PARENTS_DEPTH_MAX {
                break;
            }
            address.extend(self.store.row(parent)?.map(RowLine::from));
            at = parent;
        }
        let residents = row_line::lines(of_kind(Kind::Resident));
        let visits = row_line::lines(of_kind(Kind::Visit));
        Ok(Some(HouseholdCard { card, address, residents, visits }))
    }
}
