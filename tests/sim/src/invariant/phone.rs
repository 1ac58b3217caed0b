//! Invariants of one phone at every moment: 1, 2, 11.
//!
//! Owns what must hold after each step, also between verdict and pull. Refuses to wait for quiet.
//! Invariant: a value that cannot be found has been lost, whatever the reason.

use super::{Broken, add_alias, hold};
use crate::dump::{PhoneDump, ServerDump};
use crate::ledger::{Ledger, Typed};
use gridwalk_model::change::SealedChange;
use gridwalk_model::id::RecordId;
use gridwalk_model::journal::Entry;
use gridwalk_model::name::Name;
use gridwalk_model::op::Op;
use gridwalk_model::state::{Register, State};
use std::collections::{BTreeMap, BTreeSet};

/// Bodies that stand neither on the phone nor in the journal.
#[derive(Debug, Clone, Default)]
pub struct Beyond {
    /// What the phone handed over when it was revoked.
    pub given: Vec<SealedChange>,
    /// What other phones wrote and still have.
    pub others: Vec<SealedChange>,
}

/// Everything known of one record's changes, anywhere.
struct Known {
    /// Bodies with all their names.
    bodies: Vec<(Vec<Name>, SealedChange)>,
}

impl Known {
    /// Gathers bodies of a record from the server's journal and the phone.
    fn gather(record: RecordId, phone: &PhoneDump, server: &ServerDump, beyond: &Beyond) -> Self {
        let mut bodies = Vec::new();
        for own in phone.outbox.iter().chain(&phone.sent).chain(&phone.attention) {
            if own.change.change.record == record {
                bodies.push((own.change.names(), own.change.clone()));
            }
        }
        let beyond = beyond.given.iter().chain(&beyond.others).filter(|c| c.change.record == record);
        bodies.extend(beyond.map(|c| (c.names(), c.clone())));
        for journalled in server.spaces.values().flat_map(|s| &s.journal).filter(|j| j.record == record) {
            if let Entry::Change { change, names, .. } | Entry::Carried { change, names, .. } = &journalled.entry {
                bodies.push((names.clone(), change.clone()));
            }
        }
        for journalled in server.spaces.values().flat_map(|s| &s.journal).filter(|j| j.record == record) {
            if let Entry::Alias { alias, of, .. } = &journalled.entry {
                add_alias(bodies.iter_mut().map(|(names, _)| names), *of, *alias);
            }
        }
        Self { bodies }
    }

    /// Names of every body that typed this value into this field.
    fn names_of(&self, typed: &Typed) -> BTreeSet<Name> {
        self.bodies.iter().filter(|(_, change)| typed.is_in(change)).flat_map(|(names, _)| names).copied().collect()
    }

    /// Whether some change that writes the field had seen one of these names.
    fn replaced(&self, names: &BTreeSet<Name>, field: &str) -> bool {
        self.bodies.iter().any(|(_, c)| {
            c.change.ops.iter().any(|op| match op {
                Op::Put { field: f, within: None, seen, .. } if f == field => {
                    seen.as_ref().unwrap_or(&c.change.seen).iter().any(|n| names.contains(n))
                }
                _ => false,
            })
        })
    }
}

/// 1. A typed value is in its author's view, replaced by a change that saw it, or listed.
pub fn invariant_1_typed_is_never_lost(
    phone: usize,
    dump: &PhoneDump,
    view: &BTreeMap<RecordId, State>,
    server: &ServerDump,
    ledger: &Ledger,
    beyond: &Beyond,
) -> Result<(), Broken> {
    let mut known: BTreeMap<RecordId, Known> = BTreeMap::new();
    for typed in ledger.typed.iter().filter(|t| t.phone == phone) {
        let row = dump.rows.get(&typed.record);
        let shown = view.get(&typed.record).and_then(|s| s.fields.get(&typed.field));
        if shown.is_some_and(|r| r.heads.iter().any(|h| h.value.as_ref() == Some(&typed.value))) {
            continue;
        }
        let masked = view.get(&typed.record).is_some_and(|s| s.is_masked(&typed.field));
        let known = known.entry(typed.record).or_insert_with(|| Known::gather(typed.record, dump, server, beyond));
        let names = known.names_of(typed);
        // What a mask hides from its own author is there by name: sent, and not shown.
        let own = |r: &Register| r.heads.iter().any(|h| h.tag.names.iter().any(|name| names.contains(name)));
        if masked && shown.is_some_and(own) {
            continue;
        }
        let listed = dump.attention.iter().any(|o| names.contains(&o.change.name()))
            || dump.outbox.iter().any(|o| names.contains(&o.change.name()) && !view.contains_key(&typed.record));
        // A row of a timeline that is gone says what was so there: what it lacks comes with the next page, from the
        // journal or out of what this phone gives back.
        let of_old = row.is_none_or(|r| server.spaces.get(&r.space).is_some_and(|s| s.timeline() != r.timeline));
        let given_back = dump.sent.iter().chain(&dump.outbox).any(|o| names.contains(&o.change.name()));
        let elsewhere = of_old && (in_journal(server, &names) || server.restores > 0 && given_back);
        let handed_over = beyond.given.iter().any(|c| names.contains(&c.name()));
        let text = || {
            format!(
                "phone {phone}, record {}, field {}, value {:?} (names {names:?})",
                typed.record, typed.field, typed.value
            )
        };
        hold(1, known.replaced(&names, &typed.field) || listed || elsewhere || handed_over, text)?;
    }
    Ok(())
}

fn in_journal(server: &ServerDump, names: &BTreeSet<Name>) -> bool {
    server
        .spaces
        .values()
        .flat_map(|s| &s.journal)
        .any(|j| matches!(&j.entry, Entry::Change { names: n, .. } if n.iter().any(|n| names.contains(n))))
}

/// 2. With no other writer a phone never disagrees with itself.
pub fn invariant_2_a_lone_writer_agrees(
    (phone, writer): (usize, usize),
    view: &BTreeMap<RecordId, State>,
    ledger: &Ledger,
) -> Result<(), Broken> {
    let ids = |s: &State| s.origins().into_iter().chain([s.record]).collect::<Vec<_>>();
    for state in view.values().filter(|s| ledger.lone_writer(&ids(s)) == Some(writer)) {
        for (_, field, register) in state.registers() {
            hold(2, register.heads.len() <= 1, || {
                format!(
                    "phone {phone} disagrees with itself on record {}, field {field}: {:?}",
                    state.record, register.heads
                )
            })?;
        }
    }
    Ok(())
}

/// 4, on a phone: no step, head or add twice, however a change came into what is shown.
pub fn invariant_4_nothing_is_folded_twice(phone: usize, view: &BTreeMap<RecordId, State>) -> Result<(), Broken> {
    for state in view.values() {
        let heads = state.registers().map(|(_, field, r)| (field, r.heads.iter().map(|h| (h.tag.id, 0)).collect()));
        let sets = state.sets.iter();
        let adds = sets.map(|(set, s)| (set.as_str(), s.adds.iter().map(|a| (a.tag.id, a.index)).collect()));
        let steps = state.steps.iter().map(|s| (s.tag.id, 0)).collect();
        for (what, dots) in heads.chain(adds).chain([("steps", steps)]) {
            let dots: Vec<(Name, u32)> = dots;
            let mut met = BTreeSet::new();
            hold(4, dots.iter().all(|d| met.insert(*d)), || {
                format!("phone {phone} shows one change twice on record {}: {what} {dots:?}", state.record)
            })?;
        }
    }
    Ok(())
}

/// 11. Drafts survive leave, kill and revoke: they stand on the phone, or in what it handed over.
pub fn invariant_11_drafts_survive(
    phone: usize,
    dump: &PhoneDump,
    ledger: &Ledger,
    given: &BTreeSet<RecordId>,
) -> Result<(), Broken> {
    for (_, draft, record) in ledger.drafts.iter().filter(|(p, ..)| *p == phone) {
        hold(11, dump.drafts.contains_key(draft) || given.contains(record), || {
            format!("phone {phone} lost draft {draft} on record {record}")
        })?;
    }
    Ok(())
}
