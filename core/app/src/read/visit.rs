//! Visits: one with who was met and what was raised on it, and lists of them, the newest first.
//!
//! Owns what a visit's card shows beside its fields. Refuses to choose words: outcomes and modes stay codes. Invariant: a
//! case that was raised on a visit is on its card wherever the case itself is on the phone.

use super::card::Card;
use super::row_line::RowLine;
use super::{Reader, shown};
use gridwalk_model::kind::{Kind, visit};
use gridwalk_model::{RecordId, Timestamp, UnitId, row};
use gridwalk_store::{RowFilter, StoreError, ViewRow};

/// A visit as its screen draws it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct VisitView {
    /// The visit itself.
    #[serde(flatten)]
    pub card: Card,
    /// How it was paid: a code of `visit_mode`.
    pub mode: String,
    /// What it was paid to.
    pub door: Option<RowLine>,
    /// Residents who were met.
    pub met: Vec<RowLine>,
    /// Cases that were raised on it.
    pub cases: Vec<RowLine>,
}

/// A visit in a list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct VisitLine {
    /// The visit; its title is the outcome's code.
    #[serde(flatten)]
    pub row: RowLine,
    /// When it was paid.
    pub at: Timestamp,
    /// What it was paid to.
    pub door: Option<RowLine>,
}

/// When a row's visit was paid.
pub(super) fn paid_at(row: &ViewRow) -> Timestamp {
    row::moment_of_sort(&row.sort).unwrap_or(row.changed_at)
}

impl Reader<'_> {
    /// A visit; `None` if there is no such visit on this phone.
    pub fn visit(&self, record: RecordId) -> Result<Option<VisitView>, StoreError> {
        let record = self.store.living(record)?;
        let loaded = self.load([record])?;
        let Some(view) = shown(&loaded, record) else { return Ok(None) };
        if view.front().is_none_or(|f| f.kind() != Kind::Visit.name()) {
            return Ok(None);
        }
        let card = self.card_of(&loaded, &view)?;
        let elements = |set: &str| view.set(set).into_iter().filter_map(gridwalk_model::Value::as_id);
        let door = view.front().and_then(|f| f.head_ids(gridwalk_model::kind::PARENT).first().copied());
        Ok(Some(VisitView {
            mode: visit::mode_of(&view),
            door: door.map(|door| self.line_of(door)).transpose()?.flatten(),
            met: self.lines_of(elements(visit::MET))?,
            cases: self.lines_of(elements(visit::CASES))?,
            card,
        }))
    }

    /// Visits to a record, or in a unit and below, or all; the newest first.
    pub fn visits(
        &self,
        unit: Option<UnitId>,
        door: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<VisitLine>, StoreError> {
        let kind = RowFilter::kind(Kind::Visit.name());
        let rows = self.store.rows(&RowFilter { unit, with_below: true, parent: door, limit, ..kind })?;
        let line = |row: ViewRow| -> Result<VisitLine, StoreError> {
            let (at, parent) = (paid_at(&row), row.parent);
            let door = parent.map(|door| self.line_of(door)).transpose()?.flatten();
            Ok(VisitLine { row: row.into(), at, door })
        };
        rows.into_iter().map(line).collect()
    }

    /// A record as a line, as far as it is here.
    pub(super) fn line_of(&self, record: RecordId) -> Result<Option<RowLine>, StoreError> {
        let line = self.store.row(self.store.living(record)?)?.map(RowLine::from);
        Ok(self.placed(line.into_iter().collect())?.pop())
    }

    fn lines_of(&self, records: impl Iterator<Item = RecordId>) -> Result<Vec<RowLine>, StoreError> {
        let lines = records.map(|record| self.line_of(record)).collect::<Result<Vec<_>, _>>()?;
        Ok(lines.into_iter().flatten().collect())
    }
}
