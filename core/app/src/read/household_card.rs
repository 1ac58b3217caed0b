//! The household card: who lives here, how it was found last, what is open.

use super::card::Card;
use super::row_line::{self, RowLine};
use super::{Reader, shown};
use gridwalk_model::RecordId;
use gridwalk_model::kind::{Kind, resident};
use gridwalk_model::view::Held;
use gridwalk_store::StoreError;
use std::collections::BTreeMap;

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
    /// Those who moved away.
    pub away: Vec<RowLine>,
    /// Registered households (户籍户) that those who live here are in: number of the booklet, and who.
    pub booklets: BTreeMap<String, Vec<RecordId>>,
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
        let address = self.above(card.record)?;
        let (mut residents, mut away, mut booklets) = (Vec::new(), Vec::new(), BTreeMap::new());
        for line in row_line::lines(of_kind(Kind::Resident)) {
            let loaded = self.load([line.record])?;
            let value = |field: &str| loaded.state(line.record)?.value(field).cloned();
            if value(resident::MOVED_OUT).is_some() {
                away.push(line);
                continue;
            }
            if let Some(booklet) = value(resident::BOOKLET).and_then(|v| v.as_text().map(str::to_owned)) {
                booklets.entry(booklet).or_insert_with(Vec::new).push(line.record);
            }
            residents.push(line);
        }
        let visits = row_line::lines(of_kind(Kind::Visit));
        Ok(Some(HouseholdCard { card, address, residents, away, booklets, visits }))
    }
}
