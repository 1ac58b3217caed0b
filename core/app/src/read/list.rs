//! A plain list of one kind: buildings of a unit, dwellings of a building, households, residents.

use super::Reader;
use super::row_line::{self, RowLine};
use gridwalk_model::kind::Kind;
use gridwalk_model::{RecordId, UnitId};
use gridwalk_store::{RowFilter, StoreError};

impl Reader<'_> {
    /// Records of a kind, within a unit and what is below it, or below a record; sorted, a page at a time.
    pub fn list(
        &self,
        kind: Kind,
        unit: Option<UnitId>,
        parent: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<RowLine>, StoreError> {
        let filter = RowFilter { unit, with_below: true, parent, limit, ..RowFilter::kind(kind.name()) };
        self.placed(row_line::lines(self.store.rows(&filter)?))
    }
}
