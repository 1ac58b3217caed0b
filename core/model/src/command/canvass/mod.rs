//! Campaigns: opened and closed, with their list of places, and what comes of standing before each.
//!
//! Owns one file a use case. Refuses to count: `coverage` does. Invariant: nothing leaves a list without a reason, and
//! nobody's attempt takes away another's.

mod add_campaign;
mod add_target;
mod close_campaign;
mod make_baseline;
mod record_attempt;
mod take_off;
#[cfg(test)]
mod tests;

pub use add_campaign::AddCampaign;
pub use add_target::AddTarget;
pub use close_campaign::CloseCampaign;
pub use make_baseline::{MakeBaseline, target_of};
pub use record_attempt::{RaisedAsk, RecordAttempt};
pub use take_off::TakeOff;

use super::{Actor, Decision, Edits, Remedy};
use crate::id::{RecordId, UnitId};
use crate::kind::{attempt, target};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::Held;

/// Everything that a person can want of campaigns.
#[derive(Debug, Clone, PartialEq)]
pub enum Canvass {
    /// A campaign in a unit.
    AddCampaign(AddCampaign),
    /// The end of a campaign, or of that end.
    CloseCampaign(CloseCampaign),
    /// Places of the register on a campaign's list.
    MakeBaseline(MakeBaseline),
    /// A place that was found on the spot.
    AddTarget(AddTarget),
    /// A place that leaves the list, or comes back.
    TakeOff(TakeOff),
    /// Somebody stood before a place of the list.
    RecordAttempt(RecordAttempt),
}

impl Canvass {
    /// Its name, for logs and shells.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AddCampaign(_) => "add_campaign",
            Self::CloseCampaign(_) => "close_campaign",
            Self::MakeBaseline(_) => "make_baseline",
            Self::AddTarget(_) => "add_target",
            Self::TakeOff(_) => "take_off",
            Self::RecordAttempt(_) => "record_attempt",
        }
    }

    /// How it is put right.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::AddCampaign(_) | Self::MakeBaseline(_) | Self::AddTarget(_) | Self::RecordAttempt(_) => {
                Remedy::TakesAway
            }
            Self::CloseCampaign(_) | Self::TakeOff(_) => Remedy::PutsBack,
        }
    }

    /// The records that a decision looks at.
    pub fn looks_at(&self) -> Vec<RecordId> {
        match self {
            Self::AddCampaign(c) => vec![c.record],
            Self::CloseCampaign(c) => vec![c.record],
            Self::MakeBaseline(c) => {
                let made = c.places.iter().map(|place| target_of(c.campaign, *place));
                [c.campaign].into_iter().chain(c.places.iter().copied()).chain(made).collect()
            }
            Self::AddTarget(c) => [c.record, c.campaign].into_iter().chain(c.building).chain(c.place).collect(),
            Self::TakeOff(c) => std::iter::once(c.record).chain(c.also.iter().map(|b| b.record)).collect(),
            Self::RecordAttempt(c) => {
                [c.record, c.target].into_iter().chain(c.ask.as_ref().map(|ask| ask.record)).collect()
            }
        }
    }

    /// Decides.
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        match self {
            Self::AddCampaign(c) => c.decide(held, actor),
            Self::CloseCampaign(c) => c.decide(held, actor),
            Self::MakeBaseline(c) => c.decide(held, actor),
            Self::AddTarget(c) => c.decide(held, actor),
            Self::TakeOff(c) => c.decide(held, actor),
            Self::RecordAttempt(c) => c.decide(held, actor),
        }
    }
}

/// The command that a target came from that the server did not take.
pub(super) fn target_again(
    record: RecordId,
    unit: Option<UnitId>,
    campaign: RecordId,
    mut edits: Edits,
) -> Option<AddTarget> {
    let mut taken = |field: &str| edits.fields.remove(field).flatten();
    let label = taken(target::LABEL)?.as_text()?.to_owned();
    let (building, place) = (taken(target::BUILDING), taken(target::PLACE));
    let id = |value: Option<Value>| value?.as_id();
    Some(AddTarget { record, campaign, unit, building: id(building), place: id(place), label, edits })
}

/// The command that an attempt came from that the server did not take; a case that it raised is a record of its own.
pub(super) fn attempt_again(record: RecordId, target: RecordId, mut edits: Edits) -> Option<RecordAttempt> {
    let mut taken = |field: &str| edits.fields.remove(field).flatten();
    let outcome = taken("outcome")?.as_text()?.to_owned();
    let at = taken("at").and_then(|v| v.as_int()).map(Timestamp);
    let (needs, rest) = edits.add.into_iter().partition(|(set, _)| set == attempt::NEEDS);
    edits.add = rest;
    let needs: Vec<(String, Value)> = needs;
    let needs = needs.into_iter().filter_map(|(_, need)| need.as_text().map(str::to_owned)).collect();
    Some(RecordAttempt { record, target, outcome, at, needs, edits, ask: None })
}
