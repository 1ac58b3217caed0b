//! What people were told: kept outside of everything that is tested.
//!
//! Owns what was acknowledged, and what was under way when a machine failed. Refuses to look into stores. Invariant: an
//! entry counts as acknowledged only once the call that made it had returned.

use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DraftId, RecordId, SpaceId, UnitId};
use gridwalk_model::name::Name;
use std::collections::{BTreeMap, BTreeSet};

/// A text that was written over and over: what it must say, and what it may say as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// What was acknowledged last; `None` before anything was.
    pub sure: Option<String>,
    /// What was under way since: nobody was told whether it was kept.
    pub maybe: Vec<String>,
    /// Whether it may be gone altogether: its end was under way.
    pub may_be_gone: bool,
}

impl Text {
    /// It is about to be written.
    pub fn begin(&mut self, text: &str) {
        self.maybe.push(text.to_owned());
    }

    /// The writer was told that it is kept.
    pub fn acknowledge(&mut self, text: &str) {
        self.maybe.clear();
        self.sure = Some(text.to_owned());
        self.may_be_gone = false;
    }

    /// It was looked at: what it says is what it is by now.
    pub fn learn(&mut self, found: Option<&str>) {
        self.maybe.clear();
        self.sure = found.map(str::to_owned);
        self.may_be_gone = false;
    }

    /// Whether this is what it may say.
    pub fn allows(&self, found: Option<&str>) -> bool {
        match found {
            Some(found) => self.sure.as_deref() == Some(found) || self.maybe.iter().any(|m| m == found),
            None => self.sure.is_none() || self.may_be_gone,
        }
    }
}

/// What one phone was told.
#[derive(Debug, Default)]
pub struct Told {
    /// Names of changes that it said are saved, with the space's id where it is known later.
    pub saved: BTreeSet<Name>,
    /// What its person typed, by record and field.
    pub texts: BTreeMap<(RecordId, &'static str), Text>,
    /// Open forms.
    pub drafts: BTreeMap<DraftId, Text>,
    /// Buildings that it said were added.
    pub buildings: Vec<RecordId>,
    /// The names of its own chain that it was ever seen to have, by space: none may change.
    pub chain: BTreeMap<(SpaceId, u64), Hash>,
    /// Texts of tracks that it said were dropped: no byte of them may be left.
    pub points: Vec<Vec<u8>>,
}

/// What everybody was told.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Each phone.
    pub phones: Vec<Told>,
    /// Names of units, as typed in the console.
    pub units: BTreeMap<UnitId, Text>,
    /// What spaces had come to when somebody was told of it.
    pub pos: BTreeMap<SpaceId, u64>,
    /// Tracks that are shared with the server.
    pub tracks: BTreeMap<RecordId, Text>,
}
