//! Sessions, what renews them, first codes and second factors.
//!
//! Owns what is asked of the tables of those names. Refuses to know tokens, codes and passwords: it keeps hashes.
//! Invariant: a renewal, a code and a step are used up by one statement each, so that of many at once one succeeds.

use super::cell::Row;
use super::{SessionId, SessionRow, Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_model::time::Timestamp;

fn session(row: &dyn Row) -> Result<SessionRow> {
    Ok(SessionRow {
        id: SessionId(row.fixed(0)?),
        account: AccountId(row.fixed(1)?),
        device: row.id_or_null(2)?.map(DeviceId),
        stage: row.int(3)?,
        begun_at: row.time(4)?,
        until: row.time(5)?,
        access: Hash(row.fixed(6)?),
        access_until: row.time(7)?,
        seen_at: row.time(8)?,
        ended_at: row.time_or_null(9)?,
    })
}

impl dyn Tx + '_ {
    /// Writes a session.
    pub fn session_put(&self, row: &SessionRow) -> Result<()> {
        let SessionRow { id, account, device, stage, begun_at, until, access, access_until, seen_at, ended_at } = row;
        let device = device.as_ref();
        let with =
            cells![&id.0, account, device, *stage, *begun_at, *until, access, *access_until, *seen_at, *ended_at];
        self.put(S::SessionPut, with)
    }

    /// A session.
    pub fn session(&self, id: SessionId) -> Result<Option<SessionRow>> {
        self.one(S::Session, cells![&id.0], session)
    }

    /// The session whose present access token has this hash.
    pub fn session_by_access(&self, access: Hash) -> Result<Option<SessionRow>> {
        self.one(S::SessionByAccess, cells![&access], session)
    }

    /// Sessions of an account that go on at that time, the oldest first.
    pub fn sessions_of(&self, account: AccountId, at: Timestamp) -> Result<Vec<SessionRow>> {
        self.all(S::SessionsOf, cells![&account, at], session)
    }

    /// Ends all sessions of everybody.
    pub fn sessions_end_all(&self, at: Timestamp) -> Result<()> {
        self.put(S::SessionsEndAll, cells![at])
    }

    /// Forgets sessions of an account that were over before that time, and whatever would have renewed any.
    pub fn sessions_forget(&self, account: AccountId, before: Timestamp) -> Result<()> {
        self.put(S::SessionsForget, cells![&account, before])?;
        self.put(S::RenewalsForget, cells![before])
    }

    /// Keeps the hash of what renews a session once.
    pub fn renewal_put(&self, hash: Hash, session: SessionId, until: Timestamp) -> Result<()> {
        self.put(S::RenewalPut, cells![&hash, &session.0, until])
    }

    /// Uses it up; the session that it renews.
    pub fn renewal_use(&self, hash: Hash, at: Timestamp) -> Result<Option<SessionId>> {
        self.one(S::RenewalUse, cells![&hash, at], |row| row.fixed(0).map(SessionId))
    }

    /// The session that it renewed before.
    pub fn renewal_used(&self, hash: Hash) -> Result<Option<SessionId>> {
        self.one(S::RenewalUsed, cells![&hash], |row| row.fixed(0).map(SessionId))
    }

    /// Keeps the hash of a code with which a person chooses a password; codes of before are good no more.
    pub fn login_code_put(&self, hash: Hash, account: AccountId, until: Timestamp) -> Result<()> {
        self.put(S::LoginCodesDrop, cells![&account])?;
        self.put(S::LoginCodePut, cells![&hash, &account, until])
    }

    /// Uses such a code up; the account that it is for.
    pub fn login_code_use(&self, hash: Hash, at: Timestamp) -> Result<Option<AccountId>> {
        self.one(S::LoginCodeUse, cells![&hash, at], |row| row.fixed(0).map(AccountId))
    }

    /// The secret of an account's second factor, and since when it is confirmed.
    pub fn second_factor(&self, account: AccountId) -> Result<Option<(Vec<u8>, Option<Timestamp>)>> {
        let read = |row: &dyn Row| Ok((row.bytes(0)?.to_vec(), row.time_or_null(1)?));
        self.one(S::SecondFactor, cells![&account], read)
    }

    /// Keeps a secret that is not confirmed yet; one that is confirmed stays.
    pub fn second_factor_put(&self, account: AccountId, secret: &[u8]) -> Result<()> {
        self.put(S::SecondFactorPut, cells![&account, secret])
    }

    /// Accounts that have one, confirmed or not.
    pub fn second_factors(&self) -> Result<Vec<AccountId>> {
        self.all(S::SecondFactors, &[], |row| row.fixed(0).map(AccountId))
    }

    /// The same secret in another form; nothing else of it changes.
    pub fn second_factor_seal(&self, account: AccountId, secret: &[u8]) -> Result<()> {
        self.put(S::SecondFactorSeal, cells![&account, secret])
    }

    /// It is confirmed.
    pub fn second_factor_confirm(&self, account: AccountId, at: Timestamp) -> Result<()> {
        self.put(S::SecondFactorConfirm, cells![&account, at])
    }

    /// Takes a step; false if it or a later one was taken before.
    pub fn second_factor_step(&self, account: AccountId, step: u64) -> Result<bool> {
        Ok(self.one(S::SecondFactorStep, cells![&account, step], |row| row.int(0))?.is_some())
    }

    /// Forgets it with its recovery codes.
    pub fn second_factor_drop(&self, account: AccountId) -> Result<()> {
        self.put(S::SecondFactorDrop, cells![&account])?;
        self.put(S::RecoveryCodesDrop, cells![&account])
    }

    /// Keeps the hash of a recovery code.
    pub fn recovery_code_put(&self, account: AccountId, hash: Hash) -> Result<()> {
        self.put(S::RecoveryCodePut, cells![&account, &hash])
    }

    /// Uses a recovery code up; whether it was one.
    pub fn recovery_code_use(&self, account: AccountId, hash: Hash) -> Result<bool> {
        Ok(self.one(S::RecoveryCodeUse, cells![&account, &hash], |row| row.fixed::<16>(0))?.is_some())
    }

    /// How many recovery codes are left.
    pub fn recovery_codes(&self, account: AccountId) -> Result<u64> {
        Ok(self.one(S::RecoveryCodes, cells![&account], |row| row.count(0))?.unwrap_or(0))
    }
}
