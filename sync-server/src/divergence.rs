//! Divergences that phones report: kept once, counted, logged.
//!
//! Owns the counts for status and metrics. Refuses to hold anything that a record says. Invariant: a report is counted
//! once, however often it is delivered.

use crate::error::Result;
use crate::store::{DeviceRow, DivergenceRow, Tx};
use crate::writing::Writing;
use gridwalk_model::digest::{Divergence, Outcome};
use gridwalk_model::id::{DeviceId, SpaceId};
use gridwalk_model::time::Timestamp;

/// How many reports came to an end of one kind, and how many records they were about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DivergenceCount {
    /// Code of the outcome: `repaired`, `settled` or `again`.
    pub outcome: String,
    /// Reports.
    pub reports: u64,
    /// Records that differed.
    pub records: u64,
}

/// A report as the overview tells it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RecentDivergence {
    /// The phone.
    pub device: DeviceId,
    /// The space.
    pub space: SpaceId,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it was reported.
    pub received_at: Timestamp,
    /// Kinds of the records.
    pub kinds: Vec<String>,
    /// Records that the phone lacked, had otherwise, had beyond what it sees, and had damaged.
    pub missing: u64,
    /// See above.
    pub other: u64,
    /// See above.
    pub extra: u64,
    /// See above.
    pub damaged: u64,
    /// Records told anew.
    pub repaired: u64,
    /// Code of the outcome.
    pub outcome: &'static str,
}

/// Keeps reports; how many were new.
pub fn keep(w: &Writing<'_>, device: &DeviceRow, reports: &[Divergence]) -> Result<u64> {
    let mut new = 0;
    for report in reports {
        let row = DivergenceRow { device: device.id, received_at: w.now, report: report.clone() };
        if !w.tx.divergence_put(&row)? {
            continue;
        }
        new += 1;
        let d = &row.report;
        tracing::error!(
            device = %device.id, space = %d.space, outcome = d.outcome.code(), kinds = d.kinds.join(","), d.missing,
            d.other, d.extra, d.damaged, d.repaired, "a phone's digest did not agree"
        );
    }
    Ok(new)
}

/// The counts by outcome, every outcome once: what the metrics show.
pub fn counts(tx: &dyn Tx) -> Result<Vec<DivergenceCount>> {
    let found = tx.divergence_counts()?;
    let ended = Outcome::ALL.into_iter().filter(|o| *o != Outcome::Open);
    Ok(ended
        .map(|outcome| {
            let count = found.iter().find(|(code, ..)| code == outcome.code());
            let (reports, records) = count.map_or((0, 0), |(_, reports, records)| (*reports, *records));
            DivergenceCount { outcome: outcome.code().to_owned(), reports, records }
        })
        .collect())
}

/// The newest reports, newest first.
pub fn newest(tx: &dyn Tx, limit: usize) -> Result<Vec<RecentDivergence>> {
    let recent = |row: DivergenceRow| {
        let DivergenceRow { device, received_at, report } = row;
        let Divergence { space, found_at, kinds, missing, other, extra, damaged, repaired, outcome, .. } = report;
        let outcome = outcome.code();
        RecentDivergence {
            device,
            space,
            found_at,
            received_at,
            kinds,
            missing,
            other,
            extra,
            damaged,
            repaired,
            outcome,
        }
    };
    Ok(tx.divergences_newest(limit)?.into_iter().map(recent).collect())
}
