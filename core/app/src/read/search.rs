//! Search: by any part of a name or number and by pinyin initials; and what is near.

use super::Reader;
use super::row_line::{self, RowLine};
use gridwalk_model::UnitId;
use gridwalk_model::geo::Point;
use gridwalk_store::StoreError;

/// What was found.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SearchView {
    /// What was looked for.
    pub text: String,
    /// What was found, the nearest to the beginning of a title first.
    pub rows: Vec<RowLine>,
}

/// What is near a point, and in which grid it lies.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NearView {
    /// The grid whose boundary holds the point.
    pub grid: Option<UnitId>,
    /// That grid's name.
    pub grid_name: Option<String>,
    /// What is near, the nearest first.
    pub rows: Vec<RowLine>,
}

impl Reader<'_> {
    /// Records found by every part of the text, of these kinds or of all.
    pub fn search(&self, text: &str, kinds: &[&str], limit: u32) -> Result<SearchView, StoreError> {
        let rows = self.placed(row_line::lines(self.store.search(text, kinds, limit)?))?;
        Ok(SearchView { text: text.to_owned(), rows })
    }

    /// What lies within so many metres of a point.
    pub fn near(&self, at: &Point, metres: f64, kinds: &[&str], limit: usize) -> Result<NearView, StoreError> {
        let grid = self.store.which_grid(at, self.actor.now.china_day())?;
        let grid_name = grid.map(|u| self.unit_name(u)).transpose()?.flatten();
        let line = |(row, distance): (gridwalk_store::ViewRow, f64)| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "metres on earth, not below 0")]
            let metres = Some(distance.round() as u32);
            RowLine { metres, ..row.into() }
        };
        let rows = self.store.near(at, metres, kinds, limit)?.into_iter().map(line).collect();
        Ok(NearView { grid, grid_name, rows })
    }
}
