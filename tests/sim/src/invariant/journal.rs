//! Invariants of the server's journal: 3, 4, 5, 6, 10, 15, and the table of rights.
//!
//! Owns the judging of what was admitted. Refuses to trust stored states: it folds again, in other orders.
//! Invariant: what is settled stays settled.

use super::{Broken, RIGHTS, add_alias, hold};
use crate::dump::{ServerDump, SpaceDump};
use crate::ledger::Ledger;
use gridwalk_model::admission::{self, Circumstances, Known};
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::fold;
use gridwalk_model::id::{RecordId, ReplicaId, SpaceId};
use gridwalk_model::journal::{Entry, Outcome};
use gridwalk_model::moved::Carriage;
use gridwalk_model::name::{Mark, Name};
use gridwalk_model::op::{ERASED, Op};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::{read_state, state_bytes};
use gridwalk_model::time::Timestamp;
use gridwalk_model::workflow::Workflow;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// What merging must make equal for every order: values by field, with the names behind each.
type Essence = BTreeMap<String, BTreeSet<String>>;

fn essence(state: &State) -> Essence {
    let mut out: Essence = BTreeMap::new();
    for (within, field, register) in state.registers() {
        for head in &register.heads {
            let key = format!("{}/{field}", within.unwrap_or(""));
            out.entry(key).or_default().insert(format!("{:?}={:?}", head.tag.names, head.value));
        }
    }
    // The word on an erasure is said once, and in no body.
    for (name, set) in state.sets.iter().filter(|(name, _)| *name != ERASED) {
        for add in &set.adds {
            out.entry(format!("set {name}"))
                .or_default()
                .insert(format!("{:?}/{}={:?}", add.tag.names, add.index, add.element));
        }
    }
    for (key, instance) in state.instances.iter().filter(|(_, i)| i.alive()) {
        out.entry(format!("alive {key}")).or_default().insert(instance.alive().to_string());
    }
    out
}

/// 3. Heads, sets and links are equal for every order of admission; and the stored state is the fold of the journal.
pub fn invariant_3_order_of_admission_does_not_matter(
    server: &ServerDump,
    space: &SpaceDump,
    rng: &mut ChaCha8Rng,
) -> Result<(), Broken> {
    let mut by_record: BTreeMap<RecordId, Vec<&Entry>> = BTreeMap::new();
    for journalled in &space.journal {
        by_record.entry(journalled.record).or_default().push(&journalled.entry);
    }
    for (record, entries) in by_record {
        let folded = fold::fold(record, entries.iter().copied());
        let stored = space.states.get(&record);
        hold(3, stored.is_some_and(|s| state_bytes(s) == state_bytes(&folded)), || {
            format!("record {record}: the stored state is not the fold of its journal")
        })?;
        let mut bodies: Vec<Body> = Vec::new();
        for entry in &entries {
            match entry {
                Entry::Change { change, names, .. } => bodies.push((change.clone(), names.clone(), None)),
                Entry::Carried { change, names, carriage, .. } => {
                    bodies.push((change.clone(), names.clone(), Some(carriage.clone())));
                }
                Entry::Alias { alias, of, .. } => {
                    add_alias(bodies.iter_mut().map(|(_, names, _)| names), *of, *alias);
                }
                Entry::Erase { .. } => {}
            }
        }
        bodies.shuffle(rng);
        let again = readmit(record, &bodies, space, server);
        let (a, b) = (essence(&folded), essence(&again));
        hold(3, a == b, || format!("record {record}: another order of admission gives {b:?}, not {a:?}"))?;
    }
    Ok(())
}

/// A body with all its names; what it means here if it was carried here.
type Body = (SealedChange, Vec<Name>, Option<Carriage>);

/// Admits bodies in this order, from nothing. What waits in any space was received.
fn readmit(record: RecordId, bodies: &[Body], space: &SpaceDump, server: &ServerDump) -> State {
    let mut state = State::new(record);
    let mut admitted: BTreeMap<Name, Timestamp> = BTreeMap::new();
    let waiting: BTreeMap<Name, &SealedChange> =
        server.spaces.values().flat_map(|s| &s.inbox).filter_map(|r| Some((r.name, r.change.as_ref()?))).collect();
    let workflow = Workflow::default();
    for ((change, names, carriage), pos) in bodies.iter().zip(1_u64..) {
        let at = Circumstances {
            pos,
            received_at: Timestamp(i64::MAX),
            first_received_at: Timestamp(i64::MAX),
            workflow: &workflow,
            branches: &space.branches,
            approved_by: None,
        };
        let look_up = |name: Name| {
            let known = admitted.get(&name).map(|t| Known::Admitted(*t));
            let waits = || waiting.get(&name).map(|c| Known::Waiting(Some(c.change.clone())));
            Ok::<_, Infallible>(known.or_else(waits))
        };
        let Ok(stamps) = admission::admit(&state, &change.change, &at, look_up);
        admitted.extend(names.iter().map(|n| (*n, stamps.effective)));
        let (change, names, id) = (change.clone(), names.clone(), change.name());
        let entry = match carriage.clone() {
            Some(carriage) => Entry::Carried { stamps, change, names, id, carriage },
            None => Entry::Change { stamps, change, names, id },
        };
        fold::apply(&mut state, &entry);
    }
    state
}

/// Outcomes of steps as they were first seen.
#[derive(Debug, Default)]
pub struct Settled(BTreeMap<(RecordId, Name), Outcome>);

impl Settled {
    /// The server is what its backup says: what the journal lacks by now may be settled otherwise when it comes again.
    pub fn put_back(&mut self, server: &ServerDump) {
        let states = || server.spaces.values().flat_map(|s| s.states.values());
        let steps: BTreeSet<(RecordId, Name)> =
            states().flat_map(|s| s.steps.iter().map(|step| (s.record, step.tag.id))).collect();
        self.0.retain(|step, _| steps.contains(step));
    }
}

/// 4. No step twice; outcomes never change.
pub fn invariant_4_steps_stay_settled(space: &SpaceDump, settled: &mut Settled) -> Result<(), Broken> {
    for state in space.states.values() {
        let mut met = BTreeSet::new();
        for step in &state.steps {
            hold(4, met.insert(step.tag.id), || format!("record {}: step {:?} twice", state.record, step.tag.id))?;
            let first = *settled.0.entry((state.record, step.tag.id)).or_insert(step.outcome);
            hold(4, first == step.outcome, || {
                format!("record {}: step {:?} was {first:?} and is {:?}", state.record, step.tag.id, step.outcome)
            })?;
        }
    }
    Ok(())
}

/// 5. One body is journalled at most once, whatever names it came under.
pub fn invariant_5_one_body_once(server: &ServerDump) -> Result<(), Broken> {
    let mut met: BTreeSet<Name> = BTreeSet::new();
    for journalled in server.spaces.values().flat_map(|s| &s.journal) {
        let Entry::Change { names, id, .. } = &journalled.entry else { continue };
        for name in names {
            hold(5, met.insert(*name), || format!("body {id:?} is journalled twice (as {name:?})"))?;
        }
    }
    Ok(())
}

/// 6. A clock that says 1970 or 2099 changes no other phone's order.
///
/// Every change counts between what its writer had heard and when it came, and arrival never runs backwards.
pub fn invariant_6_lying_clocks_are_held(space: &SpaceDump) -> Result<(), Broken> {
    let mut last = Timestamp(i64::MIN);
    for journalled in &space.journal {
        let Entry::Change { stamps, change, .. } = &journalled.entry else { continue };
        hold(6, stamps.received_at >= last, || format!("arrival ran backwards at pos {}", stamps.pos))?;
        last = stamps.received_at;
        let held =
            stamps.effective <= stamps.received_at && stamps.effective >= change.change.heard.min(stamps.received_at);
        let held = held || stamps.approved_by.is_some() && stamps.effective <= stamps.received_at;
        hold(6, held, || {
            format!("pos {} counts at {:?}, outside of heard and received", stamps.pos, stamps.effective)
        })?;
    }
    Ok(())
}

/// Which body each dot named when the server first had it.
#[derive(Default)]
pub struct Dots(BTreeMap<(SpaceId, ReplicaId, u64), Mark>);

/// 10. No dot names two bodies, whatever timelines came between; no pos beyond the branch point is trusted.
pub fn invariant_10_timelines_are_kept_apart(server: &ServerDump, dots: &mut Dots) -> Result<(), Broken> {
    for (id, space) in &server.spaces {
        let received = space.inbox.iter().map(|r| r.name);
        let admitted = space.journal.iter().filter_map(|j| match &j.entry {
            Entry::Change { id, .. } => Some(*id),
            _ => None,
        });
        for name in received.chain(admitted) {
            let first = *dots.0.entry((*id, name.replica, name.seq)).or_insert(name.mark);
            hold(10, first == name.mark, || format!("dot {name:?} named another body before"))?;
        }
        for journalled in &space.journal {
            let Entry::Change { stamps, change, .. } = &journalled.entry else { continue };
            let covers = stamps.covers.unwrap_or(0);
            for op in &change.change.ops {
                let Op::Delete { timeline, .. } = op else { continue };
                let at = space.branches.iter().position(|b| b.id == *timeline);
                let later = at.map_or(&[][..], |at| &space.branches[at + 1..]);
                let reach = later.iter().filter(|b| b.from < stamps.pos).map(|b| b.from).min();
                hold(10, at.is_some() || covers == 0, || format!("pos {} deletes by an unknown timeline", stamps.pos))?;
                hold(10, reach.is_none_or(|reach| covers <= reach), || {
                    format!("pos {} deletes up to {covers}, beyond the branch point {reach:?}", stamps.pos)
                })?;
            }
        }
    }
    Ok(())
}

/// Rights: what was typed on a record while the phone held it is never refused for its place; at worst it waits.
///
/// A server that was put back has forgotten grants, and may.
pub fn rights_what_was_held_is_not_refused(server: &ServerDump, ledger: &Ledger) -> Result<(), Broken> {
    for received in server.spaces.values().flat_map(|s| &s.inbox).filter(|_| server.restores == 0) {
        let Verdict::Refused { code, .. } = &received.verdict else { continue };
        let names = received.change.as_ref().map_or_else(|| vec![received.name], SealedChange::names);
        let was_held = code == "not_in_scope" && names.iter().any(|n| ledger.held.contains(n));
        hold(RIGHTS, !was_held, || format!("{:?} was typed on a record held, and refused", received.name))?;
    }
    Ok(())
}

/// 15. States are the same bytes whoever folds them: at once, or in batches with the codec in between.
pub fn invariant_15_folding_gives_equal_bytes(space: &SpaceDump, rng: &mut ChaCha8Rng) -> Result<(), Broken> {
    let garbled = &space.garbled;
    hold(15, garbled.is_empty(), || format!("read and written again these states are other bytes: {garbled:?}"))?;
    let mut folded: BTreeMap<RecordId, State> = BTreeMap::new();
    for journalled in &space.journal {
        let state = folded.entry(journalled.record).or_insert_with(|| State::new(journalled.record));
        if rng.random_range(0..3) == 0 {
            let read = read_state(&state_bytes(state));
            hold(15, read.is_ok(), || format!("the state of {} cannot be read again", journalled.record))?;
            *state = read.unwrap_or_default();
        }
        fold::apply(state, &journalled.entry);
    }
    for (record, stored) in &space.states {
        let bytes = folded.get(record).map(state_bytes);
        hold(15, bytes.as_ref() == Some(&state_bytes(stored)), || {
            format!("record {record}: folded in batches it is not the stored state")
        })?;
    }
    Ok(())
}
