//! Accounts, devices, codes, consoles and hand-overs.
//!
//! Owns what is asked of the tables of those names. Refuses to know passwords and keys: it keeps what it is given.
//! Invariant: a code is used up by one statement, so that of many at once one succeeds.

use super::cell::Row;
use super::{AccountRow, DeviceRow, Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, ReplicaId, TimelineId};
use gridwalk_model::time::Timestamp;

fn account(row: &dyn Row) -> Result<AccountRow> {
    Ok(AccountRow {
        id: AccountId(row.fixed(0)?),
        login: row.text(1)?,
        name: row.text(2)?,
        password: row.text(3)?,
        made_at: row.time(4)?,
    })
}

fn device(row: &dyn Row) -> Result<DeviceRow> {
    Ok(DeviceRow {
        id: DeviceId(row.fixed(0)?),
        account: AccountId(row.fixed(1)?),
        name: row.text(2)?,
        public_key: row.fixed(3)?,
        enrolled_at: row.time(4)?,
        revoked_at: row.time_or_null(5)?,
        purged_at: row.time_or_null(6)?,
    })
}

impl dyn Tx + '_ {
    /// An account.
    pub fn account(&self, id: AccountId) -> Result<Option<AccountRow>> {
        self.one(S::Account, cells![&id], account)
    }

    /// The account with this login.
    pub fn account_by_login(&self, login: &str) -> Result<Option<AccountRow>> {
        self.one(S::AccountByLogin, cells![login], account)
    }

    /// All accounts, by login.
    pub fn accounts(&self) -> Result<Vec<AccountRow>> {
        self.all(S::Accounts, &[], account)
    }

    /// Writes one.
    pub fn account_put(&self, row: &AccountRow) -> Result<()> {
        let AccountRow { id, login, name, password, made_at } = row;
        self.put(S::AccountPut, cells![id, login.as_str(), name.as_str(), password.as_str(), *made_at])
    }

    /// A device.
    pub fn device(&self, id: DeviceId) -> Result<Option<DeviceRow>> {
        self.one(S::Device, cells![&id], device)
    }

    /// Devices of an account.
    pub fn devices(&self, account: AccountId) -> Result<Vec<DeviceRow>> {
        self.all(S::Devices, cells![&account], device)
    }

    /// Writes one.
    pub fn device_put(&self, row: &DeviceRow) -> Result<()> {
        let DeviceRow { id, account, name, public_key, enrolled_at, revoked_at, purged_at } = row;
        let with = cells![id, account, name.as_str(), public_key, *enrolled_at, *revoked_at, *purged_at];
        self.put(S::DevicePut, with)?;
        self.standing_raise()
    }

    /// Keeps an enrolment code's hash.
    pub fn enrol_code_put(
        &self,
        hash: Hash,
        account: AccountId,
        made_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()> {
        self.put(S::EnrolCodePut, cells![&hash, &account, made_at, expires_at])
    }

    /// A phone that comes with this code waits for a confirmation.
    pub fn enrol_code_waits_set(&self, hash: Hash) -> Result<()> {
        self.put(S::EnrolCodeWaitsSet, cells![&hash])
    }

    /// Whether a phone that comes with this code waits for a confirmation.
    pub fn enrol_code_waits(&self, hash: Hash) -> Result<bool> {
        Ok(self.one(S::EnrolCodeWaits, cells![&hash], |row| row.yes(0))?.unwrap_or(false))
    }

    /// A device waits for a confirmation from now on.
    pub fn device_waiting_put(&self, device: DeviceId, since: Timestamp) -> Result<()> {
        self.put(S::DeviceWaitingPut, cells![&device, since])?;
        self.standing_raise()
    }

    /// Since when a device waits for a confirmation, if it does.
    pub fn device_waiting(&self, device: DeviceId) -> Result<Option<Timestamp>> {
        self.one(S::DeviceWaiting, cells![&device], |row| row.time(0))
    }

    /// Devices that wait for a confirmation, and since when, the longest first.
    pub fn devices_waiting(&self) -> Result<Vec<(DeviceId, Timestamp)>> {
        self.all(S::DevicesWaiting, &[], |row| Ok((DeviceId(row.fixed(0)?), row.time(1)?)))
    }

    /// A device was confirmed, or is gone.
    pub fn device_waiting_end(&self, device: DeviceId) -> Result<()> {
        self.put(S::DeviceWaitingEnd, cells![&device])?;
        self.standing_raise()
    }

    /// Uses up a code that is valid now; the account that it is for.
    pub fn enrol_code_use(&self, hash: Hash, at: Timestamp) -> Result<Option<AccountId>> {
        self.one(S::EnrolCodeUse, cells![&hash, at], |row| row.fixed(0).map(AccountId))
    }

    /// Whose code it was and when it was used, if it was and is not too old.
    pub fn enrol_code_used(&self, hash: Hash, at: Timestamp) -> Result<Option<(AccountId, Timestamp)>> {
        self.one(S::EnrolCodeUsed, cells![&hash, at], |row| Ok((AccountId(row.fixed(0)?), row.time(1)?)))
    }

    /// The console's replica of an account in a timeline.
    pub fn console(&self, account: AccountId, timeline: TimelineId) -> Result<Option<ReplicaId>> {
        self.one(S::Console, cells![&account, &timeline], |row| row.fixed(0).map(ReplicaId))
    }

    /// A console replica of an account in any timeline (only a planted bug asks).
    pub fn console_any(&self, account: AccountId) -> Result<Option<ReplicaId>> {
        self.one(S::ConsoleAny, cells![&account], |row| row.fixed(0).map(ReplicaId))
    }

    /// Notes it.
    pub fn console_put(&self, account: AccountId, timeline: TimelineId, replica: ReplicaId) -> Result<()> {
        self.put(S::ConsolePut, cells![&account, &timeline, &replica])
    }

    /// Keeps a sealed hand-over; one that is known stays as it is.
    pub fn hand_over_put(&self, hash: Hash, device: DeviceId, at: Timestamp, sealed: &[u8]) -> Result<()> {
        self.put(S::HandOverPut, cells![&hash, &device, at, sealed])
    }

    /// When a hand-over was received first, and what device it is of.
    pub fn hand_over_at(&self, hash: Hash) -> Result<Option<(Timestamp, DeviceId)>> {
        self.one(S::HandOverAt, cells![&hash], |row| Ok((row.time(0)?, row.fixed(1).map(DeviceId)?)))
    }

    /// A sealed hand-over.
    pub fn hand_over(&self, hash: Hash) -> Result<Option<Vec<u8>>> {
        self.one(S::HandOver, cells![&hash], |row| row.bytes(0).map(<[u8]>::to_vec))
    }

    /// Every sealed hand-over, by its hash.
    pub fn hand_overs(&self) -> Result<Vec<(Hash, Vec<u8>)>> {
        self.all(S::HandOvers, &[], |row| Ok((Hash(row.fixed(0)?), row.bytes(1)?.to_vec())))
    }

    /// Puts what an erasure left of a hand-over into its place, under the hash with which it came.
    pub fn hand_over_set(&self, hash: Hash, sealed: &[u8]) -> Result<()> {
        self.put(S::HandOverSet, cells![&hash, sealed])
    }
}
