//! The server's tables behind traits, one a noun, so that another database can be put under the same handlers.
//!
//! Owns what a transaction can be asked. Refuses to know rights, folding and HTTP. Invariant: everything that happens
//! in one `write` is committed whole or not at all, and one `read` is one snapshot.

pub mod row;
pub mod sqlite;

use crate::error::Result;
use gridwalk_model::admission::Branch;
use gridwalk_model::exchange::{Key, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use gridwalk_model::name::Name;
use gridwalk_model::time::Timestamp;
pub use row::{
    AccountRow, AudienceRow, AuditRow, DeviceRow, EntryKind, FrameRow, GrantRow, InboxRow, JournalRow, SpaceRow,
    StateRow, UnitRow,
};

/// What runs inside a transaction.
pub type Job<'j> = &'j mut dyn FnMut(&dyn Tx) -> Result<()>;

/// A database.
pub trait Store: Send + Sync {
    /// Runs a job in a transaction that writes; an error rolls back.
    fn write(&self, job: Job<'_>) -> Result<()>;
    /// Runs a job on one snapshot.
    fn read(&self, job: Job<'_>) -> Result<()>;
    /// Remembers a nonce until it is too old to matter; false if it was used before.
    fn use_nonce(&self, device: DeviceId, nonce: &str, created_s: i64, forget_before_s: i64) -> Result<bool>;
    /// When each device was last heard, as far as is known.
    fn heard(&self) -> Result<Vec<(DeviceId, Timestamp)>>;
    /// Writes everything into the main file, as before a stop.
    fn checkpoint(&self) -> Result<()>;
    /// What the database finds wrong with itself; `None` if nothing.
    fn check(&self) -> Result<Option<String>>;
}

/// A transaction: all nouns.
pub trait Tx: Spaces + Inbox + Journal + States + Audience + Units + Rights + Accounts {}
impl<T: Spaces + Inbox + Journal + States + Audience + Units + Rights + Accounts> Tx for T {}

/// Spaces, their counters and timelines.
pub trait Spaces {
    /// Adds a space.
    fn space_put(&self, space: &SpaceRow) -> Result<()>;
    /// A space.
    fn space(&self, id: SpaceId) -> Result<Option<SpaceRow>>;
    /// Gives a space another name.
    fn space_rename(&self, id: SpaceId, name: &str) -> Result<()>;
    /// All spaces, the reference space first.
    fn spaces(&self) -> Result<Vec<SpaceRow>>;
    /// Takes the next pos; locks the space until the transaction ends.
    fn pos_next(&self, space: SpaceId) -> Result<u64>;
    /// Notes the time of the last receipt.
    fn received_last_set(&self, space: SpaceId, at: Timestamp) -> Result<()>;
    /// The greatest time that any space ever noted.
    fn received_last(&self) -> Result<Timestamp>;
    /// Sets the end of the journal's chain.
    fn chain_set(&self, space: SpaceId, chain: Hash) -> Result<()>;
    /// Notes up to where a verified backup reaches.
    fn safe_set(&self, space: SpaceId, pos: u64) -> Result<()>;
    /// The space's history, oldest first.
    fn branches(&self, space: SpaceId) -> Result<Vec<Branch>>;
    /// Begins a timeline.
    fn branch_add(&self, space: SpaceId, branch: &Branch) -> Result<()>;
    /// A value of the server's own.
    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>>;
    /// Sets a value of the server's own.
    fn meta_set(&self, name: &str, value: &[u8]) -> Result<()>;
}

/// Everything ever received, by dot; names of bodies; replicas.
pub trait Inbox {
    /// What was received under a dot.
    fn inbox(&self, space: SpaceId, replica: ReplicaId, seq: u64) -> Result<Option<InboxRow>>;
    /// Notes what was received.
    fn inbox_put(&self, row: &InboxRow) -> Result<()>;
    /// Gives a verdict to the first delivery of a body.
    fn verdict_set(
        &self,
        space: SpaceId,
        first: (ReplicaId, u64),
        verdict: &Verdict,
        pos: u64,
        effective: Option<Timestamp>,
    ) -> Result<()>;
    /// The first delivery of the body that bears this name.
    fn first_of(&self, space: SpaceId, name: Name) -> Result<Option<(ReplicaId, u64)>>;
    /// Notes a name of a body.
    fn name_put(&self, space: SpaceId, name: Name, first: (ReplicaId, u64)) -> Result<()>;
    /// All names of a body.
    fn names_of(&self, space: SpaceId, first: (ReplicaId, u64)) -> Result<Vec<Name>>;
    /// What waits for a decision: in one space or in all.
    fn quarantined(&self, space: Option<SpaceId>) -> Result<Vec<InboxRow>>;
    /// Steps of a replica on a record that wait for a decision, in order of seq.
    fn quarantined_steps(&self, space: SpaceId, replica: ReplicaId, record: RecordId) -> Result<Vec<InboxRow>>;
    /// The device that a replica belongs to.
    fn replica_device(&self, replica: ReplicaId) -> Result<Option<DeviceId>>;
    /// Notes whose a replica is.
    fn replica_put(&self, replica: ReplicaId, device: DeviceId) -> Result<()>;
    /// Up to which seq a replica has been received in a space.
    fn upto(&self, space: SpaceId, replica: ReplicaId) -> Result<u64>;
    /// Notes that.
    fn upto_set(&self, space: SpaceId, replica: ReplicaId, upto: u64) -> Result<()>;
    /// Keeps a frame's signature.
    fn frame_put(&self, frame: &FrameRow) -> Result<()>;
}

/// The truth.
pub trait Journal {
    /// Appends.
    fn journal_add(&self, row: &JournalRow) -> Result<()>;
    /// Entries of a record, oldest first.
    fn journal_of(&self, space: SpaceId, record: RecordId) -> Result<Vec<JournalRow>>;
    /// At most so many entries after a pos.
    fn journal_after(&self, space: SpaceId, pos: u64, limit: usize) -> Result<Vec<JournalRow>>;
    /// The newest entries, newest first.
    fn journal_newest(&self, space: SpaceId, limit: usize) -> Result<Vec<JournalRow>>;
    /// When the first entry after a pos was received.
    fn journal_time_after(&self, space: SpaceId, pos: u64) -> Result<Option<Timestamp>>;
}

/// States, folded from the journal.
pub trait States {
    /// A record's state.
    fn state(&self, space: SpaceId, record: RecordId) -> Result<Option<StateRow>>;
    /// Writes it.
    fn state_put(&self, row: &StateRow) -> Result<()>;
    /// At most so many records after one, by id.
    fn states_after(&self, space: SpaceId, after: Option<RecordId>, limit: usize) -> Result<Vec<StateRow>>;
    /// How many records of each kind a space holds.
    fn state_counts(&self, space: SpaceId) -> Result<Vec<(String, u64)>>;
    /// Records below a record.
    fn children(&self, space: SpaceId, parent: RecordId) -> Result<Vec<RecordId>>;
    /// Sets the records that one stands below.
    fn parents_set(&self, space: SpaceId, record: RecordId, parents: &[RecordId]) -> Result<()>;
    /// The units that a record is at home in now; `None` if it never was anywhere.
    fn home(&self, space: SpaceId, record: RecordId) -> Result<Option<Vec<UnitId>>>;
    /// Notes where a record is at home from now on.
    fn home_add(&self, space: SpaceId, record: RecordId, pos: u64, since: Timestamp, units: &[UnitId]) -> Result<()>;
    /// Every unit that a record was at home in at a time or later; `None` if it is unknown.
    fn homes_since(&self, space: SpaceId, record: RecordId, at: Timestamp) -> Result<Option<Vec<UnitId>>>;
}

/// Who sees what, and the digests.
pub trait Audience {
    /// The keys of a record, those that it left included.
    fn audience(&self, space: SpaceId, record: RecordId) -> Result<Vec<AudienceRow>>;
    /// Writes one key of a record.
    fn audience_put(&self, space: SpaceId, row: &AudienceRow) -> Result<()>;
    /// Takes a key of a record out without a trace (only a planted bug does).
    fn audience_drop(&self, space: SpaceId, key: Key, record: RecordId) -> Result<()>;
    /// Rows of a key after a pos, by pos.
    fn audience_tail(
        &self,
        space: SpaceId,
        key: Key,
        kinds: &[String],
        after: u64,
        limit: usize,
    ) -> Result<Vec<AudienceRow>>;
    /// Rows of a key that are here, after a record, by record.
    fn audience_backfill(
        &self,
        space: SpaceId,
        key: Key,
        kinds: &[String],
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Vec<AudienceRow>>;
    /// Records that a key sees.
    fn audience_records(&self, space: SpaceId, key: Key) -> Result<Vec<RecordId>>;
    /// The sum of a key and kind.
    fn digest(&self, space: SpaceId, key: Key, kind: &str) -> Result<u128>;
    /// Sets it.
    fn digest_set(&self, space: SpaceId, key: Key, kind: &str, sum: u128) -> Result<()>;
    /// The kinds that a key has sums of.
    fn digest_kinds(&self, space: SpaceId, key: Key) -> Result<Vec<String>>;
}

/// The organisation tree, derived from the records of units.
pub trait Units {
    /// A unit.
    fn unit(&self, id: UnitId) -> Result<Option<UnitRow>>;
    /// The unit with this code.
    fn unit_by_code(&self, code: &str) -> Result<Option<UnitRow>>;
    /// All units, by code.
    fn units(&self) -> Result<Vec<UnitRow>>;
    /// Writes one.
    fn unit_put(&self, row: &UnitRow) -> Result<()>;
    /// The units right above: now, or at any time since.
    fn units_above(&self, unit: UnitId, since: Option<Timestamp>) -> Result<Vec<UnitId>>;
    /// The units right below, now.
    fn units_below(&self, unit: UnitId) -> Result<Vec<UnitId>>;
    /// Sets the units right above, and ends those that no longer are; true if anything changed.
    fn units_above_set(&self, unit: UnitId, parents: &[UnitId], at: Timestamp) -> Result<bool>;
}

/// Grants and epochs.
pub trait Rights {
    /// All grants of an account, ended ones included.
    fn grants(&self, account: AccountId) -> Result<Vec<GrantRow>>;
    /// A grant.
    fn grant(&self, id: i64) -> Result<Option<GrantRow>>;
    /// Adds one and returns its number.
    fn grant_add(&self, row: &GrantRow) -> Result<i64>;
    /// Ends one.
    fn grant_end(&self, id: i64, at: Timestamp) -> Result<()>;
    /// Accounts with a living grant.
    fn granted_accounts(&self) -> Result<Vec<AccountId>>;
    /// How often an account's scope in a space has changed.
    fn epoch(&self, space: SpaceId, account: AccountId) -> Result<u64>;
    /// Raises it.
    fn epoch_raise(&self, space: SpaceId, account: AccountId) -> Result<()>;
}

/// Accounts, devices, consoles, hand-overs, audit.
pub trait Accounts {
    /// An account.
    fn account(&self, id: AccountId) -> Result<Option<AccountRow>>;
    /// The account with this login.
    fn account_by_login(&self, login: &str) -> Result<Option<AccountRow>>;
    /// All accounts, by login.
    fn accounts(&self) -> Result<Vec<AccountRow>>;
    /// Writes one.
    fn account_put(&self, row: &AccountRow) -> Result<()>;
    /// A device.
    fn device(&self, id: DeviceId) -> Result<Option<DeviceRow>>;
    /// Devices of an account.
    fn devices(&self, account: AccountId) -> Result<Vec<DeviceRow>>;
    /// Writes one.
    fn device_put(&self, row: &DeviceRow) -> Result<()>;
    /// Keeps an enrolment code's hash.
    fn enrol_code_put(&self, hash: Hash, account: AccountId, made_at: Timestamp, expires_at: Timestamp) -> Result<()>;
    /// Uses up a code that is valid now; the account that it is for.
    fn enrol_code_use(&self, hash: Hash, at: Timestamp) -> Result<Option<AccountId>>;
    /// Whose code it was and when it was used, if it was and is not too old.
    fn enrol_code_used(&self, hash: Hash, at: Timestamp) -> Result<Option<(AccountId, Timestamp)>>;
    /// The console's replica of an account in a timeline.
    fn console(&self, account: AccountId, timeline: TimelineId) -> Result<Option<ReplicaId>>;
    /// The newest console replica of an account in any timeline (only a planted bug asks).
    fn console_any(&self, account: AccountId) -> Result<Option<ReplicaId>>;
    /// Notes it.
    fn console_put(&self, account: AccountId, timeline: TimelineId, replica: ReplicaId) -> Result<()>;
    /// Keeps a sealed hand-over.
    fn hand_over_put(&self, hash: Hash, device: DeviceId, at: Timestamp, sealed: &[u8]) -> Result<()>;
    /// A sealed hand-over.
    fn hand_over(&self, hash: Hash) -> Result<Option<Vec<u8>>>;
    /// Writes to the audit.
    fn audit_add(&self, row: &AuditRow) -> Result<()>;
    /// The newest rows of the audit.
    fn audit_newest(&self, limit: usize) -> Result<Vec<AuditRow>>;
}
