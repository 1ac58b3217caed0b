//! Digests that do not agree: the server's answers to a phone that narrows.
//!
//! Owns the comparing of sums, buckets and records over one snapshot. Refuses to write and to send states: a pull does.
//! Invariant: it answers only a phone in whose scope nothing is newer, and a sum of its own that its rows do not bear
//! out is told as its own fault, never as the phone's.

use crate::error::{Result, problem};
use crate::pull::PASSED_OVER;
use crate::rights::Scope;
use crate::standing::{self, Seen};
use crate::store::{DeviceRow, SpaceRow, Tx};
use crate::writing::Reading;
use gridwalk_model::digest::{Ask, Detail, Differing, DigestReply, DigestRequest, Pair, bucket, detail};
use gridwalk_model::exchange::{Epoch, digest_share};
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::state_codec::FOLD_VERSION;
use gridwalk_sync::ProblemCode;
use std::collections::{BTreeMap, BTreeSet};

/// Rows read at a time.
const STEP: usize = 500;

/// An answer, and the pairs whose sums do not agree with their own rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub reply: DigestReply,
    /// Pairs to be mended here.
    pub own_faults: Vec<Pair>,
}

impl From<DigestReply> for Answered {
    fn from(reply: DigestReply) -> Self {
        Self { reply, own_faults: Vec::new() }
    }
}

/// Answers a question from one snapshot.
pub fn answer(r: &Reading<'_>, device: &DeviceRow, request: &DigestRequest) -> Result<Answered> {
    if device.revoked_at.is_some() {
        return Err(problem(ProblemCode::Revoked, "the device was revoked"));
    }
    let space = r.tx.space(request.space)?.ok_or(standing::NO_SPACE)?;
    let seen = standing::seen(r, device.account, &space)?;
    seen.heard_of([request.cursor.0])?;
    let scope = &seen.scope;
    if !is_comparable(r, request, &space, &seen)? {
        return Ok(DigestReply::Later.into());
    }
    Ok(match &request.ask {
        Ask::Pairs(sums) => pairs(r.tx, request.space, scope, sums)?,
        Ask::Buckets { pairs, sums } => {
            let mut mine: Vec<Detail> = vec![0; sums.len()];
            let buckets = u32::try_from(sums.len()).unwrap_or(1);
            for (record, part) in details(r.tx, request.space, scope, pairs)? {
                if let Some(sum) = mine.get_mut(bucket(record, buckets) as usize) {
                    *sum = sum.wrapping_add(part);
                }
            }
            let differ = (0..).zip(mine.iter().zip(sums)).filter(|(_, (a, b))| a != b);
            DigestReply::Buckets(differ.map(|(at, _)| at).collect()).into()
        }
        Ask::Items { pairs, buckets, chosen, items } => {
            let chosen: BTreeSet<u32> = chosen.iter().copied().collect();
            let mut mine = details(r.tx, request.space, scope, pairs)?;
            mine.retain(|record, _| chosen.contains(&bucket(*record, *buckets)));
            DigestReply::Items(differing(&mine, items)).into()
        }
    })
}

/// Whether the phone stands where its sums can be held against these: same timeline and epoch, nothing newer in scope.
fn is_comparable(r: &Reading<'_>, request: &DigestRequest, space: &SpaceRow, seen: &Seen) -> Result<bool> {
    let Epoch { timeline, n: counted } = seen.epoch;
    let (held, at) = (request.epoch, request.cursor);
    if at.0 != timeline || held.timeline != timeline || held.n % PASSED_OVER != counted || at.1 > space.pos {
        return Ok(false);
    }
    for (key, kinds) in &seen.scope {
        let kinds: Vec<String> = kinds.keys().cloned().collect();
        if !r.tx.audience_tail(space.id, *key, &kinds, at.1, 1)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(request.fold_version == FOLD_VERSION)
}

fn in_scope(scope: &Scope, pair: &Pair) -> bool {
    scope.get(&pair.key).is_some_and(|kinds| kinds.contains_key(&pair.kind))
}

/// Goes over the records of a pair, each with its pos.
fn each(tx: &dyn Tx, space: SpaceId, pair: &Pair, mut work: impl FnMut(RecordId, u64)) -> Result<()> {
    let mut after = None;
    loop {
        let rows = tx.audience_counted(space, pair.key, &pair.kind, after, STEP)?;
        after = rows.last().map(|(record, _)| *record);
        let ended = rows.len() < STEP;
        for (record, pos) in rows {
            work(record, pos);
        }
        if ended {
            return Ok(());
        }
    }
}

/// The sum of a pair over its rows.
pub fn counted(tx: &dyn Tx, space: SpaceId, pair: &Pair) -> Result<u128> {
    let mut sum = 0_u128;
    each(tx, space, pair, |record, pos| sum = sum.wrapping_add(digest_share(record, pos, FOLD_VERSION)))?;
    Ok(sum)
}

fn pairs(tx: &dyn Tx, space: SpaceId, scope: &Scope, sums: &[(Pair, u128)]) -> Result<Answered> {
    let held: BTreeMap<&Pair, u128> = sums.iter().map(|(pair, sum)| (pair, *sum)).collect();
    let mine = scope.iter().flat_map(|(key, kinds)| kinds.keys().map(|k| Pair { key: *key, kind: k.clone() }));
    let all: BTreeSet<Pair> = mine.chain(sums.iter().map(|(pair, _)| pair.clone())).collect();
    let (mut differ, mut own_faults) = (Vec::new(), Vec::new());
    for pair in all {
        let stored = if in_scope(scope, &pair) { tx.digest(space, pair.key, &pair.kind)? } else { 0 };
        if held.get(&pair).copied().unwrap_or(0) == stored {
            continue;
        }
        if in_scope(scope, &pair) && counted(tx, space, &pair)? != stored {
            own_faults.push(pair);
        } else {
            differ.push(pair);
        }
    }
    differ.truncate(limits::DIGEST_PAIRS_MAX);
    let reply = if own_faults.is_empty() { DigestReply::Pairs(differ) } else { DigestReply::Later };
    Ok(Answered { reply, own_faults })
}

/// Each record of these pairs, as far as they are in scope, with its part of the sums over all of them.
fn details(tx: &dyn Tx, space: SpaceId, scope: &Scope, pairs: &[Pair]) -> Result<BTreeMap<RecordId, Detail>> {
    let pairs: BTreeSet<&Pair> = pairs.iter().filter(|pair| in_scope(scope, pair)).collect();
    let mut all: BTreeMap<RecordId, Detail> = BTreeMap::new();
    for pair in pairs {
        each(tx, space, pair, |record, pos| {
            let sum = all.entry(record).or_default();
            *sum = sum.wrapping_add(detail(record, pos, FOLD_VERSION, pair));
        })?;
    }
    Ok(all)
}

/// What differs between the two sides, at most as much as one answer holds.
fn differing(mine: &BTreeMap<RecordId, Detail>, items: &[(RecordId, Detail)]) -> Differing {
    let held: BTreeMap<RecordId, Detail> = items.iter().copied().collect();
    let mut found = Differing::default();
    for (record, part) in mine {
        match held.get(record) {
            None => found.missing.push(*record),
            Some(theirs) if theirs != part => found.other.push(*record),
            Some(_) => {}
        }
    }
    found.extra.extend(held.keys().filter(|record| !mine.contains_key(record)));
    let mut room = limits::DIGEST_ITEMS_MAX;
    found.more = found.len() > room;
    for list in [&mut found.missing, &mut found.other, &mut found.extra] {
        list.truncate(room);
        room -= list.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_what_stands_on_one_side_or_differs_and_no_more_than_it_may() {
        let record = |n: u16| {
            let mut id = [0; 16];
            id[..2].copy_from_slice(&n.to_be_bytes());
            RecordId(id)
        };
        let mine: BTreeMap<RecordId, Detail> = (0..4).map(|n| (record(n), Detail::from(n))).collect();
        let found = differing(&mine, &[(record(1), 1), (record(2), 9), (record(7), 7)]);
        assert_eq!(found.missing, [record(0), record(3)]);
        assert_eq!((found.other, found.extra, found.more), (vec![record(2)], vec![record(7)], false));
        let many: BTreeMap<RecordId, Detail> = (0..9_000).map(|n| (record(n), 1)).collect();
        let found = differing(&many, &[(record(9_001), 1)]);
        assert_eq!((found.len(), found.extra.len(), found.more), (limits::DIGEST_ITEMS_MAX, 0, true));
    }
}
