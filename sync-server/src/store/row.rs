//! Rows as the store gives and takes them.
//!
//! Owns their shapes. Refuses to know SQL. Invariant: a row is plain data.

use gridwalk_model::erasure::Erasure;
use gridwalk_model::exchange::{Key, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, UnitId};
use gridwalk_model::name::Name;
use gridwalk_model::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceRow {
    /// Its id.
    pub id: SpaceId,
    /// Its name.
    pub name: String,
    /// Whether it holds the units.
    pub reference: bool,
    /// The last pos taken.
    pub pos: u64,
    /// End of the journal's chain.
    pub chain: Hash,
    /// Up to where a verified backup reaches.
    pub safe_pos: u64,
}

/// What was received under a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// The space.
    pub space: SpaceId,
    /// The replica.
    pub replica: ReplicaId,
    /// Its seq.
    pub seq: u64,
    /// The body's hash.
    pub hash: Hash,
    /// The body, if it came.
    pub body: Option<Arc<[u8]>>,
    /// The device that signed the frame.
    pub device: DeviceId,
    /// The record, if the body was read.
    pub record: Option<RecordId>,
    /// Whether it takes a step.
    pub step: bool,
    /// When.
    pub received_at: Timestamp,
    /// The first delivery of the same body; itself for most.
    pub first: (ReplicaId, u64),
    /// What became of it; that of an alias stands with the first delivery.
    pub verdict: Verdict,
    /// The pos that the verdict took.
    pub verdict_pos: u64,
    /// The effective time, once admitted.
    pub effective: Option<Timestamp>,
}

impl InboxRow {
    /// Its name.
    pub fn name(&self) -> Name {
        Name { replica: self.replica, seq: self.seq, mark: self.hash.mark() }
    }
}

/// A frame's signature.
#[derive(Debug, Clone)]
pub struct FrameRow {
    /// The space.
    pub space: SpaceId,
    /// The replica.
    pub replica: ReplicaId,
    /// The device that signed it.
    pub device: DeviceId,
    /// The device that carried it.
    pub carrier: DeviceId,
    /// When.
    pub received_at: Timestamp,
    /// What the signature covers.
    pub signed: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

/// What an entry of the journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A change admitted.
    Change,
    /// A body delivered again under a new name.
    Alias,
    /// Values erased.
    Erase,
    /// Seqs declared lost.
    Lost,
    /// An entry of another space's journal, carried after a record that moved here.
    Carried,
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// The space.
    pub space: SpaceId,
    /// Its place.
    pub pos: u64,
    /// The record, if it is about one.
    pub record: Option<RecordId>,
    /// What it is.
    pub kind: EntryKind,
    /// The delivery whose body it admits, or the alias, or the replica that lost something.
    pub replica: ReplicaId,
    /// Its seq.
    pub seq: u64,
    /// When.
    pub received_at: Timestamp,
    /// Stamps and names, see `journal_codec`.
    pub entry: Vec<u8>,
    /// The chain up to here.
    pub chain: Hash,
}

/// A record's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    /// The space.
    pub space: SpaceId,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its pos.
    pub pos: u64,
    /// Who wrote the first change admitted about it.
    pub author: AccountId,
    /// `state_codec` bytes.
    pub bytes: Arc<[u8]>,
}

/// One key of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceRow {
    /// The key.
    pub key: Key,
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// When it came or left or changed.
    pub pos: u64,
    /// Whether the key sees it.
    pub here: bool,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// Its id.
    pub id: UnitId,
    /// Where its own records live; the reference space for what is above all counties.
    pub space: SpaceId,
    /// Canonical code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level: city, county, township, village, grid, micro_grid, group.
    pub level: String,
    /// Kind, as the register says.
    pub kind: String,
}

/// What an account may do somewhere, and until when it could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Its number; 0 before it is stored.
    pub id: i64,
    /// The account.
    pub account: AccountId,
    /// The unit, with all below.
    pub unit: UnitId,
    /// The role's name.
    pub role: String,
    /// Names of kinds; none: those of the role.
    pub kinds: Vec<String>,
    /// From when.
    pub since: Timestamp,
    /// Until when, if it has been withdrawn.
    pub until: Option<Timestamp>,
}

/// A role that begins or ends on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    /// Its number; 0 before it is stored.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Whether it begins; else it ends.
    pub begins: bool,
    /// The account.
    pub account: AccountId,
    /// The unit.
    pub unit: UnitId,
    /// The role's name.
    pub role: String,
    /// Names of kinds, of one that begins.
    pub kinds: Vec<String>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// What the person types.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Password hash in PHC form; empty if there is none.
    pub password: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// An enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its id.
    pub id: DeviceId,
    /// The account.
    pub account: AccountId,
    /// What the person calls the phone.
    pub name: String,
    /// Ed25519 public key.
    pub public_key: [u8; 32],
    /// When.
    pub enrolled_at: Timestamp,
    /// Revoked since.
    pub revoked_at: Option<Timestamp>,
    /// Said that it purged everything.
    pub purged_at: Option<Timestamp>,
}

/// A row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who, if it was a person.
    pub account: Option<AccountId>,
    /// What, as a code.
    pub code: String,
    /// Which, for people who look into it; no values of records.
    pub detail: String,
}

/// A row of the audit in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedRow {
    /// Its number, from 1.
    pub number: i64,
    /// The row.
    pub row: AuditRow,
    /// The chain's hash after it; none only before a server of a former schema was opened anew.
    pub chain: Option<Hash>,
}

/// A head of the audit as the server signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHeadRow {
    /// Its number, from 1.
    pub n: i64,
    /// What was signed.
    pub body: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// A report of a phone whose digest did not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DivergenceRow {
    /// The phone.
    pub device: DeviceId,
    /// When it was reported.
    pub received_at: Timestamp,
    /// The report.
    pub report: gridwalk_model::digest::Divergence,
}

/// Names a session; no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct SessionId(pub [u8; 16]);

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl std::fmt::Debug for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionId({self})")
    }
}

impl SessionId {
    /// Reads its text.
    pub fn parse(text: &str) -> Option<Self> {
        data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

/// What began with one login of a person, and goes on while it is renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// The device that it is bound to; none for one of a browser.
    pub device: Option<DeviceId>,
    /// What is still asked for, as a number of `login::session::Stage`.
    pub stage: i64,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it is over whatever happens.
    pub until: Timestamp,
    /// Hash of the access token that is good now.
    pub access: Hash,
    /// Until when that is.
    pub access_until: Timestamp,
    /// When it was begun or renewed last.
    pub seen_at: Timestamp,
    /// When somebody ended it.
    pub ended_at: Option<Timestamp>,
}

/// A body of which an erasure took something, by one of its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureRow {
    /// The space.
    pub space: SpaceId,
    /// The name.
    pub name: Name,
    /// The record.
    pub record: RecordId,
    /// The device that gave the body.
    pub device: DeviceId,
    /// The entry of the journal that says so; 0 where the journal has not met the body.
    pub pos: u64,
    /// Whether the body had been admitted.
    pub admitted: bool,
    /// The operations that were blanked, by their place.
    pub places: BTreeSet<u32>,
    /// The hash of what is left.
    pub rest: Hash,
    /// What of the record was erased, when and why.
    pub erasure: Erasure,
}

/// A poster of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PosterRow {
    /// Its number, as it stands on the paper.
    pub id: i64,
    /// Hash of its code.
    pub hash: Hash,
    /// The grid.
    pub unit: UnitId,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it may be used; none: until it is taken down.
    pub until: Option<Timestamp>,
    /// When it was taken down.
    pub withdrawn_at: Option<Timestamp>,
}

/// Somebody who joined by a poster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedRow {
    /// The account.
    pub account: AccountId,
    /// Number of the poster.
    pub poster: i64,
    /// The phone.
    pub device: DeviceId,
    /// The phone number that they gave.
    pub phone: String,
    /// When they agreed to the sentence on privacy, by their phone's clock.
    pub agreed_at: Timestamp,
    /// The version of that sentence.
    pub sentence: i64,
    /// When the server heard of them.
    pub joined_at: Timestamp,
    /// When somebody said no to them.
    pub refused_at: Option<Timestamp>,
    /// Why.
    pub reason: String,
}
