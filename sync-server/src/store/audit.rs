//! The audit: its rows with their chain, and its signed heads.
//!
//! Owns what is asked of `audit` and `audit_head`. Refuses to know how the chain is made and what is signed. Invariant:
//! rows and heads are only added; a chain's hash is filled in once, for rows of before.

use super::cell::Row;
use super::{AuditHeadRow, AuditRow, ChainedRow, Statement as S, Tx, cells};
use crate::error::{Result, ServerError};
use gridwalk_model::codec::Malformed;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::AccountId;

fn audit(row: &dyn Row) -> Result<AuditRow> {
    from(row, 0)
}

fn from(row: &dyn Row, at: usize) -> Result<AuditRow> {
    let account = row.id_or_null(at + 1)?.map(AccountId);
    Ok(AuditRow { at: row.time(at)?, account, code: row.text(at + 2)?, detail: row.text(at + 3)? })
}

fn hash_or_null(row: &dyn Row, at: usize) -> Result<Option<Hash>> {
    let wrong = || ServerError::Stored(Malformed::Shape);
    row.bytes_or_null(at)?.map(|bytes| Hash::from_slice(bytes).ok_or_else(wrong)).transpose()
}

fn chained(row: &dyn Row) -> Result<ChainedRow> {
    Ok(ChainedRow { number: row.int(0)?, row: from(row, 1)?, chain: hash_or_null(row, 5)? })
}

fn head(row: &dyn Row) -> Result<AuditHeadRow> {
    Ok(AuditHeadRow { n: row.int(0)?, body: row.bytes(1)?.to_vec(), signature: row.bytes(2)?.to_vec() })
}

impl dyn Tx + '_ {
    /// Writes to the audit, under the next number.
    pub fn audit_add(&self, number: i64, row: &AuditRow, chain: Hash) -> Result<()> {
        let AuditRow { at, account, code, detail } = row;
        self.put(S::AuditAdd, cells![number, *at, account.as_ref(), code.as_str(), detail.as_str(), &chain])
    }

    /// The number of the last row of the audit, and the chain after it.
    pub fn audit_last(&self) -> Result<Option<(i64, Option<Hash>)>> {
        self.one(S::AuditLast, &[], |row| Ok((row.int(0)?, hash_or_null(row, 1)?)))
    }

    /// Rows of the audit after a number, in their order.
    pub fn audit_after(&self, number: i64, limit: usize) -> Result<Vec<ChainedRow>> {
        self.all(S::AuditAfter, cells![number, limit], chained)
    }

    /// Chains a row of before.
    pub fn audit_chain_set(&self, number: i64, chain: Hash) -> Result<()> {
        self.put(S::AuditChainSet, cells![number, &chain])
    }

    /// The newest rows of the audit, newest first.
    pub fn audit_newest(&self, limit: usize) -> Result<Vec<AuditRow>> {
        self.all(S::AuditNewest, cells![limit], audit)
    }

    /// The row of the audit with this number.
    pub fn audit_numbered(&self, number: i64) -> Result<Option<AuditRow>> {
        self.one(S::AuditNumbered, cells![number], audit)
    }

    /// The numbers of the newest rows of the audit, newest first.
    pub fn audit_numbers(&self, limit: usize) -> Result<Vec<i64>> {
        self.all(S::AuditNumbers, cells![limit], |row| row.int(0))
    }

    /// How many rows of the audit bear each code.
    pub fn audit_counts(&self) -> Result<Vec<(String, u64)>> {
        self.all(S::AuditCounts, &[], |row| Ok((row.text(0)?, row.count(1)?)))
    }

    /// Keeps a signed head.
    pub fn audit_head_add(&self, row: &AuditHeadRow) -> Result<()> {
        let AuditHeadRow { n, body, signature } = row;
        self.put(S::AuditHeadAdd, cells![*n, body.as_slice(), signature.as_slice()])
    }

    /// The newest signed head.
    pub fn audit_head_last(&self) -> Result<Option<AuditHeadRow>> {
        self.one(S::AuditHeadLast, &[], head)
    }

    /// Signed heads after a number, in their order.
    pub fn audit_heads_after(&self, n: i64, limit: usize) -> Result<Vec<AuditHeadRow>> {
        self.all(S::AuditHeadsAfter, cells![n, limit], head)
    }
}
