//! Campaigns as lists: which there are, what is needed, and the ledger with what is struck off.
//!
//! Owns their order. Refuses to count by itself: the numbers are those of `coverage`, in the list of campaigns from what the
//! store keeps of each target and attempt, without opening one. Invariant: what left a list stands in the ledger, with the
//! reason and who said so.

use super::coverage::{AskCount, AttemptLine, TargetLine};
use super::row_line::RowLine;
use super::{Reader, StoreError};
use gridwalk_model::coverage::{self, Count, Which};
use gridwalk_model::kind::{Kind, campaign, case};
use gridwalk_model::{RecordId, State, Timestamp, UnitId};
use gridwalk_store::RowFilter;

/// A campaign with its numbers.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CampaignLine {
    /// The campaign.
    #[serde(flatten)]
    pub row: RowLine,
    /// What it is for: a code.
    pub sort: String,
    /// First day, days since 1970-01-01.
    pub from: Option<i64>,
    /// Last day.
    pub until: Option<i64>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How many places of its list were checked.
    pub count: Count,
    /// The asks that it raised.
    pub asks: AskCount,
}

/// Somebody needs something behind a door of a campaign.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NeedLine {
    /// The target.
    pub target: RecordId,
    /// What stands there.
    pub label: String,
    /// The building.
    pub building_name: Option<String>,
    /// The unit.
    pub unit: UnitId,
    /// The attempt with what is needed and the case that was raised.
    #[serde(flatten)]
    pub attempt: AttemptLine,
}

/// The ledger of a campaign: every place that was ever on its list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LedgerView {
    /// The campaign.
    pub campaign: RecordId,
    /// Its title.
    pub title: String,
    /// The numbers.
    pub count: Count,
    /// The asks that it raised.
    pub asks: AskCount,
    /// How many places are struck off.
    pub struck_off: usize,
    /// The places of the list.
    pub places: Vec<TargetLine>,
    /// Places that left the list.
    pub left: Vec<TargetLine>,
}

impl Reader<'_> {
    /// Campaigns that this phone holds, the newest first; `open`: only those that are not closed.
    pub fn campaigns(&self, open: bool) -> Result<Vec<CampaignLine>, StoreError> {
        let mut list = Vec::new();
        for row in self.store.rows(&RowFilter::kind(Kind::Campaign.name()))? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            let closed_at = int(&state, campaign::CLOSED_AT).map(Timestamp);
            if open && closed_at.is_some() {
                continue;
            }
            let parts = self.store.campaign_parts(row.record)?;
            list.push(CampaignLine {
                sort: state.value("sort").and_then(|v| v.as_text().map(str::to_owned)).unwrap_or_default(),
                from: int(&state, campaign::FROM),
                until: int(&state, campaign::UNTIL),
                closed_at,
                count: coverage::count(&coverage::seats(&parts.entries)),
                asks: asks(&parts.raised),
                row: row.into(),
            });
        }
        Ok(list)
    }

    /// What is needed, the newest first.
    pub fn needs(&self, campaign: RecordId, unit: Option<UnitId>) -> Result<Vec<NeedLine>, StoreError> {
        let listing = self.listing(campaign, unit)?;
        let needed = listing.attempts().filter(|(_, a)| !a.needs.is_empty() || a.need.is_some());
        let line = |(place, attempt): (&TargetLine, &AttemptLine)| NeedLine {
            target: place.record,
            label: place.label.clone(),
            building_name: place.building_name.clone(),
            unit: place.unit,
            attempt: attempt.clone(),
        };
        let mut list: Vec<NeedLine> = needed.map(line).collect();
        list.sort_by_key(|n| (std::cmp::Reverse(n.attempt.at), n.attempt.record));
        Ok(list)
    }

    /// The ledger of a campaign; `None` if it is not on this phone.
    pub fn campaign_ledger(&self, campaign: RecordId) -> Result<Option<LedgerView>, StoreError> {
        let Some(row) = self.store.row(campaign)?.filter(|r| r.kind == Kind::Campaign.name()) else {
            return Ok(None);
        };
        let listing = self.listing(row.shown_as, None)?;
        let (places, left) = (listing.lines(Which::Baseline), listing.lines(Which::Left));
        let struck_off = places.iter().filter(|p| p.struck_off).count();
        let (count, asks) = (listing.count(), listing.asks());
        Ok(Some(LedgerView { campaign: row.record, title: row.title, count, asks, struck_off, places, left }))
    }
}

/// The asks of a campaign by the statuses of their cases, as far as those are here.
fn asks(raised: &[Option<String>]) -> AskCount {
    let closed = |status: &&Option<String>| status.as_deref().is_some_and(|status| case::DONE.contains(&status));
    AskCount {
        raised: raised.len(),
        closed: raised.iter().filter(closed).count(),
        not_here: raised.iter().filter(|status| status.is_none()).count(),
    }
}

fn int(state: &State, name: &str) -> Option<i64> {
    state.value(name)?.as_int()
}
