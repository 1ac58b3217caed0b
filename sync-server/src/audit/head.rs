//! Signed heads: how far audit and journals went at an hour, in the server's own hand.
//!
//! Owns their bytes, their line for people's own files, and the list beside the database. Refuses to judge. Invariant: a
//! head names the one before it, so that none can be taken out of their row.

use crate::error::{Result, ServerError};
use crate::limits;
use crate::store::{AuditHeadRow, Tx};
use crate::writing::Writing;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::SpaceId;
use gridwalk_model::time::Timestamp;
use std::fmt;
use std::io::Write as _;
use std::path::Path;

/// Name of the list of heads beside the database.
pub const HEADS: &str = "audit-heads.txt";
/// What a line begins with.
const LINE: &str = "gridwalk-head-1";

/// How far audit and journals went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number, from 1.
    pub n: i64,
    /// When it was signed.
    pub at: Timestamp,
    /// The number of the audit's last row.
    pub rows: i64,
    /// The audit's chain after that row.
    pub chain: Hash,
    /// The hash of the head before it; zero for the first.
    pub before: Hash,
    /// Whether it is the first after a backup was put back.
    pub restored: bool,
    /// Each space's journal: its last place and the chain there.
    pub journals: Vec<(SpaceId, u64, Hash)>,
}

/// A head with the server's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl Head {
    /// The present head, after `newest`.
    pub(crate) fn now(w: &Writing<'_>, newest: Option<&SignedHead>, restored: bool) -> Result<Self> {
        let before = newest.map_or(Hash::default(), SignedHead::hash);
        let n = newest.map_or(Ok(0), |newest| newest.head().map(|head| head.n))?.saturating_add(1);
        let end = super::End::kept(w.tx, &w.running.key)?;
        let (rows, chain) = end.map_or((0, super::START), |end| (end.number, end.chain));
        let journals = w.tx.spaces()?.into_iter().map(|space| (space.id, space.pos, space.chain)).collect();
        Ok(Self { n, at: w.now, rows, chain, before, restored, journals })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.array(8).uint(1).int(self.n).int(self.at.0).int(self.rows).bytes(&self.chain.0).bytes(&self.before.0);
        w.bool(self.restored).array(self.journals.len());
        for (space, pos, chain) in &self.journals {
            w.array(3).bytes(&space.0).uint(*pos).bytes(&chain.0);
        }
        w.finish()
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes);
        r.array_of(8)?;
        if r.uint()? != 1 {
            return Err(Malformed::Shape);
        }
        let (n, at, rows) = (r.int()?, Timestamp(r.int()?), r.int()?);
        let (chain, before, restored) = (r.hash()?, r.hash()?, r.bool()?);
        let mut journals = Vec::new();
        for _ in 0..r.list(limits::SPACES_MAX)? {
            r.array_of(3)?;
            journals.push((SpaceId(r.b16()?), r.uint()?, r.hash()?));
        }
        r.end()?;
        Ok(Self { n, at, rows, chain, before, restored, journals })
    }
}

impl SignedHead {
    pub(crate) fn new(head: &Head, key: &SigningKey) -> Self {
        let body = head.bytes();
        let signature = key.sign(&signed(&body)).to_bytes().to_vec();
        Self { body, signature }
    }

    pub(crate) fn of_row(row: AuditHeadRow) -> Self {
        Self { body: row.body, signature: row.signature }
    }

    pub(crate) fn row(&self, n: i64) -> AuditHeadRow {
        AuditHeadRow { n, body: self.body.clone(), signature: self.signature.clone() }
    }

    /// What it says, whoever signed it.
    pub fn head(&self) -> Result<Head> {
        Head::read(&self.body).map_err(ServerError::Stored)
    }

    /// What the next one names it by.
    pub fn hash(&self) -> Hash {
        Hash::with_context("gridwalk 2026 audit head before", &[&self.body])
    }

    /// What it says, if this key signed it.
    pub fn verified(&self, key: &VerifyingKey) -> Option<Head> {
        let signature = Signature::from_slice(&self.signature).ok()?;
        key.verify_strict(&signed(&self.body), &signature).ok()?;
        Head::read(&self.body).ok()
    }

    /// Reads a line.
    pub fn of_line(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (LINE, body, signature, None) = (words.next()?, words.next()?, words.next()?, words.next()) else {
            return None;
        };
        let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        Some(Self { body: bytes(body)?, signature: bytes(signature)? })
    }
}

impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (body, signature) = (BASE64URL_NOPAD.encode(&self.body), BASE64URL_NOPAD.encode(&self.signature));
        write!(f, "{LINE} {body} {signature}")
    }
}

fn signed(body: &[u8]) -> [u8; 32] {
    Hash::with_context("gridwalk 2026 audit head", &[body]).0
}

/// The newest head of the database.
pub(crate) fn newest(tx: &dyn Tx) -> Result<Option<SignedHead>> {
    Ok(tx.audit_head_last()?.map(SignedHead::of_row))
}

/// Adds a head to the list beside the database.
pub(crate) fn keep_line(folder: &Path, head: &SignedHead) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(folder.join(HEADS))?;
    file.write_all(format!("{head}\n").as_bytes())?;
    Ok(file.sync_data()?)
}

/// The lines of a list that are heads.
pub fn of_lines(text: &str) -> Vec<SignedHead> {
    text.lines().filter_map(SignedHead::of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_signed_and_no_sign_of_it_can_be_changed() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let head = Head {
            n: 3,
            at: Timestamp(1_700_000_000_000),
            rows: 12,
            chain: Hash([1; 32]),
            before: Hash([2; 32]),
            restored: false,
            journals: vec![(SpaceId([3; 16]), 9, Hash([4; 32]))],
        };
        let line = SignedHead::new(&head, &key).to_string();
        let read = SignedHead::of_line(&line).unwrap();
        assert_eq!(read.verified(&key.verifying_key()), Some(head));
        for at in LINE.len() + 1..line.len() {
            let mut other = line.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'E' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            if other != line {
                let read = SignedHead::of_line(&other).and_then(|h| h.verified(&key.verifying_key()));
                assert_eq!(read, None, "{at}");
            }
        }
        assert_eq!(of_lines(&format!("# kept\n{line}\n\nsomething else\n")), [SignedHead::of_line(&line).unwrap()]);
    }
}
