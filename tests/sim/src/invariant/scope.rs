//! Who should see what, worked out from journal states, tree and grants alone.
//!
//! Owns the oracle of scopes. Refuses to read the audience. Invariant: union over all heads, parents followed.

use super::county::way;
use crate::dump::{Granted, ServerDump, SpaceDump};
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::kind::{self, Home, Kind, KindTable, PARENT, UNIT};
use gridwalk_model::limits;
use gridwalk_model::role::Role;
use gridwalk_model::state::State;
use std::collections::{BTreeMap, BTreeSet};

/// The unit and all above it.
pub fn chain(server: &ServerDump, unit: UnitId) -> Vec<UnitId> {
    let mut list = vec![unit];
    let mut at = unit;
    while let Some(up) = server.parent_of.get(&at) {
        if list.contains(up) || list.len() > limits::UNIT_DEPTH_MAX {
            break;
        }
        list.push(*up);
        at = *up;
    }
    list
}

/// Whether a record of this kind is at home where its parents are; others may name one, and are at home in a unit.
pub fn is_below(state: &State) -> bool {
    Kind::from_name(state.kind()).is_none_or(|kind| matches!(kind.table().home, Home::Parent(_)))
}

/// Where a record is at home: below known parents theirs, else its unit heads, else the units that its changes named.
/// A unit is at home in itself; a case also where it was ever dispatched to.
///
/// One that moved to another space is at home nowhere here; a parent is meant under whatever id it lives, here or in
/// another space.
pub fn homes(server: &ServerDump, space: SpaceId, state: &State) -> BTreeSet<UnitId> {
    fn walk(server: &ServerDump, space: SpaceId, state: &State, met: &mut Vec<RecordId>) -> BTreeSet<UnitId> {
        // Below a unit is what belongs to it: a post.
        if state.kind() == Kind::Unit.name() {
            return BTreeSet::from([state.record.unit()]);
        }
        let mut units = BTreeSet::new();
        if is_below(state) && met.len() < limits::PARENTS_DEPTH_MAX && !met.contains(&state.record) {
            met.push(state.record);
            for parent in state.head_ids(PARENT) {
                let Some(at) = way(server, space, parent).last().copied() else { continue };
                let parent = server.spaces.get(&at.space).and_then(|s| s.states.get(&at.record));
                units.extend(parent.into_iter().flat_map(|parent| walk(server, at.space, parent, met)));
            }
            met.pop();
        }
        if units.is_empty() {
            units = state.head_ids(UNIT).into_iter().map(RecordId::unit).collect();
        }
        if units.is_empty() { state.named.iter().copied().collect() } else { units }
    }
    if state.moved_to().is_some() {
        return BTreeSet::new();
    }
    let mut units = walk(server, space, state, &mut Vec::new());
    units.extend(kind::case::ever_dispatched_to(state));
    units
}

/// The records that an account should hold in a space: whatever belongs to one of its units, wherever the unit is.
pub fn in_scope(server: &ServerDump, space: SpaceId, account: AccountId) -> BTreeSet<RecordId> {
    let Some(dump) = server.spaces.get(&space) else { return BTreeSet::new() };
    let grants: Vec<_> = server.grants.iter().filter(|g| g.account == account).collect();
    let mut by_kind: BTreeMap<&str, BTreeSet<UnitId>> = BTreeMap::new();
    for grant in &grants {
        // Whoever nobody knows is shown the frame, and what they wrote.
        if is_newcomers(grant) {
            by_kind.entry(Kind::Unit.name()).or_default().insert(grant.unit);
            continue;
        }
        for kind in &grant.kinds {
            by_kind.entry(kind).or_default().insert(grant.unit);
        }
    }
    let above: BTreeSet<UnitId> = grants.iter().flat_map(|g| chain(server, g.unit)).collect();
    dump.states
        .values()
        .filter(|state| {
            let unit_itself = state.kind() == Kind::Unit.name();
            let keys: BTreeSet<UnitId> = homes(server, space, state).iter().flat_map(|u| chain(server, *u)).collect();
            let granted = by_kind.get(state.kind()).is_some_and(|units| !units.is_disjoint(&keys));
            granted || (unit_itself && above.contains(&state.record.unit())) || reaches(server, space, account, state)
        })
        .map(|s| s.record)
        .chain(authored(dump, account, !grants.is_empty()))
        .collect()
}

/// Whether it is the grant of somebody whom nobody knows yet.
pub fn is_newcomers(grant: &Granted) -> bool {
    grant.role == Role::Newcomer.name()
}

/// Whether a grant's role reads something of a kind.
pub fn reads(grant: &Granted, table: &KindTable) -> bool {
    Role::from_name(&grant.role).is_some_and(|role| table.readers().has(role))
}

/// Whether the units themselves live in a space.
pub fn is_of_tree(server: &ServerDump, space: SpaceId) -> bool {
    server.spaces.get(&space).is_some_and(|s| s.states.values().any(|state| state.kind() == Kind::Unit.name()))
}

/// Whether a record reaches down to the account: at home in a unit in or below which it has a grant of a role that reads it.
/// What belongs to the tree itself, a post, is told to those above as well.
fn reaches(server: &ServerDump, space: SpaceId, account: AccountId, state: &State) -> bool {
    let Some(table) = Kind::from_name(state.kind()).map(Kind::table) else { return false };
    let homes = homes(server, space, state);
    let mut grants = server.grants.iter().filter(|g| g.account == account);
    table.reaches_down.is_so(state)
        && grants.any(|g| {
            let above = || is_of_tree(server, space) && homes.iter().any(|home| chain(server, *home).contains(&g.unit));
            reads(g, table) && (chain(server, g.unit).iter().any(|unit| homes.contains(unit)) || above())
        })
}

/// Records whose kind shows itself to its author: whoever wrote the first change that was admitted.
fn authored(dump: &SpaceDump, account: AccountId, any_grant: bool) -> Vec<RecordId> {
    let shows = |s: &&State| s.moved_to().is_none() && Kind::from_name(s.kind()).is_some_and(|k| k.table().author_sees);
    let mine = |s: &&State| any_grant && wrote_first(dump, account, s.record);
    dump.states.values().filter(shows).filter(mine).map(|s| s.record).collect()
}

fn wrote_first(dump: &SpaceDump, account: AccountId, record: RecordId) -> bool {
    let first = dump.journal.iter().find(|j| j.record == record);
    first.is_some_and(|j| j.entry.change().is_some_and(|c| c.author == account))
}

/// Whether an account sees a record because it wrote it first.
pub fn is_author(dump: &SpaceDump, account: AccountId, state: &State) -> bool {
    let shows = Kind::from_name(state.kind()).is_some_and(|k| k.table().author_sees);
    shows && wrote_first(dump, account, state.record)
}
