//! Invariants of moves between spaces, at a quiet point: parts of 1, 5 and 7.
//!
//! Owns the judging of what was handed over. Refuses to ask the server where a record lives: it follows states. Invariant:
//! what was admitted on a record under any of its ids is in the journal of the one that lives.

use super::{Broken, add_alias, hold};
use crate::dump::{ServerDump, SpaceDump};
use crate::ledger::{Ledger, Typed};
use gridwalk_model::Destination;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::journal::{Entry, Stamps};
use gridwalk_model::moved;
use gridwalk_model::name::Name;
use gridwalk_model::op::Op;
use gridwalk_model::state::State;
use gridwalk_model::{Change, SealedChange};
use std::collections::{BTreeMap, BTreeSet};

/// Longest way that a record of a simulated world can have gone.
const WAY_MAX: usize = 64;

/// The ids under which a record lived one after the other, from this one on; the last one lives.
pub fn way(server: &ServerDump, space: SpaceId, record: RecordId) -> Vec<Destination> {
    let holds = |s: &SpaceDump| s.states.contains_key(&record);
    let near = server.spaces.get(&space).is_some_and(holds).then_some(space);
    let Some(space) = near.or_else(|| server.spaces.iter().find(|(_, s)| holds(s)).map(|(id, _)| *id)) else {
        return Vec::new();
    };
    let mut way = vec![Destination { space, record }];
    while let Some(at) = way.last()
        && let Some(next) = state(server, *at).and_then(State::moved_to)
        && way.len() < WAY_MAX
    {
        way.push(next);
    }
    way
}

fn state(server: &ServerDump, at: Destination) -> Option<&State> {
    server.spaces.get(&at.space)?.states.get(&at.record)
}

fn entries(server: &ServerDump, at: Destination) -> impl Iterator<Item = &Entry> {
    let journal = server.spaces.get(&at.space).into_iter().flat_map(|s| &s.journal);
    journal.filter(move |j| j.record == at.record).map(|j| &j.entry)
}

/// 7, for moves: a record that moved is whole where it lives, and says where it came from.
pub fn invariant_7_what_moved_is_whole(server: &ServerDump) -> Result<(), Broken> {
    for (space, dump) in &server.spaces {
        for from in dump.states.values() {
            let Some(to) = from.moved_to() else { continue };
            let there = state(server, to);
            hold(7, there.is_some_and(|s| s.origins().contains(&from.record)), || {
                format!("record {} moved to {to:?}, which does not know of it", from.record)
            })?;
            let known: BTreeSet<Name> = entries(server, to).flat_map(Entry::names).copied().collect();
            for entry in entries(server, Destination { space: *space, record: from.record }) {
                let carried =
                    entry.change().is_some_and(moved::is_note) || entry.names().iter().all(|n| known.contains(n));
                hold(7, carried, || format!("record {}: {:?} was not carried to {to:?}", from.record, entry.names()))?;
            }
        }
    }
    Ok(())
}

/// 5, for moves: nothing stands twice in a record's journal, however often it was carried.
pub fn invariant_5_carried_once(server: &ServerDump) -> Result<(), Broken> {
    let mut met: BTreeSet<(RecordId, Name)> = BTreeSet::new();
    for journalled in server.spaces.values().flat_map(|s| &s.journal) {
        for name in journalled.entry.names() {
            hold(5, met.insert((journalled.record, *name)), || {
                format!("record {}: {name:?} stands twice in its journal", journalled.record)
            })?;
        }
    }
    Ok(())
}

/// 1, for moves: a value that was admitted under any id of a record is shown by the one that lives, or was replaced by a
/// change that saw it.
pub fn invariant_1_typed_is_where_the_record_lives(server: &ServerDump, ledger: &Ledger) -> Result<(), Broken> {
    let mut lives: BTreeMap<(SpaceId, RecordId), Life> = BTreeMap::new();
    for typed in &ledger.typed {
        let way = way(server, typed.space, typed.record);
        let Some(at) = way.last().copied().filter(|_| way.len() > 1) else { continue };
        let life = lives.entry((typed.space, typed.record)).or_insert_with(|| Life::gather(server, &way));
        let names = life.names_of(typed);
        let shown = state(server, at).and_then(|s| s.fields.get(&typed.field));
        let shown = shown.is_some_and(|r| r.heads.iter().any(|h| h.value.as_ref() == Some(&typed.value)));
        hold(1, names.is_empty() || shown || life.replaced(&names, &typed.field), || {
            format!(
                "record {} lives as {at:?}, which lacks {:?} in {} (names {names:?})",
                typed.record, typed.value, typed.field
            )
        })?;
    }
    Ok(())
}

/// Everything admitted on a record under any of its ids.
struct Life {
    bodies: Vec<(Vec<Name>, SealedChange, Stamps)>,
}

impl Life {
    fn gather(server: &ServerDump, way: &[Destination]) -> Self {
        let mut bodies: Vec<(Vec<Name>, SealedChange, Stamps)> = Vec::new();
        for entry in way.iter().flat_map(|at| entries(server, *at)) {
            match entry {
                Entry::Change { stamps, change, names, .. } | Entry::Carried { stamps, change, names, .. } => {
                    bodies.push((names.clone(), change.clone(), stamps.clone()));
                }
                Entry::Alias { alias, of, .. } => {
                    add_alias(bodies.iter_mut().map(|(names, ..)| names), *of, *alias);
                }
                Entry::Erase { .. } => {}
            }
        }
        Self { bodies }
    }

    fn names_of(&self, typed: &Typed) -> BTreeSet<Name> {
        self.bodies.iter().filter(|(_, change, _)| typed.is_in(change)).flat_map(|(names, ..)| names).copied().collect()
    }

    fn replaced(&self, names: &BTreeSet<Name>, field: &str) -> bool {
        let saw = |seen: &[Name]| seen.iter().any(|n| names.contains(n));
        self.bodies.iter().any(|(_, sealed, stamps)| {
            writes(&sealed.change, field)
                .any(|(index, seen)| saw(seen.unwrap_or(&sealed.change.seen)) || saw(stamps.also_seen_by(index)))
        })
    }
}

/// Each write of the field, by its place: what it says that it has seen there, if it says so itself.
fn writes<'a>(change: &'a Change, field: &'a str) -> impl Iterator<Item = (u32, Option<&'a [Name]>)> {
    (0..).zip(&change.ops).filter_map(move |(index, op)| match op {
        Op::Put { field: f, within: None, seen, .. } if f == field => Some((index, seen.as_deref())),
        _ => None,
    })
}

/// How many changes came to a record after it had moved, and were carried after it.
pub fn carried_late(server: &ServerDump) -> usize {
    let mut late = 0;
    for dump in server.spaces.values() {
        let mut gone: BTreeSet<RecordId> = BTreeSet::new();
        for journalled in &dump.journal {
            let note = journalled.entry.change().is_some_and(moved::is_note);
            let leaves = || dump.states.get(&journalled.record).and_then(State::moved_by);
            match &journalled.entry {
                Entry::Change { id, .. } if note && leaves() == Some(*id) => {
                    gone.insert(journalled.record);
                }
                _ if gone.contains(&journalled.record) => late += 1,
                _ => {}
            }
        }
    }
    late
}
