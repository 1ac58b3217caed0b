//! A record carried to another space: at once, in parts, twice, and on to a third space.
//!
//! Owns what a hand-over keeps. Refuses to know servers. Invariant: heads, adds, steps, deletions and edits stand in the
//! other space under the same names, whatever happens there in between.

use super::Lawful;
use gridwalk_model::journal::Entry;
use gridwalk_model::moved::{self, Arrival, Carriage, Destination};
use gridwalk_model::state_codec::{read_state, state_bytes};
use gridwalk_model::workflow::Workflow;
use gridwalk_model::{Name, RecordId, SpaceId, State, Timestamp, fold};
use proptest::{prop_assert, prop_assert_eq};
use std::collections::BTreeSet;

/// Whatever a person could see of a record, and who stands behind it; places in a space's order left out.
fn essence(state: &State) -> Vec<String> {
    let mut all = Vec::new();
    for (within, field, register) in state.registers() {
        for head in &register.heads {
            all.push(format!("{within:?} {field} {:?} {:?} {:?} {}", head.tag, head.value, head.replaced, head.gone));
        }
        all.push(format!("{within:?} {field} early {:?}", register.early));
    }
    for (name, set) in &state.sets {
        all.push(format!("{name} {:?} {:?}", set.adds, set.early));
    }
    for (key, instance) in &state.instances {
        all.push(format!("{key} {:?} {:?}", instance.adds, instance.early));
    }
    all.extend(state.steps.iter().map(|s| format!("{s:?}")));
    all.extend(state.deletes.iter().map(|d| format!("deleted {:?} {:?}", d.id, d.author)));
    all.extend(state.edits.iter().map(|e| format!("edit {:?}", e.tag)));
    all.extend(state.opaque.iter().map(|o| format!("{o:?}")));
    all.push(format!("{:?} {:?} {}", state.kinds, state.named, state.is_deleted()));
    all
}

/// A space that only receives: the journal of one record.
struct Elsewhere {
    journal: Vec<Entry>,
    state: State,
    workflow: Workflow,
}

impl Elsewhere {
    fn new(to: Destination, workflow: &Workflow) -> Self {
        Self { journal: Vec::new(), state: State::new(to.record), workflow: workflow.clone() }
    }

    /// Carries what is lacking; positions begin far from those of the other space.
    fn carry(&mut self, record: RecordId, here: &[Entry]) -> usize {
        let lacking = moved::lacking(record, here, &self.journal);
        for due in &lacking {
            let pos = 1000 + 3 * self.journal.len() as u64;
            let entry = match &here[due.index] {
                Entry::Alias { alias, of, .. } => Entry::Alias { pos, alias: *alias, of: *of },
                Entry::Change { stamps, change, names, id } | Entry::Carried { stamps, change, names, id, .. } => {
                    let (state, workflow) = (&self.state, &self.workflow);
                    let at = Arrival { pos, received_at: Timestamp(i64::MAX), state, workflow };
                    let stamps = moved::stamps(stamps, due.settled, &change.change, &at);
                    let carriage = Carriage { covered: due.covered.clone(), ..Carriage::default() };
                    Entry::Carried { stamps, change: change.clone(), names: names.clone(), id: *id, carriage }
                }
                Entry::Erase { .. } => continue,
            };
            fold::apply(&mut self.state, &entry);
            self.state = read_state(&state_bytes(&self.state)).unwrap();
            self.journal.push(entry);
        }
        lacking.len()
    }
}

/// Carried at once, in parts at every cut, again, and on: always what it was.
pub fn keeps_what_it_was(record: RecordId, here: &[Entry], workflow: &Workflow) -> Lawful {
    let there = Destination::of(record, SpaceId([7; 16]));
    let mut at_once = Elsewhere::new(there, workflow);
    at_once.carry(record, here);
    let was = essence(&fold::fold(record, here));
    prop_assert_eq!(&was, &essence(&at_once.state), "carried at once");
    prop_assert_eq!(0, at_once.carry(record, here), "nothing is carried twice");
    for cut in 0..here.len() {
        let mut parts = Elsewhere::new(there, workflow);
        parts.carry(record, &here[..cut]);
        parts.carry(record, here);
        prop_assert_eq!(&was, &essence(&parts.state), "carried in parts, cut at {}", cut);
    }
    let mut further = Elsewhere::new(Destination::of(there.record, SpaceId([8; 16])), workflow);
    further.carry(there.record, &at_once.journal);
    prop_assert_eq!(&was, &essence(&further.state), "carried on to a third space");
    let names = |journal: &[Entry]| journal.iter().flat_map(|e| e.names().to_vec()).collect::<BTreeSet<Name>>();
    prop_assert!(names(here) == names(&further.journal), "every name is known in the third space");
    Ok(())
}
