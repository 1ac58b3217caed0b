//! A plain list of one kind: buildings of a unit, dwellings of a building, households, residents.

use super::Reader;
use super::row_line::{self, RowLine};
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::{Home, PARENT, Shape};
use gridwalk_model::limits::{LIST_ROWS_MAX, PARENTS_DEPTH_MAX};
use gridwalk_model::{RecordId, UnitId};
use gridwalk_store::{RowFilter, StoreError, ViewRow};

impl Reader<'_> {
    /// Records of a kind, within a unit and what is below it, or below a record; sorted, a page at a time.
    pub fn list(
        &self,
        kind: Kind,
        unit: Option<UnitId>,
        parent: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<RowLine>, StoreError> {
        if let Some(above) = parent {
            return self.placed(row_line::lines(self.below(kind, above, limit)?));
        }
        let filter = RowFilter { unit, with_below: true, limit, ..RowFilter::kind(kind.name()) };
        self.placed(row_line::lines(self.store.rows(&filter)?))
    }

    /// Records of a kind below a record, however far: households of a building, residents of an estate.
    fn below(&self, kind: Kind, above: RecordId, limit: u32) -> Result<Vec<ViewRow>, StoreError> {
        let most = if limit == 0 { LIST_ROWS_MAX } else { limit } as usize;
        let between: Vec<Kind> = between(kind);
        let (mut found, mut level) = (Vec::new(), vec![above]);
        for _ in 0..PARENTS_DEPTH_MAX {
            let mut next = Vec::new();
            for record in level {
                let left = u32::try_from(most - found.len()).unwrap_or(0);
                if left == 0 {
                    return Ok(found);
                }
                let of_kind = |kind: Kind, limit| RowFilter {
                    kind: Some(kind.name().to_owned()),
                    limit,
                    ..RowFilter::children(record)
                };
                found.extend(self.store.rows(&of_kind(kind, left))?);
                for kind in &between {
                    next.extend(self.store.rows(&of_kind(*kind, 0))?.into_iter().map(|row| row.record));
                }
            }
            level = next;
        }
        Ok(found)
    }
}

/// The kinds that may stand between a record of a kind and what it is in: a dwelling between a household and a building.
fn between(kind: Kind) -> Vec<Kind> {
    let above = |kind: Kind| -> Vec<Kind> {
        let referred = match kind.table().field(PARENT).map(|field| field.shape) {
            Some(Shape::Ref(kinds)) => kinds.to_vec(),
            _ => Vec::new(),
        };
        match kind.table().home {
            Home::Parent(kinds) => kinds.iter().copied().chain(referred).collect(),
            Home::Unit | Home::Itself => referred,
        }
    };
    let (mut all, mut queue) = (Vec::new(), above(kind));
    while let Some(one) = queue.pop() {
        if one != kind && !all.contains(&one) {
            all.push(one);
            queue.extend(above(one));
        }
    }
    all
}
