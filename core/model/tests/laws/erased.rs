//! Erasing operations of a record: they say nothing any more, and whatever else was typed stands as it stood.
//!
//! Owns these laws. Refuses to know servers: an erasure here is what it leaves of a journal. Invariant: every field that a
//! history wrote is erased once, and each record as a whole.

use crate::Lawful;
use gridwalk_model::erasure::Erasure;
use gridwalk_model::journal::Entry;
use gridwalk_model::kind::{PARENT, UNIT};
use gridwalk_model::moved::is_reserved;
use gridwalk_model::state::Register;
use gridwalk_model::{RecordId, State, Timestamp, fold};
use proptest::{prop_assert, prop_assert_eq};
use std::collections::BTreeSet;

fn erased(entries: &[Entry], erasure: &Erasure) -> Vec<Entry> {
    let mut left = entries.to_vec();
    for entry in &mut left {
        if let Entry::Change { change, .. } = entry {
            *change = change.without(&change.change.taken_by(erasure));
        }
    }
    left
}

fn of(field: Option<&str>) -> Erasure {
    let fields = field.into_iter().map(str::to_owned).collect();
    Erasure { fields, reason: "by_law".to_owned(), at: Timestamp(1), ..Erasure::default() }
}

fn says(register: &Register) -> bool {
    register.heads.iter().any(|head| head.value.is_some() || head.replaced.is_some())
}

pub fn says_nothing_and_the_rest_stands(record: RecordId, entries: &[Entry]) -> Lawful {
    let before = fold::fold(record, entries);
    let fields: BTreeSet<String> = before.registers().map(|(_, field, _)| field.to_owned()).collect();
    for field in &fields {
        let state = fold::fold(record, &erased(entries, &of(Some(field))));
        for (within, name, register) in state.registers() {
            if name == field {
                prop_assert!(!says(register), "an erased field says nothing: {within:?} {name} {register:?}");
            } else {
                prop_assert_eq!(Some(register), before.register(within, name), "the rest stands: {}", name);
            }
        }
        prop_assert_eq!(&state.sets, &before.sets, "sets stand");
        steps_stand(&state, &before)?;
    }
    let state = fold::fold(record, &erased(entries, &of(None)));
    for (_, name, register) in state.registers() {
        let stays = [UNIT, PARENT].contains(&name) || is_reserved(name);
        prop_assert!(stays || !says(register), "an erased record says nothing: {name} {register:?}");
    }
    let adds = state.sets.iter().filter(|(name, set)| !is_reserved(name) && !set.adds.is_empty());
    prop_assert_eq!(adds.count(), 0, "nor do its sets");
    prop_assert_eq!(state.links(), before.links(), "links stand");
    steps_stand(&state, &before)
}

fn steps_stand(state: &State, before: &State) -> Lawful {
    let story = |s: &State| s.steps.iter().map(|step| (step.tag.id, step.to.clone(), step.outcome)).collect::<Vec<_>>();
    prop_assert_eq!(story(state), story(before), "steps stand");
    Ok(())
}
