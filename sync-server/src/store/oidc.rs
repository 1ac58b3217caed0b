//! Accounts linked to an office's provider, and who was sent there.
//!
//! Owns what is asked of the tables of those names. Refuses to know the provider's protocol. Invariant: a person at a
//! provider is one account, and a state is used up by one statement.

use super::cell::Row;
use super::{Statement as S, Tx, cells};
use crate::error::Result;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::AccountId;
use gridwalk_model::time::Timestamp;

fn two_texts(row: &dyn Row) -> Result<(String, String)> {
    Ok((row.text(0)?, row.text(1)?))
}

impl dyn Tx + '_ {
    /// Links a person at a provider to an account; false if they were linked before.
    pub fn oidc_link_put(&self, issuer: &str, subject: &str, account: AccountId, at: Timestamp) -> Result<bool> {
        let free = self.oidc_linked(issuer, subject)?.is_none();
        self.put(S::OidcLinkPut, cells![issuer, subject, &account, at])?;
        Ok(free)
    }

    /// The account of a person at a provider.
    pub fn oidc_linked(&self, issuer: &str, subject: &str) -> Result<Option<AccountId>> {
        self.one(S::OidcLinked, cells![issuer, subject], |row| row.fixed(0).map(AccountId))
    }

    /// Issuers and subjects of an account.
    pub fn oidc_links(&self, account: AccountId) -> Result<Vec<(String, String)>> {
        self.all(S::OidcLinks, cells![&account], two_texts)
    }

    /// The person is linked no more.
    pub fn oidc_link_drop(&self, issuer: &str, subject: &str) -> Result<()> {
        self.put(S::OidcLinkDrop, cells![issuer, subject])
    }

    /// Remembers somebody who is sent to the provider; whoever was sent too long ago is forgotten.
    pub fn oidc_try_put(
        &self,
        state: Hash,
        (nonce, verifier): (&str, &str),
        (now, until): (Timestamp, Timestamp),
    ) -> Result<()> {
        self.put(S::OidcTriesForget, cells![now])?;
        self.put(S::OidcTryPut, cells![&state, nonce, verifier, until])
    }

    /// Uses a state up; its nonce and verifier.
    pub fn oidc_try_use(&self, state: Hash, at: Timestamp) -> Result<Option<(String, String)>> {
        self.one(S::OidcTryUse, cells![&state, at], two_texts)
    }
}
