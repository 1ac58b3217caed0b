//! Accounts, devices, codes, consoles, hand-overs and the audit on SQLite.
//!
//! Owns the tables of those names. Refuses to know passwords and keys: it keeps what it is given.
//! Invariant: a code is used up by one statement, so that of many at once one succeeds.

use super::SqlTx;
use super::cell::{b16, b16_or_null, fixed, limit, time, time_or_null};
use crate::error::Result;
use crate::store::{AccountRow, Accounts, AuditRow, DeviceRow};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, ReplicaId, TimelineId};
use gridwalk_model::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

fn account(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        id: AccountId(b16(row, 0)?),
        login: row.get(1)?,
        name: row.get(2)?,
        password: row.get(3)?,
        made_at: time(row, 4)?,
    })
}

fn device(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    Ok(DeviceRow {
        id: DeviceId(b16(row, 0)?),
        account: AccountId(b16(row, 1)?),
        name: row.get(2)?,
        public_key: fixed(row, 3)?,
        enrolled_at: time(row, 4)?,
        revoked_at: time_or_null(row, 5)?,
        purged_at: time_or_null(row, 6)?,
    })
}

impl Accounts for SqlTx<'_> {
    fn account(&self, id: AccountId) -> Result<Option<AccountRow>> {
        let mut get = self.0.prepare_cached("SELECT id, login, name, password, made_at FROM account WHERE id = ?")?;
        Ok(get.query_row([&id.0[..]], account).optional()?)
    }

    fn account_by_login(&self, login: &str) -> Result<Option<AccountRow>> {
        let mut get =
            self.0.prepare_cached("SELECT id, login, name, password, made_at FROM account WHERE login = ?")?;
        Ok(get.query_row([login], account).optional()?)
    }

    fn accounts(&self) -> Result<Vec<AccountRow>> {
        let mut get = self.0.prepare_cached("SELECT id, login, name, password, made_at FROM account ORDER BY login")?;
        Ok(get.query_map([], account)?.collect::<Result<_, _>>()?)
    }

    fn account_put(&self, row: &AccountRow) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("account_put.sql"))?;
        put.execute(params![&row.id.0[..], row.login, row.name, row.password, row.made_at.0])?;
        Ok(())
    }

    fn device(&self, id: DeviceId) -> Result<Option<DeviceRow>> {
        let mut get = self.0.prepare_cached(
            "SELECT id, account, name, public_key, enrolled_at, revoked_at, purged_at FROM device WHERE id = ?",
        )?;
        Ok(get.query_row([&id.0[..]], device).optional()?)
    }

    fn devices(&self, account: AccountId) -> Result<Vec<DeviceRow>> {
        let mut get = self.0.prepare_cached(include_str!("devices.sql"))?;
        Ok(get.query_map([&account.0[..]], device)?.collect::<Result<_, _>>()?)
    }

    fn device_put(&self, row: &DeviceRow) -> Result<()> {
        let mut put = self.0.prepare_cached(include_str!("device_put.sql"))?;
        let (revoked, purged) = (row.revoked_at.map(|t| t.0), row.purged_at.map(|t| t.0));
        put.execute(params![
            &row.id.0[..],
            &row.account.0[..],
            row.name,
            &row.public_key[..],
            row.enrolled_at.0,
            revoked,
            purged
        ])?;
        Ok(())
    }

    fn enrol_code_put(&self, hash: Hash, account: AccountId, made_at: Timestamp, expires_at: Timestamp) -> Result<()> {
        let mut put =
            self.0.prepare_cached("INSERT INTO enrol_code (hash, account, made_at, expires_at) VALUES (?, ?, ?, ?)")?;
        put.execute(params![&hash.0[..], &account.0[..], made_at.0, expires_at.0])?;
        Ok(())
    }

    fn enrol_code_use(&self, hash: Hash, at: Timestamp) -> Result<Option<AccountId>> {
        let mut used = self.0.prepare_cached(include_str!("enrol_code_use.sql"))?;
        Ok(used.query_row(params![at.0, &hash.0[..]], |row| b16(row, 0).map(AccountId)).optional()?)
    }

    fn enrol_code_used(&self, hash: Hash, at: Timestamp) -> Result<Option<(AccountId, Timestamp)>> {
        let mut get = self.0.prepare_cached(
            "SELECT account, used_at FROM enrol_code WHERE hash = ? AND used_at IS NOT NULL AND expires_at >= ?",
        )?;
        let row = |row: &Row<'_>| Ok((AccountId(b16(row, 0)?), time(row, 1)?));
        Ok(get.query_row(params![&hash.0[..], at.0], row).optional()?)
    }

    fn console(&self, account: AccountId, timeline: TimelineId) -> Result<Option<ReplicaId>> {
        let mut get = self.0.prepare_cached("SELECT replica FROM console WHERE account = ? AND timeline = ?")?;
        Ok(get.query_row([&account.0[..], &timeline.0[..]], |row| b16(row, 0).map(ReplicaId)).optional()?)
    }

    fn console_any(&self, account: AccountId) -> Result<Option<ReplicaId>> {
        let mut get = self.0.prepare_cached("SELECT replica FROM console WHERE account = ? LIMIT 1")?;
        Ok(get.query_row([&account.0[..]], |row| b16(row, 0).map(ReplicaId)).optional()?)
    }

    fn console_put(&self, account: AccountId, timeline: TimelineId, replica: ReplicaId) -> Result<()> {
        let mut put = self.0.prepare_cached("INSERT INTO console (account, timeline, replica) VALUES (?, ?, ?)")?;
        put.execute([&account.0[..], &timeline.0[..], &replica.0[..]])?;
        Ok(())
    }

    fn hand_over_put(&self, hash: Hash, device: DeviceId, at: Timestamp, sealed: &[u8]) -> Result<()> {
        let mut put = self.0.prepare_cached(
            "INSERT OR IGNORE INTO hand_over (hash, device, received_at, sealed) VALUES (?, ?, ?, ?)",
        )?;
        put.execute(params![&hash.0[..], &device.0[..], at.0, sealed])?;
        Ok(())
    }

    fn hand_over(&self, hash: Hash) -> Result<Option<Vec<u8>>> {
        let mut get = self.0.prepare_cached("SELECT sealed FROM hand_over WHERE hash = ?")?;
        Ok(get.query_row([&hash.0[..]], |row| row.get(0)).optional()?)
    }

    fn audit_add(&self, row: &AuditRow) -> Result<()> {
        let mut put = self.0.prepare_cached("INSERT INTO audit (at, account, code, detail) VALUES (?, ?, ?, ?)")?;
        let account = row.account.as_ref().map(|a| &a.0[..]);
        put.execute(params![row.at.0, account, row.code, row.detail])?;
        Ok(())
    }

    fn audit_newest(&self, max: usize) -> Result<Vec<AuditRow>> {
        let mut get = self.0.prepare_cached("SELECT at, account, code, detail FROM audit ORDER BY id DESC LIMIT ?")?;
        let audit = |row: &Row<'_>| {
            let account = b16_or_null(row, 1)?.map(AccountId);
            Ok(AuditRow { at: time(row, 0)?, account, code: row.get(2)?, detail: row.get(3)? })
        };
        Ok(get.query_map([limit(max)], audit)?.collect::<Result<_, _>>()?)
    }
}
