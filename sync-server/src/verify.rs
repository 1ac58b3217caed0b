//! Verification: the journal's chain, and states held against a fold of the whole journal.
//!
//! Owns both walks. Refuses to mend anything. Invariant: it names the first bad row, and says nothing is wrong only when
//! it has seen every row.

use crate::api::history;
use crate::console::CHAIN_START;
use crate::erase;
use crate::error::Result;
use crate::journal_codec;
use crate::limits;
use crate::mend;
use crate::store::JournalRow;
use crate::writing::Reading;
use gridwalk_model::exchange::{Key, digest_share};
use gridwalk_model::fold;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, SpaceId, UnitId};
use gridwalk_model::state_codec::{FOLD_VERSION, state_bytes};
use std::collections::BTreeMap;

/// Rows read at a time.
const STEP: usize = 500;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bad {
    /// An entry of the journal does not continue the chain.
    Chain {
        /// Its place.
        pos: u64,
    },
    /// The body that an entry admits is not the one that was hashed.
    Body {
        /// The entry's place.
        pos: u64,
    },
    /// The chain does not end where the space says: rows are missing.
    End {
        /// The last row's place.
        pos: u64,
    },
    /// Who sees a record is not what its state says, or it has no state.
    Audience {
        /// The record.
        record: RecordId,
    },
    /// The sum of a key and kind is not over the records that it sees.
    Digest {
        /// The key.
        key: Key,
        /// The kind.
        kind: String,
    },
    /// A state is not the fold of its entries.
    State {
        /// The record.
        record: RecordId,
    },
}

impl Bad {
    /// Its place, as text: a pos, a record's id, a key with a kind.
    pub fn place(&self) -> String {
        match self {
            Self::Chain { pos } | Self::Body { pos } | Self::End { pos } => pos.to_string(),
            Self::State { record } | Self::Audience { record } => record.to_string(),
            Self::Digest { key, kind } => format!("{} {kind}", UnitId(key.0)),
        }
    }
}

/// Walks a space's journal: how many entries it has, or the first that is bad.
pub fn chain(r: &Reading<'_>, space: SpaceId) -> Result<std::result::Result<u64, Bad>> {
    let (mut chain, mut pos, mut count) = (CHAIN_START, 0, 0);
    loop {
        let rows = r.tx.journal_after(space, pos, STEP)?;
        for row in &rows {
            pos = row.pos;
            count += 1;
            match follow(r, chain, row)? {
                Ok(next) => chain = next,
                Err(bad) => return Ok(Err(bad)),
            }
        }
        if rows.len() < STEP {
            let end = r.tx.space(space)?.map(|s| s.chain);
            return Ok(if end == Some(chain) { Ok(count) } else { Err(Bad::End { pos }) });
        }
    }
}

/// The chain after a row, or what is bad about it.
fn follow(r: &Reading<'_>, before: Hash, row: &JournalRow) -> Result<std::result::Result<Hash, Bad>> {
    let (pos, mut body) = (row.pos, Hash::default());
    let Ok(of_row) = journal_codec::body_of(row) else { return Ok(Err(Bad::Chain { pos })) };
    if let Some(admitted) = of_row {
        let held = r.tx.inbox(row.space, row.replica, row.seq)?.and_then(|i| i.body);
        let held = held.map(|b| Hash::of_body(&b));
        let told = |rest| erase::is_told(r, row, admitted, rest);
        if held != Some(admitted) && !held.map_or(Ok(false), told)? {
            return Ok(Err(Bad::Body { pos }));
        }
        body = admitted;
    }
    let after = journal_codec::chain(before, body, &row.entry);
    Ok(if after == row.chain { Ok(after) } else { Err(Bad::Chain { pos }) })
}

/// Walks windows of a space's journal, its begin and its end among them: how many entries were seen, or the first that is
/// bad. Each window begins with an entry that is taken at its word.
pub fn chain_sampled(r: &Reading<'_>, space: SpaceId) -> Result<std::result::Result<u64, Bad>> {
    let Some(row) = r.tx.space(space)? else { return Ok(Ok(0)) };
    let (head, windows, size) = (row.pos, limits::CHAIN_WINDOWS, limits::CHAIN_WINDOW_ENTRIES);
    if head <= windows * size as u64 {
        return chain(r, space);
    }
    let mut count = 0;
    for window in 0..=windows {
        let last = window == windows;
        let from = if last { head - size as u64 } else { head / windows * window };
        let rows = r.tx.journal_after(space, from, size)?;
        let Some((first, rest)) = rows.split_first() else { continue };
        let before = if window == 0 { follow(r, CHAIN_START, first)? } else { Ok(first.chain) };
        let mut chain = match before {
            Ok(chain) => chain,
            Err(bad) => return Ok(Err(bad)),
        };
        for row in rest {
            match follow(r, chain, row)? {
                Ok(next) => chain = next,
                Err(bad) => return Ok(Err(bad)),
            }
        }
        count += rows.len() as u64;
        if last && chain != row.chain {
            return Ok(Err(Bad::End { pos: rows.last().map_or(from, |row| row.pos) }));
        }
    }
    Ok(Ok(count))
}

/// Folds every record from the journal and compares: how many records, or the first whose state differs.
pub fn states(r: &Reading<'_>, space: SpaceId) -> Result<std::result::Result<u64, Bad>> {
    let (mut after, mut count) = (None, 0);
    loop {
        let rows = r.tx.states_after(space, after, STEP)?;
        for row in &rows {
            after = Some(row.record);
            count += 1;
            let folded = fold::fold(row.record, &history::entries(r, space, row.record)?);
            if state_bytes(&folded)[..] != row.bytes[..] {
                return Ok(Err(Bad::State { record: row.record }));
            }
        }
        if rows.len() < STEP {
            return Ok(Ok(count));
        }
    }
}

/// Works out who sees each record and what each key's sums are, from the states, and compares: how many sums, or the
/// first record or sum that differs.
pub fn digests(r: &Reading<'_>, space: SpaceId) -> Result<std::result::Result<u64, Bad>> {
    let (mut after, mut due) = (None, BTreeMap::<(Key, String), u128>::new());
    loop {
        let rows = r.tx.states_after(space, after, STEP)?;
        for row in &rows {
            after = Some(row.record);
            if !mend::is_whole(r.tx, space, row)? {
                return Ok(Err(Bad::Audience { record: row.record }));
            }
            for key in mend::keys_here(r.tx, space, row)? {
                let sum = due.entry((key, row.kind.clone())).or_default();
                *sum = sum.wrapping_add(digest_share(row.record, row.pos, FOLD_VERSION));
            }
        }
        if rows.len() < STEP {
            break;
        }
    }
    if let Some(record) = r.tx.audience_orphan(space)? {
        return Ok(Err(Bad::Audience { record }));
    }
    let mut count = 0;
    for (key, kind, sum) in r.tx.digests(space)? {
        count += 1;
        let pair = (key, kind);
        if due.remove(&pair).unwrap_or(0) != sum {
            let (key, kind) = pair;
            return Ok(Err(Bad::Digest { key, kind }));
        }
    }
    // What is left has no sum although somebody sees it.
    let missing = due.into_iter().find(|(_, sum)| *sum != 0);
    Ok(missing.map_or(Ok(count), |((key, kind), _)| Err(Bad::Digest { key, kind })))
}
