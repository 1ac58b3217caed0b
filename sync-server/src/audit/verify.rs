//! Is the audit whole: the walk along its chain, its mark, its signed heads, and heads that were kept elsewhere.
//!
//! Owns the walk and what each break is called. Refuses to mend. Invariant: it names the first row that is not what it
//! was, and says nothing is wrong only when every row, the end and every head were seen.

use super::{End, Head, START, SignedHead, head, link};
use crate::error::Result;
use crate::store::{ChainedRow, Tx};
use crate::writing::Reading;
use ed25519_dalek::{SigningKey, VerifyingKey};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::SpaceId;
use std::collections::BTreeMap;

/// Rows and heads read at a time.
const STEP: usize = 500;

/// What is wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadAct {
    /// A row says something else than it did.
    Changed(i64),
    /// A row is gone; rows after it are there.
    Removed(i64),
    /// A row stands there that the server did not write.
    Inserted(i64),
    /// Another row stands in its place.
    Reordered(i64),
    /// The end is gone, from this row on.
    Cut(i64),
    /// Rows from this one on were written anew with a chain of their own.
    Rewritten(i64),
    /// The mark at the end is gone or not the server's.
    Mark,
    /// A signed head is not what it was, or gone.
    Head(i64),
    /// A space's journal is not the one that a head was signed over.
    Journal(SpaceId, u64),
}

impl BadAct {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Changed(_) => "act_changed",
            Self::Removed(_) => "act_removed",
            Self::Inserted(_) => "act_inserted",
            Self::Reordered(_) => "act_reordered",
            Self::Cut(_) => "acts_cut",
            Self::Rewritten(_) => "acts_rewritten",
            Self::Mark => "acts_mark",
            Self::Head(_) => "acts_head",
            Self::Journal(..) => "acts_journal",
        }
    }

    /// Where: the number of a row or a head, or a place in a journal.
    pub fn place(self) -> String {
        match self {
            Self::Changed(n)
            | Self::Removed(n)
            | Self::Inserted(n)
            | Self::Reordered(n)
            | Self::Cut(n)
            | Self::Rewritten(n)
            | Self::Head(n) => n.to_string(),
            Self::Mark => String::new(),
            Self::Journal(space, pos) => format!("{space} {pos}"),
        }
    }
}

/// What was seen where nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Rows.
    pub rows: i64,
    /// Signed heads in the database.
    pub heads: usize,
    /// Heads kept elsewhere that a restored backup had not reached yet.
    pub lost_by_restore: usize,
}

/// Walks the whole audit, and holds it against heads that were kept elsewhere.
pub fn acts(r: &Reading<'_>, elsewhere: &[SignedHead]) -> Result<std::result::Result<Seen, BadAct>> {
    let keys = r.running.own_keys();
    let heads = match heads(r.tx, &keys)? {
        Ok(heads) => heads,
        // The rows may still say more: what is wrong with them comes first.
        Err(bad) => return Ok(Err(rows(r, &BTreeMap::new())?.err().unwrap_or(bad))),
    };
    let read: Vec<Head> = elsewhere.iter().filter_map(|line| verified(line, &keys)).collect();
    let mut at: BTreeMap<i64, Option<Hash>> = heads.iter().chain(&read).map(|head| (head.rows, None)).collect();
    at.insert(0, Some(START));
    let walked = match rows(r, &at)? {
        Ok(walked) => walked,
        Err(bad) => return Ok(Err(bad)),
    };
    if let Some(bad) = end(r, &walked, &heads)? {
        return Ok(Err(bad));
    }
    for head in &heads {
        if let Some(bad) = journals(r, head)? {
            return Ok(Err(bad));
        }
    }
    let lost = match kept_elsewhere(&walked, &heads, &read) {
        Ok(lost) => lost,
        Err(bad) => return Ok(Err(bad)),
    };
    Ok(Ok(Seen { rows: walked.last, heads: heads.len(), lost_by_restore: lost }))
}

/// What a head says, if the server signed it, also with a key that it lost since.
fn verified(head: &SignedHead, keys: &[VerifyingKey]) -> Option<Head> {
    keys.iter().find_map(|key| head.verified(key))
}

/// The heads of the database, or the first that is not what it was.
fn heads(tx: &dyn Tx, keys: &[VerifyingKey]) -> Result<std::result::Result<Vec<Head>, BadAct>> {
    let (mut heads, mut before) = (Vec::<Head>::new(), Hash::default());
    loop {
        let after = heads.last().map_or(0, |head| head.n);
        let found = tx.audit_heads_after(after, STEP)?;
        let count = found.len();
        for row in found {
            let expected = heads.last().map_or(1, |head| head.n + 1);
            let (n, signed) = (row.n, SignedHead::of_row(row));
            match verified(&signed, keys) {
                Some(head) if n == expected && head.n == n && head.before == before => heads.push(head),
                _ => return Ok(Err(BadAct::Head(expected))),
            }
            before = signed.hash();
        }
        if count < STEP {
            return Ok(Ok(heads));
        }
    }
}

/// What the walk saw: the last row with the chain after it, and the chain wherever it was asked for.
struct Walked {
    last: i64,
    chain: Hash,
    at: BTreeMap<i64, Option<Hash>>,
}

/// Walks the rows, or finds the first that is not what it was.
fn rows(r: &Reading<'_>, at: &BTreeMap<i64, Option<Hash>>) -> Result<std::result::Result<Walked, BadAct>> {
    let mut walked = Walked { last: 0, chain: START, at: at.clone() };
    let mut after = i64::MIN;
    loop {
        let found = r.tx.audit_after(after, STEP)?;
        for row in &found {
            let expected = walked.last + 1;
            after = row.number;
            if row.number > expected {
                return Ok(Err(BadAct::Removed(expected)));
            }
            if row.number < expected {
                return Ok(Err(BadAct::Inserted(row.number)));
            }
            let chain = link(walked.chain, row.number, &row.row);
            if row.chain != Some(chain) {
                return Ok(Err(name(r.tx, &r.running.key, walked.chain, row)?));
            }
            (walked.last, walked.chain) = (row.number, chain);
            if let Some(asked) = walked.at.get_mut(&row.number) {
                *asked = Some(chain);
            }
        }
        if found.len() < STEP {
            return Ok(Ok(walked));
        }
    }
}

/// What happened to a row that does not continue the chain.
fn name(tx: &dyn Tx, key: &SigningKey, before: Hash, row: &ChainedRow) -> Result<BadAct> {
    let number = row.number;
    let next = tx.audit_after(number, 1)?.into_iter().next();
    // The next row continues this one as if this stood one number further on: numbers were closed up over a gap.
    if let (Some(own), Some(next)) = (row.chain, &next)
        && next.chain == Some(link(own, next.number + 1, &next.row))
    {
        return Ok(BadAct::Removed(number));
    }
    let end = End::kept(tx, key)?;
    if next.is_none() && end.is_some_and(|end| end.number > number && Some(end.chain) == row.chain) {
        return Ok(BadAct::Removed(number));
    }
    if let Some(forged) = continues_further_up(tx, row)? {
        return Ok(BadAct::Inserted(forged));
    }
    // What belongs here stands further on. If the rows from here on only moved by one, something was pushed in.
    let mut after = number;
    loop {
        let found = tx.audit_after(after, STEP)?;
        for other in &found {
            after = other.number;
            let here = Some(link(before, number, &other.row));
            if here != other.chain && here != row.chain {
                continue;
            }
            let following = tx.audit_after(other.number, 1)?.into_iter().next();
            let moved_by_one = other.number == number + 1
                && here == other.chain
                && following.is_none_or(|next| next.chain == here.map(|h| link(h, number + 1, &next.row)));
            let swapped = here == row.chain || row.chain == other.chain.map(|c| link(c, other.number, &row.row));
            return Ok(if moved_by_one && !swapped { BadAct::Inserted(number) } else { BadAct::Reordered(number) });
        }
        if found.len() < STEP {
            break;
        }
    }
    // Where the rows after it go on from its stored hash, it was there; where nothing does, at the end, it was not.
    let goes_on = match (&next, row.chain) {
        (Some(next), Some(own)) => next.chain == Some(link(own, next.number, &next.row)),
        _ => false,
    };
    let inserted = !goes_on && end.is_some_and(|end| number > end.number);
    Ok(if inserted || next_continues(before, next.as_ref()) {
        BadAct::Inserted(number)
    } else {
        BadAct::Changed(number)
    })
}

/// The row after the one that this row continues, if it continues an earlier one: the server did not write what stands
/// between.
fn continues_further_up(tx: &dyn Tx, row: &ChainedRow) -> Result<Option<i64>> {
    let mut after = 0;
    loop {
        let found = tx.audit_after(after, STEP)?;
        for other in found.iter().take_while(|other| other.number < row.number) {
            after = other.number;
            if other.chain.map(|chain| link(chain, row.number, &row.row)) == row.chain {
                return Ok(Some(other.number + 1));
            }
        }
        if found.len() < STEP || found.last().is_none_or(|last| last.number >= row.number) {
            return Ok(None);
        }
    }
}

/// Whether a row continues the chain as if the one before it did not stand there, under its own number.
fn next_continues(before: Hash, next: Option<&ChainedRow>) -> bool {
    next.is_some_and(|next| next.chain == Some(link(before, next.number, &next.row)))
}

/// Holds the end against the mark.
fn end(r: &Reading<'_>, walked: &Walked, heads: &[Head]) -> Result<Option<BadAct>> {
    if let Some(bad) = rewritten(walked, heads) {
        return Ok(Some(bad));
    }
    let Some(end) = End::kept(r.tx, &r.running.key)? else {
        let empty = walked.last == 0 && heads.iter().all(|head| head.rows == 0) && r.tx.meta(super::END)?.is_none();
        return Ok((!empty).then_some(BadAct::Mark));
    };
    if end.number > walked.last {
        return Ok(Some(BadAct::Cut(walked.last + 1)));
    }
    if end.number < walked.last {
        return Ok(Some(BadAct::Inserted(end.number + 1)));
    }
    let vouched = heads.last().map_or(0, |head| head.rows);
    Ok((end.chain != walked.chain).then_some(BadAct::Rewritten(vouched + 1)))
}

/// The first head that names rows that are gone or another chain.
fn rewritten(walked: &Walked, heads: &[Head]) -> Option<BadAct> {
    let mut vouched = 0;
    for head in heads {
        match walked.at.get(&head.rows).copied().flatten() {
            None => return Some(BadAct::Cut(walked.last + 1)),
            Some(chain) if chain != head.chain => return Some(BadAct::Rewritten(vouched + 1)),
            Some(_) => vouched = head.rows,
        }
    }
    None
}

/// Holds the journals against a head.
fn journals(r: &Reading<'_>, head: &Head) -> Result<Option<BadAct>> {
    for (space, pos, chain) in head.journals.iter().filter(|(_, pos, _)| *pos > 0) {
        let row = r.tx.journal_after(*space, pos - 1, 1)?.into_iter().next();
        if row.is_none_or(|row| row.pos != *pos || row.chain != *chain) {
            return Ok(Some(BadAct::Journal(*space, *pos)));
        }
    }
    Ok(None)
}

/// Holds heads that were kept elsewhere against the database's own: how many of them only a restore explains.
fn kept_elsewhere(walked: &Walked, heads: &[Head], elsewhere: &[Head]) -> std::result::Result<usize, BadAct> {
    let mut lost = 0;
    for kept in elsewhere {
        let own = usize::try_from(kept.n - 1).ok().and_then(|at| heads.get(at));
        if own == Some(kept) {
            continue;
        }
        if heads.iter().any(|head| head.restored && head.n <= kept.n && head.at >= kept.at) {
            lost += 1;
            continue;
        }
        return Err(match walked.at.get(&kept.rows).copied().flatten() {
            None => BadAct::Cut(walked.last + 1),
            Some(chain) if chain != kept.chain => BadAct::Rewritten(1),
            Some(_) => BadAct::Head(kept.n),
        });
    }
    Ok(lost)
}

/// The heads of the list beside the database; none if there is no list.
pub fn beside(folder: &std::path::Path) -> Result<Vec<SignedHead>> {
    match std::fs::read_to_string(folder.join(head::HEADS)) {
        Ok(text) => Ok(head::of_lines(&text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e.into()),
    }
}
