//! The laws of merging over random histories of several phones, and over those of one.
//!
//! Owns the laws. Refuses to know how the fold works: heads, sets, instances and deletes have a second definition in
//! `spec`. Invariant: each law's name is in its message, and at least three in ten histories hold concurrent writes to
//! one field.

#![expect(clippy::unwrap_used, reason = "a test's failure is its message")]

mod carry;
mod erased;
mod history;
mod server;
mod spec;
mod world;

use gridwalk_model::journal::{Entry, Outcome};
use gridwalk_model::name::hits;
use gridwalk_model::state::Tag;
use gridwalk_model::state_codec::{read_state, state_bytes};
use gridwalk_model::view::{group_of, view_of};
use gridwalk_model::workflow::Workflow;
use gridwalk_model::{Name, RecordId, SealedChange, State, fold};
use history::{Event, History, history};
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use proptest::{prop_assert, prop_assert_eq};
use server::Server;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use world::{RECORDS, World};

type Lawful = Result<(), TestCaseError>;

/// `PROPTEST_CASES` (256 unless set) makes the run longer in proportion.
fn runner(cases: u32) -> TestRunner {
    let base = Config::default();
    TestRunner::new(Config {
        cases: cases * base.cases / 256,
        source_file: Some(file!()),
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..base
    })
}

fn run(cases: u32, phones: std::ops::RangeInclusive<usize>, law: impl Fn(History) -> Lawful) {
    if let Err(broken) = runner(cases).run(&history(phones), law) {
        panic!("{broken}");
    }
}

#[test]
fn laws_of_every_moment_and_of_the_end() {
    let (all, concurrent) = (Cell::new(0_u32), Cell::new(0_u32));
    run(700, 3..=4, |history| {
        let world = watched(&history)?;
        let at_once = RECORDS.iter().any(|r| spec::has_concurrent_writes(&spec::bodies(&world.server, *r)));
        all.set(all.get() + 1);
        concurrent.set(concurrent.get() + u32::from(at_once));
        views_are_caches(&world.server)?;
        outcomes_outlive_their_table(&world.server)?;
        every_order_of_admission(&world)
    });
    let share = concurrent.get() * 100 / all.get();
    println!("{} histories, {share} % with concurrent writes to one field", all.get());
    assert!(share >= 30, "only {share} % of the histories hold concurrent writes to one field");
}

/// Holds the entries of each record, once a history of three phones was played, to a law.
fn each_record(law: impl Fn(RecordId, &[Entry], &Workflow) -> Lawful) {
    run(150, 3..=3, |history| {
        let mut world = World::new(&history);
        history.events.iter().for_each(|(tick, event)| world.play(*tick, event));
        for record in RECORDS {
            let of_record = world.server.journal.iter().filter(|(r, _)| *r == record);
            let entries: Vec<Entry> = of_record.map(|(_, e)| e.clone()).collect();
            law(record, &entries, &world.server.workflow)?;
        }
        Ok(())
    });
}

#[test]
fn a_record_carried_to_another_space_is_what_it_was() {
    each_record(carry::keeps_what_it_was);
}

#[test]
fn what_was_erased_says_nothing_and_the_rest_stands() {
    each_record(|record, entries, _| erased::says_nothing_and_the_rest_stands(record, entries));
}

#[test]
fn a_lone_writer_never_disagrees_with_itself() {
    run(600, 1..=1, |history| {
        let mut world = World::new(&history);
        for (tick, event) in &history.events {
            world.play(*tick, event);
            for record in RECORDS {
                for state in [world.server.state(record), world.phones[0].screen(record, world.server.now)] {
                    for (within, field, register) in state.registers() {
                        prop_assert!(register.heads.len() < 2, "lone writer: {within:?} {field} {register:?}");
                    }
                }
            }
        }
        Ok(())
    });
}

#[test]
fn a_wrong_clock_changes_nobody_elses_order() {
    run(200, 3..=4, |history| {
        let order_of_others = |clock_off: i64| {
            let history = History { clock_off, ..history.clone() };
            let mut world = World::new(&history);
            history.events.iter().for_each(|(tick, event)| world.play(*tick, event));
            let wrong = world.phones[0].author;
            let mut others = Vec::new();
            for (_, entry) in &world.server.journal {
                if let Entry::Change { stamps, change, id, .. } = entry
                    && !stamps.erased
                    && ![wrong.0, [99; 16]].contains(&change.change.author.0)
                {
                    others.push((stamps.effective, id.replica, id.seq));
                }
            }
            others.sort_unstable();
            others.into_iter().map(|(_, replica, seq)| (replica, seq)).collect::<Vec<_>>()
        };
        let right = order_of_others(0);
        for years in [73, -56] {
            prop_assert_eq!(&right, &order_of_others(years * 365 * 86_400_000), "clock off by {} years", years);
        }
        Ok(())
    });
}

/// Plays a history and checks what must hold at every moment.
fn watched(history: &History) -> Result<World, TestCaseError> {
    let mut world = World::new(history);
    let mut outcomes: BTreeMap<Name, (Outcome, u64)> = BTreeMap::new();
    for (tick, event) in &history.events {
        let (before, entries) = (world.server.held(), world.server.journal.len());
        world.play(*tick, event);
        let server = &world.server;
        if let Event::Again { .. } = event {
            prop_assert_eq!(entries, server.journal.len(), "delivered twice");
            prop_assert!(before == server.held(), "delivered twice");
        }
        let held = server.held();
        for (record, state) in &held {
            prop_assert_eq!(&server.states[record], &state_bytes(&server.fold(*record)), "fold = incremental");
            let bodies = spec::bodies(server, *record);
            matches_definition(state, &bodies)?;
            prop_assert_eq!(spec::wrong_stamp(server, &bodies), None, "stamps");
            if let (Some(earlier), false) = (before.get(record), matches!(event, Event::Restore { .. })) {
                heads_leave_when_seen(server, earlier, state, &bodies, entries)?;
            }
        }
        if let Event::Restore { .. } = event {
            outcomes.retain(|_, (_, pos)| *pos <= server.branches.last().map_or(0, |b| b.from));
        }
        for step in held.values().flat_map(|s| &s.steps) {
            let pos = server.admitted[&step.tag.id] as u64 + 1;
            let (first, _) = *outcomes.entry(step.tag.id).or_insert((step.outcome, pos));
            prop_assert_eq!(first, step.outcome, "outcomes never change");
        }
    }
    Ok(world)
}

/// Heads, sets, instances, deletes: as the rules define them over the whole journal.
fn matches_definition(state: &State, bodies: &[spec::Body<'_>]) -> Lawful {
    let mut heads: BTreeMap<spec::Place, BTreeMap<Name, Option<String>>> = BTreeMap::new();
    for (within, field, register) in state.registers().filter(|(_, _, r)| !r.heads.is_empty()) {
        let value = |h: &gridwalk_model::state::Head| h.value.as_ref().map(|v| format!("{v:?}"));
        let shown = register.heads.iter().map(|h| (h.tag.id, value(h))).collect();
        heads.insert((within.map(str::to_owned), field.to_owned()), shown);
        prop_assert!(register.heads.is_sorted_by_key(|h| h.tag.order()), "heads by order of showing");
    }
    prop_assert_eq!(heads, spec::heads(bodies), "heads = what nobody has seen");
    for step in &state.steps {
        let stamp = bodies.iter().find(|b| b.id == step.tag.id).and_then(|b| b.stamps.outcome);
        prop_assert_eq!(Some(step.outcome), stamp, "a step keeps its stamp");
    }
    for tag in tags(state) {
        let known = bodies.iter().find(|b| b.id == tag.id).map(|b| &b.names);
        prop_assert_eq!(Some(&tag.names), known, "a body is known by all its names");
    }
    for set in state.sets.values() {
        prop_assert!(set.adds.is_sorted_by_key(|a| (a.tag.order(), a.index)), "elements by order of their adds");
    }
    let adds: BTreeSet<_> = state
        .sets
        .iter()
        .flat_map(|(n, s)| s.adds.iter().map(|a| (n.clone(), a.tag.id, a.index, format!("{:?}", a.element))))
        .collect();
    prop_assert_eq!(adds, spec::adds(bodies), "sets and links = what no remove has seen");
    let living: BTreeSet<_> = state.instances.iter().filter(|(_, i)| i.alive()).map(|(k, _)| k.clone()).collect();
    prop_assert_eq!(living, spec::living(bodies), "instances = what no remove has seen");
    let edits: BTreeSet<_> = state.edits.iter().map(|e| e.tag.id).collect();
    if let Some(expected) = spec::edits_beyond_deletion(bodies) {
        prop_assert_eq!(state.is_deleted(), expected.is_empty(), "deleted");
        prop_assert_eq!(edits, expected, "a delete hides no edit that it did not cover");
    }
    let back = read_state(&state_bytes(state)).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert!(back == *state, "decode(encode) = state");
    Ok(())
}

fn tags(state: &State) -> impl Iterator<Item = &Tag> {
    let heads = state.registers().flat_map(|(_, _, r)| r.heads.iter().map(|h| &*h.tag));
    let adds = state.sets.values().flat_map(|s| s.adds.iter().map(|a| &*a.tag));
    let rows = state.instances.values().flat_map(|i| i.adds.iter().map(|t| &**t));
    let story = state.steps.iter().map(|s| &*s.tag).chain(state.edits.iter().map(|e| &*e.tag));
    heads.chain(adds).chain(rows).chain(story)
}

/// What was a head and is none was seen or erased; what became a head is new.
fn heads_leave_when_seen(
    server: &Server,
    before: &State,
    after: &State,
    bodies: &[spec::Body<'_>],
    entries: usize,
) -> Lawful {
    let places: BTreeSet<_> = before.registers().chain(after.registers()).map(|(w, f, _)| (w, f)).collect();
    for (within, field) in places {
        let heads = |s: &State| -> BTreeMap<Name, std::sync::Arc<Tag>> {
            let register = s.register(within, field).cloned().unwrap_or_default();
            register.heads.into_iter().map(|h| (h.tag.id, h.tag)).collect()
        };
        let (old, new) = (heads(before), heads(after));
        for (id, tag) in old.iter().filter(|(id, _)| !new.contains_key(id)) {
            let names = server.all_names(*id);
            let seen = bodies.iter().any(|b| b.id != *id && Server::has_seen(b.change, within, field, &names));
            let erased = server.is_erased(after.record, &tag.names);
            prop_assert!(seen || erased, "a value left {field} unseen: {id:?}");
        }
        for id in new.keys().filter(|id| !old.contains_key(id)) {
            prop_assert!(server.admitted[id] >= entries, "a replaced value came back to {field}: {id:?}");
        }
    }
    Ok(())
}

/// Views dropped and built again are those kept up to date record by record.
fn views_are_caches(server: &Server) -> Lawful {
    let mut states: BTreeMap<RecordId, State> = BTreeMap::new();
    let mut cache: BTreeMap<RecordId, String> = BTreeMap::new();
    let row = |states: &BTreeMap<RecordId, State>, record: RecordId| {
        view_of(states, record).filter(|v| v.shown == record).map(|v| format!("{v:?}"))
    };
    for (record, entry) in &server.journal {
        let mut touched = group_of(&states, *record);
        fold::apply(states.entry(*record).or_insert_with(|| State::new(*record)), entry);
        touched.extend(group_of(&states, *record));
        for one in touched {
            match row(&states, one) {
                Some(shown) => cache.insert(one, shown),
                None => cache.remove(&one),
            };
        }
    }
    let rebuilt: BTreeMap<_, _> = states.keys().filter_map(|r| Some((*r, row(&states, *r)?))).collect();
    prop_assert_eq!(&cache, &rebuilt, "view(rebuilt) = view(incremental)");
    let says = |a: usize, b: usize| {
        let other = format!("{:?}", gridwalk_model::Value::Id(RECORDS[b]));
        spec::adds(&spec::bodies(server, RECORDS[a])).iter().any(|(s, _, _, e)| s == "@same" && *e == other)
    };
    let one_group = group_of(&states, RECORDS[0]).len() == 2;
    if states.len() == 2 {
        prop_assert_eq!(one_group, says(0, 1) && says(1, 0), "a link counts when no side lacks it");
    }
    for record in states.keys() {
        let group = group_of(&states, *record);
        let living = group.iter().any(|r| states.get(r).is_some_and(|s| !s.is_deleted()));
        let shown: Vec<_> = group.iter().filter(|r| cache.contains_key(r)).collect();
        prop_assert_eq!(shown.len(), usize::from(living), "one living member of a group is shown");
        let smallest = group.iter().find(|r| states.get(r).is_some_and(|s| !s.is_deleted()));
        prop_assert_eq!(shown.first().copied(), smallest, "the smallest living member is shown");
    }
    Ok(())
}

/// Folding asks no table.
fn outcomes_outlive_their_table(server: &Server) -> Lawful {
    let mut other = server.clone();
    other.workflow = Workflow::new(2, [("new", "reopen", "doing")]);
    for (record, bytes) in &server.states {
        prop_assert_eq!(bytes, &state_bytes(&other.fold(*record)), "a refold under another table changes nothing");
    }
    Ok(())
}

/// Heads, sets, links, instances and what is not understood are the same whatever the order of admission.
fn every_order_of_admission(world: &World) -> Lawful {
    let server = &world.server;
    let mut changes: Vec<SealedChange> = Vec::new();
    for (_, entry) in &server.journal {
        if let Entry::Change { change, .. } = entry {
            changes.push(change.clone());
        }
    }
    let admitted = |c: &&SealedChange| {
        c.names().iter().any(|n| server.admitted.contains_key(n)) && !server.is_erased(c.change.record, &c.names())
    };
    changes.extend(world.arrivals.iter().filter(admitted).cloned());
    let orders: [fn(&SealedChange) -> [u8; 8]; 3] = [
        |c| c.mark().0,
        |c| c.mark().0.map(|b| b.rotate_left(3)),
        |c| (u64::MAX - u64::from_be_bytes(c.mark().0)).to_be_bytes(),
    ];
    for order in orders {
        let mut other = Server::new();
        other.branches.clone_from(&server.branches);
        other.erased.clone_from(&server.erased);
        changes.sort_by_key(order);
        for change in &changes {
            other.now += 1;
            other.admit_any(change);
        }
        for record in server.states.keys() {
            prop_assert_eq!(&other.states[record], &state_bytes(&other.fold(*record)), "fold = incremental, any order");
            let (here, there) =
                (meaning(server, &changes, &server.state(*record)), meaning(server, &changes, &other.state(*record)));
            prop_assert_eq!(here, there, "heads, sets, links: same for every order");
        }
    }
    Ok(())
}

/// What a state says, without times and places in the journal; a body is known by its place in this journal. A name that
/// a restore took away is still one of the body's, as its other deliveries say.
fn meaning(server: &Server, deliveries: &[SealedChange], state: &State) -> BTreeSet<String> {
    let body = |names: &[Name]| {
        let others = deliveries.iter().map(SealedChange::names).filter(|all| hits(names, all));
        let names: Vec<Name> = names.iter().copied().chain(others.flatten()).collect();
        let known = server.admitted.iter().find(|(n, _)| hits(&names, &[**n]));
        known.map_or(usize::MAX, |(_, at)| *at)
    };
    let mut said = BTreeSet::new();
    for (within, field, register) in state.registers() {
        for head in &register.heads {
            said.insert(format!("{within:?} {field} {} {:?} {}", body(&head.tag.names), head.value, head.gone));
        }
    }
    for (name, set) in &state.sets {
        said.extend(set.adds.iter().map(|a| format!("{name} {} {} {:?}", body(&a.tag.names), a.index, a.element)));
    }
    said.extend(state.instances.iter().filter(|(_, i)| i.alive()).map(|(k, _)| format!("{k} lives")));
    for (name, op) in &state.opaque {
        said.insert(format!("opaque {} {op:?}", body(&[*name])));
    }
    said
}
