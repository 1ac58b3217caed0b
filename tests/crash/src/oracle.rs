//! What must be true of a machine that came back, and of all of them at the end.
//!
//! Owns the checks. Refuses to mend, and to excuse. Invariant: whatever was acknowledged is there; what was under way is
//! there whole or not at all; and the stores' own checks find nothing.

use crate::action::said;
use crate::ledger::Text;
use crate::world::{CrashError, Machine, PHONES, World, failed};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::SpaceId;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::{State, Timestamp};
use gridwalk_server::verify;
use gridwalk_store::{OwnRecord, Store};
use std::collections::BTreeMap;

type Checked = Result<(), CrashError>;

/// Says what does not hold.
pub fn hold(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(CrashError::Broken(what())) }
}

/// The values that stand in a field, as texts.
fn texts(state: &State, field: &str) -> Vec<String> {
    let heads = state.fields.get(field).map(|r| r.heads.as_slice()).unwrap_or_default();
    heads.iter().filter_map(|h| h.value.as_ref()?.as_text().map(str::to_owned)).collect()
}

/// Whether one text stands there that may, or none where none need; what it is, is learned.
fn judge(what: &str, text: &mut Text, found: &[String]) -> Checked {
    let one = found.first().map(String::as_str);
    hold(found.len() < 2, || format!("{what}: disagrees with itself: {found:?}"))?;
    hold(text.allows(one), || format!("{what}: {one:?} where it should be {text:?}"))?;
    text.learn(one);
    Ok(())
}

/// What a phone must hold after it came back.
pub fn phone(world: &mut World, index: usize) -> Checked {
    let notebook = world.notebook(index).map_err(failed("open a phone that came back"))?;
    let store = notebook.store();
    let wrong = store.wrong().map_err(failed("check a phone"))?;
    hold(wrong.is_none(), || format!("phone {index}: {wrong:?}"))?;
    let replica = store.replica().map_err(failed("look"))?;
    hold(replica == world.replicas[index], || format!("phone {index}: became another replica"))?;
    let own = store.own_changes().map_err(failed("read own changes"))?;
    own_chain(world, index, store, &own)?;
    let now = notebook.now();
    let told = &mut world.ledger.phones[index];
    for ((record, field), text) in &mut told.texts {
        let shown = store.predicted(*record, now).map_err(failed("look"))?.state;
        judge(&format!("phone {index}: {field} of {record}"), text, &texts(&shown, field))?;
    }
    told.texts.retain(|_, text| text.sure.is_some());
    for (form, text) in &mut told.drafts {
        let draft = store.draft(*form).map_err(failed("look"))?;
        let found: Vec<String> = draft.into_iter().map(|d| d.content).collect();
        judge(&format!("phone {index}: the form {form:?}"), text, &found)?;
    }
    told.drafts.retain(|_, text| text.sure.is_some());
    Ok(())
}

/// Own changes follow each other, are those that they were, and none that was acknowledged is missing.
fn own_chain(world: &mut World, index: usize, store: &Store, own: &[OwnRecord]) -> Checked {
    let mut chains: BTreeMap<SpaceId, BTreeMap<u64, (Hash, Hash)>> = BTreeMap::new();
    for one in own {
        let change = &one.change.change;
        chains.entry(change.space).or_default().insert(change.seq, (one.change.hash, change.prev));
    }
    let told = &mut world.ledger.phones[index];
    for (space, chain) in &chains {
        for (seq, (hash, prev)) in chain {
            let before = seq.checked_sub(1).and_then(|n| chain.get(&n));
            hold(before.is_none_or(|(of, _)| of == prev), || format!("phone {index}: {seq} does not follow"))?;
            let known = told.chain.insert((*space, *seq), *hash);
            hold(known.is_none_or(|k| k == *hash), || format!("phone {index}: {seq} was another change"))?;
        }
        let standing = store.space(*space).map_err(failed("look"))?;
        let last = chain.last_key_value().map(|(seq, (hash, _))| (*seq, *hash));
        hold(last == Some((standing.seq, standing.prev)), || format!("phone {index}: its chain does not end"))?;
    }
    for name in &told.saved {
        let here = own.iter().any(|one| one.change.name() == *name);
        hold(here, || format!("phone {index}: {name:?} was saved and is gone"))?;
    }
    // What was under way and was kept is as good as acknowledged from here on: a server may have it.
    told.saved.extend(own.iter().map(|one| one.change.name()));
    Ok(())
}

/// What the server must hold after it came back.
pub fn server(world: &mut World) -> Checked {
    let server = world.server()?;
    let wrong = server.running().store.check(true).map_err(failed("check the server"))?;
    hold(wrong.is_none(), || format!("server: {wrong:?}"))?;
    for space in world.spaces() {
        let (chain, states, digests) = server
            .read(|r| Ok((verify::chain(r, space)?, verify::states(r, space)?, verify::digests(r, space)?)))
            .map_err(failed("verify the server"))?;
        hold(chain.is_ok(), || format!("server: its journal: {chain:?}"))?;
        hold(states.is_ok(), || format!("server: its states: {states:?}"))?;
        hold(digests.is_ok(), || format!("server: its sums: {digests:?}"))?;
        let row = server.read(|r| r.tx.space(space)).map_err(failed("look"))?;
        let (told, pos) = (world.ledger.pos.get(&space).copied().unwrap_or(0), row.map_or(0, |row| row.pos));
        hold(pos >= told, || format!("server: it is at {pos} and told of {told}"))?;
    }
    let acts = server.read(|r| gridwalk_server::audit::verify::acts(r, &[])).map_err(failed("verify acts"))?;
    hold(acts.is_ok(), || format!("server: its acts: {acts:?}"))?;
    let reference = world.city.reference;
    for (unit, text) in &mut world.ledger.units {
        let row = server.read(|r| r.tx.state(reference, unit.record())).map_err(failed("look"))?;
        let state = row.and_then(|row| read_state(&row.bytes).ok());
        let found = state.map(|state| texts(&state, "name")).unwrap_or_default();
        let first = Text { sure: text.sure.clone().or_else(|| found.first().cloned()), ..text.clone() };
        *text = first;
        judge(&format!("server: the name of {unit}"), text, &found)?;
    }
    for (patrol, text) in &mut world.ledger.tracks {
        let track = server.running().tracks.of(*patrol, Timestamp(i64::MIN)).map_err(failed("look"))?;
        let found: Vec<String> = track.iter().map(|t| said(&t.track)).collect();
        judge(&format!("server: the track {patrol}"), text, &found)?;
    }
    world.ledger.tracks.retain(|_, text| text.sure.is_some());
    answered(world)
}

/// Whatever a phone has the server's word for is with the server.
fn answered(world: &mut World) -> Checked {
    let server = world.server()?;
    for index in 0..PHONES {
        if world.is_dead(Machine::Phone(index)) {
            continue;
        }
        let notebook = world.notebook(index).map_err(failed("open a phone"))?;
        for own in notebook.store().own_changes().map_err(failed("read own changes"))? {
            if own.verdict.is_none() {
                continue;
            }
            let (change, name) = (&own.change.change, own.change.name());
            let row = server.read(|r| r.tx.inbox(change.space, change.replica, change.seq)).map_err(failed("look"))?;
            let there = row.is_some_and(|row| row.hash == own.change.hash);
            hold(there, || format!("server: it answered {name:?} of phone {index} and does not have it"))?;
        }
    }
    Ok(())
}

/// Views made anew are what they were.
pub fn views(world: &mut World, index: usize) -> Checked {
    let notebook = world.notebook(index).map_err(failed("open a phone"))?;
    let store = notebook.store();
    let look = || {
        let mut filter = gridwalk_store::RowFilter::kind("building");
        filter.limit = 1_000;
        let rows = store.rows(&filter).map_err(failed("list"))?;
        let counts = store.counts().map_err(failed("count"))?;
        Ok::<_, CrashError>((format!("{rows:?}"), format!("{counts:?}")))
    };
    let before = look()?;
    store.rebuild_views(|_, _| {}).map_err(failed("make views anew"))?;
    hold(before == look()?, || format!("phone {index}: views made anew are others"))
}

/// Everybody syncs, and nothing waits or differs any more.
pub async fn convergence(world: &mut World) -> Checked {
    let mut rests = Vec::new();
    for _ in 0..2 {
        for index in 0..PHONES {
            let report = world.sync(index).await?;
            rests.push(report.rest.clone());
            let fine = report.mismatch.is_empty() && report.lost == 0 && report.restamped == 0;
            hold(fine, || format!("phone {index}: {report:?}"))?;
        }
    }
    let server = world.server()?;
    for index in 0..PHONES {
        let notebook = world.notebook(index).map_err(failed("open a phone"))?;
        let own = notebook.store().own_changes().map_err(failed("read own changes"))?;
        let waits = own.iter().find(|o| o.in_outbox || o.verdict.as_deref() != Some("applied"));
        hold(waits.is_none(), || format!("phone {index}: {waits:?} waits on a good line: {rests:?}"))?;
        let told = world.ledger.phones[index].texts.clone();
        for ((record, field), text) in told {
            let row = server.read(|r| r.tx.state(world.city.county, record)).map_err(failed("look"))?;
            let state = row.and_then(|row| read_state(&row.bytes).ok());
            let found = state.map(|state| texts(&state, field)).unwrap_or_default();
            hold(found.first() == text.sure.as_ref(), || format!("server: {field} of {record}: {found:?}, {text:?}"))?;
        }
    }
    Ok(())
}
