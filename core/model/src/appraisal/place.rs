//! Facts of places on lists: what a campaign counts, as far as a month's coverage needs it.
//!
//! Owns the way from a target with its attempts to a fact. Refuses to merge places: `coverage` does, when they are counted.
//! Invariant: a place that was confirmed indoors, by phone or after hours counts like any other.

use super::month::Month;
use crate::coverage::{Entry, Standing};
use crate::hash::Hash;
use crate::id::{AccountId, RecordId, UnitId};
use crate::limits;

/// A place of a campaign's list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlaceFact {
    /// The target.
    pub record: RecordId,
    /// The campaign.
    pub campaign: RecordId,
    /// The first month in which the campaign ran.
    pub from: Month,
    /// The last one.
    pub until: Month,
    /// The unit that it is in.
    pub unit: UnitId,
    /// The building or estate that it is counted under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<RecordId>,
    /// The record of the register that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<RecordId>,
    /// Which door it is, hashed: two of one hash are one door, and nobody reads an address here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<String>,
    /// The best of its attempts, by its code.
    pub standing: String,
    /// Whether it left the list.
    #[serde(default)]
    pub left: bool,
    /// Who confirmed it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<AccountId>,
}

impl PlaceFact {
    /// Of an entry of a campaign that ran from one day to another, days since 1970-01-01.
    pub fn new(entry: &Entry, campaign: RecordId, days: (i64, i64), confirmed_by: Option<AccountId>) -> Self {
        let from = Month::of_day(days.0);
        let last = from.plus(limits::APPRAISAL_CAMPAIGN_MONTHS_MAX - 1);
        Self {
            record: entry.target,
            campaign,
            from,
            until: Month::of_day(days.1).clamp(from, last),
            unit: entry.unit,
            building: entry.building,
            place: entry.place,
            door: entry.door.as_deref().map(door),
            standing: entry.standing.code().to_owned(),
            left: entry.left,
            confirmed_by,
        }
    }

    /// As it is counted.
    pub fn entry(&self) -> Entry {
        Entry {
            target: self.record,
            unit: self.unit,
            building: self.building,
            place: self.place,
            door: self.door.clone(),
            standing: Standing::of(&self.standing),
            found: false,
            left: self.left,
        }
    }

    /// The months in which it is counted.
    pub fn months(&self) -> impl Iterator<Item = Month> {
        (self.from.index()..=self.until.index()).map(Month::from_index)
    }
}

/// A door as facts hold it: a hash of what tells it from others.
fn door(key: &str) -> String {
    Hash::with_context("gridwalk appraisal door", &[key.as_bytes()]).to_string().chars().take(DOOR_CHARS).collect()
}

/// How much of a hash tells the doors of a building apart.
const DOOR_CHARS: usize = 16;
