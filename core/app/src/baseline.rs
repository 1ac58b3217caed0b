//! The baseline list of a campaign, made from what this phone holds of the register.
//!
//! Owns which places belong to a list, and the way in pieces. Refuses to take anything off a list. Invariant: done again
//! it adds only what was not there; what was killed half way is finished by doing it again.

use crate::error::AppError;
use crate::notebook::Notebook;
use crate::read::Reader;
use gridwalk_model::command::Command;
use gridwalk_model::command::canvass::{Canvass, MakeBaseline, target_of};
use gridwalk_model::kind::Kind;
use gridwalk_model::limits;
use gridwalk_model::{RecordId, UnitId};
use gridwalk_store::{RowFilter, StoreError};

/// Premises in these states are on no list.
const ENDED: [&str; 2] = ["closed", "moved"];
/// The kind of a building that is one family's: its door is the house's.
const HOUSE: &str = "house";

/// Which places are to be on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineAsked {
    /// The campaign.
    pub campaign: RecordId,
    /// Those in this unit and below.
    pub unit: UnitId,
    /// Of these kinds; dwellings bring village houses, too.
    pub kinds: Vec<Kind>,
    /// Only those whose `kind` is this code.
    pub only: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct BaselineMade {
    /// Places of the register that belong to the list.
    pub places: usize,
    /// Those that were on it before, or had left it.
    pub before: usize,
    /// Those that were added.
    pub added: usize,
}

impl Notebook {
    /// Puts places of the register on a campaign's list; `tell` hears how many are done, of how many.
    pub fn make_baseline(
        &self,
        asked: &BaselineAsked,
        mut tell: impl FnMut(usize, usize),
    ) -> Result<BaselineMade, AppError> {
        let reader = self.reader()?;
        let places = reader.baseline_places(asked)?;
        let mut new = Vec::new();
        for place in &places {
            if reader.store.row(target_of(asked.campaign, *place))?.is_none() {
                new.push(*place);
            }
        }
        let mut added = 0;
        for part in new.chunks(limits::BASELINE_PLACES_MAX) {
            let command = MakeBaseline { campaign: asked.campaign, places: part.to_vec() };
            added += self.execute(&Command::Canvass(Canvass::MakeBaseline(command)))?.saved.len();
            tell(added, new.len());
        }
        Ok(BaselineMade { places: places.len(), before: places.len() - new.len(), added })
    }
}

impl Reader<'_> {
    /// The places of the register that belong to a list, in the order of lists.
    pub fn baseline_places(&self, asked: &BaselineAsked) -> Result<Vec<RecordId>, StoreError> {
        let mut places = Vec::new();
        for kind in &asked.kinds {
            places.extend(self.places_of(*kind, asked)?);
            if *kind == Kind::Dwelling {
                places.extend(self.places_of(Kind::Building, asked)?);
            }
        }
        Ok(places)
    }

    fn places_of(&self, kind: Kind, asked: &BaselineAsked) -> Result<Vec<RecordId>, StoreError> {
        let filter = RowFilter { unit: Some(asked.unit), with_below: true, ..RowFilter::kind(kind.name()) };
        let mut places = Vec::new();
        for row in self.each_row(filter) {
            let record = row?.record;
            if self.belongs(kind, record, asked.only.as_deref())? {
                places.push(record);
            }
        }
        Ok(places)
    }

    /// Whether a place belongs to the list: of the kind that is asked for, and not ended.
    fn belongs(&self, kind: Kind, place: RecordId, only: Option<&str>) -> Result<bool, StoreError> {
        if kind == Kind::Dwelling || (kind == Kind::Estate && only.is_none()) {
            return Ok(true);
        }
        let state = self.store.predicted(place, self.actor.now)?.state;
        let code = |name: &str| state.value(name)?.as_text();
        if kind == Kind::Building {
            // A village house: families live right below it, and there is no door to count.
            let below = self.store.children(place)?;
            let has = |kind: Kind| below.iter().any(|row| row.kind == kind.name());
            let house = code("kind") == Some(HOUSE) || has(Kind::Household);
            return Ok(house && !has(Kind::Dwelling));
        }
        let ended = kind == Kind::Premises && code("state").is_some_and(|state| ENDED.contains(&state));
        Ok(!ended && only.is_none_or(|only| code("kind") == Some(only)))
    }
}
