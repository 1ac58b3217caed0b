//! The comparison: what each phone holds against what the server holds for it, byte by byte.
//!
//! Owns the walk over both. Refuses to mend. Invariant: nothing counts as equal that was not compared as bytes, and
//! nothing compared counts as all.

use crate::error::Result;
use crate::phone::Phone;
use gridwalk_app::AppError;
use gridwalk_model::exchange::Key;
use gridwalk_model::state_codec::state_bytes;
use gridwalk_model::{AccountId, RecordId, SpaceId};
use gridwalk_server::mask::Reader;
use gridwalk_server::{Reading, Server, ServerError, rights};
use std::collections::BTreeMap;

/// Rows read at a time.
const STEP: usize = 500;

/// Confirmed states by space and record.
type States = BTreeMap<(SpaceId, RecordId), Vec<u8>>;

/// How one phone compares with the server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Comparison {
    /// Whose phone.
    pub login: String,
    /// Records compared.
    pub records: u64,
    /// Bytes compared.
    pub bytes: u64,
    /// In the account's scope at the server, not on the phone.
    pub missing: u64,
    /// On the phone, not in the scope.
    pub surplus: u64,
    /// On both, with other bytes.
    pub differing: u64,
    /// Left the scope, and still on the phone.
    pub leaving: u64,
}

impl Comparison {
    /// Whether the phone holds just what the server holds for it.
    pub const fn is_equal(&self) -> bool {
        self.missing == 0 && self.surplus == 0 && self.differing == 0 && self.leaving == 0 && self.records > 0
    }

    fn of(login: &str, here: &States, there: &States, leaving: u64) -> Self {
        let missing = there.keys().filter(|k| !here.contains_key(k)).count() as u64;
        let surplus = here.keys().filter(|k| !there.contains_key(k)).count() as u64;
        let both = here.iter().filter_map(|(k, bytes)| Some((bytes, there.get(k)?)));
        let differing = both.clone().filter(|(a, b)| a != b).count() as u64;
        let bytes = both.map(|(a, _)| a.len() as u64).sum();
        Self { login: login.to_owned(), records: here.len() as u64, bytes, missing, surplus, differing, leaving }
    }
}

/// The states that an account sees, as the server gives them: without what a mask hides.
fn in_scope(r: &Reading<'_>, account: AccountId) -> std::result::Result<States, ServerError> {
    let mut states = States::new();
    for space in r.tx.spaces()? {
        let mut records: BTreeMap<RecordId, Vec<Key>> = BTreeMap::new();
        let scope = rights::scope(r, account, space.id)?;
        for (key, kinds) in &scope {
            let (key, kinds): (Key, Vec<String>) = (*key, kinds.keys().cloned().collect());
            let mut after = None;
            loop {
                let rows = r.tx.audience_backfill(space.id, key, &kinds, after, STEP)?;
                after = rows.last().map(|(row, _)| row.record);
                let ended = rows.len() < STEP;
                for (row, _) in rows.into_iter().filter(|(row, _)| row.here) {
                    records.entry(row.record).or_default().push(key);
                }
                if ended {
                    break;
                }
            }
        }
        let reader = Reader { account, scope: &scope };
        for (record, held_by) in records {
            let state = r.tx.state(space.id, record)?.ok_or(ServerError::NotFound("record"))?;
            let given = reader.state(r, &state.kind, &held_by, state.bytes)?;
            states.insert((space.id, record), given.to_vec());
        }
    }
    Ok(states)
}

/// What a phone holds, and how much of it waits to be forgotten.
fn held(phone: &Phone) -> Result<(States, u64)> {
    let all = phone.read(|p| Ok::<_, AppError>(p.notebook.store().held()?))?;
    let leaving = all.iter().filter(|h| h.leaving).count() as u64;
    let staying = all.into_iter().filter(|h| !h.leaving);
    Ok((staying.map(|h| ((h.space, h.state.record), state_bytes(&h.state))).collect(), leaving))
}

/// Compares every phone with the server.
pub fn with_server(server: &Server, phones: &[Phone]) -> Result<Vec<Comparison>> {
    let mut list = Vec::new();
    for phone in phones {
        let account = phone.notebook.enrolment().map(|e| e.account).unwrap_or_default();
        let there = server.read(|r| in_scope(r, account))?;
        let (here, leaving) = held(phone)?;
        list.push(Comparison::of(&phone.post.login, &here, &there, leaving));
    }
    Ok(list)
}

/// Compares phones of one post and unit with each other: how many pairs were compared, how many differ.
pub fn among_themselves(phones: &[Phone]) -> Result<(u64, u64)> {
    let (mut pairs, mut differing) = (0, 0);
    for (nth, one) in phones.iter().enumerate() {
        let equal_scope = |other: &&Phone| (other.unit, other.post.role) == (one.unit, one.post.role);
        for other in phones[nth + 1..].iter().filter(equal_scope) {
            pairs += 1;
            differing += u64::from(held(one)?.0 != held(other)?.0);
        }
    }
    Ok((pairs, differing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(list: &[(u8, u8)]) -> States {
        list.iter().map(|(record, byte)| ((SpaceId([1; 16]), RecordId([*record; 16])), vec![*byte])).collect()
    }

    #[test]
    fn each_way_of_being_different_is_found() {
        let there = states(&[(1, 7), (2, 7)]);
        let compare = |here: &[(u8, u8)], leaving| Comparison::of("walker1", &states(here), &there, leaving);
        assert!(compare(&[(1, 7), (2, 7)], 0).is_equal());
        assert_eq!(compare(&[(1, 7)], 0).missing, 1);
        assert_eq!(compare(&[(1, 7), (2, 7), (3, 7)], 0).surplus, 1);
        assert_eq!(compare(&[(1, 7), (2, 8)], 0).differing, 1);
        for (here, leaving) in [(&[(1, 7)][..], 0), (&[(1, 7), (2, 8)], 0), (&[(1, 7), (2, 7)], 1), (&[], 0)] {
            assert!(!compare(here, leaving).is_equal(), "{here:?}");
        }
        assert!(!Comparison::of("walker1", &States::new(), &States::new(), 0).is_equal(), "nothing is not everything");
    }
}
