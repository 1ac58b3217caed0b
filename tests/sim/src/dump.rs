//! What the checkers look at: plain copies of what a phone and the server hold.
//!
//! Owns the shapes, and what is counted in them for coverage. Refuses to know how they were read. Invariant: checkers judge dumps and the ledger, nothing else.

use gridwalk_model::admission::Branch;
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::{AccountId, DraftId, RecordId, SpaceId, TimelineId, UnitId};
use gridwalk_model::journal::{Entry, Outcome};
use gridwalk_model::name::Name;
use gridwalk_model::state::State;
use std::collections::{BTreeMap, BTreeSet};

/// One journal entry with the record that it is about.
#[derive(Debug, Clone)]
pub struct Journalled {
    /// The record.
    pub record: RecordId,
    /// The entry.
    pub entry: Entry,
}

/// A change that the server received.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its name.
    pub name: Name,
    /// Its body, unless it was refused without one.
    pub change: Option<SealedChange>,
    /// What became of it.
    pub verdict: Verdict,
}

/// A grant that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// Whose.
    pub account: AccountId,
    /// The unit, with all below.
    pub unit: UnitId,
    /// The role's name.
    pub role: String,
    /// Names of the kinds.
    pub kinds: BTreeSet<String>,
}

/// One space of the server.
#[derive(Debug, Clone, Default)]
pub struct SpaceDump {
    /// Its history.
    pub branches: Vec<Branch>,
    /// The journal in order of pos.
    pub journal: Vec<Journalled>,
    /// Stored states.
    pub states: BTreeMap<RecordId, State>,
    /// Records whose stored state, read and written again, is not the bytes that were stored.
    pub garbled: BTreeSet<RecordId>,
    /// The inbox.
    pub inbox: Vec<Received>,
}

impl SpaceDump {
    /// The timeline that it is on.
    pub fn timeline(&self) -> TimelineId {
        self.branches.last().map(|b| b.id).unwrap_or_default()
    }
}

/// The server.
#[derive(Debug, Clone, Default)]
pub struct ServerDump {
    /// How often it was put back.
    pub restores: u64,
    /// Spaces by id.
    pub spaces: BTreeMap<SpaceId, SpaceDump>,
    /// Parent of each unit, by the unit's record.
    pub parent_of: BTreeMap<UnitId, UnitId>,
    /// Grants that stand.
    pub grants: Vec<Granted>,
}

/// A row that a phone holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// The space.
    pub space: SpaceId,
    /// The confirmed state.
    pub state: State,
    /// Whether it waits to be forgotten.
    pub leaving: bool,
    /// The timeline that the state is of.
    pub timeline: TimelineId,
}

/// An own change on a phone.
#[derive(Debug, Clone)]
pub struct Own {
    /// Its body.
    pub change: SealedChange,
    /// The last verdict that the phone knows.
    pub verdict: Option<Verdict>,
}

/// A phone.
#[derive(Debug, Clone, Default)]
pub struct PhoneDump {
    /// Rows with a confirmed state.
    pub rows: BTreeMap<RecordId, Held>,
    /// Own changes not yet contained in a pulled state.
    pub outbox: Vec<Own>,
    /// Own changes that are, and refused and declined ones.
    pub sent: Vec<Own>,
    /// Own changes that need attention.
    pub attention: Vec<Own>,
    /// Open drafts and their records.
    pub drafts: BTreeMap<DraftId, RecordId>,
}

/// Bodies that were blanked before they entered the journal: what was erased, and came again.
pub fn erased_came_again(dump: &ServerDump) -> usize {
    let mut again = 0;
    for space in dump.spaces.values() {
        let mut erased: BTreeSet<RecordId> = BTreeSet::new();
        for journalled in &space.journal {
            match &journalled.entry {
                Entry::Erase { .. } => {
                    erased.insert(journalled.record);
                }
                // The next word on the record names it.
                Entry::Change { change, .. } if change.is_blanked() && erased.contains(&journalled.record) => {
                    again += 1;
                }
                _ => {}
            }
        }
    }
    again
}

/// Steps that another one overtook.
pub fn steps_overtaken(dump: &ServerDump) -> usize {
    let entries = dump.spaces.values().flat_map(|s| &s.journal);
    entries
        .filter(|j| {
            matches!(&j.entry, Entry::Change { stamps, .. } if matches!(stamps.outcome, Some(Outcome::Overtaken(_))))
        })
        .count()
}
