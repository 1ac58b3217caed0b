//! Moves between spaces: a record whose home lies wholly in another space is handed over to it, with all below it.
//!
//! Owns the queue of what is due and the two steps: moved out here, carried there; and that what is below a place of
//! another space is shown to that place's people. Refuses to decide where a record belongs: people do, by its unit and its
//! parent. Invariant: each step is one transaction that can be repeated without harm; what is due stands in the database
//! until it is done, so that no crash between the two loses a record.

mod carry;
pub mod whereabouts;

use crate::audience;
use crate::error::Result;
use crate::limits;
use crate::mend;
use crate::planted::Planted;
use crate::server::Running;
use crate::writing::Writing;
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::kind::Kind;
use gridwalk_model::moved::{Destination, MOVED_TO};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::wish::Wish;
use std::collections::BTreeSet;

/// Notes what a state that has just been folded makes due: its own move, or the carrying of what came after it.
pub fn note(w: &Writing<'_>, space: SpaceId, state: &State) -> Result<()> {
    if state.kind() == Kind::Unit.name() {
        return Ok(());
    }
    let due = match state.moved_to() {
        Some(_) => !w.running.planted(Planted::LateNotCarried),
        None => whereabouts::target(w.tx, space, state, None)?.is_some(),
    };
    if due {
        put(w, space, state.record)?;
    }
    Ok(())
}

/// Notes what in other spaces says that it is below a record, by any of its ids: other people than before see the
/// record, so it may be due to move after it, or is seen by others now.
pub fn note_below_elsewhere(w: &Writing<'_>, space: SpaceId, ids: &[RecordId]) -> Result<()> {
    for other in w.others(space)?.iter().copied() {
        for id in ids {
            for child in w.tx.children(other, *id)? {
                // What itself moved on is seen there, where it lives.
                if w.tx.home(other, child)?.is_some_and(|units| !units.is_empty()) {
                    put(w, other, child)?;
                }
            }
        }
    }
    Ok(())
}

fn put(w: &Writing<'_>, space: SpaceId, record: RecordId) -> Result<()> {
    w.tx.move_due_put(space, record)?;
    w.move_is_due();
    Ok(())
}

/// After a restore: whatever moved out is carried again, as far as it is lacking where it went.
pub fn note_all(w: &Writing<'_>, space: SpaceId) -> Result<()> {
    let mut after = None;
    loop {
        let rows = w.tx.states_after(space, after, limits::MOVES_AT_A_TIME)?;
        let ended = rows.len() < limits::MOVES_AT_A_TIME;
        for row in rows {
            after = Some(row.record);
            if w.tx.home(space, row.record)?.is_some_and(|units| units.is_empty()) {
                put(w, space, row.record)?;
            }
        }
        if ended {
            return Ok(());
        }
    }
}

/// Makes every move that is due. What fails stays due and is told to whoever looks after the server.
pub fn settle(running: &Running) -> Result<()> {
    for _ in 0..limits::MOVE_ROUNDS_MAX {
        let due = running.read(|r| r.tx.moves_due(limits::MOVES_AT_A_TIME))?;
        let mut done = false;
        for (space, record) in &due {
            match running.write_alone(|w| step(w, *space, *record)) {
                Ok(()) => done = true,
                Err(error) => tracing::error!(%space, %record, %error, "a move between spaces failed"),
            }
        }
        if !done {
            return Ok(());
        }
    }
    tracing::error!("moves between spaces do not come to an end");
    Ok(())
}

/// The next step of the first move that is due; false if there is none.
pub fn settle_one(running: &Running) -> Result<bool> {
    running.write_alone(|w| {
        let Some((space, record)) = w.tx.moves_due(1)?.pop() else { return Ok(false) };
        step(w, space, record).map(|()| true)
    })
}

/// One step of one move. The row goes first: what this very transaction makes due stands in the queue anew.
fn step(w: &Writing<'_>, space: SpaceId, record: RecordId) -> Result<()> {
    if !w.tx.move_due_drop(space, record)? {
        return Ok(());
    }
    let Some(row) = w.tx.state(space, record)? else { return Ok(()) };
    let state = read_state(&row.bytes)?;
    if let Some(to) = state.moved_to() {
        return carry::carry(w, space, &state, to);
    }
    match whereabouts::target(w.tx, space, &state, None)? {
        Some(to) => move_out(w, space, state, to),
        // It stays, and may be seen by other people than before.
        None if mend::is_whole(w.tx, space, &row)? => Ok(()),
        None => audience::refresh_as_it_is(w, space, record),
    }
}

/// The first step: the record and all that goes with it say where they live from now on, and leave everybody's sight.
fn move_out(w: &Writing<'_>, space: SpaceId, state: State, to: SpaceId) -> Result<()> {
    let top = state.record;
    let going = with_below(w, space, state, to)?;
    for state in &going {
        put(w, space, state.record)?;
    }
    // Those below first: nobody is shown a child without its parent.
    for state in going.iter().rev() {
        let there = Destination::of(state.record, to);
        server_writes(w, space, state, &Wish::put(MOVED_TO, there.to_value()))?;
    }
    let detail = format!("space {space} record {top} to space {to}, {} records", going.len());
    w.audit(None, "moved_out", &detail)
}

/// The record and whatever below it has no other home.
fn with_below(w: &Writing<'_>, space: SpaceId, state: State, to: SpaceId) -> Result<Vec<State>> {
    let mut ids = BTreeSet::from([state.record]);
    let mut going = vec![state];
    let mut at = 0;
    while let Some(above) = going.get(at).map(|s| s.record) {
        for child in w.tx.children(space, above)? {
            let row = if ids.contains(&child) { None } else { w.tx.state(space, child)? };
            let Some(row) = row else { continue };
            let child = read_state(&row.bytes)?;
            let goes =
                child.moved_to().is_none() && whereabouts::target(w.tx, space, &child, Some((&ids, to)))? == Some(to);
            if goes {
                ids.insert(child.record);
                going.push(child);
            }
        }
        at += 1;
    }
    Ok(going)
}

/// What the server itself notes on a record, signed like all that its console writes.
fn server_writes(w: &Writing<'_>, space: SpaceId, state: &State, wish: &Wish) -> Result<()> {
    let unit = w.tx.home(space, state.record)?.and_then(|units| units.first().copied());
    let wanted = crate::console::ConsoleWrite {
        author: AccountId::default(),
        machine: true,
        judged: false,
        space,
        record: state.record,
        kind: state.kind(),
        unit: unit.or_else(|| state.named.first().copied()).unwrap_or_else(UnitId::default),
        wishes: std::slice::from_ref(wish),
        basis: None,
    };
    crate::console::write(w, &wanted).map(|_| ())
}
