//! The second step of a move: what the other space's journal lacks of the record is carried there, in order.
//!
//! Owns the carried entries and the names that they make known. Refuses to decide what was decided before: stamps go
//! along. Invariant: a body stands in a record's journal at most once, by whatever name it came; carrying again adds
//! nothing.

use super::server_writes;
use crate::api::history;
use crate::audience;
use crate::erase;
use crate::error::{Result, ServerError};
use crate::ingest::admit::{self, Appended};
use crate::journal_codec::{self, Blanked};
use crate::mover::whereabouts;
use crate::store::InboxRow;
use crate::store::row::EntryKind;
use crate::writing::Writing;
use gridwalk_model::change::SealedChange;
use gridwalk_model::erasure::Erasure;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::fold;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, ReplicaId, SpaceId};
use gridwalk_model::journal::{Entry, Stamps};
use gridwalk_model::kind::workflow_of;
use gridwalk_model::moved::{self, Arrival, CAME_FROM, Carriage, Destination, Lacking};
use gridwalk_model::name::Name;
use gridwalk_model::state::State;
use gridwalk_model::wish::Wish;

/// A record on its way.
struct Move {
    from: SpaceId,
    to: Destination,
    /// The replica under whose dots the other space's inbox keeps what was carried to it.
    carrier: ReplicaId,
}

/// Carries what is lacking, and notes where the record came from.
pub fn carry(w: &Writing<'_>, from: SpaceId, state: &State, to: Destination) -> Result<()> {
    let r = w.reading();
    let here = history::entries(&r, from, state.record)?;
    let there = history::entries(&r, to.space, to.record)?;
    let lacking = moved::lacking(state.record, &here, &there);
    let way = Move { from, to, carrier: carrier(w, to.space)? };
    let (mut target, before) = admit::load(w, to.space, to.record)?;
    for due in &lacking {
        carry_one(w, &way, &here[due.index], due, &mut target)?;
    }
    if !lacking.is_empty() {
        let author = here.iter().find_map(Entry::change).map(|c| c.author).unwrap_or_default();
        admit::keep(w, to.space, &target, (before.as_ref(), None), author)?;
    }
    carry_erasures(w, &way, &here, &lacking)?;
    if target.origins().is_empty() {
        let origins: Vec<RecordId> = std::iter::once(state.record).chain(state.origins()).collect();
        server_writes(w, to.space, &target, &Wish::put(CAME_FROM, moved::origins_value(&origins)))?;
        w.audit(None, "moved_in", &format!("space {} record {} from space {from}", to.space, to.record))?;
        super::note_below_elsewhere(w, to.space, &origins)?;
        for origin in origins {
            for child in w.tx.children(to.space, origin)? {
                audience::refresh_as_it_is(w, to.space, child)?;
            }
        }
    }
    Ok(())
}

/// What was erased where it lived is erased where it lives: the journal there names what is left of the bodies carried,
/// and says what of the record went.
fn carry_erasures(w: &Writing<'_>, way: &Move, here: &[Entry], lacking: &[Lacking]) -> Result<()> {
    let mut bodies = Vec::new();
    for due in lacking {
        let (Entry::Change { change, .. } | Entry::Carried { change, .. }) = &here[due.index] else { continue };
        if !change.is_blanked() {
            continue;
        }
        let first = w.tx.first_of(way.to.space, change.name())?.ok_or(ServerError::NotFound("first delivery"))?;
        let row = w.tx.inbox(way.to.space, first.0, first.1)?.ok_or(ServerError::NotFound("first delivery"))?;
        bodies.push(Blanked::of(row.name(), row.device, true, change));
    }
    let there = admit::load(w, way.to.space, way.to.record)?.0;
    let mut said = here.iter().filter_map(|entry| match entry {
        Entry::Erase { erasure, .. } => erasure.as_deref(),
        _ => None,
    });
    let (mut due, place): (Vec<&Erasure>, _) = (said.clone().collect(), (way.to.space, way.to.record));
    due.retain(|erasure| erase::is_unsaid(&there, erasure));
    let newest = said.next_back().cloned().unwrap_or_default();
    if !bodies.is_empty() {
        erase::note(w, place, &newest, false, &bodies)?;
    }
    due.into_iter().try_for_each(|erasure| erase::note(w, place, erasure, true, &[]))
}

/// One replica for each space and timeline: a dot never names two bodies, whatever a restore lost.
fn carrier(w: &Writing<'_>, space: SpaceId) -> Result<ReplicaId> {
    let timeline = w.tx.branches(space)?.last().map(|b| b.id).unwrap_or_default();
    let hash = Hash::with_context("gridwalk 2026 carrier", &[&space.0, &timeline.0]);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.0[..16]);
    let carrier = ReplicaId(id);
    if w.tx.replica_device(carrier)?.is_none() {
        w.tx.replica_put(carrier, w.running.device)?;
    }
    Ok(carrier)
}

fn carry_one(w: &Writing<'_>, way: &Move, entry: &Entry, due: &Lacking, target: &mut State) -> Result<()> {
    match entry {
        Entry::Change { stamps, change, names, id } | Entry::Carried { stamps, change, names, id, .. } => {
            let covered = due.covered.clone();
            let carriage = Carriage { from: way.from, pos: stamps.pos, ids: ids(w, way, change)?, covered };
            let at = Arrival {
                pos: w.pos_next(way.to.space)?,
                received_at: w.now,
                state: target,
                workflow: workflow_of(&change.change.kind),
            };
            let stamps = moved::stamps(stamps, due.settled, &change.change, &at);
            let carried = Entry::Carried {
                stamps: stamps.clone(),
                change: change.clone(),
                names: names.clone(),
                id: *id,
                carriage,
            };
            keep_carried(w, way, &carried)?;
            fold::apply(target, &carried);
            Ok(())
        }
        Entry::Alias { alias, of, .. } => carry_alias(w, way, *alias, *of, target),
        Entry::Erase { .. } => Ok(()),
    }
}

/// Records that the body names and that live in the other space under another id.
fn ids(w: &Writing<'_>, way: &Move, change: &SealedChange) -> Result<Vec<(RecordId, RecordId)>> {
    let mut ids = Vec::new();
    for id in moved::named_in(&change.change) {
        let there = whereabouts::living(w.tx, way.from, id)?.filter(|at| at.space == way.to.space);
        ids.extend(there.filter(|at| at.record != id).map(|at| (id, at.record)));
    }
    Ok(ids)
}

/// Into the other space's inbox, names and journal.
fn keep_carried(w: &Writing<'_>, way: &Move, entry: &Entry) -> Result<()> {
    let Entry::Carried { stamps, change, names, id, carriage } = entry else { return Ok(()) };
    let (space, record) = (way.to.space, way.to.record);
    let seq = w.tx.upto(space, way.carrier)? + 1;
    let first = (way.carrier, seq);
    w.tx.upto_set(space, way.carrier, seq)?;
    w.tx.inbox_put(&inbox_row(w, way, first, change, stamps))?;
    for name in names {
        w.tx.name_put(space, *name, first)?;
    }
    let entry = journal_codec::carried_bytes(stamps, names, *id, change.hash, carriage);
    let (record, kind, body) = (Some(record), EntryKind::Carried, change.hash);
    admit::append(w, space, Appended { pos: stamps.pos, record, kind, dot: first, entry, body })
}

fn inbox_row(w: &Writing<'_>, way: &Move, first: (ReplicaId, u64), change: &SealedChange, stamps: &Stamps) -> InboxRow {
    InboxRow {
        space: way.to.space,
        replica: first.0,
        seq: first.1,
        hash: change.hash,
        body: Some(change.bytes.clone()),
        device: w.running.device,
        record: Some(way.to.record),
        step: change.change.step().is_some(),
        received_at: w.now,
        first,
        verdict: Verdict::Applied,
        verdict_pos: stamps.pos,
        effective: Some(stamps.effective),
    }
}

fn carry_alias(w: &Writing<'_>, way: &Move, alias: Name, of: Name, target: &mut State) -> Result<()> {
    let (space, record) = (way.to.space, way.to.record);
    let first = w.tx.first_of(space, of)?.ok_or(ServerError::NotFound("first delivery"))?;
    w.tx.name_put(space, alias, first)?;
    let pos = w.pos_next(space)?;
    let entry = journal_codec::alias_bytes(pos, alias, of);
    let (record, dot, body) = (Some(record), (alias.replica, alias.seq), Hash::default());
    admit::append(w, space, Appended { pos, record, kind: EntryKind::Alias, dot, entry, body })?;
    fold::apply(target, &Entry::Alias { pos, alias, of });
    Ok(())
}
