//! Invariants of a quiet point, when every queue has run empty: 7, 8, 9, 12, 13.
//!
//! Owns what must hold after healing. Refuses to forgive anything that still waits. Invariant: what a phone holds is
//! exactly what its account should see, byte for byte.

use super::county::way;
use super::mask;
use super::scope::{in_scope, is_below};
use super::{Broken, hold};
use crate::dump::{PhoneDump, ServerDump};
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::{AccountId, RecordId};
use gridwalk_model::kind::PARENT;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::state_bytes;
use gridwalk_model::view;
use std::collections::{BTreeMap, BTreeSet};

/// 7. Rows held are the account's scope, with equal bytes; nothing stays leaving.
pub fn invariant_7_rows_held_are_the_scope(
    phone: usize,
    account: AccountId,
    dump: &PhoneDump,
    server: &ServerDump,
) -> Result<(), Broken> {
    for (space, states) in &server.spaces {
        let want = in_scope(server, *space, account);
        let have: BTreeSet<RecordId> = dump.rows.iter().filter(|(_, h)| h.space == *space).map(|(r, _)| *r).collect();
        let describe = |records: Vec<&RecordId>| -> Vec<String> {
            records.into_iter().map(|r| format!("{} {r}", states.states.get(r).map_or("?", State::kind))).collect()
        };
        hold(7, want == have, || {
            format!(
                "phone {phone} lacks {:?} and holds {:?} beyond its scope",
                describe(want.difference(&have).collect()),
                describe(have.difference(&want).collect())
            )
        })?;
        for record in want {
            let (held, stored) = (&dump.rows[&record], &states.states[&record]);
            hold(7, !held.leaving, || format!("phone {phone}: record {record} stays leaving"))?;
            let given = mask::given(server, *space, account, stored);
            hold(7, state_bytes(&held.state) == state_bytes(&given), || {
                let (here, there) = ((held.state.pos, &held.state.masked), (given.pos, &given.masked));
                format!("phone {phone}: {} {record} is at {here:?} and not {there:?}", stored.kind())
            })?;
        }
    }
    Ok(())
}

/// 7, for a revoked phone: nothing is left on it.
pub fn invariant_7_a_revoked_phone_holds_nothing(phone: usize, dump: &PhoneDump) -> Result<(), Broken> {
    let left = dump.rows.len() + dump.drafts.len() + dump.sent.len() + dump.attention.len();
    hold(7, left == 0, || format!("revoked phone {phone} still holds {left} rows, drafts and changes"))
}

/// 8. Each quarantined change ends decided, and both sides agree.
pub fn invariant_8_quarantine_ends(phone: usize, dump: &PhoneDump, server: &ServerDump) -> Result<(), Broken> {
    for received in server.spaces.values().flat_map(|s| &s.inbox) {
        hold(8, received.verdict != Verdict::Quarantined, || format!("{:?} is still quarantined", received.name))?;
    }
    let verdicts: BTreeMap<_, _> =
        server.spaces.values().flat_map(|s| &s.inbox).map(|r| (r.name, r.verdict.code())).collect();
    for own in dump.sent.iter().chain(&dump.attention) {
        let (Some(here), Some(there)) = (&own.verdict, verdicts.get(&own.change.name())) else { continue };
        hold(8, here.code() == *there, || {
            format!("phone {phone} says {} of {:?} and the server {there}", here.code(), own.change.name())
        })?;
    }
    Ok(())
}

/// 9. No queue waits longer than healing takes.
pub fn invariant_9_no_queue_waits(phone: usize, dump: &PhoneDump) -> Result<(), Broken> {
    hold(9, dump.outbox.is_empty(), || {
        let waits: Vec<_> = dump.outbox.iter().map(|o| (o.change.name(), o.verdict.clone())).collect();
        format!("phone {phone} still waits with {waits:?}")
    })
}

/// 12. A child is visible wherever its parent is.
///
/// Whoever holds a place holds what is below it, in whatever space each lives and under whatever id the place was named,
/// as far as all of their grants are for its kind.
pub fn invariant_12_children_follow(
    phone: usize,
    account: AccountId,
    dump: &PhoneDump,
    server: &ServerDump,
) -> Result<(), Broken> {
    let grants = || server.grants.iter().filter(|g| g.account == account);
    let all = server.spaces.iter().flat_map(|(space, s)| s.states.values().map(|state| (*space, state)));
    for (space, state) in all.filter(|(_, s)| s.kind() != "unit" && s.moved_to().is_none()) {
        for parent in state.head_ids(PARENT) {
            let parent = way(server, space, parent).last().map_or(parent, |at| at.record);
            let granted = grants().all(|g| g.kinds.contains(state.kind()));
            let follows = granted && is_below(state) && dump.rows.contains_key(&parent);
            hold(12, !follows || dump.rows.contains_key(&state.record), || {
                format!("phone {phone} holds {parent} and not {} {} below it", state.kind(), state.record)
            })?;
        }
    }
    Ok(())
}

/// 13. Every reader of a same-as group sees exactly one living member that they hold, as far as the links held reach.
pub fn invariant_13_one_of_a_group(phone: usize, dump: &PhoneDump, listed: &BTreeSet<RecordId>) -> Result<(), Broken> {
    let held: BTreeMap<RecordId, State> = dump.rows.iter().map(|(r, h)| (*r, h.state.clone())).collect();
    for record in held.keys() {
        let group = view::group_of(&held, *record);
        let living: Vec<_> = group.iter().filter(|r| held.get(r).is_some_and(|s| !s.is_deleted())).collect();
        let shown = living.iter().filter(|r| listed.contains(r)).count();
        let right = usize::from(!living.is_empty());
        hold(13, shown == right, || format!("phone {phone} lists {shown} of the group {group:?}, not {right}"))?;
    }
    Ok(())
}
