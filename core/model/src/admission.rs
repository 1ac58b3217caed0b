//! Admission: the stamps that a change gets when it enters the journal, and the prediction of them on a phone.
//!
//! Owns what is decided once: effective time, `early`, step outcome, reach of a delete. Refuses to judge rights and to
//! store anything. Invariant: what it decides is written into the stamps and never decided again.

use crate::change::{Change, SealedChange};
use crate::fold;
use crate::id::{AccountId, TimelineId};
use crate::journal::{Entry, Outcome, Stamps};
use crate::name::Name;
use crate::op::Op;
use crate::state::State;
use crate::time::{self, Timestamp};
use crate::workflow::Workflow;
use std::collections::BTreeMap;

/// One stretch of a space's history: it began with a restore at `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// The timeline's mark.
    pub id: TimelineId,
    /// The last pos that it shares with the one before.
    pub from: u64,
}

/// What admission knows of a name that a change mentions.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// In the journal (under this or another name of the body), with its effective time.
    Admitted(Timestamp),
    /// Received but not admitted; these are the names that it had seen.
    Waiting(Vec<Name>),
}

/// The circumstances of an admission.
pub struct Circumstances<'a> {
    /// Place in the space's order.
    pub pos: u64,
    /// The database's clock now.
    pub received_at: Timestamp,
    /// When the body was first received: differs for an approved change.
    pub first_received_at: Timestamp,
    /// The workflow of the record's kind.
    pub workflow: &'a Workflow,
    /// The space's history, oldest first.
    pub branches: &'a [Branch],
    /// Who approved it, if it had been quarantined.
    pub approved_by: Option<AccountId>,
}

/// Makes the stamps. `look_up` tells what is known of a name; `None` for names never heard of.
pub fn admit<E>(
    state: &State,
    change: &Change,
    at: &Circumstances<'_>,
    mut look_up: impl FnMut(Name) -> Result<Option<Known>, E>,
) -> Result<Stamps, E> {
    let mentioned = change.mentioned();
    let (mut early, mut also_seen, mut own_seen) = (Vec::new(), Vec::new(), Vec::new());
    let mut queue: Vec<Name> = mentioned.iter().copied().collect();
    let mut met = mentioned.clone();
    while let Some(name) = queue.pop() {
        match look_up(name)? {
            Some(Known::Admitted(effective)) => {
                if name.replica == change.replica && change.seen.contains(&name) {
                    own_seen.push(effective);
                }
            }
            known => {
                early.push(name);
                let Some(Known::Waiting(had_seen)) = known else { continue };
                for further in had_seen {
                    if met.insert(further) {
                        also_seen.push(further);
                        queue.push(further);
                    }
                }
            }
        }
    }
    early.sort_unstable();
    also_seen.sort_unstable();
    Ok(Stamps {
        pos: at.pos,
        received_at: at.received_at,
        effective: time::effective(change.typed_at, change.heard, at.first_received_at, own_seen),
        early,
        also_seen,
        outcome: change.ops.iter().find_map(|op| outcome_of(state, op, at.workflow)),
        covers: change.ops.iter().find_map(|op| covers_of(op, at.pos, at.branches)),
        approved_by: at.approved_by,
        workflow_version: at.workflow.version,
        erased: false,
    })
}

/// Applied, or overtaken by the last step that took effect.
fn outcome_of(state: &State, op: &Op, workflow: &Workflow) -> Option<Outcome> {
    let Op::Step { step, .. } = op else { return None };
    Some(match workflow.leads_to(state.status(), step) {
        Some(_) => Outcome::Applied,
        None => Outcome::Overtaken(state.last_applied().map(|s| s.tag.id)),
    })
}

/// A delete's (timeline, pos), cut to the branch point of every restore since.
fn covers_of(op: &Op, pos: u64, branches: &[Branch]) -> Option<u64> {
    let Op::Delete { timeline, pos: opened_at, .. } = op else { return None };
    let Some(at) = branches.iter().position(|b| b.id == *timeline) else { return Some(0) };
    let later = branches[at + 1..].iter().map(|b| b.from);
    Some(later.fold((*opened_at).min(pos.saturating_sub(1)), u64::min))
}

/// The first pos of what is not admitted yet; on a phone only.
pub const UNCONFIRMED_POS: u64 = 1 << 52;

/// The author's view: the confirmed state, then own changes that it does not contain, in their order, at the phone's
/// time `now`. The pos stays that of the confirmed state.
pub fn predict<'a>(
    confirmed: &State,
    own: impl IntoIterator<Item = &'a SealedChange>,
    now: Timestamp,
    workflow: &Workflow,
    branches: &[Branch],
) -> State {
    let mut state = confirmed.clone();
    let mut effective: BTreeMap<Name, Timestamp> = BTreeMap::new();
    for (change, pos) in own.into_iter().zip(UNCONFIRMED_POS..) {
        let own_seen = change.change.seen.iter().filter_map(|n| effective.get(n).copied());
        let at = time::effective(change.change.typed_at, change.change.heard, now, own_seen);
        let ops = &change.change.ops;
        let stamps = Stamps {
            pos,
            received_at: now,
            effective: at,
            early: Vec::new(),
            also_seen: Vec::new(),
            outcome: ops.iter().find_map(|op| outcome_of(&state, op, workflow)),
            covers: ops.iter().find_map(|op| covers_of(op, pos, branches)),
            approved_by: None,
            workflow_version: workflow.version,
            erased: false,
        };
        for name in change.names() {
            effective.insert(name, at);
        }
        fold::apply(&mut state, &Entry::admitted(stamps, change.clone()));
    }
    state.pos = confirmed.pos;
    state
}
