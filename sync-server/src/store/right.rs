//! Grants and epochs.
//!
//! Owns what is asked of `grant_` and `epoch`. Refuses to judge. Invariant: a grant is ended, never deleted: what it
//! allowed once is needed to judge what was typed then.

use super::cell::Row;
use super::{GrantRow, Statement as S, Tx, cells};
use crate::error::{Result, ServerError};
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::time::Timestamp;

fn from_row(row: &dyn Row) -> Result<GrantRow> {
    Ok(GrantRow {
        id: row.int(0)?,
        account: AccountId(row.fixed(1)?),
        unit: UnitId(row.fixed(2)?),
        role: row.text(3)?,
        kinds: row.text(4)?.split(',').filter(|k| !k.is_empty()).map(str::to_owned).collect(),
        since: row.time(5)?,
        until: row.time_or_null(6)?,
    })
}

impl dyn Tx + '_ {
    /// All grants of an account, ended ones included.
    pub fn grants(&self, account: AccountId) -> Result<Vec<GrantRow>> {
        self.all(S::Grants, cells![&account], from_row)
    }

    /// A grant.
    pub fn grant(&self, id: i64) -> Result<Option<GrantRow>> {
        self.one(S::Grant, cells![id], from_row)
    }

    /// Adds one and returns its number.
    pub fn grant_add(&self, row: &GrantRow) -> Result<i64> {
        let kinds = row.kinds.join(",");
        let with = cells![&row.account, &row.unit, row.role.as_str(), kinds.as_str(), row.since, row.until];
        self.standing_raise()?;
        self.one(S::GrantAdd, with, |row| row.int(0))?.ok_or(ServerError::NotFound("grant"))
    }

    /// A grant has the kinds of its role from now on, whatever it listed.
    pub fn grant_of_role(&self, id: i64) -> Result<()> {
        self.put(S::GrantOfRole, cells![id])?;
        self.standing_raise()
    }

    /// Ends one.
    pub fn grant_end(&self, id: i64, at: Timestamp) -> Result<()> {
        self.put(S::GrantEnd, cells![id, at])?;
        self.standing_raise()
    }

    /// Accounts with a living grant.
    pub fn granted_accounts(&self) -> Result<Vec<AccountId>> {
        self.all(S::GrantedAccounts, &[], |row| row.fixed(0).map(AccountId))
    }

    /// How often an account's scope in a space has changed.
    pub fn epoch(&self, space: SpaceId, account: AccountId) -> Result<u64> {
        Ok(self.one(S::Epoch, cells![&space, &account], |row| row.count(0))?.unwrap_or(0))
    }

    /// Raises it.
    pub fn epoch_raise(&self, space: SpaceId, account: AccountId) -> Result<()> {
        self.put(S::EpochRaise, cells![&space, &account])?;
        self.standing_raise()
    }
}
