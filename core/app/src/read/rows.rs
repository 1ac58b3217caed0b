//! All rows of a filter, however many pages they fill.
//!
//! Owns the walk from page to page. Refuses to know what is looked for. Invariant: each row that matches is met once, in the
//! order of its list, and no page is read before somebody wants its first row.

use super::Reader;
use gridwalk_model::limits;
use gridwalk_store::{RowFilter, StoreError, ViewRow};

/// Rows one after the other, read by pages.
struct Rows<'r, 'a> {
    reader: &'r Reader<'a>,
    filter: RowFilter,
    page: std::vec::IntoIter<ViewRow>,
    ended: bool,
}

impl Iterator for Rows<'_, '_> {
    type Item = Result<ViewRow, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.page.next() {
            return Some(Ok(row));
        }
        if self.ended {
            return None;
        }
        match self.reader.store.rows(&self.filter) {
            Ok(rows) => {
                self.ended = rows.len() < limits::LIST_ROWS_MAX as usize;
                self.filter.after = rows.last().map(|row| (row.sort.clone(), row.record));
                self.page = rows.into_iter();
                self.page.next().map(Ok)
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

impl Reader<'_> {
    /// The rows of a filter in the order of its list; whoever has enough stops asking, and no further page is read.
    pub(crate) fn each_row(&self, filter: RowFilter) -> impl Iterator<Item = Result<ViewRow, StoreError>> {
        Rows { reader: self, filter: RowFilter { limit: 0, ..filter }, page: Vec::new().into_iter(), ended: false }
    }

    /// All rows of a filter.
    pub(crate) fn all_rows(&self, filter: RowFilter) -> Result<Vec<ViewRow>, StoreError> {
        self.each_row(filter).collect()
    }
}
