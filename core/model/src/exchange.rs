//! What phone and server say to each other, as plain data: frames up, pages down.
//!
//! Owns the shapes. Refuses to know bytes, signatures, HTTP and storage (`gridwalk-sync` owns the first three).
//! Invariant: a verdict names a body by dot and mark, never by a watermark; a page is one snapshot.

use crate::admission::Branch;
use crate::hash::Hash;
use crate::id::{DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use crate::name::Name;
use crate::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What became of a change at the server; there is nothing else.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Admitted: it is in the journal and in the record's state.
    Applied,
    /// A supervisor decides whether it is admitted.
    Quarantined,
    /// A supervisor decided against it.
    Declined {
        /// The supervisor's words.
        reason: String,
    },
    /// Never had the right, or does not decode.
    Refused {
        /// Stable code.
        code: String,
        /// What would help, as a code or a name; may be empty.
        hint: String,
    },
}

impl Verdict {
    /// Stable code, as stored and shown.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Quarantined => "quarantined",
            Self::Declined { .. } => "declined",
            Self::Refused { .. } => "refused",
        }
    }
}

/// A verdict with the body that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedVerdict {
    /// Dot and mark as asked or pushed.
    pub name: Name,
    /// What became of it.
    pub verdict: Verdict,
    /// The pos that the verdict took: each verdict takes one.
    pub pos: u64,
}

/// One change of a push frame; without a body when only its `seq` must be used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushItem {
    /// Its number in the replica and space.
    pub seq: u64,
    /// Hash of its bytes.
    pub hash: Hash,
    /// Its bytes.
    pub body: Option<Arc<[u8]>>,
}

/// Changes of one replica in one space, in order of seq, signed by the device that wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushFrame {
    /// The space.
    pub space: SpaceId,
    /// The replica that wrote them.
    pub replica: ReplicaId,
    /// The enrolment whose key signed the frame.
    pub device: DeviceId,
    /// A stretch of seqs that this database no longer has, first and last: declared, never a wedge.
    pub lost: Option<(u64, u64)>,
    /// The changes.
    pub items: Vec<PushItem>,
    /// Ed25519 over `signed_bytes` (in `gridwalk-sync`).
    pub signature: [u8; 64],
}

/// The server's signed word that it holds everything of a replica up to a seq.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The space.
    pub space: SpaceId,
    /// The replica.
    pub replica: ReplicaId,
    /// Everything up to this seq is in the inbox.
    pub upto: u64,
    /// Hash of the change with that seq: the end of the replica's chain.
    pub chain: Hash,
    /// The server's time.
    pub at: Timestamp,
    /// The server's Ed25519 signature.
    pub signature: [u8; 64],
}

/// The answer to a push frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushReply {
    /// The space's timeline: verdicts of another one than the phone holds are not taken.
    pub timeline: TimelineId,
    /// One for each item of the frame.
    pub verdicts: Vec<NamedVerdict>,
    /// The receipt.
    pub receipt: Receipt,
}

/// A mark of what an account may see: rises with each change of it, and with each timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    /// The space's timeline.
    pub timeline: TimelineId,
    /// Count within it.
    pub n: u64,
}

/// A key of the audience: a unit's id, an author's, or one derived from a unit (`own_key`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key(pub [u8; 16]);

impl Key {
    /// The key of a unit: whoever has the unit in scope sees what carries it.
    pub const fn unit(unit: UnitId) -> Self {
        Self(unit.0)
    }

    /// The key of a unit's own record alone, for those who stand below it.
    pub fn own(unit: UnitId) -> Self {
        Self::derived("gridwalk 2026 own record of a unit", &unit.0)
    }

    /// The key of what an account wrote itself (reports and submissions only).
    pub fn author(account: crate::id::AccountId) -> Self {
        Self::derived("gridwalk 2026 author", &account.0)
    }

    /// The keys that stand side by side in bytes, as a column keeps a list of them.
    pub fn unjoined(bytes: &[u8]) -> Vec<Self> {
        let (chunks, _) = bytes.as_chunks::<16>();
        chunks.iter().copied().map(Self).collect()
    }

    fn derived(context: &str, id: &[u8; 16]) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&Hash::with_context(context, &[id]).0[..16]);
        Self(key)
    }
}

/// How far a backfill has come: everything up to this (key, record) has been served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackfillPlace {
    /// The audience key.
    pub key: Key,
    /// The record.
    pub record: RecordId,
}

/// Whether and where a phone stands in a backfill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Backfill {
    /// From the beginning.
    #[default]
    Start,
    /// After this place.
    After(BackfillPlace),
    /// Finished for this epoch.
    Done,
}

/// A request for one page of one space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// The space.
    pub space: SpaceId,
    /// The phone's replica now.
    pub replica: ReplicaId,
    /// Where the phone stands; `None` at first.
    pub cursor: Option<(TimelineId, u64)>,
    /// The epoch that its rows are marked with; `None` at first.
    pub epoch: Option<Epoch>,
    /// Where its backfill stands.
    pub backfill: Backfill,
    /// Own changes without a final verdict, by name.
    pub asked: Vec<Name>,
    /// How many rows the phone has forgotten so far: a page asked for before a row was forgotten is not applied.
    pub forgotten: u64,
    /// Version of the fold that the phone runs.
    pub fold_version: u32,
    /// Aim for the page's bytes before compression.
    pub bytes_aim: u64,
    /// Records to be told anew, wherever they stand: each is answered with its state or `left`.
    pub refetch: Vec<RecordId>,
}

impl PullRequest {
    /// What will be asked once this page is applied, if another one waits and nothing comes between.
    pub fn after(&self, page: &Page) -> Option<Self> {
        let plain = self.asked.is_empty() && self.refetch.is_empty() && page.verdicts.is_empty();
        (page.more() && plain).then(|| Self {
            cursor: Some((page.timeline(), page.cursor)),
            epoch: Some(page.epoch),
            backfill: page.backfill,
            ..self.clone()
        })
    }
}

/// One record of a page: its state, or that the phone's account no longer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageRow {
    /// The record as it is.
    State {
        /// The record.
        record: RecordId,
        /// `state_codec` bytes.
        state: Arc<[u8]>,
        /// Keys of the phone's scope that grant it.
        held_by: Vec<Key>,
    },
    /// It left the scope (or was never in it).
    Left {
        /// The record.
        record: RecordId,
    },
}

impl PageRow {
    /// The record.
    pub const fn record(&self) -> RecordId {
        match self {
            Self::State { record, .. } | Self::Left { record } => *record,
        }
    }
}

/// What an account may do somewhere.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Grant {
    /// The unit, with all below.
    pub unit: UnitId,
    /// The role's name.
    pub role: String,
    /// Names of the kinds.
    pub kinds: Vec<String>,
}

/// Where another space of the account stands: a phone that stands there too need not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    /// The space.
    pub space: SpaceId,
    /// Its last pos.
    pub pos: u64,
    /// The account's epoch there; with its timeline.
    pub epoch: Epoch,
    /// Sum over the account's scope there.
    pub digest: u128,
}

/// One page: one snapshot of one space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The space.
    pub space: SpaceId,
    /// Hash of the request's bytes that it answers.
    pub answers: Hash,
    /// The space's history, oldest first; the last is the timeline of this page.
    pub branches: Vec<Branch>,
    /// The account's epoch.
    pub epoch: Epoch,
    /// Where the phone stands after this page.
    pub cursor: u64,
    /// Whether the tail reaches the head of the space: nothing newer exists in this snapshot.
    pub at_head: bool,
    /// Where the backfill stands after this page.
    pub backfill: Backfill,
    /// The server's time.
    pub now: Timestamp,
    /// Records.
    pub rows: Vec<PageRow>,
    /// Verdicts of what was asked, from the same snapshot.
    pub verdicts: Vec<NamedVerdict>,
    /// The last change that the server has of the phone's replica: seq (0: none) and hash.
    pub chain: (u64, Hash),
    /// Sum over the scope, on the page that reaches the head with no backfill open.
    pub digest: Option<u128>,
    /// What is up to this pos is in a verified backup or a synchronous replica.
    pub safe_pos: u64,
    /// What the account may do in this space; empty on a page of the epoch that the request named: as before.
    pub grants: Vec<Grant>,
    /// On a page that says that nothing waits: the account's other spaces, from the same snapshot.
    pub elsewhere: Vec<Elsewhere>,
    /// What was erased of bodies that the asking device gave, since the place from which it asked.
    pub erased: Vec<Erased>,
}

/// A body of which an erasure took something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// One of its names.
    pub name: Name,
    /// The operations that were blanked, by their place.
    pub places: BTreeSet<u32>,
}

impl Page {
    /// The page's timeline.
    pub fn timeline(&self) -> TimelineId {
        self.branches.last().map(|b| b.id).unwrap_or_default()
    }

    /// Whether another page waits.
    pub fn more(&self) -> bool {
        !self.at_head || self.backfill != Backfill::Done
    }
}

/// The digest's share of one record: BLAKE3(record ‖ pos ‖ fold version), mod 2^128.
pub fn digest_share(record: RecordId, pos: u64, fold_version: u32) -> u128 {
    let hash =
        Hash::with_context("gridwalk 2026 digest", &[&record.0, &pos.to_le_bytes(), &fold_version.to_le_bytes()]);
    let mut low = [0; 16];
    low.copy_from_slice(&hash.0[..16]);
    u128::from_le_bytes(low)
}
