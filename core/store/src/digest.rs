//! Sums over the rows held, as narrowing asks for them, and the checksums of rows.
//!
//! Owns the questions that a phone asks after its digest did not agree. Refuses to decide what differs: the server does.
//! Invariant: questions are made of what stands in the rows' columns; whether a row's bytes bear them out is verified
//! beside it.

use crate::column::{id, int, uint};
use crate::error::StoreError;
use crate::space;
use crate::store::Store;
use crate::{packed, record};
use gridwalk_model::codec::Reader;
use gridwalk_model::digest::{Ask, DigestRequest, Pair, Reach, bucket, buckets_for, detail};
use gridwalk_model::exchange::{Key, digest_share};
use gridwalk_model::limits::{DIGEST_ITEMS_MAX, DIGEST_SMALL_MAX};
use gridwalk_model::state_codec::FOLD_VERSION;
use gridwalk_model::{RecordId, SpaceId};
use rusqlite::{Connection, Row, params};
use std::collections::{BTreeMap, BTreeSet};

/// A row held, as the digest sees it.
struct Counted {
    record: RecordId,
    kind: String,
    pos: u64,
    keys: Vec<Key>,
}

fn each(db: &Connection, space: SpaceId, mut work: impl FnMut(Counted)) -> Result<(), StoreError> {
    let sql = "SELECT record, kind, pos, held_by FROM record WHERE space = ?1 AND leaving = 0";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![space.0])?;
    while let Some(row) = rows.next()? {
        work(Counted {
            record: id(row, "record", RecordId)?,
            kind: row.get("kind")?,
            pos: uint(row, "pos")?,
            keys: Key::unjoined(&row.get::<_, Vec<u8>>("held_by")?),
        });
    }
    Ok(())
}

/// The sum of each pair over the rows held.
fn pairs(db: &Connection, space: SpaceId) -> Result<Vec<(Pair, u128)>, StoreError> {
    let mut sums: BTreeMap<Pair, u128> = BTreeMap::new();
    each(db, space, |row| {
        let share = digest_share(row.record, row.pos, FOLD_VERSION);
        for key in row.keys {
            let sum = sums.entry(Pair { key, kind: row.kind.clone() }).or_default();
            *sum = sum.wrapping_add(share);
        }
    })?;
    Ok(sums.into_iter().collect())
}

/// Each record held under any of these pairs, with its part of the sums over all of them; by id.
fn details(db: &Connection, space: SpaceId, among: &[Pair]) -> Result<BTreeMap<RecordId, u64>, StoreError> {
    let among: BTreeSet<&Pair> = among.iter().collect();
    let mut found = BTreeMap::new();
    each(db, space, |row| {
        for key in row.keys {
            let pair = Pair { key, kind: row.kind.clone() };
            if among.contains(&pair) {
                let part = detail(row.record, row.pos, FOLD_VERSION, &pair);
                let sum: &mut u64 = found.entry(row.record).or_default();
                *sum = sum.wrapping_add(part);
            }
        }
    })?;
    Ok(found)
}

/// As many of the buckets as one question holds, one at least; and what is held in them.
fn items(held: &BTreeMap<RecordId, u64>, buckets: u32, wanted: &[u32]) -> (Vec<u32>, Vec<(RecordId, u64)>) {
    let mut by_bucket: BTreeMap<u32, Vec<(RecordId, u64)>> = wanted.iter().map(|b| (*b, Vec::new())).collect();
    for (record, detail) in held {
        if let Some(list) = by_bucket.get_mut(&bucket(*record, buckets)) {
            list.push((*record, *detail));
        }
    }
    let (mut chosen, mut items) = (Vec::new(), Vec::new());
    for (bucket, list) in by_bucket {
        if !chosen.is_empty() && items.len() + list.len() > DIGEST_ITEMS_MAX {
            break;
        }
        chosen.push(bucket);
        items.extend(list);
    }
    items.truncate(DIGEST_ITEMS_MAX);
    (chosen, items)
}

fn ask(db: &Connection, space: SpaceId, reach: &Reach) -> Result<Ask, StoreError> {
    Ok(match reach {
        Reach::Total => Ask::Pairs(pairs(db, space)?),
        Reach::Pairs(pairs) => {
            let held = details(db, space, pairs)?;
            let pairs = pairs.clone();
            if held.len() as u64 <= DIGEST_SMALL_MAX {
                let (chosen, items) = items(&held, 1, &[0]);
                return Ok(Ask::Items { pairs, buckets: 1, chosen, items });
            }
            let buckets = buckets_for(held.len() as u64);
            let mut sums = vec![0_u64; buckets as usize];
            for (record, detail) in held {
                if let Some(sum) = sums.get_mut(bucket(record, buckets) as usize) {
                    *sum = sum.wrapping_add(detail);
                }
            }
            Ask::Buckets { pairs, sums }
        }
        Reach::Buckets { pairs, buckets, chosen } => {
            let held = details(db, space, pairs)?;
            let (chosen, items) = items(&held, *buckets, chosen);
            Ask::Items { pairs: pairs.clone(), buckets: *buckets, chosen, items }
        }
    })
}

/// A row whose bytes do not bear out its columns, or whose checksums do not agree.
pub(crate) struct DamagedRow {
    pub record: RecordId,
    pub kind: String,
}

/// What came of verifying rows in their order.
pub(crate) struct Verified {
    pub damaged: Vec<DamagedRow>,
    /// How far it came; `None`: to the end.
    pub upto: Option<RecordId>,
    /// How many rows it read.
    pub rows: u64,
}

/// Whether a row is as it was stored: its state's checksum, what the state says of itself, and its share of the digest.
fn is_sound(db: &Connection, row: &Row<'_>) -> Result<bool, StoreError> {
    let (state, held_by): (Vec<u8>, Vec<u8>) = (packed::unpack(db, row.get("state")?)?, row.get("held_by")?);
    let (stored, share): (Vec<u8>, Vec<u8>) = (row.get("sum")?, row.get("share")?);
    let (record, pos) = (id(row, "record", RecordId)?, uint(row, "pos")?);
    let keys = (held_by.len() / 16) as u128;
    let due = digest_share(record, pos, FOLD_VERSION).wrapping_mul(keys).to_le_bytes();
    Ok(record::sum(&state)[..] == stored[..] && share == due && says_of_itself(&state) == Some((record, pos)))
}

/// Record and pos in the first items of a state.
fn says_of_itself(state: &[u8]) -> Option<(RecordId, u64)> {
    let mut r = Reader::new(state);
    r.array().ok()?;
    r.uint().ok()?;
    Some((RecordId(r.b16().ok()?), r.uint().ok()?))
}

/// The row of a record with its space, if it is damaged.
pub(crate) fn damaged(db: &Connection, record: RecordId) -> Result<Option<(SpaceId, DamagedRow)>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("digest/one.sql"))?;
    let mut rows = statement.query(params![record.0])?;
    let Some(row) = rows.next()?.filter(|row| !is_sound(db, row).unwrap_or(false)) else { return Ok(None) };
    let kind = row.get("kind").unwrap_or_default();
    Ok(Some((id(row, "space", SpaceId)?, DamagedRow { record, kind })))
}

/// Verifies at most so many rows after a record: those that are damaged, and how far it came (`None`: to the end).
pub(crate) fn verify(
    db: &Connection,
    space: SpaceId,
    after: Option<RecordId>,
    most: usize,
) -> Result<Verified, StoreError> {
    let mut statement = db.prepare_cached(include_str!("digest/to_verify.sql"))?;
    let after = after.map_or(Vec::new(), |r| r.0.to_vec());
    let mut rows = statement.query(params![space.0, after, int(most as u64)])?;
    let (mut damaged, mut count, mut last) = (Vec::new(), 0, None);
    while let Some(row) = rows.next()? {
        count += 1;
        last = Some(id(row, "record", RecordId)?);
        // A column of another type than the one stored is damage like any other.
        if !is_sound(db, row).unwrap_or(false) {
            let kind = row.get("kind").unwrap_or_default();
            damaged.extend(last.map(|record| DamagedRow { record, kind }));
        }
    }
    Ok(Verified { damaged, upto: last.filter(|_| count == most), rows: count as u64 })
}

impl Store {
    /// What to ask about the digest of a space, as far as narrowing has come; `None` where no page was ever applied.
    pub fn digest_request(&self, space: SpaceId, reach: &Reach) -> Result<Option<DigestRequest>, StoreError> {
        self.read(|db| {
            let standing = space::of(db, space)?;
            let Some((cursor, epoch)) = standing.cursor.zip(standing.epoch) else { return Ok(None) };
            let ask = ask(db, space, reach)?;
            Ok(Some(DigestRequest { space, cursor, epoch, fold_version: FOLD_VERSION, ask }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_takes_the_buckets_that_fit_and_one_at_least() {
        let record = |n: u32| {
            let mut id = [0; 16];
            id[12..].copy_from_slice(&n.to_be_bytes());
            RecordId(id)
        };
        let held: BTreeMap<RecordId, u64> = (0..9_000).map(|n| (record(n), 1)).collect();
        let (chosen, few) = items(&held, 4, &[1, 2, 3]);
        assert_eq!((chosen, few.len()), (vec![1], 2_250), "two would be more than one question holds");
        let (chosen, cut) = items(&held, 1, &[0]);
        assert_eq!((chosen, cut.len()), (vec![0], DIGEST_ITEMS_MAX));
        let (chosen, none) = items(&BTreeMap::new(), 256, &[7, 9]);
        assert_eq!((chosen, none.len()), (vec![7, 9], 0), "what only the server has is asked for by its bucket");
    }
}
