//! The fold: one journal entry into a record's state.
//!
//! Owns the merge rules. Refuses to read clocks, workflow tables or field lists: it reads operations and stamps.
//! Invariant: heads, sets, links and instances are equal for every order of admission of the same bodies.

use crate::change::Change;
use crate::journal::{Entry, Outcome, Stamps};
use crate::name::{Name, OpName, hits, tidy};
use crate::op::{ATTACHED, LINKS, Op};
use crate::state::{Add, Deletion, Edit, Head, Instance, ObservedSet, Register, State, Step, Tag};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Folds one entry into the state.
pub fn apply(state: &mut State, entry: &Entry) {
    state.pos = entry.pos();
    match entry {
        Entry::Change { stamps, change, names, id } => apply_change(state, stamps, &change.change, names, *id),
        Entry::Carried { stamps, change, names, id, carriage } => {
            apply_change(state, stamps, &carriage.translate(&change.change), names, *id);
        }
        Entry::Alias { alias, of, .. } => apply_alias(state, *of, *alias),
        Entry::Erase { pos, erasure } => {
            if let Some(erasure) = erasure {
                erasure.mark(state, *pos);
            }
        }
    }
}

/// Folds a record's entries, in order of pos, from nothing.
pub fn fold<'a>(record: crate::id::RecordId, entries: impl IntoIterator<Item = &'a Entry>) -> State {
    let mut state = State::new(record);
    for entry in entries {
        apply(&mut state, entry);
    }
    state
}

fn apply_change(state: &mut State, stamps: &Stamps, change: &Change, names: &[Name], id: Name) {
    let names = tidy(names.to_vec());
    let tag = Arc::new(Tag { effective: stamps.effective, id, names, author: change.author });
    insert_sorted(&mut state.kinds, change.kind.clone());
    insert_sorted(&mut state.named, change.unit);
    let blanked = change.blanked();
    for (index, op) in (0..).zip(&change.ops) {
        let erased = stamps.erased || blanked.contains(&index);
        apply_op(state, &Ctx { stamps, change, tag: &tag, index, erased }, op);
    }
    if change.is_edit() && !stamps.erased {
        let edit = Edit { tag, pos: stamps.pos };
        if !state.deletes.iter().any(|d| covered_by(&edit, d)) {
            state.edits.push(edit);
        }
    }
}

/// What an operation needs to know of its change.
struct Ctx<'a> {
    stamps: &'a Stamps,
    change: &'a Change,
    tag: &'a Arc<Tag>,
    index: u32,
    /// Whether an erasure took what it said.
    erased: bool,
}

fn apply_op(state: &mut State, ctx: &Ctx<'_>, op: &Op) {
    match op {
        Op::Put { field, value, within, seen } => {
            put(state, ctx, field, value.as_ref(), within.as_deref(), seen.as_deref());
        }
        Op::AddInstance { within } => {
            let instance = state.instances.entry(within.clone()).or_default();
            if !ctx.erased && !hits(&ctx.tag.names, &instance.early) {
                instance.adds.push(ctx.tag.clone());
                instance.adds.sort();
            }
        }
        Op::RemoveInstance { within, dots } => {
            remove_instance(state.instances.entry(within.clone()).or_default(), ctx, dots);
        }
        Op::Add { set, element } => add(state, ctx, set, element),
        Op::Attach { element } => add(state, ctx, ATTACHED, element),
        Op::Link { other } => add(state, ctx, LINKS, &Value::Id(*other)),
        Op::Remove { set, dots } => remove(state, ctx, set, dots),
        Op::Unlink { dots } => remove(state, ctx, LINKS, dots),
        Op::Step { step, to, answers } => state.steps.push(Step {
            tag: ctx.tag.clone(),
            step: step.clone(),
            to: to.clone(),
            answers: answers.clone(),
            outcome: ctx.stamps.outcome.unwrap_or(Outcome::Overtaken(None)),
        }),
        Op::Delete { own, .. } => {
            let deletion = Deletion {
                id: ctx.tag.id,
                author: ctx.change.author,
                covers: ctx.stamps.covers.unwrap_or(0),
                own: tidy(own.clone()),
            };
            state.edits.retain(|e| !covered_by(e, &deletion));
            state.deletes.push(deletion);
        }
        Op::Unknown { .. } if ctx.erased => {}
        Op::Unknown { .. } => state.opaque.push((ctx.tag.id, op.clone())),
    }
}

fn put(
    state: &mut State,
    ctx: &Ctx<'_>,
    field: &str,
    value: Option<&Value>,
    within: Option<&str>,
    own_seen: Option<&[Name]>,
) {
    let seen = own_seen.unwrap_or(&ctx.change.seen);
    let also_seen = ctx.stamps.also_seen_by(ctx.index);
    let covers = |names: &[Name]| hits(names, seen) || hits(names, also_seen);
    let (fields, hidden_before) = match within {
        None => (&mut state.fields, false),
        Some(key) => {
            let instance = state.instances.entry(key.to_owned()).or_default();
            let hidden = hits(&ctx.tag.names, &instance.early);
            (&mut instance.fields, hidden)
        }
    };
    let register = match fields.get_mut(field) {
        Some(register) => register,
        None => fields.entry(field.to_owned()).or_default(),
    };
    let went = take(&mut register.heads, |h| covers(&h.tag.names));
    let late = hits(&ctx.tag.names, &register.early);
    let lacked = seen.iter().chain(also_seen).filter(|n| ctx.stamps.early.contains(n));
    register.early.extend(lacked);
    register.early = tidy(std::mem::take(&mut register.early));
    if ctx.erased || late {
        return;
    }
    let replaced = went.into_iter().max_by_key(|h| h.tag.order()).and_then(|h| h.value);
    let head = Head { tag: ctx.tag.clone(), value: value.cloned(), replaced, gone: hidden_before };
    let at = register.heads.partition_point(|h| h.tag.order() <= head.tag.order());
    register.heads.insert(at, head);
}

fn add(state: &mut State, ctx: &Ctx<'_>, set: &str, element: &Value) {
    let set = state.sets.entry(set.to_owned()).or_default();
    let add = Add { tag: ctx.tag.clone(), index: ctx.index, element: element.clone() };
    if ctx.erased || add.names().any(|n| set.early.contains(&n)) {
        return;
    }
    let at = set.adds.partition_point(|a| (a.tag.order(), a.index) <= (add.tag.order(), add.index));
    set.adds.insert(at, add);
}

fn remove(state: &mut State, ctx: &Ctx<'_>, set: &str, dots: &[OpName]) {
    let set = state.sets.entry(set.to_owned()).or_default();
    set.adds.retain(|a| !a.names().any(|n| dots.contains(&n)));
    set.early.extend(dots.iter().filter(|d| ctx.stamps.early.contains(&d.change)));
    set.early = tidy(std::mem::take(&mut set.early));
}

/// Presence only: the fields stay, hidden.
fn remove_instance(instance: &mut Instance, ctx: &Ctx<'_>, dots: &[Name]) {
    instance.adds.retain(|t| !hits(&t.names, dots));
    for head in instance.fields.values_mut().flat_map(|r| &mut r.heads) {
        head.gone |= hits(&head.tag.names, dots);
    }
    instance.early.extend(dots.iter().filter(|d| ctx.stamps.early.contains(d)));
    instance.early = tidy(std::mem::take(&mut instance.early));
}

fn covered_by(edit: &Edit, deletion: &Deletion) -> bool {
    edit.pos <= deletion.covers || hits(&edit.tag.names, &deletion.own)
}

/// The body known as `of` is also called `alias`: what has seen the one has seen the other.
fn apply_alias(state: &mut State, of: Name, alias: Name) {
    let mut renamed: BTreeMap<Name, Arc<Tag>> = BTreeMap::new();
    let mut rename = |tag: &mut Arc<Tag>| {
        if tag.id == of {
            *tag = renamed
                .entry(of)
                .or_insert_with(|| {
                    let names = tidy(tag.names.iter().copied().chain([alias]).collect());
                    Arc::new(Tag { names, ..(**tag).clone() })
                })
                .clone();
        }
    };
    for register in registers_mut(&mut state.fields, &mut state.instances) {
        let Register { heads, early } = register;
        for head in heads.iter_mut() {
            rename(&mut head.tag);
        }
        heads.retain(|h| !hits(&h.tag.names, early));
    }
    for ObservedSet { adds, early } in state.sets.values_mut() {
        for add in adds.iter_mut() {
            rename(&mut add.tag);
        }
        adds.retain(|a| !a.names().any(|n| early.contains(&n)));
    }
    for Instance { adds, fields, early } in state.instances.values_mut() {
        adds.iter_mut().for_each(&mut rename);
        adds.retain(|t| !hits(&t.names, early));
        for head in fields.values_mut().flat_map(|r| &mut r.heads) {
            head.gone |= hits(&head.tag.names, early);
        }
    }
    state.edits.iter_mut().for_each(|e| rename(&mut e.tag));
    state.edits.retain(|e| !state.deletes.iter().any(|d| covered_by(e, d)));
    state.steps.iter_mut().for_each(|s| rename(&mut s.tag));
}

fn registers_mut<'a>(
    fields: &'a mut BTreeMap<String, Register>,
    instances: &'a mut BTreeMap<String, Instance>,
) -> impl Iterator<Item = &'a mut Register> {
    fields.values_mut().chain(instances.values_mut().flat_map(|i| i.fields.values_mut()))
}

fn take(heads: &mut Vec<Head>, gone: impl Fn(&Head) -> bool) -> Vec<Head> {
    let (went, left) = std::mem::take(heads).into_iter().partition(gone);
    *heads = left;
    went
}

fn insert_sorted<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(at) = list.binary_search(&item) {
        list.insert(at, item);
    }
}
