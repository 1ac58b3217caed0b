//! What is odd about where something is: told with what was saved, and holding nobody up.
//!
//! Owns what only the records around can tell: the boundaries, what stands below. Refuses to block. Invariant: a warning is
//! about what was done in this very decision.

use super::Reader;
use super::call::level;
use gridwalk_model::command::{Decision, FieldWarning};
use gridwalk_model::geo::Point;
use gridwalk_model::kind::Kind;
use gridwalk_model::unit_code::Level;
use gridwalk_model::wish::Wish;
use gridwalk_model::{RecordId, UnitId, limits};
use gridwalk_store::{StoreError, ViewRow};

/// Where a place lies.
const POINT: &str = "point";

/// What is odd about where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceWarning {
    /// Its point lies outside the grid that it is to belong to.
    OutsideGrid,
    /// It was deleted, and something that stands below it stays.
    BelowRemains,
}

impl PlaceWarning {
    /// The stable code that shells have words for.
    pub const fn warning_code(self) -> &'static str {
        match self {
            Self::OutsideGrid => "point_outside_grid",
            Self::BelowRemains => "below_remains",
        }
    }
}

impl Reader<'_> {
    /// Places whose point, as it is typed now, lies outside the grid that they are to belong to.
    pub fn elsewhere(&self, decision: &Decision) -> Result<Vec<FieldWarning>, StoreError> {
        let mut found = Vec::new();
        for write in decision.writes() {
            let typed = write.wishes.iter().find_map(|wish| match wish {
                Wish::Put { field, value: Some(value), within: None } if field == POINT => Point::from_value(value),
                _ => None,
            });
            let Some(at) = typed else { continue };
            found.extend(self.outside(write.record, &at, write.unit)?);
        }
        Ok(found)
    }

    /// Whether a point lies outside this grid, and in which one, as far as the boundaries here tell.
    fn outside(&self, record: RecordId, at: &Point, home: UnitId) -> Result<Option<FieldWarning>, StoreError> {
        let Some(mut row) = self.store.row(home.record())? else { return Ok(None) };
        // Villagers' groups, villages and what is above them say nothing of one grid.
        if !matches!(level(&row), Some(Level::Grid | Level::MicroGrid)) {
            return Ok(None);
        }
        let today = self.actor.today();
        let (grid, mut bounded) = (self.store.which_grid(at, today)?, false);
        for _ in 0..limits::UNIT_DEPTH_MAX {
            if grid.is_some_and(|grid| grid.record() == row.record) {
                return Ok(None);
            }
            bounded |= level(&row) == Some(Level::Grid) && self.store.has_boundary(row.record.unit(), today)?;
            match row.parent.map(|above| self.store.row(above)).transpose()?.flatten() {
                Some(above) => row = above,
                None => break,
            }
        }
        let warning = || FieldWarning {
            record,
            field: POINT.to_owned(),
            code: PlaceWarning::OutsideGrid.warning_code(),
            beside: grid.map(UnitId::record),
        };
        Ok((grid.is_some() || bounded).then(warning))
    }

    /// What stays below a record that goes: it is kept, and in sight by its own lists alone.
    pub fn left_below(&self, record: RecordId) -> Result<Option<FieldWarning>, StoreError> {
        let said_of_it = [Kind::Review, Kind::Visit, Kind::BackCheck, Kind::WorkDone, Kind::Attempt];
        let stays = |row: &ViewRow| Kind::from_name(&row.kind).is_some_and(|kind| !said_of_it.contains(&kind));
        let below = self.store.children(record)?.into_iter().find(stays);
        let warning = |row: ViewRow| {
            let (field, code) = ("delete".to_owned(), PlaceWarning::BelowRemains.warning_code());
            FieldWarning { record, field, code, beside: Some(row.record) }
        };
        Ok(below.map(warning))
    }
}
