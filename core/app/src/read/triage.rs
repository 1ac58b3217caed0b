//! The triage list: reports of people whom nobody knows, at which nobody has looked.
//!
//! Owns what stands in it and its order. Refuses to file: the steps do. Invariant: the one that has waited longest stands
//! first, and a contact is shown to whoever is to look, as far as the state holds it.

use super::Reader;
use super::row_line::{self, RowLine};
use gridwalk_model::kind::{Kind, case};
use gridwalk_model::row::plain_text;
use gridwalk_model::{State, Timestamp, UnitId};
use gridwalk_store::{RowFilter, StoreError};

/// The list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TriageView {
    /// How many wait, those that are not in the list too.
    pub count: u64,
    /// The reports, the one that has waited longest first.
    pub rows: Vec<TriageLine>,
}

/// One report.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TriageLine {
    /// The report.
    #[serde(flatten)]
    pub row: RowLine,
    /// Since when it waits, by the phone of whoever wrote it.
    pub since: Timestamp,
    /// Who saw it, or a trace of their name.
    pub reporter_name: Option<String>,
    /// Their number, or a trace of it.
    pub reporter_phone: Option<String>,
    /// Codes of the steps that this person may take.
    pub steps: Vec<&'static str>,
}

impl Reader<'_> {
    /// Reports in this unit and below, or all that are here; at most so many, 0 for as many as a page holds.
    pub fn triage(&self, unit: Option<UnitId>, limit: u32) -> Result<TriageView, StoreError> {
        let counts = self.store.status_counts(Kind::Case.name(), unit)?;
        let count = counts.into_iter().find(|(status, _)| status == case::UNVERIFIED).map_or(0, |(_, count)| count);
        let mut rows = self.store.rows(&RowFilter {
            kind: Some(Kind::Case.name().to_owned()),
            unit,
            with_below: true,
            status: Some(case::UNVERIFIED.to_owned()),
            ..RowFilter::default()
        })?;
        rows.sort_by_key(|row| row.record.made_at());
        if limit > 0 {
            rows.truncate(limit as usize);
        }
        let steps = Kind::Case.allowed_steps(case::UNVERIFIED, self.actor.roles);
        let steps: Vec<&'static str> = steps.into_iter().map(|step| step.step).collect();
        let line = |row: RowLine| {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            Ok(TriageLine {
                since: row.record.made_at(),
                reporter_name: said(&state, "reporter_name"),
                reporter_phone: said(&state, "reporter_phone"),
                steps: steps.clone(),
                row,
            })
        };
        let rows = row_line::lines(rows).into_iter().map(line).collect::<Result<_, StoreError>>()?;
        Ok(TriageView { count, rows })
    }
}

/// The newest value of a field, or the trace that a mask left of it.
fn said(state: &State, field: &str) -> Option<String> {
    let shape = Kind::Case.table().field(field)?.shape;
    let mut heads = state.fields.get(field).into_iter().flat_map(|register| register.heads.iter().rev());
    let shown = heads.find_map(|head| plain_text(shape, head.value.as_ref()?));
    shown.or_else(|| state.masked.get(field).filter(|trace| !trace.is_empty()).cloned())
}
