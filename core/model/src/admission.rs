//! Admission: the stamps that a change gets when it enters the journal, and the prediction of them on a phone.
//!
//! Owns what is decided once: effective time, `early`, step outcome, reach of a delete. Refuses to judge rights and to
//! store anything. Invariant: what it decides is written into the stamps and never decided again.

use crate::change::{Change, SealedChange};
use crate::fold;
use crate::id::{AccountId, RecordId, ReplicaId, TimelineId};
use crate::journal::{Entry, Outcome, SeenByOp, Stamps};
use crate::name::Name;
use crate::op::Op;
use crate::state::{Edit, State, Step};
use crate::time::{self, Timestamp};
use crate::value::Value;
use crate::workflow::{CLAIM, ENTRUST, FROM, TAKE, TAKE_OVER, Workflow};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    /// Received but not admitted: its body, as far as it can be read.
    Waiting(Option<Arc<Change>>),
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

/// Makes the stamps. Own changes are those of any replica id under which this body has been named: after a restamp,
/// `seen` still holds the former names. `look_up` tells what is known of a name; `None` for names never heard of.
pub fn admit<E>(
    state: &State,
    change: &Change,
    at: &Circumstances<'_>,
    mut look_up: impl FnMut(Name) -> Result<Option<Known>, E>,
) -> Result<Stamps, E> {
    let mut met = Met { look_up: &mut look_up, known: BTreeMap::new() };
    let (mut own_seen, mut waits) = (Vec::new(), false);
    let own: BTreeSet<ReplicaId> = change.was.iter().map(|n| n.replica).chain([change.replica]).collect();
    for name in change.mentioned() {
        match met.ask(name)? {
            Some(Known::Admitted(effective)) if own.contains(&name.replica) && change.seen.contains(&name) => {
                own_seen.push(*effective);
            }
            known => waits |= matches!(known, Some(Known::Waiting(_))),
        }
    }
    let (also_seen, also_seen_in) = if waits { met.also_seen(change)? } else { (Vec::new(), BTreeMap::new()) };
    let early = met.not_admitted();
    Ok(Stamps {
        pos: at.pos,
        received_at: at.received_at,
        effective: time::effective(change.typed_at, change.heard, at.first_received_at, own_seen),
        early,
        also_seen,
        also_seen_in,
        outcome: change.ops.iter().find_map(|op| outcome_of(state, op, change.author, at.workflow)),
        covers: change.ops.iter().find_map(|op| covers_of(op, at.pos, at.branches)),
        approved_by: at.approved_by,
        workflow_version: at.workflow.version,
        erased: false,
    })
}

/// What was found out of the names that a change mentions, and of those that waiting bodies mention.
struct Met<'a, E> {
    look_up: &'a mut dyn FnMut(Name) -> Result<Option<Known>, E>,
    known: BTreeMap<Name, Option<Known>>,
}

impl<E> Met<'_, E> {
    fn ask(&mut self, name: Name) -> Result<Option<&Known>, E> {
        if !self.known.contains_key(&name) {
            let known = (self.look_up)(name)?;
            self.known.insert(name, known);
        }
        Ok(self.known.get(&name).and_then(Option::as_ref))
    }

    /// What waiting bodies had seen: of the change as a whole, and of the writes for which that is something else.
    fn also_seen(&mut self, change: &Change) -> Result<(Vec<Name>, SeenByOp), E> {
        let dots = change.ops.iter().filter(|op| !matches!(op, Op::Put { .. })).flat_map(Op::mentioned);
        let whole = self.closure(change.seen.iter().copied().chain(dots), |body| body.seen.clone())?;
        let mut apart = SeenByOp::new();
        for (index, op) in (0..).zip(&change.ops) {
            let Op::Put { field, within, seen, .. } = op else { continue };
            let had_seen = |body: &Change| match body.seen_in(within.as_deref(), field) {
                Some(there) => there,
                None if seen.is_some() => Vec::new(),
                None => body.seen.clone(),
            };
            let there = self.closure(seen.as_ref().unwrap_or(&change.seen).iter().copied(), had_seen)?;
            if there != whole {
                apart.insert(index, there);
            }
        }
        Ok((whole, apart))
    }

    /// What waiting bodies among these had seen, and those among that, in order of names.
    fn closure(
        &mut self,
        from: impl Iterator<Item = Name>,
        had_seen: impl Fn(&Change) -> Vec<Name>,
    ) -> Result<Vec<Name>, E> {
        let mut met: BTreeSet<Name> = from.collect();
        let (mut queue, mut also_seen): (Vec<Name>, Vec<Name>) = (met.iter().copied().collect(), Vec::new());
        while let Some(name) = queue.pop() {
            let Some(Known::Waiting(Some(body))) = self.ask(name)? else { continue };
            for further in had_seen(body) {
                if met.insert(further) {
                    also_seen.push(further);
                    queue.push(further);
                }
            }
        }
        also_seen.sort_unstable();
        Ok(also_seen)
    }

    fn not_admitted(self) -> Vec<Name> {
        let waits = |known: &Option<Known>| !matches!(known, Some(Known::Admitted(_)));
        self.known.into_iter().filter(|(_, known)| waits(known)).map(|(name, _)| name).collect()
    }
}

/// Applied, or overtaken by the last step that took effect. On a record that was handed over to another space nothing
/// takes effect any more: its step is decided where the record lives now. Of whoever a lease was taken over from nothing
/// takes effect before they take it over again: it is with one phone, never with two. The same of a step for which a phone
/// must have the record, where another's has it: whoever lost it, or never had it.
pub(crate) fn outcome_of(state: &State, op: &Op, author: AccountId, workflow: &Workflow) -> Option<Outcome> {
    let Op::Step { step, .. } = op else { return None };
    if let Some(by) = state.moved_by() {
        return Some(Outcome::Overtaken(Some(by)));
    }
    if let Some(by) = state.last_applied().filter(|s| s.step == TAKE_OVER && step != TAKE_OVER) {
        let from = by.answers.get(FROM).and_then(Value::as_id);
        if from == Some(RecordId(author.0)) {
            return Some(Outcome::Overtaken(Some(by.tag.id)));
        }
    }
    if workflow.leased.contains(step)
        && let Some(by) = with_another(state, author)
    {
        return Some(Outcome::Overtaken(Some(by.tag.id)));
    }
    Some(match workflow.leads_to(state.status(), step) {
        Some(_) => Outcome::Applied,
        None => Outcome::Overtaken(state.last_applied().map(|s| s.tag.id)),
    })
}

/// The step by which another phone than this person's has it.
pub fn with_another(state: &State, author: AccountId) -> Option<&Step> {
    let (by, holder) = leases(state).next().filter(|(step, _)| step.to == state.status())?;
    (holder != author).then_some(by)
}

/// The steps by which somebody had the record, the last first, each with whom: whoever took it, or had said before that they
/// would see to it.
pub fn leases(state: &State) -> impl Iterator<Item = (&Step, AccountId)> {
    let applied = |at: &usize| state.steps[*at].outcome == Outcome::Applied;
    (0..state.steps.len()).rev().filter(applied).filter_map(|at| {
        let step = &state.steps[at];
        let claimed = || state.steps[..at].iter().rev().find(|s| s.outcome == Outcome::Applied && s.step == CLAIM);
        match step.step.as_str() {
            TAKE | TAKE_OVER => Some((step, step.tag.author)),
            ENTRUST => Some((step, claimed()?.tag.author)),
            _ => None,
        }
    })
}

/// A delete's (timeline, pos), cut to the branch point of every restore since.
fn covers_of(op: &Op, pos: u64, branches: &[Branch]) -> Option<u64> {
    let Op::Delete { timeline, pos: opened_at, .. } = op else { return None };
    let Some(at) = branches.iter().position(|b| b.id == *timeline) else { return Some(0) };
    let later = branches[at + 1..].iter().map(|b| b.from);
    Some(later.fold((*opened_at).min(pos.saturating_sub(1)), u64::min))
}

/// Whether a deletion that is admitted next takes this edit with it: what was typed after it was opened stays.
pub fn takes_with_it(op: &Op, edit: &Edit, branches: &[Branch]) -> bool {
    let Op::Delete { own, .. } = op else { return false };
    covers_of(op, UNCONFIRMED_POS, branches).is_some_and(|covers| edit.pos <= covers)
        || edit.tag.names.iter().any(|name| own.contains(name))
}

/// The first pos of what is not admitted yet; on a phone only.
pub const UNCONFIRMED_POS: u64 = 1 << 52;

/// The author's view: the confirmed state, then own changes that it does not contain, in the order in which they were
/// typed (also those that a restored server gives back), at the phone's time `now`. The pos stays that of the confirmed state.
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
            also_seen_in: BTreeMap::new(),
            outcome: ops.iter().find_map(|op| outcome_of(&state, op, change.change.author, workflow)),
            covers: ops.iter().find_map(|op| covers_of(op, pos, branches)),
            approved_by: None,
            workflow_version: workflow.version,
            erased: change.change.is_shape(),
        };
        for name in change.names() {
            effective.insert(name, at);
        }
        fold::apply(&mut state, &Entry::admitted(stamps, change.clone()));
    }
    state.pos = confirmed.pos;
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;
    use crate::id::{DeviceId, RecordId, SpaceId, UnitId};
    use std::convert::Infallible;

    fn change(replica: u8, typed_at: i64, seen: Vec<Name>, was: Vec<Name>) -> Change {
        Change {
            space: SpaceId([1; 16]),
            replica: ReplicaId([replica; 16]),
            seq: 1,
            prev: Hash::default(),
            record: RecordId([2; 16]),
            kind: "thing".to_owned(),
            unit: UnitId([3; 16]),
            author: AccountId([4; 16]),
            machine: false,
            device: DeviceId([5; 16]),
            typed_at: Timestamp(typed_at),
            heard: Timestamp(0),
            seen,
            was,
            instead_of: None,
            salt: [6; 16],
            ops: vec![Op::put("f", 1)],
            extra: Vec::new(),
        }
    }

    fn name(replica: u8) -> Name {
        Name { replica: ReplicaId([replica; 16]), seq: 7, ..Name::default() }
    }

    fn stamps(change: &Change, known: impl Fn(Name) -> Option<Known>) -> Stamps {
        let at = Circumstances {
            pos: 9,
            received_at: Timestamp(100),
            first_received_at: Timestamp(100),
            workflow: &Workflow::default(),
            branches: &[],
            approved_by: None,
        };
        let Ok(stamps) = admit(&State::default(), change, &at, |n| Ok::<_, Infallible>(known(n)));
        stamps
    }

    fn waiting(change: Change) -> Known {
        Known::Waiting(Some(Arc::new(change)))
    }

    #[test]
    fn own_changes_are_own_under_a_former_replica_id() {
        let known = |_| Some(Known::Admitted(Timestamp(50)));
        let at = |c: &Change| stamps(c, known).effective;
        assert_eq!(at(&change(1, 20, vec![name(1)], vec![])), Timestamp(50), "own");
        assert_eq!(at(&change(1, 20, vec![name(8)], vec![])), Timestamp(20), "another's");
        assert_eq!(at(&change(1, 20, vec![name(8)], vec![name(8)])), Timestamp(50), "own, before the restamp");
    }

    #[test]
    fn a_delete_trusts_no_pos_across_timelines() {
        let mark = |n: u8| TimelineId([n; 16]);
        let branches = [(1, 0), (2, 30), (3, 20)].map(|(id, from)| Branch { id: mark(id), from });
        let reach = |timeline: u8, opened_at: u64| {
            let op = Op::Delete { timeline: mark(timeline), pos: opened_at, own: vec![] };
            covers_of(&op, 50, &branches)
        };
        assert_eq!(reach(3, 40), Some(40), "as opened");
        assert_eq!(reach(3, 99), Some(49), "never itself");
        assert_eq!(reach(2, 40), Some(20), "cut to the branch point");
        assert_eq!(reach(1, 25), Some(20), "cut to the lowest branch point since");
        assert_eq!(reach(1, 5), Some(5));
        assert_eq!(reach(9, 40), Some(0), "a timeline that never was");
    }

    #[test]
    fn what_a_body_not_admitted_had_seen_is_covered_too() {
        let stamps = stamps(&change(1, 20, vec![name(1)], vec![]), |n| match n {
            n if n == name(1) => Some(waiting(change(2, 10, vec![name(2), name(3)], vec![]))),
            n if n == name(2) => Some(Known::Admitted(Timestamp(5))),
            _ => None,
        });
        assert_eq!((stamps.early, stamps.also_seen), (vec![name(1), name(3)], vec![name(2), name(3)]));
    }

    /// Behind a mask somebody wrote a number beside a title; the title's `seen` is not what they saw of the number.
    #[test]
    fn what_a_body_not_admitted_had_seen_elsewhere_covers_nothing_here() {
        let first = change(1, 10, vec![], vec![]).seal().unwrap();
        let put = |field: &str, seen: Option<Vec<Name>>| Op::Put {
            field: field.to_owned(),
            value: Some(2.into()),
            within: None,
            seen,
        };
        let ops = vec![put("f", Some(Vec::new())), put("title", None)];
        let second = Change { ops, ..change(2, 20, vec![first.name()], vec![]) }.seal().unwrap();
        let ops = vec![put("f", Some(vec![second.name()]))];
        let third = Change { ops, ..change(2, 30, vec![], vec![]) }.seal().unwrap();
        let fold = |order: [&SealedChange; 3]| {
            let mut admitted: Vec<Name> = Vec::new();
            let mut entries = Vec::new();
            for sealed in order {
                let known = |n: Name| {
                    let body = [&first, &second, &third].into_iter().find(|c| c.name() == n)?;
                    let waits = || waiting((*body.change).clone());
                    Some(if admitted.contains(&n) { Known::Admitted(Timestamp(10)) } else { waits() })
                };
                entries.push(Entry::admitted(stamps(&sealed.change, known), sealed.clone()));
                admitted.push(sealed.name());
            }
            let state = fold::fold(RecordId([2; 16]), &entries);
            state.fields["f"].heads.iter().map(|h| h.tag.id).collect::<BTreeSet<Name>>()
        };
        let both = BTreeSet::from([first.name(), third.name()]);
        assert_eq!(fold([&first, &second, &third]), both, "as they were typed");
        assert_eq!(fold([&first, &third, &second]), both, "the second one waited");
        assert_eq!(fold([&third, &second, &first]), both, "the other way round");
    }

    #[test]
    fn what_a_body_not_admitted_had_seen_is_no_head_whenever_it_comes() {
        let (first, late) =
            (change(1, 10, vec![], vec![]).seal().unwrap(), change(2, 11, vec![], vec![]).seal().unwrap());
        let deciding = change(3, 20, vec![name(9)], vec![]).seal().unwrap();
        let had_seen = || waiting(change(9, 12, vec![first.name(), late.name()], vec![]));
        let known = |n| {
            if n == first.name() { Some(Known::Admitted(Timestamp(10))) } else { (n == name(9)).then(had_seen) }
        };
        let entry = |c: &SealedChange| Entry::admitted(stamps(&c.change, known), c.clone());
        let state = fold::fold(RecordId([2; 16]), &[entry(&first), entry(&deciding), entry(&late)]);
        let heads: Vec<Name> = state.fields["f"].heads.iter().map(|h| h.tag.id).collect();
        assert_eq!(heads, [deciding.name()], "as if it had seen them itself");
    }

    #[test]
    fn a_name_learned_after_it_was_seen_covers_the_body() {
        let alias = name(9);
        let ops = vec![
            Op::put("f", 1),
            Op::Add { set: "tags".to_owned(), element: 2.into() },
            Op::AddInstance { within: "rows/1".to_owned() },
        ];
        let first = Change { ops, ..change(1, 10, vec![], vec![]) }.seal().unwrap();
        let dots = vec![crate::name::OpName { change: alias, index: 1 }];
        let ops = vec![
            Op::put("f", 2),
            Op::Remove { set: "tags".to_owned(), dots },
            Op::RemoveInstance { within: "rows/1".to_owned(), dots: vec![alias] },
        ];
        let second = Change { ops, ..change(2, 20, vec![alias], vec![]) }.seal().unwrap();
        let entry = |c: &SealedChange| Entry::admitted(stamps(&c.change, |_| None), c.clone());
        let (one, two) = (entry(&first), entry(&second));
        let learned = Entry::Alias { pos: 11, alias, of: first.name() };
        for order in [[&two, &one, &learned], [&one, &learned, &two]] {
            let state = fold::fold(RecordId([2; 16]), order);
            let heads: Vec<Name> = state.fields["f"].heads.iter().map(|h| h.tag.id).collect();
            assert_eq!(heads, [second.name()], "{order:?}");
            assert!(state.sets["tags"].adds.is_empty() && !state.instances["rows/1"].alive(), "{order:?}");
        }
    }

    #[test]
    fn an_erased_own_change_still_covers_and_shows_nothing() {
        let first = change(1, 20, vec![], vec![]).seal().unwrap();
        let second = change(2, 30, vec![first.name()], vec![]);
        let blank = second.shape().seal().unwrap();
        let own = [first, blank];
        let state = predict(&State::default(), &own, Timestamp(100), &Workflow::default(), &[]);
        assert!(state.fields["f"].heads.is_empty(), "{state:?}");
    }
}
