//! The audit: what administration, supervisors and phones did, in a chain that shows whether anything of it was touched.
//!
//! Owns the chain's hash, the mark at its end, and the heads that the server signs each hour and at each stop. Refuses to
//! know what acts mean. Invariant: a row is added under the next number, over the chain that the mark vouches for, so that
//! rows that were cut off leave a gap for ever.
//!
//! What is promised: whoever edits the database behind the server's back, without the server's key, is found by
//! [`verify`]. Who has the key as well can make a new history; only heads that lie elsewhere show that, which is why each
//! is a line that an office can keep (`gridwalk-server audit head`).

pub mod head;
pub mod verify;

use crate::error::Result;
use crate::server::{Running, Server};
use crate::store::{AuditRow, ChainedRow, Tx};
use crate::writing::Writing;
use ed25519_dalek::SigningKey;
use gridwalk_model::hash::Hash;
pub use head::{Head, SignedHead};

/// The chain before the first row.
pub const START: Hash = Hash([0; 32]);
/// Name of the mark at the end of the chain.
const END: &str = "audit_end";
/// Rows chained in one transaction.
const STEP: usize = 500;

/// The chain after a row.
pub fn link(before: Hash, number: i64, row: &AuditRow) -> Hash {
    let AuditRow { at, account, code, detail } = row;
    let account: &[u8] = account.as_ref().map_or(&[], |id| &id.0);
    let (number, at) = (number.to_be_bytes(), at.0.to_be_bytes());
    let parts: [&[u8]; 6] = [&before.0, &number, &at, account, code.as_bytes(), detail.as_bytes()];
    Hash::with_context("gridwalk 2026 audit chain", &parts)
}

/// Where the chain ends, as the server last left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub number: i64,
    pub chain: Hash,
}

impl End {
    /// What only who has the server's key can say of it.
    fn seal(self, key: &SigningKey) -> Hash {
        let key = key.to_bytes();
        Hash::with_context("gridwalk 2026 audit end", &[&key, &self.number.to_be_bytes(), &self.chain.0])
    }

    pub(crate) fn keep(self, tx: &dyn Tx, key: &SigningKey) -> Result<()> {
        let bytes = [&self.number.to_be_bytes()[..], &self.chain.0, &self.seal(key).0].concat();
        tx.meta_set(END, &bytes)
    }

    /// The mark, if there is one and the server made it.
    pub(crate) fn kept(tx: &dyn Tx, key: &SigningKey) -> Result<Option<Self>> {
        let Some(bytes) = tx.meta(END)? else { return Ok(None) };
        let (Some(number), Some(rest)) = (bytes.first_chunk(), bytes.get(8..)) else { return Ok(None) };
        let (Some(chain), Some(seal)) = (rest.get(..32).and_then(Hash::from_slice), rest.get(32..)) else {
            return Ok(None);
        };
        let end = Self { number: i64::from_be_bytes(*number), chain };
        Ok((end.seal(key).0 == seal).then_some(end))
    }
}

/// Adds a row.
pub(crate) fn append(tx: &dyn Tx, key: &SigningKey, row: &AuditRow) -> Result<()> {
    let last = tx.audit_last()?;
    let mut end = End::kept(tx, key)?;
    if end.is_none() && last.is_some() {
        // Somebody took the mark away: that stands in the audit from now on, whatever else they did.
        let lost = AuditRow { code: "audit_mark_lost".to_owned(), account: None, detail: String::new(), ..row.clone() };
        let before = last.as_ref().and_then(|(_, chain)| *chain).unwrap_or(START);
        end = Some(add(tx, key, before, last.map_or(0, |(number, _)| number), &lost)?);
    }
    // What stands beyond the mark was written by somebody else: our row comes after it and does not continue it.
    let before = end.map_or(START, |end| end.chain);
    let number = last.map_or(0, |(number, _)| number).max(end.map_or(0, |end| end.number));
    add(tx, key, before, number, row).map(drop)
}

fn add(tx: &dyn Tx, key: &SigningKey, before: Hash, after: i64, row: &AuditRow) -> Result<End> {
    let number = after.saturating_add(1);
    let end = End { number, chain: link(before, number, row) };
    tx.audit_add(number, row, end.chain)?;
    end.keep(tx, key)?;
    Ok(end)
}

/// Chains what a server of a former schema had written: once, when it is opened by this one.
pub(crate) fn chain_what_stands(running: &Running) -> Result<()> {
    let fresh = running.read(|r| Ok(r.tx.meta(END)?.is_none() && r.tx.audit_head_last()?.is_none()))?;
    if !fresh || running.read(|r| r.tx.audit_last())?.is_none_or(|(_, chain)| chain.is_some()) {
        return Ok(());
    }
    running.write_alone(|w| {
        let mut end = End { number: 0, chain: START };
        loop {
            let rows = w.tx.audit_after(end.number, STEP)?;
            for ChainedRow { number, row, .. } in &rows {
                end = End { number: *number, chain: link(end.chain, *number, row) };
                w.tx.audit_chain_set(*number, end.chain)?;
            }
            if rows.len() < STEP {
                break;
            }
        }
        end.keep(w.tx, &w.running.key)?;
        w.audit(None, "audit_chained", &end.number.to_string())
    })
}

/// Signs the present head in a transaction, if anything came since the newest or an hour has begun since.
pub(crate) fn sign(w: &Writing<'_>, why: Why) -> Result<Option<SignedHead>> {
    let newest = head::newest(w.tx)?;
    let body = Head::now(w, newest.as_ref(), why == Why::Restored)?;
    let due = match (why, &newest) {
        (Why::Restored, _) | (_, None) => true,
        (Why::Hour, Some(newest)) => body.at.0.div_euclid(HOUR_MS) > newest.head()?.at.0.div_euclid(HOUR_MS),
        (Why::Stop, Some(newest)) => {
            let newest = newest.head()?;
            (body.rows, &body.journals) != (newest.rows, &newest.journals)
        }
    };
    if !due {
        return Ok(None);
    }
    let signed = SignedHead::new(&body, &w.running.key);
    w.tx.audit_head_add(&signed.row(body.n))?;
    Ok(Some(signed))
}

const HOUR_MS: i64 = 3_600_000;

/// Why a head is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// An hour has begun since the newest.
    Hour,
    /// The server stops, or somebody asks: if anything came since the newest.
    Stop,
    /// A backup was put back.
    Restored,
}

impl Server {
    /// Signs a head of audit and journals if an hour has begun since the newest one; whether it did.
    pub fn sign_hourly(&self) -> Result<bool> {
        self.sign_head(Why::Hour)
    }

    /// The newest signed head as a line to keep elsewhere; a new one is signed if anything came since.
    pub fn audit_head(&self) -> Result<Option<SignedHead>> {
        self.sign_head(Why::Stop)?;
        self.read(|r| head::newest(r.tx))
    }

    pub(crate) fn sign_head(&self, why: Why) -> Result<bool> {
        let signed = self.running().write_alone(|w| sign(w, why))?;
        signed.as_ref().map_or(Ok(()), |signed| head::keep_line(&self.running().options.folder, signed))?;
        Ok(signed.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_model::id::AccountId;
    use gridwalk_model::time::Timestamp;

    #[test]
    fn every_part_of_a_row_counts_in_the_chain() {
        let row = AuditRow {
            at: Timestamp(5),
            account: Some(AccountId([1; 16])),
            code: "granted".to_owned(),
            detail: "grant 1".to_owned(),
        };
        let others = [
            AuditRow { at: Timestamp(6), ..row.clone() },
            AuditRow { account: None, ..row.clone() },
            AuditRow { detail: "rant 1".to_owned(), code: "grantedg".to_owned(), ..row.clone() },
            AuditRow { detail: "grant 2".to_owned(), ..row.clone() },
        ];
        let whole = link(START, 1, &row);
        assert!(others.iter().all(|other| link(START, 1, other) != whole));
        assert_ne!(link(START, 2, &row), whole);
        assert_ne!(link(whole, 1, &row), whole);
    }
}
